//! Every derived figure, worked out once more from what it follows from; shares no code and no SQL with the server.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use sea_orm::sqlx::{self, PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use crate::support::Api;

/// A user and a name of theirs: of a portfolio, an account.
type Named = (Uuid, String);
/// When something was true; unknown comes before every time.
type Age = Option<DateTime<Utc>>;

struct Portfolio {
    currency: String,
    cash: Decimal,
    figures: Vec<Decimal>,
    /// Of the oldest price, and of the oldest gain of a day.
    ages: [Age; 2],
}

struct Holding {
    vault: Option<Named>,
    symbol: String,
    is_derived: bool,
    quantity: Decimal,
    avg_cost: Decimal,
    price: Decimal,
    day: Decimal,
    figures: [Decimal; 3],
    ages: [Age; 2],
}

struct Position {
    user: Uuid,
    symbol: String,
    account: String,
    currency: String,
    quantity: Decimal,
    avg_price: Decimal,
}

/// Every figure that is not what it follows from, one sentence each.
pub async fn differences(api: &Api) -> Vec<String> {
    let mut admin = api.admin().await;
    let portfolios: BTreeMap<Named, Portfolio> =
        read(&mut admin, "portfolio_summary", |row| (named(row, "user_id", "vault_id").unwrap(), portfolio(row))).await;
    let holdings: BTreeMap<Uuid, Holding> =
        read(&mut admin, "portfolio_holdings", |row| (row.get("id"), holding(row))).await;
    let positions: BTreeMap<Uuid, Position> =
        read(&mut admin, "portfolio_position", |row| (row.get("id"), position(row))).await;
    let mapped: BTreeMap<Named, String> =
        read(&mut admin, "account_portfolios", |row| (named(row, "user_id", "account").unwrap(), row.get("vault_id")))
            .await;

    let mut differences = Vec::new();
    for holding in holdings.values() {
        let wanted = valued(holding);
        if holding.figures != wanted {
            differences.push(format!("{} has {:?}, and not {wanted:?}", holding.symbol, holding.figures));
        }
    }
    for (name, portfolio) in &portfolios {
        let inside: Vec<&Holding> = holdings.values().filter(|holding| holding.vault.as_ref() == Some(name)).collect();
        let ages = [0, 1].map(|which| inside.iter().map(|holding| holding.ages[which]).min().flatten());
        if portfolio.ages != ages {
            differences.push(format!("portfolio {} is of {:?}, and not {ages:?}", name.1, portfolio.ages));
        }
        let wanted = totalled(portfolio.cash, &inside);
        if portfolio.figures != wanted {
            differences.push(format!("portfolio {} has {:?}, and not {wanted:?}", name.1, portfolio.figures));
        }
    }
    differences.extend(unfed(&portfolios, &holdings, &positions, &mapped));
    differences
}

/// What the user's portfolios come to by currency, from positions, holdings entered by hand and cash: value, cost, gain,
/// and how many holdings. Positions of one symbol in one portfolio are one holding; amounts in different currencies are
/// never added.
pub async fn totals(api: &Api, user: Uuid) -> BTreeMap<String, [Decimal; 4]> {
    let mut admin = api.admin().await;
    let portfolios: BTreeMap<Named, Portfolio> =
        read(&mut admin, "portfolio_summary", |row| (named(row, "user_id", "vault_id").unwrap(), portfolio(row))).await;
    let holdings: BTreeMap<Uuid, Holding> =
        read(&mut admin, "portfolio_holdings", |row| (row.get("id"), holding(row))).await;
    let positions: BTreeMap<Uuid, Position> =
        read(&mut admin, "portfolio_position", |row| (row.get("id"), position(row))).await;
    let mapped: BTreeMap<Named, String> =
        read(&mut admin, "account_portfolios", |row| (named(row, "user_id", "account").unwrap(), row.get("vault_id")))
            .await;
    let mut totals: BTreeMap<String, [Decimal; 4]> = BTreeMap::new();
    for ((_, _), portfolio) in portfolios.iter().filter(|((owner, _), _)| *owner == user) {
        totals.entry(portfolio.currency.clone()).or_default()[0] += portfolio.cash;
    }
    let mut parts: BTreeMap<(String, String, String), Vec<(Decimal, Decimal)>> = BTreeMap::new();
    for position in positions.values().filter(|position| position.user == user) {
        let account = (user, position.account.clone());
        let base = mapped.get(&account).unwrap_or(&position.account).clone();
        let place = (position.currency.clone(), base, position.symbol.clone());
        parts.entry(place).or_default().push((position.quantity, position.avg_price));
    }
    for ((currency, base, symbol), parts) in &parts {
        let (quantity, cost) = summed(parts);
        let is_own = portfolios.get(&(user, base.clone())).is_some_and(|own| own.currency == *currency);
        let vault = if is_own { base.clone() } else { format!("{base} {currency}") };
        let is_there = |holding: &&Holding| holding.vault == Some((user, vault.clone())) && holding.symbol == *symbol;
        // Which price is the latest is the server's to say.
        let price = holdings.values().find(is_there).map_or(Decimal::ZERO, |holding| holding.price);
        let value = money(quantity * price);
        let paid = money(quantity * cost);
        let sums = totals.entry(currency.clone()).or_default();
        let gain = if cost.is_zero() { Decimal::ZERO } else { value - paid };
        for (sum, figure) in sums.iter_mut().zip([value, paid, gain, Decimal::ONE]) {
            *sum += figure;
        }
    }
    totals
}

