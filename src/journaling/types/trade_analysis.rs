//! TradeAnalysis, a row of trade_analysis.

use async_graphql::SimpleObject;
use entity::trade_analysis;
use uuid::Uuid;

use super::trade_log::TradeLog;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{DATE_TIME, ID, INT, JSON, TEXT},
        scalars::{DateTime, Json},
        table::{Column, Edge, Record, Table},
    },
};

/// What its trader thought of a trade before, during and after it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TradeAnalysis {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    #[graphql(skip)]
    pub trade_log_id: Uuid,
    /// What was thought before the trade, null when not noted.
    pub pre_trade_analysis: Option<String>,
    /// What had to hold for the entry, null when not noted.
    pub entry_criteria: Option<String>,
    /// How the risk was seen, null when not noted.
    pub risk_assessment: Option<String>,
    /// How long it was meant to last, in words, null when not noted.
    pub expected_duration: Option<String>,
    /// Notes while the trade was open, as a JSON array, null without any.
    pub mid_trade_notes: Option<Json>,
    /// Why the plan was changed, as a JSON array, null without any.
    pub adjustment_reasons: Option<Json>,
    /// Feelings while the trade was open, as a JSON array, null without any.
    pub emotional_state: Option<Json>,
    /// What was thought after the trade, null when not noted.
    pub post_trade_analysis: Option<String>,
    /// What went well, null when not noted.
    pub what_went_right: Option<String>,
    /// What went badly, null when not noted.
    pub what_went_wrong: Option<String>,
    /// What was learned, null when not noted.
    pub key_learnings: Option<String>,
    /// What the trader would do otherwise, null when not noted.
    pub would_do_differently: Option<String>,
    /// How well it was carried out, from 1 to 10, null when not rated.
    pub execution_quality: Option<i32>,
    /// How well it was timed, from 1 to 10, null when not rated.
    pub timing_quality: Option<i32>,
    /// How well the risk was held, from 1 to 10, null when not rated.
    pub risk_management_quality: Option<i32>,
    /// Feeling before the trade, null when not noted.
    pub pre_trade_emotion: Option<String>,
    /// Feeling during the trade, null when not noted.
    pub during_trade_emotion: Option<String>,
    /// Feeling after the trade, null when not noted.
    pub post_trade_emotion: Option<String>,
    /// How well feelings were held, from 1 to 10, null when not rated.
    pub emotional_discipline_rating: Option<i32>,
    /// When the row was made.
    pub created_at: DateTime,
    /// When the row was last changed.
    pub updated_at: DateTime,
}

edges!(TradeAnalysis, TradeAnalysis::EDGES);

impl Record for TradeAnalysis {
    type Entity = trade_analysis::Entity;
    type Model = trade_analysis::Model;

    const TABLE: &'static Table = &Table {
        name: "TradeAnalysis",
        prefix: "trade_analysis",
        sql: "trade_analysis",
        columns: &[
            Column::new("id", ID),
            Column::optional("pre_trade_analysis", TEXT),
            Column::optional("entry_criteria", TEXT),
            Column::optional("risk_assessment", TEXT),
            Column::optional("expected_duration", TEXT),
            Column::optional("mid_trade_notes", JSON),
            Column::optional("adjustment_reasons", JSON),
            Column::optional("emotional_state", JSON),
            Column::optional("post_trade_analysis", TEXT),
            Column::optional("what_went_right", TEXT),
            Column::optional("what_went_wrong", TEXT),
            Column::optional("key_learnings", TEXT),
            Column::optional("would_do_differently", TEXT),
            Column::optional("execution_quality", INT),
            Column::optional("timing_quality", INT),
            Column::optional("risk_management_quality", INT),
            Column::optional("pre_trade_emotion", TEXT),
            Column::optional("during_trade_emotion", TEXT),
            Column::optional("post_trade_emotion", TEXT),
            Column::optional("emotional_discipline_rating", INT),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<TradeLog>("tradeLog", "The trade that it is about.", &[("trade_log_id", "id")], |row| {
            Some(vec![row.trade_log_id.into()])
        }),
    ];

    fn from_row(row: trade_analysis::Model) -> Result<Self> {
        let trade_analysis::Model {
            id,
            user_id,
            trade_log_id,
            pre_trade_analysis,
            entry_criteria,
            risk_assessment,
            expected_duration,
            mid_trade_notes,
            adjustment_reasons,
            emotional_state,
            post_trade_analysis,
            what_went_right,
            what_went_wrong,
            key_learnings,
            would_do_differently,
            execution_quality,
            timing_quality,
            risk_management_quality,
            pre_trade_emotion,
            during_trade_emotion,
            post_trade_emotion,
            emotional_discipline_rating,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            trade_log_id,
            pre_trade_analysis,
            entry_criteria,
            risk_assessment,
            expected_duration,
            mid_trade_notes: mid_trade_notes.map(Json),
            adjustment_reasons: adjustment_reasons.map(Json),
            emotional_state: emotional_state.map(Json),
            post_trade_analysis,
            what_went_right,
            what_went_wrong,
            key_learnings,
            would_do_differently,
            execution_quality,
            timing_quality,
            risk_management_quality,
            pre_trade_emotion,
            during_trade_emotion,
            post_trade_emotion,
            emotional_discipline_rating,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
