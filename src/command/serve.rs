//! Serving: a database that is up to date, the API over HTTP, and an orderly end.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sea_orm::sqlx;
use stackmotive::app::App;
use stackmotive::budget::exchange::Exchange;
use stackmotive::config::Settings;
use stackmotive::database::{Address, Database, Failure, Place};
use stackmotive::http::listen::{self, descriptors};
use stackmotive::jobs::Runner;
use stackmotive::mail::Mailer;
use stackmotive::sealing::{KeyRing, Source};
use tokio::net::TcpListener;

use super::signals::Signals;
use super::terminal::say;

/// How long requests under way get to finish after the signal to stop; the rest of ten seconds is PostgreSQL's.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(6);
/// How long connections to the database get to be closed.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);
/// How long messages under way get to go out, after the requests.
const MAIL_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a job under way gets to be done, while requests are.
const JOBS_TIMEOUT: Duration = Duration::from_secs(4);
/// How long connections are still taken after the signal: who has connected, but isn't accepted yet, would be cut off.
const LAST_CALL: Duration = Duration::from_millis(100);
/// How many months ahead activity has a partition of its own.
const PARTITION_MONTHS: i32 = 3;
/// How often partitions are made, and how soon it is tried again after a failure.
const PARTITION_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
const PARTITION_RETRY: Duration = Duration::from_secs(15 * 60);

/// What `serve` is told.
#[derive(Args, Default)]
pub struct Arguments {
    /// Leave the tables of a database of your own as they are, for a server that has no right to change them
    #[arg(long)]
    no_migrate: bool,

    /// Leave what is done by itself, such as scheduled rebalancing, to other servers of the same database
    #[arg(long, env = "STACKMOTIVE_NO_JOBS")]
    no_jobs: bool,
}

/// Serves until it is asked to stop.
///
/// The port is taken first, so that a taken one is told before anything is started, and what is started first
/// is stopped last: HTTP, then the pool, then PostgreSQL.
pub async fn run(settings: Settings, arguments: &Arguments) -> Result<(), Failure> {
    let signals = Signals::listen()?;
    let source = Source::of(&settings)?;
    let mailer = Mailer::new(&settings)?;
    let listener = bind(&settings.listen).await?;
    let Some(place) = signals.unless_stopped(open(&settings)).await else { return Ok(()) };
    let place = place?;
    let outcome = serve_at(&place, &signals, listener, (settings, source, mailer), arguments).await;
    place.stop_within(signals.time_left()).await;
    if outcome.is_ok() {
        say("Stopped.");
    }
    outcome
}

async fn bind(address: &str) -> Result<TcpListener, Failure> {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, InvalidInput, PermissionDenied};
    TcpListener::bind(address).await.map_err(|error| {
        let remedy = "choose another one with --listen ADDRESS:PORT";
        Failure::new(match error.kind() {
            AddrInUse => format!("The address {address} is taken by another program: stop it, or {remedy}."),
            PermissionDenied => format!("This account may not listen on {address}: {remedy}."),
            AddrNotAvailable => format!("This machine does not have the address {address}: {remedy}."),
            InvalidInput => format!("{address} is not an address with a port: {remedy}."),
            _ => format!("The server can't listen on {address} ({error}): {remedy}."),
        })
    })
}

async fn open(settings: &Settings) -> Result<Place, Failure> {
    if !Place::is_own(settings)
        && let Some(folder) = settings.data_folder()
    {
        // Said before, because recovery after a crash can take its time.
        say(format_args!("Starting the embedded PostgreSQL in {}.", folder.display()));
    }
    Place::open_alone(settings).await
}

async fn serve_at(
    place: &Place,
    signals: &Signals,
    listener: TcpListener,
    (settings, source, mailer): (Settings, Source, Mailer),
    arguments: &Arguments,
) -> Result<(), Failure> {
    let preparing = prepare(place, &settings, source, arguments);
    let Some(prepared) = signals.unless_stopped(preparing).await else { return Ok(()) };
    let (database, keys) = prepared?;
    let partitions = tokio::spawn(tidy_daily(database.clone()));
    let app = App::new(settings, database.clone(), keys, mailer);
    let outcome = tokio::select! {
        outcome = serve_http(listener, signals, app, !arguments.no_jobs) => outcome,
        failure = ended(place) => Err(failure),
    };
    partitions.abort();
    // A database that is gone doesn't say goodbye.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, database.close()).await;
    outcome
}

