//! The door to the executor, for HTTP and WebSocket alike: an admitted document goes in, an answer comes out.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::http::{HeaderMap, header};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    answer::Answer,
    charge::{Charge, estimated},
    guard::Admitted,
    proxies::Proxies,
    refusals,
    request::origin,
};
use crate::{
    access::Viewer,
    app::App,
    authentication::store,
    database,
    graphql::{
        call::{Call, Origin},
        error::{Error, ErrorCode, Result},
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

/// Runs a document that [the guard](super::guard::admit) has let in.
///
/// The viewer is looked up for each document, so a session that ends ends for open connections too.
/// What it may cost is reckoned before that and taken after it, when it is known who pays, and nothing has run.
pub async fn run(app: &Arc<App>, caller: Caller, admitted: Admitted) -> Answer {
    // The field is not called `name`, which in a log of JSON is the span's own.
    let span = tracing::info_span!("operation", operation_name = admitted.operation.name);
    let limit = app.settings.limits.request_timeout;
    let work = async {
        let work = database::in_one_request(paid(app, caller, admitted));
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(Box::new(given_up(limit))))
    };
    work.instrument(span).await.unwrap_or_else(|refusal| *refusal)
}

/// What is answered in place of an answer that took too long. Whatever was being written is taken back.
fn given_up(limit: Duration) -> Answer {
    tracing::warn!(limit_ms = limit.as_millis(), "an operation was given up");
    Answer::refused(Error::new(ErrorCode::Unavailable, "This took too long and was stopped."))
}

/// Runs a document that is paid for, and gives back what it did not use.
async fn paid(app: &Arc<App>, caller: Caller, admitted: Admitted) -> Result<Answer, Box<Answer>> {
    let estimate = estimated(app, &admitted.asked)?;
    let origin = sender(app, &caller);
    let viewer = viewer(app, &caller, &origin).await;
    let charge = Charge::take(app, &viewer, &origin, estimate)?;
    let mut call = Call::new(app.clone(), caller.request_id, origin, viewer);
    call.taken = Some(charge.taken());
    let meter = call.meter.clone();
    let mut answer = execute(app, call, admitted).await;
    charge.settle(app, meter.read(), &mut answer);
    Ok(answer)
}

async fn execute(app: &App, call: Call, admitted: Admitted) -> Answer {
    let call = Arc::new(call);
    let response = app.schema.execute(admitted.request().data(call.clone())).await;
    let answer = Answer::of(response, &admitted.asked);
    refusals::record(&call, &admitted.asked, &answer.errors);
    answer
}

/// Who sends this, by the token of its headers.
pub(super) async fn asking(app: &App, caller: &Caller) -> Result<Viewer> {
    viewer(app, caller, &sender(app, caller)).await
}

fn sender(app: &App, caller: &Caller) -> Origin {
    let proxies = Proxies { trusted: &app.settings.trusted_proxies, header: app.settings.proxy_header };
    origin(&caller.headers, caller.peer, proxies)
}

/// Who holds the token of the header. A bad token is not refused here: signing in must work with a stale one.
async fn viewer(app: &App, caller: &Caller, origin: &Origin) -> Result<Viewer> {
    let header = caller.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(header) = header else { return Err(Error::unauthenticated()) };
    let (scheme, token) = header.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::unauthenticated());
    }
    let viewer = store::session(&app.database.pool, token.trim()).await?;
    if viewer.is_none() {
        app.audit.record(Event::before_viewer(caller.request_id, origin, AuditOperation::TokenRefused));
    }
    viewer.ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "This token is unknown or has ended."))
}
