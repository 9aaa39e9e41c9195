//! Relations as fields: registered from a type's list of edges, resolved in batches.
//!
//! A type says `#[graphql(complex)]` and [`edges!`](crate::edges), and every edge of its list is a field.

use async_graphql::{
    Context, InputType, OutputType, ServerError, ServerResult, Value,
    indexmap::IndexMap,
    registry::{Deprecation, MetaField, MetaInputValue, Registry},
};

use super::{
    ahead,
    call::call,
    connection::Connection,
    error::{Error, Result},
    filter::{Filter, PATH, input_value},
    page::{Arguments, Order, Page},
    table::{Edge, Key, Link, Record},
};

/// Makes the edges of a type its fields.
#[macro_export]
macro_rules! edges {
    ($type:ty, $edges:expr) => {
        impl async_graphql::ComplexObject for $type {
            fn fields(
                registry: &mut async_graphql::registry::Registry,
            ) -> Vec<(String, async_graphql::registry::MetaField)> {
                $crate::graphql::edge::fields(registry, $edges)
            }

            async fn resolve_field(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                $crate::graphql::edge::resolve_field(self, $edges, ctx).await
            }
        }
    };
}

/// The fields of a type's edges, for the registry.
pub fn fields<P>(registry: &mut Registry, edges: &'static [Edge<P>]) -> Vec<(String, MetaField)> {
    edges.iter().map(|edge| (edge.link.name.to_owned(), field(registry, &edge.link))).collect()
}

/// Answers one field, when it is one of the edges.
pub async fn resolve_field<P>(parent: &P, edges: &'static [Edge<P>], ctx: &Context<'_>) -> ServerResult<Option<Value>> {
    let name = ctx.item.node.name.node.as_str();
    let Some(edge) = edges.iter().find(|edge| edge.link.name == name) else {
        return Ok(None);
    };
    let key = (edge.key)(parent);
    edge.link.target.resolve(ctx, &edge.link, key).await.map(Some)
}

/// Answers an edge to rows of `T`.
pub async fn resolve<T: Record>(ctx: &Context<'_>, link: &'static Link, key: Option<Key>) -> ServerResult<Value> {
    let told = |error: Error| ctx.set_error_path(async_graphql::Error::from(error).into_server_error(ctx.item.pos));
    // A list that hangs off the root is nobody's, so the viewer is asked for here.
    if link.on.is_empty() {
        call(ctx).viewer().map_err(told)?;
    }
    if let Some(answer) = ahead::answer(ctx, link, key.clone()).await {
        return answer;
    }
    let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
    if link.many {
        let connection = page_of::<T>(ctx, link, key).map_err(told)?;
        let connection = if reads_rows(ctx) { connection.read(call(ctx)).await.map_err(told)? } else { connection };
        OutputType::resolve(&connection, &selection, ctx.item).await
    } else {
        let row = one_of::<T>(ctx, link, key).await.map_err(told)?;
        OutputType::resolve(&row, &selection, ctx.item).await
    }
}

/// A page of a list that a field of its own asks for, with arguments that are not those of every list.
pub async fn list<T: Record>(
    ctx: &Context<'_>,
    link: &'static Link,
    key: Option<Key>,
    arguments: Arguments,
) -> Result<Connection<T>> {
    let page = call(ctx).once(ctx.item.pos, || Page::new(link, arguments))?;
    let connection = Connection::new(page, key);
    if reads_rows(ctx) { connection.read(call(ctx)).await } else { Ok(connection) }
}

/// Whether anything is selected that is only known with the page's rows; who asks for a total alone pays for no page.
fn reads_rows(ctx: &Context<'_>) -> bool {
    let selected = ctx.look_ahead();
    ["nodes", "edges", "pageInfo"].iter().any(|name| selected.field(name).exists())
}

async fn one_of<T: Record>(ctx: &Context<'_>, link: &'static Link, key: Option<Key>) -> Result<Option<T>> {
    let Some(key) = key else { return Ok(None) };
    let row = call(ctx).one::<T>(link.on, key).await?;
    row.map(T::from_row).transpose()
}

