//! What a page of another site can make a browser send: nothing of it runs.

use axum::{
    body::Body,
    http::{HeaderValue, Request, request::Builder},
};
use sea_orm::sqlx;
use serde_json::{Value, json};

use super::{GRAPHQL, Reply, VERSION, get, send};
use crate::support::{Api, Somebody};

const FOREIGN: &str = "https://evil.example";
const KNOWN: &str = "https://app.example.com";

/// A server that a page of one other origin may call, and somebody who is signed in there.
async fn start() -> (Api, Somebody) {
    let api = Api::start_with(|app| app.settings.cors_origins = vec![KNOWN.to_owned()]).await;
    let ada = api.somebody("ada").await;
    (api, ada)
}

fn mutation() -> String {
    let input = json!({ "title": "Forged", "content": "By somebody else's page.", "entryType": "REFLECTION" });
    let query =
        "mutation ($input: CreateJournalEntryInput!) { createJournalEntry(input: $input) { journalEntry { id } } }";
    json!({ "query": query, "variables": { "input": input } }).to_string()
}

fn bearer(ada: &Somebody) -> String {
    format!("Bearer {}", ada.token)
}

/// How many entries, accounts, sessions and activities there are.
async fn rows(api: &Api) -> Vec<i64> {
    let sql = "SELECT count(*) FROM journal_entries UNION ALL SELECT count(*) FROM users \
               UNION ALL SELECT count(*) FROM user_sessions UNION ALL SELECT count(*) FROM agent_memory";
    sqlx::query_scalar(sql).fetch_all(&mut api.admin().await).await.unwrap()
}

async fn post_as(api: &Api, ada: &Somebody, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let mut request = Request::post("/graphql").header("host", "api.example.com").header("authorization", bearer(ada));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(api, request, body).await
}

