//! Trades as people note them: open, closed, cancelled, closed in part, each with the figures that follow from its prices.

use chrono::{DateTime, TimeDelta, Utc};
use entity::manual_trade_logs;
use rust_decimal::Decimal;
use serde_json::json;

use super::{
    Life,
    figures::{self, money, moved, price, profit, share, units},
    market::Listing,
    phrases,
    portfolios::Owned,
};
use crate::journaling::trade::{self, Side};

/// What is noted and which way it earns; closing trades have no side of their own.
const KINDS: [(&str, i64); 4] = [("buy", 78), ("short", 14), ("sell", 5), ("cover", 3)];
const STATUSES: [(&str, i64); 3] = [("closed", 62), ("open", 34), ("cancelled", 4)];

/// A trade of that moment, without the entry that it belongs to.
pub fn trade(life: &mut Life<'_>, portfolios: &[Owned], executed_at: DateTime<Utc>) -> manual_trade_logs::Model {
    let listing = choose(life, portfolios);
    let Life { random, world, person, .. } = life;
    let kind = random.weighted(&KINDS);
    let entry = price(share(listing.price, random.between(62, 118))).max(Decimal::new(1, 4));
    let amount = Decimal::from(random.between(4, 160) * 50);
    let quantity = units(amount, entry, listing.digits(random.chance(25)));
    let total = trade::total_value(entry, quantity).unwrap_or_default();
    let worth =
        portfolios.iter().filter(|portfolio| portfolio.currency == listing.currency).map(|portfolio| portfolio.value);
    let planned = side(kind).filter(|_| random.chance(78));
    let (target, stop) = match planned {
        Some(side) => {
            (Some(moved(side, entry, random.between(6, 45))), Some(moved(side, entry, -random.between(3, 14))))
        }
        None => (None, None),
    };
    let (target, stop) = (target.filter(|_| random.chance(92)), stop.filter(|_| random.chance(94)));
    let ratio = planned.zip(target.zip(stop));
    let mut log = manual_trade_logs::Model {
        id: random.uuid(executed_at),
        user_id: person.id,
        journal_entry_id: None,
        symbol: listing.symbol.to_owned(),
        currency: listing.currency.to_owned(),
        asset_name: random.maybe(90, listing.name.to_owned()),
        trade_type: kind.to_owned(),
        entry_price: entry,
        quantity,
        total_value: total,
        order_type: Some(random.text(&["market", "limit", "limit", "stop", "stop_limit"])),
        fees: random.chance(92).then(|| random.decimal(0, 2_995, 2)),
        broker: random.chance(90).then(|| random.text(&phrases::BROKERS)),
        account_type: Some(random.text(&["real", "real", "real", "paper", "demo"])),
        target_price: target,
        stop_loss_price: stop,
        risk_reward_ratio: ratio.and_then(|(side, (target, stop))| trade::risk_reward_ratio(side, entry, target, stop)),
        position_size_percent: trade::position_size_percent(total, worth.sum()),
        strategy: random.chance(85).then(|| random.text(&phrases::STRATEGIES)),
        time_horizon: Some(random.text(&["intraday", "short", "short", "medium", "medium", "long"])),
        conviction_level: Some(random.small(2, 10)),
        market_conditions: random.chance(60).then(|| random.text(&phrases::CONDITIONS)),
        economic_events: Some(if random.chance(30) { json!([random.pick(&phrases::EVENTS)]) } else { json!([]) }),
        technical_indicators: Some(if random.chance(50) {
            json!({ "rsi": random.between(18, 82) })
        } else {
            json!({})
        }),
        current_price: None,
        price_as_of: None,
        unrealized_pnl: Some(Decimal::ZERO),
        unrealized_pnl_percent: Some(Decimal::ZERO),
        max_profit: Some(Decimal::ZERO),
        max_loss: Some(Decimal::ZERO),
        exit_price: None,
        exit_date: None,
        exit_reason: None,
        realized_pnl: None,
        realized_pnl_percent: None,
        status: Some("open".to_owned()),
        is_active: Some(true),
        trade_date: executed_at.date_naive(),
        execution_time: executed_at.into(),
        created_at: executed_at.into(),
        updated_at: world.priced_at.into(),
    };
    if let Some(side) = side(kind) {
        proceed(life, &mut log, side, &listing);
    }
    log
}

