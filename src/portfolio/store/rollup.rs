//! Figures that follow from others: derived holdings from positions, and portfolios from holdings.
//!
//! Every statement works on all the places at once, however many there are: a change by hand names one or two, an import
//! those of an account, new prices those of everybody. Amounts of a holding are rounded first and added up afterwards,
//! so that totals equal what their rows show.

use std::collections::{BTreeSet, HashSet};

use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{feeding::FED_THERE, statement, texts, uuids};
use crate::{
    graphql::{
        error::{Error, ErrorCode, Result},
        mutation::{Deed, deed::Change},
    },
    portfolio::types::{Holding, Portfolio},
};

/// A UUIDv7: the time in milliseconds, read once a statement, and what `gen_random_uuid()` has behind its version.
pub const NEW_ID: &str = "((SELECT lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7') \
     || substr(gen_random_uuid()::text, 16))::uuid";

/// The places that are rolled up: users in `$1`, their portfolios in `$2`.
const PLACE: &str = "place AS (
    SELECT DISTINCT user_id, vault_id FROM unnest($1::uuid[], $2::text[]) AS t (user_id, vault_id)
)";

/// What the positions of each place come to. The cost of a whole is known when that of each part is; the name and the
/// class are those of the largest part, the price is the latest. Nearly all have one part, which needs no adding up and,
/// above all, no sorting of parts: where a single account feeds a portfolio there are no others.
const SUMMED: &str = "shared AS (
    SELECT user_id, vault_id FROM home GROUP BY user_id, vault_id HAVING count(*) > 1
), there AS MATERIALIZED (
    SELECT f.*, (f.user_id, f.base) IN (SELECT user_id, vault_id FROM shared) AS is_shared
    FROM fed f JOIN place USING (user_id, vault_id)
), parted AS (
    SELECT t.*, count(*) OVER (PARTITION BY t.user_id, t.vault_id COLLATE \"C\", t.symbol COLLATE \"C\") AS parts
    FROM there t WHERE is_shared
), single AS (
    SELECT t.*, 1 FROM there t WHERE NOT is_shared UNION ALL SELECT * FROM parted WHERE parts = 1
), summed AS (
    SELECT user_id, vault_id, symbol, name AS asset_name, asset_class, quantity, greatest(avg_price, 0) AS avg_cost,
        current_price, CASE WHEN current_price IS NOT NULL THEN price_as_of END AS price_as_of
    FROM single
    UNION ALL
    SELECT f.user_id, f.vault_id, f.symbol,
        (array_agg(f.name ORDER BY f.quantity DESC, f.account) FILTER (WHERE f.name IS NOT NULL))[1],
        (array_agg(f.asset_class ORDER BY f.quantity DESC, f.account))[1],
        sum(f.quantity),
        CASE WHEN bool_or(f.avg_price <= 0) THEN 0 ELSE round(sum(f.quantity * f.avg_price) / sum(f.quantity), 4) END,
        (array_agg(f.current_price ORDER BY f.price_as_of DESC NULLS LAST, f.last_updated DESC, f.account)
            FILTER (WHERE f.current_price IS NOT NULL))[1],
        (array_agg(f.price_as_of ORDER BY f.price_as_of DESC NULLS LAST, f.last_updated DESC, f.account)
            FILTER (WHERE f.current_price IS NOT NULL))[1]
    FROM parted f WHERE parts > 1 GROUP BY f.user_id, f.vault_id, f.symbol
)";

/// What a `place` holds. OFFSET lets an index find it, however much its owner has elsewhere; see [`FED_THERE`].
const HELD_THERE: &str =
    "SELECT * FROM portfolio_holdings x WHERE x.user_id = place.user_id AND x.vault_id = place.vault_id OFFSET 0";

/// Where holdings are: a user's portfolio, or with no name what belongs to none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub user: Uuid,
    pub vault: Option<String>,
}

impl Place {
    pub fn new(user: Uuid, vault: Option<String>) -> Self {
        Self { user, vault }
    }
}

/// The rows that a roll-up has made, changed and deleted.
#[derive(Debug, Default)]
pub struct Rolled {
    pub portfolios: Vec<Uuid>,
    pub made: Vec<Uuid>,
    pub changed: Vec<Uuid>,
    pub gone: Vec<Uuid>,
}

