//! The last price of a symbol, for what is new and comes without one.
//!
//! A feed that is about to bring another price would not see the new row, nor would the row see that price. So each holds
//! the symbols' prices until it ends, see [`hold`], and comes before or behind the other as a whole.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{ConnectionTrait, Value, sea_query::ArrayType};
use uuid::Uuid;

use super::{BEFORE, logs, statement};
use crate::{graphql::error::Result, portfolio::percent};

/// The last price that a feed has brought of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastPrice {
    pub price: Decimal,
    pub time: DateTime<Utc>,
    /// How much it differs from the price of a day before, in per cent.
    pub change: Option<Decimal>,
}

/// Whether the prices of symbols are to be used or to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Shared,
    Alone,
}

/// Holds the prices of symbols as they are until the transaction ends: others may use them too, or nobody may. It comes
/// before everything else that the transaction locks, so that nobody who holds something waits for prices. Symbols are held
/// by 256 lots, since PostgreSQL has room for some thousand locks alone.
pub async fn hold(transaction: &impl ConnectionTrait, symbols: Vec<String>, hold: Hold) -> Result<()> {
    // What no table can hold is told of where it is checked.
    let symbols: Vec<Value> = symbols.into_iter().filter(|symbol| !symbol.contains('\0')).map(Value::from).collect();
    if symbols.is_empty() {
        return Ok(());
    }
    let lock = match hold {
        Hold::Shared => "pg_advisory_xact_lock_shared",
        Hold::Alone => "pg_advisory_xact_lock",
    };
    let sql = format!(
        "SELECT count({lock}(hashtext('prices'), lot)) FROM (
             SELECT DISTINCT hashtext(symbol) & 255 AS lot FROM unnest($1::text[]) AS t (symbol) ORDER BY lot OFFSET 0) lots"
    );
    let symbols = Value::Array(ArrayType::String, Some(Box::new(symbols)));
    transaction.execute_raw(statement(&sql, [symbols])).await?;
    Ok(())
}

/// The last price of a symbol in a currency, if a feed has brought any.
pub async fn last_price(transaction: &impl ConnectionTrait, symbol: &str, currency: &str) -> Result<Option<LastPrice>> {
    let change = percent("g.price - b.price", "b.price");
    let sql = format!(
        "SELECT g.price, g.as_of, CASE WHEN b.price IS NOT NULL THEN {change} END AS change
         FROM (SELECT symbol, currency, price, time AS as_of FROM latest_prices WHERE symbol = $1 AND currency = $2) g
         LEFT JOIN LATERAL ({BEFORE}) b ON true"
    );
    let found = transaction.query_one_raw(statement(&sql, [symbol.into(), currency.into()])).await?;
    let price = |row: sea_orm::QueryResult| {
        let (price, time, change) = (row.try_get("", "price")?, row.try_get("", "as_of")?, row.try_get("", "change")?);
        Ok(LastPrice { price, time, change })
    };
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
