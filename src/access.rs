//! Whose row is whose: the first of two walls, on one page.
//!
//! Every statement that reads rows for somebody carries [`Scope::visible`] for each table that it names,
//! and runs in a transaction that [`Scope::begin`] opened, so that PostgreSQL's row-level security,
//! the second wall, knows the same viewer.
//! No table query starts anywhere else; clippy's `disallowed_methods` holds that.

mod viewer;

use std::{fmt::Write, net::IpAddr};

use sea_orm::{
    ExprTrait, Value,
    sea_query::{Alias, Expr, Query, SelectStatement},
};
use uuid::Uuid;

pub use self::viewer::{Access, Credential, Module, Viewer};
use crate::{
    authentication::types::TokenScopes,
    graphql::error::{Error, Result},
};

/// On whose behalf a transaction runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    user: Option<Uuid>,
    admin: bool,
    system: bool,
    resealing: bool,
    request: Option<Uuid>,
    address: Option<IpAddr>,
    first_wall: FirstWall,
    /// What a personal token binds it to; a sign-in reads everything that its user may.
    scopes: Option<TokenScopes>,
}

/// All of a [`Scope`] that the texts of statements depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    has_user: bool,
    admin: bool,
    system: bool,
    first_wall: FirstWall,
    scopes: Option<TokenScopes>,
}

/// Whether statements carry the conditions of this file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FirstWall {
    #[default]
    Standing,
    /// For the one test that shows that row-level security holds alone; no setting reaches it.
    Removed,
}

/// Whether a transaction may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One picture of the database for a whole document.
    Read,
    Write,
}

