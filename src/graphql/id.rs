//! Global ids: `<type>_<uuid>`, typed and still readable as the table's UUID.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};
use uuid::Uuid;

use super::table::Record;

/// The id of a row of `T`, such as `holding_0192f0c1-…`.
pub struct Id<T>(pub Uuid, PhantomData<fn() -> T>);

impl<T> Id<T> {
    pub fn new(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T: Record> std::fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&text(T::TABLE.prefix, self.0))
    }
}

/// The id of a row as clients see it.
pub fn text(prefix: &str, uuid: Uuid) -> String {
    format!("{prefix}_{uuid}")
}

/// Takes an id apart into its type's prefix and the UUID; `None` when it has another shape.
pub fn split(id: &str) -> Option<(&str, Uuid)> {
    let (prefix, uuid) = id.rsplit_once('_')?;
    // Only the canonical form, so that one row has one id.
    let parsed = Uuid::try_parse(uuid).ok()?;
    (parsed.to_string() == uuid).then_some((prefix, parsed))
}

/// Reads the id of a row whose type has this prefix.
pub fn parse(prefix: &str, id: &str) -> Result<Uuid, String> {
    match split(id) {
        Some((found, uuid)) if found == prefix => Ok(uuid),
        Some((found, _)) => Err(format!("This is the id of a {found}, not of a {prefix}.")),
        None => Err(format!("An id looks like {prefix}_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e.")),
    }
}

impl<T: Record> InputType for Id<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ID")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        describe(registry);
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(id) => parse(T::TABLE.prefix, &id).map(Self::new).map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(text(T::TABLE.prefix, self.0))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Record> OutputType for Id<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ID")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        describe(registry);
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(text(T::TABLE.prefix, self.0)))
    }
}

/// The id of a row whose type its table does not tell.
pub struct AnyId(pub Uuid);

impl InputType for AnyId {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let Some(Value::String(text)) = value else {
            return Err(InputValueError::expected_type(value.unwrap_or_default()));
        };
        let bare = || Uuid::try_parse(&text).ok().filter(|id| id.to_string() == text);
        let found = split(&text).map(|(_, id)| id).or_else(bare);
        found.map(Self).ok_or_else(|| {
            InputValueError::custom("This is no id; one looks like portfolio_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e.")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// The library leaves its own scalar without a word.
fn describe(registry: &mut Registry) {
    <ID as OutputType>::create_type_info(registry);
    if let Some(MetaType::Scalar { description, .. }) = registry.types.get_mut("ID") {
        description.get_or_insert_with(|| {
            "What names one object for good: its type and a UUID, such as `portfolio_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e`."
                .to_owned()
        });
    }
}

impl<T: Record> From<&Id<T>> for ID {
    fn from(id: &Id<T>) -> Self {
        ID(text(T::TABLE.prefix, id.0))
    }
}
