//! The server, or its PostgreSQL, is killed under write load; or asked to stop, and has to finish first.

use std::time::Duration;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep};

use super::{
    load::{Load, compare},
    program::Place,
    table::Table,
};
use crate::process::{Server, database_in, postgres_of};

const WRITERS: usize = 8;
/// What is promised.
const SOON: Duration = Duration::from_secs(3);

/// What came of one kind of blow, over several of them.
#[derive(Default)]
struct Figures {
    blows: usize,
    acknowledged: usize,
    repetitions: usize,
    lost: usize,
    repeated: usize,
    unknown: usize,
    lost_answers: usize,
    unavailable: usize,
    slowest: Duration,
    back: Vec<Duration>,
}

impl Figures {
    async fn take(load: Load, blows: usize, back: Vec<Duration>, place: &Place) -> Self {
        let ledger = load.finish().await;
        let odd: Vec<&String> = ledger.odd.iter().take(5).collect();
        assert!(odd.is_empty(), "{} odd answers: {odd:#?}\n{:#?}", ledger.odd.len(), place.internal_errors());
        let pool = database_in(&place.data).await;
        let (lost, repeated, unknown) = compare(&ledger, &pool).await;
        pool.close().await;
        Self {
            blows,
            acknowledged: ledger.acknowledged.len(),
            repetitions: ledger.repetitions,
            lost,
            repeated,
            unknown,
            lost_answers: ledger.lost_answers.len(),
            unavailable: ledger.unavailable,
            slowest: ledger.slowest,
            back,
        }
    }

    #[track_caller]
    fn assert_nothing_lost(&self) {
        assert!(self.acknowledged > self.blows, "{} acknowledged", self.acknowledged);
        assert_eq!((self.lost, self.repeated, self.unknown), (0, 0, 0), "lost, repeated, unknown");
        assert!(self.slowest < SOON, "UNAVAILABLE after {:?}", self.slowest);
    }

    fn row(&self, what: &str) -> Vec<String> {
        let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
        let mut back = self.back.clone();
        back.sort_unstable();
        vec![
            what.to_owned(),
            self.blows.to_string(),
            self.acknowledged.to_string(),
            self.lost.to_string(),
            self.repeated.to_string(),
            self.lost_answers.to_string(),
            self.repetitions.to_string(),
            format!("{} ({})", self.unavailable, seconds(self.slowest)),
            seconds(back.get(back.len() / 2).copied().unwrap_or_default()),
            seconds(back.last().copied().unwrap_or_default()),
        ]
    }
}

/// Kills the server under load, so often.
async fn kill_the_server(place: &Place, mut server: Server, kills: usize) -> (Server, Figures) {
    let load = Load::start(place.address, &place.token, WRITERS);
    let mut back = Vec::new();
    for kill in 0..kills {
        load.first_success(Instant::now()).await;
        // At another moment of their work each time.
        sleep(Duration::from_millis(300 + 37 * kill as u64)).await;
        server.stop(Signal::SIGKILL);
        server = place.start();
        back.push(load.first_success(Instant::now()).await);
    }
    let figures = Figures::take(load, kills, back, place).await;
    (server, figures)
}

/// Kills the server's PostgreSQL under load, so often and no more than it is started again.
async fn kill_postgres(place: &Place, kills: usize, pause: Duration) -> Figures {
    let load = Load::start(place.address, &place.token, WRITERS);
    let mut back = Vec::new();
    for _ in 0..kills {
        load.first_success(Instant::now()).await;
        sleep(Duration::from_millis(300)).await;
        let postgres = postgres_of(&place.data).expect("PostgreSQL");
        kill(postgres, Signal::SIGKILL).expect("sent");
        back.push(load.first_success(Instant::now()).await);
        sleep(pause).await;
    }
    Figures::take(load, kills, back, place).await
}