#[tokio::test]
async fn what_a_form_or_a_plain_fetch_posts_is_refused_with_415() {
    let (api, ada) = start().await;
    let before = rows(&api).await;
    let mutation = mutation();
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("query", "mutation { signOut { sessionId } }")
        .finish();
    let parts = "--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"mutation { signOut { \
                 sessionId } }\"}\r\n--b\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n";
    for (kind, body) in [
        ("application/x-www-form-urlencoded", encoded.clone()),
        ("application/x-www-form-urlencoded", mutation.clone()),
        ("multipart/mixed; boundary=b", parts.to_owned()),
        // enctype="text/plain" writes NAME=VALUE, which can be made into JSON.
        ("text/plain", mutation.replacen("\"title\"", "\"=\":0,\"title\"", 1)),
        ("text/plain; charset=utf-8", mutation.clone()),
        ("text/plain; application/json", mutation.clone()),
        ("text/plain;charset=application/json", mutation.clone()),
        ("text/plain, application/json", mutation.clone()),
        ("application/json, text/plain", mutation.clone()),
        ("application/json text/plain", mutation.clone()),
        ("application/jsonx", mutation.clone()),
        ("application/graphql", "mutation { signOut { sessionId } }".to_owned()),
        ("*/*", mutation.clone()),
        ("", mutation.clone()),
    ] {
        let reply = post_as(&api, &ada, &[("content-type", kind), ("accept", GRAPHQL)], body).await;
        assert_eq!(reply.refusal(), json!([415, "INVALID", [[[], "FORMAT"]]]), "{kind}");
    }
    // A file may come so, from a client that has leave to send one; and nothing else.
    for (kind, body) in [
        ("multipart/form-data; boundary=b", parts.to_owned()),
        ("multipart/form-data; boundary=\"application/json\"", mutation.clone()),
    ] {
        let reply = post_as(&api, &ada, &[("content-type", kind), ("accept", GRAPHQL)], body).await;
        assert_eq!(reply.refusal(), json!([400, "INVALID", [[[], "FORMAT"]]]), "{kind}");
    }
    // No media type at all, as navigator.sendBeacon sends an ArrayBuffer; and two of them.
    let reply = post_as(&api, &ada, &[("accept", GRAPHQL)], mutation.clone()).await;
    assert_eq!(reply.refusal(), json!([415, "INVALID", [[[], "FORMAT"]]]));
    for kinds in [["application/json", "text/plain"], ["text/plain", "application/json"]] {
        let kinds = kinds.map(|kind| ("content-type", kind));
        let reply = post_as(&api, &ada, &kinds, mutation.clone()).await;
        assert_eq!(reply.refusal(), json!([415, "INVALID", [[[], "FORMAT"]]]), "{kinds:?}");
    }
    assert_eq!(rows(&api).await, before);
    assert_eq!(api.ask(Some(&ada), "{ viewer { email } }").await.data()["viewer"]["email"], "ada@example.com");
    // The same request as a client sends it does run, so it was the media type that stopped the others.
    let reply = post_as(&api, &ada, &[("content-type", "application/json")], mutation).await;
    assert_eq!((reply.status, reply.json().get("errors")), (200, None), "{}", reply.text());
    assert_ne!(rows(&api).await, before);
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_with_403_whatever_it_sends() {
    let (api, ada) = start().await;
    let before = rows(&api).await;
    let from = |site: Option<&str>, origin: Option<&str>| {
        let headers = [("sec-fetch-site", site), ("origin", origin)];
        headers.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value?).unwrap()))).collect()
    };
    let foreign: Vec<Vec<(&str, HeaderValue)>> = vec![
        from(None, Some(FOREIGN)),
        from(None, Some("null")),
        from(None, Some("http://app.example.com")),
        from(None, Some("https://app.example.com.evil.example")),
        from(None, Some("https://api.example.com:8443")),
        from(Some("cross-site"), Some(FOREIGN)),
        from(Some("cross-site"), None),
        from(Some("same-site"), None),
        from(Some("same-site"), Some("https://blog.example.com")),
        from(Some("same-origin"), Some("null")),
        from(Some("cross-site"), Some("https://api.example.com")),
        vec![("origin", HeaderValue::from_static(KNOWN)), ("origin", HeaderValue::from_static(FOREIGN))],
        vec![("origin", HeaderValue::from_bytes(b"https://\xe4.example").unwrap())],
    ];
    for headers in foreign {
        let told = |mut request: Builder| {
            for (name, value) in &headers {
                request = request.header(*name, value);
            }
            request.header("host", "api.example.com").header("authorization", bearer(&ada))
        };
        let post = told(Request::post("/graphql")).header("content-type", "application/json");
        let reply = send(&api, post.header("graphql-require-preflight", "1"), mutation()).await;
        assert_eq!(reply.refusal(), json!([403, "FORBIDDEN", null]), "{headers:?}");
        let reply = send(&api, told(get(&[("query", VERSION)])), Body::empty()).await;
        assert_eq!(reply.refusal(), json!([403, "FORBIDDEN", null]), "{headers:?}");
        // As a link or a picture asks for it.
        let picture = told(Request::get("/graphql?query=%7Bviewer%7Bemail%7D%7D")).header("accept", "image/avif");
        assert_eq!(send(&api, picture, Body::empty()).await.refusal(), json!([403, "FORBIDDEN", null]), "{headers:?}");
    }
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn own_and_configured_pages_and_other_programs_are_served() {
    let (api, ada) = start().await;
    let json = ("content-type", "application/json");
    for headers in [
        vec![json],
        vec![json, ("sec-fetch-site", "same-origin"), ("origin", "https://api.example.com")],
        vec![json, ("sec-fetch-site", "cross-site"), ("origin", KNOWN)],
        vec![json, ("sec-fetch-site", "none")],
        // A browser that reaches the server by HTTP says only the origin.
        vec![json, ("origin", "http://api.example.com")],
    ] {
        let reply = post_as(&api, &ada, &headers, json!({ "query": "{ viewer { email } }" }).to_string()).await;
        let expected = json!({ "data": { "viewer": { "email": "ada@example.com" } } });
        assert_eq!((reply.status, reply.json()), (200, expected), "{headers:?}");
    }
}

