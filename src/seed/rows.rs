//! The rows of some people, by table, and how they become statements.

use std::io::Write;

use entity::{
    agent_memory, asset_category_assignment, journal_entries, manual_trade_logs, portfolio_holdings,
    portfolio_position, portfolio_summary, portfolio_sync_log, rebalance_execution, rebalance_schedule, trade_analysis,
    user_onboarding_progress, user_preferences, user_theme_preferences, user_trade_rule, user_trading_preferences,
    users, vault_categories, watchlist_items, watchlist_shares, watchlists,
};
use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait, Value, sea_query::sea_value_to_json_value};

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
    let mut json = Vec::from(b"[");
    for (place, row) in rows.iter().enumerate() {
        json.extend_from_slice(if place == 0 { b"{" } else { b",{" });
        let empty = json.len();
        for (name, column) in &columns {
            push(&mut json, empty, name, &row.get(*column));
        }
        json.push(b'}');
    }
    json.push(b']');
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    (!rows.is_empty()).then(|| Load { table, count, sql, rows: String::from_utf8_lossy(&json).into_owned() })
}

/// Adds a member to the object that begins at `empty`; a value that is left out is null.
///
/// Times, numbers and ids are by far the most, and their texts need no escapes, so they are written without a detour:
/// an unoptimised build spends most of its time here.
fn push(json: &mut Vec<u8>, empty: usize, name: &str, value: &Value) {
    let start = json.len();
    let separator = if start == empty { "" } else { "," };
    let written = match value {
        Value::Uuid(Some(uuid)) => write!(json, "{separator}\"{name}\":\"{uuid}\""),
        Value::Decimal(Some(decimal)) => write!(json, "{separator}\"{name}\":\"{decimal}\""),
        Value::ChronoDateTimeWithTimeZone(Some(time)) => {
            write!(json, "{separator}\"{name}\":\"{}\"", time.to_rfc3339())
        }
        Value::Int(Some(number)) => write!(json, "{separator}\"{name}\":{number}"),
        Value::Bool(Some(flag)) => write!(json, "{separator}\"{name}\":{flag}"),
        Value::String(Some(text)) => {
            json.extend_from_slice(separator.as_bytes());
            json.extend_from_slice(b"\"");
            json.extend_from_slice(name.as_bytes());
            json.extend_from_slice(b"\":");
            serde_json::to_writer(&mut *json, text).map_err(Into::into)
        }
        other => match sea_value_to_json_value(other) {
            serde_json::Value::Null => Ok(()),
            value => write!(json, "{separator}\"{name}\":{value}"),
        },
    };
    // Memory takes everything that is written to it; half a member would be worse than none.
    if written.is_err() {
        json.truncate(start);
    }
}