fn page_of<T: Record>(ctx: &Context<'_>, link: &'static Link, key: Option<Key>) -> Result<Connection<T>> {
    let page = call(ctx).once(ctx.item.pos, || Page::new(link, arguments::<T>(ctx)?))?;
    Ok(Connection::new(page, key))
}

/// Reads the arguments of a list of rows of `T`.
pub fn arguments<T: Record>(ctx: &Context<'_>) -> Result<Arguments> {
    let order = argument::<Vec<Order<T>>>(ctx, "orderBy")?.unwrap_or_default();
    Ok(Arguments {
        first: argument(ctx, "first")?,
        after: argument(ctx, "after")?,
        last: argument(ctx, "last")?,
        before: argument(ctx, "before")?,
        offset: argument(ctx, "offset")?,
        filter: argument::<Filter<T>>(ctx, "filter")?.map(|filter| filter.0),
        order: order.into_iter().map(|order| order.0).collect(),
    })
}

/// An argument of the field that is resolved; `None` when it was left out or is null.
pub(super) fn argument<V: InputType>(ctx: &Context<'_>, name: &str) -> Result<Option<V>> {
    let value = ctx.param_value::<Option<V>>(name, None);
    value.map(|(_, value)| value).map_err(|error| wrong_argument(name, &error))
}

/// An argument that cannot be read, with the place within it where that is known.
fn wrong_argument(name: &str, error: &ServerError) -> Error {
    let within = error.extensions.as_ref().and_then(|extensions| extensions.get(PATH));
    let mut path = vec![name];
    if let Some(Value::List(fields)) = within {
        path.extend(
            fields.iter().filter_map(|field| if let Value::String(field) = field { Some(&**field) } else { None }),
        );
    }
    // The library begins with the type's name, which says nothing that the path does not.
    let named = error.message.strip_prefix("Failed to parse \"").and_then(|rest| rest.split_once("\": "));
    Error::invalid(&path, "FORMAT", named.map_or(error.message.as_str(), |(_, message)| message))
}

fn field(registry: &mut Registry, link: &'static Link) -> MetaField {
    let (ty, args) = if link.many {
        let page = link.target.register_page(registry);
        // At the root an error leaves its siblings' answers.
        let page = if link.on.is_empty() { page.trim_end_matches('!').to_owned() } else { page };
        (page, page_arguments(registry, link))
    } else {
        (link.target.register_row(registry), IndexMap::new())
    };
    meta_field(link.name, link.description, args, ty)
}

/// A field of an object, for the registry.
pub(super) fn meta_field(
    name: &str,
    description: &str,
    args: IndexMap<String, MetaInputValue>,
    ty: String,
) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args,
        ty,
        deprecation: Deprecation::NoDeprecated,
        cache_control: async_graphql::CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn page_arguments(registry: &mut Registry, link: &'static Link) -> IndexMap<String, MetaInputValue> {
    let filter = link.target.register_filter(registry);
    let order = format!("[{}!]", link.target.register_order(registry));
    <i32 as InputType>::create_type_info(registry);
    <String as InputType>::create_type_info(registry);
    [
        ("first", "How many rows from the start or after `after`: 0 to 100, 25 when left out.", "Int"),
        ("after", "A cursor of this list: the page begins behind its row.", "String"),
        ("last", "How many rows from the end or before `before`: 0 to 100.", "Int"),
        ("before", "A cursor of this list: the page ends before its row.", "String"),
        ("offset", "How many rows to skip first: 0 to 10,000; to go on, cursors are better.", "Int"),
        ("filter", "Which rows the list holds; all when left out.", filter.as_str()),
        ("orderBy", "The order, at most 5 fields; the id breaks ties.", order.as_str()),
    ]
    .into_iter()
    .map(|(name, text, ty)| (name.to_owned(), input_value(name, text, ty)))
    .collect()
}
