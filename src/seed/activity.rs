//! What somebody did, as the activity that they can read: a row for everything else that was made, and sign-ins.

use chrono::{DateTime, TimeDelta, Utc};
use entity::agent_memory;
use serde_json::json;
use uuid::Uuid;

use super::Life;
use crate::graphql::id;

/// How many sign-ins somebody remembers.
const SIGN_INS: i64 = 12;

impl Life<'_> {
    /// Notes what was done in a module, with the row that it was about.
    pub fn note(
        &mut self,
        at: DateTime<Utc>,
        module: &'static str,
        action: &'static str,
        context: String,
        (prefix, row): (&'static str, Uuid),
    ) {
        let session_id = match action {
            "portfolio_rebalanced" => "system:rebalancing".to_owned(),
            "positions_imported" if self.random.chance(30) => format!("token:{}", self.session),
            _ => self.session.to_string(),
        };
        let row = agent_memory::Model {
            id: self.random.uuid(at),
            user_id: self.person.id,
            block_id: module.to_owned(),
            action: action.to_owned(),
            context,
            user_input: None,
            agent_response: None,
            metadata: Some(json!({ prefix: id::text(prefix, row) })),
            timestamp: at.into(),
            session_id,
        };
        self.rows.activities.push(row);
    }

    /// Notes a dozen sign-ins of the last weeks. Their sessions are over and gone, as old ones are.
    pub fn note_sign_ins(&mut self) {
        for weeks in 0..SIGN_INS {
            let week = self.world.priced_at - TimeDelta::weeks(weeks);
            let at = self.random.moment(week - TimeDelta::weeks(1), week);
            self.session = self.random.uuid(at);
            let about = ("session", self.session);
            self.note(at, "authentication", "signed_in", "An account was signed in to.".to_owned(), about);
        }
    }
}
