//! Many rude clients at once, against the program with its own limits; how the others fare meanwhile.

use std::{net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use nix::sys::{
    resource::{Resource, getrlimit, setrlimit},
    signal::Signal,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep},
};

use super::{
    client::{Client, head, request},
    program::Place,
    table::Table,
};

/// How many of each kind.
const RUDE: usize = 300;
const FLOOD: usize = 3000;
const LIVES: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
const ASK: &str = "{ viewer { email portfolios { totalCount } } }";

/// How one rude client begins; it says nothing more after that.
type Begin = fn(&str) -> String;

const KINDS: [(&str, Begin); 4] = [
    ("says nothing", |_| String::new()),
    ("begins a head", |_| String::from("GET /graphql HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")),
    ("begins a body", |token| format!("{}{{\"query\"", head(100_000, token))),
    ("asks once and stays", |_| String::from(LIVES)),
];

/// How long the connection lasted.
async fn be_rude(address: SocketAddr, begin: String) -> Duration {
    let mut client = Client::connect(address).await;
    let begun = Instant::now();
    if client.stream.write_all(begin.as_bytes()).await.is_ok() {
        while client.answer().await.is_some() {}
    }
    begun.elapsed()
}

/// The slowest of many answers, one after the other, until `until`.
async fn slowest_answer(address: SocketAddr, text: String, expected: &str, until: Instant) -> Duration {
    let mut slowest = Duration::ZERO;
    let mut client = Client::connect(address).await;
    while Instant::now() < until {
        let asked = Instant::now();
        client.send(&text).await;
        let reply = client.answer().await.expect("an answer");
        assert!(reply.body.contains(expected), "{}", reply.body);
        slowest = slowest.max(asked.elapsed());
        sleep(Duration::from_millis(25)).await;
    }
    slowest
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A flood needs as many sockets here as there.
fn make_room() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a run of its own: cargo faults"]
async fn rude_clients_in_figures() {
    make_room();
    let (place, server) = Place::make().await;
    let address = place.address;
    let until = Instant::now() + Duration::from_secs(25);
    let crowds = join_all(KINDS.map(|(_, begin)| join_all((0..RUDE).map(|_| be_rude(address, begin(&place.token))))));
    let polite = async {
        tokio::join!(
            slowest_answer(address, request(ASK, &place.token), "\"totalCount\"", until),
            slowest_answer(address, LIVES.to_owned(), "alive", until),
        )
    };
    let (crowds, (asked, lived)) = tokio::join!(crowds, polite);
    let mut table =
        Table::new("Rude clients, all at once (seconds)", &["client", "count", "cut after", "the last after"]);
    for ((kind, _), lasted) in KINDS.iter().zip(&crowds) {
        let (first, last) = (*lasted.iter().min().unwrap(), *lasted.iter().max().unwrap());
        table.row(&[(*kind).to_owned(), lasted.len().to_string(), seconds(first), seconds(last)]);
    }
    table.print();
    let mut others = Table::new("Everybody else meanwhile (seconds)", &["slowest query", "slowest liveness"]);
    others.row(&[seconds(asked), seconds(lived)]);
    others.print();
    assert!(lived < Duration::from_millis(500), "{lived:?}");
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a run of its own: cargo faults"]
async fn a_flood_in_figures() {
    make_room();
    let (place, server) = Place::make().await;
    let address = place.address;
    let mut seated = Client::connect(address).await;
    seated.send(LIVES).await;
    seated.answer().await.expect("an answer");
    let begun = Instant::now();
    let mut flood = Vec::new();
    for _ in 0..FLOOD {
        flood.extend(TcpStream::connect(address).await.ok().map(Client::over));
    }
    let connected = begun.elapsed();
    let until = Instant::now() + Duration::from_secs(3);
    let asked = slowest_answer_over(&mut seated, until).await;
    // One more, who only wants to know whether the server lives; those who stand are gone by now.
    let mut watcher = Client::connect(address).await;
    let watched = Instant::now();
    watcher.send(LIVES).await;
    let is_alive = watcher.answer().await.is_some_and(|reply| reply.body == "alive\n");
    let (watched, mut closed) = (watched.elapsed(), 0);
    for client in &mut flood {
        if matches!(client.stream.try_read(&mut [0]), Ok(0)) {
            closed += 1;
        }
    }
    let mut table = Table::new(
        "A flood of connections that say nothing, against a limit of 2,000 (seconds)",
        &["connections", "opened within", "turned away", "slowest answer to who sits", "liveness to who comes last"],
    );
    table.row(&[flood.len().to_string(), seconds(connected), closed.to_string(), seconds(asked), seconds(watched)]);
    table.print();
    assert!(is_alive);
    drop(flood);
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

async fn slowest_answer_over(client: &mut Client, until: Instant) -> Duration {
    let mut slowest = Duration::ZERO;
    while Instant::now() < until {
        let asked = Instant::now();
        client.send(LIVES).await;
        client.answer().await.expect("an answer");
        slowest = slowest.max(asked.elapsed());
        sleep(Duration::from_millis(25)).await;
    }
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a run of its own: cargo faults"]
async fn liveness_under_work_in_figures() {
    let (place, server) = Place::make().await;
    let address = place.address;
    let until = Instant::now() + Duration::from_secs(10);
    let sign_in = |number: usize| {
        let input = format!("{{ email: \"nobody{number}@example.com\", password: \"a wrong password\" }}");
        request(&format!("mutation {{ signIn(input: {input}) {{ accessToken }} }}"), "none")
    };
    let everything = "{ viewer { portfolios(first: 100) { nodes { holdings(first: 100) { nodes { symbol marketValue
        quantity avgCost totalGainLoss } } } } journalEntries(first: 100) { nodes { title content tradeLog { symbol } } } } }";
    let signing = join_all((0..8).map(|number| slowest_answer(address, sign_in(number), "errors", until)));
    let asking =
        join_all((0..8).map(|_| slowest_answer(address, request(everything, &place.token), "\"portfolios\"", until)));
    let living = slowest_answer(address, LIVES.to_owned(), "alive", until);
    let (_, _, lived) = tokio::join!(signing, asking, living);
    let mut table = Table::new(
        "Liveness while 8 sign in with wrong passwords and 8 ask for everything (seconds)",
        &["slowest liveness"],
    );
    table.row(&[seconds(lived)]);
    table.print();
    assert!(lived < Duration::from_millis(500), "{lived:?}");
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}
