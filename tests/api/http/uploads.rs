//! Requests with a file: who may send one, and what it has to be.

use std::time::Duration;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use stackmotive::config::Settings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{GRAPHQL, Reply, send};
use crate::support::{
    Api, Server, Somebody,
    upload::{BOUNDARY, IMPORT, Upload, body},
};

const CSV: &str = "Symbol,Quantity\nA,1\n";

fn upload() -> Upload {
    Upload::of(IMPORT, CSV, &json!({ "dryRun": true }))
}

async fn sent(api: &Api, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    let headers: Vec<(&str, &str)> =
        [("accept", GRAPHQL), ("host", "api.example.com")].iter().chain(headers).copied().collect();
    send(api, Upload::request(&headers), body).await
}

async fn as_somebody(api: &Api, who: &Somebody, body: Vec<u8>) -> Value {
    let token = format!("Bearer {}", who.token);
    let reply = sent(api, &[("authorization", &token)], body).await;
    if reply.json().get("errors").is_some() { reply.refusal() } else { json!(reply.status) }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_send_a_file() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let cookie = format!("__Host-stackmotive_access={}; stackmotive_access={}", ada.token, ada.token);
    let own = [("origin", "https://api.example.com"), ("cookie", cookie.as_str())];
    // As a form of any page sends it: with cookies, and without a header of its own choosing.
    let without = [("cookie", cookie.as_str())];
    for headers in [&without[..], &own, &[("sec-fetch-site", "same-origin"), ("cookie", cookie.as_str())], &[]] {
        let reply = sent(&api, headers, upload().body()).await;
        assert_eq!(reply.refusal(), json!([400, "INVALID", [[[], "REQUIRED"]]]), "{headers:?}");
    }
    let reply = sent(&api, &[("authorization", "Basic YWRhOmFkYQ==")], upload().body()).await;
    assert_eq!(reply.refusal(), json!([400, "INVALID", [[[], "REQUIRED"]]]));
    let foreign = [("origin", "https://evil.example"), ("graphql-require-preflight", "1"), ("cookie", cookie.as_str())];
    assert_eq!(sent(&api, &foreign, upload().body()).await.refusal(), json!([403, "FORBIDDEN", null]));
    // The header alone is leave, and says not who sends it.
    let reply = sent(&api, &[("graphql-require-preflight", "1"), ("cookie", cookie.as_str())], upload().body()).await;
    assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");

    let token = format!("Bearer {}", ada.token);
    let reply = sent(&api, &[("authorization", &token)], upload().body()).await;
    assert_eq!(reply.json()["data"]["importPositions"]["run"]["status"], "SUCCESS", "{}", reply.text());
    // No other address takes files.
    let kind = "multipart/form-data; boundary=b";
    let request = Request::post("/export").header("content-type", kind).header("authorization", token);
    assert_eq!(send(&api, request, "").await.status, 415);
}

