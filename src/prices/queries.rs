//! Reading what things have cost.

use async_graphql::{Context, Object};
use sea_orm::prelude::DateTimeWithTimeZone;

use super::types::Price;
use crate::graphql::{
    call::call,
    connection::Connection,
    edge::list,
    error::Result,
    filter::between,
    input::symbol as as_stored,
    operators::Test,
    page::Arguments,
    scalars::{Currency, DateTime},
    table::{Edge, Link},
};

#[derive(Default)]
pub struct PriceQueries;

/// The prices of one symbol in one currency.
const OF_SYMBOL: &Link = &Edge::<()>::many::<Price>(
    "priceHistory",
    "What a unit has cost.",
    &[("symbol", "symbol"), ("currency", "currency")],
    |()| None,
)
.link;

/// Reading what things have cost.
#[Object]
impl PriceQueries {
    /// What a unit of something has cost, oldest first, as far as feeds have told; `last: 100` has the newest. Empty for what
    /// no feed knows. Prices are nobody's: everybody who has signed in reads them, with any token.
    #[allow(clippy::too_many_arguments, reason = "each is an argument of the API")]
    async fn price_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is the price of; capitals and small letters are the same.")] symbol: String,
        #[graphql(desc = "The currency of the prices.")] currency: Currency,
        #[graphql(desc = "The first moment; as far back as there are prices when left out.")] from: Option<DateTime>,
        #[graphql(desc = "The moment before which they end; the newest comes last when left out.")] to: Option<
            DateTime,
        >,
        #[graphql(desc = "How many prices from the start or after `after`: 0 to 100, 25 when left out.")] first: Option<
            i32,
        >,
        #[graphql(desc = "A cursor of this list: the page begins behind its price.")] after: Option<String>,
        #[graphql(desc = "How many prices from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page ends before its price.")] before: Option<String>,
    ) -> Result<Option<Connection<Price>>> {
        call(ctx).viewer()?;
        let moment = |time: DateTime| DateTimeWithTimeZone::from(time);
        let filter = between::<Price, _>("time", (from.map(moment), to.map(moment)), Test::Less)?;
        let arguments = Arguments { first, after, last, before, filter, ..Arguments::default() };
        let key = vec![(&as_stored(&symbol)).into(), (&currency.0).into()];
        Box::pin(list(ctx, OF_SYMBOL, Some(key), arguments)).await.map(Some)
    }
}
