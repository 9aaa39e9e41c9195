//! `POST /export`: everything of an account as one JSON document, for its owner who has signed in.
//!
//! It is written as it is read, a batch of rows at a time, and no connection to the database is held while the client
//! takes what was written. So memory does not grow with the account, and a slow client holds up nobody; what changes
//! meanwhile may be in it or not.

use std::{collections::VecDeque, io, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Request, State},
    response::Response,
};
use chrono::SecondsFormat;
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::SemaphorePermit;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{attachment, begin_within, owner, read, seat, told, wrong_body};
use crate::{
    access::{Mode, Module, Scope},
    app::App,
    authentication::{
        attempts::{self, Tried},
        export::Writer,
        store::export::{self, Table},
    },
    clock,
    database::transaction::Transaction,
    graphql::{
        call::Call,
        cost::prices,
        error::{Error, Result},
        mutation::{Deed, Write},
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
};

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// With it, telephone and tax numbers are told in full; without it they are left out.
    password: Option<String>,
}

/// Answers the document, or says why not.
pub async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, asked) = match read::<Asked>(request).await {
        Ok(read) => read,
        Err(()) => return *wrong_body("The body is a JSON object, empty or with the account's password."),
    };
    let seat = match seat() {
        Ok(seat) => seat,
        Err(refusal) => return *refusal,
    };
    let begun = begin_within(&app, async {
        let (call, user_id) = owner(&app, parts, prices::EXPORT).await?;
        let personal = record(&call, user_id, asked.password.map(Zeroizing::new)).await.map_err(told)?;
        let transaction = Transaction::begin(&app.database.pool, &Scope::user(user_id), Mode::Read).await;
        let transaction = transaction.map_err(|error| told(error.into()))?;
        let tables = export::tables(&transaction, user_id).await.map_err(told)?;
        Ok((user_id, tables, personal))
    });
    match begun.await {
        Ok((user_id, tables, personal)) => {
            respond(Export::new(app, seat, user_id, tables), personal.as_ref().map(|json| json.as_str()))
        }
        Err(response) => *response,
    }
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
    attachment("application/json; charset=utf-8", "stackmotive.json", whole)
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
