//! How anything is written: one transaction a mutation field, and what every mutation promises.
//!
//! A mutation is its input: [`Mutation`] says how it is checked, what it writes, and how its payload is read.
//! [`perform`] does the rest, the same way for each: who may, the whole input's problems at once, the transaction in the
//! viewer's scope, [idempotency keys](idempotency), dry runs, the activity, and word to those who subscribed.
//! Signing in and whatever else takes or answers secrets goes without it, straight through [`Write`], and takes no key.
//!
//! | file | what it is |
//! |---|---|
//! | [`answered`] | the payload, and the commit behind it |
//! | [`write`](mod@write) | a transaction that writes, with its rows found, locked and changed |
//! | [`deed`] | what was done: for the activity and for subscribers |
//! | [`idempotency`] | requests that may come twice |
//! | [`batch`] | lists of things to write, each with a result of its own |

pub mod answered;
pub mod batch;
pub mod deed;
pub mod idempotency;
mod standing;
mod store;
pub mod write;

use std::future::Future;

use async_graphql::Context;
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    call::{Call, call},
    error::{Error, Result},
    input::Check,
    upload::without_files,
};
use crate::{
    access::{Access, Module},
    logging::{audit::Event, types::AuditOperation},
};
pub use answered::Answered;
pub use deed::Deed;
pub use write::{Write, note};

/// Who may do a mutation, and in which scope it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever has signed in, with rows of their own.
    Viewer,
    /// Administrators alone, who write the accounts of others.
    Administrator,
    /// Price feeds alone, which are tokens with `prices:write`; they write prices of everybody's rows.
    PriceFeed,
}

/// Something that can be written: an input, and what becomes of it.
pub trait Mutation: Send + Sized {
    /// The part of the product, for the rights of tokens and for the activity.
    const MODULE: Module;
    /// Fields of the input that tell who somebody is or what they own; the activity keeps that they were given.
    const WITHHELD: &'static [&'static str] = &[];
    /// Who may.
    const ACTOR: Actor = Actor::Viewer;
    /// What was done, as ids and counts: from this the payload is read, at once and when the same request comes again.
    type Done: Serialize + DeserializeOwned + Send + Sync;
    type Payload: Send;

    /// Notes every problem that shows without looking at the database.
    fn check(&self, check: &mut Check);

    /// Whether everything is to be done, answered, and taken back.
    fn is_dry_run(&self) -> bool {
        false
    }

    /// What has to happen before the transaction begins and stays when that is taken back: counting an attempt.
    fn before(&self, _call: &Call) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Writes, and says what was done. The input comes into the activity by itself.
    fn write(self, write: &mut Write<'_>) -> impl Future<Output = Result<(Self::Done, Deed)>> + Send;

    /// Reads the payload from what was written, before the commit.
    fn payload(call: &Call, done: Self::Done) -> impl Future<Output = Result<Self::Payload>> + Send;
}

/// Does what a mutation field asks for.
///
/// On the heap: the root's one future has room for that of every field, and would outgrow a thread's stack.
pub fn perform<'a, M: Mutation + 'a>(
    ctx: &'a Context<'_>,
    input: M,
) -> BoxFuture<'a, Result<Option<Answered<M::Payload>>>> {
    Box::pin(run(ctx, input))
}

async fn run<M: Mutation>(ctx: &Context<'_>, input: M) -> Result<Option<Answered<M::Payload>>> {
    let call = call(ctx);
    // What the mutation before this one wanted done and came to no end with.
    call.mutation_ended(false);
    let viewer = call.viewer()?;
    match M::ACTOR {
        Actor::Viewer => viewer.permit(M::MODULE, Access::Write)?,
        Actor::Administrator => viewer.administers()?,
        Actor::PriceFeed => viewer.feeds_prices()?,
    }
    let mut check = Check::new("input");
    input.check(&mut check);
    check.finish()?;
    let arguments = arguments(ctx)?;
    let is_dry_run = input.is_dry_run();
    input.before(call).await?;
    let mut write = match M::ACTOR {
        Actor::Viewer => Write::of_viewer(call, M::MODULE).await?,
        Actor::Administrator => Write::of_admin(call).await?,
        Actor::PriceFeed => Write::of_price_feed(call).await?,
    };
    if let Some(key) = call.idempotency_key.as_ref().filter(|_| !is_dry_run) {
        let request = idempotency::Request::new(key, ctx, &arguments);
        if let Some(done) = write.begin_once(request).await? {
            drop(write);
            call.read_anew();
            let done = serde_json::from_value(done).map_err(Error::internal)?;
            return Ok(Some(Answered::new(M::payload(call, done).await?, false)));
        }
    }
    let (done, deed) = input.write(&mut write).await?;
    if is_dry_run {
        call.app.audit.record(Event::of(call, AuditOperation::DryRun).with("field", &ctx.item.node.name.node));
    } else {
        write.finish_once(&done).await?;
        write.note(deed.with_input(deed::without(arguments, M::WITHHELD))).await?;
    }
    write.leave_open().await?;
    Ok(Some(Answered::new(M::payload(call, done).await?, !is_dry_run)))
}

/// The input as the client sent it, in which a field that was left out is not there, and a file stands as its digest.
fn arguments(ctx: &Context<'_>) -> Result<Value> {
    let given = ctx.field().arguments().map_err(|error| Error::internal(error.message))?;
    let input = given.into_iter().find(|(name, _)| name == "input").map(|(_, value)| value);
    without_files(input.unwrap_or_default()).into_json().map_err(Error::internal)
}
