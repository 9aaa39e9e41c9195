//! Portfolios with what they hold, and the broker accounts that feed some of them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{portfolio_holdings, portfolio_position, portfolio_summary, portfolio_sync_log};
use rust_decimal::Decimal;
use serde_json::json;

use super::{
    World,
    activity::Diary,
    figures::{self, Valuation, money, price, share, units},
    market::Listing,
    people::Person,
    random::Random,
    rows::Rows,
};

/// How many holdings each portfolio has.
pub const HOLDINGS: usize = 25;
/// What people call the portfolios that they keep by hand.
const NAMES: [&str; 16] = [
    "Retirement", "Growth", "Dividends", "Long term", "House deposit 🏡", "Rainy day", "Whānau", "Pūtea tiaki",
    "Kids’ university", "Play money", "Ethical", "Für die Enkel", "Income", "Core", "Blue chips", "Experiments 🧪",
];
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
    Broker { name: "Interactive Brokers", source: "ibkr", currency: "USD", coins: false, costless: 0, file: "flex.xml" },
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
    valuation: Valuation,
}

/// Adds somebody's three portfolios: two kept by hand, one fed by an account; some people hold a little outside of them.
pub fn add(random: &mut Random, world: &World, person: &Person, rows: &mut Rows, diary: &mut Diary) -> Vec<Owned> {
    let names = random.sample(&NAMES, 2);
    let currencies = [person.home.money, random.pick(&[person.home.money, "USD"])];
    let mut owned: Vec<Owned> = names
        .into_iter()
        .zip(currencies)
        .map(|(name, currency)| by_hand(random, world, person, rows, diary, name, currency))
        .collect();
    let near: Vec<Broker> =
        BROKERS.into_iter().filter(|broker| broker.currency == "USD" || broker.currency == person.home.money).collect();
    let broker = random.pick(&near);
    owned.push(from_broker(random, world, person, rows, diary, broker));
    if random.chance(33) {
        add_loose(random, world, person, rows);
    }
    owned
}

fn by_hand(
    random: &mut Random,
    world: &World,
    person: &Person,
    rows: &mut Rows,
    diary: &mut Diary,
    vault: &'static str,
    currency: &'static str,
) -> Owned {
    let created_at = random.moment(person.onboarded_at(), world.now - TimeDelta::days(90));
    let listings = random.sample(&world.market.securities(currency), HOLDINGS);
    let mut lots: Vec<Lot> = listings.iter().map(|listing| lot(random, *listing, 3)).collect();
    for lot in &mut lots {
        // People round what they type in.
        lot.average_cost = lot.average_cost.round_dp(2).max(lot.average_cost.min(Decimal::new(1, 2)));
        lot.valuation = value(lot);
        let holding = holding(random, world, person, Some(vault), created_at, lot);
        rows.holdings.push(holding);
    }
    portfolio(random, world, person, rows, diary, (vault, currency, created_at), &lots)
}

fn from_broker(
    random: &mut Random,
    world: &World,
    person: &Person,
    rows: &mut Rows,
    diary: &mut Diary,
    broker: Broker,
) -> Owned {
    let created_at = random.moment(person.onboarded_at(), world.now - TimeDelta::days(90));
    let listed = if broker.coins { world.market.coins() } else { world.market.securities(broker.currency) };
    let listings = random.sample(&listed, HOLDINGS);
    let lots: Vec<Lot> = listings.iter().map(|listing| lot(random, *listing, broker.costless)).collect();
    let synced_at = add_sync_runs(random, world, person, rows, diary, broker, created_at);
    for lot in &lots {
        let opened_at = random.moment(created_at, synced_at);
        rows.positions.push(position(random, person, broker, lot, (opened_at, synced_at)));
        // The holding is rolled up from this one position, so it shows the same figures.
        let mut holding = holding(random, world, person, Some(broker.name), opened_at, lot);
        holding.is_derived = true;
        holding.allocation_type = None;
        holding.price_as_of = Some(synced_at.into());
        holding.last_updated = synced_at.into();
        rows.holdings.push(holding);
    }
    portfolio(random, world, person, rows, diary, (broker.name, broker.currency, created_at), &lots)
}

/// Things that belong to no portfolio, such as a friend's start-up.
fn add_loose(random: &mut Random, world: &World, person: &Person, rows: &mut Rows) {
    let listings = random.sample(&world.market.securities(person.home.money), 2);
    for listing in listings {
        let lot = lot(random, listing, 50);
        let holding = holding(random, world, person, None, person.onboarded_at(), &lot);
        rows.holdings.push(holding);
    }
}

