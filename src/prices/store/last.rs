//! The last price of a symbol, for what is new and comes without one.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{logs, statement};
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

/// Values a new trade at the last price of its symbol, as if that came now: where there is one, from after it began.
pub async fn value_at_last_price(transaction: &impl ConnectionTrait, trade_log: Uuid) -> Result<()> {
    let price = "price AS (
        SELECT 0 AS item, l.symbol, l.currency, l.price, l.time AS as_of
        FROM manual_trade_logs n JOIN latest_prices l ON l.symbol = n.symbol AND l.currency = n.currency WHERE n.id = $1
    )";
    transaction.execute_raw(statement(&logs(price, "t.id = $1"), [trade_log.into()])).await?;
    Ok(())
}
