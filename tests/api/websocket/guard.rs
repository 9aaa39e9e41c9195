//! What the guard refuses over HTTP, it refuses over a connection, which lives on.

use serde_json::{Value, json};

use super::{Socket, VERSION, start};

/// Fragments that each spread the next one twice.
fn doubling() -> String {
    let mut document = "{ ...F0 }".to_owned();
    for level in 0..28 {
        let next = level + 1;
        document.push_str(&format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}"));
    }
    document + " fragment F28 on Query { serverInfo { version } }"
}

#[tokio::test]
async fn refuses_the_same_documents() {
    let server = start().await;
    let mut socket = Socket::open(&server, None).await;
    let deep =
        |open: &str, close: &str| format!("{{ node(id: {}1{}) {{ id }} }}", open.repeat(3000), close.repeat(3000));
    for (what, query) in [
        ("lists", deep("[", "]")),
        ("objects", deep("{a:", "}")),
        ("selections", format!("{}{}", "{ a ".repeat(3000), "}".repeat(3000))),
        ("tokens", format!("{{ serverInfo {{ {} }} }}", "version ".repeat(2500))),
        ("fragments", doubling()),
        (
            "aliases",
            format!("{{ {} }}", (0..40).map(|n| format!("a{n}: serverInfo {{ version }} ")).collect::<String>()),
        ),
    ] {
        socket.subscribe(what, &query).await;
        let error = socket.message().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!(what)), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "TOO_COMPLEX", "{what}: {error}");
        let over_http = server.api.ask(None, &query).await.body;
        assert_eq!(error["payload"], over_http["errors"], "{what}");
    }
    let deep: Value = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let payload = json!({ "query": "query($a: JSON) { serverInfo { version } }", "variables": { "a": deep } });
    socket.say(json!({ "type": "subscribe", "id": "variables", "payload": payload })).await;
    assert_eq!(socket.message().await["payload"][0]["extensions"]["code"], "TOO_COMPLEX");
    assert_eq!(socket.ask("1", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
}
