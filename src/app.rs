//! What lives as long as the process: settings, the pool, the keys, the schema.

use std::sync::Arc;

use crate::{
    access::FirstWall,
    config::Settings,
    database::Database,
    graphql::schema::{self, Schema},
    sealing::KeyRing,
};

pub struct App {
    pub settings: Settings,
    pub database: Database,
    /// What seals and opens passwords and personal data.
    pub keys: KeyRing,
    pub schema: Schema,
    /// Standing in every server; one test takes it away.
    pub first_wall: FirstWall,
}

impl App {
    pub fn new(settings: Settings, database: Database, keys: KeyRing) -> Arc<Self> {
        Arc::new(Self { settings, database, keys, schema: schema::build(), first_wall: FirstWall::Standing })
    }
}