impl Rolled {
    /// The deed that has done this too, besides the rows that it names itself.
    pub fn told_by(&self, deed: Deed, named: &[Uuid]) -> Deed {
        let named: HashSet<&Uuid> = named.iter().collect();
        let others = |rows: &[Uuid]| rows.iter().copied().filter(|row| !named.contains(row)).collect::<Vec<_>>();
        deed.each::<Portfolio>(Change::Updated, others(&self.portfolios))
            .each::<Holding>(Change::Created, others(&self.made))
            .each::<Holding>(Change::Updated, others(&self.changed))
            .each::<Holding>(Change::Deleted, others(&self.gone))
    }
}

/// Locks all portfolios of these users, always in one order: whoever changes what is in them comes here first, so that
/// each waits for the other and totals count both.
pub async fn lock(transaction: &impl ConnectionTrait, users: &[Uuid]) -> Result<()> {
    let sql = "SELECT FROM portfolio_summary WHERE user_id = ANY ($1::uuid[]) ORDER BY user_id, id FOR NO KEY UPDATE";
    transaction.execute_raw(statement(sql, [uuids(users.iter().copied())])).await?;
    Ok(())
}

/// Makes everything at these places follow from what it follows from, and answers which rows that has changed.
pub async fn roll_up(transaction: &impl ConnectionTrait, places: &[Place]) -> Result<Rolled> {
    let places: BTreeSet<&Place> = places.iter().collect();
    let named = || places.iter().filter_map(|place| Some((place.user, place.vault.as_deref()?)));
    let owners: BTreeSet<Uuid> = places.iter().map(|place| place.user).collect();
    let values = || [uuids(named().map(|(user, _)| user)), texts(named().map(|(_, vault)| vault))];
    let with_owners = || {
        let [users, vaults] = values();
        [users, vaults, uuids(owners.iter().copied())]
    };

    let locked = format!(
        "WITH {PLACE} SELECT FROM portfolio_summary s JOIN place USING (user_id, vault_id) \
         ORDER BY s.user_id, s.id FOR NO KEY UPDATE OF s"
    );
    transaction.execute_raw(statement(&locked, values())).await?;
    // What is no more goes first: where nothing is derived yet, there is nothing to compare the positions with.
    let gone = ids(&rows(transaction, &forget(), values()).await?)?;
    let derived = transaction.query_one_raw(statement(&derive(), values())).await?;
    let valued = ids(&rows(transaction, &value(), with_owners()).await?)?;
    let total = format!("{} SELECT id FROM changed", total(PLACE, true));
    let portfolios = ids(&rows(transaction, &total, values()).await?)?;

    let told = |column: &str| derived.as_ref().map_or(Ok(Vec::new()), |row| row.try_get::<Vec<Uuid>>("", column));
    let (made, changed) = (told("made")?, told("changed")?);
    let changed: BTreeSet<Uuid> = changed.into_iter().chain(valued).collect();
    Ok(Rolled { portfolios, made, changed: changed.into_iter().collect(), gone })
}

/// Says which field a figure follows from that does not fit its column, or that no portfolio may have.
pub fn blamed_on(error: Error, path: &[&str]) -> Error {
    if error.code != ErrorCode::Invalid {
        return error;
    }
    let is_value = error.issues.iter().any(|issue| issue.path.iter().any(|part| part == "portfolioValue"));
    let sentence = if is_value {
        "The portfolio would be worth less than nothing: what it holds does not cover the cash that it owes."
    } else {
        "The figures that follow from this would have more than 18 digits before the point."
    };
    Error::invalid(path, "OUT_OF_RANGE", sentence)
}

