//! What PostgreSQL says, and what is told of it.

use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{Error, ErrorCode, Issue, words};

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => database_error(&cause),
            DbErr::ConnectionAcquire(_) => Self::unavailable(),
            other => Self::internal(other),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        database_error(&error)
    }
}

fn database_error(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(cause) => refused_by_database(cause.as_ref()),
        // Words that make no sense are those of somebody else on the way to a database that is gone, or broken off.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::BeginFailed
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => {
            tracing::warn!(cause = %error, "database unavailable");
            Error::unavailable()
        }
        other => Error::internal(other),
    }
}

/// A constraint comes back as INVALID or CONFLICT with its field; a database that goes away as UNAVAILABLE.
fn refused_by_database(cause: &dyn sqlx::error::DatabaseError) -> Error {
    let state = cause.code().unwrap_or_default();
    let field = constrained_field(cause);
    let path = ["input", field.as_str()];
    match state.as_ref() {
        "23505" => Error {
            issues: vec![Issue::new(&path, "TAKEN", format!("There is one with this {} already.", words(&field)))],
            ..Error::conflict(format!("There is one with this {} already.", words(&field)))
        },
        "23503" => Error::invalid(&path, "NOT_FOUND", format!("There is no such {}.", words(&field))),
        "23514" => Error::invalid(&path, "OUT_OF_RANGE", format!("This {} is not allowed.", words(&field))),
        "23502" => Error::invalid(&path, "REQUIRED", format!("The {} is missing.", words(&field))),
        "22003" => Error::invalid(&["input"], "OUT_OF_RANGE", "A number is too large."),
        "22P05" | "22021" => Error::invalid(&["input"], "FORMAT", "A text holds a character that cannot be stored."),
        "40001" | "40P01" => Error::conflict("Somebody else changed the same thing; try again."),
        "57014" | "55P03" | "25P03" | "25P04" => {
            Error::new(ErrorCode::Unavailable, "This took too long and was stopped.")
        }
        state if is_away(state) => {
            tracing::warn!(%cause, state, "database unavailable");
            Error::unavailable()
        }
        // A plan from before the tables were changed; it is made anew.
        "0A000" if cause.message().starts_with("cached plan") => Error::unavailable(),
        _ => Error::internal(cause),
    }
}

/// Whether PostgreSQL's word for what went wrong is about itself, or about who may come in, and not about what was asked.
fn is_away(state: &str) -> bool {
    // A connection, a want of room, an operator or a crash, the system below, nobody let in.
    const CLASSES: [&str; 5] = ["08", "53", "57P", "58", "28"];
    match state {
        // A database that is not there, a statement that a proxy has forgotten with its connection, a commit whose
        // outcome nobody knows, and whatever comes behind a statement that failed.
        "3D000" | "26000" | "40003" | "25P02" => true,
        state => CLASSES.iter().any(|class| state.starts_with(class)),
    }
}

