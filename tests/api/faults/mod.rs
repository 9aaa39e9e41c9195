//! What goes wrong around the server: clients who are slow or gone, a database that is, and the server's own end.
//!
//! Each run stands here twice: in short among the ordinary tests, and at length, with tables of figures, under
//! `cargo faults`. `docs/faults.md` tells what was decided and why.

mod client;
mod crowds;
mod given_up;
mod kills;
mod load;
pub mod middleman;
mod outages;
mod program;
mod rude;
mod slow_clients;
mod table;
