//! The statements of a batch of prices, in their order; how many there are does not depend on what is in it.
//!
//! 1. [`take`] finds which prices are news, remembers the last of each symbol and keeps all of them for good. It holds the
//!    symbols, so that of two feeds with one symbol the second waits, and then sees the first.
//! 2. [`lock`] has the portfolios of everybody concerned, as whoever else changes what is in them, and then the lists.
//! 3. [`revalue`]: one statement for each table that has prices, and one for what portfolios come to.
//!
//! Prices go in as one JSON text, because arrays of several columns cannot hold nulls on their way there.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

mod last;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

pub use last::{Hold, LastPrice, hold, last_price, value_at_last_price};

use super::quote::Quote;
use crate::{
    graphql::error::{Error, Result},
    portfolio::{NEW_ID, dust, percent, total},
};

/// The prices in `$1`.
const PRICE: &str = "price AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1) AS t (
        item integer, symbol text, currency text, price numeric, previous_close numeric, as_of timestamptz, change numeric)
)";
/// The price of a day before the price `g`, or of up to four days, as over a weekend.
const BEFORE: &str = "SELECT p.price FROM prices p
    WHERE p.symbol = g.symbol AND p.currency = g.currency
        AND p.time <= g.as_of - interval '24 hours' AND p.time > g.as_of - interval '96 hours'
    ORDER BY p.time DESC LIMIT 1";
/// Amounts lie below this: their columns have 18 digits before the point.
const AMOUNT_LIMIT: &str = "1000000000000000000";

/// A price on its way into the database.
#[derive(Clone, Debug, Serialize)]
pub struct News<'a> {
    /// Its place in the batch.
    item: usize,
    symbol: &'a str,
    currency: &'a str,
    price: Decimal,
    previous_close: Option<Decimal>,
    as_of: DateTime<Utc>,
    /// How much it differs from the price of a day before, in per cent.
    change: Option<Decimal>,
}

impl<'a> News<'a> {
    pub fn new(item: usize, quote: &'a Quote, change: Option<Decimal>) -> Self {
        let Quote { symbol, currency, price, previous_close, time } = quote;
        let (price, previous_close) = (*price, *previous_close);
        Self { item, symbol, currency, price, previous_close, as_of: *time, change }
    }
}

/// What is known of a symbol before a price of it is taken.
#[derive(Debug)]
pub struct Judged {
    pub item: usize,
    /// Whether anybody holds, watches or trades it in this currency.
    pub is_known: bool,
    /// Whether it is later than what was known, and was taken.
    pub is_taken: bool,
    /// The price that was known, with its time.
    pub standing: Option<(Decimal, DateTime<Utc>)>,
    /// As [`News::change`].
    pub change: Option<Decimal>,
}

