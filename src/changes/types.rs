//! A change, as clients read it.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::graphql::{
    call::call,
    error::Result,
    id,
    mutation::deed,
    node::{self, Node},
};

/// What happened to a row.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was made, or came into the viewer's sight.
    Created,
    /// It was changed.
    Updated,
    /// It is gone, or out of the viewer's sight.
    Deleted,
    /// A trade rule wants something done now; told once, and of a DCA rule that nobody acts on once a period.
    Due,
    /// No row at all: fetch again what is shown. Sent first of all, since what happened before the subscription began is
    /// not told, and after an outage, in which changes may have been missed.
    Resync,
}

impl From<deed::Change> for ChangeKind {
    fn from(change: deed::Change) -> Self {
        match change {
            deed::Change::Created => Self::Created,
            deed::Change::Updated => Self::Updated,
            deed::Change::Deleted => Self::Deleted,
            deed::Change::Due => Self::Due,
        }
    }
}

/// A type of rows whose changes are told.
// The text of each is what the ids of its rows begin with.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[strum(serialize_all = "snake_case")]
pub enum NodeType {
    /// The account.
    User,
    /// Sign-ins; one that ends is deleted.
    Session,
    /// Personal API tokens.
    PersonalToken,
    /// Portfolios.
    Portfolio,
    /// Holdings.
    Holding,
    /// Positions at brokers.
    Position,
    /// Imports and synchronisations.
    SyncRun,
    /// Which account at a broker belongs to which portfolio.
    AccountPortfolio,
    /// DCA and stop-loss rules.
    TradeRule,
    /// The rebalancing schedule.
    RebalanceSchedule,
    /// Rebalancings done or tried.
    RebalanceExecution,
    /// Watchlists, also those that others share.
    Watchlist,
    /// Items of watchlists.
    WatchlistItem,
    /// Shares of watchlists, both ways.
    WatchlistShare,
    /// Settings of the app.
    Preferences,
    /// Settings of how the app looks.
    ThemePreferences,
    /// The onboarding.
    Onboarding,
    /// Targets and limits for trading.
    TradingPreferences,
    /// Entries of the journal.
    JournalEntry,
    /// Logged trades.
    TradeLog,
    /// Analyses of trades.
    TradeAnalysis,
    /// Categories for allocation.
    VaultCategory,
    /// Assets in categories.
    CategoryAssignment,
}

impl NodeType {
    /// The table of its rows.
    pub fn table(self) -> Option<&'static str> {
        node::target(self.into()).map(|target| target.table().sql)
    }

    /// Whether a change of such a row may end a sign-in or a token.
    pub fn may_end_sessions(self) -> bool {
        matches!(self, Self::User | Self::Session | Self::PersonalToken | Self::Preferences)
    }
}

/// Something that happened to rows which the viewer sees.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
#[graphql(complex)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The row's type; null for RESYNC.
    #[graphql(name = "type")]
    pub of: Option<NodeType>,
    #[graphql(skip)]
    pub row: Option<Uuid>,
}

impl Change {
    /// That everything is to be fetched again.
    pub const RESYNC: Self = Self { kind: ChangeKind::Resync, of: None, row: None };

    /// A change as servers tell each other, by an id or by a whole type; `None` when this server knows no such type.
    pub fn read(kind: deed::Change, what: &str) -> Option<Self> {
        let (prefix, row) = id::split(what).map_or((what, None), |(prefix, row)| (prefix, Some(row)));
        Some(Self { kind: kind.into(), of: Some(prefix.parse().ok()?), row })
    }
}

#[ComplexObject]
impl Change {
    /// The row's id; null for RESYNC, and where so many rows of the type changed at once that they are not named: fetch
    /// again what is shown of that type.
    async fn id(&self) -> Option<ID> {
        let prefix: &'static str = self.of?.into();
        Some(ID(id::text(prefix, self.row?)))
    }

    /// The row as it stands when it is told of; null when it is gone, the viewer may not see it, or no row is named.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let (Some(of), Some(row), true) = (self.of, self.row, self.kind != ChangeKind::Deleted) else {
            return Ok(None);
        };
        match node::target(of.into()) {
            Some(target) => target.load(call(ctx), row).await,
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_type_of_rows_that_people_change_is_there() {
        // What nobody follows row by row: what was done, the audit, other people, prices, and the end of days.
        let read_only = ["Activity", "AuditEntry", "Person", "Price", "PortfolioSnapshot"];
        let of_rows = node::TARGETS.iter().map(|target| target.table());
        let wanted: Vec<&str> = of_rows.filter(|of| !read_only.contains(&of.name)).map(|of| of.prefix).collect();
        let told: Vec<&'static str> = NodeType::VARIANTS.iter().map(|of| of.into()).collect();
        assert_eq!(told, wanted, "give each type of rows its value in NodeType");
    }

    #[test]
    fn a_change_is_read_by_id_or_by_type() {
        let row = Uuid::from_u128(7);
        let read = |what: &str| Change::read(deed::Change::Updated, what);
        let item = |row| Some(Change { kind: ChangeKind::Updated, of: Some(NodeType::WatchlistItem), row });
        assert_eq!(read(&format!("watchlist_item_{row}")), item(Some(row)));
        assert_eq!(read("watchlist_item"), item(None));
        assert_eq!(read("of_a_newer_server"), None);
        assert_eq!(read(""), None);
    }
}
