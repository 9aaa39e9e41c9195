//! What the generic parts know of a table: its columns and its relations, as data.
//!
//! A type of the API says once which of its columns can be filtered and ordered and how it is related to the others.
//! Filters, orders, cursors, pages, totals and batches all read that one description.

use async_graphql::{OutputType, registry::Registry};
use futures_util::future::BoxFuture;
use sea_orm::{EntityTrait, FromQueryResult, ModelTrait};

use super::{error::Result, filter::Filter, node::Node, operators::Kind, page::Order};

/// A table as the API shows it.
pub struct Table {
    /// The GraphQL type, such as `Holding`.
    pub name: &'static str,
    /// How the ids of its rows begin, such as `holding`.
    pub prefix: &'static str,
    /// The table in PostgreSQL.
    pub sql: &'static str,
    /// The columns that filters and orders may name; each is also a field of the type.
    pub columns: &'static [Column],
    /// The order of a list when the client names none: column and whether it descends. The id breaks ties.
    pub order: &'static [(&'static str, bool)],
    /// The relations, without the types that tell them apart. A function, because relations are mutual.
    pub links: fn() -> Vec<&'static Link>,
}

impl Table {
    /// The column with this name in PostgreSQL.
    pub fn column(&self, sql: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.sql == sql)
    }

    /// The columns that figures over many rows can be told of.
    pub fn measured(&self) -> impl Iterator<Item = (&'static Column, Measure)> + use<> {
        self.columns.iter().filter_map(|column| Some((column, column.measure?)))
    }

    /// Where the currency of a row's money stands: in the row, or in the one row that it belongs to.
    pub fn currency(&self) -> Option<CurrencyOf> {
        let own = self.column(CURRENCY).map(CurrencyOf::Row);
        let owners = || (self.links)().into_iter().filter(|link| !link.many);
        own.or_else(|| owners().find(|link| link.target.table().column(CURRENCY).is_some()).map(CurrencyOf::Owner))
    }

    /// The column that this field of the API shows.
    pub fn shown_as(&self, field: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| is_camel_case_of(column.sql, field))
    }
}

/// What every column is called that says in which currency a row's money is.
pub const CURRENCY: &str = "currency";

/// A column that filters and orders may name.
pub struct Column {
    pub sql: &'static str,
    pub kind: &'static dyn Kind,
    pub nullable: bool,
    /// A column that makes this one unknown by being zero, although the table stores a value; the API answers null then.
    pub unknown_without: Option<&'static str>,
    /// What a percentage is that the table stores clamped, in SQL; `{t}` stands for the table's alias.
    pub beyond: Option<&'static str>,
    /// What figures over many rows can say of it.
    pub measure: Option<Measure>,
    /// Whether rows can be grouped by its values.
    pub is_key: bool,
}

/// What a column measures, which says what figures over many rows mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Money that adds up.
    Amount,
    /// Money for a unit of something, which adds up to nothing.
    Price,
    /// The same where 0 stands for what is not known.
    Cost,
    /// So many units.
    Quantity,
    /// A percentage, a ratio or a level, which adds up to nothing either.
    Ratio,
    /// A day or a moment.
    Moment,
}

impl Measure {
    pub fn is_money(self) -> bool {
        matches!(self, Self::Amount | Self::Price | Self::Cost)
    }
}

