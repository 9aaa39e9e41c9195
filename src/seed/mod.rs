//! Realistic data, the same for the same number: people with portfolios, journals, rules and everything else.
//!
//! [`run`] makes as many people as asked for, and an administrator; [`demo`] makes one account to look around with.
//! - `people` says who somebody is; `settings`, `portfolios`, `journal` and the others what they have;
//! - `market` is what they trade, `figures` what it is worth, `random` the chance behind it all;
//! - `rows` turns it into statements, `store` runs them.
//!
//! Everything goes through the application's own role under the system scope, so what the tables refuse is refused here
//! too. Decimals are exact throughout.

mod activity;
mod categories;
mod figures;
mod journal;
mod market;
mod people;
mod phrases;
mod portfolios;
mod random;
mod rows;
mod rules;
mod settings;
mod store;
mod trades;
mod watchlists;

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    access::{Mode, Scope},
    authentication::hashing::Hashing,
    clock,
    database::{Database, Failure, transaction::Transaction},
    sealing::KeyRing,
};
use market::Market;
use people::Person;
pub use people::{ADMIN_EMAIL, PASSWORD};
use random::Random;
use rows::{Load, Rows};
use settings::Profile;
use store::Hindrance;

/// The account of [`demo`].
pub const DEMO_EMAIL: &str = "demo@stackmotive.local";
/// The demo account's own stream of draws, far from everybody's number.
const DEMO_NUMBER: u64 = u64::MAX;

/// The first of November 2026, in seconds since 1970: the moment that all seeded data is as of.
///
/// It stands still, so that the same number makes the same data on every day. It lies before the first release, so that
/// activity falls into months that are over: those rows go to the default partition, where they keep no partition of a
/// month to come from being made.
const SEEDED_AS_OF_SECONDS: i64 = 1_793_491_200;

/// How many people go into one round of statements: few enough that no statement is a slow one.
const PEOPLE_PER_ROUND: u64 = 5;
/// Rounds that may wait for the database while the next one is being made.
const ROUNDS_AHEAD: usize = 4;

/// How much data there shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// People, besides the administrator. Each has 3 portfolios of 25 holdings, 20 journal entries and all the rest;
    /// the first ten of two thousand are the ten of ten.
    pub users: u32,
}

/// How far the seed has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub users_done: u32,
    pub users_total: u32,
    pub rows_done: u64,
}

/// What was made; its text is a sentence that tells how to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// People, besides the administrator.
    pub users: u32,
    /// Rows by table.
    pub rows: BTreeMap<&'static str, u64>,
}

/// How to sign in to the demo account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSignIn {
    pub email: String,
    pub password: String,
}

/// Makes the data in one transaction: a seed that is interrupted leaves nothing behind.
///
/// `progress` is told after every few people.
///
/// # Errors
/// When the database has accounts other than the demo account, because the seed makes an administrator with a known
/// password; when it isn't migrated; when another seed is at work; when the database fails.
pub async fn run(
    database: &Database,
    keys: &KeyRing,
    size: Size,
    progress: impl Fn(Progress) + Sync,
) -> Result<Summary, Failure> {
    let transaction = begin(database).await?;
    refuse_inhabited(&transaction).await?;
    let now = DateTime::from_timestamp(SEEDED_AS_OF_SECONDS, 0).unwrap_or_default();
    let world = Arc::new(World::new(now, keys, true).await?);
    let (sender, mut rounds) = mpsc::channel(ROUNDS_AHEAD);
    let maker = tokio::task::spawn_blocking(move || make(&world, size, &sender));
    let mut summary = Summary { users: size.users, rows: BTreeMap::new() };
    while let Some(Round { users_done, loads }) = rounds.recv().await {
        store_all(&transaction, loads, &mut summary.rows).await?;
        progress(Progress { users_done, users_total: size.users, rows_done: summary.rows.values().sum() });
    }
    maker.await.map_err(|error| Failure::new(format!("The data could not be made: {error}.")))?;
    transaction.commit().await.map_err(|error| failed(&error))?;
    Ok(summary)
}

/// Makes the demo account with the data of one person, as of this hour.
///
/// # Errors
/// When the account exists already or the database fails.
pub async fn demo(database: &Database, keys: &KeyRing) -> Result<DemoSignIn, Failure> {
    let transaction = begin(database).await?;
    let now = clock::now();
    let hour = now.with_minute(0).and_then(|time| time.with_second(0)).and_then(|time| time.with_nanosecond(0));
    let world = World::new(hour.unwrap_or(now), keys, false).await?;
    let mut rows = Rows::default();
    Life::new(&world, DEMO_NUMBER, &mut rows).live(DEMO_EMAIL.to_owned());
    store_all(&transaction, rows.loads(), &mut BTreeMap::new()).await?;
    transaction.commit().await.map_err(|error| failed(&error))?;
    Ok(DemoSignIn { email: DEMO_EMAIL.to_owned(), password: PASSWORD.to_owned() })
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (users, rows) = (self.users, self.rows.values().sum::<u64>());
        write!(
            formatter,
            "Made {users} users with {rows} rows. Sign in as user1@example.com, user2@example.com and so on, \
             or as {ADMIN_EMAIL}, with the password: {PASSWORD}"
        )
    }
}

