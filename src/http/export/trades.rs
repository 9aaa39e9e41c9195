//! Trades, realised gains and statistics of trades as CSV or JSON.

use std::{io, sync::Arc};

use async_graphql::{InputType, Name, Value};
use axum::{
    body::Bytes,
    extract::{Request, State},
    response::Response,
};
use chrono::{NaiveDate, SecondsFormat};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::SemaphorePermit;
use uuid::Uuid;

use super::{attachment, begin_within, owner, read, seat, told, wrong_body};
use crate::{
    access::{Module, Scope},
    app::App,
    clock,
    graphql::{
        call::Call,
        cost::{Meter, prices},
        error::{Error, Result},
        loader::Snapshot,
        mutation::{Deed, Write},
        scalars::Date,
    },
    journaling::{
        export::{Format, Writer},
        store::{
            export::{self, GAINS, Kind, Place, STATISTICS, TRADES},
            statistics::Chosen,
        },
        types::{curve::Period, gains::TaxCalendar, statistics::TradeGrouping, trade_figures},
    },
};

const WRONG_BODY: &str = "The body is a JSON object, empty or with format (CSV, JSON), from and to (dates), and calendar for \
                          realised gains or groupBy for statistics.";

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Asked {
    format: Option<String>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    calendar: Option<String>,
    group_by: Option<String>,
}

/// Every trade, open ones too.
pub async fn trades(app: State<Arc<App>>, request: Request) -> Response {
    post(app, request, "trades").await
}

/// Every closed trade under its tax year.
pub async fn realised_gains(app: State<Arc<App>>, request: Request) -> Response {
    post(app, request, "realised-gains").await
}

/// What closed trades come to, by group.
pub async fn trade_statistics(app: State<Arc<App>>, request: Request) -> Response {
    post(app, request, "trade-statistics").await
}

async fn post(State(app): State<Arc<App>>, request: Request, what: &'static str) -> Response {
    let Ok((parts, asked)) = read::<Asked>(request).await else { return *wrong_body(WRONG_BODY) };
    let Some((format, wanted)) = wanted(what, &asked) else { return *wrong_body(WRONG_BODY) };
    let seat = match seat() {
        Ok(seat) => seat,
        Err(refusal) => return *refusal,
    };
    let begun = begin_within(&app, async {
        let (call, user_id) = owner(&app, parts, prices::TRADE_EXPORT).await?;
        let export = Export::begin(&call, user_id, wanted, (asked.from, asked.to)).await.map_err(told)?;
        record(&call, what).await.map_err(told)?;
        Ok(export)
    });
    match begun.await {
        Ok(export) => respond(export, seat, format, what),
        Err(refusal) => *refusal,
    }
}

/// What to write, in which form; nothing when it is not one of these.
fn wanted(what: &str, asked: &Asked) -> Option<(Format, Wanted)> {
    let format = match asked.format.as_deref() {
        None | Some("CSV") => Format::Csv,
        Some("JSON") => Format::Json,
        Some(_) => return None,
    };
    let wanted = match (what, &asked.calendar, &asked.group_by) {
        ("trades", None, None) => Wanted::Trades,
        ("realised-gains", calendar, None) => Wanted::Gains(value_of::<TaxCalendar>(calendar.as_deref())?),
        ("trade-statistics", None, group_by) => Wanted::Statistics(value_of::<TradeGrouping>(group_by.as_deref())?),
        _ => return None,
    };
    Some((format, wanted))
}

/// A value of an enumeration as the API spells it; nothing when there is no such value.
fn value_of<T: InputType>(text: Option<&str>) -> Option<Option<T>> {
    let Some(text) = text else { return Some(None) };
    let is_name = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if !is_name {
        return None;
    }
    T::parse(Some(Value::Enum(Name::new(text)))).ok().map(Some)
}

enum Wanted {
    Trades,
    Gains(Option<TaxCalendar>),
    Statistics(Option<TradeGrouping>),
}

async fn record(call: &Call, what: &str) -> Result<()> {
    let write = Write::of_viewer(call, Module::Journaling).await?;
    let (action, context) = match what {
        "trades" => ("trades_exported", "Trades were downloaded."),
        "realised-gains" => ("realised_gains_exported", "Realised gains were downloaded."),
        _ => ("trade_statistics_exported", "Statistics of trades were downloaded."),
    };
    write.commit(Deed::new(Module::Journaling, action, context)).await
}

/// A download that is under way.
struct Export {
    app: Arc<App>,
    user_id: Uuid,
    kind: Kind,
    period: (Option<NaiveDate>, Option<NaiveDate>),
    zone: chrono_tz::Tz,
    /// Behind which row to go on; nothing once there is no more.
    next: Option<Place>,
}

impl Export {
    async fn begin(
        call: &Call,
        user_id: Uuid,
        wanted: Wanted,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> Result<Self> {
        let period = Period { from: from.map(Date), to: to.map(Date) };
        let period = period.days().map_err(bare_path)?;
        let zone = trade_figures::zone(call, user_id).await?;
        let kind = match wanted {
            Wanted::Trades => Kind::Trades,
            Wanted::Gains(Some(calendar)) => Kind::Gains(calendar.into()),
            Wanted::Gains(None) => Kind::Gains(trade_figures::usual_years(call, user_id).await?),
            Wanted::Statistics(by) => Kind::Statistics(by),
        };
        Ok(Self { app: call.app.clone(), user_id, kind, period, zone, next: Some(Place::Beginning) })
    }

    /// The next rows; an error breaks the answer off, so that nobody takes it for whole.
    async fn rows(&mut self, writer: &mut Writer) -> io::Result<Option<Bytes>> {
        let Some(after) = self.next.take() else { return Ok(None) };
        let scope = Scope::user(self.user_id);
        let snapshot = Snapshot::new(self.app.database.pool.clone(), scope, Arc::new(Meter::default()));
        let chosen = Chosen { user_id: self.user_id, filter: None, period: self.period, zone: self.zone };
        let read = export::rows(&snapshot, &chosen, self.kind, after).await;
        let (rows, next) = read.map_err(|error| io::Error::other(error.message))?;
        self.next = next;
        let text = rows.iter().try_fold(String::new(), |text, row| Some(text + &writer.row(row)?));
        Ok(Some(text.ok_or_else(|| io::Error::other("a row could not be written"))?.into()))
    }
}

/// The same problem, of a body without an argument around it.
fn bare_path(mut error: Error) -> Error {
    for issue in &mut error.issues {
        issue.path.retain(|part| part != "period");
    }
    error
}

fn respond(export: Export, seat: SemaphorePermit<'static>, format: Format, what: &'static str) -> Response {
    let columns = match export.kind {
        Kind::Trades => TRADES,
        Kind::Gains(_) => GAINS,
        Kind::Statistics(_) => STATISTICS,
    };
    let now = clock::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let writer = Writer::new(format, columns);
    let begin = writer.begin(what, &now, export.zone.name());
    let end = writer.end();
    let rest = stream::try_unfold((export, writer, seat), |(mut export, mut writer, seat)| async move {
        Ok(export.rows(&mut writer).await?.map(|piece| (piece, (export, writer, seat))))
    });
    let whole = stream::iter([Ok::<_, io::Error>(Bytes::from(begin))]).chain(rest);
    let whole = whole.chain(stream::iter([Ok(Bytes::from(end))]));
    attachment(format.media_type(), &format!("stackmotive-{what}.{}", format.ending()), whole)
}