/// Takes those prices that are news, and says of each what was known. Nobody makes rows at these prices meanwhile.
pub async fn take(transaction: &impl ConnectionTrait, news: &[News<'_>], source: &str) -> Result<Vec<Judged>> {
    hold(transaction, news.iter().map(|news| news.symbol.to_owned()).collect(), Hold::Alone).await?;
    let change = percent("g.price - b.price", "b.price");
    let sql = format!(
        "WITH {PRICE}, judged AS (
            SELECT g.*, CASE WHEN b.price IS NOT NULL THEN {change} END AS moved,
                EXISTS (SELECT FROM portfolio_position q WHERE q.symbol = g.symbol AND q.currency = g.currency)
                OR EXISTS (
                    SELECT FROM portfolio_holdings h WHERE h.symbol = g.symbol AND g.currency = coalesce(
                        (SELECT s.currency FROM portfolio_summary s WHERE s.user_id = h.user_id AND s.vault_id = h.vault_id),
                        (SELECT u.preferred_currency FROM users u WHERE u.id = h.user_id), 'USD'))
                OR EXISTS (
                    SELECT FROM manual_trade_logs t
                    WHERE t.symbol = g.symbol AND t.status = 'open' AND t.currency = g.currency)
                OR EXISTS (
                    SELECT FROM watchlist_items i WHERE i.symbol = g.symbol AND coalesce(i.currency, g.currency) = g.currency)
                AS is_known
            FROM price g
            LEFT JOIN LATERAL ({BEFORE}) b ON true
        ), taken AS (
            INSERT INTO latest_prices AS l (symbol, currency, price, time)
            SELECT symbol, currency, price, as_of FROM judged WHERE is_known ORDER BY symbol, currency
            ON CONFLICT ON CONSTRAINT latest_prices_symbol_currency_key
                DO UPDATE SET price = excluded.price, time = excluded.time WHERE l.time < excluded.time
            RETURNING symbol, currency
        ), kept AS (
            INSERT INTO prices (id, symbol, currency, price, source, time)
            SELECT {NEW_ID}, j.symbol, j.currency, j.price, $2, j.as_of FROM judged j JOIN taken USING (symbol, currency)
        )
        SELECT j.item, j.is_known, t.symbol IS NOT NULL AS is_taken, l.price, l.time, j.moved
        FROM judged j LEFT JOIN taken t USING (symbol, currency) LEFT JOIN latest_prices l USING (symbol, currency)"
    );
    let rows = transaction.query_all_raw(statement(&sql, [json!(news).into(), source.into()])).await?;
    let judged = |row: &QueryResult| {
        let standing: (Option<Decimal>, Option<DateTime<Utc>>) = (row.try_get("", "price")?, row.try_get("", "time")?);
        Ok(Judged {
            item: item(row)?.ok_or_else(|| Error::internal("a price has no place"))?,
            is_known: row.try_get("", "is_known")?,
            is_taken: row.try_get("", "is_taken")?,
            standing: standing.0.zip(standing.1),
            change: row.try_get("", "moved")?,
        })
    };
    rows.iter().map(judged).collect()
}

/// Locks the portfolios of everybody who holds one of the symbols, as whoever changes what is in them does, and the lists
/// that have one, always in one order. Whoever was waited for may have made portfolios meanwhile, which are looked for
/// until there are no new ones; those who have one that is locked make no more.
pub async fn lock(transaction: &impl ConnectionTrait, news: &Value) -> Result<()> {
    let portfolios = format!(
        "WITH {PRICE} SELECT count(*) FROM (
            SELECT FROM portfolio_summary s WHERE s.user_id IN (
                SELECT h.user_id FROM price p JOIN portfolio_holdings h ON h.symbol = p.symbol
                UNION SELECT q.user_id FROM price p JOIN portfolio_position q ON q.symbol = p.symbol)
            ORDER BY s.user_id, s.id FOR NO KEY UPDATE
        ) locked"
    );
    let lists = format!(
        "WITH {PRICE} SELECT count(*) FROM (
            SELECT FROM watchlists w
            WHERE w.id IN (SELECT i.watchlist_id FROM price p JOIN watchlist_items i ON i.symbol = p.symbol)
            ORDER BY w.id FOR NO KEY UPDATE
        ) locked"
    );
    let mut known = None;
    loop {
        let locked = locked(transaction, &portfolios, news).await?;
        if known.replace(locked) == Some(locked) {
            break;
        }
    }
    locked(transaction, &lists, news).await?;
    Ok(())
}

/// How many rows a statement has locked.
async fn locked(transaction: &impl ConnectionTrait, sql: &str, news: &Value) -> Result<i64> {
    let row = transaction.query_one_raw(statement(sql, [news.clone()])).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "count"))?)
}

/// The rows of a table that have new figures.
#[derive(Debug, Default)]
pub struct Changed {
    /// How many, by the place of the price in its batch.
    pub counts: HashMap<usize, u64>,
    /// Whose: the owner's, and those of whoever else sees them.
    pub theirs: Vec<Theirs>,
    /// The portfolios that they are in, of holdings.
    portfolios: Vec<Uuid>,
}

/// The rows that somebody sees and that have new figures.
#[derive(Debug)]
pub struct Theirs {
    pub user: Uuid,
    pub count: u64,
    /// Which these are; none when there are more than [`NAMED_MAX`].
    pub rows: Vec<Uuid>,
}

