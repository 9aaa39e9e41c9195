//! What every mutation promises: keys for requests that come twice, conflicts with what stands there, omitted against
//! null, batches. Watchlists stand for all of them.

use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use serde_json::{Value, json};
use stackmotive::{
    clock,
    graphql::mutation::idempotency::ForgetOldKeys,
    jobs::{self, Job, Run},
};

use crate::{
    authorization::root_fields,
    personal_tokens::{admit, with_token},
    support::{Api, Somebody, Statements},
};

const CREATE: &str =
    "mutation ($input: CreateWatchlistInput!) { createWatchlist(input: $input) { watchlist { id name } } }";
const UPDATE: &str = "mutation ($input: UpdateWatchlistInput!) { updateWatchlist(input: $input) { watchlist {
    name description isPublic updatedAt } } }";
const ADD: &str = "mutation ($input: AddWatchlistItemsInput!) { addWatchlistItems(input: $input) {
    watchlist { items(orderBy: [{ field: POSITION }]) { nodes { symbol position } } }
    results { index item { symbol } problems { path code message } } } }";

fn named(name: &str) -> Value {
    json!({ "input": { "name": name } })
}

/// Every list, item, key and activity, to see that a refusal changed none.
async fn rows(api: &Api) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["watchlists", "watchlist_items", "idempotency_keys", "agent_memory"] {
        all.extend(lines(api, &format!("SELECT '{table} ' || to_jsonb(t)::text FROM {table} t ORDER BY 1")).await);
    }
    all
}

async fn lines(api: &Api, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut api.admin().await).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_request_that_comes_again_under_its_key_happens_once() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let first = api.ask_under("k-1", Some(&ada), CREATE, named("Banks")).await;
    let id = first.data()["createWatchlist"]["watchlist"]["id"].clone();

    api.sql("SET stackmotive.system = 'on'; UPDATE watchlists SET name = 'Renamed since'").await;
    let before = rows(&api).await;
    let other_selection = CREATE.replace("id name", "id name isPublic");
    let again = api.ask_under("k-1", Some(&ada), &other_selection, named("Banks")).await;
    let expected = json!({ "id": id, "name": "Renamed since", "isPublic": false });
    assert_eq!(again.data()["createWatchlist"]["watchlist"], expected, "its selection is read afresh");
    assert_eq!(rows(&api).await, before);

    for other in [json!({ "name": "Shares" }), json!({ "name": "Banks", "description": null })] {
        let answer = api.ask_under("k-1", Some(&ada), CREATE, json!({ "input": other })).await;
        assert_eq!(answer.code(), "CONFLICT", "{other}");
    }
    assert_eq!(rows(&api).await, before);

    // Another person's key is another key, and so is another field of the answer.
    api.ask_under("k-1", Some(&eve), CREATE, named("Banks")).await.data();
    let two = "mutation ($input: CreateWatchlistInput!) { one: createWatchlist(input: $input) { watchlist { id } } \
               other: createWatchlist(input: $input) { watchlist { id } } }";
    let both = api.ask_under("k-1", Some(&ada), two, named("Banks")).await.body;
    assert_ne!(both["data"]["one"], both["data"]["other"]);
    assert_eq!(api.ask_under("k-1", Some(&ada), two, named("Banks")).await.body["data"], both["data"]);
    assert_eq!(lines(&api, "SELECT count(*)::text FROM watchlists").await, ["4"]);
}

#[tokio::test]
async fn of_many_at_once_under_one_key_one_writes_and_all_are_answered() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let answers = (0..12).map(|_| api.ask_under("k-1", Some(&ada), CREATE, named("Banks")));
    let answers = futures_util::future::join_all(answers).await;
    let mut ids: Vec<_> = answers.iter().map(|answer| answer.data().to_string()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(lines(&api, "SELECT count(*)::text FROM watchlists").await, ["1"]);
    assert_eq!(lines(&api, "SELECT action FROM agent_memory").await, ["watchlist_created"]);
}

