//! A subscription under way: it has begun, and tells one thing after the other.
//!
//! Each goes through the [door](super::run) by itself, like a query: with its viewer looked up anew, paid for, in a
//! snapshot of its own, and within the time of a request.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use async_graphql::Value;
use axum::http::HeaderMap;
use futures_util::FutureExt;
use uuid::Uuid;

use super::{
    answer::Answer,
    guard::Admitted,
    run::{Caller, Part, run_part},
};
use crate::{
    app::App,
    changes::{
        Told,
        hub::Subscription,
        subscriptions::{Opening, Stage},
    },
    graphql::error::{Error, ErrorCode},
};

/// A subscription that has begun.
pub struct Live {
    /// Whose changes are told.
    pub user_id: Uuid,
    app: Arc<App>,
    caller: Caller,
    admitted: Admitted,
    changes: Subscription,
}

/// What there is to say of something that is told.
pub enum News {
    Answer(Answer),
    /// After this nothing more is told.
    Complete(Answer),
    /// With this error it is over.
    Last(Answer),
    /// The session has ended, and the subscription with it.
    SessionEnded,
}

impl Live {
    /// Begins, when the document is valid and the viewer may.
    ///
    /// # Errors
    /// The refusal.
    pub async fn open(app: Arc<App>, caller: Caller, admitted: Admitted) -> Result<Self, Box<Answer>> {
        let opening = Opening::default();
        let stage = Part::Stage(Stage::Opening(opening.clone()));
        let answer = unless_panicked(run_part(&app, &caller, &admitted, stage)).await;
        if !answer.has_run() {
            return Err(Box::new(answer));
        }
        let nothing = || Error::internal("a subscription began without a word of what is wanted");
        let begin = async {
            let wanted = opening.wanted().ok_or_else(nothing)?;
            Ok((wanted.user_id, app.changes.subscribe(wanted).await?))
        };
        let begun = begin.await.map_err(|error: Error| Box::new(Answer::refused(error)));
        begun.map(|(user_id, changes)| Self { user_id, app, caller, admitted, changes })
    }

    /// What is told next. Waiting may be given up and begun again.
    pub async fn told(&mut self) -> Option<Told> {
        self.changes.next().await
    }

    /// What is to be said of it; of nothing, that the client was too slow.
    pub async fn news(&self, told: Option<Told>) -> News {
        let Some(told) = told else { return News::Last(Answer::refused(too_slow())) };
        let is_last = told.is_last();
        let stage = Part::Stage(Stage::Telling(told));
        let mut answer = unless_panicked(run_part(&self.app, &self.caller, &self.admitted, stage)).await;
        // What HTTP says beside a body has been said long ago.
        answer.headers = HeaderMap::new();
        if answer.has_code(ErrorCode::Unauthenticated) {
            return News::SessionEnded;
        }
        if answer.data.as_ref().is_some_and(|data| *data != Value::Null) {
            return if is_last { News::Complete(answer) } else { News::Answer(answer) };
        }
        // Whoever isn't told of a change has to begin again, so that they are told to fetch.
        answer.data = None;
        News::Last(answer)
    }
}

fn too_slow() -> Error {
    let sentence = "Changes came faster than they were taken: subscribe again, and fetch again what is shown.";
    Error::new(ErrorCode::RateLimited, sentence)
}

/// The answer; masked when something of ours fails.
pub async fn unless_panicked(work: impl Future<Output = Answer>) -> Answer {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.unwrap_or_else(|cause| Answer::refused(Error::internal(words(cause.as_ref()))))
}

fn words(cause: &(dyn Any + Send)) -> Option<String> {
    cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string))
}