/// What prices have changed.
#[derive(Debug, Default)]
pub struct Revalued {
    pub holdings: Changed,
    pub positions: Changed,
    pub items: Changed,
    pub logs: Changed,
    pub portfolios: Changed,
}

/// Rows of one type up to which each is named to its reader; of more the type is, since whoever follows them rather
/// fetches what is shown than one after the other. It also keeps a batch for everybody from being told in megabytes.
pub const NAMED_MAX: usize = 5;

/// A portfolio: its user and its name.
pub type Place = (Uuid, String);

/// Makes everything follow from prices, but what is in the portfolios `kept`.
pub async fn revalue(transaction: &impl ConnectionTrait, news: &Value, kept: &[Place]) -> Result<Revalued> {
    let kept: Vec<_> = kept.iter().map(|(user, vault)| json!({ "user_id": user, "vault_id": vault })).collect();
    let kept: Value = json!(kept).into();
    let with_kept = [news.clone(), kept];
    let holdings = changed(transaction, statement(&holdings(), with_kept.clone())).await?;
    let positions = changed(transaction, statement(&positions(), with_kept)).await?;
    let items = changed(transaction, statement(&items(), [news.clone()])).await?;
    let logs = changed(transaction, statement(&logs(PRICE, "true"), [news.clone()])).await?;
    let portfolios = totals(transaction, &holdings.portfolios).await?;
    Ok(Revalued { holdings, positions, items, logs, portfolios })
}

/// What these portfolios come to. One holding of one portfolio and all holdings of everybody need different plans; no
/// trigger of a portfolio has a statement when the system writes, which would be planned anew for each row too.
async fn totals(transaction: &impl ConnectionTrait, portfolios: &[Uuid]) -> Result<Changed> {
    let place = "place AS (SELECT user_id, vault_id FROM portfolio_summary WHERE id = ANY ($1::uuid[]))";
    let sql = format!(
        "{}, told AS (SELECT id, user_id, NULL::integer AS item FROM changed) {}",
        total(place, false),
        told("told")
    );
    transaction.execute_unprepared("SET LOCAL plan_cache_mode = force_custom_plan").await?;
    changed(transaction, statement(&sql, [portfolios.to_vec().into()])).await
}

/// The portfolios that prices would bring below nothing or beyond what their columns hold.
pub async fn misfits(transaction: &impl ConnectionTrait, news: &Value) -> Result<Vec<Place>> {
    let sql = format!(
        "WITH {PRICE}, valued AS (
            SELECT s.user_id, s.vault_id, s.cash_balance, round(h.quantity * h.avg_cost, 2) AS cost, h.avg_cost,
                CASE WHEN p.price IS NULL THEN h.market_value ELSE round(h.quantity * p.price, 2) END AS value,
                CASE WHEN p.previous_close IS NULL THEN h.day_gain_loss
                    ELSE round(h.quantity * (p.price - p.previous_close), 2) END AS day
            FROM portfolio_summary s
            JOIN portfolio_holdings h ON h.user_id = s.user_id AND h.vault_id = s.vault_id
            LEFT JOIN price p ON p.symbol = h.symbol AND p.currency = s.currency AND {later}
        )
        SELECT user_id, vault_id FROM valued GROUP BY user_id, vault_id, cash_balance
        HAVING sum(value) + cash_balance NOT BETWEEN 0 AND {AMOUNT_LIMIT} - 0.01 OR abs(sum(day)) >= {AMOUNT_LIMIT}
            OR abs(sum(value - cost) FILTER (WHERE avg_cost <> 0)) >= {AMOUNT_LIMIT}",
        later = holding_takes("p"),
    );
    let rows = transaction.query_all_raw(statement(&sql, [news.clone()])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "user_id")?, row.try_get("", "vault_id")?))).collect()
}

/// Whether a holding takes a price: it is later than its own, or the same with a previous close that it has not got, and
/// its figures have room for it.
fn holding_takes(price: &str) -> String {
    format!(
        "(h.price_as_of IS NULL OR h.price_as_of < {price}.as_of
            OR h.price_as_of = {price}.as_of AND h.current_price = {price}.price
                AND {price}.previous_close IS NOT NULL AND h.day_as_of IS DISTINCT FROM {price}.as_of)
         AND h.quantity * greatest({price}.price, {price}.previous_close) < {AMOUNT_LIMIT}"
    )
}

