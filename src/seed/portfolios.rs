//! Portfolios with what they hold, and the broker accounts that feed some of them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{portfolio_holdings, portfolio_position, portfolio_summary, portfolio_sync_log};
use rust_decimal::Decimal;
use serde_json::json;

use super::{
    Life,
    figures::{Valuation, money, price, share, units},
    market::Listing,
};

/// How many holdings each portfolio has.
pub const HOLDINGS: usize = 25;
/// What people call the portfolios that they keep by hand.
const NAMES: [&str; 16] = [
    "Retirement",
    "Growth",
    "Dividends",
    "Long term",
    "House deposit 🏡",
    "Rainy day",
    "Whānau",
    "Pūtea tiaki",
    "Kids’ university",
    "Play money",
    "Ethical",
    "Für die Enkel",
    "Income",
    "Core",
    "Blue chips",
    "Experiments 🧪",
];
/// When accounts were synchronised, in weeks before the last time.
const RUNS_WEEKS_AGO: [i64; 4] = [9, 6, 3, 0];
const LABELS: [&str; 4] = ["core", "satellite", "income", "speculative"];
/// Nearly everybody's coins cost about what they cost today; a few were mined when one cost six cents.
const OLD_WALLET_COST: Decimal = Decimal::from_parts(600, 0, 0, false, 4);

/// A portfolio as far as journals, rules and categories need it.
pub struct Owned {
    pub vault: &'static str,
    pub currency: &'static str,
    pub value: Decimal,
    pub listings: Vec<Listing>,
}

/// Where the positions of an account come from. The account bears the broker's name, and its portfolio too.
#[derive(Clone, Copy, Debug, Default)]
struct Broker {
    name: &'static str,
    source: &'static str,
    currency: &'static str,
    coins: bool,
    /// So many positions in a hundred come without their price.
    costless: i64,
    file: &'static str,
}

const BROKERS: [Broker; 7] = [
    Broker { name: "Sharesies", source: "csv", currency: "NZD", coins: false, costless: 0, file: "sharesies.csv" },
    Broker { name: "CommSec", source: "csv", currency: "AUD", coins: false, costless: 0, file: "commsec.csv" },
    Broker { name: "Stake", source: "csv", currency: "AUD", coins: false, costless: 2, file: "stake.csv" },
    Broker {
        name: "Interactive Brokers",
        source: "ibkr",
        currency: "USD",
        coins: false,
        costless: 0,
        file: "flex.xml",
    },
    Broker { name: "Tiger Brokers", source: "tiger", currency: "USD", coins: false, costless: 0, file: "tiger.csv" },
    Broker { name: "Kraken", source: "kraken", currency: "USD", coins: true, costless: 8, file: "ledgers.csv" },
    Broker { name: "KuCoin", source: "kucoin", currency: "USD", coins: true, costless: 40, file: "accounts.json" },
];

/// A holding before it is a row.
struct Lot {
    listing: Listing,
    quantity: Decimal,
    /// 0 when unknown.
    average_cost: Decimal,
}

/// Adds somebody's three portfolios: two kept by hand, one fed by an account. Every third person holds a little
/// outside of them.
pub fn add(life: &mut Life<'_>) -> Vec<Owned> {
    let at_home = life.person.home.money;
    let names = life.random.sample(&NAMES, 2);
    let currencies = [at_home, life.random.pick(&[at_home, "USD"])];
    let mut owned: Vec<Owned> =
        names.into_iter().zip(currencies).map(|(name, currency)| by_hand(life, name, currency)).collect();
    let near: Vec<Broker> =
        BROKERS.into_iter().filter(|broker| broker.currency == "USD" || broker.currency == at_home).collect();
    let broker = life.random.pick(&near);
    owned.push(from_broker(life, broker));
    if life.person.number.is_multiple_of(3) {
        add_loose(life);
    }
    owned
}

fn by_hand(life: &mut Life<'_>, vault: &'static str, currency: &'static str) -> Owned {
    let created_at = opening(life);
    let listings = life.random.sample(&life.world.market.securities(currency), HOLDINGS);
    let mut lots = Vec::new();
    for listing in listings {
        let mut lot = lot(life, listing, 3);
        // People round what they type in, but not to nothing.
        if lot.average_cost > Decimal::ONE {
            lot.average_cost = money(lot.average_cost);
        }
        let mut holding = holding(life, Some(vault), created_at, &lot);
        holding.day_as_of = holding.price_as_of;
        life.rows.holdings.push(holding);
        lots.push(lot);
    }
    add_portfolio(life, vault, currency, created_at, &lots)
}

