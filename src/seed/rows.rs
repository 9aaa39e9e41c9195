//! The rows of some people, by table, and how they become statements.

use std::fmt::Write;

use entity::{
    agent_memory, asset_category_assignment, journal_entries, manual_trade_logs, portfolio_holdings,
    portfolio_position, portfolio_summary, portfolio_sync_log, rebalance_execution, rebalance_schedule, trade_analysis,
    user_onboarding_progress, user_preferences, user_theme_preferences, user_trade_rule, user_trading_preferences,
    users, vault_categories, watchlist_items, watchlist_shares, watchlists,
};
use sea_orm::{EntityName, EntityTrait, IdenStatic, Iterable, ModelTrait, Value, sea_query::sea_value_to_json_value};

/// What is made of some people, whole rows, so that a new column has to be thought of here too.
#[derive(Default)]
pub struct Rows {
    pub users: Vec<users::Model>,
    pub portfolios: Vec<portfolio_summary::Model>,
    pub holdings: Vec<portfolio_holdings::Model>,
    pub positions: Vec<portfolio_position::Model>,
    pub sync_runs: Vec<portfolio_sync_log::Model>,
    pub trade_rules: Vec<user_trade_rule::Model>,
    pub schedules: Vec<rebalance_schedule::Model>,
    pub executions: Vec<rebalance_execution::Model>,
    pub watchlists: Vec<watchlists::Model>,
    pub watchlist_items: Vec<watchlist_items::Model>,
    pub watchlist_shares: Vec<watchlist_shares::Model>,
    pub preferences: Vec<user_preferences::Model>,
    pub theme_preferences: Vec<user_theme_preferences::Model>,
    pub onboardings: Vec<user_onboarding_progress::Model>,
    pub trading_preferences: Vec<user_trading_preferences::Model>,
    /// Entries that name no trade.
    pub journal_entries: Vec<journal_entries::Model>,
    pub trade_logs: Vec<manual_trade_logs::Model>,
    /// Entries about a trade. The two tables name each other, so these go in after the trades.
    pub entries_about_trades: Vec<journal_entries::Model>,
    pub trade_analyses: Vec<trade_analysis::Model>,
    pub categories: Vec<vault_categories::Model>,
    pub assignments: Vec<asset_category_assignment::Model>,
    pub activities: Vec<agent_memory::Model>,
}

/// Rows of one table on their way into it.
pub struct Load {
    pub table: &'static str,
    pub count: u64,
    /// Takes the rows as its one parameter, so that its text is the same for any number of them.
    pub sql: String,
    /// A JSON array of objects, one for each row.
    pub rows: String,
}

impl Rows {
    /// The statements that store them, in an order that every foreign key can follow.
    pub fn loads(&self) -> Vec<Load> {
        let loads = [
            load::<users::Entity>(&self.users),
            load::<portfolio_summary::Entity>(&self.portfolios),
            load::<portfolio_holdings::Entity>(&self.holdings),
            load::<portfolio_position::Entity>(&self.positions),
            load::<portfolio_sync_log::Entity>(&self.sync_runs),
            load::<user_trade_rule::Entity>(&self.trade_rules),
            load::<rebalance_schedule::Entity>(&self.schedules),
            load::<rebalance_execution::Entity>(&self.executions),
            load::<watchlists::Entity>(&self.watchlists),
            load::<watchlist_items::Entity>(&self.watchlist_items),
            load::<watchlist_shares::Entity>(&self.watchlist_shares),
            load::<user_preferences::Entity>(&self.preferences),
            load::<user_theme_preferences::Entity>(&self.theme_preferences),
            load::<user_onboarding_progress::Entity>(&self.onboardings),
            load::<user_trading_preferences::Entity>(&self.trading_preferences),
            load::<journal_entries::Entity>(&self.journal_entries),
            load::<manual_trade_logs::Entity>(&self.trade_logs),
            load::<journal_entries::Entity>(&self.entries_about_trades),
            load::<trade_analysis::Entity>(&self.trade_analyses),
            load::<vault_categories::Entity>(&self.categories),
            load::<asset_category_assignment::Entity>(&self.assignments),
            load::<agent_memory::Entity>(&self.activities),
        ];
        loads.into_iter().flatten().collect()
    }
}

/// `json_populate_recordset` reads each value by its column's own type, so one parameter carries every type exactly:
/// decimals travel as text.
fn load<E: EntityTrait>(rows: &[E::Model]) -> Option<Load> {
    let table = E::default().table_name();
    let columns: Vec<(&str, E::Column)> = E::Column::iter().map(|column| (column.as_str(), column)).collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    let sql = format!(
        "INSERT INTO public.{table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::public.{table}, $1::json)"
    );
    let mut text = String::from("[");
    for (place, row) in rows.iter().enumerate() {
        text.push_str(if place == 0 { "{" } else { ",{" });
        let mut separator = "";
        for (name, column) in &columns {
            let value = row.get(*column);
            // A value that is left out is null.
            if value == value.as_null() {
                continue;
            }
            let _ = write!(text, "{separator}\"{name}\":");
            push(&mut text, &value);
            separator = ",";
        }
        text.push('}');
    }
    text.push(']');
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    (!rows.is_empty()).then_some(Load { table, count, sql, rows: text })
}

/// The value as JSON, without a detour where its text needs no escapes.
fn push(text: &mut String, value: &Value) {
    let _ = match value {
        Value::Uuid(Some(uuid)) => write!(text, "\"{uuid}\""),
        Value::Decimal(Some(decimal)) => write!(text, "\"{decimal}\""),
        Value::Int(Some(number)) => write!(text, "{number}"),
        Value::Bool(Some(flag)) => write!(text, "{flag}"),
        other => write!(text, "{}", sea_value_to_json_value(other)),
    };
}
