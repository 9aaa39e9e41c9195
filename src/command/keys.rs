//! The keys that seal passwords and personal data.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::ExposeSecret;
use stackmotive::config::Settings;
use stackmotive::database::{Database, Failure, Place};
use stackmotive::sealing::{self, Source, new_key_line, rotation};

use super::terminal::say;

/// What `keys` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  stackmotive keys new                                    Print a key
  (umask 077; stackmotive keys new > stackmotive.keys)    Make a file with a first key
  stackmotive keys new >> stackmotive.keys                Add a second key, which only opens
  stackmotive keys status                                 Show how many values each key has sealed
  stackmotive keys rotate                                 Seal everything anew with the first key

docs/personal-data.md tells how a key is changed without stopping a server.")]
pub struct Arguments {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand)]
pub enum Action {
    /// Print a new key as a line for the key file; it is shown this once and kept nowhere
    New,
    /// Show how many values each key has sealed: a key without any can go
    Status,
    /// Seal everything anew with the first key, beside running servers; interrupted, it goes on the next time
    Rotate,
}

/// Prints a new key. It needs no database.
pub fn new() -> Result<(), Failure> {
    say(new_key_line()?.expose_secret());
    Ok(())
}

/// Does it, on the database of the settings or on the embedded one.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let source = Source::of(settings)?;
    let place = Place::open(settings).await?;
    let outcome = perform(&place, settings, source, &arguments.action).await;
    place.stop().await;
    outcome
}

async fn perform(place: &Place, settings: &Settings, source: Source, action: &Action) -> Result<(), Failure> {
    place.prepare().await?;
    let database = Database::connect(place.app_url(), settings).await?;
    let outcome = match action {
        Action::New => new(),
        Action::Status => status(&database, source).await,
        Action::Rotate => rotate(&database, source).await,
    };
    database.close().await;
    outcome
}

async fn status(database: &Database, source: Source) -> Result<(), Failure> {
    let usage = sealing::usage(database).await?;
    let mut counts: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for usage in &usage {
        *counts.entry(usage.key_id.as_deref()).or_default() += usage.count;
    }
    let used: BTreeSet<&str> = counts.keys().copied().flatten().collect();
    let keys = source.keys(&used)?;
    let known = keys.ids();
    let count = |id: &str| counts.get(&Some(id)).copied().unwrap_or_default();
    let mut lines: Vec<(&str, &str, u64)> = Vec::new();
    for (place, id) in known.iter().enumerate() {
        lines.push((id, if place == 0 { "seals" } else { "opens" }, count(id)));
    }
    lines
        .extend(used.iter().filter(|id| !known.iter().any(|known| known == *id)).map(|id| (*id, "missing", count(id))));
    lines.extend(counts.get(&None).map(|count| ("(none)", "not sealed", *count)));
    let width = lines.iter().map(|(id, ..)| id.len()).max().unwrap_or_default();
    say(format_args!("{:width$}  {:10}  {:>10}", "KEY", "STATE", "VALUES"));
    for (id, state, count) in lines {
        say(format_args!("{id:width$}  {state:10}  {count:>10}"));
    }
    Ok(())
}

async fn rotate(database: &Database, source: Source) -> Result<(), Failure> {
    let keys = source.open(database).await?;
    let old: u64 = sealing::usage(database)
        .await?
        .iter()
        .filter(|usage| usage.key_id.as_deref() != Some(keys.first()))
        .map(|usage| usage.count)
        .sum();
    let bar = progress(old);
    let summary = rotation::rotate(database, &keys, |looked_at| bar.set_position(looked_at.min(old))).await;
    bar.finish_and_clear();
    let rotation::Summary { resealed, in_use, unopened } = summary?;
    say(format_args!("Sealed {resealed} values anew with the key {}.", keys.first()));
    if in_use + unopened == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{in_use} values were in use and {unopened} did not open, and stayed as they are: \
         run it again, and look into the log for those that do not open."
    )))
}

/// Drawn on a terminal; elsewhere nothing is.
fn progress(values: u64) -> ProgressBar {
    let bar = ProgressBar::new(values);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} values, {eta} left") {
        bar.set_style(style);
    }
    bar
}
