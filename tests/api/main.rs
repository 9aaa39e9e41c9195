//! Tests through the router to a real PostgreSQL: one binary, one file a part.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that meets something unexpected is to fail there"
)]

mod activity;
mod audit;
mod authentication;
mod authorization;
mod browser;
mod catalog;
mod changes;
mod clients;
mod connections;
mod cost;
mod faults;
mod figures;
mod generated;
mod http;
mod inputs;
mod jobs;
mod journaling;
mod mutations;
mod onboarding;
mod personal_tokens;
mod portfolio;
mod preferences;
mod prices;
mod process;
mod reading;
mod rebalancing;
mod refusals;
mod rows;
mod schema;
mod sealing;
mod security;
mod seed;
mod sequences;
mod support;
mod tidy;
mod trading;
mod vault_categories;
mod watchlists;
mod websocket;
