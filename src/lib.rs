//! StackMotive: a GraphQL server for people's investments, on PostgreSQL.

pub mod access;
pub mod app;
pub mod authentication;
pub mod clock;
pub mod config;
pub mod database;
pub mod graphql;
pub mod http;
pub mod journaling;
pub mod logging;
pub mod onboarding;
pub mod portfolio;
pub mod preferences;
pub mod rebalancing;
pub mod trading;
pub mod vault_categories;
pub mod watchlists;
