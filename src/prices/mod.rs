//! What things cost: feeds bring prices, and everything that hangs on them follows, whoever's it is.
//!
//! Tables: prices, partitioned by month, and latest_prices. Prices are nobody's: everybody who has signed in reads them, and
//! only the system's scope writes them, on behalf of a token with `prices:write`.
//!
//! A batch is one transaction with a fixed number of statements, however many symbols it has and however many people hold
//! them (`store` lists them): which prices are news, locks, one statement for each table that has prices, and what
//! portfolios come to. Each person whose rows changed is told once, by whole types where they are many.
//!
//! What is made later without a price of its own takes the last one, as if it had been there when that came.

mod mutations;
mod queries;
mod quote;
mod store;
pub mod types;

pub use mutations::{PriceMutations, UpdatePricesInput, UpdatePricesPayload};
pub use queries::PriceQueries;
pub use store::{Hold, LastPrice, hold, last_price, value_at_last_price};