fn from_broker(life: &mut Life<'_>, broker: Broker) -> Owned {
    let created_at = opening(life);
    let market = &life.world.market;
    let listed = if broker.coins { market.coins() } else { market.securities(broker.currency) };
    let synced_at = add_sync_runs(life, broker);
    let mut lots = Vec::new();
    for listing in life.random.sample(&listed, HOLDINGS) {
        let lot = lot(life, listing, broker.costless);
        let position = position(life, broker, &lot, synced_at);
        // The holding is rolled up from this one position, so it shows the same figures.
        let mut holding = holding(life, Some(broker.name), created_at, &lot);
        holding.is_derived = true;
        holding.asset_name = position.name.clone();
        holding.allocation_type = None;
        holding.price_as_of = position.price_as_of;
        holding.day_as_of = position.price_as_of;
        holding.last_updated = position.last_updated;
        holding.created_at = position.created_at;
        life.rows.positions.push(position);
        life.rows.holdings.push(holding);
        lots.push(lot);
    }
    add_portfolio(life, broker.name, broker.currency, created_at, &lots)
}

/// Things that belong to no portfolio.
fn add_loose(life: &mut Life<'_>) {
    let listings = life.random.sample(&life.world.market.securities(life.person.home.money), 2);
    for listing in listings {
        let lot = lot(life, listing, 50);
        let mut holding = holding(life, None, life.person.onboarded_at(), &lot);
        holding.day_as_of = holding.price_as_of;
        life.rows.holdings.push(holding);
    }
}

/// When a portfolio was made: late enough for its owner, early enough for everything that happened in it.
fn opening(life: &mut Life<'_>) -> DateTime<Utc> {
    life.random.moment(life.person.onboarded_at(), life.world.now - TimeDelta::days(90))
}

/// So much of something as somebody may have, and in `costless` of a hundred cases without knowing what it cost.
fn lot(life: &mut Life<'_>, listing: Listing, costless: i64) -> Lot {
    let Life { random, person, .. } = life;
    let usual = Decimal::from(random.between(3, 140) * random.between(20, 120));
    let amount = share(usual, person.wealth_percent);
    let digits = listing.digits(random.chance(45));
    let quantity = units(amount, listing.price, digits);
    let paid_percent = if listing.is_crypto() { random.between(30, 190) } else { random.between(55, 140) };
    let average_cost = if random.chance(costless) {
        Decimal::ZERO
    } else if listing.symbol == "BTC" && random.chance(4) {
        OLD_WALLET_COST
    } else {
        price(share(listing.price, paid_percent))
    };
    Lot { listing, quantity, average_cost }
}

impl Lot {
    fn valuation(&self) -> Valuation {
        Valuation::of(self.quantity, self.average_cost, self.listing.price, self.listing.previous_close)
    }
}

fn holding(life: &mut Life<'_>, vault: Option<&str>, since: DateTime<Utc>, lot: &Lot) -> portfolio_holdings::Model {
    let Life { random, world, person, .. } = life;
    let created_at = random.moment(since, world.priced_at);
    let (listing, valuation) = (&lot.listing, lot.valuation());
    portfolio_holdings::Model {
        id: random.uuid(created_at),
        user_id: person.id,
        vault_id: vault.map(str::to_owned),
        symbol: listing.symbol.to_owned(),
        asset_name: random.maybe(97, listing.name.to_owned()),
        asset_class: listing.asset_class.to_owned(),
        allocation_type: random.chance(70).then(|| random.text(&LABELS)),
        is_derived: false,
        quantity: lot.quantity,
        avg_cost: lot.average_cost,
        current_price: listing.price,
        price_as_of: random.maybe(96, world.priced_at.into()),
        market_value: valuation.market_value,
        total_gain_loss: valuation.gain,
        total_gain_loss_percent: valuation.gain_percent(),
        day_gain_loss: valuation.day_gain,
        day_gain_loss_percent: valuation.day_gain_percent(),
        last_updated: world.priced_at.into(),
        created_at: created_at.into(),
        day_as_of: None,
    }
}

