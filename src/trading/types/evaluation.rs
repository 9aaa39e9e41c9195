//! Whether a trade rule wants something done now.

use std::collections::BTreeSet;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::{DateTime as Moment, Utc};
use chrono_tz::Tz;
use entity::{portfolio_holdings, portfolio_position, portfolio_summary};
use futures_util::future::try_join4;
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{TradeRuleFrequency, TradeRuleType};
use crate::{
    clock,
    graphql::{
        call::{Call, call},
        error::{Error, Result},
        scalars::{Currency, DateTime, Decimal},
        table::{BY_USER, Columns},
    },
    portfolio::{
        freshness::Freshness,
        types::{Holding, Portfolio, Position},
    },
    preferences::types::Preferences,
    trading::due::{self, Facts, NotEvaluable, Period, Resting, Rule, Verdict},
};

/// How the rows of a symbol are found.
const OF_SYMBOL: Columns = &[("user_id", "user_id"), ("symbol", "symbol")];

/// Why a rule does nothing now.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeRuleReason {
    /// The rule is disabled.
    Disabled,
    /// A full period has not passed since a DCA rule was last acted on.
    PeriodNotOver,
    /// The price is above the threshold of a DCA rule.
    PriceAboveThreshold,
    /// The price is above the stop.
    PriceAboveStop,
    /// No price is known of the symbol.
    PriceUnknown,
    /// The price is 0, which says nothing.
    PriceZero,
    /// The DCA rule has no frequency or no amount.
    RuleIncomplete,
    /// The stop lies 100 per cent or more below the cost, where no price comes.
    StopOutOfRange,
    /// Nothing of the symbol is held, so there is nothing to sell.
    NothingHeld,
    /// The average cost of what is held is unknown, so there is no stop price.
    CostUnknown,
    /// What is held of the symbol is in several currencies, which are never added.
    CurrencyUnclear,
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

/// What a rule wants done.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeRuleAction {
    /// Buy the suggested quantity.
    Buy,
    /// Sell the suggested quantity.
    Sell,
}

/// Whether a rule wants something done now, as a preview: nothing is written or ordered.
#[derive(SimpleObject)]
pub struct TradeRuleEvaluation {
    /// True when the rule wants to be acted on now. A DCA rule: enabled, never triggered or a full period ago, and
    /// price ≤ threshold. A Stop-Loss: enabled, and price ≤ average cost × (1 − threshold / 100).
    pub is_due: bool,
    /// False when something is missing that the rule would have to be judged by; `reason` says what.
    pub is_evaluable: bool,
    /// What to do, null when nothing is due.
    pub action: Option<TradeRuleAction>,
    /// DCA: amount / price, down to eight places; Stop-Loss: everything that is held; null when nothing is due.
    pub suggested_quantity: Option<Decimal>,
    /// Why nothing is due, null when something is.
    pub reason: Option<TradeRuleReason>,
    /// The price that it was judged by: the argument's, else the newest of the holdings and positions; null when none is
    /// known. A holding's price without a time that equals its average cost is none: it stands for one that is not known.
    pub price: Option<Decimal>,
    /// ISO 4217 code of the prices, null when there are several or none is known.
    pub currency: Option<Currency>,
    /// The price at or below which the rule acts: a DCA rule's threshold, or average cost × (1 − threshold / 100) to four
    /// places; null when it can't be known.
    pub trigger_price: Option<Decimal>,
    /// When the next period of a DCA rule begins, null for one that was never acted on, and for a Stop-Loss.
    pub next_due: Option<DateTime>,
    /// The time of the price, null when unknown and for the argument's.
    pub as_of: Option<DateTime>,
    /// True when the price is older than 24 hours, or it or its time is unknown; false for the argument's.
    pub is_stale: bool,
}

/// A rule, as far as it is to be judged.
#[derive(Clone)]
pub struct Judgement {
    pub user_id: Uuid,
    pub symbol: String,
    pub kind: TradeRuleType,
    pub threshold: Exact,
    pub frequency: Option<TradeRuleFrequency>,
    pub amount: Option<Exact>,
    pub is_enabled: bool,
    pub last_triggered: Option<Moment<Utc>>,
}

