//! The end of a number that names a person, opened when it is asked for.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{
    graphql::{
        call::Call,
        error::{Error, Result},
    },
    onboarding::personal,
    sealing::SealedColumn,
};

/// A sealed number of which the API shows the end. Nobody but its owner gets even that.
pub struct Ending {
    column: SealedColumn,
    user_id: Uuid,
    stored: String,
}

impl Ending {
    pub fn of(column: SealedColumn, user_id: Uuid, stored: Option<String>) -> Option<Self> {
        stored.map(|stored| Self { column, user_id, stored })
    }

    fn shown(&self, call: &Call) -> Result<Option<String>> {
        if call.snapshot().scope().user_id()? != self.user_id {
            return Ok(None);
        }
        let number = call.app.keys.open(self.column, self.user_id, &self.stored)?;
        Ok(Some(personal::ending(number.expose_secret())))
    }
}

impl OutputType for Ending {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let told = |error: Error| ctx.set_error_path(async_graphql::Error::from(error).into_server_error(field.pos));
        let shown = self.shown(ctx.data_unchecked::<Arc<Call>>()).map_err(told)?;
        Ok(shown.map_or(Value::Null, Value::String))
    }
}
