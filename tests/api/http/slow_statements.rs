//! A statement that took too long is logged with the operation that it served.

use serde_json::{Value, json};
use stackmotive::config::Settings;

use super::{post, send};
use crate::support::{Api, Log, Somebody};

/// What the server logs unless told otherwise.
const FILTER: &str = "warn,stackmotive=info";

/// A server that finds every statement slow.
async fn slow() -> (Api, Somebody) {
    let mut settings = Settings::for_tests();
    settings.slow_statement_ms = 0;
    let api = Api::start_as(settings, |_| ()).await;
    let ada = api.somebody("ada").await;
    // The first connection is told what every connection is, on behalf of no operation.
    api.ask(Some(&ada), "{ viewer { id } }").await.data();
    (api, ada)
}

/// The operation's name of every slow table statement that a document took, with a word of the statement.
///
/// One log hears all documents: a transaction is taken back after its answer, and tracing leaves a span of one log in
/// the log that is heard by then.
async fn heard((api, log): (&Api, &Log), ada: &Somebody, body: Value) -> Vec<(String, String)> {
    let request = post().header("authorization", format!("Bearer {}", ada.token));
    let reply = send(api, request, body.to_string()).await;
    assert_eq!(reply.json().get("errors"), None, "{:#}", reply.json());
    let lines = log.take().into_iter().filter(|line| line["target"] == "sqlx::query");
    let words = |line: Value| {
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["fields"]["message"], "slow statement: execution time exceeded alert threshold");
        let sql = format!("{} {}", line["fields"]["summary"], line["fields"]["db.statement"]);
        // The statement of a level names the tables above it too.
        let tables = ["auth_session", "portfolio_holdings", "portfolio_summary"];
        let table = tables.iter().find(|name| sql.contains(*name))?;
        let span = |name: &str| line["spans"].as_array().unwrap().iter().find(|span| span["name"] == name).cloned();
        assert_eq!(span("request").unwrap()["id"], reply.header("x-request-id"));
        let operation = span("operation").unwrap()["operation_name"].as_str().unwrap().to_owned();
        Some((operation, (*table).to_owned()))
    };
    lines.filter_map(words).collect()
}

#[tokio::test]
async fn under_the_name_that_the_operation_has_in_its_document() {
    let (api, ada) = slow().await;
    let list = "{ viewer { portfolios { nodes { id holdings { nodes { id } } } } } }";
    api.sql(&format!("INSERT INTO portfolio_summary (user_id, vault_id) VALUES ('{}', 'one')", ada.id)).await;
    let heard_as = |name: &str| {
        ["auth_session", "portfolio_summary", "portfolio_holdings"].map(|table| (name.to_owned(), table.to_owned()))
    };
    let log = Log::listen(FILTER);
    let here = (&api, &log);
    let one = json!({ "query": format!("query Dashboard {list}") });
    assert_eq!(heard(here, &ada, one).await, heard_as("Dashboard"));
    let chosen = json!({ "query": format!("query Dashboard {list}"), "operationName": "Dashboard" });
    assert_eq!(heard(here, &ada, chosen).await, heard_as("Dashboard"));
    let long = json!({ "query": format!("query {} {list}", "N".repeat(200)) });
    assert_eq!(heard(here, &ada, long).await, heard_as(&"N".repeat(100)));
    let nameless = json!({ "query": list });
    assert_eq!(heard(here, &ada, nameless).await, heard_as(""));
}

#[tokio::test]
async fn and_a_quick_one_is_not_logged() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.ask(Some(&ada), "{ viewer { id } }").await.data();
    let log = Log::listen(FILTER);
    api.ask(Some(&ada), "query Quick { viewer { email } }").await.data();
    assert_eq!(log.take(), Vec::<Value>::new());
}