/// What everybody shares.
struct World {
    /// The moment that everything is as of.
    now: DateTime<Utc>,
    /// When prices were last brought in, two hours before.
    priced_at: DateTime<Utc>,
    market: Market,
    /// One for all, because a hash takes a quarter of a second.
    password_hash: String,
    keys: KeyRing,
    /// Whether there are other people to invite somebody and to share with.
    has_admin: bool,
}

impl World {
    async fn new(now: DateTime<Utc>, keys: &KeyRing, has_admin: bool) -> Result<Self, Failure> {
        let hash = Hashing::default().hash(PASSWORD).await;
        let password_hash = hash.map_err(|_| Failure::new("The password of the new accounts can't be hashed."))?;
        Ok(Self {
            now,
            priced_at: now - TimeDelta::hours(2),
            market: Market::open(),
            password_hash,
            keys: keys.clone(),
            has_admin,
        })
    }
}

/// One person while their data is being made.
struct Life<'a> {
    random: Random,
    world: &'a World,
    person: Person,
    /// The sign-in of whatever is noted next.
    session: Uuid,
    rows: &'a mut Rows,
}

impl<'a> Life<'a> {
    fn new(world: &'a World, number: u64, rows: &'a mut Rows) -> Self {
        let mut random = Random::stream(number);
        let person = Person::draw(&mut random, number, world.now);
        let session = random.uuid(person.created_at);
        Self { random, world, person, session, rows }
    }

    /// The account alone.
    fn sign_up(&mut self, email: String) {
        let user = self.person.row(&mut self.random, self.world, email);
        self.rows.users.push(user);
        let (at, id) = (self.person.created_at, self.person.id);
        self.note(at, "authentication", "registered", "An account was signed in to.".to_owned(), ("user", id));
    }

    /// The account and everything that its owner has.
    fn live(mut self, email: String) {
        self.sign_up(email);
        let profile = Profile::draw(&mut self.random);
        let portfolios = portfolios::add(&mut self);
        settings::add(&mut self, profile, &portfolios);
        journal::add(&mut self, &portfolios);
        rules::add_trade_rules(&mut self, &portfolios);
        rules::add_rebalancing(&mut self, &portfolios);
        watchlists::add(&mut self);
        categories::add(&mut self, profile, &portfolios);
        self.note_sign_ins();
    }
}

/// Some people's rows on their way to the database.
struct Round {
    /// People who are stored once it is.
    users_done: u32,
    loads: Vec<Load>,
}

/// Makes everybody, a round at a time, while the database stores the rounds before. Ends early when nobody listens.
fn make(world: &World, size: Size, rounds: &mpsc::Sender<Round>) {
    let last = u64::from(size.users);
    let mut rows = Rows::default();
    Life::new(world, 0, &mut rows).sign_up(ADMIN_EMAIL.to_owned());
    for number in 1..=last {
        Life::new(world, number, &mut rows).live(format!("user{number}@example.com"));
        if number.is_multiple_of(PEOPLE_PER_ROUND) || number == last {
            let users_done = u32::try_from(number).unwrap_or(u32::MAX);
            let loads = std::mem::take(&mut rows).loads();
            if rounds.blocking_send(Round { users_done, loads }).is_err() {
                return;
            }
        }
    }
}

async fn begin(database: &Database) -> Result<Transaction, Failure> {
    let transaction = Transaction::begin(&database.pool, &Scope::system(), Mode::Write).await;
    transaction.map_err(|error| failed(&error))
}

async fn refuse_inhabited(transaction: &Transaction) -> Result<(), Failure> {
    match store::hindrance(transaction, DEMO_EMAIL).await.map_err(|error| failed(&error))? {
        None => Ok(()),
        Some(Hindrance::NotMigrated) => {
            Err(Failure::new("This database has no tables for the data yet: run `stackmotive migrate up` first."))
        }
        Some(Hindrance::Busy) => Err(Failure::new("Another seed is at work on this database: wait until it is done.")),
        Some(Hindrance::Accounts(count)) => Err(Failure::new(format!(
            "This database has accounts already ({count}): seed an empty one, because the seed makes an administrator \
             whose password everybody knows."
        ))),
    }
}

async fn store_all(
    transaction: &Transaction,
    loads: Vec<Load>,
    counts: &mut BTreeMap<&'static str, u64>,
) -> Result<(), Failure> {
    for load in loads {
        *counts.entry(load.table).or_default() += load.count;
        store::insert(transaction, load).await.map_err(|error| failed(&error))?;
    }
    Ok(())
}

fn failed(error: &impl fmt::Display) -> Failure {
    Failure::new(format!("The data could not be stored, and nothing was: {error}."))
}
