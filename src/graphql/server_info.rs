//! What runs here.

use std::{fmt::Write, sync::LazyLock};

use async_graphql::{Object, SimpleObject};
use sha2::{Digest, Sha256};

use super::schema;

/// The first digits of the SHA-256 of `schema.graphql`.
static SCHEMA_VERSION: LazyLock<String> = LazyLock::new(|| {
    Sha256::digest(schema::sdl().as_bytes()).iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
});

/// What runs here.
#[derive(SimpleObject)]
pub struct ServerInfo {
    /// The server's release, such as `0.1.0`.
    version: &'static str,
    /// Changes whenever the schema does: the first 12 digits of the SHA-256 of its text.
    schema_version: String,
}

#[derive(Default)]
pub struct ServerInfoQueries;

/// What runs here.
#[Object]
impl ServerInfoQueries {
    /// The releases of the server and of its schema; for everybody.
    async fn server_info(&self) -> ServerInfo {
        ServerInfo { version: env!("CARGO_PKG_VERSION"), schema_version: SCHEMA_VERSION.clone() }
    }
}
