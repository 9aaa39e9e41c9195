//! What every answer tells a browser, on every route, whatever became of the request.

use std::{fs, path::Path};

use axum::{body::Body, http::Request};
use serde_json::json;
use stackmotive::config::Settings;

use super::{Reply, VERSION, post, send};
use crate::support::Api;

const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Every route of the server, with paths that reach it.
const ROUTES: [(&str, &[&str]); 9] = [
    ("/graphql", &["/graphql", "/graphql?query=%7BserverInfo%7Bversion%7D%7D", "/graphql?query=%ff"]),
    ("/export", &["/export"]),
    ("/export/trades", &["/export/trades"]),
    ("/export/realised-gains", &["/export/realised-gains"]),
    ("/export/trade-statistics", &["/export/trade-statistics"]),
    ("/healthz", &["/healthz"]),
    ("/readyz", &["/readyz"]),
    ("/", &["/", "/?theme=dark"]),
    ("/playground/{version}/{name}", &["/playground/0/main.js", "MAIN"]),
];

#[track_caller]
fn assert_told(reply: &Reply, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let told: Vec<_> = reply.headers.get_all(name).iter().collect();
        assert_eq!(told, [value], "{what}: {name}");
    }
    for power in ["camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()"] {
        assert!(reply.header("permissions-policy").contains(power), "{what}: {power}");
    }
    let policies: Vec<_> = reply.headers.get_all("content-security-policy").iter().collect();
    assert_eq!(policies.len(), 1, "{what}");
    let policy = reply.header("content-security-policy");
    for part in ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    assert_eq!(reply.header("strict-transport-security"), "", "{what}");
    assert_eq!(reply.header("server"), "", "{what}");
    assert_eq!(reply.header("x-powered-by"), "", "{what}");
}

/// The paths that the sources give to `.route(`.
fn written_routes() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(path).unwrap();
                let routes = text.split(".route(").skip(1).map(|rest| rest.split('"').nth(1).unwrap().to_owned());
                found.extend(routes);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

async fn main_script(api: &Api) -> String {
    let page = send(api, Request::get("/"), Body::empty()).await.text();
    let script = page.split('"').find(|part| part.ends_with("/main.js")).unwrap();
    format!("/{script}")
}

#[tokio::test]
async fn are_on_every_route_and_method() {
    let mut listed: Vec<_> = ROUTES.iter().map(|(route, _)| (*route).to_owned()).collect();
    listed.sort();
    assert_eq!(listed, written_routes(), "add the new route to ROUTES above");
    let api = Api::start().await;
    let main = main_script(&api).await;
    let mut seen = Vec::new();
    for path in ROUTES.iter().flat_map(|(_, paths)| *paths).chain(&["/nowhere", "//", "/graphql/"]) {
        let path = if *path == "MAIN" { main.as_str() } else { path };
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X"] {
            let reply = send(&api, Request::builder().method(method).uri(path), Body::empty()).await;
            assert_told(&reply, &format!("{method} {path}: {}", reply.status));
            seen.push(reply.status);
            let keeps = path == main && matches!(method, "GET" | "HEAD");
            let kept = if keeps { "public, max-age=31536000, immutable" } else { "no-store" };
            assert_eq!(reply.header("cache-control"), kept, "{method} {path}");
            if path != "/" && !path.starts_with("/?") {
                assert_eq!(reply.header("content-security-policy"), POLICY, "{method} {path}");
            }
        }
    }
    for status in [200, 400, 404, 405, 415] {
        assert!(seen.contains(&status), "{seen:?}");
    }
}

#[tokio::test]
async fn are_on_answers_and_refusals_alike() {
    let api = Api::start_with(|app| app.settings.cors_origins = vec!["https://app.example.com".to_owned()]).await;
    let body = || json!({ "query": VERSION }).to_string();
    for (request, body, status) in [
        (post(), body(), 200),
        (post().header("origin", "https://app.example.com"), body(), 200),
        (post(), "{".to_owned(), 400),
        (post(), json!({ "query": "{ nope }" }).to_string(), 400),
        (post().header("origin", "https://evil.example"), body(), 403),
        (Request::post("/graphql").header("accept", "text/html"), body(), 406),
        (post(), "x".repeat(200_000), 413),
        (Request::post("/graphql").header("content-type", "text/plain"), body(), 415),
    ] {
        let reply = send(&api, request, body).await;
        assert_eq!(reply.status, status);
        assert_told(&reply, &status.to_string());
        assert_eq!(reply.header("cache-control"), "no-store", "{status}");
    }
    api.app.database.pool.close().await;
    let reply = send(&api, Request::get("/readyz"), Body::empty()).await;
    assert_eq!(reply.status, 503);
    assert_told(&reply, "503");
}

#[tokio::test]
async fn insist_on_https_only_when_told_to() {
    let mut settings = Settings::for_tests();
    settings.hsts_max_age = 31_536_000;
    let api = Api::start_as(settings, |_| ()).await;
    for path in ["/", "/graphql", "/healthz", "/nowhere"] {
        let insists = async |request: axum::http::request::Builder| {
            send(&api, request, Body::empty()).await.header("strict-transport-security").to_owned()
        };
        assert_eq!(insists(Request::get(path)).await, "max-age=31536000", "{path}");
        assert_eq!(insists(Request::get(path).header("x-forwarded-proto", "https")).await, "max-age=31536000");
        assert_eq!(insists(Request::get(path).header("x-forwarded-proto", "http")).await, "", "{path}");
    }
}
