//! Listening to the statements that the server sends to PostgreSQL.

use std::sync::{Arc, Mutex};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

/// Hears every statement of this thread from its making to its drop; tests run on one thread each.
pub struct Statements {
    heard: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Statements {
    pub fn listen() -> Self {
        super::keep_listening();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let guard = tracing::subscriber::set_default(Ear(heard.clone()));
        Self { heard, _guard: guard }
    }

    /// The table statements heard since the last time, one line each: without the brackets of transactions,
    /// without what a new connection is told before it serves anybody, and without what the audit's writer sends by itself.
    pub fn take(&self) -> Vec<String> {
        let heard: Vec<String> = self.heard.lock().unwrap().drain(..).collect();
        heard.into_iter().filter(|sql| !BESIDES.iter().any(|words| sql.starts_with(words))).collect()
    }
}

const BESIDES: [&str; 5] = ["BEGIN", "COMMIT", "ROLLBACK", "SELECT set_config('role'", "SELECT public.audit_record("];

struct Ear(Arc<Mutex<Vec<String>>>);

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words::default();
        event.record(&mut words);
        let sql = if words.statement.trim().is_empty() { words.summary } else { words.statement };
        self.0.lock().unwrap().push(sql.split_whitespace().collect::<Vec<_>>().join(" "));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Words {
    summary: String,
    statement: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => self.summary = value.to_owned(),
            "db.statement" => self.statement = value.to_owned(),
            _ => {}
        }
    }
}
