//! Input that is wrong: each gets its code, and the path to what is wrong.

use serde_json::{Value, json};

use super::{assert_discreet, post, send};
use crate::support::Api;

/// Documents, their variables, and the status, code, path and kind of issue that they are answered with.
fn cases() -> Vec<(&'static str, Value, Value)> {
    let invalid = |status: u16, path: Value, code: &str| json!([status, "INVALID", [[path, code]]]);
    let list = |argument: &'static str| -> &'static str {
        Box::leak(format!("{{ viewer {{ portfolios({argument}) {{ totalCount }} }} }}").into_boxed_str())
    };
    let entry = |input: &'static str| -> &'static str {
        let log = "symbol: \"A\", tradeType: BUY, quantity: \"1\"";
        let input = input.replace("LOG", log);
        Box::leak(format!("mutation {{ createJournalEntry(input: {{ {input} }}) {{ journalEntry {{ id }} }} }}").into())
    };
    let trade = "trade_log_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";
    vec![
        // Wrong kinds of value, in the document and in variables.
        (list("first: \"x\""), json!({}), invalid(400, json!(["first"]), "FORMAT")),
        (list("first: 1.5"), json!({}), invalid(400, json!(["first"]), "FORMAT")),
        (list("first: 99999999999"), json!({}), invalid(200, json!(["first"]), "FORMAT")),
        (
            "query($n: Int) { viewer { portfolios(first: $n) { totalCount } } }",
            json!({ "n": "x" }),
            invalid(400, json!(["first"]), "FORMAT"),
        ),
        (
            "query($n: String) { viewer { portfolios(first: $n) { totalCount } } }",
            json!({ "n": "x" }),
            invalid(400, json!(["first"]), "FORMAT"),
        ),
        (
            "query($n: Int!) { viewer { portfolios(first: $n) { totalCount } } }",
            json!({}),
            invalid(400, json!(["variables", "n"]), "REQUIRED"),
        ),
        (
            "query($n: Int!) { viewer { portfolios(first: $n) { totalCount } } }",
            json!({ "n": null }),
            invalid(400, json!(["variables", "n"]), "REQUIRED"),
        ),
        // Values of enumerations.
        (list("orderBy: [{ field: NOPE }]"), json!({}), invalid(400, json!(["orderBy", "0", "field"]), "FORMAT")),
        (
            "query($o: [PortfolioOrder!]) { viewer { portfolios(orderBy: $o) { totalCount } } }",
            json!({ "o": [{ "field": "VAULT_ID" }, { "field": "NOPE" }] }),
            invalid(400, json!(["orderBy", "1", "field"]), "FORMAT"),
        ),
        (entry("content: \"x\", entryType: NOPE"), json!({}), invalid(400, json!(["input", "entryType"]), "FORMAT")),
        // What is missing, and what is too much.
        ("{ node { id } }", json!({}), invalid(400, json!(["id"]), "REQUIRED")),
        (list("orderBy: [{ direction: ASC }]"), json!({}), invalid(400, json!(["orderBy", "0", "field"]), "REQUIRED")),
        (list("nope: 1"), json!({}), invalid(400, json!(["nope"]), "FORMAT")),
        (list("filter: { nope: { eq: \"x\" } }"), json!({}), invalid(400, json!(["filter", "nope"]), "FORMAT")),
        (
            "mutation { signIn(input: { email: \"ada@example.com\" }) { accessToken } }",
            json!({}),
            invalid(400, json!(["input", "password"]), "REQUIRED"),
        ),
        // Scalars of ours, which are read only when the field is.
        (
            "mutation { signIn(input: { email: \"nope\", password: \"nope\" }) { accessToken } }",
            json!({}),
            invalid(200, json!(["input", "email"]), "FORMAT"),
        ),
        (
            "mutation($i: SignInInput!) { signIn(input: $i) { accessToken } }",
            json!({ "i": { "password": "nope", "email": "nope" } }),
            invalid(200, json!(["input", "email"]), "FORMAT"),
        ),
        (
            "mutation($e: EmailAddress!) { in: signIn(input: { email: $e, password: \"x\" }) { accessToken } }",
            json!({ "e": 5 }),
            invalid(200, json!(["input", "email"]), "FORMAT"),
        ),
        (
            entry("content: \"x\", entryPrice: 1.5, exitPrice: \"1\""),
            json!({}),
            invalid(200, json!(["input", "entryPrice"]), "FORMAT"),
        ),
        (
            entry("content: \"x\", entryPrice: \"1\", exitPrice: \"1e5\""),
            json!({}),
            invalid(200, json!(["input", "exitPrice"]), "FORMAT"),
        ),
        (
            entry("content: \"1e5\", exitPrice: \"1e5\""),
            json!({}),
            invalid(200, json!(["input", "exitPrice"]), "FORMAT"),
        ),
        (
            entry("content: \"x\", tradeLog: { LOG, entryPrice: \"x\" }"),
            json!({}),
            invalid(200, json!(["input", "tradeLog", "entryPrice"]), "FORMAT"),
        ),
        (
            entry("content: \"x\", tradeLog: { LOG, entryPrice: \"1\", tradeDate: \"2026-02-30\" }"),
            json!({}),
            invalid(200, json!(["input", "tradeLog", "tradeDate"]), "FORMAT"),
        ),
        (
            entry("content: \"x\", tradeLog: { LOG, entryPrice: \"1\", currency: \"nzd\" }"),
            json!({}),
            invalid(200, json!(["input", "tradeLog", "currency"]), "FORMAT"),
        ),
        // Ids of another type, beside one of the right type.
        (
            "mutation($i: CreateJournalEntryInput!) { createJournalEntry(input: $i) { journalEntry { id } } }",
            json!({ "i": { "content": "x", "id": "journal_entry_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e", "aboutTradeId": "user_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e" } }),
            invalid(200, json!(["input", "aboutTradeId"]), "FORMAT"),
        ),
        (
            "mutation($i: CreateJournalEntryInput!) { createJournalEntry(input: $i) { journalEntry { id } } }",
            json!({ "i": { "content": "x", "aboutTradeId": trade, "id": trade } }),
            invalid(200, json!(["input", "id"]), "FORMAT"),
        ),
        ("{ node(id: \"zzz\") { id } }", json!({}), invalid(200, json!(["id"]), "FORMAT")),
        ("{ node(id: 5) { id } }", json!({}), invalid(200, json!(["id"]), "FORMAT")),
        ("{ node(id: [\"user\"]) { id } }", json!({}), invalid(400, json!(["id"]), "FORMAT")),
        (
            "{ nodes(ids: [\"user_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e\", \"zzz\"]) { id } }",
            json!({}),
            invalid(200, json!(["ids", "1"]), "FORMAT"),
        ),
        // Filters, which are read as a whole.
        (
            list("filter: { portfolioValue: { gte: 1.5 } }"),
            json!({}),
            invalid(200, json!(["filter", "portfolioValue", "gte"]), "FORMAT"),
        ),
        (
            "{ viewer { ...P } } fragment P on User { p: portfolios(filter: { vaultId: { eq: null } }) { totalCount } }",
            json!({}),
            invalid(200, json!(["filter", "vaultId", "eq"]), "FORMAT"),
        ),
        // Texts that no table holds.
        (entry("content: \"a\\u0000b\""), json!({}), invalid(200, json!(["input", "content"]), "FORMAT")),
        // Documents that are none.
        ("{ nope }", json!({}), invalid(400, json!([]), "FORMAT")),
        ("{ viewer }", json!({}), invalid(400, json!([]), "FORMAT")),
        ("{ viewer { id", json!({}), invalid(400, json!([]), "FORMAT")),
        ("fragment F on User { id }", json!({}), invalid(400, json!([]), "FORMAT")),
        ("{ ...F } fragment F on Query { ...F }", json!({}), invalid(400, json!([]), "FORMAT")),
        ("{ serverInfo { version @nope } }", json!({}), invalid(400, json!([]), "FORMAT")),
        ("{ serverInfo { version @include(if: \"x\") } }", json!({}), invalid(400, json!(["if"]), "FORMAT")),
    ]
}

