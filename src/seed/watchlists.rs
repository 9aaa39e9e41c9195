//! Lists of symbols that somebody watches, some for everybody to see, some shared with one or two people.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{watchlist_items, watchlist_shares, watchlists};
use uuid::Uuid;

use super::{Life, market::Listing, people::Person};

const NAMES: [(&str, &str); 12] = [
    ("Buy the dip", "What I would buy 20 % lower."),
    ("Dividend ideas", "Steady payers, yield above 4 %."),
    ("Next earnings", "Reporting within two weeks."),
    ("AI & chips 🤖", "Everything that sells shovels."),
    ("Kāinga · Property", "Listed property and builders."),
    ("Moonshots 🌙", "Small positions only!"),
    ("Grüne Energie", "Wind, water, sun."),
    ("Defensive", "For when it rains."),
    ("Crypto watch", "Majors and a few others."),
    ("Too expensive", "Great companies, not at this price."),
    ("Ngā kamupene o Aotearoa", "Home market favourites."),
    ("IPO follow-ups", ""),
];
const NOTES: [&str; 6] = [
    "Wait for the next report.",
    "Below the 200-day line.",
    "Insiders are buying.",
    "Ask Mum about this one.",
    "Target: 15 % lower.",
    "Margin is shrinking – why?",
];

/// Adds two or three lists. The first is sometimes public, and shared with people who came earlier.
pub fn add(life: &mut Life<'_>) {
    let count = if life.random.chance(40) { 3 } else { 2 };
    let mut is_first = true;
    for (name, description) in life.random.sample(&NAMES, count) {
        let created_at = life.random.moment(life.person.onboarded_at(), life.world.now - TimeDelta::days(20));
        let id = add_list(life, (name, description), created_at);
        add_items(life, id, created_at);
        if is_first {
            add_shares(life, id, created_at);
        }
        is_first = false;
    }
}

fn add_list(life: &mut Life<'_>, (name, description): (&str, &str), created_at: DateTime<Utc>) -> Uuid {
    let random = &mut life.random;
    let id = random.uuid(created_at);
    let updated_at = random.moment(created_at, life.world.now);
    let row = watchlists::Model {
        id,
        owner_id: life.person.id,
        name: name.to_owned(),
        description: (!description.is_empty()).then(|| description.to_owned()),
        is_public: random.chance(18),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
    };
    life.rows.watchlists.push(row);
    life.note(
        created_at,
        "watchlists",
        "watchlist_created",
        format!("The watchlist {name} was made."),
        ("watchlist", id),
    );
    id
}

fn add_items(life: &mut Life<'_>, watchlist_id: Uuid, since: DateTime<Utc>) {
    let count = usize::try_from(life.random.between(5, 12)).unwrap_or(5);
    let listings = life.random.sample(life.world.market.everything(), count);
    for (position, listing) in (0..).zip(listings) {
        let item = item(life, (watchlist_id, position), &listing, since);
        life.rows.watchlist_items.push(item);
    }
}

fn item(
    life: &mut Life<'_>,
    (watchlist_id, position): (Uuid, i32),
    listing: &Listing,
    since: DateTime<Utc>,
) -> watchlist_items::Model {
    let Life { random, world, .. } = life;
    let added_at = random.moment(since, world.now);
    // What was added by hand a moment ago has no price yet.
    let priced = random.chance(94);
    watchlist_items::Model {
        id: random.uuid(added_at),
        watchlist_id,
        symbol: listing.symbol.to_owned(),
        position,
        name: priced.then(|| listing.name.to_owned()),
        price: priced.then_some(listing.price),
        price_as_of: priced.then(|| world.priced_at.into()),
        change_24h: priced.then(|| listing.day_change_percent()),
        market_cap: priced.then_some(listing.market_cap).flatten(),
        notes: random.chance(25).then(|| random.text(&NOTES)),
        added_at: added_at.into(),
        currency: priced.then(|| listing.currency.to_owned()),
    }
}

/// Shares go to people of smaller numbers alone: they exist however few people are made.
fn add_shares(life: &mut Life<'_>, watchlist_id: Uuid, since: DateTime<Utc>) {
    let Life { random, world, person, rows, .. } = life;
    let earlier = i64::try_from(if world.has_admin { person.number } else { 0 }).unwrap_or_default();
    let mut with = [random.between(0, earlier.max(1) - 1), random.between(0, earlier.max(1) - 1)].to_vec();
    with.dedup();
    for number in with.into_iter().take(usize::from(earlier > 0) * 2) {
        let shared_at = random.moment(since, world.now);
        let share = watchlist_shares::Model {
            id: random.uuid(shared_at),
            watchlist_id,
            owner_id: person.id,
            shared_with_id: Person::id_of(number.unsigned_abs(), world.now),
            is_read_only: random.chance(65),
            shared_at: shared_at.into(),
        };
        rows.watchlist_shares.push(share);
    }
}
