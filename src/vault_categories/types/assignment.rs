//! CategoryAssignment, a row of asset_category_assignment.

use async_graphql::{Enum, SimpleObject};
use entity::asset_category_assignment;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::category::VaultCategory;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, TEXT, one_of},
        scalars::{DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::types::Holding,
};

/// Who assigned an asset to a category.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum AssignmentType {
    /// The user.
    Manual,
    /// The app.
    Auto,
    /// A rule.
    RuleBased,
    /// A suggestion of a model.
    AiSuggested,
}

impl Enumeration for AssignmentType {}

/// A symbol assigned to a category.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CategoryAssignment {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    #[graphql(skip)]
    pub category_id: Uuid,
    /// The asset, once for each category while active.
    pub symbol: String,
    /// The asset's full name, null when unknown.
    pub asset_name: Option<String>,
    /// The kind of asset, null when unknown.
    pub asset_class: Option<String>,
    /// Its branch of the economy, null when unknown.
    pub sector: Option<String>,
    /// The market that trades it, null when unknown.
    pub market: Option<String>,
    /// Who or what sorted it in, null when not noted.
    pub assignment_type: Option<AssignmentType>,
    /// The rule that sorted it in, null without one.
    pub assignment_rule: Option<String>,
    /// How sure that is, from 0 to 1, null when unknown.
    pub assignment_confidence: Option<Decimal>,
    /// Wanted share of the category in per cent, null for no target.
    pub target_weight_in_category: Option<Decimal>,
    /// False while the assignment rests, null stands for false.
    pub is_active: Option<bool>,
    /// When the assignment was made.
    pub created_at: DateTime,
    /// When the assignment was last changed.
    pub updated_at: DateTime,
}

edges!(CategoryAssignment, CategoryAssignment::EDGES);

impl Record for CategoryAssignment {
    type Entity = asset_category_assignment::Entity;
    type Model = asset_category_assignment::Model;

    const TABLE: &'static Table = &Table {
        name: "CategoryAssignment",
        prefix: "category_assignment",
        sql: "asset_category_assignment",
        columns: &[
            Column::new("id", ID),
            Column::new("symbol", TEXT),
            Column::optional("asset_name", TEXT),
            Column::optional("asset_class", TEXT),
            Column::optional("sector", TEXT),
            Column::optional("market", TEXT),
            Column::optional("assignment_type", one_of::<AssignmentType>()),
            Column::optional("assignment_rule", TEXT),
            Column::optional("assignment_confidence", DECIMAL),
            Column::optional("target_weight_in_category", DECIMAL),
            Column::optional("is_active", BOOLEAN),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("symbol", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<VaultCategory>("category", "The category.", &[("category_id", "id")], |row| {
            Some(vec![row.category_id.into()])
        }),
        Edge::many::<Holding>(
            "holdings",
            "Holdings of this symbol.",
            &[("user_id", "user_id"), ("symbol", "symbol")],
            |row| Some(vec![row.user_id.into(), (&row.symbol).into()]),
        ),
    ];

    fn from_row(row: asset_category_assignment::Model) -> Result<Self> {
        let asset_category_assignment::Model {
            id,
            user_id,
            category_id,
            symbol,
            asset_name,
            asset_class,
            sector,
            market,
            assignment_type,
            assignment_rule,
            assignment_confidence,
            target_weight_in_category,
            is_active,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            category_id,
            symbol,
            asset_name,
            asset_class,
            sector,
            market,
            assignment_type: optional(assignment_type)?,
            assignment_rule,
            assignment_confidence: assignment_confidence.map(Decimal),
            target_weight_in_category: target_weight_in_category.map(Decimal),
            is_active,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