/// Fields of a trade rule about what it wants.
#[Object]
impl Judgement {
    /// Whether the rule wants something done now, at the prices known or at a given one.
    async fn evaluation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A price of a unit to judge by, above 0; the one that is known when left out.")] price: Option<
            Decimal,
        >,
    ) -> Result<TradeRuleEvaluation> {
        let given = price.map(|price| price.0);
        if given.is_some_and(|price| price <= Exact::ZERO) {
            return Err(Error::invalid(&["price"], "OUT_OF_RANGE", "A price is above 0."));
        }
        self.evaluated(call(ctx), given).await
    }
}

impl Judgement {
    /// The same by what the document reads, batched with other rules.
    pub async fn evaluated(&self, call: &Call, given: Option<Exact>) -> Result<TradeRuleEvaluation> {
        let user = vec![self.user_id.into()];
        let symbol = || vec![self.user_id.into(), (&self.symbol).into()];
        let (holdings, positions, portfolios, preferences) = Box::pin(try_join4(
            call.all::<Holding>(OF_SYMBOL, symbol()),
            call.all::<Position>(OF_SYMBOL, symbol()),
            call.all::<Portfolio>(BY_USER, user.clone()),
            call.one::<Preferences>(BY_USER, user),
        ))
        .await?;
        let zone = zone(preferences.as_ref().and_then(|preferences| preferences.timezone.as_deref()));
        let known = Known::of(&holdings, &positions, &portfolios);
        Ok(self.judge(&known, given, (clock::now(), zone)))
    }
}

impl Judgement {
    /// Whether the rule wants something done at this moment, by what is known of its symbol or by a given price.
    pub fn judge(&self, known: &Known, given: Option<Exact>, (now, zone): (Moment<Utc>, Tz)) -> TradeRuleEvaluation {
        let facts = Facts { price: given.or(known.price), quantity: known.quantity, avg_cost: known.avg_cost };
        let found = due::evaluate(self.rule(), self.is_enabled, facts, self.last_triggered, (now, &zone));
        // A purchase at a given price needs nothing that could be in several currencies.
        let needs_currency = given.is_none() || self.kind == TradeRuleType::StopLoss;
        let is_unclear = needs_currency && known.is_unclear && self.is_enabled;
        let fresh = match given {
            Some(_) => Freshness { as_of: None, is_stale: false },
            None => Freshness::of(Some(known.as_of), now),
        };
        let (quantity, reason) = verdict(found.verdict);
        let reason = if is_unclear { Some(TradeRuleReason::CurrencyUnclear) } else { reason };
        let is_due = reason.is_none();
        let action = match self.kind {
            TradeRuleType::Dca => TradeRuleAction::Buy,
            TradeRuleType::StopLoss => TradeRuleAction::Sell,
        };
        let is_stop = self.kind == TradeRuleType::StopLoss;
        TradeRuleEvaluation {
            is_due,
            is_evaluable: !is_unclear && !matches!(found.verdict, Verdict::NotEvaluable(_)),
            action: is_due.then_some(action),
            suggested_quantity: quantity.filter(|_| is_due).map(Decimal),
            reason,
            price: facts.price.filter(|_| !is_unclear).map(Decimal),
            currency: known.currency.clone().map(Currency),
            trigger_price: found.trigger_price.filter(|_| !(is_unclear && is_stop)).map(Decimal),
            next_due: found.next_due.map(DateTime),
            as_of: fresh.as_of.map(DateTime),
            is_stale: fresh.is_stale,
        }
    }

    fn rule(&self) -> Rule {
        match self.kind {
            TradeRuleType::Dca => {
                Rule::Dca { period: self.frequency.map(period), amount: self.amount, price_max: self.threshold }
            }
            TradeRuleType::StopLoss => Rule::StopLoss { percent: self.threshold },
        }
    }
}

/// The time zone that somebody has named, else UTC.
pub fn zone(name: Option<&str>) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// What is known of a symbol.
pub struct Known {
    price: Option<Exact>,
    as_of: Option<Moment<Utc>>,
    quantity: Exact,
    /// Weighted by quantity; 0 when that of any holding is unknown.
    avg_cost: Exact,
    currency: Option<String>,
    /// Whether there are rows in several currencies.
    is_unclear: bool,
}

