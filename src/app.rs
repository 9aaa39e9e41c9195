//! What lives as long as the process: settings, the pool, the keys, the schema.

use std::sync::Arc;

use crate::{
    access::FirstWall,
    config::Settings,
    database::Database,
    graphql::schema::{self, Schema},
    logging::audit::Audit,
    sealing::KeyRing,
};

pub struct App {
    pub settings: Settings,
    pub database: Database,
    /// What seals and opens passwords and personal data.
    pub keys: KeyRing,
    pub schema: Schema,
    /// Takes note of what was refused and who failed to sign in.
    pub audit: Audit,
    /// Standing in every server; one test takes it away.
    pub first_wall: FirstWall,
}

impl App {
    pub fn new(settings: Settings, database: Database, keys: KeyRing) -> Arc<Self> {
        let audit = Audit::start(database.pool.clone());
        Arc::new(Self { settings, database, keys, schema: schema::build(), audit, first_wall: FirstWall::Standing })
    }
}
