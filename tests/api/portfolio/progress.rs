//! Following an import while it is under way.

use sea_orm::sqlx;
use serde_json::{Value, json};

use crate::{
    support::{Api, Server, Somebody, upload::IMPORT},
    websocket::Socket,
};

const FOLLOW: &str = "subscription { importProgress(key: \"k-1\") { key stage rowsDone rowsTotal } }";

fn csv(rows: &str) -> Value {
    json!({ "content": format!("Symbol,Quantity\n{rows}"), "account": "Main", "progressKey": "k-1" })
}

async fn import(api: &Api, who: &Somebody, input: Value) -> Value {
    api.ask_with(Some(who), IMPORT, json!({ "input": input })).await.body
}

/// The next piece of news, as `STAGE done/total`.
async fn news(socket: &mut Socket) -> String {
    let message = socket.message().await;
    assert_eq!(message["type"], "next", "{message:#}");
    let progress = &message["payload"]["data"]["importProgress"];
    assert_eq!(progress["key"], "k-1", "{message:#}");
    format!("{} {}/{}", progress["stage"].as_str().unwrap(), progress["rowsDone"], progress["rowsTotal"])
}

async fn completes(socket: &mut Socket) {
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "1" }));
}

#[tokio::test]
async fn an_import_tells_how_far_it_is_before_it_commits_and_over_another_server() {
    let server = Server::start().await;
    let other = Server::of(server.api.beside().await).await;
    let (ada, eve) = (server.api.somebody("ada").await, server.api.somebody("eve").await);
    let mut socket = Socket::open(&other, Some(&ada)).await;
    let mut of_eve = Socket::open(&other, Some(&eve)).await;
    for socket in [&mut socket, &mut of_eve] {
        socket.subscribe("1", FOLLOW).await;
        assert_eq!(news(socket).await, "WAITING 0/null");
    }
    // Holds up what comes behind reading, so that the import cannot end.
    let mut admin = server.api.admin().await;
    let lock = "SELECT pg_advisory_lock(hashtextextended('import ' || $1::text, 0))";
    sqlx::query(lock).bind(ada.id).execute(&mut admin).await.unwrap();
    let (api, somebody) = (server.api.clone(), ada.clone());
    let importing = tokio::spawn(async move { import(&api, &somebody, csv("A,1\nB,2\nA,3\nC,-1\n")).await });
    assert_eq!(news(&mut socket).await, "READING 0/null");
    assert_eq!(news(&mut socket).await, "WRITING 0/3");
    let count = "SELECT count(*) FROM portfolio_position";
    let count: i64 = sqlx::query_scalar(count).fetch_one(&mut server.api.admin().await).await.unwrap();
    assert_eq!((count, importing.is_finished()), (0, false));
    sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut admin).await.unwrap();
    assert_eq!(news(&mut socket).await, "TOTALLING 3/3");
    assert_eq!(news(&mut socket).await, "DONE 3/3");
    completes(&mut socket).await;
    assert_eq!(importing.await.unwrap()["data"]["importPositions"]["run"]["status"], "SUCCESS");
    assert_eq!(of_eve.ask("between", "{ __typename }").await["data"]["__typename"], "Query", "nobody else hears it");
}