/// The field that a constraint is about, in camelCase: constraints are named `{table}_{column}_{kind}`.
fn constrained_field(cause: &dyn sqlx::error::DatabaseError) -> String {
    let name = cause.constraint().unwrap_or_default();
    let column = name.strip_prefix(cause.table().unwrap_or_default()).unwrap_or(name).trim_start_matches('_');
    let column =
        ["_check", "_key", "_fkey", "_pkey"].iter().find_map(|kind| column.strip_suffix(kind)).unwrap_or(column);
    // The key of a table is its id.
    super::super::table::camel_case(if column == "pkey" { "id" } else { column })
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, error, fmt, io};

    use sea_orm::{
        DbErr, RuntimeErr,
        sqlx::{
            self,
            error::{DatabaseError, ErrorKind},
        },
    };

    use crate::graphql::error::{Error, ErrorCode};

    /// What PostgreSQL says.
    #[derive(Debug)]
    struct Said(&'static str, &'static str);

    impl fmt::Display for Said {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.1)
        }
    }

    impl error::Error for Said {}

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.1
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn code(said: Said) -> ErrorCode {
        Error::from(sqlx::Error::Database(Box::new(said))).code
    }

    #[test]
    fn whatever_a_database_says_that_dies_or_comes_back_is_unavailable() {
        for (state, message) in [
            ("57P01", "terminating connection due to administrator command"),
            ("57P01", "terminating connection due to unexpected postmaster exit"),
            ("57P02", "terminating connection because of crash of another server process"),
            ("57P03", "the database system is starting up"),
            ("57P03", "the database system is shutting down"),
            ("57P03", "the database system is in recovery mode"),
            ("57P03", "the database system is not yet accepting connections"),
            ("57P04", "terminating connection due to conflict with recovery"),
            ("57P05", "terminating connection due to idle-session timeout"),
            ("57014", "canceling statement due to statement timeout"),
            ("55P03", "canceling statement due to lock timeout"),
            ("25P03", "terminating connection due to idle-in-transaction timeout"),
            ("25P02", "current transaction is aborted, commands ignored until end of transaction block"),
            ("08006", "connection failure"),
            ("08P01", "unexpected EOF within message length word"),
            ("53100", "could not extend file: No space left on device"),
            ("53200", "out of memory"),
            ("53300", "sorry, too many clients already"),
            ("53400", "could not fork new process for connection"),
            ("58P01", "could not open shared memory segment: No such file or directory"),
            ("58030", "could not write to file: Input/output error"),
            ("40003", "statement completion unknown"),
            ("26000", "prepared statement \"sqlx_s_1\" does not exist"),
            ("28P01", "password authentication failed"),
            ("3D000", "database does not exist"),
            ("0A000", "cached plan must not change result type"),
        ] {
            assert_eq!(code(Said(state, message)), ErrorCode::Unavailable, "{state} {message}");
        }
    }

    #[test]
    fn a_connection_that_breaks_is_unavailable_however_that_is_noticed() {
        let io = |kind: io::ErrorKind| sqlx::Error::Io(kind.into());
        let broken = || {
            [
                io(io::ErrorKind::UnexpectedEof),
                io(io::ErrorKind::ConnectionReset),
                io(io::ErrorKind::ConnectionRefused),
                io(io::ErrorKind::ConnectionAborted),
                io(io::ErrorKind::BrokenPipe),
                io(io::ErrorKind::NotFound),
                io(io::ErrorKind::TimedOut),
                sqlx::Error::Tls("the handshake broke off".into()),
                sqlx::Error::Protocol("unexpected response from SSLRequest: 0x45".into()),
                sqlx::Error::BeginFailed,
                sqlx::Error::PoolTimedOut,
                sqlx::Error::PoolClosed,
                sqlx::Error::WorkerCrashed,
            ]
        };
        for error in broken() {
            let told = format!("{error:?}");
            assert_eq!(Error::from(error).code, ErrorCode::Unavailable, "{told}");
        }
        // SeaORM hands them on under three names.
        for wrap in [DbErr::Conn, DbErr::Exec, DbErr::Query] {
            for error in broken() {
                let error = wrap(RuntimeErr::SqlxError(error.into()));
                let told = format!("{error:?}");
                assert_eq!(Error::from(error).code, ErrorCode::Unavailable, "{told}");
            }
        }
    }

    #[test]
    fn a_fault_of_ours_is_not_blamed_on_the_database() {
        for (state, message) in [
            ("42601", "syntax error"),
            ("42P01", "relation does not exist"),
            ("42703", "column does not exist"),
            ("42501", "permission denied for table users"),
            ("25001", "SET TRANSACTION ISOLATION LEVEL must be called before any query"),
            ("25006", "cannot execute INSERT in a read-only transaction"),
            ("0A000", "cannot use this here"),
            ("XX000", "cache lookup failed"),
        ] {
            assert_eq!(code(Said(state, message)), ErrorCode::Internal, "{state} {message}");
        }
        for error in [sqlx::Error::RowNotFound, sqlx::Error::ColumnNotFound("id".into())] {
            assert_eq!(Error::from(error).code, ErrorCode::Internal);
        }
    }
}
