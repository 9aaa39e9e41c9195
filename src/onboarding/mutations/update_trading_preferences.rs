//! `updateTradingPreferences`: targets and limits for trading.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::user_trading_preferences;
use rust_decimal::Decimal as Number;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, Issue, Result},
        id::Id,
        input::{Check, change},
        mutation::{Deed, Mutation, Write},
        scalars::{Currency, DateTime, Decimal},
    },
    onboarding::{
        allocation,
        types::{
            CurrencyHedging, PositionSizing, ReviewFrequency, StrategyPreference, TradingPreferences, TradingStyle,
        },
    },
};

/// What is to change of the viewer's targets and limits for trading. A field that is left out stays as it is, null
/// leaves it open. Percentages have at most 4 decimal places.
#[derive(InputObject)]
pub struct UpdateTradingPreferencesInput {
    /// How cautious the viewer is.
    pub trading_style: MaybeUndefined<TradingStyle>,
    /// What the viewer looks for in an asset.
    pub strategy_preference: MaybeUndefined<StrategyPreference>,
    /// How the size of a position is found.
    pub position_sizing_method: MaybeUndefined<PositionSizing>,
    /// Size of a new position in per cent of the portfolio, greater than 0, at most the largest size.
    pub default_position_size: MaybeUndefined<Decimal>,
    /// Largest size of a position in per cent of the portfolio, greater than 0; null for no limit.
    pub max_position_size: MaybeUndefined<Decimal>,
    /// Loss in per cent at which a new trade is stopped, greater than 0, at most 100; null for none.
    pub stop_loss_percentage: MaybeUndefined<Decimal>,
    /// Gain in per cent at which a new trade is closed, greater than 0, at most 1,000; null for none.
    pub take_profit_percentage: MaybeUndefined<Decimal>,
    /// The most trades in a day, at least 0; null for no limit.
    pub max_daily_trades: MaybeUndefined<i32>,
    /// The most trades in a week, at least 0; null for no limit.
    pub max_weekly_trades: MaybeUndefined<i32>,
    /// Wanted share of cash in per cent, 0 to 100. After the change the four shares add up to 100, null counting as 0;
    /// all null means no targets.
    pub cash_allocation_target: MaybeUndefined<Decimal>,
    /// Wanted share of equities and funds in per cent, 0 to 100.
    pub equity_allocation_target: MaybeUndefined<Decimal>,
    /// Wanted share of bonds in per cent, 0 to 100.
    pub bond_allocation_target: MaybeUndefined<Decimal>,
    /// Wanted share of everything else in per cent, 0 to 100.
    pub alternative_allocation_target: MaybeUndefined<Decimal>,
    /// True to be offered rebalancing.
    pub auto_rebalance_enabled: MaybeUndefined<bool>,
    /// Drift in percentage points above which rebalancing is offered, 0 to 100.
    pub rebalance_threshold: MaybeUndefined<Decimal>,
    /// How often rebalancing is looked at.
    pub rebalance_frequency: MaybeUndefined<ReviewFrequency>,
    /// ISO 4217 code of the currency to think in.
    pub base_currency: MaybeUndefined<Currency>,
    /// How far foreign currencies are hedged.
    pub currency_hedging_preference: MaybeUndefined<CurrencyHedging>,
    /// True to be shown losses that could be realised for tax.
    pub tax_loss_harvesting_enabled: MaybeUndefined<bool>,
    /// True to regard Australian franking credits.
    pub franking_credits_consideration: MaybeUndefined<bool>,
    /// True to regard the tax rules of New Zealand.
    pub nz_tax_optimization: MaybeUndefined<bool>,
    /// Change of a price in per cent from which an alert is raised, 0 to 100,000.
    pub price_alert_threshold: MaybeUndefined<Decimal>,
    /// Change of a portfolio in per cent from which an alert is raised, 0 to 100,000.
    pub portfolio_alert_threshold: MaybeUndefined<Decimal>,
    /// True to be alerted to news.
    pub news_alert_enabled: MaybeUndefined<bool>,
    /// True to be alerted to signals.
    pub signal_alert_enabled: MaybeUndefined<bool>,
    /// True to save forms while they are filled in.
    pub auto_save_enabled: MaybeUndefined<bool>,
    /// True to show every setting.
    pub advanced_mode_enabled: MaybeUndefined<bool>,
    /// True to trade on paper.
    pub paper_trading_enabled: MaybeUndefined<bool>,
    /// True when the viewer wants real orders; none are placed.
    pub real_trading_enabled: MaybeUndefined<bool>,
    /// The trading preferences' `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing
    /// changes.
    pub expected_updated_at: Option<DateTime>,
}

/// Targets and limits that were changed.
#[derive(SimpleObject)]
pub struct UpdateTradingPreferencesPayload {
    /// The trading preferences as they are now; made with their defaults when there were none.
    trading_preferences: TradingPreferences,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    trading_preferences: Uuid,
}

impl Mutation for UpdateTradingPreferencesInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateTradingPreferencesPayload;

    fn check(&self, check: &mut Check) {
        check.up_to("defaultPositionSize", &self.default_position_size, (false, 100_000), 4);
        check.up_to("maxPositionSize", &self.max_position_size, (false, 100_000), 4);
        check.up_to("stopLossPercentage", &self.stop_loss_percentage, (false, 100), 4);
        check.up_to("takeProfitPercentage", &self.take_profit_percentage, (false, 1_000), 4);
        check.at_least("maxDailyTrades", &self.max_daily_trades, 0);
        check.at_least("maxWeeklyTrades", &self.max_weekly_trades, 0);
        for (field, target) in self.targets() {
            check.up_to(field, target, (true, 100), 4);
        }
        check.up_to("rebalanceThreshold", &self.rebalance_threshold, (true, 100), 4);
        check.up_to("priceAlertThreshold", &self.price_alert_threshold, (true, 100_000), 4);
        check.up_to("portfolioAlertThreshold", &self.portfolio_alert_threshold, (true, 100_000), 4);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let (row, what) = write.own_row::<TradingPreferences>(self.expected_updated_at).await?;
        let mut issues = self.wrong_targets(&row);
        issues.extend(self.wrong_sizes(&row));
        if !issues.is_empty() {
            return Err(Error::issues(issues));
        }
        write.update(Id::<TradingPreferences>::new(row.id), self.columns()).await?;
        let deed = Deed::new(MODULE, "trading_preferences_updated", "Trading preferences were changed.");
        Ok((Changed { trading_preferences: row.id }, deed.each::<TradingPreferences>(what, [row.id])))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateTradingPreferencesPayload> {
        Ok(UpdateTradingPreferencesPayload { trading_preferences: call.fetch(changed.trading_preferences).await? })
    }
}

/// What stands in a column after the change.
fn after(given: &MaybeUndefined<Decimal>, before: Option<Number>) -> Option<Number> {
    match given {
        MaybeUndefined::Undefined => before,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(value.0),
    }
}

impl UpdateTradingPreferencesInput {
    fn targets(&self) -> [(&'static str, &MaybeUndefined<Decimal>); 4] {
        [
            ("cashAllocationTarget", &self.cash_allocation_target),
            ("equityAllocationTarget", &self.equity_allocation_target),
            ("bondAllocationTarget", &self.bond_allocation_target),
            ("alternativeAllocationTarget", &self.alternative_allocation_target),
        ]
    }

    /// Targets that do not add up to 100 with those that stay: every one that was given is told.
    fn wrong_targets(&self, row: &user_trading_preferences::Model) -> Vec<Issue> {
        let sum = allocation::wrong_sum([
            after(&self.cash_allocation_target, row.cash_allocation_target),
            after(&self.equity_allocation_target, row.equity_allocation_target),
            after(&self.bond_allocation_target, row.bond_allocation_target),
            after(&self.alternative_allocation_target, row.alternative_allocation_target),
        ]);
        let Some(sum) = sum else { return Vec::new() };
        let given = self.targets().into_iter().filter(|(_, target)| !target.is_undefined());
        let sentence = format!("The four allocation targets add up to {sum} instead of 100.");
        given.map(|(field, _)| Issue::new(&["input", field], "SUM", sentence.clone())).collect()
    }

    /// A default size above the largest: the one that was given is told.
    fn wrong_sizes(&self, row: &user_trading_preferences::Model) -> Option<Issue> {
        let default = after(&self.default_position_size, row.default_position_size)?;
        let max = after(&self.max_position_size, row.max_position_size)?;
        let field = if self.default_position_size.is_undefined() { "maxPositionSize" } else { "defaultPositionSize" };
        let sentence = "defaultPositionSize is at most maxPositionSize.";
        (default > max).then(|| Issue::new(&["input", field], "OUT_OF_RANGE", sentence))
    }

    fn columns(self) -> user_trading_preferences::ActiveModel {
        let percent = |percent: Decimal| percent.0;
        let flag = |flag: bool| flag;
        user_trading_preferences::ActiveModel {
            trading_style: change(self.trading_style, |style| style.stored().to_owned()),
            strategy_preference: change(self.strategy_preference, |strategy| strategy.stored().to_owned()),
            position_sizing_method: change(self.position_sizing_method, |method| method.stored().to_owned()),
            default_position_size: change(self.default_position_size, percent),
            max_position_size: change(self.max_position_size, percent),
            stop_loss_percentage: change(self.stop_loss_percentage, percent),
            take_profit_percentage: change(self.take_profit_percentage, percent),
            max_daily_trades: change(self.max_daily_trades, |trades| trades),
            max_weekly_trades: change(self.max_weekly_trades, |trades| trades),
            cash_allocation_target: change(self.cash_allocation_target, percent),
            equity_allocation_target: change(self.equity_allocation_target, percent),
            bond_allocation_target: change(self.bond_allocation_target, percent),
            alternative_allocation_target: change(self.alternative_allocation_target, percent),
            auto_rebalance_enabled: change(self.auto_rebalance_enabled, flag),
            rebalance_threshold: change(self.rebalance_threshold, percent),
            rebalance_frequency: change(self.rebalance_frequency, |frequency| frequency.stored().to_owned()),
            base_currency: change(self.base_currency, |currency| currency.0),
            currency_hedging_preference: change(self.currency_hedging_preference, |hedging| {
                hedging.stored().to_owned()
            }),
            tax_loss_harvesting_enabled: change(self.tax_loss_harvesting_enabled, flag),
            franking_credits_consideration: change(self.franking_credits_consideration, flag),
            nz_tax_optimization: change(self.nz_tax_optimization, flag),
            price_alert_threshold: change(self.price_alert_threshold, percent),
            portfolio_alert_threshold: change(self.portfolio_alert_threshold, percent),
            news_alert_enabled: change(self.news_alert_enabled, flag),
            signal_alert_enabled: change(self.signal_alert_enabled, flag),
            auto_save_enabled: change(self.auto_save_enabled, flag),
            advanced_mode_enabled: change(self.advanced_mode_enabled, flag),
            paper_trading_enabled: change(self.paper_trading_enabled, flag),
            real_trading_enabled: change(self.real_trading_enabled, flag),
            ..Default::default()
        }
    }
}