/// Where the currency of a row's money stands.
#[derive(Clone, Copy)]
pub enum CurrencyOf {
    /// In its own column.
    Row(&'static Column),
    /// In that of the one row that it belongs to.
    Owner(&'static Link),
}

impl Column {
    /// A column that always holds a value.
    pub const fn new(sql: &'static str, kind: &'static dyn Kind) -> Self {
        Self { sql, kind, nullable: false, unknown_without: None, beyond: None, measure: None, is_key: false }
    }

    /// A column that may hold no value.
    pub const fn optional(sql: &'static str, kind: &'static dyn Kind) -> Self {
        Self { nullable: true, ..Self::new(sql, kind) }
    }

    /// A column that always holds a value, which means nothing where another one is zero.
    pub const fn known_by(sql: &'static str, kind: &'static dyn Kind, other: &'static str) -> Self {
        Self { nullable: true, unknown_without: Some(other), ..Self::new(sql, kind) }
    }

    /// A percentage that its column holds up to ±999,999.9999 alone, with what it is beyond that.
    pub const fn clamped(self, beyond: &'static str) -> Self {
        Self { beyond: Some(beyond), ..self }
    }

    /// Money that adds up.
    pub const fn amount(self) -> Self {
        Self { measure: Some(Measure::Amount), ..self }
    }

    /// Money for a unit of something.
    pub const fn price(self) -> Self {
        Self { measure: Some(Measure::Price), ..self }
    }

    /// The same, and 0 where it is not known.
    pub const fn cost(self) -> Self {
        Self { measure: Some(Measure::Cost), ..self }
    }

    /// So many units.
    pub const fn quantity(self) -> Self {
        Self { measure: Some(Measure::Quantity), ..self }
    }

    /// A percentage, a ratio or a level.
    pub const fn ratio(self) -> Self {
        Self { measure: Some(Measure::Ratio), ..self }
    }

    /// A day or a moment, of which there is a first and a last; rows can be grouped by its day and its month.
    pub const fn moment(self) -> Self {
        Self { measure: Some(Measure::Moment), ..self }
    }

    /// What rows can be grouped by.
    pub const fn key(self) -> Self {
        Self { is_key: true, ..self }
    }
}

/// A relation, as filters and batches see it.
pub struct Link {
    /// The field of the API.
    pub name: &'static str,
    pub description: &'static str,
    pub target: &'static dyn Target,
    /// Which columns meet: (this table's, the target's). Empty for a list that hangs off the root.
    pub on: Columns,
    /// A list in pages, or at most one row.
    pub many: bool,
    /// Rows of the target beyond these are never part of it: a column that has to be true.
    pub only: Option<&'static str>,
}

/// A relation of the rows of `P`, with the way to a row's key.
pub struct Edge<P> {
    pub link: Link,
    /// The row's values of the first columns of `on`; `None` when the relation is empty for this row.
    pub key: fn(&P) -> Option<Key>,
}

impl<P> Edge<P> {
    /// A list of rows of `T`, read in pages.
    pub const fn many<T: Record>(
        name: &'static str,
        description: &'static str,
        on: Columns,
        key: fn(&P) -> Option<Key>,
    ) -> Self {
        let target = &const { Of::<T>(std::marker::PhantomData) };
        Self { link: Link { name, description, target, on, many: true, only: None }, key }
    }

    /// At most one row of `T`.
    pub const fn one<T: Record>(
        name: &'static str,
        description: &'static str,
        on: Columns,
        key: fn(&P) -> Option<Key>,
    ) -> Self {
        let target = &const { Of::<T>(std::marker::PhantomData) };
        Self { link: Link { name, description, target, on, many: false, only: None }, key }
    }

    /// The same relation, of only those rows whose column is true.
    pub const fn only(mut self, column: &'static str) -> Self {
        self.link.only = Some(column);
        self
    }
}

/// Which columns of two tables meet: (this one's, the other's).
pub type Columns = &'static [(&'static str, &'static str)];

/// How a row is found by its id.
pub const BY_ID: Columns = &[("id", "id")];

/// How a user's rows are found.
pub const BY_USER: Columns = &[("user_id", "user_id")];

/// The values that tie a row to its relations.
pub type Key = Vec<KeyPart>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyPart {
    Uuid(uuid::Uuid),
    Text(String),
}

impl From<uuid::Uuid> for KeyPart {
    fn from(value: uuid::Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl From<&String> for KeyPart {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

/// A type of the API that shows the rows of one table.
pub trait Record: OutputType + Into<Node> + Sized + 'static {
    type Entity: EntityTrait<Model = Self::Model>;
    type Model: ModelTrait<Entity = Self::Entity> + FromQueryResult + Clone + Send + Sync + 'static;

    const TABLE: &'static Table;
    const EDGES: &'static [Edge<Self>];

    /// Takes a row apart, column by column, so that a new column is shown or hidden on purpose.
    fn from_row(row: Self::Model) -> Result<Self>;

    fn links() -> Vec<&'static Link> {
        Self::EDGES.iter().map(|edge| &edge.link).collect()
    }
}

/// `Record` without its type, for relations that are kept as data.
pub trait Target: Send + Sync {
    fn table(&self) -> &'static Table;
    /// Reads the arguments of a list of its rows.
    fn arguments(&self, ctx: &async_graphql::Context<'_>) -> Result<super::page::Arguments>;
    /// Registers the type itself and answers its name.
    fn register_row(&self, registry: &mut Registry) -> String;
    /// Registers the type of a page of rows and answers its name.
    fn register_page(&self, registry: &mut Registry) -> String;
    fn register_filter(&self, registry: &mut Registry) -> String;
    /// Registers the conditions on a relation to this table and answers their type's name.
    fn register_relation(&self, registry: &mut Registry) -> String;
    fn register_order(&self, registry: &mut Registry) -> String;
    /// Answers a relation's field for one row.
    fn resolve<'a>(
        &self,
        ctx: &'a async_graphql::Context<'a>,
        link: &'static Link,
        key: Option<Key>,
    ) -> BoxFuture<'a, async_graphql::ServerResult<async_graphql::Value>>;
    /// The row with this id, when the viewer may see it.
    fn load<'a>(&self, call: &'a super::call::Call, id: uuid::Uuid) -> BoxFuture<'a, Result<Option<Node>>>;
}

/// The one implementation of [`Target`].
pub struct Of<T>(pub std::marker::PhantomData<fn() -> T>);

impl<T: Record> Target for Of<T> {
    fn table(&self) -> &'static Table {
        T::TABLE
    }

    fn arguments(&self, ctx: &async_graphql::Context<'_>) -> Result<super::page::Arguments> {
        super::edge::arguments::<T>(ctx)
    }

    fn register_row(&self, registry: &mut Registry) -> String {
        T::create_type_info(registry);
        T::type_name().into_owned()
    }

    fn register_page(&self, registry: &mut Registry) -> String {
        <super::connection::Connection<T> as OutputType>::create_type_info(registry)
    }

    fn register_filter(&self, registry: &mut Registry) -> String {
        <Filter<T> as async_graphql::InputType>::create_type_info(registry);
        <Filter<T> as async_graphql::InputType>::type_name().into_owned()
    }

    fn register_relation(&self, registry: &mut Registry) -> String {
        super::filter::register_relation::<T>(registry)
    }

    fn register_order(&self, registry: &mut Registry) -> String {
        <Order<T> as async_graphql::InputType>::create_type_info(registry);
        <Order<T> as async_graphql::InputType>::type_name().into_owned()
    }

    fn resolve<'a>(
        &self,
        ctx: &'a async_graphql::Context<'a>,
        link: &'static Link,
        key: Option<Key>,
    ) -> BoxFuture<'a, async_graphql::ServerResult<async_graphql::Value>> {
        Box::pin(super::edge::resolve::<T>(ctx, link, key))
    }

    fn load<'a>(&self, call: &'a super::call::Call, id: uuid::Uuid) -> BoxFuture<'a, Result<Option<Node>>> {
        Box::pin(async move {
            let row = call.one::<T>(BY_ID, vec![id.into()]).await?;
            row.map(|row| T::from_row(row).map(Into::into)).transpose()
        })
    }
}

/// `asset_class` as the API spells it: `assetClass`.
pub fn camel_case(column: &str) -> String {
    let mut text = String::with_capacity(column.len());
    let mut upper = false;
    for letter in column.chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            text.extend(letter.to_uppercase());
            upper = false;
        } else {
            text.push(letter);
        }
    }
    text
}

/// Whether a field of the API has the name of this column, without making that name.
fn is_camel_case_of(column: &str, field: &str) -> bool {
    let mut letters = field.chars();
    let mut upper = false;
    for letter in column.chars() {
        if letter == '_' {
            upper = true;
            continue;
        }
        let expected = if upper { letter.to_ascii_uppercase() } else { letter };
        if letters.next() != Some(expected) {
            return false;
        }
        upper = false;
    }
    letters.next().is_none()
}
