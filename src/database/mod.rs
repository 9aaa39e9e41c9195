//! Connecting: as the application's role to a database of one's own, or to the embedded PostgreSQL.
//!
//! - [`Place`] decides where the database is, and starts the embedded one;
//! - [`migrate`] brings its tables up to date, as the role that owns them;
//! - [`Database`] is what the server works with, always as [`roles::APPLICATION`];
//! - [`embedded`] keeps a private PostgreSQL cluster.
//!
//! It never decides whose row is whose: that is the access module's.

#![allow(clippy::disallowed_methods, reason = "connecting and migrating are statements, but of nobody's rows")]

mod address;
mod connect;
pub mod embedded;
mod failure;
pub mod listening;
pub mod migrate;
mod place;
mod pool;
mod pulse;
pub mod roles;
mod seat;
pub mod transaction;

pub use address::Address;
pub use connect::Database;
pub use failure::Failure;
pub use place::Place;
pub use pool::{Pool, in_one_request};

#[cfg(test)]
mod tests;
