//! What exchanges of coins hold for their customers.

use rust_decimal::Decimal;

use super::{
    currency,
    row::{Draft, Outcome, Position},
};
use crate::portfolio::types::AssetClass;

/// An amount of an asset; money, and a stablecoin with it, costs and is worth 1.
pub fn holding(line: u32, asset: &str, amount: &str) -> Outcome {
    let draft = Draft { line, symbol: asset, quantity: amount, asset_class: "crypto", ..Draft::default() };
    draft.read().map(priced)
}

/// The position with what is known of it when it is money.
pub fn priced(position: Position) -> Position {
    let Some(currency) = currency::of_exchanged(&position.symbol) else { return position };
    Position {
        avg_price: Some(Decimal::ONE),
        current_price: Some(Decimal::ONE),
        asset_class: Some(AssetClass::Cash),
        currency: Some(currency.to_owned()),
        ..position
    }
}
