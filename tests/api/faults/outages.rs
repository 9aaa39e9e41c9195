//! The database goes away, without a word or with one, and comes back.

use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::sqlx::{self, PgConnection};
use serde_json::json;
use stackmotive::config::{Limits, Settings};
use tokio::time::{Instant, sleep};

use super::{
    middleman::{Middleman, Mode},
    table::Table,
};
use crate::support::{Api, Somebody};

const READ: &str = "{ viewer { email portfolios { totalCount } } }";
const WRITE: &str =
    "mutation { createJournalEntry(input: { content: \"written while away\" }) { journalEntry { id } } }";
/// How many ask at once, more than there are connections.
const ASKING: usize = 8;

/// What was seen of one outage.
pub struct Outage {
    pub answers: usize,
    /// The slowest UNAVAILABLE.
    pub slowest: Duration,
    /// When readiness told of it.
    pub told: Duration,
    /// The slowest answer that the server lives.
    pub alive: Duration,
    /// How long after its return the first success was.
    pub back: Duration,
}

async fn behind_a_middleman() -> (Api, Middleman) {
    let mut settings = Settings::for_tests();
    settings.limits.database_silence = Limits::default().database_silence;
    let mut middleman = None;
    let api = Api::start_by_way_of(settings, |url| middleman.insert(Middleman::before(url)).url.clone()).await;
    (api, middleman.unwrap())
}

/// Takes the database away for so long, while many ask.
pub async fn outage(mode: Mode, length: Duration) -> Outage {
    let (api, middleman) = behind_a_middleman().await;
    let ada = api.somebody("ada").await;
    let asked = join_all((0..ASKING).map(|_| api.ask(Some(&ada), READ))).await;
    assert!(asked.iter().all(|answer| answer.body.get("errors").is_none()), "all is well at first");

    // One writes when it happens, and waits for a lock in the database.
    let mut other = lock_the_journal(&api).await;
    let written = async {
        let answer = api.ask(Some(&ada), WRITE).await;
        (answer, Instant::now())
    };
    let ask = |number: usize, begun: Instant| {
        let (api, ada) = (&api, &ada);
        async move {
            let (mut answers, mut slowest) = (0, Duration::ZERO);
            while begun.elapsed() < length {
                let asked = Instant::now();
                let answer = api.ask(Some(ada), if number.is_multiple_of(2) { READ } else { WRITE }).await;
                assert_eq!(answer.code(), "UNAVAILABLE", "{:#}", answer.body);
                (answers, slowest) = (answers + 1, slowest.max(asked.elapsed()));
                sleep(Duration::from_millis(20)).await;
            }
            (answers, slowest)
        }
    };
    let happens = async {
        waits_for_a_lock(&api, true).await;
        middleman.set(mode);
        let begun = Instant::now();
        let asking = join_all((0..ASKING).map(|number| ask(number, begun)));
        let (asked, told, alive) = tokio::join!(asking, told(&api), alive(&api, length));
        (begun, asked, told, alive)
    };
    let ((refusal, refused), (begun, asked, told, alive)) = tokio::join!(written, happens);
    assert_eq!(refusal.code(), "UNAVAILABLE", "{:#}", refusal.body);
    let slowest = asked.iter().map(|(_, slowest)| *slowest).max().unwrap().max(refused - begun);

    // The statement of the one who waited is gone before its lock is free, so nothing is written after all.
    waits_for_a_lock(&api, false).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    middleman.set(Mode::Passing);
    let back = first_success(&api, &ada).await;
    assert_eq!(entries(&api).await, 0, "what was refused is not written");
    assert_eq!(api.send_get("/readyz").await, 200);
    Outage { answers: asked.iter().map(|(answers, _)| answers).sum(), slowest, told, alive, back }
}