/// A holding is in the currency of its portfolio, and one of no portfolio in that which its user prefers.
fn holdings() -> String {
    let (value, cost) = ("round(h.quantity * p.price, 2)", "round(h.quantity * h.avg_cost, 2)");
    let gain = percent(&format!("{value} - {cost}"), &dust(cost, "(h.quantity * h.avg_cost)"));
    let day = percent("p.price - p.previous_close", "p.previous_close");
    let set = format!(
        "UPDATE portfolio_holdings h
         SET current_price = p.price, price_as_of = p.as_of, market_value = {value},
            total_gain_loss = CASE WHEN h.avg_cost = 0 THEN 0 ELSE {value} - {cost} END,
            total_gain_loss_percent = CASE WHEN h.avg_cost = 0 THEN 0 ELSE {gain} END,
            day_gain_loss = CASE WHEN p.previous_close IS NULL THEN h.day_gain_loss
                ELSE round(h.quantity * (p.price - p.previous_close), 2) END,
            day_gain_loss_percent = CASE WHEN p.previous_close IS NULL THEN h.day_gain_loss_percent ELSE {day} END,
            day_as_of = CASE WHEN p.previous_close IS NULL THEN h.day_as_of ELSE p.as_of END"
    );
    let takes = format!("h.symbol = p.symbol AND {}", holding_takes("p"));
    format!(
        "WITH {PRICE}, kept AS (SELECT * FROM jsonb_to_recordset($2) AS t (user_id uuid, vault_id text)), inside AS (
            {set} FROM price p JOIN portfolio_summary s ON s.currency = p.currency
            WHERE {takes} AND s.user_id = h.user_id AND s.vault_id = h.vault_id
                AND (s.user_id, s.vault_id) NOT IN (SELECT user_id, vault_id FROM kept)
            RETURNING h.id, h.user_id, p.item, s.id AS portfolio
        ), outside AS (
            {set} FROM price p JOIN users u ON coalesce(u.preferred_currency, 'USD') = p.currency
            WHERE {takes} AND h.vault_id IS NULL AND u.id = h.user_id
            RETURNING h.id, h.user_id, p.item
        ), changed AS (SELECT id, user_id, item FROM inside UNION ALL SELECT * FROM outside) {told}
        UNION ALL SELECT NULL, NULL, array_agg(portfolio), NULL FROM (SELECT portfolio FROM inside GROUP BY portfolio) all_inside",
        told = told("changed")
    )
}

/// Positions that feed a portfolio whose figures stay keep their price with it.
fn positions() -> String {
    format!(
        "WITH {PRICE}, kept AS (SELECT * FROM jsonb_to_recordset($2) AS t (user_id uuid, vault_id text)), staying AS (
            SELECT q.id FROM portfolio_position q
            LEFT JOIN account_portfolios a ON a.user_id = q.user_id AND a.account = q.account
            JOIN portfolio_summary b ON b.user_id = q.user_id AND b.vault_id = coalesce(a.vault_id, q.account)
            JOIN kept k ON k.user_id = q.user_id
                AND k.vault_id = b.vault_id || CASE WHEN b.currency = q.currency THEN '' ELSE ' ' || q.currency END
        ), changed AS (
            UPDATE portfolio_position q SET current_price = p.price, price_as_of = p.as_of
            FROM price p
            WHERE q.symbol = p.symbol AND q.currency = p.currency
                AND (q.price_as_of IS NULL OR q.price_as_of < p.as_of)
                AND q.quantity * p.price < {AMOUNT_LIMIT} AND q.id NOT IN (SELECT id FROM staying)
            RETURNING q.id, q.user_id, p.item
        ) {told}",
        told = told("changed")
    )
}

