//! What a portfolio was worth, day by day.

use async_graphql::{Context, Object};
use uuid::Uuid;

use super::{PortfolioSnapshot, figures::OF_PORTFOLIO};
use crate::graphql::{
    connection::Connection,
    edge::list,
    error::Result,
    filter::between,
    operators::Test,
    page::Arguments,
    scalars::Date,
    table::{Edge, Link},
};

/// The values of a portfolio, day by day.
const VALUES: &Link =
    &Edge::<()>::many::<PortfolioSnapshot>("valueHistory", "Its value, day by day.", OF_PORTFOLIO, |()| None).link;

/// A portfolio, as far as its past needs it.
pub struct ValueHistory {
    pub user_id: Uuid,
    pub vault_id: String,
}

/// Fields of a portfolio about its past.
#[Object]
impl ValueHistory {
    /// What the portfolio was worth at the end of each day, oldest first; `last: 100` has the newest. It begins with the first
    /// day on which snapshots were taken, and leaves out days on which none could be: nothing is made up.
    #[allow(clippy::too_many_arguments, reason = "each is an argument of the API")]
    async fn value_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day; as far back as there are snapshots when left out.")] from: Option<Date>,
        #[graphql(desc = "The last day; the newest when left out.")] to: Option<Date>,
        #[graphql(desc = "How many days from the start or after `after`: 0 to 100, 25 when left out.")] first: Option<
            i32,
        >,
        #[graphql(desc = "A cursor of this list: the page begins behind its day.")] after: Option<String>,
        #[graphql(desc = "How many days from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page ends before its day.")] before: Option<String>,
    ) -> Result<Connection<PortfolioSnapshot>> {
        let days = (from.map(|day| day.0), to.map(|day| day.0));
        let filter = between::<PortfolioSnapshot, _>("day", days, Test::LessOrEqual)?;
        let arguments = Arguments { first, after, last, before, filter, ..Arguments::default() };
        let key = vec![self.user_id.into(), (&self.vault_id).into()];
        Box::pin(list(ctx, VALUES, Some(key), arguments)).await
    }
}
