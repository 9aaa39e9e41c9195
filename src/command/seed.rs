//! Filling the database with realistic data.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use stackmotive::config::Settings;
use stackmotive::database::{Database, Failure, Place};
use stackmotive::seed::{self, Scale};

use super::terminal::say;

/// What `seed` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  stackmotive seed                          A handful of users
  stackmotive seed --users 2000             2,000 users, each with 3 portfolios of 25 holdings
  stackmotive seed --users 100 --seed 7     The same users, whenever the numbers are the same")]
pub struct Arguments {
    /// How many users to make, with all that belongs to them
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    users: u32,
    /// Which data: the same number makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Does it, on the database of the settings or on the embedded one.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let place = Place::open(settings).await?;
    let outcome = fill(&place, settings, arguments).await;
    place.stop().await;
    outcome
}

async fn fill(place: &Place, settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    place.prepare().await?;
    let database = Database::connect(place.app_url(), settings).await?;
    let bar = progress(arguments.users);
    let scale = Scale { users: arguments.users, seed: arguments.seed };
    let outcome = seed::fill(&database, scale, |users_done| bar.set_position(u64::from(users_done))).await;
    bar.finish_and_clear();
    database.close().await;
    say(outcome?);
    Ok(())
}

/// Drawn on a terminal; elsewhere nothing is.
fn progress(users: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(users));
    let template = "{wide_bar} {pos} of {len} users, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
