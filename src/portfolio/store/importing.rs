//! The statements of an import: what was imported before, and many positions at once.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, EntityTrait, Value};
use uuid::Uuid;

use entity::{portfolio_position, portfolio_sync_log};

use super::{statement, texts, uuids};
use crate::{
    graphql::{enumeration::Enumeration, error::Result},
    portfolio::formats::Position,
};

/// Lets the user's imports come one after the other: of two with the same file the second has to see the first.
///
/// Besides, the rest of the transaction joins and groups through hashes alone. Nothing is known yet of the size of tables
/// that are filled by it: a plan for few rows would compare each with each, or sort texts as their language has them.
/// Plans are kept where they serve as well as new ones, which those of the triggers do, ten thousand times an import.
pub async fn one_at_a_time(transaction: &impl ConnectionTrait, user: Uuid) -> Result<()> {
    let sql = "SELECT set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true),
         set_config('enable_sort', 'off', true), set_config('plan_cache_mode', 'auto', true),
         pg_advisory_xact_lock(hashtextextended('import ' || $1::text, 0))";
    transaction.execute_raw(statement(sql, [user.into()])).await?;
    Ok(())
}

/// The run that took over the same content into the same account, if there is one. One that took over a part is none:
/// what stood in the way of the rest may be gone. Nor is one that has left positions which the file no longer names, when
/// they are to be removed now.
pub async fn earlier_run(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    (digest, account, removes): (&str, &str, bool),
) -> Result<Option<portfolio_sync_log::Model>> {
    let sql = "SELECT * FROM portfolio_sync_log
         WHERE user_id = $1 AND status = 'success'
             AND metadata ->> 'digest' = $2 AND metadata ->> 'account' = $3
             AND NOT ($4 AND coalesce((metadata -> 'kept')::integer, 0) > 0)
         ORDER BY created_at DESC, id DESC LIMIT 1";
    let found = statement(sql, [user.into(), digest.into(), account.into(), removes.into()]);
    Ok(portfolio_sync_log::Entity::find().from_raw_sql(found).one(transaction).await?)
}

/// Whether anything is held in any of these accounts.
pub async fn holds_any(transaction: &impl ConnectionTrait, user: Uuid, accounts: &[String]) -> Result<bool> {
    let sql = "SELECT FROM unnest($2::text[]) AS given (account) CROSS JOIN LATERAL (
             SELECT FROM portfolio_position q WHERE q.user_id = $1 AND q.account = given.account LIMIT 1) p LIMIT 1";
    let values = [user.into(), texts(accounts.iter().map(String::as_str))];
    Ok(transaction.query_one_raw(statement(sql, values)).await?.is_some())
}

/// Of these symbols in these accounts, those that were entered by hand.
pub async fn by_hand(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    positions: &[&Position],
) -> Result<Vec<(String, String)>> {
    let sql = "SELECT p.account, p.symbol FROM portfolio_position p
         JOIN unnest($2::text[], $3::text[]) AS given (account, symbol) USING (account, symbol)
         WHERE p.user_id = $1 AND p.sync_source = 'manual'";
    let [accounts, symbols] = names(positions);
    let rows = transaction.query_all_raw(statement(sql, [user.into(), accounts, symbols])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "account")?, row.try_get("", "symbol")?))).collect()
}

/// What became of a position.
pub struct Put {
    pub id: Uuid,
    /// Whether it was made; `None` when it was as the file says already.
    pub is_new: Option<bool>,
}

/// Whom positions are of, and what is true of those whose file doesn't say it.
pub struct Batch<'a> {
    pub user: Uuid,
    /// The stored text of where they come from.
    pub source: &'a str,
    /// The currency that the user has named.
    pub currency: Option<&'a str>,
    /// The currency that the user prefers.
    pub preferred: &'a str,
}

