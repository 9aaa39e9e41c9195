//! Clients who keep the server waiting are cut, and nobody else is.

use std::time::Duration;

use serde_json::json;
use stackmotive::config::Settings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep},
};

use super::client::{Client, head, request};
use crate::support::{Api, Server};

const LIVES: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// The limits of these tests, far apart from each other and from what a busy machine adds.
const HEAD: Duration = Duration::from_millis(1000);
const IDLE: Duration = Duration::from_millis(2500);
const TRANSFER: Duration = Duration::from_millis(1000);
/// A cut comes no earlier than its limit, and not long after.
const LATE: Duration = Duration::from_secs(8);

fn settings() -> Settings {
    let mut settings = Settings::for_tests();
    settings.limits.head_timeout = HEAD;
    settings.limits.idle_timeout = IDLE;
    settings.limits.transfer_timeout = TRANSFER;
    settings.limits.transfer_rate_min = 50_000;
    settings
}

#[track_caller]
fn assert_between(took: Duration, least: Duration) {
    // A client's own clock may begin a moment after the server's.
    assert!(took + Duration::from_millis(200) >= least, "{took:?} is earlier than {least:?}");
    assert!(took < least + LATE, "{took:?} is long after {least:?}");
}

#[tokio::test]
async fn a_head_that_comes_slowly_or_never_is_cut() {
    let server = Server::start_as(settings()).await;
    let never = async { Client::connect(server.address).await.closed().await };
    let slowly = async {
        let mut client = Client::connect(server.address).await;
        let begun = Instant::now();
        client.send("GET /healthz HTTP/1.1\r\n").await;
        // Each line would be soon enough, if only there were an end to them.
        while begun.elapsed() < LATE {
            sleep(HEAD / 5).await;
            if client.stream.write_all(b"X-Another: line\r\n").await.is_err() {
                break;
            }
        }
        begun.elapsed()
    };
    let second = async {
        let mut client = Client::connect(server.address).await;
        client.send(LIVES).await;
        assert_eq!(client.answer().await.unwrap().body, "alive\n");
        client.send("GET /heal").await;
        client.closed().await
    };
    let (never, slowly, second) = tokio::join!(never, slowly, second);
    assert_between(never, HEAD);
    assert_between(slowly, HEAD);
    assert_between(second, HEAD);
}

#[tokio::test]
async fn an_idle_connection_is_cut_and_one_in_use_is_not() {
    let server = Server::start_as(settings()).await;
    let idle = async {
        let mut client = Client::connect(server.address).await;
        client.send(LIVES).await;
        client.answer().await.unwrap();
        client.closed().await
    };
    let used = async {
        let mut client = Client::connect(server.address).await;
        let begun = Instant::now();
        while begun.elapsed() < IDLE + HEAD {
            client.send(LIVES).await;
            assert_eq!(client.answer().await.expect("an answer").body, "alive\n");
            sleep(IDLE / 3).await;
        }
    };
    let (idle, ()) = tokio::join!(idle, used);
    assert_between(idle, IDLE);
}

#[tokio::test]
async fn a_body_that_comes_slowly_is_given_up_and_one_that_comes_steadily_is_not() {
    let server = Server::start_as(settings()).await;
    let stalls = async {
        let mut client = Client::connect(server.address).await;
        client.send(&head(1000, "none")).await;
        let begun = Instant::now();
        client.send("{\"query\":").await;
        let reply = client.answer().await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (408, "UNAVAILABLE"), "{}", reply.body);
        client.closed().await;
        begun.elapsed()
    };
    let drips = async {
        let mut client = Client::connect(server.address).await;
        client.send(&head(1000, "none")).await;
        let begun = Instant::now();
        while begun.elapsed() < LATE && client.stream.write_all(b" ").await.is_ok() {
            sleep(TRANSFER / 10).await;
        }
        begun.elapsed()
    };
    let steadily = async {
        // Longer than the first time of a transfer, at a rate that earns more of it.
        let query = format!("{{ serverInfo {{ version }} }}{}", " ".repeat(120_000));
        let whole = request(&query, "none");
        let mut client = Client::connect(server.address).await;
        let begun = Instant::now();
        for part in whole.as_bytes().chunks(whole.len() / 10) {
            client.stream.write_all(part).await.unwrap();
            sleep(TRANSFER / 8).await;
        }
        let reply = client.answer().await.expect("an answer");
        assert_eq!(reply.json()["data"], json!({ "serverInfo": { "version": "0.1.0" } }));
        assert!(begun.elapsed() > TRANSFER, "{:?}", begun.elapsed());
    };
    let (stalls, drips, ()) = tokio::join!(stalls, drips, steadily);
    assert_between(stalls, TRANSFER);
    assert_between(drips, TRANSFER);
}

/// Entries whose answer fills every buffer between a server and a client.
async fn with_a_long_answer(api: &Api) -> (String, String) {
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO journal_entries (id, user_id, content, entry_date)
         SELECT gen_random_uuid(), '{}', repeat(md5(n::text), 1500), CURRENT_DATE FROM generate_series(1, 90) n",
        ada.id
    ))
    .await;
    // Three times 90 texts of 48,000 bytes.
    let list = "journalEntries(first: 90) { nodes { content } }";
    (format!("{{ viewer {{ {list} b: {list} c: {list} }} }}"), ada.token)
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_dropped_and_one_that_is_taken_slowly_is_not() {
    let server = Server::start_as(settings()).await;
    let (query, token) = with_a_long_answer(&server.api).await;
    let text = request(&query, &token);
    let never = async {
        let mut client = Client::connect(server.address).await;
        client.send(&text).await;
        // Whoever reads nothing for so long finds the connection broken in the middle of the answer.
        sleep(TRANSFER + Duration::from_secs(3)).await;
        client.answer().await.is_none()
    };
    let slowly = async {
        let mut client = Client::connect(server.address).await;
        client.send(&text).await;
        let begun = Instant::now();
        let (mut bytes, mut count) = (vec![0; 400_000], 0);
        while count < 12_960_000 {
            sleep(TRANSFER / 20).await;
            match client.stream.read(&mut bytes).await.expect("the connection holds") {
                0 => break,
                read => count += read,
            }
        }
        assert!(count >= 12_960_000, "{count} bytes after {:?}", begun.elapsed());
        assert!(begun.elapsed() > TRANSFER, "{:?}", begun.elapsed());
    };
    let (is_cut, ()) = tokio::join!(never, slowly);
    assert!(is_cut);
}

#[tokio::test]
async fn heads_and_bodies_that_are_too_large_are_refused() {
    let server = Server::start().await;
    for (fields, status) in [(format!("X-Long: {}\r\n", "x".repeat(40_000)), 431), ("X-Many: 1\r\n".repeat(101), 431)] {
        let mut client = Client::connect(server.address).await;
        client.send(&format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n")).await;
        assert_eq!(client.answer().await.expect("an answer").status, status);
        client.closed().await;
    }
    let mut client = Client::connect(server.address).await;
    client.send(&head(128 * 1024 + 1, "none")).await;
    let reply = client.answer().await.expect("an answer before the body");
    assert_eq!((reply.status, reply.code().as_str()), (413, "TOO_COMPLEX"));
}
