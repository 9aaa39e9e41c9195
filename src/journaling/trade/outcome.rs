//! What a trade brings: at today's price, at its exit, and the most and least on the way.

use rust_decimal::Decimal;

use super::{AMOUNT_LIMIT, Side, amount, percent};

/// What a trade is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    pub side: Side,
    pub entry_price: Decimal,
    pub quantity: Decimal,
}

/// A profit, or below zero a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In the trade's currency, to two places.
    pub pnl: Decimal,
    /// That in per cent of the total value, to four places; `None` of nothing and beyond what its column holds.
    pub percent: Option<Decimal>,
}

impl Outcome {
    /// Where there is no price to compare with.
    pub const NOTHING: Self = Self { pnl: Decimal::ZERO, percent: Some(Decimal::ZERO) };
}

impl Lot {
    /// Long (price − entry) × quantity, short (entry − price) × quantity, to two places; `None` when it is too large for
    /// its column.
    pub fn profit_at(self, price: Decimal) -> Option<Decimal> {
        let each = match self.side {
            Side::Long => price.checked_sub(self.entry_price)?,
            Side::Short => self.entry_price.checked_sub(price)?,
        };
        amount(each.checked_mul(self.quantity)?)
    }

    /// What it would bring at this price, before fees.
    pub fn unrealized(self, price: Decimal, total_value: Decimal) -> Option<Outcome> {
        let pnl = self.profit_at(price)?;
        Some(Outcome { pnl, percent: percent(pnl, total_value) })
    }

    /// What it brought when it was left at this price, net of its fees.
    pub fn realized(self, exit_price: Decimal, fees: Decimal, total_value: Decimal) -> Option<Outcome> {
        let pnl = amount(self.profit_at(exit_price)?.checked_sub(fees)?)?;
        Some(Outcome { pnl, percent: percent(pnl, total_value) })
    }
}

/// The largest profit and the largest loss that were seen while a trade was open, before fees.
/// The profit is never below zero and the loss never above, so that zero says that there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extremes {
    pub max_profit: Decimal,
    pub max_loss: Decimal,
}

impl Extremes {
    /// The same after another profit or loss was seen.
    pub fn seen(self, pnl: Decimal) -> Self {
        Self { max_profit: self.max_profit.max(pnl), max_loss: self.max_loss.min(pnl) }
    }

    /// The same prices seen of a trade whose direction, entry price or quantity was noted wrongly; `None` when one of
    /// the two amounts is too large for its column.
    pub fn corrected(self, noted: Lot, right: Lot) -> Option<Self> {
        let mut extremes = Self::default();
        // Zero stands for a price that was never seen, so there is none to look at anew.
        for pnl in [self.max_profit, self.max_loss].into_iter().filter(|pnl| !pnl.is_zero()) {
            let each = pnl.checked_div(noted.quantity)?;
            let price = match noted.side {
                Side::Long => noted.entry_price.checked_add(each)?,
                Side::Short => noted.entry_price.checked_sub(each)?,
            };
            extremes = extremes.seen(right.profit_at(price)?);
        }
        Some(extremes)
    }
}

