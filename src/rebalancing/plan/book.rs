//! The portfolio while a plan is made: one trade at a time.

use std::cmp::Reverse;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{ClassPlan, Holding, Plan, Shortfall, Side, Trade, Unreachable};
use crate::rebalancing::drift::{Target, Unknown, shares};

/// The decimals of an amount of money, and of a quantity.
const AMOUNT_PLACES: u32 = 2;
const QUANTITY_PLACES: u32 = 8;
/// A quantity lies below this: its column has 12 digits before the point.
const QUANTITY_LIMIT: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

/// The portfolio while a plan is made.
pub struct Book<'a, K> {
    targets: &'a [Target<K>],
    cash_class: usize,
    holdings: &'a [Holding],
    /// Each class's value, the cash balance included.
    values: Vec<Decimal>,
    before: Vec<Decimal>,
    /// What each class should be worth; its value where it has no target.
    goals: Vec<Decimal>,
    balance: Decimal,
    total: Decimal,
    trades: Vec<Trade>,
    trades_max: usize,
    /// Set once a trade was not made because there were enough.
    is_capped: bool,
}

impl<'a, K: Clone> Book<'a, K> {
    pub fn open(
        targets: &'a [Target<K>],
        cash_class: usize,
        holdings: &'a [Holding],
        balance: Decimal,
        trades_max: usize,
    ) -> Result<Self, Unknown> {
        let mut values = vec![Decimal::ZERO; targets.len()];
        let worth = holdings.iter().map(|holding| (holding.class, holding.value));
        for (class, value) in worth.chain([(cash_class, balance)]) {
            let sum = values.get_mut(class).ok_or(Unknown::NoTargets)?;
            *sum = checked(sum.checked_add(value))?;
        }
        let total = checked(values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value)))?;
        if total <= Decimal::ZERO {
            return Err(Unknown::NoValue);
        }
        let goal = |(target, value): (&Target<K>, &Decimal)| match target.percent {
            Some(percent) => {
                checked(total.checked_mul(percent).and_then(|goal| goal.checked_div(Decimal::ONE_HUNDRED)))
            }
            None => Ok(*value),
        };
        let goals = targets.iter().zip(&values).map(goal).collect::<Result<_, _>>()?;
        Ok(Self {
            targets,
            cash_class,
            holdings,
            before: values.clone(),
            values,
            goals,
            balance,
            total,
            trades: Vec::new(),
            trades_max,
            is_capped: false,
        })
    }

    /// Makes one trade, or enlarges a purchase; false when there is nothing left to do.
    pub fn step(&mut self) -> Result<bool, Unknown> {
        let mut order: Vec<(Reverse<Decimal>, usize)> = Vec::new();
        for class in 0..self.targets.len() {
            order.push((Reverse(self.gap(class)?.abs()), class));
        }
        order.sort_unstable();
        for (_, class) in order {
            let gap = self.gap(class)?;
            let is_done = if gap < Decimal::ZERO {
                self.sell(class)?
            } else if gap > Decimal::ZERO && class != self.cash_class {
                self.buy(class, gap)?
            } else {
                false
            };
            if is_done {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a class lacks to its goal, negative when it has too much.
    fn gap(&self, class: usize) -> Result<Decimal, Unknown> {
        let goal = self.goals.get(class).zip(self.values.get(class));
        checked(goal.and_then(|(goal, value)| goal.checked_sub(*value)))
    }

    /// How much of the cash balance lies above what the cash class should be worth.
    fn spare(&self) -> Result<Decimal, Unknown> {
        Ok((-self.gap(self.cash_class)?).min(self.balance))
    }

    /// What everything that can be filled up still lacks.
    fn lacking(&self) -> Result<Decimal, Unknown> {
        let mut lacking = Decimal::ZERO;
        for class in (0..self.targets.len()).filter(|class| *class != self.cash_class) {
            let gap = self.gap(class)?;
            if gap > Decimal::ZERO && self.largest(class).is_some() {
                lacking = checked(lacking.checked_add(gap))?;
            }
        }
        Ok(lacking)
    }

    fn buy(&mut self, class: usize, gap: Decimal) -> Result<bool, Unknown> {
        let Some((place, holding)) = self.largest(class) else { return Ok(false) };
        let amount = gap.min(self.spare()?);
        let known = self.trades.iter().position(|trade| trade.holding == place);
        let old = known.and_then(|known| self.trades.get(known)).map(|trade| trade.amount).unwrap_or_default();
        let room = checked(QUANTITY_LIMIT.checked_sub(holding.quantity))?;
        let (quantity, cost) = units(checked(old.checked_add(amount))?, holding.price, room)?;
        if amount <= Decimal::ZERO || cost <= old {
            return Ok(false);
        }
        let trade = Trade { holding: place, side: Side::Buy, quantity, amount: cost };
        if known.is_none() && self.is_full() {
            return Ok(false);
        }
        match known.and_then(|known| self.trades.get_mut(known)) {
            Some(known) => *known = trade,
            None => self.trades.push(trade),
        }
        self.move_money(class, checked(cost.checked_sub(old))?)?;
        Ok(true)
    }

    fn sell(&mut self, class: usize) -> Result<bool, Unknown> {
        let excess = -self.gap(class)?;
        let (lacking, cash_gap) = (self.lacking()?, self.gap(self.cash_class)?);
        let needed = if class == self.cash_class {
            // Only as much as purchases wait for and the balance does not have.
            checked(excess.min(lacking).checked_sub(self.balance))?
        } else {
            excess.min(checked(lacking.checked_add(cash_gap))?)
        };
        let Some((place, holding)) = self.unsold(class) else { return Ok(false) };
        let (quantity, amount) = if needed >= holding.value {
            (holding.quantity, holding.value)
        } else {
            let (quantity, amount) = units(needed, holding.price, holding.quantity)?;
            (quantity, amount.min(holding.value))
        };
        if amount <= Decimal::ZERO || self.is_full() {
            return Ok(false);
        }
        self.trades.push(Trade { holding: place, side: Side::Sell, quantity, amount });
        self.move_money(class, -amount)?;
        Ok(true)
    }

    /// The largest holding that nothing was sold of; none once a part of one was enough.
    fn unsold(&self, class: usize) -> Option<(usize, &'a Holding)> {
        let sold = |place: usize| self.trades.iter().find(|trade| trade.holding == place).map(|trade| trade.quantity);
        let mut rest = None;
        for (place, holding) in self.tradable(class) {
            match sold(place) {
                Some(quantity) if quantity < holding.quantity => return None,
                Some(_) => {}
                None => rest = rest.into_iter().chain([(place, holding)]).max_by_key(by_value),
            }
        }
        rest
    }

    /// Moves money from the balance into a class, or back when it is negative.
    fn move_money(&mut self, class: usize, amount: Decimal) -> Result<(), Unknown> {
        for (class, amount) in [(class, amount), (self.cash_class, -amount)] {
            if let Some(value) = self.values.get_mut(class) {
                *value = checked(value.checked_add(amount))?;
            }
        }
        self.balance = checked(self.balance.checked_sub(amount))?;
        Ok(())
    }

    fn is_full(&mut self) -> bool {
        let is_full = self.trades.len() >= self.trades_max;
        self.is_capped |= is_full;
        is_full
    }

    fn tradable(&self, class: usize) -> impl Iterator<Item = (usize, &'a Holding)> {
        let of_class =
            move |(_, holding): &(usize, &'a Holding)| holding.class == class && holding.price > Decimal::ZERO;
        self.holdings.iter().enumerate().filter(of_class)
    }

    fn largest(&self, class: usize) -> Option<(usize, &'a Holding)> {
        self.tradable(class).max_by_key(by_value)
    }

    pub fn close(mut self) -> Result<Plan<K>, Unknown> {
        let weights = shares(&self.values, self.total)?;
        let mut classes = Vec::with_capacity(weights.len());
        for (place, (target, weight_after)) in self.targets.iter().zip(weights).enumerate() {
            let drift = |percent| weight_after.checked_sub(percent).map(|deviation| deviation.abs());
            classes.push(ClassPlan {
                target: target.clone(),
                value_before: self.before.get(place).copied().unwrap_or_default(),
                value_after: self.values.get(place).copied().unwrap_or_default(),
                weight_after,
                drift_after: target.percent.and_then(drift),
                unreachable: self.unreachable(place)?,
            });
        }
        self.trades.sort_by_key(|trade| trade.side == Side::Buy);
        let of = |side| {
            let amounts = self.trades.iter().filter(|trade| trade.side == side).map(|trade| trade.amount);
            checked(amounts.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add))
        };
        Ok(Plan {
            sales: of(Side::Sell)?,
            purchases: of(Side::Buy)?,
            total: self.total,
            cash_after: self.balance,
            drift_after: classes.iter().filter_map(|class| class.drift_after).max().unwrap_or_default(),
            shortfall: self.shortfall(&classes),
            trades: self.trades,
            classes,
        })
    }

    fn unreachable(&self, class: usize) -> Result<Option<Unreachable>, Unknown> {
        if class == self.cash_class || self.gap(class)? <= Decimal::ZERO || self.largest(class).is_some() {
            return Ok(None);
        }
        let is_held = self.holdings.iter().any(|holding| holding.class == class);
        Ok(Some(if is_held { Unreachable::NoPrice } else { Unreachable::NoHolding }))
    }

    fn shortfall(&self, classes: &[ClassPlan<K>]) -> Option<Shortfall> {
        let is_off = |class: &ClassPlan<K>| class.drift_after.is_some_and(|drift| drift > class.target.threshold);
        if !classes.iter().any(is_off) {
            None
        } else if self.is_capped {
            Some(Shortfall::TradeLimit)
        } else if classes.iter().any(|class| class.unreachable.is_some()) {
            Some(Shortfall::Unreachable)
        } else {
            Some(Shortfall::Untradable)
        }
    }
}

/// The larger value, and of equal ones the earlier.
fn by_value((place, holding): &(usize, &Holding)) -> (Decimal, Reverse<usize>) {
    (holding.value, Reverse(*place))
}

/// As many units as cost at most this much, and what they cost.
fn units(amount: Decimal, price: Decimal, quantity_max: Decimal) -> Result<(Decimal, Decimal), Unknown> {
    let amount = amount.max(Decimal::ZERO).round_dp_with_strategy(AMOUNT_PLACES, RoundingStrategy::ToZero);
    let quantity = checked(amount.checked_div(price))?;
    let mut quantity = quantity.round_dp_with_strategy(QUANTITY_PLACES, RoundingStrategy::ToZero).min(quantity_max);
    let cost = checked(quantity.checked_mul(price))?;
    let mut cost = cost.round_dp_with_strategy(AMOUNT_PLACES, RoundingStrategy::MidpointAwayFromZero);
    quantity.rescale(QUANTITY_PLACES);
    cost.rescale(AMOUNT_PLACES);
    Ok((quantity, cost))
}

pub fn checked(number: Option<Decimal>) -> Result<Decimal, Unknown> {
    number.ok_or(Unknown::TooLarge)
}
