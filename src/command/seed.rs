//! Filling the database with realistic data.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use stackmotive::config::Settings;
use stackmotive::database::{Database, Failure, Place};
use stackmotive::sealing::Source;
use stackmotive::seed::{self, Size, Summary};

use super::terminal::say;

/// Statements of a seed that take longer than this many milliseconds are logged.
const SLOW_STATEMENT_MS: u64 = 5_000;

/// What `seed` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  stackmotive seed                  20 users, to look around
  stackmotive seed --users 2000     2,000 users; the first 20 of them are the same

The data is the same for the same number, whenever and wherever it is made.")]
pub struct Arguments {
    /// How many users to make, each with 3 portfolios of 25 holdings, a journal, rules and all the rest
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    users: u32,
}

/// Does it, on the database of the settings or on the embedded one.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let source = Source::of(settings)?;
    let place = Place::open(settings).await?;
    let outcome = fill(&place, settings, source, arguments.users).await;
    place.stop().await;
    outcome
}

async fn fill(place: &Place, settings: &Settings, source: Source, users: u32) -> Result<(), Failure> {
    place.prepare().await?;
    // A round of a seed is large on purpose; only a very slow one is worth a line of the log.
    let patient = Settings { slow_statement_ms: SLOW_STATEMENT_MS, ..settings.clone() };
    let database = Database::connect(place.app_url(), &patient).await?;
    let outcome = run_with(&database, source, users).await;
    database.close().await;
    say(outcome?);
    Ok(())
}

async fn run_with(database: &Database, source: Source, users: u32) -> Result<Summary, Failure> {
    let keys = source.open(database).await?;
    let bar = progress(users);
    let told = |progress: seed::Progress| bar.set_position(progress.users_done.into());
    let outcome = seed::run(database, &keys, Size { users }, told).await;
    bar.finish_and_clear();
    outcome
}

/// Drawn on a terminal; elsewhere nothing is.
fn progress(users: u32) -> ProgressBar {
    let bar = ProgressBar::new(users.into());
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} users, {eta} left") {
        bar.set_style(style);
    }
    bar
}