/// Writes positions, in their order: what a file doesn't tell stays as it was. A price without a time doesn't replace
/// one with a time, and an older one not a later one; figures in another currency are nobody's any more. Imports of a user
/// come one after the other, so what is there can be told from what is not.
pub async fn put(transaction: &impl ConnectionTrait, batch: &Batch<'_>, positions: &[&Position]) -> Result<Vec<Put>> {
    let sql = "WITH given AS (
            SELECT place, new_id, account, symbol, nullif(name, '') AS name, quantity::numeric AS quantity,
                nullif(avg_price, '')::numeric AS avg_price, nullif(price, '')::numeric AS price,
                CASE WHEN as_of <> '' THEN least(as_of::timestamptz, now()) END AS as_of, nullif(class, '') AS class,
                nullif(currency, '') AS currency
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::text[], $14::uuid[]) WITH ORDINALITY
                AS t (account, symbol, name, quantity, avg_price, price, as_of, class, currency, new_id, place)
        ), there AS (
            SELECT p.* FROM (SELECT DISTINCT account FROM given) a CROSS JOIN LATERAL (
                SELECT * FROM portfolio_position q WHERE q.user_id = $1 AND q.account = a.account OFFSET 0) p
        ), known AS (
            SELECT g.*, p.id AS known_id, p.name AS known_name, p.asset_class AS known_class,
                CASE WHEN p.currency = c.held_in THEN p.avg_price END AS known_cost,
                CASE WHEN p.currency = c.held_in THEN p.current_price END AS known_price,
                CASE WHEN p.currency = c.held_in THEN p.price_as_of END AS known_as_of, c.held_in
            FROM given g
            LEFT JOIN there p ON p.account = g.account AND p.symbol = g.symbol
            LEFT JOIN account_portfolios a ON a.user_id = $1 AND a.account = g.account
            LEFT JOIN portfolio_summary b ON b.user_id = $1 AND b.vault_id = coalesce(a.vault_id, g.account)
            CROSS JOIN LATERAL (SELECT coalesce(g.currency, p.currency, nullif($12, ''), b.currency, $13) AS held_in) c
        ), priced AS (
            SELECT k.*, k.price IS NOT NULL AND coalesce(k.known_as_of IS NULL OR k.as_of >= k.known_as_of, false) AS is_later,
                l.price AS last_price, l.time AS last_as_of
            FROM known k LEFT JOIN latest_prices l
                ON l.symbol = ANY ($3::text[]) AND l.symbol = k.symbol AND l.currency = k.held_in
                    AND k.price IS NULL AND k.known_price IS NULL AND k.quantity * l.price < 1000000000000000000
        ), figured AS MATERIALIZED (
            SELECT place, known_id, coalesce(known_id, new_id) AS id, account, symbol, coalesce(name, known_name) AS name,
                quantity, coalesce(avg_price, known_cost, 0) AS avg_price,
                CASE WHEN is_later THEN price ELSE coalesce(known_price, last_price) END AS current_price,
                CASE WHEN is_later THEN as_of ELSE coalesce(known_as_of, last_as_of) END AS price_as_of,
                coalesce(class, known_class, 'equity') AS asset_class, held_in AS currency
            FROM priced
        ), made AS (
            INSERT INTO portfolio_position (id, user_id, symbol, name, quantity, avg_price, current_price, price_as_of,
                asset_class, account, currency, sync_source)
            SELECT id, $1, symbol, name, quantity, avg_price, current_price, price_as_of, asset_class, account, currency, $11
            FROM figured WHERE known_id IS NULL ORDER BY place
        ), changed AS (
            UPDATE portfolio_position p SET
                name = f.name, quantity = f.quantity, avg_price = f.avg_price, current_price = f.current_price,
                price_as_of = f.price_as_of, asset_class = f.asset_class, currency = f.currency, sync_source = $11
            FROM figured f
            WHERE p.user_id = $1 AND p.id = f.known_id AND
                (p.name, p.quantity, p.avg_price, p.current_price, p.price_as_of, p.asset_class, p.currency, p.sync_source)
                IS DISTINCT FROM
                (f.name, f.quantity, f.avg_price, f.current_price, f.price_as_of, f.asset_class, f.currency, $11)
            RETURNING p.id
        )
        SELECT ARRAY(SELECT id FROM figured ORDER BY place) AS ids, ARRAY(SELECT id FROM changed) AS changed";
    let new: Vec<Uuid> = positions.iter().map(|_| Uuid::now_v7()).collect();
    let [accounts, symbols] = names(positions);
    let values: [Value; 14] = [
        batch.user.into(),
        accounts,
        symbols,
        each(positions, |position| position.name.clone()),
        each(positions, |position| Some(position.quantity.to_string())),
        each(positions, |position| position.avg_price.map(|price| price.to_string())),
        each(positions, |position| position.current_price.map(|price| price.to_string())),
        each(positions, |position| position.price_as_of.map(|at| at.to_rfc3339())),
        each(positions, |position| position.asset_class.map(|class| class.stored().to_owned())),
        each(positions, |position| position.currency.clone()),
        batch.source.into(),
        batch.currency.unwrap_or_default().into(),
        batch.preferred.into(),
        uuids(new.iter().copied()),
    ];
    let Some(row) = transaction.query_one_raw(statement(sql, values)).await? else { return Ok(Vec::new()) };
    let (ids, changed): (Vec<Uuid>, Vec<Uuid>) = (row.try_get("", "ids")?, row.try_get("", "changed")?);
    let changed: HashSet<Uuid> = changed.into_iter().collect();
    let outcome =
        |(id, new)| Put { id, is_new: if id == new { Some(true) } else { changed.contains(&id).then_some(false) } };
    Ok(ids.into_iter().zip(new).map(outcome).collect())
}