fn valued(holding: &Holding) -> [Decimal; 3] {
    let (value, cost) = (money(holding.quantity * holding.price), money(holding.quantity * holding.avg_cost));
    if holding.avg_cost.is_zero() {
        return [value, Decimal::ZERO, Decimal::ZERO];
    }
    let whole = if cost.is_zero() { holding.quantity * holding.avg_cost } else { cost };
    [value, value - cost, percent(value - cost, whole)]
}

fn totalled(cash: Decimal, holdings: &[&Holding]) -> Vec<Decimal> {
    let sum = |figure: fn(&Holding) -> Decimal| holdings.iter().map(|holding| figure(holding)).sum::<Decimal>();
    let value = sum(|holding| valued(holding)[0]);
    let cost = sum(|holding| money(holding.quantity * holding.avg_cost));
    let gain = sum(|holding| valued(holding)[1]);
    let day = sum(|holding| holding.day);
    let count = Decimal::from(holdings.len());
    vec![value + cash, cost, gain, percent(gain, cost), day, percent(day, value - day), count]
}

/// Derived holdings that are not what their positions add up to.
fn unfed(
    portfolios: &BTreeMap<Named, Portfolio>,
    holdings: &BTreeMap<Uuid, Holding>,
    positions: &BTreeMap<Uuid, Position>,
    mapped: &BTreeMap<Named, String>,
) -> Vec<String> {
    let mut parts: BTreeMap<(Named, String), Vec<(Decimal, Decimal)>> = BTreeMap::new();
    let mut differences = Vec::new();
    for position in positions.values() {
        let account = (position.user, position.account.clone());
        let mut vault = (position.user, mapped.get(&account).unwrap_or(&position.account).clone());
        if portfolios.get(&vault).is_some_and(|base| base.currency != position.currency) {
            vault.1 = format!("{} {}", vault.1, position.currency);
        }
        match portfolios.get(&vault) {
            None => differences.push(format!("{} of {} goes to no portfolio", position.symbol, position.account)),
            Some(portfolio) if portfolio.currency != position.currency => {
                differences.push(format!("{} goes to {} in another currency", position.symbol, vault.1));
            }
            Some(_) => {}
        }
        let place = (vault, position.symbol.clone());
        parts.entry(place).or_default().push((position.quantity, position.avg_price));
    }
    let mut derived = BTreeMap::new();
    for holding in holdings.values().filter(|holding| holding.is_derived) {
        let place = (holding.vault.clone().expect("a derived holding is in a portfolio"), holding.symbol.clone());
        derived.insert(place, (holding.quantity, holding.avg_cost));
    }
    let places: BTreeSet<_> = parts.keys().chain(derived.keys()).collect();
    for place in places {
        let wanted = parts.get(place).map(|parts| summed(parts));
        if derived.get(place).copied() != wanted {
            differences.push(format!("{place:?} holds {:?}, and not {wanted:?}", derived.get(place)));
        }
    }
    differences
}

/// How many units there are, and what one cost on average; 0 when that is not known of each part.
fn summed(parts: &[(Decimal, Decimal)]) -> (Decimal, Decimal) {
    let quantity: Decimal = parts.iter().map(|(quantity, _)| *quantity).sum();
    if parts.iter().any(|(_, price)| price.is_zero()) {
        return (quantity, Decimal::ZERO);
    }
    let cost: Decimal = parts.iter().map(|(quantity, price)| quantity * price).sum();
    (quantity, round(cost / quantity, 4))
}

fn percent(part: Decimal, whole: Decimal) -> Decimal {
    let most = Decimal::new(9_999_999_999, 4);
    if whole.is_zero() { Decimal::ZERO } else { round(part * Decimal::ONE_HUNDRED / whole, 4).clamp(-most, most) }
}

fn money(amount: Decimal) -> Decimal {
    round(amount, 2)
}

fn round(number: Decimal, places: u32) -> Decimal {
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

async fn read<K: Ord, V>(
    admin: &mut PgConnection,
    table: &'static str,
    item: impl Fn(&PgRow) -> (K, V),
) -> BTreeMap<K, V> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
    sqlx::query(sql).fetch_all(admin).await.unwrap().iter().map(item).collect()
}

fn named(row: &PgRow, user: &str, name: &str) -> Option<Named> {
    let name: Option<String> = row.get(name);
    name.map(|name| (row.get(user), name))
}

fn portfolio(row: &PgRow) -> Portfolio {
    let count: i32 = row.get("number_of_holdings");
    let figures = [
        "portfolio_value",
        "invested_amount",
        "total_gain_loss",
        "total_gain_loss_percent",
        "day_gain_loss",
        "day_gain_loss_percent",
    ];
    let figures = figures.into_iter().map(|column| row.get(column)).chain([Decimal::from(count)]).collect();
    let ages = ["price_as_of", "day_as_of"].map(|column| row.get(column));
    Portfolio { currency: row.get("currency"), cash: row.get("cash_balance"), figures, ages }
}

fn holding(row: &PgRow) -> Holding {
    Holding {
        vault: named(row, "user_id", "vault_id"),
        symbol: row.get("symbol"),
        is_derived: row.get("is_derived"),
        quantity: row.get("quantity"),
        avg_cost: row.get("avg_cost"),
        price: row.get("current_price"),
        day: row.get("day_gain_loss"),
        figures: ["market_value", "total_gain_loss", "total_gain_loss_percent"].map(|column| row.get(column)),
        ages: ["price_as_of", "day_as_of"].map(|column| row.get(column)),
    }
}

fn position(row: &PgRow) -> Position {
    Position {
        user: row.get("user_id"),
        symbol: row.get("symbol"),
        account: row.get("account"),
        currency: row.get("currency"),
        quantity: row.get("quantity"),
        avg_price: row.get("avg_price"),
    }
}
