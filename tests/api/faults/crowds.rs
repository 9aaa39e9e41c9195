//! More connections than there is room for.

use std::{fs::File, net::SocketAddr, path::Path, process::Command};

use nix::sys::signal::Signal;
use stackmotive::config::Settings;
use tokio::{net::TcpStream, time::Instant};

use super::client::Client;
use crate::{
    process::{Server as Program, folder, program_with},
    support::Server,
};

const ASK: &str = "GET /graphql?query=%7BserverInfo%7Bversion%7D%7D HTTP/1.1\r\nHost: localhost\r\nGraphQL-Require-Preflight: 1\r\n\r\n";

async fn ask(server: &Server, text: &str) -> (Client, Option<super::client::Reply>) {
    let mut client = Client::connect(server.address).await;
    client.send(text).await;
    let reply = client.answer().await;
    (client, reply)
}

#[tokio::test]
async fn who_finds_no_seat_is_told_so_and_the_server_is_seen_to_live() {
    let mut settings = Settings::for_tests();
    settings.limits.connections_max = 3;
    let server = Server::start_as(settings).await;
    let mut seated = Vec::new();
    for _ in 0..3 {
        let (client, reply) = ask(&server, ASK).await;
        assert_eq!(reply.expect("an answer").status, 200);
        seated.push(client);
    }

    let begun = Instant::now();
    let (mut turned_away, reply) = ask(&server, ASK).await;
    let reply = reply.expect("an answer");
    assert_eq!((reply.status, reply.code().as_str()), (503, "UNAVAILABLE"));
    assert!(reply.head.contains("retry-after: 1\r\n"), "{}", reply.head);
    turned_away.closed().await;
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
    let (_, reply) = ask(&server, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(reply.expect("an answer").body, "alive\n");
    let (_, reply) = ask(&server, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(reply.expect("an answer").status, 503);

    // Those who sit are served as ever.
    for client in &mut seated {
        client.send(ASK).await;
        assert_eq!(client.answer().await.expect("an answer").status, 200);
    }
    drop(seated);
    let mut status = 503;
    while status == 503 {
        assert!(begun.elapsed().as_secs() < 30, "seats are given back");
        status = ask(&server, ASK).await.1.expect("an answer").status;
    }
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_flood_beyond_all_room_is_closed_at_once() {
    let mut settings = Settings::for_tests();
    settings.limits.connections_max = 2;
    let server = Server::start_as(settings).await;
    let mut seated = ask(&server, ASK).await.0;
    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(Client::connect(server.address).await);
    }
    seated.send(ASK).await;
    assert_eq!(seated.answer().await.expect("an answer").status, 200, "who sits is served");
    // One sits, 64 stand, and the others are gone; so are soon those who stand without asking for anything.
    let begun = Instant::now();
    for client in &mut flood[1..] {
        client.closed().await;
    }
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn draining_finishes_what_is_under_way_and_closes_what_is_idle() {
    let server = Server::start().await;
    let address = server.address;
    let mut idle = ask(&server, ASK).await.0;
    let body = serde_json::json!({ "query": "{ serverInfo { version } }" }).to_string();
    let (first, second) = body.split_at(10);
    let mut busy = Client::connect(address).await;
    busy.send(&format!("{}{first}", super::client::head(body.len(), "none"))).await;
    // The server has taken the head once another request, sent later, is answered.
    drop(ask(&server, ASK).await);

    let draining = tokio::spawn(server.drain());
    assert!(idle.closed().await.as_secs() < 5);
    assert!(!draining.is_finished());
    busy.send(second).await;
    let reply = busy.answer().await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.head.contains("connection: close"), "{}", reply.head);
    busy.closed().await;
    assert_eq!(draining.await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err(), "nobody is accepted any more");
}

/// The program, with its log in a file.
fn logging(data: &Path, log: &Path) -> Command {
    let mut command = program_with(data);
    command.stderr(File::create(log).unwrap());
    command
}

/// Leaves a running server room for so many files more than it has open.
fn leave_room(server: &Program, files: usize) {
    let pid = server.pid();
    let limit = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count() + files;
    let status = Command::new("prlimit").args([format!("--pid={pid}"), format!("--nofile={limit}")]).status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn a_server_out_of_files_rests_and_goes_on() {
    let folder = folder();
    let log = folder.path().join("log");
    let server = Program::start(&mut logging(&folder.path().join("data"), &log));
    leave_room(&server, 20);
    let address: SocketAddr = server.address.parse().unwrap();
    let read_log = || std::fs::read_to_string(&log).unwrap();
    let begun = Instant::now();
    let mut crowd = Vec::new();
    while !read_log().contains("a connection could not be accepted") {
        assert!(begun.elapsed().as_secs() < 30, "{} connections fit: {}", crowd.len(), read_log());
        crowd.push(TcpStream::connect(address).await.unwrap());
    }
    // Whoever stands without asking is cut, so that there is room again, while the crowd still waits at the door.
    let mut is_alive = false;
    while !is_alive {
        assert!(begun.elapsed().as_secs() < 60, "the server is heard again");
        let mut client = Client::connect(address).await;
        client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        is_alive = client.answer().await.is_some_and(|reply| reply.body == "alive\n");
    }
    drop(crowd);
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}
