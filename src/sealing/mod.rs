//! Personal data and password hashes at rest: encrypted in the server, so that neither a copy of the database nor
//! whoever may write to it learns or forges them.
//!
//! - [`KeyRing`] seals a text with its first key, and opens with all of them;
//! - [`sealed`] is the stored form, and what a sealed value is bound to: its table, column and row;
//! - [`columns`] lists what is sealed;
//! - [`Source`] says where the keys come from: the environment, a file, or a file that is made beside the embedded
//!   database; `key_file` reads and makes such files;
//! - [`rotation`] seals everything anew with the first key, beside running servers; `store` holds the statements.
//!
//! `docs/personal-data.md` tells what that protects from, and how keys are changed.

pub mod columns;
mod fault;
mod key_file;
mod key_ring;
pub mod rotation;
pub mod sealed;
mod source;
mod store;

pub use columns::SealedColumn;
pub use fault::Fault;
pub use key_ring::{KeyRing, new_key_line};
pub use source::{Source, usage};
pub use store::Usage;