/// Adds the row of a portfolio that holds this, with some cash. A few people have borrowed.
fn add_portfolio(
    life: &mut Life<'_>,
    vault: &'static str,
    currency: &'static str,
    created_at: DateTime<Utc>,
    lots: &[Lot],
) -> Owned {
    let Life { random, world, person, rows, .. } = life;
    // As old as its oldest price, where all of them are known: None comes before every time.
    let inside = rows.holdings.iter().filter(|row| row.user_id == person.id && row.vault_id.as_deref() == Some(vault));
    let priced_at = inside.map(|row| row.price_as_of).min().flatten();
    let total = Valuation::total(lots.iter().map(Lot::valuation));
    let cash = if random.chance(4) { random.between(-3, -1) } else { random.between(0, 14) };
    let cash_balance = money(share(total.market_value, cash) + random.decimal(0, 9_999, 2));
    let value = total.market_value + cash_balance;
    let id = random.uuid(created_at);
    let row = portfolio_summary::Model {
        id,
        user_id: person.id,
        vault_id: vault.to_owned(),
        currency: currency.to_owned(),
        portfolio_value: value,
        total_gain_loss: total.gain,
        // What has no known cost adds nothing to either side.
        total_gain_loss_percent: total.gain_percent(),
        day_gain_loss: total.day_gain,
        day_gain_loss_percent: total.day_gain_percent(),
        cash_balance,
        invested_amount: total.cost,
        number_of_holdings: i32::try_from(lots.len()).unwrap_or(i32::MAX),
        last_updated: world.priced_at.into(),
        created_at: created_at.into(),
        price_as_of: priced_at,
        day_as_of: priced_at,
    };
    life.rows.portfolios.push(row);
    life.note(
        created_at,
        "portfolio",
        "portfolio_created",
        format!("The portfolio {vault} was made."),
        ("portfolio", id),
    );
    Owned { vault, currency, value, listings: lots.iter().map(|lot| lot.listing).collect() }
}

fn position(life: &mut Life<'_>, broker: Broker, lot: &Lot, synced_at: DateTime<Utc>) -> portfolio_position::Model {
    // What an account holds came with one of its runs.
    let created_at = synced_at - TimeDelta::weeks(life.random.pick(&RUNS_WEEKS_AGO));
    portfolio_position::Model {
        id: life.random.uuid(created_at),
        user_id: life.person.id,
        symbol: lot.listing.symbol.to_owned(),
        // Exchanges of coins name nothing but the coin.
        name: (!broker.coins).then(|| lot.listing.name.to_owned()),
        quantity: lot.quantity,
        avg_price: lot.average_cost,
        current_price: Some(lot.listing.price),
        price_as_of: Some(synced_at.into()),
        asset_class: lot.listing.asset_class.to_owned(),
        account: broker.name.to_owned(),
        currency: broker.currency.to_owned(),
        sync_source: broker.source.to_owned(),
        last_updated: synced_at.into(),
        created_at: created_at.into(),
    }
}

/// Adds the runs of an account, the last of which brought in everything; returns when that was.
fn add_sync_runs(life: &mut Life<'_>, broker: Broker) -> DateTime<Utc> {
    let last = life.random.moment(life.world.priced_at - TimeDelta::days(12), life.world.priced_at);
    for weeks in RUNS_WEEKS_AGO {
        let random = &mut life.random;
        let started = last - TimeDelta::weeks(weeks);
        let status =
            if weeks == 0 { "success" } else { random.weighted(&[("success", 80), ("partial", 12), ("error", 8)]) };
        let (imported, problem) = match status {
            "success" => (25, None),
            "partial" => (random.small(20, 24), Some("Some rows were skipped: short positions can't be stored.")),
            _ => (0, Some("Line 1: the column Quantity is missing.")),
        };
        let completed = started + TimeDelta::milliseconds(random.between(180, 5_200));
        let id = random.uuid(started);
        let row = portfolio_sync_log::Model {
            id,
            user_id: life.person.id,
            sync_source: broker.source.to_owned(),
            status: status.to_owned(),
            records_imported: imported,
            error_message: problem.map(str::to_owned),
            filename: random.maybe(92, format!("{}-{}", started.format("%Y-%m-%d"), broker.file)),
            sync_started: started.into(),
            sync_completed: completed.into(),
            metadata: random.maybe(90, json!({ "account": broker.name, "rows": HOLDINGS })),
            created_at: completed.into(),
        };
        life.rows.sync_runs.push(row);
        let context = format!("{imported} positions of {} were imported.", broker.name);
        life.note(completed, "portfolio", "positions_imported", context, ("sync_run", id));
    }
    last
}
