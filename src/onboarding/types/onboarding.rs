//! Onboarding, a row of user_onboarding_progress.

use async_graphql::{Enum, SimpleObject};
use entity::user_onboarding_progress;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE, DATE_TIME, DECIMAL, ID, INT, JSON, TEXT, one_of},
        scalars::{Currency, Date, DateTime, Decimal, Json},
        table::{Column, Edge, Record, Table},
    },
};

/// How much somebody has traded.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TradingExperience {
    /// Not at all.
    None,
    /// A little.
    Beginner,
    /// Regularly.
    Intermediate,
    /// For years.
    Advanced,
    /// For a living.
    Professional,
}

impl Enumeration for TradingExperience {}

/// How much loss somebody can bear.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum RiskTolerance {
    /// Hardly any.
    VeryLow,
    /// Little.
    Low,
    /// Some.
    Moderate,
    /// Much.
    High,
    /// Very much.
    VeryHigh,
}

impl Enumeration for RiskTolerance {}

/// How long money stays invested.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum InvestmentHorizon {
    /// Up to about two years.
    ShortTerm,
    /// Some years.
    MediumTerm,
    /// Many years.
    LongTerm,
}

impl Enumeration for InvestmentHorizon {}

/// Which year gains are counted in.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TaxYear {
    /// January to December.
    Calendar,
    /// The tax year of the country of tax residency.
    Financial,
}

impl Enumeration for TaxYear {}

/// How much the app explains.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum HelpLevel {
    /// Step by step.
    Guided,
    /// Hints only.
    Minimal,
    /// Nothing.
    None,
}

impl Enumeration for HelpLevel {}

/// TODO
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Onboarding {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// TODO.
    pub current_step: i32,
    /// TODO.
    pub completed_steps: Json,
    /// TODO.
    pub is_complete: bool,
    /// TODO.
    pub completion_percentage: Decimal,
    /// TODO.
    pub welcome_viewed: bool,
    /// TODO.
    pub welcome_viewed_at: Option<DateTime>,
    /// TODO.
    pub trading_experience: Option<TradingExperience>,
    /// TODO.
    pub risk_tolerance: Option<RiskTolerance>,
    /// TODO.
    pub investment_horizon: Option<InvestmentHorizon>,
    /// TODO.
    pub initial_investment: Option<Decimal>,
    /// TODO.
    pub trading_frequency: Option<String>,
    /// TODO.
    pub preferred_markets: Option<Json>,
    /// TODO.
    pub full_name: Option<String>,
    /// TODO.
    pub first_name: Option<String>,
    /// TODO.
    pub last_name: Option<String>,
    /// TODO.
    pub preferred_currency: Option<Currency>,
    /// TODO.
    pub date_of_birth: Option<Date>,
    /// TODO.
    pub tax_residency: Option<String>,
    /// TODO.
    pub secondary_tax_residency: Option<String>,
    /// TODO.
    pub employment_status: Option<String>,
    /// TODO.
    pub tax_year_preference: Option<TaxYear>,
    /// TODO.
    pub tax_registered_business: Option<bool>,
    /// TODO.
    pub help_level: Option<HelpLevel>,
    /// TODO.
    pub notification_preferences: Option<Json>,
    /// TODO.
    pub privacy_settings: Option<Json>,
    /// TODO.
    pub connect_brokers: Option<bool>,
    /// TODO.
    pub selected_brokers: Option<Json>,
    /// TODO.
    pub has_existing_portfolio: Option<bool>,
    /// TODO.
    pub existing_portfolio_value: Option<Decimal>,
    /// TODO.
    pub terms_accepted: Option<bool>,
    /// TODO.
    pub terms_accepted_at: Option<DateTime>,
    /// TODO.
    pub privacy_policy_accepted: Option<bool>,
    /// TODO.
    pub privacy_policy_accepted_at: Option<DateTime>,
    /// TODO.
    pub started_at: DateTime,
    /// TODO.
    pub completed_at: Option<DateTime>,
    /// TODO.
    pub last_active_at: DateTime,
    /// TODO.
    pub created_at: DateTime,
    /// TODO.
    pub updated_at: DateTime,
}

edges!(Onboarding, Onboarding::EDGES);

impl Record for Onboarding {
    type Entity = user_onboarding_progress::Entity;
    type Model = user_onboarding_progress::Model;

