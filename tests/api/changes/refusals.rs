//! What is no subscription, or one too many.

use axum::{body::Body, http::Request};
use serde_json::json;
use stackmotive::config::Settings;

use super::{EVERYTHING, error, follow, hears_nothing, notify, told};
use crate::{
    support::{Api, Server, Somebody},
    websocket::{Heard, Socket},
};

#[tokio::test]
async fn a_document_that_is_no_subscription_is_told_so_and_the_connection_lives() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    for (document, sentence) in [
        ("subscription { nothing }", "Unknown field \"nothing\" on type \"Subscription\"."),
        ("subscription { viewerChanges { kind nothing } }", "Unknown field \"nothing\" on type \"Change\"."),
        ("subscription { viewerChanges }", ""),
        ("subscription { viewerChanges(types: [NOTHING]) { kind } }", ""),
        ("subscription { viewerChanges(types: [AUDIT_ENTRY]) { kind } }", ""),
        ("subscription { viewerChanges(types: [null]) { kind } }", ""),
        ("subscription($t: [NodeType!]!) { viewerChanges(types: $t) { kind } }", "The variable $t is missing."),
        (
            "subscription { a: viewerChanges { kind } b: viewerChanges { kind } }",
            "A subscription selects one field, without a fragment or a directive around it.",
        ),
        (
            "subscription { ...F } fragment F on Subscription { viewerChanges { kind } }",
            "A subscription selects one field, without a fragment or a directive around it.",
        ),
        (
            "subscription { ... { viewerChanges { kind } } }",
            "A subscription selects one field, without a fragment or a directive around it.",
        ),
        (
            "subscription { viewerChanges @skip(if: true) { kind } }",
            "A subscription selects one field, without a fragment or a directive around it.",
        ),
        ("subscription { __typename }", ""),
    ] {
        socket.subscribe("1", document).await;
        let (code, message) = error(&mut socket, "1").await;
        assert_eq!(code, "INVALID", "{document}: {message}");
        assert!(message == sentence || sentence.is_empty(), "{document}: {message}");
    }
    hears_nothing(&mut socket).await;
}

#[tokio::test]
async fn nobody_follows_anything() {
    let server = Server::two().await;
    let mut socket = Socket::open(&server, None).await;
    socket.subscribe("1", EVERYTHING).await;
    assert_eq!(error(&mut socket, "1").await, ("UNAUTHENTICATED".to_owned(), "Sign in first.".to_owned()));
    hears_nothing(&mut socket).await;
}

#[tokio::test]
async fn one_answer_of_json_is_no_place_for_a_subscription() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let answer = api.ask(Some(&ada), EVERYTHING).await;
    assert_eq!((answer.status, answer.code()), (200, "INVALID"));
    let sentence = "A subscription has many answers: send it over a WebSocket, or with Accept: text/event-stream.";
    assert_eq!(answer.message(), sentence);
    let address = format!("/graphql?query={}", "subscription%7BviewerChanges%7Bkind%7D%7D");
    let request = Request::get(address).header("authorization", format!("Bearer {}", ada.token));
    let answer = api.send(request.header("accept", "text/event-stream").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.message()), (405, "Only a query is sent with GET; send this with POST."));
}

