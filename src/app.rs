//! What lives as long as the process: settings, the pool, the schema.

use std::sync::Arc;

use crate::{
    access::FirstWall,
    config::Settings,
    database::Database,
    graphql::schema::{self, Schema},
};

pub struct App {
    pub settings: Settings,
    pub database: Database,
    pub schema: Schema,
    /// Standing in every server; one test takes it away.
    pub first_wall: FirstWall,
}

impl App {
    pub fn new(settings: Settings, database: Database) -> Arc<Self> {
        Arc::new(Self { settings, database, schema: schema::build(), first_wall: FirstWall::Standing })
    }
}