/// Stops every process of PostgreSQL for a while, so that it takes what is sent and says nothing.
async fn freeze_postgres(place: &Place, times: usize, length: Duration) -> Figures {
    let load = Load::start(place.address, &place.token, WRITERS);
    let mut back = Vec::new();
    for _ in 0..times {
        load.first_success(Instant::now()).await;
        let postgres = postgres_of(&place.data).expect("PostgreSQL");
        // It first, so that it makes no more of them.
        kill(postgres, Signal::SIGSTOP).expect("sent");
        let stopped: Vec<Pid> = children(postgres);
        stopped.iter().for_each(|child| kill(*child, Signal::SIGSTOP).expect("sent"));
        sleep(length).await;
        for process in stopped.iter().chain([&postgres]) {
            // One that has ended meanwhile needs no waking.
            let _ = kill(*process, Signal::SIGCONT);
        }
        back.push(load.first_success(Instant::now()).await);
    }
    Figures::take(load, times, back, place).await
}

fn children(parent: Pid) -> Vec<Pid> {
    let is_child = |pid: &Pid| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|text| text.trim() == parent.to_string()))
    };
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.map(Pid::from_raw).filter(is_child).collect()
}

/// Asks the server to stop under load; answers how long it took, and how many had asked before and got no answer.
async fn stop_the_server(place: &Place, server: Server) -> (Duration, usize, Server) {
    let load = Load::start(place.address, &place.token, WRITERS);
    load.first_success(Instant::now()).await;
    sleep(Duration::from_millis(300)).await;
    let asked = Instant::now();
    let status = tokio::task::spawn_blocking(move || server.stop(Signal::SIGTERM)).await.unwrap();
    let took = asked.elapsed();
    assert_eq!(status.code(), Some(0));
    let server = place.start();
    let ledger = load.finish().await;
    assert_eq!(ledger.odd, Vec::<String>::new());
    let unanswered = ledger.lost_answers.iter().filter(|sent| **sent < asked).count();
    let pool = database_in(&place.data).await;
    let found = sea_orm::sqlx::query_scalar::<_, i64>("SELECT count(*) FROM journal_entries WHERE id = ANY($1)")
        .bind(ledger.acknowledged.iter().copied().collect::<Vec<_>>())
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!(usize::try_from(found).unwrap(), ledger.acknowledged.len(), "nothing acknowledged is lost");
    (took, unanswered, server)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_repeated() {
    let (place, server) = Place::make().await;
    let (server, killed) = kill_the_server(&place, server, 2).await;
    killed.assert_nothing_lost();
    let killed = kill_postgres(&place, 2, Duration::ZERO).await;
    killed.assert_nothing_lost();
    let (took, unanswered, server) = stop_the_server(&place, server).await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(unanswered, 0);
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a run of its own: cargo faults"]
async fn kills_in_figures() {
    let mut table = Table::new(
        "Blows under write load, 8 writers with ids of their own (times in seconds)",
        &[
            "blow",
            "times",
            "acknowledged",
            "lost",
            "repeated",
            "answers lost",
            "told TAKEN at a retry",
            "UNAVAILABLE (slowest)",
            "first success, median",
            "worst",
        ],
    );
    let (place, server) = Place::make().await;
    let (server, killed) = kill_the_server(&place, server, 20).await;
    table.row(&killed.row("kill -9 of the server and, through it, of PostgreSQL"));
    // Five ends within a minute are the most that PostgreSQL is started again after.
    let crashed = kill_postgres(&place, 10, Duration::from_secs(13)).await;
    table.row(&crashed.row("kill -9 of the embedded PostgreSQL"));
    let frozen = freeze_postgres(&place, 5, Duration::from_secs(6)).await;
    table.row(&frozen.row("SIGSTOP of PostgreSQL for 6 s"));
    table.print();

    let mut stops = Table::new(
        "SIGTERM under write load (seconds)",
        &["times", "gone within, median", "worst", "requests under way without an answer"],
    );
    let (mut server, mut times, mut unanswered) = (server, Vec::new(), 0);
    for _ in 0..10 {
        let (took, missing, next) = stop_the_server(&place, server).await;
        times.push(took);
        unanswered += missing;
        server = next;
    }
    times.sort_unstable();
    let seconds = |time: &Duration| format!("{:.3}", time.as_secs_f64());
    stops.row(&[
        times.len().to_string(),
        seconds(&times[times.len() / 2]),
        seconds(times.last().unwrap()),
        unanswered.to_string(),
    ]);
    stops.print();
    for figures in [killed, crashed, frozen] {
        figures.assert_nothing_lost();
    }
    assert_eq!(unanswered, 0);
    assert!(times.last().unwrap() < &Duration::from_secs(10));
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}
