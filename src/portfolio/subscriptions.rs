//! Following an import.

use async_graphql::{Context, Subscription};
use futures_util::stream::{self, BoxStream, StreamExt};

use super::types::ImportProgress;
use crate::{
    access::Scope,
    changes::{Interest, Told, Wanted, subscriptions::Stage},
    graphql::{
        call::call,
        error::{Error, Result},
    },
};

/// The table of what is followed.
const TABLE: &str = "portfolio_sync_log";

#[derive(Default)]
pub struct ImportSubscriptions;

/// Following an import.
#[Subscription]
impl ImportSubscriptions {
    /// How far an import of the viewer's is, through whichever server: the one whose input has this `progressKey`.
    /// It begins with WAITING, upon which the import is sent, and completes after DONE or FAILED. Over a WebSocket, or with
    /// `Accept: text/event-stream`. It begins for 10 points, and each piece of news costs 1.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import's `progressKey`.")] key: String,
    ) -> Result<BoxStream<'static, ImportProgress>> {
        let viewer = call(ctx).viewer()?;
        match ctx.data_unchecked::<Stage>() {
            Stage::Opening(opening) => {
                if !ImportProgress::is_key(&key) {
                    return Err(Error::invalid(&["key"], "FORMAT", ImportProgress::key_sentence()));
                }
                Scope::viewer(viewer).may_read(TABLE)?;
                opening.want(Wanted { user_id: viewer.user.id, interest: Interest::Import(key) });
                Ok(stream::empty().boxed())
            }
            Stage::Telling(Told::Import(progress)) => Ok(stream::iter([progress.clone()]).boxed()),
            Stage::Telling(Told::Change(_)) => Ok(stream::empty().boxed()),
        }
    }
}