/// Half of an open trade, closed: the half becomes a log of its own, the rest stays open.
pub fn close_half(life: &mut Life<'_>, open: &mut manual_trade_logs::Model) -> Option<manual_trade_logs::Model> {
    let side = side(&open.trade_type).filter(|_| open.status.as_deref() == Some("open"))?;
    // A single unit can't be split where only whole ones are traded.
    let half = open.quantity.checked_div(Decimal::TWO)?.trunc();
    if half.is_zero() {
        return None;
    }
    let executed_at = open.execution_time.to_utc();
    let mut closed = open.clone();
    closed.id = life.random.uuid(executed_at);
    closed.journal_entry_id = None;
    resize(&mut closed, half);
    resize(open, open.quantity - half);
    let current = open.current_price?;
    value_open(open, side, current);
    let exit = moved(side, closed.entry_price, life.random.between(4, 30));
    close(life, &mut closed, side, exit);
    Some(closed)
}

/// What somebody trades: mostly what they hold.
fn choose(life: &mut Life<'_>, portfolios: &[Owned]) -> Listing {
    let Life { random, world, .. } = life;
    let held: Vec<Listing> = portfolios.iter().flat_map(|portfolio| portfolio.listings.iter().copied()).collect();
    let from = if random.chance(70) { held.as_slice() } else { world.market.everything() };
    random.pick(from)
}

fn side(kind: &str) -> Option<Side> {
    match kind {
        "buy" => Some(Side::Long),
        "short" => Some(Side::Short),
        _ => None,
    }
}

/// What became of a trade that can be closed.
fn proceed(life: &mut Life<'_>, log: &mut manual_trade_logs::Model, side: Side, listing: &Listing) {
    match life.random.weighted(&STATUSES) {
        "closed" => {
            let gained = life.random.weighted(&[(1, 54), (-1, 43), (0, 3)]);
            let percent = if gained > 0 { life.random.between(1, 34) } else { life.random.between(1, 15) };
            let exit = moved(side, log.entry_price, gained * percent);
            close(life, log, side, exit);
        }
        "cancelled" => {
            log.status = Some("cancelled".to_owned());
            log.is_active = Some(false);
        }
        _ => {
            log.price_as_of = Some(life.world.priced_at.into());
            value_open(log, side, listing.price);
            // It has been further up and further down than it is now.
            let swing = money(share(log.total_value, life.random.between(1, 9)));
            log.max_profit = log.unrealized_pnl.map(|now| now.max(Decimal::ZERO) + swing);
            log.max_loss = log.unrealized_pnl.map(|now| now.min(Decimal::ZERO) - swing);
        }
    }
}

fn value_open(log: &mut manual_trade_logs::Model, side: Side, current: Decimal) {
    let unrealized = profit(side, log.entry_price, current, log.quantity);
    log.current_price = Some(current);
    log.unrealized_pnl = Some(unrealized);
    log.unrealized_pnl_percent = Some(figures::percent(unrealized, log.total_value));
}

fn close(life: &mut Life<'_>, log: &mut manual_trade_logs::Model, side: Side, exit: Decimal) {
    let Life { random, world, .. } = life;
    let opened_at = log.execution_time.to_utc();
    let exit_date = random.moment(opened_at, world.priced_at.min(opened_at + TimeDelta::days(75)));
    let gross = profit(side, log.entry_price, exit, log.quantity);
    let net = gross - log.fees.unwrap_or_default();
    let swing = money(share(log.total_value, random.between(0, 6)));
    log.current_price = Some(exit);
    log.price_as_of = Some(exit_date.into());
    log.unrealized_pnl = Some(Decimal::ZERO);
    log.unrealized_pnl_percent = Some(Decimal::ZERO);
    log.max_profit = Some(gross.max(Decimal::ZERO) + swing);
    log.max_loss = Some(gross.min(Decimal::ZERO) - swing);
    log.exit_price = Some(exit);
    log.exit_date = Some(exit_date.into());
    log.exit_reason = Some(random.text(&phrases::EXIT_REASONS));
    log.realized_pnl = Some(net);
    log.realized_pnl_percent = Some(figures::percent(net, log.total_value));
    log.status = Some("closed".to_owned());
    log.is_active = Some(false);
    log.updated_at = exit_date.into();
}

/// Another quantity at the same price, with its part of the size and the fees.
fn resize(log: &mut manual_trade_logs::Model, quantity: Decimal) {
    let part = quantity.checked_div(log.quantity).unwrap_or(Decimal::ONE);
    log.quantity = quantity;
    log.total_value = trade::total_value(log.entry_price, quantity).unwrap_or_default();
    log.fees = log.fees.map(|fees| money(fees.saturating_mul(part)));
    log.position_size_percent = log.position_size_percent.map(|percent| price(percent.saturating_mul(part)));
}
