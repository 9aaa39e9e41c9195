//! Accounts, from the command line.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use stackmotive::authentication::accounts::{self, NewAccount};
use stackmotive::config::Settings;
use stackmotive::database::{Database, Failure, Place};
use stackmotive::sealing::Source;
use uuid::Uuid;

use super::terminal::{new_password, say};

/// What `user` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  stackmotive user create --email ada@example.com
  stackmotive user create --email root@example.com --admin --tier enterprise < password.txt
  stackmotive user promote ada@example.com")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make an account; the password is asked for, or read from standard input
    Create {
        /// The address to sign in with
        #[arg(long)]
        email: String,
        /// Make it an administrator
        #[arg(long)]
        admin: bool,
        /// What budgets it has
        #[arg(
            long, default_value = "observer",
            value_parser = PossibleValuesParser::new(["observer", "trader", "professional", "enterprise"])
        )]
        tier: String,
    },
    /// Make an account an administrator
    Promote {
        /// The address that it signs in with
        #[arg(required_unless_present = "named")]
        email: Option<String>,
        /// The same address, as `create` takes it
        #[arg(long = "email", value_name = "EMAIL", conflicts_with = "email")]
        named: Option<String>,
    },
}

/// An action with all that it needs.
enum Task {
    Create(NewAccount),
    Promote(String),
}

/// Does it, on the database of the settings or on the embedded one.
pub async fn run(settings: &Settings, arguments: Arguments) -> Result<(), Failure> {
    // The password comes first: a person who changes their mind has started nothing.
    let task = match arguments.action {
        Action::Create { email, admin, tier } => {
            let password = new_password()?.expose_secret().to_owned();
            Task::Create(NewAccount { email, password, tier, is_admin: admin })
        }
        Action::Promote { email, named } => Task::Promote(email.or(named).unwrap_or_default()),
    };
    let source = Source::of(settings)?;
    let place = Place::open(settings).await?;
    let outcome = perform(&place, settings, source, task).await;
    place.stop().await;
    outcome.map(say)
}

async fn perform(place: &Place, settings: &Settings, source: Source, task: Task) -> Result<String, Failure> {
    place.prepare().await?;
    let database = Database::connect(place.app_url(), settings).await?;
    let outcome = match task {
        Task::Create(account) => create(&database, source, account).await.map(|id| format!("Made the account {id}.")),
        Task::Promote(email) => {
            accounts::promote(&database, &email).await.map(|()| format!("{email} is an administrator now."))
        }
    };
    database.close().await;
    outcome
}

async fn create(database: &Database, source: Source, account: NewAccount) -> Result<Uuid, Failure> {
    accounts::create(database, &source.open(database).await?, account).await
}
