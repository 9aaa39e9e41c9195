//! The keys that seal passwords and personal data.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use stackmotive::database::Failure;
use stackmotive::sealing::new_key_line;

use super::terminal::say;

/// What `keys` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  stackmotive keys new                                    Print a key
  (umask 077; stackmotive keys new > stackmotive.keys)    Make a file with a first key
  stackmotive keys new >> stackmotive.keys                Add a second key, which only opens")]
pub struct Arguments {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand)]
pub enum Action {
    /// Print a new key as a line for the key file; it is shown this once and kept nowhere
    New,
}

/// Prints a new key. It needs no database.
pub fn new() -> Result<(), Failure> {
    say(new_key_line()?.expose_secret());
    Ok(())
}
