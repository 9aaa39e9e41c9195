//! The limit: the same answers, each made by one statement that somebody wrote by hand, behind a bare axum handler.
//!
//! It knows neither sign-ins nor owners and passes row-level security by: nothing honest is faster on this database. It
//! has the server's driver, allocator and number of connections.

use std::sync::{Arc, LazyLock};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
    serve::ListenerExt,
};
use chrono::{DateTime, NaiveDate};
use sea_orm::sqlx::{
    self, AssertSqlSafe, ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use serde::Deserialize;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::Outcome;

const DASHBOARD: &str = "\
SELECT json_build_object('data', json_build_object('viewer', json_build_object('portfolios', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('id', 'portfolio_' || p.id, 'vaultId', p.vault_id, 'holdings', json_build_object('nodes', (
        SELECT coalesce(json_agg(json_build_object(
            'id', 'holding_' || h.id, 'symbol', h.symbol, 'assetName', h.asset_name, 'quantity', h.quantity::text,
            'avgCost', h.avg_cost::text, 'currentPrice', h.current_price::text, 'marketValue', h.market_value::text)), '[]')
        FROM (SELECT * FROM portfolio_holdings h WHERE h.user_id = p.user_id AND h.vault_id = p.vault_id ORDER BY h.symbol, h.id LIMIT 25) h
    )))), '[]')
    FROM (SELECT * FROM portfolio_summary WHERE user_id = $1 ORDER BY vault_id, id LIMIT 3) p
)))))::text";

const JOURNAL: &str = "\
SELECT json_build_object('data', json_build_object('viewer', json_build_object('journalEntries', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object(
        'id', 'journal_entry_' || e.id, 'title', e.title, 'content', e.content, 'entryDate', e.entry_date, 'mood', e.mood,
        'tradeLog', CASE WHEN l.id IS NOT NULL THEN json_build_object(
            'id', 'trade_log_' || l.id, 'symbol', l.symbol, 'tradeType', upper(l.trade_type), 'entryPrice', l.entry_price::text,
            'quantity', l.quantity::text, 'status', upper(l.status),
            'analysis', CASE WHEN a.id IS NOT NULL THEN json_build_object(
                'id', 'trade_analysis_' || a.id, 'keyLearnings', a.key_learnings, 'executionQuality', a.execution_quality) END) END)
        ORDER BY e.entry_date DESC, e.id DESC), '[]')
    FROM (SELECT * FROM journal_entries WHERE user_id = $1 ORDER BY entry_date DESC, id DESC LIMIT 20) e
    LEFT JOIN manual_trade_logs l ON l.journal_entry_id = e.id
    LEFT JOIN trade_analysis a ON a.trade_log_id = l.id
)))))::text";

const POINT: &str = "\
SELECT json_build_object('data', json_build_object('viewer', json_build_object(
    'id', 'user_' || id, 'email', email, 'tier', upper(tier))))::text
FROM users WHERE id = $1";

const WRITE: &str = "\
WITH entry AS (
    INSERT INTO journal_entries (id, user_id, title, content, entry_type, confidence_level, tags, is_public, entry_date)
    VALUES ($1, $2, $3, $4, 'general', 5, '[]', false, $5) RETURNING id, title, content, entry_date
), deed AS (
    INSERT INTO agent_memory (id, user_id, block_id, action, context, user_input, metadata, session_id)
    VALUES ($6, $2, 'journaling', 'journal_entry_created', 'A journal entry was written.', $7, $8, $9)
)
SELECT json_build_object('data', json_build_object('createJournalEntry', json_build_object('journalEntry', json_build_object(
    'id', 'journal_entry_' || id, 'title', title, 'content', content, 'entryDate', entry_date))))::text
FROM entry";

