//! What is requested and what it cost in the end, exactly.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{Reply, ask, ask_from, post, send, start};
use crate::support::{Api, Somebody, Statements};

/// Three portfolios with thirty holdings each.
async fn with_portfolios(api: &Api) -> Somebody {
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id) SELECT '{id}', 'vault ' || n FROM generate_series(1, 3) n;
         INSERT INTO portfolio_holdings (user_id, vault_id, symbol, quantity, avg_cost, current_price, market_value)
         SELECT '{id}', 'vault ' || v, 'SYM' || lpad(n::text, 2, '0'), n, 10, 12.5, n * 12.5
         FROM generate_series(1, 3) v, generate_series(1, 30) n",
        id = ada.id
    ))
    .await;
    ada
}

fn example(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("playground/examples").join(path)).unwrap()
}

#[tokio::test]
async fn what_was_not_read_is_given_back() {
    let (api, _) = start(100).await;
    let ada = with_portfolios(&api).await;
    let mut left = 20_000;
    for (document, requested, actual) in [
        ("{ viewer { id email tier } }", 1, 1),
        ("{ viewer { portfolios { nodes { id } } } }", 27, 5),
        ("{ viewer { portfolios { totalCount } } }", 2, 2),
        ("{ viewer { portfolios(first: 2) { pageInfo { hasNextPage } } } }", 4, 4),
        ("{ viewer { portfolios(first: 2, offset: 1) { nodes { id } } } }", 5, 5),
        (
            "{ viewer { portfolios(filter: { holdings: { some: { symbol: { eq: \"X\" } } } }) { nodes { id } } } }",
            28,
            3,
        ),
        ("{ viewer { portfolios { nodes { holdings(first: 5) { totalCount nodes { id } } } } } }", 202, 26),
        ("{ viewer { portfolios { edges { node { holdings(first: 40) { edges { node { id } } } } } } } }", 1_052, 98),
        // The same row for everybody is read with each of theirs.
        ("{ viewer { portfolios { nodes { user { id } } } } }", 52, 8),
        ("{ viewer { a: portfolios { nodes { id } } b: portfolios(first: 1) { nodes { id } } } }", 29, 7),
        ("{ viewer { journalEntries { nodes { tradeLog { id } } } } }", 52, 2),
        ("{ viewer { onboarding { id } } }", 2, 2),
        ("{ serverInfo { version } }", 1, 1),
        ("{ __schema { types { name fields { name } } } }", 10, 10),
        ("{ node(id: \"user_00000000-0000-7000-8000-000000000000\") { id } }", 1, 1),
        (&example("single-page-app/1-dashboard.graphql"), 703, 87),
    ] {
        let reply = ask(&api, &ada, document).await;
        left -= actual;
        assert_eq!(reply.cost(), (requested, actual, left), "{document}: {:#}", reply.body);
    }
}

