//! Whether a trade rule wants something done now, and how much of it.

use chrono::{DateTime, Months, TimeDelta, TimeZone, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::clock::moment;

/// The decimals of a quantity and of a price.
const QUANTITY_PLACES: u32 = 8;
const PRICE_PLACES: u32 = 4;

/// How long a period of a DCA rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Days(i64),
    /// By the calendar, clamped to the month's end.
    Months(u32),
}

/// A rule, as far as it is to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Spends the amount once a period while the price is at most the threshold.
    Dca { period: Option<Period>, amount: Option<Decimal>, price_max: Decimal },
    /// Sells everything when the price has fallen this many per cent below the average cost.
    StopLoss { percent: Decimal },
}

/// What is known of the symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub price: Option<Decimal>,
    /// Units held, over all portfolios.
    pub quantity: Decimal,
    /// Average cost of a unit, 0 when it is unknown.
    pub avg_cost: Decimal,
}

/// Why a rule rests although it could be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resting {
    Disabled,
    /// A period has not passed since the last trigger.
    PeriodNotOver,
    PriceAboveThreshold,
    PriceAboveStop,
}

/// Why a rule can't be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEvaluable {
    PriceUnknown,
    /// A price of 0 says nothing, and nothing can be divided by it.
    PriceZero,
    /// A DCA rule lacks its frequency or its amount.
    RuleIncomplete,
    /// A stop of 100 per cent and more lies at 0 or below, where no price comes.
    StopOutOfRange,
    NothingHeld,
    /// Without a known cost there is no stop price.
    CostUnknown,
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Buy or sell this many units.
    Due {
        quantity: Decimal,
    },
    Resting(Resting),
    NotEvaluable(NotEvaluable),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub verdict: Verdict,
    /// The price at or below which the rule acts; `None` where it can't be known.
    pub trigger_price: Option<Decimal>,
    /// When the next period of a DCA rule begins; `None` for one that was never triggered, and for a stop.
    pub next_due: Option<DateTime<Utc>>,
}

/// Judges a rule; periods of months are counted in the zone.
pub fn evaluate(
    rule: Rule,
    is_enabled: bool,
    facts: Facts,
    last_triggered: Option<DateTime<Utc>>,
    (now, zone): (DateTime<Utc>, &impl TimeZone),
) -> Evaluation {
    let mut evaluation = match rule {
        Rule::Dca { period, amount, price_max } => {
            let next_due = last_triggered.zip(period).and_then(|(last, period)| after(last, period, zone));
            let verdict = match (period, amount) {
                (Some(_), Some(amount)) => buy(amount, price_max, facts.price, next_due.is_none_or(|next| next <= now)),
                _ => Verdict::NotEvaluable(NotEvaluable::RuleIncomplete),
            };
            Evaluation { verdict, trigger_price: Some(price_max), next_due }
        }
        Rule::StopLoss { percent } => {
            let stop = stop_price(percent, facts);
            let verdict = stop.map_or_else(Verdict::NotEvaluable, |stop| sell(stop, facts));
            let trigger_price = stop.ok().map(|stop| round(stop, PRICE_PLACES));
            Evaluation { verdict, trigger_price, next_due: None }
        }
    };
    if !is_enabled {
        evaluation.verdict = Verdict::Resting(Resting::Disabled);
    }
    evaluation
}

/// The average cost of a unit over lots of (quantity, cost), weighted by quantity; 0 when that of any lot is unknown.
pub fn average_cost(lots: &[(Decimal, Decimal)]) -> Decimal {
    let mut sums = (Decimal::ZERO, Decimal::ZERO);
    for (quantity, cost) in lots {
        let spent = quantity.checked_mul(*cost).filter(|spent| *spent > Decimal::ZERO);
        let Some((units, spent)) = sums.0.checked_add(*quantity).zip(spent.and_then(|spent| sums.1.checked_add(spent)))
        else {
            return Decimal::ZERO;
        };
        sums = (units, spent);
    }
    sums.1.checked_div(sums.0).unwrap_or_default()
}

fn buy(amount: Decimal, price_max: Decimal, price: Option<Decimal>, is_period_over: bool) -> Verdict {
    match known(price) {
        Err(reason) => Verdict::NotEvaluable(reason),
        Ok(_) if !is_period_over => Verdict::Resting(Resting::PeriodNotOver),
        Ok(price) if price > price_max => Verdict::Resting(Resting::PriceAboveThreshold),
        // Down, so that never more than the amount is spent.
        Ok(price) => match amount.checked_div(price) {
            Some(units) => {
                let mut quantity = units.round_dp_with_strategy(QUANTITY_PLACES, RoundingStrategy::ToZero);
                quantity.rescale(QUANTITY_PLACES);
                Verdict::Due { quantity }
            }
            None => Verdict::NotEvaluable(NotEvaluable::TooLarge),
        },
    }
}

fn sell(stop: Decimal, facts: Facts) -> Verdict {
    match known(facts.price) {
        Err(reason) => Verdict::NotEvaluable(reason),
        Ok(price) if price > stop => Verdict::Resting(Resting::PriceAboveStop),
        Ok(_) => Verdict::Due { quantity: facts.quantity },
    }
}

/// Average cost × (1 − percent / 100), exactly.
fn stop_price(percent: Decimal, facts: Facts) -> Result<Decimal, NotEvaluable> {
    if percent >= Decimal::ONE_HUNDRED || percent < Decimal::ZERO {
        return Err(NotEvaluable::StopOutOfRange);
    }
    if facts.quantity <= Decimal::ZERO {
        return Err(NotEvaluable::NothingHeld);
    }
    if facts.avg_cost <= Decimal::ZERO {
        return Err(NotEvaluable::CostUnknown);
    }
    let share = Decimal::ONE_HUNDRED.checked_sub(percent).and_then(|share| share.checked_mul(facts.avg_cost));
    share.and_then(|share| share.checked_div(Decimal::ONE_HUNDRED)).ok_or(NotEvaluable::TooLarge)
}

fn known(price: Option<Decimal>) -> Result<Decimal, NotEvaluable> {
    match price {
        None => Err(NotEvaluable::PriceUnknown),
        Some(price) if price <= Decimal::ZERO => Err(NotEvaluable::PriceZero),
        Some(price) => Ok(price),
    }
}

/// The time a period later; `None` beyond what a calendar can tell.
fn after(time: DateTime<Utc>, period: Period, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    match period {
        Period::Days(days) => time.checked_add_signed(TimeDelta::try_days(days)?),
        Period::Months(months) => {
            let local = time.with_timezone(zone).naive_local().checked_add_months(Months::new(months))?;
            moment(local, zone)
        }
    }
}

fn round(value: Decimal, places: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

#[cfg(test)]
mod tests;