#[tokio::test]
async fn nobody_is_refused_before_the_body_is_read() {
    let api = Api::start().await;
    // A body that never ends: whoever waited for it would wait for ever.
    let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let headers = [("accept", GRAPHQL), ("authorization", "Bearer of nobody")];
    let reply = tokio::time::timeout(Duration::from_secs(20), send(&api, Upload::request(&headers), endless));
    let reply = reply.await.expect("an answer");
    assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_body_is_operations_a_map_and_a_file() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    assert_eq!(as_somebody(&api, &ada, upload().body()).await, json!(200));
    let good = upload();
    let [operations, map, file] = good.parts();
    let at = |path: Value| json!([400, "INVALID", [[path, "FORMAT"]]]);
    for parts in
        [vec![], vec![operations], vec![operations, map], vec![map, operations, file], vec![file, operations, map]]
    {
        assert_eq!(as_somebody(&api, &ada, body(&parts)).await, at(json!([])), "{} parts", parts.len());
    }
    assert_eq!(as_somebody(&api, &ada, body(&[operations, map, file, file])).await, at(json!([])));
    assert_eq!(as_somebody(&api, &ada, b"no parts at all".to_vec()).await, at(json!([])));

    let with =
        |operations: Value, map: Value| Upload { operations: operations.to_string(), map: map.to_string(), ..upload() };
    let asked = |input: Value| json!({ "query": IMPORT, "variables": { "input": input } });
    let empty = json!({ "file": null, "dryRun": true });
    for (map, path) in [
        (json!([]), json!(["map"])),
        (json!({}), json!(["map"])),
        (json!({ "0": [] }), json!(["map"])),
        (json!({ "0": "variables.input.file" }), json!(["map"])),
        (json!({ "1": ["variables.input.file"] }), json!(["map"])),
        (json!({ "0": ["variables.input.file"], "1": ["variables.input.file"] }), json!(["map"])),
        (json!({ "0": ["input.file"] }), json!(["map", "0", "0"])),
        (json!({ "0": ["variables"] }), json!(["map", "0", "0"])),
        (json!({ "0": ["variables.input.file", "variables.input.file"] }), json!(["map", "0", "1"])),
        (json!({ "0": ["variables.input.other"] }), json!(["map", "0", "0"])),
        (json!({ "0": ["variables.input.dryRun"] }), json!(["map", "0", "0"])),
        (json!({ "0": ["variables.input.file.0"] }), json!(["map", "0", "0"])),
    ] {
        let upload = with(asked(empty.clone()), map.clone());
        assert_eq!(as_somebody(&api, &ada, upload.body()).await, at(path), "{map}");
    }
    // A file where something else belongs is never put into words.
    for (operations, map) in [
        (asked(json!({ "account": null })), json!({ "0": ["variables.input.account"] })),
        (asked(json!({ "nothing": null })), json!({ "0": ["variables.input.nothing"] })),
        (asked(json!({ "mapping": { "symbol": null } })), json!({ "0": ["variables.input.mapping.symbol"] })),
        (json!({ "query": IMPORT, "variables": { "input": null } }), json!({ "0": ["variables.input"] })),
        (json!({ "query": "{ __typename }", "variables": { "a": null } }), json!({ "0": ["variables.a"] })),
        (
            json!({ "query": "query ($a: Upload) { __typename }", "variables": { "a": null } }),
            json!({ "0": ["variables.a"] }),
        ),
        (
            json!({ "query": "subscription ($a: Upload) { viewerChanges { kind } }", "variables": { "a": null } }),
            json!({ "0": ["variables.a"] }),
        ),
        (
            json!({ "query": "mutation ($a: [String]) { signOut { sessionId } }", "variables": { "a": [null] } }),
            json!({ "0": ["variables.a.0"] }),
        ),
    ] {
        let upload = with(operations.clone(), map);
        assert_eq!(as_somebody(&api, &ada, upload.body()).await, at(json!(["map"])), "{operations}");
    }
    let batch = with(json!([asked(empty.clone())]), json!({ "0": ["variables.input.file"] }));
    assert_eq!(as_somebody(&api, &ada, batch.body()).await, at(json!([])));
    let long = with(
        asked(json!({ "file": null, "filename": "x".repeat(128 * 1024) })),
        json!({ "0": ["variables.input.file"] }),
    );
    assert_eq!(as_somebody(&api, &ada, long.body()).await, json!([413, "TOO_COMPLEX", null]));
    // The file is a variable of its own as well, and stands where it is used.
    let own = json!({
        "query": "mutation ($f: Upload!) { importPositions(input: { file: $f, dryRun: true }) { run { status } } }",
        "variables": { "f": null },
    });
    assert_eq!(as_somebody(&api, &ada, with(own, json!({ "0": ["variables.f"] })).body()).await, json!(200));
}

#[tokio::test]
async fn so_many_files_are_there_at_once() {
    let api = Api::start_with(|app| app.uploads.max = 3).await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let taken = [api.app.uploads.take(ada.id).unwrap(), api.app.uploads.take(ada.id).unwrap()];
    assert_eq!(as_somebody(&api, &ada, upload().body()).await, json!([429, "RATE_LIMITED", null]));
    assert_eq!(as_somebody(&api, &eve, upload().body()).await, json!(200));
    let other = api.app.uploads.take(eve.id).unwrap();
    assert_eq!(as_somebody(&api, &eve, upload().body()).await[1], "UNAVAILABLE");
    drop((taken, other));
    for _ in 0..5 {
        assert_eq!(as_somebody(&api, &ada, upload().body()).await, json!(200), "room is free again after each");
    }
}

#[tokio::test]
async fn a_file_that_comes_too_slowly_is_given_up_and_leaves_room() {
    let mut settings = Settings::for_tests();
    settings.limits.transfer_timeout = Duration::from_millis(400);
    let server = Server::start_as(settings).await;
    let ada = server.api.somebody("ada").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\nContent-Length: 5000000\r\n\
         Connection: close\r\n\r\n--{BOUNDARY}\r\n",
        ada.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let reading = stream.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("an answer").unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("UNAVAILABLE"), "{answer}");
    let rooms = [server.api.app.uploads.take(ada.id), server.api.app.uploads.take(ada.id)];
    assert!(rooms.iter().all(Result::is_ok));
}
