//! StackMotive: a GraphQL server for people's investments, on PostgreSQL.
//!
//! This page is the map. The way of one request through it is told in `docs/architecture.md`, what clients may rely on
//! in `docs/api.md`, the walls inside the database in `docs/row-level-security.md`, the keys in `docs/personal-data.md`.
//!
//! # Where things are
//!
//! In reading order; the binary's own part, `src/main.rs` and `src/command/`, is the command line around it.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | every setting, in one struct: the only reader of the environment |
//! | [`clock`] | the only reader of the time |
//! | [`database`] | connecting, migrating, the embedded PostgreSQL; a [`Transaction`](database::transaction::Transaction) that begins with its scope |
//! | [`sealing`] | the keys, and what is sealed with them: passwords and personal data |
//! | [`access`] | who asks, and whose row is whose: one rule for each table, on one page |
//! | [`mail`] | messages by mail, sent off the path of requests |
//! | [`app`] | what lives as long as the process |
//! | [`budget`] | how many points of cost a user or an address may use, over all servers |
//! | [`changes`] | what happens to people's rows, told to those who subscribed, over all servers |
//! | [`jobs`] | what the server does by itself, once over all servers |
//! | [`http`] | the outside: routes, GraphQL over HTTP, request ids, health, the playground |
//! | [`graphql`] | what all types, lists and errors have in common, each thing once |
//! | [`prices`] | what feeds bring, and all that follows from it, for everybody at once |
//! | [`authentication`] | accounts and sign-ins |
//! | [`portfolio`] | portfolios, holdings, positions, imports |
//! | [`trading`] | rules that buy at intervals or sell when a price falls |
//! | [`rebalancing`] | schedules, and what was done |
//! | [`watchlists`] | lists to watch, their items, their shares |
//! | [`preferences`] | settings of the app and of its looks |
//! | [`onboarding`] | the first steps, and the trading preferences that they lead to |
//! | [`journaling`] | the journal, its trade logs and analyses; [its mutation](journaling::mutations) is the model for every write |
//! | [`vault_categories`] | categories for allocation |
//! | [`logging`] | the activity: what was done with an account |
//! | [`seed`] | realistic data, and the demo account |
//!
//! The ten modules from [`authentication`] to [`logging`] are the ten parts of the product, and look alike:
//! `types` show rows, `queries` and `mutations` are root fields, `store` holds statements;
//! a file with any other name is pure calculation, such as [`journaling::trade`].
//! [`migration`] makes the tables, and [`entity`] is generated from them.
//!
//! # How a table is shown
//!
//! Its type says once, as data, what there is to know: a [`Table`](graphql::table::Table) with its columns, and
//! [`Edge`](graphql::table::Edge)s for its relations; both are part of [`Record`](graphql::table::Record).
//! [Filters](graphql::filter), [orders and cursors](graphql::page), [statements](graphql::select),
//! [batches](graphql::loader), [figures over lists](graphql::aggregate), [fields of relations](graphql::edge) and [`node(id)`](graphql::node) all read that one
//! description. [`portfolio::types::Portfolio`] is a good first one to read.
//!
//! # What holds everywhere
//!
//! - Nothing is read or written but in a [`Scope`](access::Scope): the statement carries
//!   [its conditions](access::Scope::visible), and the transaction [its settings](access::Scope::begin), which
//!   PostgreSQL's row-level security compares with every row.
//! - Whatever a document reads comes from one [snapshot](graphql::loader::Snapshot), one statement for each level of
//!   nesting and relation, however many rows there are.
//! - Columns and relations are [read ahead](graphql::ahead) where nothing else is selected, with the same bytes as the
//!   plain way through resolvers has.
//! - A mutation field is one [`Write`](graphql::mutation::Write): one transaction, with the activity of what it did.
//! - A row is [taken apart column by column](graphql::table::Record::from_row), so that a new column breaks the build
//!   until somebody shows or hides it.
//! - Money is an exact [`Decimal`](graphql::scalars::Decimal) from the wire to the table and back.
//!
//! # What is deliberately absent
//!
//! - No argument names a user: everything hangs off the viewer, so there is no id to forge.
//! - No statement on people's rows begins outside the stores and [`graphql::select`], which asks [`access`] for the
//!   conditions of each; clippy's `disallowed_methods` holds that.
//! - No `std::env` outside [`config`] and no `Utc::now` outside [`clock`]; clippy holds that too.
//! - No row outlives the document that read it, so nothing that is anybody's is ever shared between users. What is
//!   [known](http::known) of queries that came before is their text and how they are read.
//! - No `Display` on [`Error`](graphql::error::Error), so that no `?` publishes SQL.
//! - No module names another's queries, mutations, loaders or store, and no calculation names the database, GraphQL or
//!   a future; `tests/api/tidy.rs` holds both.
//! - No HTTP inside [`graphql`] and the ten modules, and no GraphQL inside [`database`].
//! - No macro makes types or mutations of tables: the schema can be read. [`edges!`] only makes a list of relations
//!   the fields of its type.
//! - No `unsafe` but one call, where the embedded PostgreSQL asks to be told when its server is gone.
//! - No superuser, owner or BYPASSRLS: the server [refuses to work](database::roles::refuse_powerful) as one.

// The futures of resolvers lie within each other, deeper than the compiler looks by itself once it optimises.
#![recursion_limit = "256"]

pub mod access;
pub mod app;
pub mod authentication;
pub mod budget;
pub mod changes;
pub mod clock;
pub mod config;
pub mod database;
pub mod graphql;
pub mod http;
pub mod jobs;
pub mod journaling;
pub mod logging;
pub mod mail;
pub mod onboarding;
pub mod portfolio;
pub mod preferences;
pub mod prices;
pub mod rebalancing;
pub mod sealing;
pub mod seed;
pub mod trading;
pub mod vault_categories;
pub mod watchlists;