/// Behind a user, so many users with so many portfolios with so many holdings.
fn wide((users, portfolios, holdings): (u32, u32, u32)) -> String {
    format!(
        "\
SELECT json_build_object('data', json_build_object('admin', json_build_object('users', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('id', 'user_' || u.id, 'email', u.email, 'portfolios', json_build_object('nodes', (
        SELECT coalesce(json_agg(json_build_object('id', 'portfolio_' || p.id, 'vaultId', p.vault_id, 'holdings', json_build_object('nodes', (
            SELECT coalesce(json_agg(json_build_object(
                'id', 'holding_' || h.id, 'symbol', h.symbol, 'quantity', h.quantity::text, 'marketValue', h.market_value::text)), '[]')
            FROM (SELECT * FROM portfolio_holdings h WHERE h.user_id = p.user_id AND h.vault_id = p.vault_id ORDER BY h.symbol, h.id LIMIT {holdings}) h
        )))), '[]')
        FROM (SELECT * FROM portfolio_summary s WHERE s.user_id = u.id ORDER BY s.vault_id, s.id LIMIT {portfolios}) p
    )))), '[]')
    FROM (SELECT * FROM users WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT {users}) u
)))))::text"
    )
}

/// What W3 asks for.
pub const WIDE: (u32, u32, u32) = (50, 3, 10);
static WIDE_STATEMENT: LazyLock<Arc<str>> = LazyLock::new(|| wide(WIDE).into());

/// Serves until the process is ended.
pub async fn serve(url: &str, pool_size: u32) -> Outcome<()> {
    let options: PgConnectOptions = url.parse()?;
    let options = options
        .application_name("limit")
        .options([("plan_cache_mode", "force_generic_plan")])
        .disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(pool_size).test_before_acquire(false).connect_with(options).await?;
    let router = Router::new()
        .route("/w1/{user}", get(|state, user| of_user(state, user, DASHBOARD)))
        .route("/w2/{user}", get(|state, user| of_user(state, user, JOURNAL)))
        .route("/w4/{user}", get(|state, user| of_user(state, user, POINT)))
        .route("/w5/{user}/{session}", post(write))
        .route("/wide/{users}/{portfolios}/{holdings}/{moment}/{user}", get(wide_page))
        .with_state(pool);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

async fn of_user(State(pool): State<PgPool>, Path(user): Path<Uuid>, statement: &'static str) -> impl IntoResponse {
    answer(sqlx::query_scalar::<_, String>(statement).bind(user).fetch_one(&pool).await)
}

async fn wide_page(
    State(pool): State<PgPool>,
    Path((users, portfolios, holdings, moment, user)): Path<(u32, u32, u32, i64, Uuid)>,
) -> impl IntoResponse {
    let size = (users, portfolios, holdings);
    let statement = if size == WIDE { WIDE_STATEMENT.clone() } else { wide(size).into() };
    let moment = DateTime::from_timestamp_micros(moment);
    answer(sqlx::query_scalar::<_, String>(AssertSqlSafe(statement)).bind(moment).bind(user).fetch_one(&pool).await)
}

#[derive(Deserialize)]
struct Entry {
    title: String,
    content: String,
    date: NaiveDate,
}

async fn write(
    State(pool): State<PgPool>,
    Path((user, session)): Path<(Uuid, Uuid)>,
    Json(entry): Json<Entry>,
) -> impl IntoResponse {
    let id = Uuid::now_v7();
    let input = serde_json::json!({
        "title": format!("[{} characters]", entry.title.chars().count()),
        "content": format!("[{} characters]", entry.content.chars().count()),
        "entryDate": entry.date,
    });
    let statement = sqlx::query_scalar::<_, String>(WRITE)
        .bind(id)
        .bind(user)
        .bind(&entry.title)
        .bind(&entry.content)
        .bind(entry.date)
        .bind(Uuid::now_v7())
        .bind(input.to_string())
        .bind(serde_json::json!({ "created": [format!("journal_entry_{id}")] }))
        .bind(session.to_string());
    answer(statement.fetch_one(&pool).await)
}

fn answer(body: Result<String, sqlx::Error>) -> impl IntoResponse {
    match body {
        Ok(body) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], error.to_string()),
    }
}