    const TABLE: &'static Table = &Table {
        name: "Onboarding",
        prefix: "onboarding",
        sql: "user_onboarding_progress",
        columns: &[
            Column::new("id", ID),
            Column::new("current_step", INT),
            Column::new("completed_steps", JSON),
            Column::new("is_complete", BOOLEAN),
            Column::new("completion_percentage", DECIMAL),
            Column::new("welcome_viewed", BOOLEAN),
            Column::optional("welcome_viewed_at", DATE_TIME),
            Column::optional("trading_experience", one_of::<TradingExperience>()),
            Column::optional("risk_tolerance", one_of::<RiskTolerance>()),
            Column::optional("investment_horizon", one_of::<InvestmentHorizon>()),
            Column::optional("initial_investment", DECIMAL),
            Column::optional("trading_frequency", TEXT),
            Column::optional("preferred_markets", JSON),
            Column::optional("full_name", TEXT),
            Column::optional("first_name", TEXT),
            Column::optional("last_name", TEXT),
            Column::optional("preferred_currency", TEXT),
            Column::optional("date_of_birth", DATE),
            Column::optional("tax_residency", TEXT),
            Column::optional("secondary_tax_residency", TEXT),
            Column::optional("employment_status", TEXT),
            Column::optional("tax_year_preference", one_of::<TaxYear>()),
            Column::optional("tax_registered_business", BOOLEAN),
            Column::optional("help_level", one_of::<HelpLevel>()),
            Column::optional("notification_preferences", JSON),
            Column::optional("privacy_settings", JSON),
            Column::optional("connect_brokers", BOOLEAN),
            Column::optional("selected_brokers", JSON),
            Column::optional("has_existing_portfolio", BOOLEAN),
            Column::optional("existing_portfolio_value", DECIMAL),
            Column::optional("terms_accepted", BOOLEAN),
            Column::optional("terms_accepted_at", DATE_TIME),
            Column::optional("privacy_policy_accepted", BOOLEAN),
            Column::optional("privacy_policy_accepted_at", DATE_TIME),
            Column::new("started_at", DATE_TIME),
            Column::optional("completed_at", DATE_TIME),
            Column::new("last_active_at", DATE_TIME),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: user_onboarding_progress::Model) -> Result<Self> {
        let user_onboarding_progress::Model {
            id,
            user_id,
            current_step,
            completed_steps,
            is_complete,
            completion_percentage,
            welcome_viewed,
            welcome_viewed_at,
            trading_experience,
            risk_tolerance,
            investment_horizon,
            initial_investment,
            trading_frequency,
            preferred_markets,
            full_name,
            first_name,
            last_name,
            phone_number: _,
            preferred_currency,
            date_of_birth,
            tax_residency,
            secondary_tax_residency,
            tax_identification_number: _,
            tax_file_number: _,
            employment_status,
            tax_year_preference,
            tax_registered_business,
            help_level,
            notification_preferences,
            privacy_settings,
            connect_brokers,
            selected_brokers,
            has_existing_portfolio,
            existing_portfolio_value,
            terms_accepted,
            terms_accepted_at,
            privacy_policy_accepted,
            privacy_policy_accepted_at,
            started_at,
            completed_at,
            last_active_at,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            current_step,
            completed_steps: Json(completed_steps),
            is_complete,
            completion_percentage: Decimal(completion_percentage),
            welcome_viewed,
            welcome_viewed_at: welcome_viewed_at.map(Into::into),
            trading_experience: optional(trading_experience)?,
            risk_tolerance: optional(risk_tolerance)?,
            investment_horizon: optional(investment_horizon)?,
            initial_investment: initial_investment.map(Decimal),
            trading_frequency,
            preferred_markets: preferred_markets.map(Json),
            full_name,
            first_name,
            last_name,
            preferred_currency: preferred_currency.map(Currency),
            date_of_birth: date_of_birth.map(Date),
            tax_residency,
            secondary_tax_residency,
            employment_status,
            tax_year_preference: optional(tax_year_preference)?,
            tax_registered_business,
            help_level: optional(help_level)?,
            notification_preferences: notification_preferences.map(Json),
            privacy_settings: privacy_settings.map(Json),
            connect_brokers,
            selected_brokers: selected_brokers.map(Json),
            has_existing_portfolio,
            existing_portfolio_value: existing_portfolio_value.map(Decimal),
            terms_accepted,
            terms_accepted_at: terms_accepted_at.map(Into::into),
            privacy_policy_accepted,
            privacy_policy_accepted_at: privacy_policy_accepted_at.map(Into::into),
            started_at: started_at.into(),
            completed_at: completed_at.map(Into::into),
            last_active_at: last_active_at.into(),
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
