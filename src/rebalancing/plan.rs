//! The trades that bring a portfolio back to its targets.
//!
//! Few trades cost less, so that each sale takes the largest holding of its class first and each purchase goes to the
//! largest one. The class that is furthest off comes first. Nothing is sold that is not needed to buy something else or
//! to fill up the cash, and cash is spent only above its own target.

use rust_decimal::Decimal;

use self::book::{Book, checked};
use super::drift::{Target, Unknown};
pub use digest::Digest;

mod book;
mod digest;
#[cfg(test)]
mod tests;

/// What is held of one symbol, in the class with this place among the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    pub class: usize,
    pub quantity: Decimal,
    /// 0 when none is known: then it can't be traded.
    pub price: Decimal,
    pub value: Decimal,
}

/// What a plan may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub trades_max: usize,
    /// Whether a plan may leave a class further off than its threshold.
    pub partial_is_allowed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Buy,
    Sell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Its place among the holdings that were given.
    pub holding: usize,
    pub side: Side,
    pub quantity: Decimal,
    /// Quantity × price, to two places.
    pub amount: Decimal,
}

/// Why a class below its target can't be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    NoHolding,
    NoPrice,
}

/// A class before and after the trades.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassPlan<K> {
    pub target: Target<K>,
    pub value_before: Decimal,
    pub value_after: Decimal,
    /// In per cent of the total after the trades, adding up to exactly 100.
    pub weight_after: Decimal,
    /// |weight after − target|; `None` without a target.
    pub drift_after: Option<Decimal>,
    pub unreachable: Option<Unreachable>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<K> {
    /// Sales first, because they pay for the purchases.
    pub trades: Vec<Trade>,
    pub classes: Vec<ClassPlan<K>>,
    /// Holdings, cash and new cash: the trades do not change it.
    pub total: Decimal,
    /// Cash before + new cash + sales − purchases.
    pub cash_after: Decimal,
    pub sales: Decimal,
    pub purchases: Decimal,
    /// The largest drift of a class after the trades.
    pub drift_after: Decimal,
    /// What keeps a class further off than its threshold; `None` when each is within.
    pub shortfall: Option<Shortfall>,
}

/// Why a class stays further off than its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// More trades than one session may make would be needed.
    TradeLimit,
    /// Something below its target has nothing that can be bought.
    Unreachable,
    /// What would have to move can't be traded: it has no target, no price, or is smaller than the smallest quantity.
    Untradable,
}

/// Why there is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Unknown(Unknown),
    /// Targets that don't add up to 100 can't be met.
    TargetsIncomplete {
        sum: Decimal,
    },
    /// A plan that stops short was not allowed.
    Partial {
        shortfall: Shortfall,
        drift_after: Decimal,
    },
}

impl Refusal {
    /// Why there is no plan, as `NoPlan` names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown(Unknown::NoValue) => "NO_VALUE",
            Self::Unknown(Unknown::NoTargets) => "NO_TARGETS",
            Self::Unknown(Unknown::TooLarge) => "TOO_LARGE",
            Self::TargetsIncomplete { .. } => "TARGETS_INCOMPLETE",
            Self::Partial { .. } => "PARTIAL",
        }
    }

    /// Why there is no plan, for a person.
    pub fn sentence(self) -> String {
        match self {
            Self::Unknown(Unknown::NoValue) => "The portfolio is worth nothing.".to_owned(),
            Self::Unknown(Unknown::NoTargets) => "Nothing says what is wanted: there are no targets.".to_owned(),
            Self::Unknown(Unknown::TooLarge) => "The numbers are beyond what can be computed exactly.".to_owned(),
            Self::TargetsIncomplete { sum } => format!("The targets add up to {}, and not to 100.", sum.normalize()),
            Self::Partial { shortfall, drift_after } => format!(
                "A class would stay {} percentage points off, beyond its threshold, and a partial plan is not allowed: {}.",
                drift_after.normalize(),
                shortfall.words()
            ),
        }
    }
}

impl Shortfall {
    pub fn words(self) -> &'static str {
        match self {
            Self::TradeLimit => "more trades than allowed would be needed",
            Self::Unreachable => "something below its target has nothing that can be bought",
            Self::Untradable => "what would have to move has no target or no price, or is too small",
        }
    }
}

impl From<Unknown> for Refusal {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(unknown)
    }
}

/// The plan for these holdings and this cash, which counts for the class `cash_class`; `new_cash` comes in first.
pub fn plan<K: Clone>(
    targets: &[Target<K>],
    cash_class: usize,
    holdings: &[Holding],
    cash: Decimal,
    new_cash: Decimal,
    limits: Limits,
) -> Result<Plan<K>, Refusal> {
    let mut wanted = targets.iter().filter_map(|target| target.percent).peekable();
    wanted.peek().ok_or(Unknown::NoTargets)?;
    let sum = checked(wanted.try_fold(Decimal::ZERO, Decimal::checked_add))?;
    if sum != Decimal::ONE_HUNDRED {
        return Err(Refusal::TargetsIncomplete { sum });
    }
    let balance = checked(cash.checked_add(new_cash))?;
    let mut book = Book::open(targets, cash_class, holdings, balance, limits.trades_max)?;
    // Each holding is sold at most once, and a purchase grows only after a sale.
    for _ in 0..4 * (holdings.len() + targets.len()) {
        if !book.step()? {
            break;
        }
    }
    let plan = book.close()?;
    match plan.shortfall {
        Some(shortfall) if !limits.partial_is_allowed => {
            Err(Refusal::Partial { shortfall, drift_after: plan.drift_after })
        }
        _ => Ok(plan),
    }
}
