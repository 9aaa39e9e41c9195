//! A mutation's payload, and the end of its transaction.
//!
//! What is selected of a payload is read before the commit, in the transaction that wrote: an answer with an error in it
//! means that nothing was done, whether the error is about the write or about what was to be shown of it. It also saves
//! a transaction of its own for reading.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};

use crate::graphql::{
    call::Call,
    error::{Error, Result},
};

/// A payload whose transaction ends once it is answered.
pub struct Answered<T> {
    payload: T,
    /// Whether what was written stays; a dry run is taken back, and what was done before is only told again.
    is_to_stay: bool,
}

impl<T> Answered<T> {
    pub(super) fn new(payload: T, is_to_stay: bool) -> Self {
        Self { payload, is_to_stay }
    }
}

impl<T: OutputType> OutputType for Answered<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.payload.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let call: &Call = ctx.data_unchecked::<Arc<Call>>();
        let before = errors(ctx);
        // In a box, which costs less than carrying so large a future along.
        let answer = Box::pin(self.payload.resolve(ctx, field)).await;
        let is_whole = answer.is_ok() && errors(ctx) == before;
        let ended = if self.is_to_stay { end(call, is_whole).await } else { Ok(()) };
        call.mutation_ended(is_whole && ended.is_ok());
        let told = |error: Error| ctx.set_error_path(async_graphql::Error::from(error).into_server_error(field.pos));
        ended.map_err(told)?;
        if is_whole || !self.is_to_stay { answer } else { answer.map(|_| Value::Null) }
    }
}

/// Commits what was written, or takes it back.
async fn end(call: &Call, is_whole: bool) -> Result<()> {
    if is_whole {
        return call.commit().await;
    }
    call.read_anew();
    Ok(())
}

/// How many errors the document has met that did not reach its data's root.
fn errors(ctx: &ContextSelectionSet<'_>) -> usize {
    ctx.query_env.errors.lock().map_or(0, |errors| errors.len())
}
