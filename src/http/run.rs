//! The door to the executor, for HTTP and WebSocket alike: an admitted document goes in, an answer comes out.
//! A subscription comes by once for its beginning, and once for everything that it tells; see [`live`](super::live).

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_graphql::{Value, parser::types::OperationType};
use axum::http::{HeaderMap, header};
use futures_util::{StreamExt, future::BoxFuture};
use secrecy::ExposeSecret;
use tracing::Instrument;
use uuid::Uuid;

use super::{
    answer::Answer,
    charge::{Charge, estimated},
    cookies,
    cross_site::Sender,
    guard::Admitted,
    proxies::Proxies,
    refusals,
    request::origin,
};
use crate::{
    access::Viewer,
    app::App,
    authentication::{
        personal_token,
        store::{
            self,
            personal_tokens::{self, Counting},
        },
    },
    changes::subscriptions::Stage,
    database,
    graphql::{
        call::{Call, Origin},
        cookies::Cookies,
        cost::prices,
        error::{Error, ErrorCode, Result},
        mutation::idempotency,
    },
    logging::{audit::Event, types::AuditOperation},
};

/// Who sends a document, and from where.
#[derive(Clone)]
pub struct Caller {
    /// Those of the request; a WebSocket puts the token of its `connection_init` in as `Authorization`.
    pub headers: HeaderMap,
    /// The other end of the connection.
    pub peer: Option<SocketAddr>,
    /// Names the request in logs and in the audit.
    pub request_id: Uuid,
}

/// What of a document is run.
pub(super) enum Part {
    /// A query or a mutation.
    Whole,
    /// The stage that a subscription is in.
    Stage(Stage),
}

/// Runs a document that [the guard](super::guard::admit) has let in.
///
/// The viewer is looked up for each document, so a session that ends ends for open connections too.
/// What it may cost is reckoned before that and taken after it, when it is known who pays, and nothing has run.
pub async fn run(app: &Arc<App>, caller: Caller, admitted: &Admitted) -> Answer {
    run_part(app, &caller, admitted, Part::Whole).await
}

pub(super) async fn run_part(app: &Arc<App>, caller: &Caller, admitted: &Admitted, part: Part) -> Answer {
    // The field is not called `name`, which in a log of JSON is the span's own.
    let span = tracing::info_span!("operation", operation_name = admitted.operation.name);
    let limit = app.settings.limits.request_timeout;
    let work = async {
        let work = database::in_one_request(boxed(app, caller, admitted, part));
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(Box::new(given_up(limit))))
    };
    work.instrument(span).await.unwrap_or_else(|refusal| *refusal)
}

/// What is answered in place of an answer that took too long. Whatever was being written is taken back.
fn given_up(limit: Duration) -> Answer {
    tracing::warn!(limit_ms = limit.as_millis(), "an operation was given up");
    Answer::refused(Error::new(ErrorCode::Unavailable, "This took too long and was stopped."))
}

/// In a box, which costs less than carrying so large a future from one to the next.
fn boxed<'a>(
    app: &'a Arc<App>,
    caller: &'a Caller,
    admitted: &'a Admitted,
    part: Part,
) -> BoxFuture<'a, Result<Answer, Box<Answer>>> {
    Box::pin(paid(app, caller, admitted, part))
}

