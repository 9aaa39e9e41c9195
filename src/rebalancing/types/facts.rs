//! What a drift report and a plan are made from, wherever it was read.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use entity::{
    asset_category_assignment, portfolio_holdings, rebalance_schedule, user_trading_preferences, vault_categories,
};
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use crate::{
    graphql::enumeration::Enumeration,
    portfolio::freshness::Freshness,
    rebalancing::{
        drift::{Held, Report, Unknown, report},
        plan::{self, Digest, Limits, Plan, Refusal, plan},
        targets::{Category, Key, Preferences, Wanted},
    },
    vault_categories::types::CategoryType,
};

/// The threshold where nobody has named one, in percentage points, and the most trades likewise.
const THRESHOLD: Exact = Exact::from_parts(5, 0, 0, false, 0);
const TRADES: i32 = 10;

/// What was read of a portfolio and of its user.
pub struct Rows {
    /// Those of the portfolio, by id.
    pub holdings: Arc<Vec<portfolio_holdings::Model>>,
    pub schedule: Option<rebalance_schedule::Model>,
    pub preferences: Option<user_trading_preferences::Model>,
    pub categories: Arc<Vec<vault_categories::Model>>,
    pub assignments: Arc<Vec<asset_category_assignment::Model>>,
}

/// What a report and a plan are made from.
pub struct Facts {
    /// By id.
    pub holdings: Arc<Vec<portfolio_holdings::Model>>,
    pub schedule: Option<rebalance_schedule::Model>,
    /// Those that drive rebalancing, in the order in which the user shows them.
    pub categories: Vec<vault_categories::Model>,
    pub wanted: Option<Wanted>,
    pub fresh: Freshness,
}

impl Facts {
    /// With the threshold that is asked for, or those that were set.
    pub fn of(rows: Rows, threshold: Option<Exact>, now: DateTime<Utc>) -> Self {
        let Rows { holdings, schedule, preferences, categories, assignments } = rows;
        let categories = active(&categories);
        let usual = threshold
            .or(schedule.as_ref().map(|schedule| schedule.threshold))
            .or(preferences.as_ref().and_then(|preferences| preferences.rebalance_threshold))
            .unwrap_or(THRESHOLD);
        let wanted = if categories.is_empty() {
            preferences.as_ref().and_then(|preferences| Wanted::of_preferences(targets(preferences), usual))
        } else {
            Some(sorted(&categories, &assignments, threshold, usual))
        };
        let times = holdings.iter().map(|holding| holding.price_as_of.map(|time| time.with_timezone(&Utc)));
        let fresh = Freshness::of(times, now);
        Self { holdings, schedule, categories, wanted, fresh }
    }

    /// What a plan may do: as asked, else as the schedule says, else ten trades that may stop short.
    pub fn limits(&self, trades_max: Option<i32>, partial_is_allowed: Option<bool>) -> Limits {
        let schedule = self.schedule.as_ref();
        let set = schedule.map_or(TRADES, |schedule| schedule.max_trades_per_session);
        let partial_is_set = schedule.is_none_or(|schedule| schedule.allow_partial_rebalancing);
        Limits {
            trades_max: usize::try_from(trades_max.unwrap_or(set)).unwrap_or_default(),
            partial_is_allowed: partial_is_allowed.unwrap_or(partial_is_set),
        }
    }

    /// How far the portfolio is off with this much cash.
    pub fn report(&self, cash: Exact) -> Result<Report<Key>, Unknown> {
        let wanted = self.wanted.as_ref().ok_or(Unknown::NoTargets)?;
        let held = |holding: &portfolio_holdings::Model| Held {
            class: wanted.class_of(&holding.symbol, &holding.asset_class),
            value: holding.market_value,
        };
        let held: Vec<Held> = self.holdings.iter().map(held).collect();
        report(&wanted.targets, wanted.cash_class, &held, cash)
    }

    /// What would bring it back, when so much money comes in first.
    pub fn plan(&self, cash: Exact, new_cash: Exact, limits: Limits) -> Result<Plan<Key>, Refusal> {
        let wanted = self.wanted.as_ref().ok_or(Refusal::Unknown(Unknown::NoTargets))?;
        plan(&wanted.targets, wanted.cash_class, &self.held(wanted), cash, new_cash, limits)
    }

    /// What names a plan of these: of other holdings, prices or cash it would be another one.
    pub fn digest(&self, place: (Uuid, &str), cash: Exact, new_cash: Exact, plan: &Plan<Key>) -> String {
        let mut digest = Digest::default();
        digest.text(&place.0.to_string());
        digest.text(place.1);
        digest.numbers([cash, new_cash]);
        for holding in self.holdings.iter() {
            digest.text(&holding.id.to_string());
            digest.numbers([holding.quantity, holding.current_price, holding.market_value]);
        }
        digest.plan(plan);
        digest.finish()
    }

    fn held(&self, wanted: &Wanted) -> Vec<plan::Holding> {
        let held = |holding: &portfolio_holdings::Model| plan::Holding {
            class: wanted.class_of(&holding.symbol, &holding.asset_class),
            quantity: holding.quantity,
            price: holding.current_price,
            value: holding.market_value,
        };
        self.holdings.iter().map(held).collect()
    }
}

/// The active categories that drive rebalancing, in the order in which the user shows them.
fn active(categories: &[vault_categories::Model]) -> Vec<vault_categories::Model> {
    let is_wanted = |category: &&vault_categories::Model| {
        category.is_active == Some(true) && category.category_type == CategoryType::AssetClass.stored()
    };
    let mut active: Vec<_> = categories.iter().filter(is_wanted).cloned().collect();
    // Those without a place come last.
    active.sort_by_cached_key(|category| {
        (category.display_order.is_none(), category.display_order, category.category_code.clone())
    });
    active
}

fn sorted(
    categories: &[vault_categories::Model],
    assignments: &[asset_category_assignment::Model],
    threshold: Option<Exact>,
    usual: Exact,
) -> Wanted {
    let places: HashMap<Uuid, usize> =
        categories.iter().enumerate().map(|(place, category)| (category.id, place)).collect();
    let wanted: Vec<Category> = categories
        .iter()
        .map(|category| Category {
            code: category.category_code.clone(),
            percent: category.target_allocation_percent,
            threshold: threshold.or(category.rebalance_threshold),
            min: category.min_allocation_percent,
            max: category.max_allocation_percent,
            position_max: category.max_single_position_percent,
        })
        .collect();
    let assigned = assignments
        .iter()
        .filter(|assignment| assignment.is_active == Some(true))
        .filter_map(|assignment| Some((assignment.symbol.as_str(), *places.get(&assignment.category_id)?)));
    Wanted::of_categories(&wanted, assigned, usual)
}

fn targets(preferences: &user_trading_preferences::Model) -> Preferences {
    Preferences {
        cash: preferences.cash_allocation_target,
        equity: preferences.equity_allocation_target,
        bond: preferences.bond_allocation_target,
        alternative: preferences.alternative_allocation_target,
    }
}
