//! One operation of a connection: the way from its payload to its answers.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;
use tracing::Instrument;

use super::message::Outgoing;
use crate::{
    app::App,
    http::{
        answer::Answer,
        guard::{self, Admitted, Refusal, Sent},
        live::{Live, News, unless_panicked},
        run::{Caller, run},
    },
};

/// What an operation has to say to its client.
pub struct Said {
    pub id: String,
    /// Tells the operation from others that had the same id.
    pub number: u64,
    pub word: Word,
}

pub enum Word {
    /// It is a subscription, and has begun.
    Subscribed,
    Message(Outgoing),
    /// With this message it ends.
    Last(Outgoing),
    /// It found that the connection's session has ended.
    SessionEnded,
}

/// That the client has gone.
struct Gone;

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
        let id = self.caller.request_id;
        let span = tracing::info_span!("request", %id, method = "WEBSOCKET", path = "/graphql");
        // Whether the client has gone is no matter any more.
        let _ = self.talk(payload).instrument(span).await;
    }

    async fn talk(&self, payload: Value) -> Result<(), Gone> {
        let admitted = match Sent::in_value(payload).map_err(Refusal::from).and_then(guard::admit) {
            Ok(admitted) => admitted,
            Err(refusal) => return self.fail(&Answer::refused(refusal)).await,
        };
        if admitted.is_subscription() {
            return self.follow(admitted).await;
        }
        let answer = unless_panicked(run(&self.app, self.caller.clone(), &admitted)).await;
        if !answer.has_run() {
            return self.fail(&answer).await;
        }
        self.say(Word::Message(Outgoing::answer(&self.id, &answer))).await?;
        self.say(Word::Last(Outgoing::complete(&self.id))).await
    }

    /// Following changes never completes by itself, so a client that hears no more of it asks again.
    async fn follow(&self, admitted: Admitted) -> Result<(), Gone> {
        let mut live = match Live::open(self.app.clone(), self.caller.clone(), admitted).await {
            Ok(live) => live,
            Err(refusal) => return self.fail(&refusal).await,
        };
        self.say(Word::Subscribed).await?;
        loop {
            let told = live.told().await;
            match live.news(told).await {
                News::Answer(answer) => self.say(Word::Message(Outgoing::answer(&self.id, &answer))).await?,
                News::Complete(answer) => {
                    self.say(Word::Message(Outgoing::answer(&self.id, &answer))).await?;
                    return self.say(Word::Last(Outgoing::complete(&self.id))).await;
                }
                News::Last(answer) => return self.fail(&answer).await,
                News::SessionEnded => return self.say(Word::SessionEnded).await,
            }
        }
    }

    /// An error ends the operation.
    async fn fail(&self, answer: &Answer) -> Result<(), Gone> {
        self.say(Word::Last(Outgoing::answer(&self.id, answer))).await
    }

    async fn say(&self, word: Word) -> Result<(), Gone> {
        let said = Said { id: self.id.clone(), number: self.number, word };
        self.said.send(said).await.map_err(|_| Gone)
    }
}