async fn rows<const N: usize>(
    transaction: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<QueryResult>> {
    Ok(transaction.query_all_raw(statement(sql, values)).await?)
}

fn ids(rows: &[QueryResult]) -> Result<Vec<Uuid>> {
    rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Derived holdings from positions, with what they are worth, so that each row is written once. A price that the price
/// feed has brought stays where no position has one; without any, a holding is worth what it cost until one is known.
///
/// Nobody else writes what is in these portfolios, for they are locked: what is there can be told from what is not, and
/// rows need not be inserted on the chance of a conflict, which takes half as long again.
fn derive() -> String {
    let percent = percent("market_value - cost", &dust("cost", "quantity * avg_cost"));
    format!(
        "WITH {PLACE}, {FED_THERE}, {SUMMED}, p AS (
            SELECT s.user_id, s.vault_id, s.symbol, s.asset_name, s.asset_class, s.quantity, s.avg_cost, h.id AS known,
                CASE WHEN s.current_price IS NOT NULL THEN s.current_price
                    WHEN h.price_as_of IS NOT NULL THEN h.current_price ELSE s.avg_cost END AS current_price,
                CASE WHEN s.current_price IS NOT NULL THEN s.price_as_of ELSE h.price_as_of END AS price_as_of
            FROM summed s LEFT JOIN (
                SELECT h.* FROM place CROSS JOIN LATERAL ({HELD_THERE}) h
            ) h USING (user_id, vault_id, symbol)
        ), valued AS MATERIALIZED (
            SELECT p.*, round(quantity * current_price, 2) AS market_value, round(quantity * avg_cost, 2) AS cost FROM p
        ), figured AS MATERIALIZED (
            SELECT v.*, coalesce(known, {NEW_ID}) AS id, CASE WHEN avg_cost = 0 THEN 0 ELSE market_value - cost END AS gain,
                CASE WHEN avg_cost = 0 THEN 0 ELSE {percent} END AS gain_percent
            FROM valued v
        ), changed AS (
            UPDATE portfolio_holdings h SET
                asset_name = f.asset_name, asset_class = f.asset_class, quantity = f.quantity, avg_cost = f.avg_cost,
                current_price = f.current_price, price_as_of = f.price_as_of, market_value = f.market_value,
                total_gain_loss = f.gain, total_gain_loss_percent = f.gain_percent
            FROM figured f
            WHERE h.user_id = ANY ($1::uuid[]) AND h.vault_id = ANY ($2::text[]) AND h.id = f.known AND h.is_derived AND
                (h.asset_name, h.asset_class, h.quantity, h.avg_cost, h.current_price, h.price_as_of, h.market_value,
                    h.total_gain_loss, h.total_gain_loss_percent) IS DISTINCT FROM
                (f.asset_name, f.asset_class, f.quantity, f.avg_cost, f.current_price, f.price_as_of, f.market_value,
                    f.gain, f.gain_percent)
            RETURNING h.id
        ), made AS (
            INSERT INTO portfolio_holdings (
                id, user_id, vault_id, symbol, asset_name, asset_class, is_derived, quantity, avg_cost, current_price,
                price_as_of, market_value, total_gain_loss, total_gain_loss_percent)
            SELECT id, user_id, vault_id, symbol, asset_name, asset_class, true, quantity, avg_cost, current_price,
                price_as_of, market_value, gain, gain_percent
            FROM figured WHERE known IS NULL
        )
        SELECT ARRAY(SELECT id FROM figured WHERE known IS NULL) AS made, ARRAY(SELECT id FROM changed) AS changed"
    )
}

/// Derived holdings that no position is behind any more. With NOT IN, which looks each up in a hash: an import fills the
/// tables just before, and nothing is known yet of their size. None of the three is ever null.
fn forget() -> String {
    format!(
        "WITH {PLACE}, {FED_THERE}, gone AS (
            SELECT h.id FROM place CROSS JOIN LATERAL ({HELD_THERE}) h
            WHERE h.is_derived AND (h.user_id, h.vault_id, h.symbol) NOT IN (
                SELECT f.user_id, f.vault_id, f.symbol FROM fed f)
        )
        DELETE FROM portfolio_holdings h WHERE h.user_id = ANY ($1::uuid[]) AND h.id = ANY (ARRAY(SELECT id FROM gone))
        RETURNING h.id"
    )
}

