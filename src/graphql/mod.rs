//! The API's machinery: what every type, list and error has in common, each thing once.

pub mod aggregate;
pub mod ahead;
pub mod call;
pub mod connection;
pub mod cookies;
pub mod cost;
pub mod definitions;
pub mod edge;
pub mod enumeration;
pub mod error;
pub mod filter;
pub mod id;
pub mod input;
pub mod loader;
pub mod mutation;
pub mod node;
pub mod operators;
pub mod page;
pub mod scalars;
pub mod scale;
pub mod schema;
pub mod select;
pub mod server_info;
pub mod table;
pub mod upload;
pub mod wire;
