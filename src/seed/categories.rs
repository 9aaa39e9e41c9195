//! Somebody's own order of what they hold: by asset class with targets, by part in the plan, and by sector.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{asset_category_assignment, vault_categories};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Life, market::Listing, portfolios::Owned, settings::Profile};

/// A category as somebody thinks of it: name, code, type, colour, risk, and what it takes in.
struct Plan {
    name: &'static str,
    code: &'static str,
    kind: &'static str,
    color: &'static str,
    risk: &'static str,
    takes: fn(&Listing) -> bool,
}

/// In the order of [`Profile::targets`]. Funds count as equities, coins and commodities as alternatives.
const CLASSES: [Plan; 4] = [
    Plan {
        name: "Cash",
        code: "cash",
        kind: "asset_class",
        color: "#64748B",
        risk: "very_low",
        takes: |of| of.asset_class == "cash",
    },
    Plan {
        name: "Shares and funds",
        code: "equity",
        kind: "asset_class",
        color: "#3B82F6",
        risk: "high",
        takes: |of| matches!(of.asset_class, "equity" | "fund"),
    },
    Plan {
        name: "Bonds",
        code: "bond",
        kind: "asset_class",
        color: "#10B981",
        risk: "low",
        takes: |of| of.asset_class == "bond",
    },
    Plan {
        name: "Alternatives",
        code: "alternative",
        kind: "asset_class",
        color: "#F59E0B",
        risk: "very_high",
        takes: |of| matches!(of.asset_class, "crypto" | "commodity" | "alternative"),
    },
];
/// Three sectors are not all there are: their targets don't add up to 100.
const SECTORS: [Plan; 3] = [
    Plan {
        name: "Tech 🚀",
        code: "technology",
        kind: "sector",
        color: "#8B5CF6",
        risk: "high",
        takes: |of| of.sector == "Technology",
    },
    Plan {
        name: "Hauora · Health",
        code: "health",
        kind: "sector",
        color: "#EF4444",
        risk: "medium",
        takes: |of| of.sector == "Health care",
    },
    Plan {
        name: "Power and water",
        code: "utilities",
        kind: "sector",
        color: "#0F766E",
        risk: "low",
        takes: |of| of.sector == "Utilities",
    },
];

/// Adds categories by asset class for everybody and by sector for most, with the assets of all portfolios in them.
pub fn add(life: &mut Life<'_>, profile: Profile, portfolios: &[Owned]) {
    let mut held: Vec<Listing> = portfolios.iter().flat_map(|portfolio| portfolio.listings.iter().copied()).collect();
    held.sort_unstable_by_key(|listing| listing.symbol);
    held.dedup_by_key(|listing| listing.symbol);
    let created_at = life.random.moment(life.person.onboarded_at(), life.world.now - TimeDelta::days(60));
    for (place, (plan, target)) in (1..).zip(CLASSES.iter().zip(profile.targets)) {
        add_category(life, plan, (place, Some(target)), created_at, &held);
    }
    if life.random.chance(60) {
        for (place, plan) in (5..).zip(&SECTORS) {
            let target = life.random.between(5, 25);
            let target = life.random.maybe(80, target);
            add_category(life, plan, (place, target), created_at, &held);
        }
    }
}

fn add_category(
    life: &mut Life<'_>,
    plan: &Plan,
    (place, target): (i32, Option<i64>),
    created_at: DateTime<Utc>,
    held: &[Listing],
) {
    let Life { random, person, .. } = life;
    let id = random.uuid(created_at);
    let room = random.between(3, 12);
    let taken: Vec<&Listing> = held.iter().filter(|listing| (plan.takes)(listing)).collect();
    let row = vault_categories::Model {
        id,
        user_id: person.id,
        category_name: plan.name.to_owned(),
        category_code: plan.code.to_owned(),
        category_type: plan.kind.to_owned(),
        category_description: random.maybe(40, format!("What I count as {}.", plan.name.to_lowercase())),
        category_color: Some(plan.color.to_owned()),
        category_icon: random.maybe(50, plan.code.to_owned()),
        target_allocation_percent: target.map(Decimal::from),
        min_allocation_percent: target.map(|target| Decimal::from((target - room).max(0))),
        max_allocation_percent: target.map(|target| Decimal::from((target + room).min(100))),
        rebalance_threshold: Some(Decimal::from(random.between(2, 8))),
        rebalance_frequency: Some(random.text(&["monthly", "monthly", "quarterly", "annually", "never"])),
        auto_rebalance_enabled: Some(random.chance(50)),
        risk_level: Some(plan.risk.to_owned()),
        max_single_position_percent: Some(Decimal::from(random.between(2, 6) * 5)),
        volatility_limit: random.maybe(70, Decimal::from(25)),
        tax_efficiency_priority: Some(random.small(1, 10)),
        tax_loss_harvesting_enabled: Some(random.chance(60)),
        is_active: Some(plan.kind == "asset_class" || random.chance(90)),
        display_order: Some(place),
        created_at: created_at.into(),
        updated_at: created_at.into(),
    };
    life.rows.categories.push(row);
    let context = format!("The category {} was made.", plan.name);
    life.note(created_at, "vault_categories", "vault_category_created", context, ("vault_category", id));
    let share = Decimal::ONE_HUNDRED.checked_div(Decimal::from(taken.len())).unwrap_or_default().round_dp(2);
    for listing in taken {
        let assignment = assignment(life, plan, listing, (id, share), created_at);
        life.rows.assignments.push(assignment);
    }
}

fn assignment(
    life: &mut Life<'_>,
    plan: &Plan,
    listing: &Listing,
    (category_id, share): (Uuid, Decimal),
    since: DateTime<Utc>,
) -> asset_category_assignment::Model {
    let Life { random, world, person, .. } = life;
    let created_at = random.moment(since, world.now);
    let by = random.weighted(&[("manual", 60), ("rule_based", 25), ("auto", 10), ("ai_suggested", 5)]);
    let certain = matches!(by, "manual" | "rule_based");
    asset_category_assignment::Model {
        id: random.uuid(created_at),
        user_id: person.id,
        category_id,
        symbol: listing.symbol.to_owned(),
        asset_name: Some(listing.name.to_owned()),
        asset_class: Some(listing.asset_class.to_owned()),
        sector: Some(listing.sector.to_owned()),
        market: Some(listing.market.to_owned()),
        assignment_type: Some(by.to_owned()),
        assignment_rule: (by == "rule_based").then(|| format!("{} is {}", plan.kind, plan.code)),
        assignment_confidence: Some(if certain { Decimal::ONE } else { random.decimal(5_500, 9_900, 4) }),
        target_weight_in_category: Some(share),
        is_active: Some(random.chance(97)),
        created_at: created_at.into(),
        updated_at: created_at.into(),
    }
}
