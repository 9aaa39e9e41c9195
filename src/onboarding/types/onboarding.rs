//! Onboarding, a row of user_onboarding_progress.

use async_graphql::{Enum, SimpleObject};
use entity::user_onboarding_progress;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::{
    Ending,
    progress::{StepProgress, steps_of},
};
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
    sealing::columns::{PHONE_NUMBER, TAX_FILE_NUMBER, TAX_IDENTIFICATION_NUMBER},
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

/// How far a user has come with onboarding, and what they said there.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Onboarding {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// The first step that is not completed, from 1; the last one when all are.
    pub current_step: i32,
    /// Numbers of the completed steps, as a JSON array.
    pub completed_steps: Json,
    /// True once `completeOnboarding` has found all steps completed.
    pub is_complete: bool,
    /// Completed steps in per cent of all.
    pub completion_percentage: Decimal,
    /// How far each step has come, in their order.
    pub steps: Vec<StepProgress>,
    /// True once the welcome was seen.
    pub welcome_viewed: bool,
    /// When the welcome was seen, null before.
    pub welcome_viewed_at: Option<DateTime>,
    /// Experience with trading, null while not answered.
    pub trading_experience: Option<TradingExperience>,
    /// How much risk is acceptable, null while not answered.
    pub risk_tolerance: Option<RiskTolerance>,
    /// How long money stays invested, null while not answered.
    pub investment_horizon: Option<InvestmentHorizon>,
    /// Money to begin with, in the preferred currency, null while not answered.
    pub initial_investment: Option<Decimal>,
    /// How often the user means to trade, null while not answered.
    pub trading_frequency: Option<String>,
    /// Markets of interest, as a JSON array, null while not answered.
    pub preferred_markets: Option<Json>,
    /// Full name, null while not answered.
    pub full_name: Option<String>,
    /// First name, null while not answered.
    pub first_name: Option<String>,
    /// Last name, null while not answered.
    pub last_name: Option<String>,
    /// The last four characters of the telephone number, null while none is stored. `revealPersonalData` shows all of it.
    pub phone_number_ending: Option<Ending>,
    /// ISO 4217 code of the currency to report in; the account's until it is answered otherwise, null once it is cleared.
    pub preferred_currency: Option<Currency>,
    /// Date of birth, in the past, null while not answered.
    pub date_of_birth: Option<Date>,
    /// Country that taxes the user, as ISO 3166 code such as NZ, null while not answered.
    pub tax_residency: Option<String>,
    /// Second country that taxes the user, as ISO 3166 code, null without one.
    pub secondary_tax_residency: Option<String>,
    /// The last four characters of the tax number, of one with fewer than eight the last two; null while none is stored.
    pub tax_identification_number_ending: Option<Ending>,
    /// The last four characters of the tax file number, of one with fewer than eight the last two; null while none is
    /// stored.
    pub tax_file_number_ending: Option<Ending>,
    /// How the user works, null while not answered.
    pub employment_status: Option<String>,
    /// The year that gains are grouped by, null while not answered.
    pub tax_year_preference: Option<TaxYear>,
    /// True for a business registered for tax, null while not answered.
    pub tax_registered_business: Option<bool>,
    /// How much help the application gives, null while not answered.
    pub help_level: Option<HelpLevel>,
    /// Ways of being told, as a JSON object of true and false, null while not answered.
    pub notification_preferences: Option<Json>,
    /// What others may see, as a JSON object of true and false, null while not answered.
    pub privacy_settings: Option<Json>,
    /// True when the user wants to bring in positions from brokers, null while not answered.
    pub connect_brokers: Option<bool>,
    /// Those brokers, as a JSON array, null while not answered.
    pub selected_brokers: Option<Json>,
    /// True when the user is invested already, null while not answered.
    pub has_existing_portfolio: Option<bool>,
    /// What that is worth, in the preferred currency, null while not answered.
    pub existing_portfolio_value: Option<Decimal>,
    /// True once the user accepted the terms.
    pub terms_accepted: Option<bool>,
    /// When the terms were accepted, null before.
    pub terms_accepted_at: Option<DateTime>,
    /// True once the user accepted the privacy policy.
    pub privacy_policy_accepted: Option<bool>,
    /// When the privacy policy was accepted, null before.
    pub privacy_policy_accepted_at: Option<DateTime>,
    /// When the onboarding began.
    pub started_at: DateTime,
    /// When the onboarding was completed, null before.
    pub completed_at: Option<DateTime>,
    /// When the user last answered something.
    pub last_active_at: DateTime,
    /// When the row was made.
    pub created_at: DateTime,
    /// When the row was last changed.
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
        let steps = steps_of(&row);
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
            phone_number,
            preferred_currency,
            date_of_birth,
            tax_residency,
            secondary_tax_residency,
            tax_identification_number,
            tax_file_number,
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
            steps,
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
            phone_number_ending: Ending::of(PHONE_NUMBER, user_id, phone_number),
            preferred_currency: preferred_currency.map(Currency),
            date_of_birth: date_of_birth.map(Date),
            tax_residency,
            secondary_tax_residency,
            tax_identification_number_ending: Ending::of(TAX_IDENTIFICATION_NUMBER, user_id, tax_identification_number),
            tax_file_number_ending: Ending::of(TAX_FILE_NUMBER, user_id, tax_file_number),
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