#[tokio::test]
async fn an_import_that_is_refused_tells_that_it_failed() {
    let server = Server::start().await;
    let ada = server.api.somebody("ada").await;
    for (rows, news_of, code) in [
        ("", &["READING 0/null", "FAILED 0/null"][..], Some("INVALID")),
        ("A,1\n", &["READING 0/null", "WRITING 0/1", "TOTALLING 1/1", "DONE 1/1"], None),
        ("A,1\n", &["READING 0/null", "WRITING 0/1", "FAILED 0/1"], Some("ALREADY_IMPORTED")),
        // A run that took nothing over is in the log all the same.
        ("A,x\n", &["READING 0/null", "WRITING 0/1", "TOTALLING 1/1", "DONE 1/1"], None),
    ] {
        let mut socket = Socket::open(&server, Some(&ada)).await;
        socket.subscribe("1", FOLLOW).await;
        assert_eq!(news(&mut socket).await, "WAITING 0/null");
        let answer = import(&server.api, &ada, csv(rows)).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"].as_str(), code, "{answer:#}");
        for expected in news_of {
            assert_eq!(news(&mut socket).await, *expected, "{rows}");
        }
        completes(&mut socket).await;
    }
}

#[tokio::test]
async fn an_import_whose_answer_cannot_be_given_tells_that_it_failed() {
    let server = Server::start().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    socket.subscribe("1", FOLLOW).await;
    assert_eq!(news(&mut socket).await, "WAITING 0/null");
    let document = "mutation ($input: ImportPositionsInput!) { importPositions(input: $input) {
        portfolios { holdings(first: 500) { totalCount } } } }";
    let refused = server.api.refused(&ada, document, csv("A,1\n")).await;
    assert_eq!(refused.code(), "INVALID");
    for expected in ["READING 0/null", "WRITING 0/1", "TOTALLING 1/1", "FAILED 0/1"] {
        assert_eq!(news(&mut socket).await, expected);
    }
    completes(&mut socket).await;
}

#[tokio::test]
async fn an_import_that_is_sent_again_tells_that_it_is_done() {
    let server = Server::start().await;
    let ada = server.api.somebody("ada").await;
    let sent = json!({ "input": csv("A,1\nB,2\n") });
    for expected in [&["READING 0/null", "WRITING 0/2", "TOTALLING 2/2", "DONE 2/2"][..], &["DONE 2/2"]] {
        let mut socket = Socket::open(&server, Some(&ada)).await;
        socket.subscribe("1", FOLLOW).await;
        assert_eq!(news(&mut socket).await, "WAITING 0/null");
        let answer = server.api.ask_under("once", Some(&ada), IMPORT, sent.clone()).await;
        assert_eq!(answer.body["data"]["importPositions"]["run"]["status"], "SUCCESS", "{:#}", answer.body);
        for expected in expected {
            assert_eq!(news(&mut socket).await, *expected);
        }
        completes(&mut socket).await;
    }
}

#[tokio::test]
async fn a_dry_run_is_told_of_and_leaves_nothing() {
    let server = Server::start().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    socket.subscribe("1", FOLLOW).await;
    let before = server.api.picture().await;
    let mut input = csv("A,1\n");
    input["dryRun"] = json!(true);
    assert_eq!(news(&mut socket).await, "WAITING 0/null");
    import(&server.api, &ada, input).await;
    for expected in ["READING 0/null", "WRITING 0/1", "TOTALLING 1/1", "DONE 1/1"] {
        assert_eq!(news(&mut socket).await, expected);
    }
    completes(&mut socket).await;
    assert_eq!(server.api.picture().await, before);
}

#[tokio::test]
async fn following_is_for_those_who_may_and_with_a_key() {
    let server = Server::of(Api::start_with(|app| app.changes.limits.subscriptions_per_user_max = 2).await).await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    for key in ["", "two words", &"x".repeat(65)] {
        socket.subscribe("1", &format!("subscription {{ importProgress(key: \"{key}\") {{ stage }} }}")).await;
        let message = socket.message().await;
        let extensions = &message["payload"][0]["extensions"];
        assert_eq!((&message["type"], &extensions["code"]), (&json!("error"), &json!("INVALID")), "{message:#}");
        assert_eq!(extensions["issues"][0]["path"], json!(["key"]), "{message:#}");
    }
    let mut nobody = Socket::open(&server, None).await;
    nobody.subscribe("1", FOLLOW).await;
    let message = nobody.message().await;
    assert_eq!(message["payload"][0]["extensions"]["code"], "UNAUTHENTICATED", "{message:#}");

    // As many subscriptions as of any kind.
    for id in 0..2 {
        socket.subscribe(&format!("s{id}"), FOLLOW).await;
        assert_eq!(news(&mut socket).await, "WAITING 0/null");
    }
    socket.subscribe("1", FOLLOW).await;
    let message = socket.message().await;
    assert_eq!(message["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{message:#}");
}
