//! `POST /export`: everything of an account as one JSON document, for its owner who has signed in.
//!
//! It is written as it is read, a batch of rows at a time, and no connection to the database is held while the client
//! takes what was written. So memory does not grow with the account, and a slow client holds up nobody; what changes
//! meanwhile may be in it or not.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    answer::{JSON, refused},
    charge::Charge,
    listen,
    request::RequestId,
    run::{self, Caller},
};
use crate::{
    access::{Mode, Module, Scope},
    app::App,
    authentication::{
        attempts::{self, Tried},
        export::Writer,
        store::export::{self, Table},
    },
    clock, database,
    database::transaction::Transaction,
    graphql::{
        call::Call,
        cost::{Estimate, prices},
        error::{Error, ErrorCode, Result},
        mutation::{Deed, Write},
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
};

/// How many bytes a request has at most.
const BODY_MAX: usize = 4096;
/// How many exports are under way in a server.
static UNDER_WAY: Semaphore = Semaphore::const_new(4);

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// With it, telephone and tax numbers are told in full; without it they are left out.
    password: Option<String>,
}

/// Answers the document, or says why not.
pub async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = listen::read(body, BODY_MAX).await else {
        return refused(JSON, StatusCode::BAD_REQUEST, wrong_body());
    };
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return refused(JSON, StatusCode::BAD_REQUEST, wrong_body());
    };
    let Ok(seat) = UNDER_WAY.try_acquire() else {
        let error = Error::new(ErrorCode::Unavailable, "Several exports are under way; try again in a while.");
        return refused(JSON, StatusCode::SERVICE_UNAVAILABLE, error);
    };
    let limit = app.settings.limits.request_timeout;
    let begun = database::in_one_request(begin(&app, parts, asked));
    match tokio::time::timeout(limit, begun).await {
        Ok(Ok((user_id, tables, personal))) => {
            respond(Export::new(app, seat, user_id, tables), personal.as_ref().map(|json| json.as_str()))
        }
        Ok(Err(response)) => *response,
        Err(_) => {
            let error = Error::new(ErrorCode::Unavailable, "This took too long and was stopped.");
            refused(JSON, StatusCode::SERVICE_UNAVAILABLE, error)
        }
    }
}

fn wrong_body() -> Error {
    Error::invalid(&[], "FORMAT", "The body is a JSON object, empty or with the account's password.")
}

/// The status of a refusal: what is asked for is one thing, so HTTP can say what became of it.
fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Whose account it is, and what there is to read; from here on it stands in the activity.
async fn begin(
    app: &Arc<App>,
    parts: Parts,
    asked: Asked,
) -> Result<(Uuid, Vec<Table>, Option<Zeroizing<String>>), Box<Response>> {
    let request_id = parts.extensions.get::<RequestId>().map_or_else(Uuid::now_v7, |id| id.0);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let caller = Caller { headers: parts.headers, peer, request_id };
    let origin = run::sender(app, &caller);
    let viewer = run::asking(app, &caller).await;
    let told = |error: Error| Box::new(refused(JSON, status(error.code), error));
    let user_id = viewer.clone().and_then(|viewer| viewer.session_id().map(|_| viewer.user.id)).map_err(told)?;
    let estimate = Estimate { requested: prices::EXPORT, fixed: prices::EXPORT };
    Charge::take(app, &viewer, &origin, estimate).map_err(|answer| Box::new(answer.respond(JSON)))?;
    let call = Call::new(app.clone(), request_id, origin, viewer);
    let personal = record(&call, user_id, asked.password.map(Zeroizing::new)).await.map_err(told)?;
    let transaction = Transaction::begin(&app.database.pool, &Scope::user(user_id), Mode::Read).await;
    let transaction = transaction.map_err(|error| told(error.into()))?;
    let tables = export::tables(&transaction, user_id).await.map_err(told)?;
    Ok((user_id, tables, personal))
}

/// Notes the export, and answers the numbers that take the password, as JSON.
async fn record(call: &Call, user_id: Uuid, password: Option<Zeroizing<String>>) -> Result<Option<Zeroizing<String>>> {
    let viewer = call.viewer()?;
    let attempt = match &password {
        None => None,
        Some(password) => match attempts::try_password(call, &viewer.user.email, password).await? {
            Tried::Right(attempt, _) => Some(attempt),
            Tried::Wrong(_) => {
                return Err(Error::invalid(&["password"], "WRONG", "This is not the account's password."));
            }
        },
    };
    let write = Write::of_viewer(call, Module::Authentication).await?;
    let mut personal = None;
    if let Some(attempt) = attempt {
        let numbers = export::personal(write.transaction(), &call.app.keys, user_id).await?;
        personal = Some(Zeroizing::new(json!(numbers).to_string()));
        attempt.succeeded(write.transaction()).await?;
        audit::record_in(write.transaction(), &Event::of(call, AuditOperation::Revealed).about(user_id)).await?;
    }
    write.commit(Deed::new(Module::Authentication, "account_exported", "Everything was downloaded.")).await?;
    Ok(personal)
}

fn respond(export: Export, personal: Option<&str>) -> Response {
    let now = clock::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let begin = Bytes::from(Writer::begin(&now, personal));
    let rest =
        stream::try_unfold(export, |mut export| async move { Ok(export.next().await?.map(|piece| (piece, export))) });
    let whole = futures_util::StreamExt::chain(stream::iter([Ok::<_, io::Error>(begin)]), rest);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"stackmotive.json\"")),
    ];
    (headers, Body::from_stream(whole)).into_response()
}

/// An export that is under way.
struct Export {
    app: Arc<App>,
    /// Kept until the client has everything, or is gone.
    _seat: SemaphorePermit<'static>,
    user_id: Uuid,
    writer: Writer,
    tables: VecDeque<Table>,
    /// The table that is being read, and behind which row to go on.
    current: Option<(Table, Uuid)>,
    has_ended: bool,
}

impl Export {
    fn new(app: Arc<App>, seat: SemaphorePermit<'static>, user_id: Uuid, tables: Vec<Table>) -> Self {
        let (writer, tables) = (Writer::default(), tables.into());
        Self { app, _seat: seat, user_id, writer, tables, current: None, has_ended: false }
    }

    /// The next piece; nothing after the last. An error breaks the answer off, so that nobody takes it for whole.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some((table, after)) = self.current.take() else {
            return Ok(match self.tables.pop_front() {
                Some(table) => {
                    let text = self.writer.table(table.name);
                    self.current = Some((table, Uuid::nil()));
                    Some(text.into())
                }
                None if self.has_ended => None,
                None => {
                    self.has_ended = true;
                    Some(Writer::end().into())
                }
            });
        };
        let rows = export::rows(&self.app.database.pool, self.user_id, &table, after).await;
        let rows = rows.map_err(|error| io::Error::other(error.message))?;
        let mut text = self.writer.rows(rows.iter().map(|(_, line)| line.as_str()));
        match rows.last() {
            Some((last, _)) if rows.len() as u64 == export::BATCH => self.current = Some((table, *last)),
            _ => text.push_str(Writer::end_table()),
        }
        Ok(Some(text.into()))
    }
}
