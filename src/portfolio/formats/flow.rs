//! What came in and went out of an asset, and what a unit of it cost on average.
//!
//! The average is over what was bought for money, fees included. What came otherwise (deposits, rewards, other coins)
//! carries no cost and is left out of it; a sale changes nothing about it.

use rust_decimal::Decimal;

use super::row::Position;

/// What the rows of a file come to for one asset.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub lines: Vec<u32>,
    /// What came in, less what went out.
    pub left: Decimal,
    /// Whether anything came in at all.
    pub has_come: bool,
    /// What was bought, for how much money, by its currency.
    bought: Vec<Bought>,
    /// What came otherwise.
    unpriced: Decimal,
}

#[derive(Clone, Copy, Debug)]
struct Bought {
    currency: &'static str,
    units: Decimal,
    paid: Decimal,
}

impl Flow {
    /// Units that were paid for; `None` when a sum is too large.
    pub fn buy(&mut self, units: Decimal, currency: &'static str, paid: Decimal) -> Option<()> {
        self.left = self.left.checked_add(units)?;
        self.has_come = true;
        match self.bought.iter_mut().find(|known| known.currency == currency) {
            Some(known) => {
                known.units = known.units.checked_add(units)?;
                known.paid = known.paid.checked_add(paid)?;
            }
            None => self.bought.push(Bought { currency, units, paid }),
        }
        Some(())
    }

    /// Units that came without a price.
    pub fn come(&mut self, units: Decimal) -> Option<()> {
        self.left = self.left.checked_add(units)?;
        self.has_come = true;
        self.unpriced = self.unpriced.checked_add(units)?;
        Some(())
    }

    /// Units that went.
    pub fn go(&mut self, units: Decimal) -> Option<()> {
        self.left = self.left.checked_sub(units)?;
        Some(())
    }

    /// Gives a position its average price and the currency of it; `None` when a figure is too large.
    pub fn price(&self, position: &mut Position) -> Option<()> {
        let priced = self.bought.iter().filter(|bought| bought.units > Decimal::ZERO);
        match priced.collect::<Vec<_>>().as_slice() {
            [] if self.unpriced > Decimal::ZERO => {
                let sentence = "It came by deposits, rewards or for other coins, so that its cost is unknown.";
                position.note("COST_UNKNOWN", sentence);
            }
            [] => {}
            [one] => {
                position.avg_price = Some(one.paid.checked_div(one.units)?);
                position.currency = Some(one.currency.to_owned());
                if self.unpriced > Decimal::ZERO {
                    let sentence = format!(
                        "The average price is over the {} that were bought; {} came otherwise and carry no cost.",
                        one.units.normalize(),
                        self.unpriced.normalize()
                    );
                    position.note("COST_OF_PURCHASES", sentence);
                }
            }
            [one, other, ..] => {
                let sentence = format!(
                    "It was bought in {} and {}, which cannot be added: its average price is unknown.",
                    one.currency, other.currency
                );
                position.note("MIXED_CURRENCIES", sentence);
            }
        }
        Some(())
    }
}