fn lot(random: &mut Random, listing: Listing, costless: i64) -> Lot {
    let amount = Decimal::from(random.between(3, 140) * random.between(20, 120));
    let digits = listing.digits(random.chance(45));
    let quantity = units(amount, listing.price, digits);
    let gained = if listing.is_crypto() { random.between(30, 190) } else { random.between(55, 140) };
    let average_cost = if random.chance(costless) {
        Decimal::ZERO
    } else if listing.symbol == "BTC" && random.chance(4) {
        OLD_WALLET_COST
    } else {
        price(share(listing.price, gained))
    };
    let mut lot = Lot { listing, quantity, average_cost, valuation: Valuation::default() };
    lot.valuation = value(&lot);
    lot
}

fn value(lot: &Lot) -> Valuation {
    Valuation::of(lot.quantity, lot.average_cost, lot.listing.price, lot.listing.previous_close)
}

fn holding(
    random: &mut Random,
    world: &World,
    person: &Person,
    vault: Option<&str>,
    since: DateTime<Utc>,
    lot: &Lot,
) -> portfolio_holdings::Model {
    let created_at = random.moment(since, world.priced_at);
    let Lot { listing, valuation, .. } = lot;
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
    }
}

/// Adds the row of a portfolio that holds this, with some cash; a few people have borrowed.
fn portfolio(
    random: &mut Random,
    world: &World,
    person: &Person,
    rows: &mut Rows,
    diary: &mut Diary,
    (vault, currency, created_at): (&'static str, &'static str, DateTime<Utc>),
    lots: &[Lot],
) -> Owned {
    let valuations: Vec<Valuation> = lots.iter().map(|lot| lot.valuation).collect();
    let total = Valuation::total(&valuations);
    let known: Vec<Valuation> = valuations.iter().filter(|valuation| !valuation.cost.is_zero()).copied().collect();
    let cash = if random.chance(4) { random.between(-3, -1) } else { random.between(0, 14) };
    let cash_balance = money(share(total.market_value, cash) + random.decimal(0, 99, 2));
    let value = total.market_value + cash_balance;
    let id = random.uuid(created_at);
    rows.portfolios.push(portfolio_summary::Model {
        id,
        user_id: person.id,
        vault_id: vault.to_owned(),
        currency: currency.to_owned(),
        portfolio_value: value,
        total_gain_loss: total.gain,
        total_gain_loss_percent: figures::percent(total.gain, Valuation::total(&known).cost),
        day_gain_loss: total.day_gain,
        day_gain_loss_percent: total.day_gain_percent(),
        cash_balance,
        invested_amount: total.cost,
        number_of_holdings: i32::try_from(lots.len()).unwrap_or(i32::MAX),
        last_updated: world.priced_at.into(),
        created_at: created_at.into(),
    });
    diary.note(random, created_at, "portfolio_created", format!("The portfolio {vault} was made."), ("portfolio", id));
    Owned { vault, currency, value, listings: lots.iter().map(|lot| lot.listing).collect() }
}

fn position(
    random: &mut Random,
    person: &Person,
    broker: Broker,
    lot: &Lot,
    (created_at, synced_at): (DateTime<Utc>, DateTime<Utc>),
) -> portfolio_position::Model {
    portfolio_position::Model {
        id: random.uuid(created_at),
        user_id: person.id,
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
fn add_sync_runs(
    random: &mut Random,
    world: &World,
    person: &Person,
    rows: &mut Rows,
    diary: &mut Diary,
    broker: Broker,
    since: DateTime<Utc>,
) -> DateTime<Utc> {
    let last = random.moment(world.priced_at - TimeDelta::days(12), world.priced_at);
    for weeks in [9, 6, 3, 0] {
        let started = last - TimeDelta::weeks(weeks);
        let status = if weeks == 0 { "success" } else { random.weighted(&[("success", 80), ("partial", 12), ("error", 8)]) };
        let (imported, problem) = match status {
            "success" => (25, None),
            "partial" => (random.small(20, 24), Some("Some rows were skipped: short positions can't be stored.")),
            _ => (0, Some("Line 1: the column Quantity is missing.")),
        };
        let completed = started + TimeDelta::milliseconds(random.between(180, 5_200));
        let id = random.uuid(started);
        rows.sync_runs.push(portfolio_sync_log::Model {
            id,
            user_id: person.id,
            sync_source: broker.source.to_owned(),
            status: status.to_owned(),
            records_imported: imported,
            error_message: problem.map(str::to_owned),
            filename: random.maybe(92, format!("{}-{}", started.format("%Y-%m-%d"), broker.file)),
            sync_started: started.into(),
            sync_completed: completed.into(),
            metadata: random.maybe(90, json!({ "account": broker.name, "rows": HOLDINGS })),
            created_at: completed.into(),
        });
        let context = format!("Positions of {} were imported: {imported} rows.", broker.name);
        diary.note(random, completed, "positions_imported", context, ("sync_run", id));
    }
    // Nothing is imported before the account was known.
    last.max(since)
}
