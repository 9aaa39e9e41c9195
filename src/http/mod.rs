//! The outside: routes, request ids, limits, health, the playground.

pub mod answer;
pub mod coercion;
pub mod document;
pub mod graphql;
pub mod guard;
pub mod health;
pub mod nulls;
pub mod operation;
pub mod order;
pub mod playground;
pub mod request;
pub mod run;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, Method, header},
    middleware,
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};

use crate::app::App;

/// Everything that the server answers.
pub fn router(app: Arc<App>) -> Router {
    let cors = cors(&app.settings.cors_origins);
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(app)
        .merge(playground::routes())
        .fallback(health::nothing_here)
        .layer(CatchPanicLayer::custom(graphql::panicked))
        .layer(CompressionLayer::new())
        .layer(cors)
        .layer(middleware::from_fn(request::identify))
}

/// Pages of other origins may call the API only when the settings name them.
fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, request::HEADER])
        .expose_headers([request::HEADER])
        .max_age(std::time::Duration::from_secs(3600))
}