async fn told(api: &Api) -> Duration {
    let begun = Instant::now();
    while api.send_get("/readyz").await == 200 {
        sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

async fn alive(api: &Api, length: Duration) -> Duration {
    let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < length {
        let asked = Instant::now();
        assert_eq!(api.send_get("/healthz").await, 200);
        slowest = slowest.max(asked.elapsed());
        sleep(Duration::from_millis(50)).await;
    }
    slowest
}

async fn first_success(api: &Api, ada: &Somebody) -> Duration {
    let begun = Instant::now();
    while api.ask(Some(ada), READ).await.body.get("errors").is_some() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the database is back");
        sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

pub async fn lock_the_journal(api: &Api) -> PgConnection {
    let mut other = api.admin().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE journal_entries").execute(&mut other).await.unwrap();
    other
}

/// Waits until somebody waits for a lock in this database, or nobody does any more.
pub async fn waits_for_a_lock(api: &Api, wanted: bool) {
    let mut admin = api.admin().await;
    let question = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                    AND wait_event_type = 'Lock')";
    let begun = Instant::now();
    while sqlx::query_scalar::<_, bool>(question).fetch_one(&mut admin).await.unwrap() != wanted {
        assert!(begun.elapsed() < Duration::from_secs(30), "somebody waits for a lock: {}", !wanted);
        sleep(Duration::from_millis(20)).await;
    }
}

pub async fn entries(api: &Api) -> i64 {
    let count = "SELECT (SELECT count(*) FROM journal_entries) + (SELECT count(*) FROM agent_memory)";
    sqlx::query_scalar(count).fetch_one(&mut api.admin().await).await.unwrap()
}

/// Twice the bounds that are promised, for a machine that does other things as well.
fn assert_soon(outage: &Outage) {
    assert!(outage.slowest < Duration::from_secs(6), "refused after {:?}", outage.slowest);
    assert!(outage.told < Duration::from_secs(6), "readiness tells after {:?}", outage.told);
    assert!(outage.alive < Duration::from_secs(1), "liveness after {:?}", outage.alive);
    assert!(outage.back < Duration::from_secs(6), "success after {:?}", outage.back);
    assert!(outage.answers >= ASKING, "{} answers", outage.answers);
}

#[tokio::test]
async fn a_database_that_vanishes_or_dies_is_unavailable_soon_and_back_soon() {
    let length = Duration::from_secs(4);
    let (vanished, died) = tokio::join!(outage(Mode::Frozen, length), outage(Mode::Gone, length));
    assert_soon(&vanished);
    assert_soon(&died);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_unavailable_soon() {
    let mut settings = Settings::for_tests();
    settings.pool_size = 2;
    let api = Api::start_as(settings, |_| ()).await;
    let ada = api.somebody("ada").await;
    api.ask(Some(&ada), READ).await.data();
    let mut other = lock_the_journal(&api).await;
    let list = "{ viewer { journalEntries { totalCount } } }";
    let holding = join_all([api.ask(Some(&ada), list), api.ask(Some(&ada), list)]);
    let turned_away = async {
        waits_for_a_lock(&api, true).await;
        sleep(Duration::from_millis(200)).await;
        let begun = Instant::now();
        let answer = api.ask(Some(&ada), READ).await;
        assert_eq!(answer.code(), "UNAVAILABLE", "{:#}", answer.body);
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
        assert_eq!((api.send_get("/healthz").await, api.send_get("/readyz").await), (200, 200));
        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    };
    let (held, ()) = tokio::join!(holding, turned_away);
    for answer in held {
        assert_eq!(answer.data(), &json!({ "viewer": { "journalEntries": { "totalCount": 0 } } }));
    }
    api.ask(Some(&ada), READ).await.data();
}

#[tokio::test]
#[ignore = "a run of its own: cargo faults"]
async fn outages_in_figures() {
    let mut table = Table::new(
        "The database goes away for 8 s while 8 ask (seconds; the worst of each)",
        &["how", "outages", "answers", "UNAVAILABLE within", "readiness tells", "liveness", "first success"],
    );
    for (name, mode) in [("vanishes without a word", Mode::Frozen), ("dies", Mode::Gone)] {
        let mut outages = Vec::new();
        for _ in 0..5 {
            outages.push(outage(mode, Duration::from_secs(8)).await);
        }
        let worst =
            |figure: fn(&Outage) -> Duration| format!("{:.3}", outages.iter().map(figure).max().unwrap().as_secs_f64());
        table.row(&[
            name.to_owned(),
            outages.len().to_string(),
            outages.iter().map(|outage| outage.answers).sum::<usize>().to_string(),
            worst(|outage| outage.slowest),
            worst(|outage| outage.told),
            worst(|outage| outage.alive),
            worst(|outage| outage.back),
        ]);
        outages.iter().for_each(assert_soon);
    }
    table.print();
}
