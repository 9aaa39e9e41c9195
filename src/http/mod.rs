//! The outside: connections, routes, request ids, limits, health, the playground.

pub mod answer;
pub mod charge;
pub mod coercion;
pub mod cookies;
pub mod cors;
pub mod cross_site;
pub mod document;
pub mod event_stream;
pub mod export;
pub mod graphql;
pub mod guard;
pub mod health;
pub mod host;
pub mod known;
pub mod listen;
pub mod live;
pub mod nulls;
pub mod operation;
pub mod order;
pub mod pieces;
pub mod playground;
pub mod proxies;
pub mod refusals;
pub mod request;
pub mod run;
pub mod security_headers;
pub mod session;
pub mod upload;
pub mod websocket;

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::app::App;

/// Everything that the server answers.
pub fn router(app: Arc<App>) -> Router {
    document::prepare();
    let from_pages = middleware::from_fn_with_state(app.clone(), cross_site::refuse);
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).layer(from_pages.clone()))
        .route("/export", post(export::account::post).layer(from_pages.clone()))
        .route("/export/trades", post(export::trades::trades).layer(from_pages.clone()))
        .route("/export/realised-gains", post(export::trades::realised_gains).layer(from_pages.clone()))
        .route("/export/trade-statistics", post(export::trades::trade_statistics).layer(from_pages))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(app.clone())
        .merge(playground::routes())
        .fallback(health::nothing_here)
        .layer(CatchPanicLayer::custom(graphql::panicked))
        .layer(CompressionLayer::new())
        .layer(cors::layer(&app.settings.cors_origins))
        .layer(middleware::map_response(cors::silent_to_others))
        .layer(middleware::from_fn_with_state(app, security_headers::add))
        .layer(middleware::from_fn(request::identify))
}
