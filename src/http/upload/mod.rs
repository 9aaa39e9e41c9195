//! Documents that come with a file, as the
//! [GraphQL multipart request specification](https://github.com/jaydenseric/graphql-multipart-request-spec) says.
//!
//! A file is large, and it is all in memory until its document is done; so nobody sends one who isn't known before the
//! first byte of the body is read, and there is room for [a few](Uploads) at a time. The file itself is never copied: it
//! is a piece of the body, from the socket to its reader.
//!
//! | file | what it is |
//! |---|---|
//! | [`parts`] | a body of `multipart/form-data` and its parts |
//! | `sent` | the document, its variables, and the file where the map puts it |

pub mod parts;
mod sent;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use uuid::Uuid;

use super::{
    guard::{BODY_MAX, FILE_MAX, Sent},
    listen::{self, BodyFault},
    run::{Caller, asking},
};
use crate::{
    app::App,
    graphql::error::{Error, ErrorCode, Result},
};
pub use sent::at_home;

/// When to come back, where there was no room.
const COME_BACK_AFTER: Duration = Duration::from_secs(5);

/// Who sends a file now: on this server, each of at most 20 MB.
#[derive(Clone)]
pub struct Uploads {
    /// How many at once, from one user.
    pub per_user_max: usize,
    /// How many at once, from everybody.
    pub max: usize,
    people: Arc<Mutex<HashMap<Uuid, usize>>>,
}

impl Default for Uploads {
    /// Files of 320 MB altogether.
    fn default() -> Self {
        Self { per_user_max: 2, max: 16, people: Arc::default() }
    }
}

/// Room for one file. Dropped, it is free again.
pub struct Room {
    people: Arc<Mutex<HashMap<Uuid, usize>>>,
    user: Uuid,
}

impl Uploads {
    /// Room for a file of this user.
    ///
    /// # Errors
    /// When they send as many as they may, or everybody together does.
    pub fn take(&self, user: Uuid) -> Result<Room> {
        let mut people = locked(&self.people);
        if people.get(&user).is_some_and(|files| *files >= self.per_user_max) {
            let text = format!("You send {} files already: wait until one of them is answered.", self.per_user_max);
            return Err(Error::rate_limited(text, COME_BACK_AFTER));
        }
        if people.values().sum::<usize>() >= self.max {
            let text = "Too many files are being sent now: try again in a moment.";
            return Err(Error { retry_after: Some(COME_BACK_AFTER), ..Error::new(ErrorCode::Unavailable, text) });
        }
        *people.entry(user).or_default() += 1;
        Ok(Room { people: self.people.clone(), user })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut people = locked(&self.people);
        if let Some(files) = people.get_mut(&self.user) {
            *files = files.saturating_sub(1);
        }
        people.retain(|_, files| *files > 0);
    }
}

fn locked(people: &Mutex<HashMap<Uuid, usize>>) -> MutexGuard<'_, HashMap<Uuid, usize>> {
    people.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a request with a file doesn't run.
pub enum Fault {
    /// The body did not come as it should.
    Body(BodyFault),
    /// Something else, with the status where that is not the error's own.
    Refused(Option<StatusCode>, Box<Error>),
}

impl Fault {
    fn with(status: StatusCode, error: Error) -> Self {
        Self::Refused(Some(status), Box::new(error))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(None, Box::new(error))
    }
}

/// The boundary of a request's parts, where it has such a body.
pub fn boundary(headers: &HeaderMap) -> Option<&str> {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => parts::boundary(kind.to_str().ok()?),
        _ => None,
    }
}

/// Takes in a document with its file; the room is held as long as anybody works with them.
///
/// # Errors
/// When nobody is signed in, when there is no room, or when the body is not what it has to be.
pub async fn receive(app: &App, caller: &Caller, body: Body) -> Result<(Sent, Room), Fault> {
    let viewer = asking(app, caller).await?;
    let room = app.uploads.take(viewer.user.id)?;
    let body = match listen::read(body, FILE_MAX + BODY_MAX).await {
        Ok(body) => body,
        Err(BodyFault::TooLarge) => return Err(sent::too_large()),
        Err(fault) => return Err(Fault::Body(fault)),
    };
    let boundary = boundary(&caller.headers).unwrap_or_default();
    Ok((sent::read(&body, boundary)?, room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_much_room_and_all_together_so_much() {
        let uploads = Uploads { per_user_max: 2, max: 3, people: Arc::default() };
        let [ada, bob, eve] = [1, 2, 3].map(Uuid::from_u128);
        let code = |user| uploads.take(user).err().map(|error| (error.code, error.retry_after));
        let first = uploads.take(ada).unwrap();
        let _second = uploads.take(ada).unwrap();
        assert_eq!(code(ada), Some((ErrorCode::RateLimited, Some(COME_BACK_AFTER))));
        let third = uploads.take(bob).unwrap();
        assert_eq!(code(eve), Some((ErrorCode::Unavailable, Some(COME_BACK_AFTER))));
        drop(first);
        assert_eq!(code(ada), None, "the room that was free again is free once more");
        drop(third);
        assert_eq!(locked(&uploads.people).len(), 1, "who has gone is forgotten");
    }
}