impl Known {
    pub fn of(
        holdings: &[portfolio_holdings::Model],
        positions: &[portfolio_position::Model],
        portfolios: &[portfolio_summary::Model],
    ) -> Self {
        let currency_of = |vault: Option<&String>| {
            portfolios.iter().find(|portfolio| Some(&portfolio.vault_id) == vault).map(|found| found.currency.clone())
        };
        let currencies: BTreeSet<Option<String>> = if holdings.is_empty() {
            positions.iter().map(|position| Some(position.currency.clone())).collect()
        } else {
            holdings.iter().map(|holding| currency_of(holding.vault_id.as_ref())).collect()
        };
        let utc = |time: Moment<chrono::FixedOffset>| time.with_timezone(&Utc);
        // Of several prices the newest counts; one without a time is the oldest. What a holding is worth for want of a price
        // is what it cost, which is no price.
        let is_price = |one: &portfolio_holdings::Model| one.price_as_of.is_some() || one.current_price != one.avg_cost;
        let of_positions = positions.iter().filter_map(|one| Some((one.price_as_of.map(utc), one.current_price?)));
        let of_holdings = holdings.iter().filter(|one| is_price(one));
        let of_holdings = of_holdings.map(|one| (one.price_as_of.map(utc), one.current_price));
        let newest = of_positions.chain(of_holdings).max_by_key(|(time, _)| *time);
        let currency = if currencies.len() == 1 { currencies.iter().next().cloned().flatten() } else { None };
        let lots: Vec<(Exact, Exact)> = holdings.iter().map(|holding| (holding.quantity, holding.avg_cost)).collect();
        Self {
            price: newest.map(|(_, price)| price),
            as_of: newest.and_then(|(time, _)| time),
            quantity: lots.iter().map(|(quantity, _)| *quantity).fold(Exact::ZERO, Exact::saturating_add),
            avg_cost: due::average_cost(&lots),
            is_unclear: currencies.len() > 1,
            currency,
        }
    }
}

fn period(frequency: TradeRuleFrequency) -> Period {
    match frequency {
        TradeRuleFrequency::Daily => Period::Days(1),
        TradeRuleFrequency::Weekly => Period::Days(7),
        TradeRuleFrequency::Biweekly => Period::Days(14),
        TradeRuleFrequency::Monthly => Period::Months(1),
        TradeRuleFrequency::Quarterly => Period::Months(3),
    }
}

fn verdict(verdict: Verdict) -> (Option<Exact>, Option<TradeRuleReason>) {
    let reason = match verdict {
        Verdict::Due { quantity } => return (Some(quantity), None),
        Verdict::Resting(Resting::Disabled) => TradeRuleReason::Disabled,
        Verdict::Resting(Resting::PeriodNotOver) => TradeRuleReason::PeriodNotOver,
        Verdict::Resting(Resting::PriceAboveThreshold) => TradeRuleReason::PriceAboveThreshold,
        Verdict::Resting(Resting::PriceAboveStop) => TradeRuleReason::PriceAboveStop,
        Verdict::NotEvaluable(NotEvaluable::PriceUnknown) => TradeRuleReason::PriceUnknown,
        Verdict::NotEvaluable(NotEvaluable::PriceZero) => TradeRuleReason::PriceZero,
        Verdict::NotEvaluable(NotEvaluable::RuleIncomplete) => TradeRuleReason::RuleIncomplete,
        Verdict::NotEvaluable(NotEvaluable::StopOutOfRange) => TradeRuleReason::StopOutOfRange,
        Verdict::NotEvaluable(NotEvaluable::NothingHeld) => TradeRuleReason::NothingHeld,
        Verdict::NotEvaluable(NotEvaluable::CostUnknown) => TradeRuleReason::CostUnknown,
        Verdict::NotEvaluable(NotEvaluable::TooLarge) => TradeRuleReason::TooLarge,
    };
    (None, Some(reason))
}
