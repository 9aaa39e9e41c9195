//! Tests through the router to a real PostgreSQL: one binary, one file a part.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that meets something unexpected is to fail there"
)]

mod authorization;
mod catalog;
mod generated;
mod journaling;
mod reading;
mod support;