#[tokio::test]
async fn variables_fragments_and_directives_count_as_the_executor_reads_them() {
    let (api, _) = start(100).await;
    let ada = with_portfolios(&api).await;
    let document = "query ($first: Int = 2, $with: Boolean = true, $without: Boolean = true) { viewer {
            ...P portfolios(first: $first) @include(if: $with) { ...N ...N }
            skipped: portfolios @skip(if: $without) { nodes { id } }
        } }
        fragment P on User { portfolios(first: $first) @include(if: $with) { totalCount } }
        fragment N on PortfolioConnection { nodes { holdings(first: $first) { nodes { id } } } }";
    let signed = || post().header("authorization", format!("Bearer {}", ada.token));
    for (variables, requested, actual) in [
        // The viewer, a total, a list of two, and for each of them twice a list of two; what is the same list at the same
        // place of the document is read once.
        (json!({}), 1 + 1 + 3 + 2 * 2 * 3, 1 + 1 + 3 + 2 * 3),
        (json!({ "first": 10 }), 1 + 1 + 11 + 10 * 2 * 11, 1 + 1 + 4 + 3 * 11),
        (json!({ "with": false }), 1, 1),
        (json!({ "with": false, "without": false }), 27, 5),
    ] {
        let reply = send(&api, signed(), document, variables.clone()).await;
        assert_eq!(reply.body.get("errors"), None, "{variables}");
        let (found_requested, found_actual, _) = reply.cost();
        assert_eq!((found_requested, found_actual), (requested, actual), "{variables}");
        assert_eq!(reply.body["data"]["viewer"].get("skipped").is_some(), variables["without"] == json!(false));
    }
    // Twice nested, a page that is too large costs too much; alone it is the executor's to refuse, and a document that does not fit the schema costs a point.
    let reply = send(&api, signed(), document, json!({ "first": 101 })).await;
    assert_eq!((reply.status, reply.code()), (400, "TOO_COMPLEX"));
    let small = "query ($first: Int) { viewer { portfolios(first: $first) { nodes { id } } } }";
    let reply = send(&api, signed(), small, json!({ "first": 101 })).await;
    assert_eq!((reply.status, reply.code()), (200, "INVALID"));
    let reply = send(&api, signed(), "{ viewer { nothing portfolios { nodes { id } } } }", json!({})).await;
    assert_eq!((reply.status, reply.code()), (400, "INVALID"));
    assert_eq!((reply.cost().0, reply.cost().1), (27, 1));
}

#[tokio::test]
async fn a_page_that_nobody_looks_at_is_not_read() {
    let (api, _) = start(100).await;
    let ada = with_portfolios(&api).await;
    let statements = Statements::listen();
    let reply = ask(&api, &ada, "{ viewer { portfolios { totalCount __typename } } }").await;
    assert_eq!(reply.body["data"]["viewer"]["portfolios"]["totalCount"], json!(3));
    let heard = statements.take();
    assert_eq!(heard.len(), 2, "{heard:#?}");
}

/// A mutation whose payload asks for three levels of full pages.
const TOO_MUCH: &str =
    "mutation { createJournalEntry(input: { content: \"Never written.\" }) { journalEntry { tradeLog {
    mentions(first: 100) { nodes { aboutTrade { mentions(first: 100) { nodes { aboutTrade { mentions(first: 100) {
        nodes { id }
    } } } } } } }
} } } }";

#[tokio::test]
async fn a_document_that_costs_too_much_is_refused_before_anything_is_read() {
    let (api, _) = start(100).await;
    let ada = with_portfolios(&api).await;
    let statements = Statements::listen();
    for document in [
        "{ admin { users(first: 100) { nodes { portfolios(first: 100) { nodes { holdings(first: 100) { nodes { id } } } } } } } }",
        TOO_MUCH,
    ] {
        let reply = ask(&api, &ada, document).await;
        assert_eq!((reply.status, reply.code()), (400, "TOO_COMPLEX"), "{document}");
        assert_eq!(reply.body.get("data"), None);
        let message = reply.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("at most 20000 are allowed"), "{message}");
        assert!(reply.body["extensions"]["cost"]["requested"].as_u64().unwrap() > 1_000_000, "{:#}", reply.body);
    }
    assert_eq!(statements.take(), Vec::<String>::new());
    assert_eq!(
        written(&api, &ada).await,
        json!({ "journalEntries": { "totalCount": 0 }, "activities": { "totalCount": 0 } })
    );
    // Nothing was taken for them.
    assert_eq!(ask(&api, &ada, "{ viewer { id } }").await.remaining(), 20_000 - 1 - 3);
    // Two levels of full pages are allowed, and cost what is there.
    let two = "{ viewer { portfolios(first: 100) { nodes { holdings(first: 100) { nodes { id } } } } } }";
    let reply = ask(&api, &ada, two).await;
    assert_eq!((reply.cost().0, reply.cost().1), (10_202, 1 + 1 + 3 * (1 + 1 + 30)));
}

