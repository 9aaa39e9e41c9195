//! Changing the tables, or showing how far they are.

use clap::{Args, Subcommand};
use stackmotive::config::Settings;
use stackmotive::database::{Failure, Place, migrate};

use super::terminal::{is_confirmed, say};

/// What `migrate` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  stackmotive migrate up                Apply all that are missing
  stackmotive migrate down --steps 2    Take the last two back, with the rows of their tables
  stackmotive migrate status            Show which the database has")]
pub struct Arguments {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Subcommand)]
enum Direction {
    /// Apply the migrations that the database lacks
    Up {
        /// How many at most [default: all]
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        steps: Option<u32>,
    },
    /// Take migrations back; the rows of their tables are lost
    Down {
        /// How many
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// All of them: the database is empty afterwards
        #[arg(long, conflicts_with = "steps")]
        all: bool,
    },
    /// Show which migrations the database has
    Status,
}

/// Does it, on the database of the settings or on the embedded one.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let place = Place::open(settings).await?;
    let outcome = match arguments.direction {
        Direction::Up { steps } => up(&place, steps).await,
        Direction::Down { all: true, .. } => down(&place, None).await,
        Direction::Down { steps, .. } => down(&place, Some(steps)).await,
        Direction::Status => status(&place).await,
    };
    place.stop().await;
    outcome
}

async fn up(place: &Place, steps: Option<u32>) -> Result<(), Failure> {
    let applied = migrate::up(place.admin_url(), steps).await?;
    for name in &applied {
        say(format_args!("applied {name}"));
    }
    if applied.is_empty() {
        say("The database has all migrations already.");
    }
    Ok(())
}

async fn down(place: &Place, steps: Option<u32>) -> Result<(), Failure> {
    let what = steps.map_or_else(|| String::from("all migrations"), |steps| format!("{steps} migration(s)"));
    if !is_confirmed(&format!("This takes back {what}, and the rows of their tables are lost.")) {
        say("Nothing was changed.");
        return Ok(());
    }
    let taken_back = migrate::down(place.admin_url(), steps).await?;
    for name in &taken_back {
        say(format_args!("took back {name}"));
    }
    if taken_back.is_empty() {
        say("The database has no migrations.");
    }
    Ok(())
}

async fn status(place: &Place) -> Result<(), Failure> {
    let steps = migrate::status(place.admin_url()).await?;
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
    say(format_args!("{:width$}  STATE", "MIGRATION"));
    for step in &steps {
        let state = if step.is_applied { "applied" } else { "missing" };
        say(format_args!("{:width$}  {state}", step.name));
    }
    let applied = steps.iter().filter(|step| step.is_applied).count();
    say(format_args!("{applied} of {} applied", steps.len()));
    Ok(())
}
