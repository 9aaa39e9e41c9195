//! Figures as fields of a list: `aggregate` of all its rows, `groups` of some that have something in common.
//!
//! The types are made from the tables' descriptions, as filters are.

mod arguments;
mod figures;
mod group;

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Error as Refused, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{MetaField, MetaType, MetaTypeId, Registry},
    resolver_utils::resolve_container,
};

use self::group::{Group, Shape};
use super::{batch, offers, request::Request};
use crate::graphql::{
    call::call,
    edge::meta_field,
    error::Result,
    page::Page,
    table::{Key, Record},
};

/// The fields of a list of `T` about all its rows; none where its table measures nothing.
pub struct Totals<T> {
    pub page: Arc<Page>,
    /// The row that the list hangs off; without one the list is empty.
    pub key: Option<Key>,
    of: PhantomData<fn() -> T>,
}

impl<T: Record> Totals<T> {
    pub fn new(page: Arc<Page>, key: Option<Key>) -> Self {
        Self { page, key, of: PhantomData }
    }

    async fn aggregate(&self, ctx: &Context<'_>) -> Result<Group<T>> {
        let request = call(ctx).once(ctx.item.pos, || Ok(arguments::of_all::<T>(ctx)))?;
        let group = self.groups_of(ctx, request.clone()).await?.first().cloned().unwrap_or_default();
        Ok(Group::new(Shape::All, request, group))
    }

    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<Group<T>>> {
        let request = call(ctx).once(ctx.item.pos, || arguments::of_groups::<T>(ctx))?;
        let groups = self.groups_of(ctx, request.clone()).await?;
        Ok(groups.iter().map(|group| Group::new(Shape::One, request.clone(), group.clone())).collect())
    }

    async fn groups_of(&self, ctx: &Context<'_>, request: Arc<Request>) -> Result<batch::Groups> {
        match self.key.clone() {
            Some(key) => batch::groups(call(ctx), self.page.clone(), request, key).await,
            None => Ok(Arc::default()),
        }
    }
}

impl<T: Record> ContainerType for Totals<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let told = |error| ctx.set_error_path(Refused::from(error).into_server_error(ctx.item.pos));
        let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
        match ctx.item.node.name.node.as_str() {
            "aggregate" if offers(T::TABLE) => {
                let group = Box::pin(self.aggregate(ctx)).await.map_err(told)?;
                OutputType::resolve(&group, &selection, ctx.item).await.map(Some)
            }
            "groups" if offers(T::TABLE) => {
                let groups = Box::pin(self.groups(ctx)).await.map_err(told)?;
                OutputType::resolve(&groups, &selection, ctx.item).await.map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl<T: Record> OutputType for Totals<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Totals", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let text = format!("Figures over rows of {}.", T::TABLE.name);
        register::<Self>(registry, &text, |registry| {
            if !offers(T::TABLE) {
                return Vec::new();
            }
            let all = Group::<T>::register(registry, Shape::All);
            let one = Group::<T>::register(registry, Shape::One);
            vec![
                meta_field(
                    "aggregate",
                    "Figures over all rows of the list with its filter, whatever the page; only what is selected is \
                     computed.",
                    IndexMap::new(),
                    all,
                ),
                meta_field(
                    "groups",
                    "The same for each group of rows that have something in common; those with the most rows first \
                     when no order is given, and groups that are equal in it by their keys.",
                    arguments::register::<T>(registry),
                    format!("[{one}]!"),
                ),
            ]
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

/// Registers an object whose fields are made from a table's description, and answers its name.
fn register<O: OutputType>(
    registry: &mut Registry,
    text: &str,
    fields: impl Fn(&mut Registry) -> Vec<MetaField>,
) -> String {
    registry.create_output_type::<O, _>(MetaTypeId::Object, |registry| MetaType::Object {
        name: O::type_name().into_owned(),
        description: Some(text.to_owned()),
        fields: fields(registry).into_iter().map(|field| (field.name.clone(), field)).collect(),
        cache_control: async_graphql::CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: Some(std::any::type_name::<O>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}
