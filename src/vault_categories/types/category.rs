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

/// A category that assets are assigned to, with its target and its limits.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct VaultCategory {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// What the user calls it.
    pub category_name: String,
    /// Its short name, unique for its user.
    pub category_code: String,
    /// What the category sorts by; targets are summed for each type.
    pub category_type: CategoryType,
    /// What it is about, null when nothing was written.
    pub category_description: Option<String>,
    /// Its colour as #RRGGBB, null for none.
    pub category_color: Option<HexColor>,
    /// Name of its icon, null for none.
    pub category_icon: Option<String>,
    /// Wanted share in per cent, between minimum and maximum, null for no target.
    pub target_allocation_percent: Option<Decimal>,
    /// Smallest share in per cent, null counts as 0.
    pub min_allocation_percent: Option<Decimal>,
    /// Largest share in per cent, null counts as 100.
    pub max_allocation_percent: Option<Decimal>,
    /// Drift in percentage points above which rebalancing is due, null leaves it to the schedule.
    pub rebalance_threshold: Option<Decimal>,
    /// How often its share is looked at, null leaves it to the schedule.
    pub rebalance_frequency: Option<CategoryFrequency>,
    /// True to take part in rebalancing, null leaves it open.
    pub auto_rebalance_enabled: Option<bool>,
    /// How risky its assets are, null when not said.
    pub risk_level: Option<RiskLevel>,
    /// Largest share of one holding in per cent, null for no limit.
    pub max_single_position_percent: Option<Decimal>,
    /// Volatility in per cent that the user accepts, null for no limit.
    pub volatility_limit: Option<Decimal>,
    /// How much tax matters here, from 1 to 10, null when not said.
    pub tax_efficiency_priority: Option<i32>,
    /// True to be shown losses that could be realised for tax, null leaves it open.
    pub tax_loss_harvesting_enabled: Option<bool>,
    /// False while the category rests, null stands for false.
    pub is_active: Option<bool>,
    /// Its place in the list, from 1, null for last.
    pub display_order: Option<i32>,
    /// When the category was made.
    pub created_at: DateTime,
    /// When the category was last changed.
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