/// The fees of opening and closing together; `None` when both are too large for their column.
pub fn fees(opening: Option<Decimal>, closing: Option<Decimal>) -> Option<Option<Decimal>> {
    match (opening, closing) {
        (None, None) => Some(None),
        (one, other) => {
            let sum = one.unwrap_or_default().checked_add(other.unwrap_or_default())?;
            (sum < AMOUNT_LIMIT).then_some(Some(sum))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journaling::trade::total_value;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn lot(side: Side, entry: &str, quantity: &str) -> Lot {
        Lot { side, entry_price: number(entry), quantity: number(quantity) }
    }

    #[test]
    fn what_was_brought_is_net_of_fees() {
        let long = Side::Long;
        for (side, entry, quantity, exit, fees, pnl, percent) in [
            (Side::Long, "100", "10", "110", "0", "100.00", Some("10.0000")),
            (Side::Long, "100", "10", "110", "4.50", "95.50", Some("9.5500")),
            (Side::Long, "100", "10", "90", "4.50", "-104.50", Some("-10.4500")),
            (Side::Short, "100", "10", "90", "4.50", "95.50", Some("9.5500")),
            (Side::Short, "100", "10", "110", "0", "-100.00", Some("-10.0000")),
            // Nothing but the fees is lost.
            (Side::Long, "100", "10", "100", "1.25", "-1.25", Some("-0.1250")),
            // Half a cent goes away from zero, either way.
            (Side::Long, "1", "0.5", "1.01", "0", "0.01", Some("2.0000")),
            (Side::Short, "1", "0.5", "1.01", "0", "-0.01", Some("-2.0000")),
            // A short trade can lose more than it was worth.
            (Side::Short, "100", "10", "350", "0", "-2500.00", Some("-250.0000")),
            // What was worth less than half a cent has no percentage, nor has one beyond its column.
            (Side::Long, "0.0001", "1", "5", "0", "5.00", None),
            (Side::Long, "0.0001", "100", "5", "0", "499.99", None),
        ] {
            let lot = lot(side, entry, quantity);
            let total = total_value(lot.entry_price, lot.quantity).unwrap();
            let found = lot.realized(number(exit), number(fees), total);
            let expected = Outcome { pnl: number(pnl), percent: percent.map(number) };
            assert_eq!(found, Some(expected), "{side:?} {entry} × {quantity} at {exit}");
        }
        assert_eq!(lot(long, "1", "999999999999").realized(number("9999999999999999"), number("0"), number("1")), None);
        assert_eq!(lot(long, "1", "1").realized(number("1"), number("1000000000000000000"), number("1")), None);
    }

    #[test]
    fn what_would_be_brought_is_before_fees() {
        let found = lot(Side::Short, "20", "3").unrealized(number("18.5"), number("60")).unwrap();
        assert_eq!(found, Outcome { pnl: number("4.5"), percent: Some(number("7.5")) });
    }

    #[test]
    fn extremes_only_grow() {
        let mut extremes = Extremes::default();
        for (pnl, profit, loss) in [("-3", "0", "-3"), ("5", "5", "-3"), ("2", "5", "-3"), ("-9", "5", "-9")] {
            extremes = extremes.seen(number(pnl));
            assert_eq!(extremes, Extremes { max_profit: number(profit), max_loss: number(loss) });
        }
    }

    #[test]
    fn extremes_follow_a_correction() {
        let noted = lot(Side::Long, "100", "10");
        for (seen, right, profit, loss) in [
            // 120 and 90 were seen.
            (("200", "-100"), lot(Side::Long, "100", "10"), "200", "-100"),
            (("200", "-100"), lot(Side::Long, "100", "5"), "100", "-50"),
            (("200", "-100"), lot(Side::Long, "110", "10"), "100", "-200"),
            (("200", "-100"), lot(Side::Long, "80", "10"), "400", "0"),
            (("200", "-100"), lot(Side::Short, "100", "10"), "100", "-200"),
            // Only 120 was ever seen, so there is no loss to be known of.
            (("200", "0"), lot(Side::Long, "90", "10"), "300", "0"),
            (("0", "0"), lot(Side::Long, "90", "10"), "0", "0"),
        ] {
            let extremes = Extremes { max_profit: number(seen.0), max_loss: number(seen.1) };
            let expected = Extremes { max_profit: number(profit), max_loss: number(loss) };
            assert_eq!(extremes.corrected(noted, right), Some(expected), "{seen:?} {right:?}");
        }
        let extremes = Extremes { max_profit: number("0.01"), max_loss: number("0") };
        assert_eq!(extremes.corrected(lot(Side::Long, "1", "3"), lot(Side::Long, "1", "3")), Some(extremes));
    }

    #[test]
    fn fees_are_added_up() {
        let some = |text| Some(number(text));
        for (opening, closing, sum) in [
            (None, None, Some(None)),
            (some("1.50"), None, Some(some("1.50"))),
            (None, some("2"), Some(some("2"))),
            (some("1.50"), some("2"), Some(some("3.50"))),
            (some("999999999999999999.99"), some("0.01"), None),
        ] {
            assert_eq!(fees(opening, closing), sum, "{opening:?} {closing:?}");
        }
    }
}
