//! What the trades of a plan make of holdings, on paper: at the prices of the plan, without fees.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    drift::Unknown,
    plan::{Side, Trade},
};

/// The decimals of a price.
const PRICE_PLACES: u32 = 4;

/// How much is held of something, and what a unit cost on average; 0 when that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    pub quantity: Decimal,
    pub avg_cost: Decimal,
}

/// What is left of a lot after a trade; nothing once all of it is sold.
///
/// A sale leaves the average cost as it is. A purchase makes it (quantity × average cost + amount) / (quantity + what is
/// bought), to four places, where the cost was known.
pub fn after(lot: Lot, trade: Trade) -> Result<Option<Lot>, Unknown> {
    match trade.side {
        Side::Sell => {
            let quantity = lot.quantity.checked_sub(trade.quantity).ok_or(Unknown::TooLarge)?;
            Ok((quantity > Decimal::ZERO).then_some(Lot { quantity, ..lot }))
        }
        Side::Buy => {
            let quantity = lot.quantity.checked_add(trade.quantity).ok_or(Unknown::TooLarge)?;
            let avg_cost = if lot.avg_cost.is_zero() { Decimal::ZERO } else { average(lot, trade, quantity)? };
            Ok(Some(Lot { quantity, avg_cost }))
        }
    }
}

fn average(lot: Lot, trade: Trade, quantity: Decimal) -> Result<Decimal, Unknown> {
    let spent = lot.quantity.checked_mul(lot.avg_cost).and_then(|spent| spent.checked_add(trade.amount));
    let average = spent.and_then(|spent| spent.checked_div(quantity)).ok_or(Unknown::TooLarge)?;
    Ok(average.round_dp_with_strategy(PRICE_PLACES, RoundingStrategy::MidpointAwayFromZero))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_purchase_moves_the_average_cost_and_a_sale_does_not() {
        for (about, lot, side, units, amount, left) in [
            ("part is sold", ("10", "20"), Side::Sell, "4", "100", Some(("6", "20"))),
            ("all is sold", ("10", "20"), Side::Sell, "10", "250", None),
            ("at the same price", ("10", "20"), Side::Buy, "5", "100", Some(("15", "20"))),
            ("dearer", ("10", "20"), Side::Buy, "10", "400", Some(("20", "30"))),
            ("rounded", ("3", "10"), Side::Buy, "4", "50", Some(("7", "11.4286"))),
            ("half a step up", ("1", "1.0001"), Side::Buy, "1", "1", Some(("2", "1.0001"))),
            ("an unknown cost stays unknown", ("10", "0"), Side::Buy, "10", "400", Some(("20", "0"))),
            ("an unknown cost of what is sold too", ("10", "0"), Side::Sell, "9", "9", Some(("1", "0"))),
        ] {
            let lot = Lot { quantity: number(lot.0), avg_cost: number(lot.1) };
            let trade = Trade { holding: 0, side, quantity: number(units), amount: number(amount) };
            let left = left.map(|(quantity, cost)| Lot { quantity: number(quantity), avg_cost: number(cost) });
            assert_eq!(after(lot, trade), Ok(left), "{about}");
        }
    }

    #[test]
    fn what_is_too_large_is_said() {
        let lot = Lot { quantity: Decimal::MAX, avg_cost: Decimal::ONE };
        let trade = |quantity, amount| Trade { holding: 0, side: Side::Buy, quantity, amount };
        assert_eq!(after(lot, trade(Decimal::MAX, Decimal::ONE)), Err(Unknown::TooLarge));
        let dear = Lot { quantity: Decimal::TEN, avg_cost: Decimal::MAX };
        assert_eq!(after(dear, trade(Decimal::ONE, Decimal::ONE)), Err(Unknown::TooLarge));
    }
}