#[tokio::test]
async fn a_budget_that_is_smaller_than_the_document_never_holds_it() {
    let (api, _) = start(100).await;
    let two = "{ publicWatchlists(first: 100) { nodes { items(first: 100) { nodes { id } } } } }";
    let reply = ask_from(&api, "192.0.2.1", two).await;
    assert_eq!((reply.status, reply.code()), (400, "TOO_COMPLEX"));
    assert!(reply.body["errors"][0]["message"].as_str().unwrap().contains("at most 5000 are allowed"));
}

#[tokio::test]
async fn a_mutation_is_paid_whether_it_succeeds_or_not() {
    let (api, _) = start(100).await;
    let ada = with_portfolios(&api).await;
    let write = |content: &str| {
        format!(
            "mutation {{ createJournalEntry(input: {{ content: \"{content}\" }}) {{ journalEntry {{ id tradeLog {{ id }} }} }} }}"
        )
    };
    let written = ask(&api, &ada, &write("Bought.")).await;
    assert_eq!(written.body.get("errors"), None, "{:#}", written.body);
    // The entry is read, and its trade log looked for.
    assert_eq!((written.cost().0, written.cost().1), (12, 12));
    let refused = ask(&api, &ada, &write("")).await;
    assert_eq!((refused.code(), refused.cost().0, refused.cost().1), ("INVALID", 12, 10));
    let sign_in = "mutation { a: signIn(input: { email: \"x@example.com\", password: \"wrong\" }) { sessionId }
        b: signIn(input: { email: \"x@example.com\", password: \"wrong\" }) { sessionId } }";
    let reply = ask_from(&api, "192.0.2.1", sign_in).await;
    assert_eq!((reply.code(), reply.cost()), ("UNAUTHENTICATED", (200, 200, 4_800)));
}

#[tokio::test]
async fn the_examples_of_the_playground_fit_an_observer_many_times() {
    let (api, _) = start(100).await;
    let ada = with_portfolios(&api).await;
    let variables = json!({ "id": format!("user_{}", ada.id) });
    let mut found = Vec::new();
    for folder in ["explorer", "integrator", "single-page-app"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground/examples").join(folder);
        let mut names: Vec<String> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        // What has no end is paid as it goes on.
        names.retain(|name| name != "4-live.graphql");
        for name in names {
            let request = post().header("authorization", format!("Bearer {}", ada.token));
            let reply: Reply = send(&api, request, &example(&format!("{folder}/{name}")), variables.clone()).await;
            assert_eq!(reply.status, 200, "{name}");
            found.push((name, reply.cost().0));
        }
    }
    let found: Vec<(&str, u64)> = found.iter().map(|(name, cost)| (name.as_str(), *cost)).collect();
    assert_eq!(
        found,
        [
            ("1-totals.graphql", 78),
            ("2-filters.graphql", 703),
            ("3-order.graphql", 302),
            ("4-pages.graphql", 14),
            ("5-figures.graphql", 81),
            ("1-cursors.graphql", 4),
            ("2-node.graphql", 1),
            ("3-errors.graphql", 2),
            ("4-create-journal-entry.graphql", 13),
            ("5-server.graphql", 1),
            ("6-import.graphql", 135),
            ("1-dashboard.graphql", 703),
            ("2-journal.graphql", 63),
            ("3-one-screen.graphql", 7),
            ("5-first-screen.graphql", 632),
            ("5-rebalancing.graphql", 730),
            ("6-search.graphql", 13),
            ("7-health.graphql", 8930),
        ]
    );
}

/// What Ada has written, as she reads it.
async fn written(api: &Api, ada: &Somebody) -> Value {
    let reply = ask(api, ada, "{ viewer { journalEntries { totalCount } activities { totalCount } } }").await;
    reply.body["data"]["viewer"].clone()
}
