//! The journal's statements, and how its rows are made from inputs.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

pub mod export;
mod grouping;
pub mod search;
pub mod statistics;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{journal_entries, manual_trade_logs, portfolio_summary, trade_analysis};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{
    mutations::{CreateJournalEntryInput, NewTradeAnalysisInput, NewTradeLogInput},
    trade,
};
use crate::{
    access::Viewer,
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result},
        input::symbol,
        scalars::Json,
    },
    preferences,
};

/// What a write needs to know of its author.
pub struct Facts {
    pub user_id: Uuid,
    pub now: DateTime<Utc>,
    /// The author's preferred currency.
    pub currency: String,
    today: OnceCell<NaiveDate>,
}

impl Facts {
    pub fn of(viewer: &Viewer, now: DateTime<Utc>) -> Self {
        Self { user_id: viewer.user.id, now, currency: viewer.currency(), today: OnceCell::new() }
    }

    /// Today where the author lives, asked for once and only where it matters.
    pub async fn today(&self, transaction: &impl ConnectionTrait) -> Result<NaiveDate> {
        let read = || async {
            let zone = preferences::zone_of(transaction, self.user_id).await?;
            Ok(self.now.with_timezone(&zone).date_naive())
        };
        self.today.get_or_try_init(read).await.copied()
    }
}

/// The value of all the user's portfolios in a currency; zero when there is none.
pub async fn portfolio_value(transaction: &impl ConnectionTrait, user_id: Uuid, currency: &str) -> Result<Decimal> {
    let total: Option<Option<Decimal>> = portfolio_summary::Entity::find()
        .select_only()
        .column_as(portfolio_summary::Column::PortfolioValue.sum(), "total")
        .filter(portfolio_summary::Column::UserId.eq(user_id))
        .filter(portfolio_summary::Column::Currency.eq(currency))
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(total.flatten().unwrap_or_default())
}

/// The day that one of the user's entries is about.
pub async fn entry_date(transaction: &impl ConnectionTrait, user_id: Uuid, entry: Uuid) -> Result<Option<NaiveDate>> {
    let date = journal_entries::Entity::find()
        .select_only()
        .column(journal_entries::Column::EntryDate)
        .filter(journal_entries::Column::Id.eq(entry))
        .filter(journal_entries::Column::UserId.eq(user_id));
    Ok(date.into_tuple().one(transaction).await?)
}

/// The entry's own trade log, if it has one.
pub async fn log_of_entry(transaction: &impl ConnectionTrait, user_id: Uuid, entry: Uuid) -> Result<Option<Uuid>> {
    let log = manual_trade_logs::Entity::find()
        .select_only()
        .column(manual_trade_logs::Column::Id)
        .filter(manual_trade_logs::Column::JournalEntryId.eq(entry))
        .filter(manual_trade_logs::Column::UserId.eq(user_id));
    Ok(log.into_tuple().one(transaction).await?)
}

/// The trade's analysis, if it has one.
pub async fn analysis_of_log(transaction: &impl ConnectionTrait, user_id: Uuid, log: Uuid) -> Result<Option<Uuid>> {
    let analysis = trade_analysis::Entity::find()
        .select_only()
        .column(trade_analysis::Column::Id)
        .filter(trade_analysis::Column::TradeLogId.eq(log))
        .filter(trade_analysis::Column::UserId.eq(user_id));
    Ok(analysis.into_tuple().one(transaction).await?)
}

/// The entries that write about a trade, in the order of their ids.
pub async fn entries_about(transaction: &impl ConnectionTrait, user_id: Uuid, log: Uuid) -> Result<Vec<Uuid>> {
    let entries = journal_entries::Entity::find()
        .select_only()
        .column(journal_entries::Column::Id)
        .filter(journal_entries::Column::TradeId.eq(log))
        .filter(journal_entries::Column::UserId.eq(user_id))
        .order_by_asc(journal_entries::Column::Id);
    Ok(entries.into_tuple().all(transaction).await?)
}

/// The entry's row, and the trade log that was given with it.
pub fn entry_row(
    id: Uuid,
    facts: &Facts,
    entry_date: NaiveDate,
    input: CreateJournalEntryInput,
) -> (journal_entries::ActiveModel, Option<NewTradeLogInput>) {
    let row = journal_entries::ActiveModel {
        id: Set(id),
        user_id: Set(facts.user_id),
        title: Set(input.title),
        content: Set(input.content),
        entry_type: Set(Some(input.entry_type.stored().to_owned())),
        trade_id: Set(input.about_trade_id.map(|id| id.0)),
        asset_symbol: Set(input.asset_symbol.as_deref().map(symbol)),
        trade_type: Set(input.trade_type.map(|kind| kind.stored().to_owned())),
        entry_price: Set(input.entry_price.map(|price| price.0)),
        exit_price: Set(input.exit_price.map(|price| price.0)),
        quantity: Set(input.quantity.map(|quantity| quantity.0)),
        strategy_used: Set(input.strategy_used),
        reasoning: Set(input.reasoning),
        market_conditions: Set(input.market_conditions),
        confidence_level: Set(Some(input.confidence_level)),
        expected_outcome: Set(input.expected_outcome),
        actual_outcome: Set(input.actual_outcome),
        success_rating: Set(input.success_rating),
        lessons_learned: Set(input.lessons_learned),
        tags: Set(Some(json!(input.tags))),
        mood: Set(input.mood),
        market_phase: Set(input.market_phase),
        is_public: Set(Some(input.is_public)),
        entry_date: Set(entry_date),
        created_at: NotSet,
        updated_at: NotSet,
    };
    (row, input.trade_log)
}