#[tokio::test]
async fn a_query_in_the_address_needs_what_a_page_cannot_add() {
    let (api, ada) = start().await;
    let address = "/graphql?query=%7Bviewer%7Bemail%7D%7D";
    let bare = || Request::get(address).header("accept", GRAPHQL);
    for (name, value) in [
        ("accept", "application/graphql-response+json"),
        ("accept-language", "application/json"),
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", "Basic YWRhOmFkYQ=="),
        ("cookie", "access_token=x; refresh_token=y"),
        ("graphql-require-preflight", ""),
        ("range", "bytes=0-5"),
        ("dpr", "2"),
    ] {
        for method in ["GET", "HEAD"] {
            let request = bare().method(method).header(name, value);
            let reply = send(&api, request, Body::empty()).await;
            assert_eq!(reply.status, 400, "{method} {name}: {value}");
            if method == "GET" {
                assert_eq!(reply.refusal(), json!([400, "INVALID", [[[], "REQUIRED"]]]), "{name}: {value}");
            }
        }
    }
    for (name, value) in [
        ("graphql-require-preflight", "1"),
        ("apollo-require-preflight", "true"),
        ("x-requested-with", "XMLHttpRequest"),
        ("content-type", "application/json"),
    ] {
        let reply = send(&api, bare().header(name, value), Body::empty()).await;
        assert_eq!((reply.status, &reply.json()["data"]), (200, &json!({ "viewer": null })), "{name}: {value}");
    }
    let reply = send(&api, bare().header("authorization", bearer(&ada)), Body::empty()).await;
    assert_eq!(reply.json(), json!({ "data": { "viewer": { "email": "ada@example.com" } } }));
}

#[tokio::test]
async fn a_mutation_in_the_address_is_refused_even_with_leave() {
    let (api, ada) = start().await;
    let before = rows(&api).await;
    let body: Value = serde_json::from_str(&mutation()).unwrap();
    let (query, variables) = (body["query"].as_str().unwrap(), body["variables"].to_string());
    let parameters = [("query", query), ("variables", &*variables)];
    let refused = json!([405, "INVALID", [[["query"], "FORMAT"]]]);
    for (name, value) in [("graphql-require-preflight", "1"), ("authorization", &*bearer(&ada))] {
        let reply = send(&api, get(&parameters).header(name, value), Body::empty()).await;
        assert_eq!(reply.refusal(), refused, "{name}");
        let head = get(&parameters).method("HEAD").header(name, value);
        assert_eq!(send(&api, head, Body::empty()).await.status, 405, "{name}");
    }
    // A proxy's or framework's way to make one method of another is none here.
    for (name, value) in [("x-http-method-override", "POST"), ("x-method-override", "POST")] {
        let request = get(&parameters).header("authorization", bearer(&ada)).header(name, value);
        assert_eq!(send(&api, request, Body::empty()).await.refusal(), refused, "{name}");
    }
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_makes_no_page_its_own() {
    let (api, ada) = start().await;
    // As the browser of somebody at this machine asks, for a page whose name was made to lead here.
    let here = api.at("127.0.0.1");
    let before = rows(&api).await;
    let rebound = |host: &'static str| {
        let request = Request::post("/graphql").header("content-type", "application/json").header("accept", GRAPHQL);
        let request = request.header("host", host).header("origin", format!("http://{host}"));
        request.header("sec-fetch-site", "same-origin").header("authorization", bearer(&ada))
    };
    for host in ["evil.example", "evil.example:8000", "localhost.evil.example"] {
        let reply = send(&here, rebound(host), mutation()).await;
        assert_eq!(reply.refusal(), json!([421, "FORBIDDEN", null]), "{host}");
        let query = get(&[("query", VERSION)]).header("host", host);
        assert_eq!(send(&here, query, Body::empty()).await.refusal(), json!([421, "FORBIDDEN", null]), "{host}");
    }
    assert_eq!(rows(&api).await, before);
    for host in ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "app.example.com"] {
        let reply = send(&here, rebound(host), json!({ "query": VERSION }).to_string()).await;
        assert_eq!((reply.status, reply.json().get("errors")), (200, None), "{host}");
    }
}

#[tokio::test]
async fn a_body_that_is_packed_is_refused_with_415() {
    let (api, ada) = start().await;
    let before = rows(&api).await;
    let json = ("content-type", "application/json");
    for coding in ["gzip", "br", "deflate", "GZIP", "identity, gzip", "nope"] {
        let reply = post_as(&api, &ada, &[json, ("accept", GRAPHQL), ("content-encoding", coding)], mutation()).await;
        assert_eq!(reply.refusal(), json!([415, "INVALID", [[[], "FORMAT"]]]), "{coding}");
        assert_eq!(reply.header("accept-encoding"), "identity");
    }
    assert_eq!(rows(&api).await, before);
    for coding in ["identity", ""] {
        let reply = post_as(&api, &ada, &[json, ("content-encoding", coding)], mutation()).await;
        assert_eq!((reply.status, reply.json().get("errors")), (200, None), "{coding:?}");
    }
}