/// Everything that has to be right before the first request.
async fn prepare(
    place: &Place,
    settings: &Settings,
    source: Source,
    arguments: &Arguments,
) -> Result<(Database, KeyRing), Failure> {
    let applied = if arguments.no_migrate { place.prepare().await? } else { place.migrate().await? };
    if !applied.is_empty() {
        say(format_args!("Applied {} migrations to the database.", applied.len()));
    }
    let database = Database::connect(place.app_url(), settings).await?;
    ensure_partitions(&database).await.map_err(|error| of_app(&error, place))?;
    let keys = match source.open(&database).await {
        Ok(keys) => keys,
        Err(failure) => {
            database.close().await;
            return Err(failure);
        }
    };
    first_run(place, &database, &keys).await?;
    Ok((database, keys))
}

/// A first serve on an empty embedded database makes a small demo account. A database of the person's own gets none.
async fn first_run(place: &Place, database: &Database, keys: &KeyRing) -> Result<(), Failure> {
    if !place.is_fresh().await? {
        return Ok(());
    }
    let demo = stackmotive::seed::demo(database, keys).await?;
    say("A demo account was made. Sign in on the page with");
    say(format_args!("    e-mail    {}", demo.email));
    say(format_args!("    password  {}", demo.password));
    Ok(())
}

async fn serve_http(listener: TcpListener, signals: &Signals, app: Arc<App>, does_jobs: bool) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(|error| Failure::new(format!("Serving ended ({error}).")))?;
    let mut limits = app.settings.limits.clone();
    limits.connections_max = descriptors::make_room(limits.connections_max, app.settings.pool_size);
    let exchange = tokio::spawn(Exchange::new(app.clone()).keep());
    let router = stackmotive::http::router(app.clone());
    if let Some(caution) = Mailer::caution(&app.settings) {
        say(caution);
    }
    say(format_args!("Listening on http://{address}"));
    say(format_args!("The playground is at http://{address}/ ; Ctrl-C stops the server."));
    let jobs = does_jobs.then(|| Runner::start(app.clone()));
    let serving = listen::serve(listener, router, &limits, asked_to_stop(signals), drained(signals));
    let (cut_off, ()) = tokio::join!(serving, stop_jobs(signals, jobs));
    if cut_off > 0 {
        tracing::warn!(connections = cut_off, "requests were cut off that had not finished");
    }
    exchange.abort();
    app.changes.close();
    // Messages write what was done too, so the audit waits for them.
    app.mailer.close(MAIL_TIMEOUT).await;
    app.audit.close().await;
    Ok(())
}

/// Jobs end while requests do.
async fn stop_jobs(signals: &Signals, jobs: Option<Runner>) {
    let Some(jobs) = jobs else { return };
    signals.stop().await;
    tokio::select! {
        () = jobs.stop(JOBS_TIMEOUT) => {}
        () = signals.hurry() => {}
    }
}

async fn asked_to_stop(signals: &Signals) {
    signals.stop().await;
    say("Stopping: requests under way are finished first.");
    tokio::time::sleep(LAST_CALL).await;
}

/// Returns when those under way had their time, or somebody asked twice.
async fn drained(signals: &Signals) {
    tokio::select! {
        () = tokio::time::sleep(DRAIN_TIMEOUT) => {}
        () = signals.hurry() => {}
    }
}

/// The embedded PostgreSQL's end, when nobody asked for it. A database of the person's own comes back by itself.
async fn ended(place: &Place) -> Failure {
    match place.cluster() {
        Some(cluster) => cluster.ended().await,
        None => std::future::pending().await,
    }
}

/// What every server does once a day. Rows that find no partition go to the default one, and then their month can't be made any more.
async fn tidy_daily(database: Database) {
    let mut pause = PARTITION_INTERVAL;
    loop {
        tokio::time::sleep(pause).await;
        pause = match ensure_partitions(&database).await {
            Ok(()) => PARTITION_INTERVAL,
            Err(error) => {
                tracing::error!(%error, "partitions for activity could not be made");
                PARTITION_RETRY
            }
        };
    }
}

#[allow(clippy::disallowed_methods, reason = "the function that makes partitions is about nobody's rows")]
async fn ensure_partitions(database: &Database) -> Result<(), sqlx::Error> {
    let statement = sqlx::query("SELECT public.ensure_partitions($1)").bind(PARTITION_MONTHS);
    statement.execute(&mut *database.pool.acquire().await?).await?;
    Ok(())
}

fn of_app(error: &sqlx::Error, place: &Place) -> Failure {
    match Address::read(place.app_url(), "DATABASE_URL") {
        Ok(address) => Failure::of_database(error, &address),
        Err(failure) => failure,
    }
}
