//! User, a row of users.

use async_graphql::{Enum, SimpleObject};
use entity::users;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::person::Person;
use super::personal_token::PersonalToken;
use super::second_factor::SecondFactor;
use super::session::Session;
use crate::{
    edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, ID, INT, TEXT, one_of},
        scalars::{Currency, DateTime},
        table::{Column, Edge, Record, Table},
    },
    journaling::types::{JournalEntry, JournalSearching, TradeAnalysis, TradeFigures, TradeLog},
    logging::types::{Activity, ActivityFigures},
    onboarding::types::{Onboarding, TradingPreferences},
    portfolio::types::{AccountPortfolio, Holding, Portfolio, Position, SyncRun, UserWorth},
    preferences::types::{Preferences, ThemePreferences},
    rebalancing::types::{RebalanceExecution, RebalanceSchedule},
    trading::types::{RulesOfUser, TradeRule},
    vault_categories::types::{CategoryAssignment, TargetSums, VaultCategory},
    watchlists::types::{Watchlist, WatchlistShare},
};

/// What budget an account has, by rank.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum Tier {
    /// Rank 0, the smallest budget.
    Observer,
    /// Rank 1.
    Trader,
    /// Rank 2.
    Professional,
    /// Rank 3, the largest budget.
    Enterprise,
}

impl Enumeration for Tier {}

/// A user: the account, and everything that hangs off it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct User {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    /// The address to sign in with, as it was typed; unique whatever its case.
    pub email: String,
    /// The plan, which sets budgets and not features.
    pub tier: Tier,
    /// False closes the account: it cannot sign in and its sessions are dead.
    pub is_active: bool,
    /// True for administrators; only they and the system itself may change it.
    pub is_admin: bool,
    /// True once all onboarding steps are completed.
    pub has_completed_onboarding: bool,
    /// How far the onboarding came, 0 before it began.
    pub onboarding_step: Option<i32>,
    /// When the onboarding was completed, null before.
    pub onboarding_completed_at: Option<DateTime>,
    /// ISO 4217 code of the currency that new portfolios start with, null when there is no preference.
    pub preferred_currency: Option<Currency>,
    /// The name that other people see, null when none was chosen.
    pub display_name: Option<String>,
    /// When the address was confirmed, null while it is not.
    pub email_verified_at: Option<DateTime>,
    /// When the account last signed in, null when it never did.
    pub last_login_at: Option<DateTime>,
    /// When the password was last set.
    pub password_changed_at: DateTime,
    /// When the second factor was switched on, null while it is off.
    pub totp_enabled_at: Option<DateTime>,
    #[graphql(flatten)]
    pub second_factor: SecondFactor,
    #[graphql(flatten)]
    pub target_sums: TargetSums,
    #[graphql(flatten)]
    pub activity: ActivityFigures,
    #[graphql(flatten)]
    pub trade_figures: TradeFigures,
    #[graphql(flatten)]
    pub journal_searching: JournalSearching,
    #[graphql(flatten)]
    pub rules: RulesOfUser,
    #[graphql(flatten)]
    pub worth: UserWorth,
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
    #[graphql(skip)]
    pub updated_by: Option<Uuid>,
    /// When the account was made.
    pub created_at: DateTime,
    /// When the account was last changed.
    pub updated_at: DateTime,
}

edges!(User, User::EDGES);

impl Record for User {
    type Entity = users::Entity;
    type Model = users::Model;