/// Who may read the rows of a table.
enum Rule {
    /// The user that this column names.
    Owner(&'static str),
    /// The user that this column names, and admins for support.
    OwnerOrAdmin(&'static str),
    /// The user themselves; admins too, who change accounts.
    Account,
    /// The owner, whom it is shared with, and everybody signed in when it is public.
    Watchlist,
    /// Who may read its watchlist.
    WatchlistItem,
    /// Both ends of the share.
    WatchlistShare,
    /// The author, and everybody signed in when it is public.
    JournalEntry,
    /// Admins alone.
    Admin,
    /// Everybody signed in: prices are nobody's, and the view of people shows only whom one has met.
    SignedIn,
}

/// One rule per table, and the part of the product that it belongs to. A table that is missing here shows nothing.
fn rule(table: &str) -> Option<(Module, Rule)> {
    use Module::*;
    Some(match table {
        "users" => (Authentication, Rule::Account),
        "people" => (Authentication, Rule::SignedIn),
        "audit_log" => (Authentication, Rule::Admin),
        "user_sessions" | "user_two_factor" | "user_recovery_codes" | "personal_tokens" => {
            (Authentication, Rule::Owner("user_id"))
        }
        "portfolio_summary" | "portfolio_holdings" | "portfolio_position" | "portfolio_sync_log" => {
            (Portfolio, Rule::OwnerOrAdmin("user_id"))
        }
        "account_portfolios" | "portfolio_snapshots" => (Portfolio, Rule::Owner("user_id")),
        "prices" => (Portfolio, Rule::SignedIn),
        "user_trade_rule" => (Trading, Rule::Owner("user_id")),
        "rebalance_schedule" | "rebalance_execution" => (Rebalancing, Rule::Owner("user_id")),
        "watchlists" => (Watchlists, Rule::Watchlist),
        "watchlist_items" => (Watchlists, Rule::WatchlistItem),
        "watchlist_shares" => (Watchlists, Rule::WatchlistShare),
        "user_preferences" | "user_theme_preferences" => (Preferences, Rule::Owner("user_id")),
        "user_onboarding_progress" | "user_trading_preferences" => (Onboarding, Rule::Owner("user_id")),
        "journal_entries" => (Journaling, Rule::JournalEntry),
        "journal_search" | "manual_trade_logs" | "trade_analysis" => (Journaling, Rule::Owner("user_id")),
        "vault_categories" | "asset_category_assignment" => (VaultCategories, Rule::Owner("user_id")),
        "agent_memory" => (Logging, Rule::Owner("user_id")),
        _ => return None,
    })
}

/// What every personal token reads: who its user is, whom they have met, and what things cost.
const UNSCOPED: [&str; 3] = ["users", "people", "prices"];

impl Scope {
    /// Nobody: sees nothing at all.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// A user and what is theirs.
    pub fn user(id: Uuid) -> Self {
        Self { user: Some(id), ..Self::default() }
    }

    /// What a viewer reads with: their own rows, and as an admin those that support needs.
    pub fn viewer(viewer: &Viewer) -> Self {
        let scopes = viewer.scopes();
        // What admins read for support needs a sign-in.
        let admin = viewer.user.is_admin && scopes.is_none();
        Self { user: Some(viewer.user.id), admin, scopes, ..Self::default() }
    }

    /// The server itself: seeds, prices and runners. Of requests, only a price feed's.
    pub fn system() -> Self {
        Self { system: true, ..Self::default() }
    }

    /// The system, where it only seals values anew: to everybody else a row so written has not changed.
    pub fn resealing() -> Self {
        Self { resealing: true, ..Self::system() }
    }

    /// The same scope, telling the audit which request it serves.
    pub fn for_request(mut self, id: Uuid) -> Self {
        self.request = Some(id);
        self
    }

    /// The same scope, telling the audit where its request came from.
    pub fn from_address(mut self, address: Option<IpAddr>) -> Self {
        self.address = address;
        self
    }

    /// The same scope without the conditions of this file; see [`FirstWall::Removed`].
    pub fn behind(mut self, wall: FirstWall) -> Self {
        self.first_wall = wall;
        self
    }

    /// Whether this is the system's, which sees every row.
    pub fn is_system(&self) -> bool {
        self.system
    }

    /// The signed-in user, or the error that nobody is.
    pub fn user_id(&self) -> Result<Uuid> {
        self.user.ok_or_else(Error::unauthenticated)
    }

    /// What opens a transaction in this scope, in one round trip.
    /// The values are UUIDs, addresses and words of ours, so the text needs no parameters.
    pub fn begin(&self, mode: Mode) -> String {
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN",
        };
        format!("{begin}{}", self.settings())
    }

    /// What puts a transaction of another scope into this one: what that may do ends, what the audit knows of the request
    /// stays.
    pub fn entering(&self) -> String {
        let ended = ["admin", "system", "resealing"].map(|name| format!("SET LOCAL stackmotive.{name} = ''"));
        ended.join("; ") + &self.settings()
    }

    /// What puts an open transaction into this scope: each setting behind a semicolon.
    pub fn settings(&self) -> String {
        let mut sql = String::new();
        let user = self.user.map(|id| id.to_string());
        let request = self.request.map(|id| id.to_string());
        let address = self.address.map(|address| address.to_string());
        let on = |flag: bool| flag.then(|| "on".to_owned());
        for (name, value) in [
            ("user_id", user),
            ("admin", on(self.admin)),
            ("system", on(self.system)),
            ("resealing", on(self.resealing)),
            ("request_id", request),
            ("address", address),
        ] {
            if let Some(value) = value {
                let _ = write!(sql, "; SET LOCAL stackmotive.{name} = '{value}'");
            }
        }
        sql
    }

    /// Whether this scope may read rows of `table` at all; FORBIDDEN names the scope that a personal token lacks.
    pub fn may_read(&self, table: &str) -> Result<()> {
        let module = rule(table).map_or(Module::Authentication, |(module, _)| module);
        if UNSCOPED.contains(&table) { Ok(()) } else { viewer::permitted(self.scopes, module, Access::Read) }
    }

    /// What the texts of its statements depend on; two scopes of one kind differ by their user alone.
    pub fn kind(&self) -> Kind {
        let Self { admin, system, first_wall, scopes, .. } = *self;
        Kind { has_user: self.user.is_some(), admin, system, first_wall, scopes }
    }

    /// A scope of the same kind, of another user.
    pub fn of_user(&self, id: Uuid) -> Self {
        Self { user: self.user.map(|_| id), ..self.clone() }
    }

    /// The condition under which this scope may read a row of `table`, called `alias` in the statement.
    pub fn visible(&self, table: &str, alias: &str) -> Expr {
        if self.first_wall == FirstWall::Removed || self.system {
            return Expr::value(true);
        }
        let (Some(user), Some((_, rule)), Ok(())) = (self.user, rule(table), self.may_read(table)) else {
            return Expr::value(false);
        };
        let column = |name: &str| Expr::col((Alias::new(alias), Alias::new(name)));
        match rule {
            Rule::OwnerOrAdmin(_) | Rule::Account if self.admin => Expr::value(true),
            Rule::Account => column("id").eq(user),
            Rule::Owner(owner) | Rule::OwnerOrAdmin(owner) => column(owner).eq(user),
            Rule::Watchlist => {
                column("owner_id").eq(user).or(column("is_public")).or(column("id").in_subquery(shared_with(user)))
            }
            Rule::WatchlistItem => {
                let inner = format!("{alias}w");
                let watchlist = Query::select()
                    .expr(Expr::value(1))
                    .from_as(Alias::new("watchlists"), Alias::new(inner.as_str()))
                    .and_where(Expr::col((Alias::new(inner.as_str()), Alias::new("id"))).eq(column("watchlist_id")))
                    .and_where(self.visible("watchlists", &inner))
                    .take();
                Expr::exists(watchlist)
            }
            Rule::WatchlistShare => column("owner_id").eq(user).or(column("shared_with_id").eq(user)),
            Rule::JournalEntry => column("user_id").eq(user).or(column("is_public")),
            Rule::Admin => Expr::value(self.admin),
            Rule::SignedIn => Expr::value(true),
        }
    }
}

impl Scope {
    /// The condition under which this scope may change or delete a row of `table`, called `alias` in the statement.
    ///
    /// Nothing is writable for being public. Admins write accounts, in the scope that mutations of admins alone have.
    pub fn editable(&self, table: &str, alias: &str) -> Expr {
        if self.first_wall == FirstWall::Removed || self.system {
            return Expr::value(true);
        }
        let (Some(user), Some((_, rule))) = (self.user, rule(table)) else {
            return Expr::value(false);
        };
        let column = |name: &str| Expr::col((Alias::new(alias), Alias::new(name)));
        let writable = || writable_by(user);
        match rule {
            Rule::Account if self.admin => Expr::value(true),
            Rule::Account => column("id").eq(user),
            Rule::Owner(owner) | Rule::OwnerOrAdmin(owner) => column(owner).eq(user),
            Rule::Watchlist => column("owner_id").eq(user).or(column("id").in_subquery(writable())),
            Rule::WatchlistItem => {
                column("watchlist_id").in_subquery(own_lists(user)).or(column("watchlist_id").in_subquery(writable()))
            }
            Rule::WatchlistShare => column("owner_id").eq(user),
            Rule::JournalEntry => column("user_id").eq(user),
            Rule::Admin | Rule::SignedIn => Expr::value(false),
        }
    }
}

impl Scope {
    /// The condition under which a row of `table` is part of the user's account, and goes with it; nothing where rows are
    /// nobody's or the table is missing here.
    pub fn owned(&self, table: &str, alias: &str) -> Option<Expr> {
        let (user, (_, rule)) = (self.user?, rule(table)?);
        let column = |name: &str| Expr::col((Alias::new(alias), Alias::new(name)));
        Some(match rule {
            Rule::Account => column("id").eq(user),
            Rule::Owner(owner) | Rule::OwnerOrAdmin(owner) => column(owner).eq(user),
            Rule::Watchlist => column("owner_id").eq(user),
            Rule::WatchlistItem => column("watchlist_id").in_subquery(own_lists(user)),
            Rule::WatchlistShare => column("owner_id").eq(user).or(column("shared_with_id").eq(user)),
            Rule::JournalEntry => column("user_id").eq(user),
            Rule::Admin | Rule::SignedIn => return None,
        })
    }
}

/// The watchlists of this user.
fn own_lists(user: Uuid) -> SelectStatement {
    Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("watchlists"))
        .and_where(Expr::col(Alias::new("owner_id")).eq(Value::from(user)))
        .take()
}

/// The watchlists that somebody lets this user change.
fn writable_by(user: Uuid) -> SelectStatement {
    shared_with(user).and_where(Expr::col(Alias::new("is_read_only")).not()).take()
}

/// The watchlists that somebody shares with this user.
fn shared_with(user: Uuid) -> SelectStatement {
    Query::select()
        .column(Alias::new("watchlist_id"))
        .from(Alias::new("watchlist_shares"))
        .and_where(Expr::col(Alias::new("shared_with_id")).eq(Value::from(user)))
        .take()
}
