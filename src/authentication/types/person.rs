//! Person: all that anybody is ever shown of somebody else.

use async_graphql::SimpleObject;

use crate::{
    edges,
    graphql::{
        error::Result,
        id::Id,
        table::{Edge, Record, Table},
    },
};

/// The view `people`; entities are generated for tables alone, so this one is written by hand.
pub mod people {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub display_name: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Another user, as far as one may know: who shares a watchlist, or wrote a public entry.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Their id, unique over all types.
    pub id: Id<Self>,
    /// The name that they chose to be seen under; null when they chose none.
    pub display_name: Option<String>,
}

edges!(Person, Person::EDGES);

impl Record for Person {
    type Entity = people::Entity;
    type Model = people::Model;

    // Nothing of a person can be filtered or ordered by, so that no search finds out who has an account.
    const TABLE: &'static Table =
        &Table { name: "Person", prefix: "person", sql: "people", columns: &[], order: &[], links: Self::links };

    const EDGES: &'static [Edge<Self>] = &[];

    fn from_row(row: people::Model) -> Result<Self> {
        let people::Model { id, display_name } = row;
        Ok(Self { id: Id::new(id), display_name })
    }
}
