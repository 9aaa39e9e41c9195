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

/// TODO
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TradeAnalysis {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    #[graphql(skip)]
    pub trade_log_id: Uuid,
    /// TODO.
    pub pre_trade_analysis: Option<String>,
    /// TODO.
    pub entry_criteria: Option<String>,
    /// TODO.
    pub risk_assessment: Option<String>,
    /// TODO.
    pub expected_duration: Option<String>,
    /// TODO.
    pub mid_trade_notes: Option<Json>,
    /// TODO.
    pub adjustment_reasons: Option<Json>,
    /// TODO.
    pub emotional_state: Option<Json>,
    /// TODO.
    pub post_trade_analysis: Option<String>,
    /// TODO.
    pub what_went_right: Option<String>,
    /// TODO.
    pub what_went_wrong: Option<String>,
    /// TODO.
    pub key_learnings: Option<String>,
    /// TODO.
    pub would_do_differently: Option<String>,
    /// TODO.
    pub execution_quality: Option<i32>,
    /// TODO.
    pub timing_quality: Option<i32>,
    /// TODO.
    pub risk_management_quality: Option<i32>,
    /// TODO.
    pub pre_trade_emotion: Option<String>,
    /// TODO.
    pub during_trade_emotion: Option<String>,
    /// TODO.
    pub post_trade_emotion: Option<String>,
    /// TODO.
    pub emotional_discipline_rating: Option<i32>,
    /// TODO.
    pub created_at: DateTime,
    /// TODO.
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