#[tokio::test]
async fn a_key_keeps_no_refusal_and_nothing_for_longer_than_a_day() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    assert_eq!(api.ask_under("k-1", Some(&ada), CREATE, named(" ")).await.code(), "INVALID");
    assert_eq!(rows(&api).await, Vec::<String>::new());
    let made = api.ask_under("k-1", Some(&ada), CREATE, named("Banks")).await;
    let list = json!({ "input": { "id": made.data()["createWatchlist"]["watchlist"]["id"] } });

    let delete = "mutation ($input: DeleteWatchlistInput!) { deleteWatchlist(input: $input) { watchlistId } }";
    api.ask_under("k-2", Some(&ada), delete, list.clone()).await.data();
    api.ask_under("k-2", Some(&ada), delete, list.clone()).await.data();
    assert_eq!(api.ask_under("k-3", Some(&ada), delete, list).await.code(), "NOT_FOUND");
    assert_eq!(api.ask_under("k-1", Some(&ada), CREATE, named("Banks")).await.code(), "NOT_FOUND", "it is gone since");

    api.sql("SET stackmotive.system = 'on'; UPDATE idempotency_keys SET created_at = now() - interval '1441 minutes'")
        .await;
    api.ask_under("k-1", Some(&ada), CREATE, named("Shares")).await.data();
    let kept = "SELECT concat_ws(' ', key, field, done IS NOT NULL) FROM idempotency_keys";
    assert_eq!(lines(&api, kept).await, ["k-1 createWatchlist t"], "the user's older keys go with a new one");
    api.sql("SET stackmotive.system = 'on'; UPDATE idempotency_keys SET created_at = now() - interval '1441 minutes'")
        .await;
    let runs = jobs::run_due(&api.app, &[Job::Regular(&ForgetOldKeys)], clock::now()).await.unwrap();
    assert_eq!(runs, [Run { job: "forget_old_keys", done: 1, failure: None }]);
    assert_eq!(lines(&api, kept).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_key_is_one_word_and_goes_with_no_secret() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for key in ["", "two words", &"x".repeat(256)] {
        let answer = api.ask_under(key, Some(&ada), CREATE, named("Banks")).await;
        assert_eq!(answer.code(), "INVALID", "{key:?}");
        let issue = &answer.body["errors"][0]["extensions"]["issues"][0];
        assert_eq!((&issue["path"], &issue["code"]), (&json!(["idempotency-key"]), &json!("FORMAT")), "{key:?}");
    }
    assert_eq!(rows(&api).await, Vec::<String>::new());
    api.ask_under("two words", Some(&ada), "{ viewer { id } }", json!({})).await.data();

    // Whoever is nobody meets either the question who they are, or that this mutation takes no key.
    let mutations = root_fields().filter(|(_, document, _)| document.starts_with("mutation"));
    let mut taking_none = 0;
    for (name, document, _) in mutations {
        let answer = api.ask_under("k-1", None, document, json!({})).await;
        match answer.code() {
            "INVALID" => {
                let issue = &answer.body["errors"][0]["extensions"]["issues"][0];
                assert_eq!(issue["code"], "NOT_TAKEN", "{name}");
                taking_none += 1;
            }
            code => assert_eq!(code, "UNAUTHENTICATED", "{name}"),
        }
    }
    assert!(taking_none >= 16, "{taking_none} mutations with secrets");
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_clears() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let made = json!({ "input": { "name": "Banks", "description": "Of Oceania.", "isPublic": true } });
    let made = api.ask_with(Some(&ada), CREATE, made).await;
    let id = &made.data()["createWatchlist"]["watchlist"]["id"];
    for (change, expected) in [
        (json!({}), json!(["Banks", "Of Oceania.", true])),
        (json!({ "name": "Insurers" }), json!(["Insurers", "Of Oceania.", true])),
        (json!({ "description": null, "isPublic": false }), json!(["Insurers", null, false])),
    ] {
        let mut input = change.clone();
        input["id"] = id.clone();
        let answer = api.ask_with(Some(&ada), UPDATE, json!({ "input": input })).await;
        let list = &answer.data()["updateWatchlist"]["watchlist"];
        assert_eq!(json!([list["name"], list["description"], list["isPublic"]]), expected, "{change}");
    }
    let before = rows(&api).await;
    let wrong = json!({ "input": { "id": id, "name": null, "isPublic": null, "description": "x".repeat(5001) } });
    let answer = api.ask_with(Some(&ada), UPDATE, wrong).await;
    let issues = answer.body["errors"][0]["extensions"]["issues"].as_array().unwrap();
    let found: Vec<_> = issues.iter().map(|issue| json!([issue["path"][1], issue["code"]])).collect();
    let expected = [json!(["name", "REQUIRED"]), json!(["isPublic", "REQUIRED"]), json!(["description", "TOO_LONG"])];
    assert_eq!(found, expected);
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn a_change_that_comes_too_late_is_told_what_stands_there() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let made = api.ask_with(Some(&ada), CREATE, named("Banks")).await;
    let id = made.data()["createWatchlist"]["watchlist"]["id"].clone();
    let seen = api.ask(Some(&ada), "{ viewer { watchlists { nodes { updatedAt } } } }").await;
    let seen = seen.data()["viewer"]["watchlists"]["nodes"][0]["updatedAt"].clone();
    let change = |name: &str, seen: &Value| json!({ "input": { "id": id, "name": name, "expectedUpdatedAt": seen } });

    let writers = ["Insurers", "Utilities"].map(|name| api.ask_with(Some(&ada), UPDATE, change(name, &seen)));
    let [one, other] = <[_; 2]>::try_from(futures_util::future::join_all(writers).await).unwrap();
    let (won, lost) = if one.body["errors"].is_null() { (one, other) } else { (other, one) };
    let stands = &won.data()["updateWatchlist"]["watchlist"];
    assert_eq!(lost.code(), "CONFLICT");
    let current = &lost.body["errors"][0]["extensions"]["current"];
    assert_eq!((&current["id"], &current["name"], &current["updatedAt"]), (&id, &stands["name"], &stands["updatedAt"]));

    api.ask_with(Some(&ada), UPDATE, change("Miners", &stands["updatedAt"])).await.data();
    let before = rows(&api).await;
    let delete = "mutation ($input: DeleteWatchlistInput!) { deleteWatchlist(input: $input) { watchlistId } }";
    let late = json!({ "input": { "id": id, "expectedUpdatedAt": seen } });
    assert_eq!(api.ask_with(Some(&ada), delete, late).await.code(), "CONFLICT");
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn a_batch_tells_each_item_its_own_result() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let made = api.ask_with(Some(&ada), CREATE, named("Banks")).await;
    let id = made.data()["createWatchlist"]["watchlist"]["id"].clone();
    let items = json!([{ "symbol": "anz" }, { "symbol": " " }, { "symbol": "ANZ" }, { "symbol": "WBC", "name": "" }]);
    let add =
        |items: Value, policy: &str| json!({ "input": { "watchlistId": id, "items": items, "errorPolicy": policy } });
    let problems = [
        json!([["input", "items", "1", "symbol"], "BLANK"]),
        json!([["input", "items", "2", "symbol"], "TAKEN"]),
        json!([["input", "items", "3", "name"], "BLANK"]),
    ];
    let short = |issues: &Value| -> Vec<Value> {
        issues.as_array().unwrap().iter().map(|issue| json!([issue["path"], issue["code"]])).collect()
    };

    let before = rows(&api).await;
    let refused = api.ask_with(Some(&ada), ADD, add(items.clone(), "REJECT_ALL")).await;
    assert_eq!(refused.code(), "INVALID");
    assert_eq!(short(&refused.body["errors"][0]["extensions"]["issues"]), problems);
    for (items, code) in [(json!([]), "EMPTY"), (json!(vec![json!({ "symbol": "A" }); 101]), "TOO_MANY")] {
        let refused = api.ask_with(Some(&ada), ADD, add(items, "APPLY_VALID")).await;
        assert_eq!(refused.body["errors"][0]["extensions"]["issues"][0]["code"], code);
    }
    assert_eq!(rows(&api).await, before);

    let answer = api.ask_with(Some(&ada), ADD, add(items, "APPLY_VALID")).await;
    let payload = &answer.data()["addWatchlistItems"];
    assert_eq!(payload["watchlist"]["items"]["nodes"], json!([{ "symbol": "ANZ", "position": 0 }]));
    let results = payload["results"].as_array().unwrap();
    let symbols: Vec<_> = results.iter().map(|result| result["item"]["symbol"].clone()).collect();
    assert_eq!(symbols, [json!("ANZ"), Value::Null, Value::Null, Value::Null]);
    let told: Vec<Value> = results.iter().flat_map(|result| short(&result["problems"])).collect();
    assert_eq!(told, problems);
    let metadata = "SELECT (metadata->'created')::text FROM agent_memory WHERE action = 'watchlist_items_added'";
    assert_eq!(lines(&api, metadata).await[0].matches("watchlist_item_").count(), 1);
}