/// Runs a document that is paid for, and gives back what it did not use.
async fn paid(app: &Arc<App>, caller: &Caller, admitted: &Admitted, part: Part) -> Result<Answer, Box<Answer>> {
    let estimate = estimated(app, admitted)?;
    let estimate = if part.is_opening() { estimate.at_least_fixed(prices::SUBSCRIPTION) } else { estimate };
    let idempotency_key = idempotency_key(&caller.headers, admitted)?;
    let origin = sender(app, caller);
    let cookies = cookies::read(&caller.headers, Sender::of(&caller.headers, &app.settings.cors_origins));
    // Who follows something has called once.
    let counting = if part.is_telling() { Counting::Look } else { Counting::Call };
    let viewer = viewer(app, caller, &cookies, &origin, counting).await;
    if let Err(error) = &viewer
        && error.code == ErrorCode::RateLimited
    {
        // The calls of a personal token are used up for today.
        return Err(Box::new(Answer::refused(error.clone())));
    }
    let charge = Charge::take(app, &viewer, &origin, estimate)?;
    let mut call = Call::new(app.clone(), caller.request_id, origin, viewer);
    call.taken = Some(charge.taken());
    call.cookies = cookies;
    call.idempotency_key = idempotency_key;
    call.plans = admitted.plans.clone();
    let meter = call.meter.clone();
    let mut answer = execute(app, call, admitted, part).await;
    charge.settle(app, meter.read(), &mut answer);
    Ok(answer)
}

/// The key under which the document is to happen once; only what is written can happen twice.
fn idempotency_key(headers: &HeaderMap, admitted: &Admitted) -> Result<Option<String>, Box<Answer>> {
    if admitted.operation.kind != OperationType::Mutation {
        return Ok(None);
    }
    idempotency::key(headers).map_err(|error| Box::new(Answer::refused(error)))
}

async fn execute(app: &App, call: Call, admitted: &Admitted, part: Part) -> Answer {
    let call = Arc::new(call);
    let (request, is_opening) = (admitted.request().data(call.clone()), part.is_opening());
    let response = match part {
        Part::Whole if admitted.is_proven() => app.schema_for_proven.execute(request).await,
        Part::Whole => app.schema.execute(request).await,
        // A subscription that has begun has said nothing yet.
        Part::Stage(stage) => app.schema.execute_stream(request.data(stage)).next().await.unwrap_or_default(),
    };
    let mut answer = Answer::of(response, &admitted.asked);
    if is_opening {
        // Either it has begun, or nothing has run.
        answer.data = answer.errors.is_empty().then_some(Value::Null);
    }
    refusals::record(&call, &admitted.asked, &answer.errors);
    if let Some(change) = call.cookies.take_change() {
        cookies::write(change, &mut answer.headers);
    }
    answer
}

impl Part {
    fn is_opening(&self) -> bool {
        matches!(self, Self::Stage(Stage::Opening(_)))
    }

    fn is_telling(&self) -> bool {
        matches!(self, Self::Stage(Stage::Telling(_)))
    }
}

/// Who sends this, by the token of its headers. Asking is no call of theirs.
pub(super) async fn asking(app: &App, caller: &Caller) -> Result<Viewer> {
    let cookies = cookies::read(&caller.headers, Sender::of(&caller.headers, &app.settings.cors_origins));
    viewer(app, caller, &cookies, &sender(app, caller), Counting::Look).await
}

/// Where a request comes from.
pub(super) fn sender(app: &App, caller: &Caller) -> Origin {
    let proxies = Proxies { trusted: &app.settings.trusted_proxies, header: app.settings.proxy_header };
    origin(&caller.headers, caller.peer, proxies)
}

/// Who holds the token of the header, or else that of the cookie.
/// A bad token is not refused here: signing in must work with a stale one.
async fn viewer(app: &App, caller: &Caller, cookies: &Cookies, origin: &Origin, counting: Counting) -> Result<Viewer> {
    let Some(token) = token(&caller.headers, cookies) else { return Err(Error::unauthenticated()) };
    let viewer = if personal_token::is_meant(token) {
        personal_tokens::holder(app, token, counting).await?
    } else {
        store::session(&app.database.pool, token).await?
    };
    if viewer.is_none() {
        app.audit.record(Event::before_viewer(caller.request_id, origin, AuditOperation::TokenRefused));
    }
    viewer.ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "This token is unknown or has ended."))
}

/// The access token. A header says more of the sender's intent than a cookie, which comes by itself.
fn token<'a>(headers: &'a HeaderMap, cookies: &'a Cookies) -> Option<&'a str> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return cookies.access.as_ref().map(ExposeSecret::expose_secret);
    };
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
