//! One operation of a connection: the way from its payload to its answers.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use serde_json::Value;
use tokio::sync::mpsc;
use tracing::Instrument;

use super::message::Outgoing;
use crate::{
    app::App,
    graphql::error::Error,
    http::{
        answer::Answer,
        guard::{self, Refusal, Sent},
        run::{Caller, run},
    },
};

/// What an operation has to say to its client.
pub struct Said {
    pub id: String,
    /// Tells the operation from others that had the same id.
    pub number: u64,
    pub message: Outgoing,
    /// Whether the operation ends with it.
    pub is_last: bool,
}

pub struct Operation {
    pub app: Arc<App>,
    pub caller: Caller,
    pub id: String,
    pub number: u64,
    pub said: mpsc::Sender<Said>,
}

impl Operation {
    /// Runs, and says every answer; waits when the client is slow to take them.
    pub async fn run(self, payload: Value) {
        let Self { app, caller, id, number, said } = self;
        let span = tracing::info_span!("request", id = %caller.request_id, method = "WEBSOCKET", path = "/graphql");
        let talk = async {
            let say = async |message, is_last| {
                let said = said.send(Said { id: id.clone(), number, message, is_last }).await;
                said.is_ok()
            };
            let mut answers = std::pin::pin!(answers(app, caller, payload));
            while let Some(answer) = answers.next().await {
                // An error ends the operation, and so does a client who has gone.
                if !say(Outgoing::answer(&id, &answer), !answer.has_run()).await || !answer.has_run() {
                    return;
                }
            }
            say(Outgoing::complete(&id), true).await;
        };
        talk.instrument(span).await;
    }
}

/// The answers of an operation, in their order. Those of a query or mutation are one.
fn answers(app: Arc<App>, caller: Caller, payload: Value) -> impl Stream<Item = Answer> {
    stream::once(answer(app, caller, payload))
}

/// The one answer; masked when something of ours fails.
async fn answer(app: Arc<App>, caller: Caller, payload: Value) -> Answer {
    let work = async {
        match Sent::in_value(payload).map_err(Refusal::from).and_then(guard::admit) {
            Ok(admitted) => run(&app, caller, admitted).await,
            Err(refusal) => Answer::refused(refusal),
        }
    };
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.unwrap_or_else(|cause| Answer::refused(Error::internal(words(cause.as_ref()))))
}

fn words(cause: &(dyn Any + Send)) -> Option<String> {
    cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string))
}
