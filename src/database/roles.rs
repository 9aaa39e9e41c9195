//! The roles of the database, and the refusal to work as one that passes row-level security.

use sea_orm::sqlx::{self, PgConnection};

use super::address::Address;
use super::failure::Failure;

/// The role that the server, the tests and the benchmarks work as.
pub const APPLICATION: &str = "stackmotive_app";

/// Becomes the application's role where the connection was opened as another one.
/// `set_config` instead of SET ROLE, because it can be part of a condition.
pub(super) const BECOME_APPLICATION: &str =
    "SELECT set_config('role', 'stackmotive_app', false) WHERE session_user <> 'stackmotive_app'";

/// What would let a role past row-level security, each as a yes or no.
const PRIVILEGES: &str = "\
    SELECT r.rolname::text, r.rolsuper, r.rolbypassrls, \
           EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace \
                   AND c.relkind IN ('r', 'p') AND c.relowner = r.oid) AS owns_tables \
    FROM pg_roles r WHERE r.rolname = current_user";

/// Refuses a role that row-level security would not hold.
///
/// # Errors
/// When the connection's role is a superuser, has BYPASSRLS, or owns tables of ours.
pub async fn refuse_powerful(connection: &mut PgConnection, address: &Address) -> Result<(), Failure> {
    let (role, is_superuser, passes_policies, owns_tables): (String, bool, bool, bool) = sqlx::query_as(PRIVILEGES)
        .fetch_one(connection)
        .await
        .map_err(|error| Failure::of_database(&error, address))?;
    let reason = match (is_superuser, passes_policies, owns_tables) {
        (true, _, _) => "is a superuser",
        (_, true, _) => "has BYPASSRLS",
        (_, _, true) => "owns the tables",
        _ => return Ok(()),
    };
    Err(Failure::new(format!(
        "The server does not work as {role}, which {reason} and so would pass row-level security: \
         let it work as {APPLICATION}."
    )))
}
