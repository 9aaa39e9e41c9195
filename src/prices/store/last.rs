//! The last price of a symbol, for what is new and comes without one.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use super::statement;
use crate::graphql::error::Result;

/// The last price that a feed has brought of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastPrice {
    pub price: Decimal,
    pub time: DateTime<Utc>,
}

/// The last price of a symbol in a currency, if a feed has brought any.
pub async fn last_price(transaction: &impl ConnectionTrait, symbol: &str, currency: &str) -> Result<Option<LastPrice>> {
    let sql = "SELECT price, time FROM latest_prices WHERE symbol = $1 AND currency = $2";
    let found = transaction.query_one_raw(statement(sql, [symbol.into(), currency.into()])).await?;
    let price =
        |row: sea_orm::QueryResult| Ok(LastPrice { price: row.try_get("", "price")?, time: row.try_get("", "time")? });
    found.map(price).transpose()
}
