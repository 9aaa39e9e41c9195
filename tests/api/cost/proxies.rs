//! Who pays behind a proxy.

use serde_json::json;
use stackmotive::config::{ProxyHeader, Settings};

use super::{Clock, TEN, from, post, send};
use crate::support::Api;

async fn behind(trusted: &[&str], header: ProxyHeader) -> Api {
    let mut settings = Settings::for_tests();
    settings.trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
    settings.proxy_header = header;
    Api::start_as(settings, |app| Clock::default().set(app, 100)).await
}

async fn left(api: &Api, peer: &str, header: &'static str, value: &str) -> u64 {
    send(api, from(post(), peer).header(header, value), TEN, json!({})).await.remaining()
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_client_pays() {
    let api = behind(&["10.0.0.0/8"], ProxyHeader::XForwardedFor).await;
    let name = "x-forwarded-for";
    assert_eq!(left(&api, "10.0.0.1", name, "198.51.100.1").await, 4_990);
    assert_eq!(left(&api, "10.0.0.1", name, "198.51.100.2").await, 4_990);
    // Whatever the client writes itself stands before, and changes nothing.
    assert_eq!(left(&api, "10.0.0.2", name, "203.0.113.7, 198.51.100.1").await, 4_980);
    assert_eq!(left(&api, "10.0.0.1", "forwarded", "for=203.0.113.7").await, 4_990);
    assert_eq!(left(&api, "10.0.0.1", "forwarded", "for=203.0.113.8").await, 4_980);
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let api = behind(&["10.0.0.0/8"], ProxyHeader::Forwarded).await;
    assert_eq!(left(&api, "10.0.0.1", "forwarded", "for=198.51.100.1").await, 4_990);
    assert_eq!(left(&api, "192.0.2.1", "forwarded", "for=198.51.100.9").await, 4_990);
    assert_eq!(left(&api, "192.0.2.1", "forwarded", "for=198.51.100.10").await, 4_980);
    let api = behind(&[], ProxyHeader::XForwardedFor).await;
    assert_eq!(left(&api, "127.0.0.1", "x-forwarded-for", "198.51.100.1").await, 4_990);
    assert_eq!(left(&api, "127.0.0.1", "x-forwarded-for", "198.51.100.2").await, 4_980);
}

#[tokio::test]
async fn a_session_keeps_the_address_of_its_client() {
    let api = behind(&["10.0.0.0/8"], ProxyHeader::XForwardedFor).await;
    let register = "mutation { register(input: { email: \"new@example.com\", password: \"a long enough secret\" }) {
        user { sessions { nodes { ipAddress } } } } }";
    let request = from(post(), "10.0.0.1").header("x-forwarded-for", "203.0.113.7, 198.51.100.1");
    let reply = send(&api, request, register, json!({})).await;
    let sessions = &reply.body["data"]["register"]["user"]["sessions"]["nodes"];
    assert_eq!(sessions, &json!([{ "ipAddress": "198.51.100.1" }]), "{:#}", reply.body);
}