/// Positions from this source in these accounts that are not among those which the file names. With NOT IN, which looks
/// each up in a hash: nothing is known yet of the size of tables that were filled just now.
pub async fn missing(
    transaction: &impl ConnectionTrait,
    (user, source): (Uuid, &str),
    accounts: &[String],
    named: &[(&str, &str)],
) -> Result<Vec<portfolio_position::Model>> {
    let sql = "SELECT p.* FROM unnest($3::text[]) AS given (account) CROSS JOIN LATERAL (
             SELECT * FROM portfolio_position q WHERE q.user_id = $1 AND q.account = given.account OFFSET 0) p
         WHERE p.sync_source = $2 AND (p.account, p.symbol) NOT IN (
             SELECT account, symbol FROM unnest($4::text[], $5::text[]) AS t (account, symbol))
         ORDER BY p.account, p.symbol";
    let values = [
        user.into(),
        source.into(),
        texts(accounts.iter().map(String::as_str)),
        texts(named.iter().map(|(account, _)| *account)),
        texts(named.iter().map(|(_, symbol)| *symbol)),
    ];
    Ok(portfolio_position::Entity::find().from_raw_sql(statement(sql, values)).all(transaction).await?)
}

/// Deletes positions of the user.
pub async fn remove(transaction: &impl ConnectionTrait, user: Uuid, positions: &[Uuid]) -> Result<()> {
    let sql = "DELETE FROM portfolio_position WHERE user_id = $1 AND id = ANY ($2::uuid[])";
    transaction.execute_raw(statement(sql, [user.into(), uuids(positions.iter().copied())])).await?;
    Ok(())
}

/// The accounts and the symbols.
fn names(positions: &[&Position]) -> [Value; 2] {
    [each(positions, |position| position.account.clone()), each(positions, |position| Some(position.symbol.clone()))]
}

/// A text of each position, empty for none.
fn each(positions: &[&Position], text: impl Fn(&Position) -> Option<String>) -> Value {
    let all: Vec<String> = positions.iter().map(|position| text(position).unwrap_or_default()).collect();
    texts(all.iter().map(String::as_str))
}
