//! The root field of changes.
//!
//! A subscription begins with an execution of its document that says what is wanted, and goes on with one for each change.
//! So each change is told in a snapshot of its own, to a viewer who is looked up anew, within the limits of a query.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Subscription};
use futures_util::stream::{self, BoxStream, StreamExt};
use strum::VariantArray;

use super::{
    Interest, Told, Wanted,
    types::{Change, NodeType},
};
use crate::{
    access::Scope,
    graphql::{call::call, error::Result},
};

/// What an execution of a subscription is for; it goes with the request.
#[derive(Clone)]
pub enum Stage {
    /// To say what is wanted.
    Opening(Opening),
    /// To tell this.
    Telling(Told),
}

/// Where the field puts down what is wanted.
#[derive(Clone, Default)]
pub struct Opening(Arc<Mutex<Option<Wanted>>>);

impl Opening {
    /// Puts down what is wanted.
    pub fn want(&self, wanted: Wanted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted);
    }

    /// What is wanted; `None` when the field did not get so far.
    pub fn wanted(&self) -> Option<Wanted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[derive(Default)]
pub struct ChangesSubscriptions;

/// Following what happens.
#[Subscription]
impl ChangesSubscriptions {
    /// What happens to the viewer's rows, and to those that others share with them, through whichever server; beginning
    /// with RESYNC, so that whoever fetches after it misses nothing. Over a WebSocket, or with `Accept: text/event-stream`.
    /// It begins for 10 points, and each change costs what is selected; it ends with the session, and with an error when
    /// the budget is used up or changes aren't taken as fast as they come.
    async fn viewer_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The types of rows to hear of; all when left out.")] types: Option<Vec<NodeType>>,
    ) -> Result<BoxStream<'static, Change>> {
        let viewer = call(ctx).viewer()?;
        Ok(match ctx.data_unchecked::<Stage>() {
            Stage::Opening(opening) => {
                let types = permitted(&Scope::viewer(viewer), types)?;
                opening.want(Wanted { user_id: viewer.user.id, interest: Interest::Changes(types) });
                stream::empty().boxed()
            }
            Stage::Telling(Told::Change(change)) => stream::iter([change.clone()]).boxed(),
            Stage::Telling(Told::Import(_)) => stream::empty().boxed(),
        })
    }
}

/// The types that are asked for, or all that the viewer may read.
fn permitted(scope: &Scope, asked: Option<Vec<NodeType>>) -> Result<Vec<NodeType>> {
    let may_read = |of: &NodeType| of.table().map_or(Ok(()), |table| scope.may_read(table));
    match asked {
        Some(types) => types.iter().try_for_each(may_read).map(|()| types),
        None => Ok(NodeType::VARIANTS.iter().copied().filter(|of| may_read(of).is_ok()).collect()),
    }
}
