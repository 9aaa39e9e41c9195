//! Every figure of a trade, from what is noted of it; and after a correction of what was noted.

use rust_decimal::Decimal;

use super::{
    Side,
    outcome::{Extremes, Lot, Outcome},
    risk_reward_ratio, total_value,
};

/// What is noted of a trade, from which its figures follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// `None` for a closing trade.
    pub side: Option<Side>,
    pub entry_price: Decimal,
    pub quantity: Decimal,
    pub fees: Decimal,
    pub target_price: Option<Decimal>,
    pub stop_loss_price: Option<Decimal>,
    /// The last price known while the trade is open.
    pub current_price: Option<Decimal>,
    /// The price at which it was left.
    pub exit_price: Option<Decimal>,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub total_value: Decimal,
    pub risk_reward_ratio: Option<Decimal>,
    /// Nothing where no price is known.
    pub unrealized: Outcome,
    /// Net of fees; `None` while the trade is open.
    pub realized: Option<Outcome>,
    pub extremes: Extremes,
}

/// A figure that its column does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLarge {
    TotalValue,
    Profit,
}

impl Terms {
    /// The figures now that these are the terms and no longer the `noted` ones, under which the trade was worth that
    /// total and these extremes were seen.
    pub fn figures(&self, noted: &Self, total: Decimal, extremes: Extremes) -> Result<Figures, TooLarge> {
        let is_resized = (self.entry_price, self.quantity) != (noted.entry_price, noted.quantity);
        // A part that was taken out of a trade may be worth a cent more or less than the formula says.
        let formula = || total_value(self.entry_price, self.quantity).ok_or(TooLarge::TotalValue);
        let total_value = if is_resized { formula()? } else { total };
        let mut figures = Figures {
            total_value,
            risk_reward_ratio: self.risk_reward_ratio(),
            unrealized: Outcome::NOTHING,
            realized: None,
            extremes: Extremes::default(),
        };
        let Some(lot) = self.lot() else { return Ok(figures) };
        if let Some(noted) = noted.lot() {
            figures.extremes = extremes.corrected(noted, lot).ok_or(TooLarge::Profit)?;
        }
        if let Some(price) = self.exit_price {
            let net = lot.realized(price, self.fees, total_value).ok_or(TooLarge::Profit)?;
            figures.realized = Some(net);
        } else if let Some(price) = self.current_price {
            figures.unrealized = lot.unrealized(price, total_value).ok_or(TooLarge::Profit)?;
        }
        if let Some(price) = self.exit_price.or(self.current_price) {
            figures.extremes = figures.extremes.seen(lot.profit_at(price).ok_or(TooLarge::Profit)?);
        }
        Ok(figures)
    }

    fn risk_reward_ratio(&self) -> Option<Decimal> {
        risk_reward_ratio(self.side?, self.entry_price, self.target_price?, self.stop_loss_price?)
    }

    fn lot(&self) -> Option<Lot> {
        Some(Lot { side: self.side?, entry_price: self.entry_price, quantity: self.quantity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// Ten units at 100, target 130, stop 90, with fees of 5; the price is 110, and 120 and 95 were seen.
    fn long() -> (Terms, Extremes) {
        let terms = Terms {
            side: Some(Side::Long),
            entry_price: number("100"),
            quantity: number("10"),
            fees: number("5"),
            target_price: Some(number("130")),
            stop_loss_price: Some(number("90")),
            current_price: Some(number("110")),
            exit_price: None,
        };
        (terms, Extremes { max_profit: number("200"), max_loss: number("-50") })
    }

    fn outcome(pnl: &str, percent: &str) -> Outcome {
        Outcome { pnl: number(pnl), percent: Some(number(percent)) }
    }

    #[test]
    fn an_open_trade_is_valued_at_its_price() {
        let (noted, extremes) = long();
        let expected = Figures {
            total_value: number("1000"),
            risk_reward_ratio: Some(number("3")),
            unrealized: outcome("100", "10"),
            realized: None,
            extremes,
        };
        assert_eq!(noted.figures(&noted, number("1000"), extremes), Ok(expected));
        let right = Terms { entry_price: number("80"), quantity: number("5"), ..noted };
        let expected = Figures {
            total_value: number("400"),
            risk_reward_ratio: None,
            unrealized: outcome("150", "37.5"),
            realized: None,
            extremes: Extremes { max_profit: number("200"), max_loss: number("0") },
        };
        assert_eq!(right.figures(&noted, number("1000"), extremes), Ok(expected));
    }

    #[test]
    fn a_closed_trade_is_valued_at_its_exit() {
        let (open, extremes) = long();
        let noted = Terms { exit_price: Some(number("110")), ..open };
        let right = Terms { exit_price: Some(number("125")), fees: number("7.50"), ..noted };
        let expected = Figures {
            total_value: number("1000"),
            risk_reward_ratio: Some(number("3")),
            unrealized: Outcome::NOTHING,
            realized: Some(outcome("242.50", "24.25")),
            extremes: Extremes { max_profit: number("250"), max_loss: number("-50") },
        };
        assert_eq!(right.figures(&noted, number("1000"), extremes), Ok(expected));
        let part = right.figures(&noted, number("999.99"), extremes).unwrap();
        assert_eq!(part.total_value, number("999.99"), "it keeps its cent");
    }

    #[test]
    fn another_direction_turns_everything_around() {
        let (noted, extremes) = long();
        let short = Terms { side: Some(Side::Short), ..noted };
        let figures = short.figures(&noted, number("1000"), extremes).unwrap();
        assert_eq!(figures.risk_reward_ratio, None);
        assert_eq!(figures.unrealized, outcome("-100", "-10"));
        assert_eq!(figures.extremes, Extremes { max_profit: number("50"), max_loss: number("-200") });
        let closing = Terms { side: None, ..noted }.figures(&noted, number("1000"), extremes).unwrap();
        assert_eq!((closing.unrealized, closing.extremes), (Outcome::NOTHING, Extremes::default()));
    }

    #[test]
    fn what_no_column_holds_is_told() {
        let (noted, extremes) = long();
        let dear = Terms { entry_price: number("9999999999999999"), quantity: number("999999999999"), ..noted };
        assert_eq!(dear.figures(&noted, number("1000"), extremes), Err(TooLarge::TotalValue));
        let far = Terms {
            exit_price: Some(number("9999999999999999")),
            entry_price: number("1"),
            quantity: number("999999999999"),
            ..noted
        };
        assert_eq!(far.figures(&far, number("999999999999"), Extremes::default()), Err(TooLarge::Profit));
    }
}
