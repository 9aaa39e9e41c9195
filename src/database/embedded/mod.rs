//! A private PostgreSQL cluster in a folder of the server's own, from native binaries.
//!
//! - `binaries` finds PostgreSQL on the machine, and `fetch` gets it where there is none;
//! - `account` is the user that PostgreSQL runs as, since it refuses root;
//! - `folders` lays out the data folder and locks it against a second server;
//! - `create` makes a new cluster, whole or not at all;
//! - `supervisor` starts the process, watches it, and stops it; `process` is how any of its programs is called;
//! - `temporary` is a cluster for tests, gone with the process that made it.
//!
//! PostgreSQL listens on a socket in a private folder, and on no network.

mod account;
mod binaries;
mod cluster;
mod create;
mod fetch;
mod folders;
mod process;
mod supervisor;
mod temporary;

pub use cluster::{Cluster, Options};