    const TABLE: &'static Table = &Table {
        name: "User",
        prefix: "user",
        sql: "users",
        columns: &[
            Column::new("id", ID),
            Column::new("email", TEXT),
            Column::new("tier", one_of::<Tier>()),
            Column::new("is_active", BOOLEAN),
            Column::new("is_admin", BOOLEAN),
            Column::new("has_completed_onboarding", BOOLEAN),
            Column::optional("onboarding_step", INT),
            Column::optional("onboarding_completed_at", DATE_TIME),
            Column::optional("preferred_currency", TEXT),
            Column::optional("display_name", TEXT),
            Column::optional("email_verified_at", DATE_TIME),
            Column::optional("last_login_at", DATE_TIME),
            Column::new("password_changed_at", DATE_TIME),
            Column::optional("totp_enabled_at", DATE_TIME),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::many::<Session>("sessions", "Sign-ins, newest first; ended ones too.", &[("id", "user_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::many::<PersonalToken>(
            "personalTokens",
            "Personal API tokens, newest first; ended and revoked ones too.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<Portfolio>("portfolios", "Portfolios, by name.", &[("id", "user_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::many::<Holding>(
            "holdings",
            "Holdings of all portfolios and of none, by symbol.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<Position>(
            "positions",
            "What each account at each broker holds, by symbol.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<SyncRun>("syncRuns", "Imports and synchronisations, newest first.", &[("id", "user_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::many::<AccountPortfolio>(
            "accountPortfolios",
            "Which portfolios accounts were made to feed, by account.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<TradeRule>("tradeRules", "DCA and stop-loss rules, by symbol.", &[("id", "user_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::one::<RebalanceSchedule>(
            "rebalanceSchedule",
            "The rebalancing schedule; null before one is made.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<RebalanceExecution>(
            "rebalanceExecutions",
            "Rebalancings done or tried, newest first.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<Watchlist>("watchlists", "Watchlists of their own, newest first.", &[("id", "owner_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::many::<WatchlistShare>(
            "sharedByMe",
            "Shares of their watchlists with others, newest first.",
            &[("id", "owner_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<WatchlistShare>(
            "sharedWithMe",
            "Shares of watchlists of others with them, newest first.",
            &[("id", "shared_with_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<Preferences>(
            "preferences",
            "Settings of the app; null before any are saved.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<ThemePreferences>(
            "themePreferences",
            "Settings of how the app looks; null before any are saved.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<Onboarding>(
            "onboarding",
            "How far onboarding has come; null before it began.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<TradingPreferences>(
            "tradingPreferences",
            "Targets and limits for trading; null before onboarding is complete.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<JournalEntry>("journalEntries", "The trade journal, newest first.", &[("id", "user_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::many::<TradeLog>("tradeLogs", "Logged trades, newest first.", &[("id", "user_id")], |row| {
            Some(vec![row.id.0.into()])
        }),
        Edge::many::<TradeAnalysis>(
            "tradeAnalyses",
            "Analyses of trades, newest first.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<VaultCategory>(
            "vaultCategories",
            "Categories for allocation, in the order shown.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<CategoryAssignment>(
            "categoryAssignments",
            "Assets assigned to categories, by symbol.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<Activity>(
            "activities",
            "What was done with the account, newest first.",
            &[("id", "user_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<Person>(
            "createdBy",
            "Who made the account; null when that is not known.",
            &[("created_by", "id")],
            |row| Some(vec![row.created_by?.into()]),
        ),
        Edge::one::<Person>(
            "updatedBy",
            "Who changed the account last; null when that is not known.",
            &[("updated_by", "id")],
            |row| Some(vec![row.updated_by?.into()]),
        ),
    ];

    fn from_row(row: users::Model) -> Result<Self> {
        let users::Model {
            id,
            email,
            hashed_password: _,
            tier,
            is_active,
            is_admin,
            has_completed_onboarding,
            onboarding_step,
            onboarding_completed_at,
            preferred_currency,
            display_name,
            email_verified_at,
            last_login_at,
            failed_login_attempts: _,
            locked_until: _,
            password_changed_at,
            totp_secret: _,
            totp_enabled_at,
            created_by,
            updated_by,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            email,
            tier: Tier::from_stored(&tier)?,
            is_active,
            is_admin,
            has_completed_onboarding,
            onboarding_step,
            onboarding_completed_at: onboarding_completed_at.map(Into::into),
            preferred_currency: preferred_currency.map(Currency),
            display_name,
            email_verified_at: email_verified_at.map(Into::into),
            last_login_at: last_login_at.map(Into::into),
            password_changed_at: password_changed_at.into(),
            totp_enabled_at: totp_enabled_at.map(Into::into),
            second_factor: SecondFactor { user_id: id },
            target_sums: TargetSums { user_id: id },
            activity: ActivityFigures { user_id: id },
            trade_figures: TradeFigures { user_id: id },
            journal_searching: JournalSearching { user_id: id },
            rules: RulesOfUser { user_id: id },
            worth: UserWorth { user_id: id },
            created_by,
            updated_by,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