/// The trade log's row, with everything that the server derives.
pub fn trade_log_row(
    id: Uuid,
    facts: &Facts,
    (entry_id, entry_date): (Option<Uuid>, NaiveDate),
    (currency, portfolio_value): (String, Decimal),
    input: NewTradeLogInput,
) -> Result<manual_trade_logs::ActiveModel> {
    let (price, quantity) = (input.entry_price.0, input.quantity.0);
    let total = trade::total_value(price, quantity).ok_or_else(|| Error::internal("a checked total is gone"))?;
    let ratio = match (input.trade_type.side(), input.target_price, input.stop_loss_price) {
        (Some(side), Some(target), Some(stop)) => trade::risk_reward_ratio(side, price, target.0, stop.0),
        _ => None,
    };
    Ok(manual_trade_logs::ActiveModel {
        id: Set(id),
        user_id: Set(facts.user_id),
        journal_entry_id: Set(entry_id),
        symbol: Set(symbol(&input.symbol)),
        currency: Set(currency),
        asset_name: Set(input.asset_name),
        trade_type: Set(input.trade_type.stored().to_owned()),
        entry_price: Set(price),
        quantity: Set(quantity),
        total_value: Set(total),
        order_type: Set(Some(input.order_type.stored().to_owned())),
        fees: input.fees.map_or(NotSet, |fees| Set(Some(fees.0))),
        broker: Set(input.broker),
        account_type: Set(Some(input.account_type.stored().to_owned())),
        target_price: Set(input.target_price.map(|price| price.0)),
        stop_loss_price: Set(input.stop_loss_price.map(|price| price.0)),
        risk_reward_ratio: Set(ratio),
        position_size_percent: Set(trade::position_size_percent(total, portfolio_value)),
        strategy: Set(input.strategy),
        time_horizon: Set(Some(input.time_horizon.stored().to_owned())),
        conviction_level: Set(Some(input.conviction_level)),
        market_conditions: Set(input.market_conditions),
        economic_events: Set(Some(list(input.economic_events))),
        technical_indicators: Set(Some(input.technical_indicators.map_or_else(|| json!({}), |value| value.0))),
        trade_date: Set(input.trade_date.map_or(entry_date, |date| date.0)),
        execution_time: Set(input.execution_time.map_or(facts.now, |time| time.0).into()),
        // A trade begins open, without a price of the day; the rest has the table's defaults.
        ..Default::default()
    })
}

pub fn analysis_row(
    id: Uuid,
    user_id: Uuid,
    trade_log_id: Uuid,
    input: NewTradeAnalysisInput,
) -> trade_analysis::ActiveModel {
    trade_analysis::ActiveModel {
        id: Set(id),
        user_id: Set(user_id),
        trade_log_id: Set(trade_log_id),
        pre_trade_analysis: Set(input.pre_trade_analysis),
        entry_criteria: Set(input.entry_criteria),
        risk_assessment: Set(input.risk_assessment),
        expected_duration: Set(input.expected_duration),
        mid_trade_notes: Set(Some(list(input.mid_trade_notes))),
        adjustment_reasons: Set(Some(list(input.adjustment_reasons))),
        emotional_state: Set(Some(list(input.emotional_state))),
        post_trade_analysis: Set(input.post_trade_analysis),
        what_went_right: Set(input.what_went_right),
        what_went_wrong: Set(input.what_went_wrong),
        key_learnings: Set(input.key_learnings),
        would_do_differently: Set(input.would_do_differently),
        execution_quality: Set(Some(input.execution_quality)),
        timing_quality: Set(Some(input.timing_quality)),
        risk_management_quality: Set(Some(input.risk_management_quality)),
        pre_trade_emotion: Set(input.pre_trade_emotion),
        during_trade_emotion: Set(input.during_trade_emotion),
        post_trade_emotion: Set(input.post_trade_emotion),
        emotional_discipline_rating: Set(Some(input.emotional_discipline_rating)),
        created_at: NotSet,
        updated_at: NotSet,
    }
}

fn list(value: Option<Json>) -> Value {
    value.map_or_else(|| json!([]), |value| value.0)
}
