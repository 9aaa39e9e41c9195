//! What stopped a command, said in one sentence.

use std::fmt;
use std::sync::Arc;

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};

use super::address::Address;

/// What stopped a command, as one sentence for the person who started it. It never holds a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    sentence: String,
}

impl Failure {
    /// A failure that says this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into() }
    }

    /// What PostgreSQL or the way to it answered, with what to do about it.
    #[must_use]
    pub fn of_database(error: &sqlx::Error, address: &Address) -> Self {
        Self::new(match error {
            sqlx::Error::Io(error) => of_io(error, address),
            sqlx::Error::PoolTimedOut => format!("The database at {address} gave no connection in time."),
            sqlx::Error::Database(error) => of_server(error.as_ref(), address),
            sqlx::Error::Tls(error) => format!("The database at {address} and we found no common encryption: {error}."),
            other => format!("The database at {address} can't be used: {other}."),
        })
    }

    /// The same for what SeaORM hands on.
    #[must_use]
    pub fn of_orm(error: &DbErr, address: &Address) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => Self::of_database(&Arc::clone(inner), address),
            DbErr::Custom(text) | DbErr::Migration(text) => Self::new(text.as_str()),
            other => Self::new(format!("The database at {address} can't be used: {other}.")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

fn of_io(error: &std::io::Error, address: &Address) -> String {
    use std::io::ErrorKind::{ConnectionRefused, NotFound, PermissionDenied, TimedOut};
    let variable = address.variable();
    match error.kind() {
        ConnectionRefused => {
            format!("The database at {address} refused the connection: start PostgreSQL there, or correct {variable}.")
        }
        NotFound => format!("No PostgreSQL listens at {address}: start it, or correct {variable}."),
        PermissionDenied => format!("This account may not open {address}."),
        TimedOut => format!("The database at {address} did not answer in time: is {variable} right?"),
        _ => format!("The database at {address} can't be reached ({error}): is {variable} right?"),
    }
}

/// The codes are PostgreSQL's SQLSTATEs. Its messages name roles and tables, never a password.
fn of_server(error: &dyn sqlx::error::DatabaseError, address: &Address) -> String {
    let (variable, user, database) = (address.variable(), address.user(), address.database());
    match error.code().as_deref() {
        Some("28P01" | "28000") => {
            format!("The database at {address} did not let {user} in: correct the user or the password in {variable}.")
        }
        Some("3D000") => format!(
            "The server at {address} has no database {database}: create it with `createdb {database}`, \
             or correct {variable}."
        ),
        // PostgreSQL's own messages have no full stop; one that has it is a sentence of our migrations.
        _ if error.message().ends_with('.') => error.message().to_owned(),
        Some("53300") => format!("The database at {address} has no connection left: raise its max_connections."),
        Some("57P03") => format!("The database at {address} is still starting or already stopping: try again soon."),
        Some("42501") => format!(
            "The role {user} may not do this in the database {database} ({}): \
             set ADMIN_DATABASE_URL to the role that owns the database.",
            error.message()
        ),
        _ => format!("The database at {address} answered: {}.", error.message()),
    }
}
