//! VaultCategory, a row of vault_categories.

use async_graphql::{Enum, SimpleObject};
use entity::vault_categories;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::assignment::CategoryAssignment;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, INT, TEXT, one_of},
        scalars::{DateTime, Decimal, HexColor},
        table::{Column, Edge, Record, Table},
    },
};

/// What a category sorts by.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum CategoryType {
    /// Kind of asset; drives rebalancing.
    AssetClass,
    /// Branch of the economy.
    Sector,
    /// Country or region.
    Geography,
    /// Role in a strategy.
    Strategy,
    /// Risk.
    RiskLevel,
    /// The user's own idea.
    Custom,
}

impl Enumeration for CategoryType {}

/// How often a category is rebalanced.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum CategoryFrequency {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Once a year.
    Annually,
    /// Not at all.
    Never,
}

impl Enumeration for CategoryFrequency {}

/// How risky a category is.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum RiskLevel {
    /// Hardly.
    VeryLow,
    /// A little.
    Low,
    /// Somewhat.
    Medium,
    /// Clearly.
    High,
    /// Very.
    VeryHigh,
}

impl Enumeration for RiskLevel {}

/// TODO
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct VaultCategory {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// TODO.
    pub category_name: String,
    /// TODO.
    pub category_code: String,
    /// TODO.
    pub category_type: CategoryType,
    /// TODO.
    pub category_description: Option<String>,
    /// TODO.
    pub category_color: Option<HexColor>,
    /// TODO.
    pub category_icon: Option<String>,
    /// TODO.
    pub target_allocation_percent: Option<Decimal>,
    /// TODO.
    pub min_allocation_percent: Option<Decimal>,
    /// TODO.
    pub max_allocation_percent: Option<Decimal>,
    /// TODO.
    pub rebalance_threshold: Option<Decimal>,
    /// TODO.
    pub rebalance_frequency: Option<CategoryFrequency>,
    /// TODO.
    pub auto_rebalance_enabled: Option<bool>,
    /// TODO.
    pub risk_level: Option<RiskLevel>,
    /// TODO.
    pub max_single_position_percent: Option<Decimal>,
    /// TODO.
    pub volatility_limit: Option<Decimal>,
    /// TODO.
    pub tax_efficiency_priority: Option<i32>,
    /// TODO.
    pub tax_loss_harvesting_enabled: Option<bool>,
    /// TODO.
    pub is_active: Option<bool>,
    /// TODO.
    pub display_order: Option<i32>,
    /// TODO.
    pub created_at: DateTime,
    /// TODO.
    pub updated_at: DateTime,
}

edges!(VaultCategory, VaultCategory::EDGES);

impl Record for VaultCategory {
    type Entity = vault_categories::Entity;
    type Model = vault_categories::Model;

    const TABLE: &'static Table = &Table {
        name: "VaultCategory",
        prefix: "vault_category",
        sql: "vault_categories",
        columns: &[
            Column::new("id", ID),
            Column::new("category_name", TEXT),
            Column::new("category_code", TEXT),
            Column::new("category_type", one_of::<CategoryType>()),
            Column::optional("category_description", TEXT),
            Column::optional("category_color", TEXT),
            Column::optional("category_icon", TEXT),
            Column::optional("target_allocation_percent", DECIMAL),
            Column::optional("min_allocation_percent", DECIMAL),
            Column::optional("max_allocation_percent", DECIMAL),
            Column::optional("rebalance_threshold", DECIMAL),
            Column::optional("rebalance_frequency", one_of::<CategoryFrequency>()),
            Column::optional("auto_rebalance_enabled", BOOLEAN),
            Column::optional("risk_level", one_of::<RiskLevel>()),
            Column::optional("max_single_position_percent", DECIMAL),
            Column::optional("volatility_limit", DECIMAL),
            Column::optional("tax_efficiency_priority", INT),
            Column::optional("tax_loss_harvesting_enabled", BOOLEAN),
            Column::optional("is_active", BOOLEAN),
            Column::optional("display_order", INT),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("display_order", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::many::<CategoryAssignment>(
            "assignments",
            "Assets assigned to it, by symbol.",
            &[("id", "category_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
    ];

    fn from_row(row: vault_categories::Model) -> Result<Self> {
        let vault_categories::Model {
            id,
            user_id,
            category_name,
            category_code,
            category_type,
            category_description,
            category_color,
            category_icon,
            target_allocation_percent,
            min_allocation_percent,
            max_allocation_percent,
            rebalance_threshold,
            rebalance_frequency,
            auto_rebalance_enabled,
            risk_level,
            max_single_position_percent,
            volatility_limit,
            tax_efficiency_priority,
            tax_loss_harvesting_enabled,
            is_active,
            display_order,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            category_name,
            category_code,
            category_type: CategoryType::from_stored(&category_type)?,
            category_description,
            category_color: category_color.map(HexColor),
            category_icon,
            target_allocation_percent: target_allocation_percent.map(Decimal),
            min_allocation_percent: min_allocation_percent.map(Decimal),
            max_allocation_percent: max_allocation_percent.map(Decimal),
            rebalance_threshold: rebalance_threshold.map(Decimal),
            rebalance_frequency: optional(rebalance_frequency)?,
            auto_rebalance_enabled,
            risk_level: optional(risk_level)?,
            max_single_position_percent: max_single_position_percent.map(Decimal),
            volatility_limit: volatility_limit.map(Decimal),
            tax_efficiency_priority,
            tax_loss_harvesting_enabled,
            is_active,
            display_order,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
