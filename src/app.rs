//! What lives as long as the process: settings, the pool, the keys, the schema, the mailer.

use std::sync::{Arc, LazyLock};

use crate::{
    access::FirstWall,
    authentication::hashing::Hashing,
    budget::Budgets,
    changes::Changes,
    config::Settings,
    database::Database,
    graphql::{
        cost::fields::SCHEMA,
        schema::{self, Schema},
    },
    http::{known::Known, upload::Uploads, websocket},
    logging::audit::Audit,
    mail::Mailer,
    sealing::KeyRing,
};

pub struct App {
    pub settings: Settings,
    pub database: Database,
    /// What seals and opens passwords and personal data.
    pub keys: KeyRing,
    pub schema: Schema,
    /// The same for documents that have run before, which it doesn't check against itself again.
    pub schema_for_proven: Schema,
    /// Documents that came before.
    pub known: Known,
    /// Takes note of what was refused and who failed to sign in.
    pub audit: Audit,
    /// Where passwords are hashed, a few at a time.
    pub hashing: Hashing,
    /// What users and addresses may still use.
    pub budgets: Budgets,
    /// What happens to people's rows, for those who subscribed.
    pub changes: Changes,
    pub mailer: Mailer,
    /// Who sends a file now.
    pub uploads: Uploads,
    /// How much of everything one WebSocket may have.
    pub websocket: websocket::Limits,
    /// Standing in every server; one test takes it away.
    pub first_wall: FirstWall,
    /// Whether relations are read ahead; in every server, but for the test that compares both ways.
    pub reads_ahead: bool,
}

impl App {
    pub fn new(settings: Settings, database: Database, keys: KeyRing, mailer: Mailer) -> Arc<Self> {
        // Read now, so that the first request does not wait for it.
        LazyLock::force(&SCHEMA);
        Arc::new(Self {
            audit: Audit::start(database.pool.clone()),
            changes: Changes::new(database.pool.clone()),
            budgets: Budgets::new(settings.budget_percent),
            settings,
            database,
            keys,
            schema: schema::build(),
            schema_for_proven: schema::build_for_proven(),
            known: Known::default(),
            mailer,
            hashing: Hashing::default(),
            uploads: Uploads::default(),
            websocket: websocket::Limits::default(),
            first_wall: FirstWall::Standing,
            reads_ahead: true,
        })
    }
}