/// What is read for the payload of a batch, whatever its length: the statements on this table.
async fn reads_of(api: &Api, who: &Somebody, document: &str, input: Value, table: &str) -> usize {
    let statements = Statements::listen();
    api.ask_with(Some(who), document, json!({ "input": input })).await.data();
    statements.take().iter().filter(|sql| sql.starts_with("SELECT page.") && sql.contains(table)).count()
}

#[tokio::test]
async fn the_rows_of_a_batch_are_read_in_one_statement() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let list = api.ask_with(Some(&ada), CREATE, named("Banks")).await;
    let list = &list.data()["createWatchlist"]["watchlist"]["id"];
    let category = "mutation { createVaultCategory(input: { categoryName: \"Shares\", categoryCode: \"SHARES\", \
                    categoryType: ASSET_CLASS }) { vaultCategory { id } } }";
    let category = api.ask(Some(&ada), category).await;
    let category = &category.data()["createVaultCategory"]["vaultCategory"]["id"];
    let symbols = |count: usize| (0..count).map(move |number| format!("S{count}X{number}"));
    for (field, item, table, first, further) in [
        ("addWatchlistItems", "item { symbol }", "watchlist_items", json!({ "watchlistId": list }), json!({})),
        ("createHoldings", "holding { symbol }", "portfolio_holdings", json!({}), json!({ "quantity": "1" })),
        (
            "createPositions",
            "position { symbol }",
            "portfolio_position",
            json!({}),
            json!({ "quantity": "1", "account": "Broker" }),
        ),
        (
            "openTradeLogs",
            "tradeLog { symbol }",
            "manual_trade_logs",
            json!({}),
            json!({ "quantity": "1", "entryPrice": "5", "tradeType": "BUY" }),
        ),
        (
            "createCategoryAssignments",
            "categoryAssignment { symbol }",
            "asset_category_assignment",
            json!({ "categoryId": category }),
            json!({}),
        ),
    ] {
        let input = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let document =
            format!("mutation ($input: {input}!) {{ {field}(input: $input) {{ results {{ index {item} }} }} }}");
        for count in [2, 20] {
            let items = symbols(count).map(|symbol| {
                let mut item = further.clone();
                item["symbol"] = json!(symbol);
                item
            });
            let mut input = first.clone();
            input["items"] = items.collect();
            assert_eq!(reads_of(&api, &ada, &document, input, table).await, 1, "{field} of {count}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_given_undoes_what_was_written() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    let (token, _) = with_token(&api, &ada, &["portfolio:write"]).await;
    let before = api.picture().await;
    let list =
        |selection: &str| format!("createWatchlist(input: {{ name: \"Banks\" }}) {{ watchlist {{ {selection} }} }}");
    let rules = "createPortfolio(input: { vaultId: \"Main\", holdings: [{ symbol: \"VTI\", quantity: 1 }] }) {
        portfolio { holdings { nodes { tradeRules { totalCount } } } } }";
    for (who, field, code, path) in [
        (&ada, list("items(first: 500) { nodes { id } }"), "INVALID", json!(["createWatchlist", "watchlist", "items"])),
        (
            &ada,
            list("items(after: \"junk\") { totalCount }"),
            "INVALID",
            json!(["createWatchlist", "watchlist", "items"]),
        ),
        (
            &token,
            rules.to_owned(),
            "FORBIDDEN",
            json!(["createPortfolio", "portfolio", "holdings", "nodes", 0, "tradeRules", "totalCount"]),
        ),
    ] {
        let answer = api.ask_under("once", Some(who), &format!("mutation {{ {field} }}"), json!({})).await;
        assert_eq!((answer.code(), &answer.body["errors"][0]["path"]), (code, &path), "{:#}", answer.body);
        let mut now = api.picture().await;
        for of_token in ["personal_tokens", "personal_token_calls"] {
            now.insert(of_token.into(), before[of_token].clone());
        }
        assert_eq!(now, before, "{field}");
    }
    // Nothing was kept under the key either, and each field of a document stands for itself.
    let twice = format!(
        "mutation {{ first: {} second: {} }}",
        list("id items(first: 500) { totalCount }"),
        list("name items { totalCount }")
    );
    let answer = api.ask_under("once", Some(&ada), &twice, json!({})).await;
    let made = json!({ "first": null, "second": { "watchlist": { "name": "Banks", "items": { "totalCount": 0 } } } });
    assert_eq!((&answer.body["data"], &answer.body["errors"][0]["path"][0]), (&made, &json!("first")));
    assert_eq!(lines(&api, "SELECT name::text FROM watchlists").await, ["Banks"]);
}

#[tokio::test]
async fn a_dry_run_is_told_to_the_audit() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.ask(Some(&ada), "mutation { resetPreferences(input: { dryRun: true }) { preferences { id } } }").await.data();
    api.app.audit.flush().await;
    let told = "SELECT concat_ws(' ', operation, actor_id, details) FROM audit_log WHERE operation = 'DRY_RUN'";
    assert_eq!(lines(&api, told).await, [format!("DRY_RUN {} {{\"field\": \"resetPreferences\"}}", ada.id)]);
}

#[tokio::test]
async fn a_name_that_nobody_sees_is_blank() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for name in ["\u{200b}", " \u{feff}\u{2060} ", "\u{202e}\u{202c}", "\u{ad}"] {
        let refused = api.refused(&ada, CREATE, json!({ "name": name })).await;
        assert_eq!(refused.refusal(), "INVALID, input.name BLANK", "{name:?}");
    }
}
