//! The commands of the program, one file each.
//!
//! Sentences for the person go to standard output, the log and failures to standard error.
//! The exit code is 0 when all went well, 1 for a failure, 2 for wrong usage.

mod keys;
mod log;
mod migrate;
mod schema;
mod seed;
mod serve;
mod signals;
mod terminal;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use stackmotive::config::Settings;
use stackmotive::database::Failure;

use terminal::complain;

const EXAMPLES: &str = "\
Examples:
  stackmotive
      Serve, with an embedded PostgreSQL and, the first time, a demo account
  stackmotive --listen 0.0.0.0:80
      Serve to the network
  DATABASE_URL=postgres://me:secret@db.example/stackmotive stackmotive
      Serve a database of your own
  stackmotive migrate status
      Show which migrations the database has
  stackmotive user create --email ada@example.com --admin
      Make an account; the password is asked for
  stackmotive seed --users 2000
      Fill the database with realistic data
  stackmotive schema > schema.graphql
      Write down the API

-h shows less and --help all. Every option can be set in the environment, under the name beside it.";

/// A GraphQL server for people's investments: portfolios, rules and journals, on PostgreSQL.
#[derive(Parser)]
#[command(name = "stackmotive", version, after_help = EXAMPLES, subcommand_help_heading = "Commands")]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Bring the database up to date and serve the API (the default)
    Serve(serve::Arguments),
    /// Change the tables of the database, or show how far they are
    Migrate(migrate::Arguments),
    /// Fill the database with realistic data, the same for the same number
    Seed(seed::Arguments),
    /// Print the API's schema in GraphQL's schema language
    Schema,
    /// Make an account, or make one an administrator
    User(user::Arguments),
    /// Make keys for passwords and personal data
    Keys(keys::Arguments),
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let CommandLine { command, settings } = CommandLine::parse();
    let command = command.unwrap_or_else(|| Command::Serve(serve::Arguments::default()));
    let outcome = log::start(&settings).and_then(|()| dispatch(command, settings));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command, settings: Settings) -> Result<(), Failure> {
    if matches!(command, Command::Schema) {
        schema::run();
        return Ok(());
    }
    if let Command::Keys(keys::Arguments { action: keys::Action::New }) = &command {
        return keys::new();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("The system gives no threads ({error}).")))?;
    runtime.block_on(async move {
        match command {
            Command::Serve(arguments) => serve::run(settings, &arguments).await,
            Command::Migrate(arguments) => migrate::run(&settings, &arguments).await,
            Command::Seed(arguments) => seed::run(&settings, &arguments).await,
            Command::User(arguments) => user::run(&settings, arguments).await,
            Command::Keys(arguments) => keys::run(&settings, &arguments).await,
            Command::Schema => Ok(()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        CommandLine::command().debug_assert();
    }
}
