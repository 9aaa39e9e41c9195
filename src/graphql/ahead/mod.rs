//! Reading ahead: a relation, with everything selected below it, is read and written down in one go.
//!
//! The plain way of a relation is [`edge::resolve`](super::edge::resolve): rows become values of their types, and the
//! library calls a resolver for each field of each. That is what every field means, and it costs more than the database.
//! Where all that is selected below a relation are columns, relations and facts of pages, nothing has to be asked of a
//! resolver, and this way gives the same answer, byte for byte, for less:
//!
//! 1. `planner` reads the selections into a [`plan`]: which rows, which columns, in which order under which names;
//! 2. [`select`](super::select) makes a statement for each level, with at-most-one relations joined to their rows;
//! 3. [`read`] runs them, the same for all rows that the relation hangs off;
//! 4. [`write`](mod@write) puts down JSON, straight from what PostgreSQL sent.
//!
//! The tables' descriptions drive all of it, so a new column or relation joins by itself. Whatever else is selected,
//! such as a figure that is computed, an argument that is wrong, or a table that a token may not read, is left to the
//! plain way: [`plan`] answers nothing then.

pub mod plan;
mod planner;
pub mod read;
pub mod write;

use async_graphql::{Context, ServerResult, Value};

use self::plan::Plan;
use super::{
    call::call,
    error::Error,
    table::{Key, Link},
};

/// Answers a relation of one row, if all that is selected in it can be read ahead.
pub async fn answer(ctx: &Context<'_>, link: &'static Link, key: Option<Key>) -> Option<ServerResult<Value>> {
    let call = call(ctx);
    let plan = call.plan(ctx.item.pos, |scope| Plan::of(ctx, link, scope))?;
    let told = |error: Error| ctx.set_error_path(async_graphql::Error::from(error).into_server_error(ctx.item.pos));
    // The library has no value for text that is JSON already; these bytes are taken as that when the answer is written.
    Some(call.ahead(plan, key).await.map(Value::Binary).map_err(told))
}
