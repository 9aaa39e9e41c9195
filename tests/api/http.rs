use axum::{body::Body, http::Request};
use serde_json::json;

use crate::support::Api;

#[tokio::test]
async fn explore() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let id = "portfolio_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";
    let cases = vec![
        ("{ node(id: \"zzz\") { id } serverInfo { version } }", json!({})),
        ("{ admin { scope } serverInfo { version } }", json!({})),
        (
            "mutation { a: signOut { sessionId } b: signOut { sessionId } c: revokeSession(input: {id: \"zz\"}) { sessionId } }",
            json!({}),
        ),
        (
            "mutation { c: revokeSession(input: {id: \"zz\"}) { sessionId } a: signOut { sessionId } b: signOut { sessionId }  }",
            json!({}),
        ),
        ("{ viewer { id } serverInfo { version } }", json!({})),
        ("{ viewer { portfolios(first: 1000) { totalCount } } serverInfo { version } }", json!({})),
    ];
    for (query, variables) in cases {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .header("authorization", format!("Bearer {}", ada.token))
            .body(Body::from(body))
            .unwrap();
        let answer = api.send(request).await;
        println!("--- {query} {variables}\n{} {}", answer.status, answer.body);
    }
}