#[tokio::test]
async fn says_where_it_is_wrong_and_nothing_of_the_inside() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut answers = String::new();
    for (query, variables, expected) in cases() {
        let request = post().header("authorization", format!("Bearer {}", ada.token));
        let body = json!({ "query": query, "variables": variables }).to_string();
        let reply = send(&api, request, body).await;
        assert_eq!(reply.refusal(), expected, "{query} {variables}\n{:#}", reply.json());
        let message = reply.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(!message.contains("occurred while parsing") && !message.contains("Failed to parse"), "{message}");
        answers.push_str(&reply.text());
    }
    assert_discreet(&api, &answers).await;
}

#[tokio::test]
async fn is_told_to_a_person_in_a_sentence() {
    let api = Api::start().await;
    let query = "mutation { signIn(input: { email: \"nope\", password: \"x\" }) { accessToken } }";
    let answer = api.ask(None, query).await;
    assert_eq!(answer.message(), "An e-mail address looks like name@example.com.");
    assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["message"], answer.message());
}

#[tokio::test]
async fn of_several_variables_names_every_one_that_is_missing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let query = "mutation($a: ID!, $b: ID! = \"session_x\", $c: ID!, $d: ID) {
        out: signOut { sessionId }
        a: revokeSession(input: { id: $a }) { sessionId }
        b: revokeSession(input: { id: $b }) { sessionId }
        c: revokeSession(input: { id: $c }) { sessionId }
    }";
    let query = query.replace(", $d: ID", "");
    let answer = api.ask_with(Some(&ada), &query, json!({ "c": null })).await;
    let issues = &answer.body["errors"][0]["extensions"]["issues"];
    let paths: Vec<_> = issues.as_array().unwrap().iter().map(|issue| issue["path"].clone()).collect();
    assert_eq!(paths, [json!(["variables", "a"]), json!(["variables", "c"])]);
    // Nothing ran, not even what needs no variable.
    let viewer = api.ask(Some(&ada), "{ viewer { email } }").await;
    assert_eq!(viewer.data()["viewer"]["email"], "ada@example.com");
}

#[tokio::test]
async fn is_refused_in_less_than_it_came_in() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let long = "x".repeat(250);
    let fields: String = (0..30).map(|at| format!("a{at}: f{at}{long} ")).collect();
    for query in
        [format!("{{ {fields} }}"), format!("{{ serverInfo({}) {{ version }} }}", fields.replace(": ", ": 1 "))]
    {
        let answer = api.ask(Some(&ada), &query).await;
        assert_eq!(answer.code(), "INVALID");
        assert!(answer.text.len() < 2048, "{} bytes: {}", answer.text.len(), answer.text);
    }
    // A list that is too long is not looked through, and a form has room for so many problems and no more.
    let mutation =
        "mutation($input: CreateJournalEntryInput!) { createJournalEntry(input: $input) { journalEntry { id } } }";
    let tags = vec![""; 10_000];
    let answer = api.ask_with(Some(&ada), mutation, json!({ "input": { "content": "x", "tags": tags } })).await;
    let issues = answer.body["errors"][0]["extensions"]["issues"].as_array().unwrap().clone();
    assert_eq!(issues.len(), 1, "{}", answer.text);
    assert_eq!((&issues[0]["path"], &issues[0]["code"]), (&json!(["input", "tags"]), &json!("TOO_LONG")));
}
