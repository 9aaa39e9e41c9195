//! Writing the journal: its entries, the trades in it, and what is thought of them.

mod cancel_trade_log;
mod close_trade_log;
mod close_trade_log_part;
mod create_journal_entry;
mod create_trade_analysis;
mod delete_journal_entry;
mod delete_trade_analysis;
mod delete_trade_log;
mod exit;
mod inputs;
mod open_trade_log;
mod open_trade_logs;
mod revised;
mod update_journal_entry;
mod update_trade_analysis;
mod update_trade_log;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{
        error::Result,
        mutation::{Answered, perform},
    },
};
pub use cancel_trade_log::{CancelTradeLogInput, CancelTradeLogPayload};
pub use close_trade_log::{CloseTradeLogInput, CloseTradeLogPayload};
pub use close_trade_log_part::{CloseTradeLogPartInput, CloseTradeLogPartPayload};
pub use create_journal_entry::CreateJournalEntryPayload;
pub use create_trade_analysis::{CreateTradeAnalysisInput, CreateTradeAnalysisPayload};
pub use delete_journal_entry::{DeleteJournalEntryInput, DeleteJournalEntryPayload};
pub use delete_trade_analysis::{DeleteTradeAnalysisInput, DeleteTradeAnalysisPayload};
pub use delete_trade_log::{DeleteTradeLogInput, DeleteTradeLogPayload};
pub use inputs::{CreateJournalEntryInput, NewTradeAnalysisInput, NewTradeLogInput};
pub use open_trade_log::{OpenTradeLogInput, OpenTradeLogPayload};
pub use open_trade_logs::{OpenTradeLogsInput, OpenTradeLogsPayload};
pub use update_journal_entry::{UpdateJournalEntryInput, UpdateJournalEntryPayload};
pub use update_trade_analysis::{UpdateTradeAnalysisInput, UpdateTradeAnalysisPayload};
pub use update_trade_log::{UpdateTradeLogInput, UpdateTradeLogPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Journaling;

#[derive(Default)]
pub struct JournalingMutations;

/// Writing the journal.
#[Object]
impl JournalingMutations {
    /// Writes an entry, with its trade log and the log's analysis when they are given: all of it or nothing.
    async fn create_journal_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry.")] input: CreateJournalEntryInput,
    ) -> Result<Option<Answered<CreateJournalEntryPayload>>> {
        perform(ctx, input).await
    }

    /// Changes an entry of the viewer's own.
    async fn update_journal_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateJournalEntryInput,
    ) -> Result<Option<Answered<UpdateJournalEntryPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes an entry. Its trade log stays with its analysis and belongs to no entry any more.
    async fn delete_journal_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry.")] input: DeleteJournalEntryInput,
    ) -> Result<Option<Answered<DeleteJournalEntryPayload>>> {
        perform(ctx, input).await
    }

    /// Logs a trade, alone or for an entry that has none; the server computes its total value, ratio and size.
    async fn open_trade_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The trade.")] input: OpenTradeLogInput,
    ) -> Result<Option<Answered<OpenTradeLogPayload>>> {
        perform(ctx, input).await
    }

    /// Logs several trades, each with a result of its own.
    async fn open_trade_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The trades.")] input: OpenTradeLogsInput,
    ) -> Result<Option<Answered<OpenTradeLogsPayload>>> {
        perform(ctx, input).await
    }

    /// Changes what was noted of a trade; every figure that follows is computed anew.
    async fn update_trade_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateTradeLogInput,
    ) -> Result<Option<Answered<UpdateTradeLogPayload>>> {
        perform(ctx, input).await
    }

    /// Closes an open trade: what it brought is net of its fees. One that is closed or cancelled answers CONFLICT.
    async fn close_trade_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The trade, and how it is left.")] input: CloseTradeLogInput,
    ) -> Result<Option<Answered<CloseTradeLogPayload>>> {
        perform(ctx, input).await
    }

    /// Closes a part of an open trade: the part becomes a closed trade of its own, the rest stays open.
    async fn close_trade_log_part(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The part, and how it is left.")] input: CloseTradeLogPartInput,
    ) -> Result<Option<Answered<CloseTradeLogPartPayload>>> {
        perform(ctx, input).await
    }

    /// Cancels an open trade that never came about. One that is closed or cancelled answers CONFLICT.
    async fn cancel_trade_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The trade.")] input: CancelTradeLogInput,
    ) -> Result<Option<Answered<CancelTradeLogPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a trade log with its analysis. Entries that it belonged to or that wrote about it stay.
    async fn delete_trade_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The trade log.")] input: DeleteTradeLogInput,
    ) -> Result<Option<Answered<DeleteTradeLogPayload>>> {
        perform(ctx, input).await
    }

    /// Writes the analysis of a trade that has none.
    async fn create_trade_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The analysis.")] input: CreateTradeAnalysisInput,
    ) -> Result<Option<Answered<CreateTradeAnalysisPayload>>> {
        perform(ctx, input).await
    }

    /// Changes an analysis of the viewer's own.
    async fn update_trade_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateTradeAnalysisInput,
    ) -> Result<Option<Answered<UpdateTradeAnalysisPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes an analysis; its trade stays.
    async fn delete_trade_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The analysis.")] input: DeleteTradeAnalysisInput,
    ) -> Result<Option<Answered<DeleteTradeAnalysisPayload>>> {
        perform(ctx, input).await
    }
}