/// What is watched takes the currency of the first price that comes, preferably its owner's; each reader is told.
fn items() -> String {
    format!(
        "WITH {PRICE}, chosen AS (
            SELECT DISTINCT ON (i.id) i.id, p.*
            FROM price p JOIN watchlist_items i ON i.symbol = p.symbol AND coalesce(i.currency, p.currency) = p.currency
            WHERE i.price_as_of IS NULL OR i.price_as_of < p.as_of
            ORDER BY i.id, p.currency = CASE WHEN i.currency IS NULL THEN (
                SELECT coalesce(u.preferred_currency, 'USD') FROM watchlists w JOIN users u ON u.id = w.owner_id
                WHERE w.id = i.watchlist_id) ELSE i.currency END DESC, p.currency
        ), written AS (
            UPDATE watchlist_items i SET price = c.price, price_as_of = c.as_of, currency = c.currency, change_24h = c.change
            FROM chosen c WHERE i.id = c.id
            RETURNING i.id, i.watchlist_id, c.item
        ), changed AS (
            SELECT i.id, w.owner_id AS user_id, i.item FROM written i JOIN watchlists w ON w.id = i.watchlist_id
            UNION ALL
            SELECT i.id, s.shared_with_id, NULL FROM written i JOIN watchlist_shares s USING (watchlist_id)
        ) {told}",
        told = told("changed")
    )
}

/// Open trades, as far as the price is not from before they began. Trades that close others have no gain of their own. The
/// common table `price` has the prices, and `only` says which trades are meant.
fn logs(price: &str, only: &str) -> String {
    let pnl = "round((CASE WHEN t.trade_type = 'short' THEN t.entry_price - p.price ELSE p.price - t.entry_price END) \
               * t.quantity, 2)";
    format!(
        "WITH {price}, changed AS (
            UPDATE manual_trade_logs t
            SET current_price = p.price, price_as_of = p.as_of, unrealized_pnl = {pnl},
                unrealized_pnl_percent = CASE WHEN t.total_value <> 0 AND abs(round({pnl} * 100 / t.total_value, 4)) < 1000000
                    THEN round({pnl} * 100 / t.total_value, 4) END,
                max_profit = greatest(coalesce(t.max_profit, 0), {pnl}), max_loss = least(coalesce(t.max_loss, 0), {pnl})
            FROM price p
            WHERE t.symbol = p.symbol AND t.currency = p.currency AND t.status = 'open' AND t.trade_type IN ('buy', 'short')
                AND (t.price_as_of IS NULL OR t.price_as_of < p.as_of) AND t.execution_time <= p.as_of
                AND t.quantity * greatest(p.price, t.entry_price) < {AMOUNT_LIMIT} AND {only}
            RETURNING t.id, t.user_id, p.item
        ) {told}",
        told = told("changed")
    )
}

/// Of a common table of changed rows: how many for each price, and how many, or which, are whose.
fn told(changed: &str) -> String {
    format!(
        "SELECT item, NULL::uuid AS user_id, NULL::uuid[] AS rows, count(*) AS count
         FROM {changed} WHERE item IS NOT NULL GROUP BY item
         UNION ALL SELECT NULL, user_id, CASE WHEN count(*) <= {NAMED_MAX} THEN array_agg(id) END, count(*)
         FROM {changed} GROUP BY user_id"
    )
}

async fn changed(transaction: &impl ConnectionTrait, statement: Statement) -> Result<Changed> {
    let mut changed = Changed::default();
    for row in transaction.query_all_raw(statement).await? {
        let rows = || Ok::<_, Error>(row.try_get::<Option<Vec<Uuid>>>("", "rows")?.unwrap_or_default());
        let count = || u64::try_from(row.try_get::<i64>("", "count")?).map_err(Error::internal);
        match (item(&row)?, row.try_get::<Option<Uuid>>("", "user_id")?) {
            (Some(item), _) => {
                changed.counts.insert(item, count()?);
            }
            (None, Some(user)) => changed.theirs.push(Theirs { user, count: count()?, rows: rows()? }),
            (None, None) => changed.portfolios = rows()?,
        }
    }
    Ok(changed)
}

fn item(row: &QueryResult) -> Result<Option<usize>> {
    let item: Option<i32> = row.try_get("", "item")?;
    item.map(|item| usize::try_from(item).map_err(Error::internal)).transpose()
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
