//! Whether the server lives, and whether it can work.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::app::App;

/// The process answers; says nothing of the database.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The database answers too.
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.database.answers() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
    }
}

/// What any other path says.
pub async fn nothing_here() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is nothing here: the API is at /graphql, the playground at /.\n")
}