/// What each holding that was entered by hand is worth, and what it gained, where that is not in its row yet; derived ones
/// are written with theirs. An average cost of 0 means that the cost is unknown, and the gain with it. Day figures are the
/// price feed's alone.
fn value() -> String {
    let (value, cost) = ("round(h.quantity * h.current_price, 2)", "round(h.quantity * h.avg_cost, 2)");
    let known = |figure: &str| format!("CASE WHEN h.avg_cost = 0 THEN 0 ELSE {figure} END");
    let gain = format!("{value} - {cost}");
    let (gain, percent) = (known(&gain), known(&percent(&gain, &dust(cost, "(h.quantity * h.avg_cost)"))));
    format!(
        "WITH {PLACE}
        UPDATE portfolio_holdings h
        SET market_value = {value}, total_gain_loss = {gain}, total_gain_loss_percent = {percent}
        WHERE h.user_id = ANY ($3::uuid[]) AND NOT h.is_derived
            AND (h.vault_id IS NULL OR h.vault_id = ANY ($2::text[]) AND (h.user_id, h.vault_id) IN (SELECT user_id, vault_id FROM place))
            AND (h.market_value, h.total_gain_loss, h.total_gain_loss_percent) IS DISTINCT FROM ({value}, {gain}, {percent})
        RETURNING h.id"
    )
}

/// What the portfolios come to that the common table `place` names; those that have changed are in `changed`. Where they
/// are few, their users are in `$1`, and each one's holdings are looked up; those of everybody are joined in one go.
pub fn total(place: &str, are_few: bool) -> String {
    let (theirs, holdings) = match are_few {
        true => ("s.user_id = ANY ($1::uuid[])", format!("LATERAL ({HELD_THERE}) h ON true")),
        false => ("true", "portfolio_holdings h ON h.user_id = s.user_id AND h.vault_id = s.vault_id".to_owned()),
    };
    let (gain, day) = (percent("t.gain", "t.cost"), percent("t.day", "(t.market_value - t.day)"));
    format!(
        "WITH {place}, totalled AS (
            SELECT s.id, s.cash_balance, coalesce(sum(h.market_value), 0) AS market_value,
                coalesce(sum(round(h.quantity * h.avg_cost, 2)), 0) AS cost,
                coalesce(sum(h.total_gain_loss), 0) AS gain, coalesce(sum(h.day_gain_loss), 0) AS day,
                count(h.id)::integer AS holdings,
                CASE WHEN count(h.id) = count(h.price_as_of) THEN min(h.price_as_of) END AS price_as_of,
                CASE WHEN count(h.id) = count(h.day_as_of) THEN min(h.day_as_of) END AS day_as_of
            FROM place JOIN portfolio_summary s USING (user_id, vault_id) LEFT JOIN {holdings}
            WHERE {theirs} GROUP BY s.id
        ), figured AS (
            SELECT t.*, t.market_value + t.cash_balance AS value, {gain} AS gain_percent, {day} AS day_percent
            FROM totalled t
        ), changed AS (
            UPDATE portfolio_summary s
            SET portfolio_value = f.value, invested_amount = f.cost, total_gain_loss = f.gain,
                total_gain_loss_percent = f.gain_percent, day_gain_loss = f.day, day_gain_loss_percent = f.day_percent,
                number_of_holdings = f.holdings, price_as_of = f.price_as_of, day_as_of = f.day_as_of
            FROM figured f
            WHERE {theirs} AND s.id = f.id AND (
                s.portfolio_value, s.invested_amount, s.total_gain_loss, s.total_gain_loss_percent, s.day_gain_loss,
                s.day_gain_loss_percent, s.number_of_holdings, s.price_as_of, s.day_as_of) IS DISTINCT FROM
                (f.value, f.cost, f.gain, f.gain_percent, f.day, f.day_percent, f.holdings, f.price_as_of, f.day_as_of)
            RETURNING s.id, s.user_id
        )"
    )
}

/// The cost that a gain is told in per cent of: rounded, or exact where nothing is left of it by that.
pub fn dust(rounded: &str, exact: &str) -> String {
    format!("coalesce(nullif({rounded}, 0), {exact})")
}

/// A part in per cent of the whole, 0 when the whole is 0, clamped to a column of (10,4).
pub fn percent(part: &str, whole: &str) -> String {
    format!(
        "CASE WHEN {whole} = 0 THEN 0 ELSE greatest(-999999.9999, least(999999.9999, round(({part}) * 100 / {whole}, 4))) END"
    )
}
