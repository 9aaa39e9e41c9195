//! The end of a session, noticed by answers that outlast a request.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::run::{self, Caller};
use crate::{app::App, graphql::error::ErrorCode};

/// Returns when the session has ended: at once when word comes that it may have, and else at the next look.
/// Everything that is run looks for itself too, so this only ends what would wait for nothing.
pub async fn end(app: Arc<App>, caller: Caller, user_id: Uuid, every: Duration) {
    let mut word = app.changes.sessions_of(user_id);
    loop {
        let _ = tokio::time::timeout(every, word.told()).await;
        let found = run::asking(&app, &caller).await;
        if found.is_err_and(|error| error.code == ErrorCode::Unauthenticated) {
            return;
        }
    }
}
