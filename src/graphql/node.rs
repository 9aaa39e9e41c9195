//! Everything that has an id, in one interface: `node(id)` refetches whatever a client holds.

use std::marker::PhantomData;

use async_graphql::{Context, ID, Interface, Object};

use super::{
    call::call,
    error::{Error, Result},
    id,
    table::{Of, Target},
};
use crate::{
    authentication::types::{Person, PersonalToken, Session, User},
    journaling::types::{JournalEntry, TradeAnalysis, TradeLog},
    logging::types::{Activity, AuditEntry},
    onboarding::types::{Onboarding, TradingPreferences},
    portfolio::types::{AccountPortfolio, Holding, Portfolio, PortfolioSnapshot, Position, SyncRun},
    preferences::types::{Preferences, ThemePreferences},
    prices::types::Price,
    rebalancing::types::{RebalanceExecution, RebalanceSchedule},
    trading::types::TradeRule,
    vault_categories::types::{CategoryAssignment, VaultCategory},
    watchlists::types::{Watchlist, WatchlistItem, WatchlistShare},
};

/// Something with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id, unique over all types."))]
pub enum Node {
    User(User),
    Session(Session),
    PersonalToken(PersonalToken),
    Portfolio(Portfolio),
    Holding(Holding),
    Position(Position),
    SyncRun(SyncRun),
    AccountPortfolio(AccountPortfolio),
    PortfolioSnapshot(PortfolioSnapshot),
    TradeRule(TradeRule),
    RebalanceSchedule(RebalanceSchedule),
    RebalanceExecution(RebalanceExecution),
    Watchlist(Watchlist),
    WatchlistItem(WatchlistItem),
    WatchlistShare(WatchlistShare),
    Preferences(Preferences),
    ThemePreferences(ThemePreferences),
    Onboarding(Onboarding),
    TradingPreferences(TradingPreferences),
    JournalEntry(JournalEntry),
    TradeLog(TradeLog),
    TradeAnalysis(TradeAnalysis),
    VaultCategory(VaultCategory),
    CategoryAssignment(CategoryAssignment),
    Activity(Activity),
    AuditEntry(AuditEntry),
    Person(Person),
    Price(Price),
}

/// Every type that [`Node`] can be, to find the one whose ids begin with a prefix.
pub static TARGETS: &[&dyn Target] = &[
    &Of::<User>(PhantomData),
    &Of::<Session>(PhantomData),
    &Of::<PersonalToken>(PhantomData),
    &Of::<Portfolio>(PhantomData),
    &Of::<Holding>(PhantomData),
    &Of::<Position>(PhantomData),
    &Of::<SyncRun>(PhantomData),
    &Of::<AccountPortfolio>(PhantomData),
    &Of::<PortfolioSnapshot>(PhantomData),
    &Of::<TradeRule>(PhantomData),
    &Of::<RebalanceSchedule>(PhantomData),
    &Of::<RebalanceExecution>(PhantomData),
    &Of::<Watchlist>(PhantomData),
    &Of::<WatchlistItem>(PhantomData),
    &Of::<WatchlistShare>(PhantomData),
    &Of::<Preferences>(PhantomData),
    &Of::<ThemePreferences>(PhantomData),
    &Of::<Onboarding>(PhantomData),
    &Of::<TradingPreferences>(PhantomData),
    &Of::<JournalEntry>(PhantomData),
    &Of::<TradeLog>(PhantomData),
    &Of::<TradeAnalysis>(PhantomData),
    &Of::<VaultCategory>(PhantomData),
    &Of::<CategoryAssignment>(PhantomData),
    &Of::<Activity>(PhantomData),
    &Of::<AuditEntry>(PhantomData),
    &Of::<Person>(PhantomData),
    &Of::<Price>(PhantomData),
];

/// How many ids `nodes` takes.
const NODES_MAX: usize = 100;

#[derive(Default)]
pub struct NodeQueries;

/// Refetching by id.
#[Object]
impl NodeQueries {
    /// The object with this id; NOT_FOUND when there is none or it is somebody else's.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The object's id.")] id: ID) -> Result<Option<Node>> {
        call(ctx).viewer()?;
        load(ctx, &id, &["id"]).await?.ok_or_else(|| Error::not_found("object")).map(Some)
    }

    /// The objects with these ids, in their order; null where there is none or it is somebody else's.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objects' ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Option<Vec<Option<Node>>>> {
        call(ctx).viewer()?;
        if ids.len() > NODES_MAX {
            return Err(Error::invalid(&["ids"], "TOO_LONG", format!("At most {NODES_MAX} ids can be named.")));
        }
        let places: Vec<String> = (0..ids.len()).map(|place| place.to_string()).collect();
        let loads = ids.iter().zip(&places).map(|(id, place)| async move { load(ctx, id, &["ids", place]).await });
        futures_util::future::try_join_all(loads).await.map(Some)
    }
}

/// The type whose ids begin so.
pub fn target(prefix: &str) -> Option<&'static dyn Target> {
    TARGETS.iter().copied().find(|target| target.table().prefix == prefix)
}

async fn load(ctx: &Context<'_>, id: &str, path: &[&str]) -> Result<Option<Node>> {
    let wrong = || {
        Error::invalid(path, "FORMAT", "This is no id; one looks like portfolio_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e.")
    };
    let (prefix, uuid) = id::split(id).ok_or_else(wrong)?;
    let target = target(prefix).ok_or_else(wrong)?;
    target.load(call(ctx), uuid).await
}