#[tokio::test]
async fn a_user_has_so_many_subscriptions_over_all_connections() {
    let server =
        Server::beside_another(Api::start_with(|app| app.changes.limits.subscriptions_per_user_max = 2).await).await;
    let (ada, bob) = (server.api.somebody("ada").await, server.api.somebody("bob").await);
    let mut first = Socket::open(&server, Some(&ada)).await;
    let mut second = Socket::open(&server, Some(&ada)).await;
    follow(&mut first, "1", EVERYTHING).await;
    follow(&mut second, "1", EVERYTHING).await;
    second.subscribe("2", EVERYTHING).await;
    let refusal = ("RATE_LIMITED".to_owned(), "A user has at most 2 subscriptions.".to_owned());
    assert_eq!(error(&mut second, "2").await, refusal);
    let mut of_bob = Socket::open(&server, Some(&bob)).await;
    follow(&mut of_bob, "1", EVERYTHING).await;
    // Somebody who vanishes leaves room.
    drop(first);
    loop {
        second.subscribe("2", EVERYTHING).await;
        let message = second.message().await;
        if message["type"] == "next" {
            break;
        }
        assert_eq!(message["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{message}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(Api::start().await.app.changes.limits.subscriptions_per_user_max, 50);
}

#[tokio::test]
async fn a_connection_has_ten_operations_of_which_subscriptions_are_some() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    for id in 0..10 {
        follow(&mut socket, &id.to_string(), "subscription { viewerChanges(types: PORTFOLIO) { kind } }").await;
    }
    socket.subscribe("10", "{ __typename }").await;
    assert_eq!(error(&mut socket, "10").await.0, "RATE_LIMITED");
    socket.say(json!({ "type": "complete", "id": "0" })).await;
    hears_nothing(&mut socket).await;
}

#[tokio::test]
async fn a_budget_that_is_used_up_ends_a_subscription_and_says_when_to_come_back() {
    let mut settings = Settings::for_tests();
    settings.budget_percent = 1;
    let server = Server::start_as(settings).await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let items =
        "subscription { viewerChanges { kind node { ... on Watchlist { items(first: 100) { nodes { id } } } } } }";
    follow(&mut socket, "1", items).await;
    // Introspection is never given back: 150 of 200 points.
    let dear: String = (0..15).map(|n| format!("a{n}: __type(name: \"User\") {{ name }} ")).collect();
    server.api.ask(Some(&ada), &format!("{{ {dear} }}")).await.data();
    notify(&server.api, &json!({ "user": ada.id, "changes": [["updated", "watchlist"]] }).to_string()).await;
    let message = socket.message().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{message:#}");
    let extensions = &message["payload"][0]["extensions"];
    assert_eq!(extensions["code"], "RATE_LIMITED");
    assert!(extensions["retryAfter"].as_u64().is_some_and(|seconds| seconds > 0), "{extensions}");
    hears_nothing(&mut socket).await;
}

#[tokio::test]
async fn a_personal_token_hears_of_what_its_scopes_let_it_read() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    server
        .api
        .sql(&format!("INSERT INTO user_preferences (user_id, api_access_enabled) VALUES ('{}', true)", ada.id))
        .await;
    let ends = (chrono::Utc::now() + chrono::Duration::days(1)).to_rfc3339();
    let create = format!(
        "mutation {{ createPersonalToken(input: {{ name: \"Screen\", scopes: [WATCHLISTS_READ], expiresAt: \"{ends}\" }}) \
         {{ token personalToken {{ id }} }} }}"
    );
    let made = server.api.ask(Some(&ada), &create).await.data()["createPersonalToken"].clone();
    let program = Somebody { token: made["token"].as_str().unwrap().to_owned(), ..ada.clone() };
    let mut socket = Socket::open(&server, Some(&program)).await;
    socket.subscribe("1", "subscription { viewerChanges(types: [WATCHLIST, PORTFOLIO]) { kind } }").await;
    let message = socket.message().await;
    let error = &message["payload"][0]["extensions"];
    assert_eq!((&error["code"], &error["scope"]), (&json!("FORBIDDEN"), &json!("portfolio:read")), "{message}");
    socket.subscribe("1", "subscription { importProgress(key: \"k\") { stage } }").await;
    let message = socket.message().await;
    let error = &message["payload"][0]["extensions"];
    assert_eq!((&error["code"], &error["scope"]), (&json!("FORBIDDEN"), &json!("portfolio:read")), "{message}");
    follow(&mut socket, "1", "subscription { viewerChanges { type } }").await;
    let changes = json!([["created", "portfolio"], ["created", "session"], ["created", "watchlist"]]);
    notify(&server.api, &json!({ "user": ada.id, "changes": changes }).to_string()).await;
    assert_eq!(told(&mut socket, "1").await, json!({ "type": "WATCHLIST" }));
    // A revoked token is as a session that ended.
    let id = made["personalToken"]["id"].as_str().unwrap();
    let revoke = format!("mutation {{ revokePersonalToken(input: {{ id: \"{id}\" }}) {{ personalToken {{ id }} }} }}");
    server.api.ask(Some(&ada), &revoke).await.data();
    assert_eq!(socket.hear().await, Heard::Closed(4403));
}

#[tokio::test]
async fn beginning_is_paid_whatever_is_told_after() {
    let mut settings = Settings::for_tests();
    settings.budget_percent = 1;
    let server = Server::start_as(settings).await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    // Ten of two hundred points each time; at one each forty would be little.
    for begun in 0..40 {
        let id = begun.to_string();
        socket.subscribe(&id, "subscription { viewerChanges(types: HOLDING) { kind } }").await;
        let message = socket.message().await;
        if message["type"] == "error" {
            assert_eq!(message["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{message}");
            assert!(begun >= 10, "refused after {begun}");
            return;
        }
        socket.say(json!({ "type": "complete", "id": id })).await;
    }
    panic!("forty subscriptions began");
}
