//! Figures of lists in batches: one statement, whatever the number of rows that the lists hang off.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use dataloader::{BatchFn, cached::Loader};
use futures_util::future::BoxFuture;
use rust_decimal::Decimal;
use sea_orm::sqlx::{Row, postgres::PgRow};

use super::{
    answer::{Found, Group, Part, Seen, Unknown},
    request::{Function, Request, Wanted},
    statement::statement,
};
use crate::graphql::{
    call::Call,
    cost::prices,
    error::{Error, Result},
    loader::{BATCH_MAX, Snapshot, in_groups, ordinal},
    operators::DATE,
    page::Page,
    table::{CurrencyOf, Key, Measure},
};

/// The groups of a list, in their order.
pub type Groups = Arc<Vec<Group>>;
type Aggregates = Loader<AggregateKey, Result<Groups>, AggregateBatch>;

/// What is asked of the list of one row.
#[derive(Clone)]
struct AggregateKey {
    page: Arc<Page>,
    request: Arc<Request>,
    key: Key,
}

impl AggregateKey {
    /// The same for all that one statement serves.
    fn place(&self) -> (usize, usize) {
        (Arc::as_ptr(&self.page) as usize, Arc::as_ptr(&self.request) as usize)
    }
}

impl PartialEq for AggregateKey {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place() && self.key == other.key
    }
}

impl Eq for AggregateKey {}

impl Hash for AggregateKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.place().hash(state);
        self.key.hash(state);
    }
}

impl std::fmt::Debug for AggregateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "figures of {} of {:?}", self.page.link.name, self.key)
    }
}

/// The groups of one row's list, batched with the same question about other rows.
pub async fn groups(call: &Call, page: Arc<Page>, request: Arc<Request>, key: Key) -> Result<Groups> {
    let snapshot = call.snapshot();
    let table = page.link.target.table();
    let owner = table.currency().filter(|_| request.needs_currency()).and_then(|currency| match currency {
        CurrencyOf::Row(_) => None,
        CurrencyOf::Owner(link) => Some(link.target.table()),
    });
    page.tables().chain(owner).try_for_each(|table| snapshot.scope().may_read(table.sql))?;
    let make = |snapshot| -> Aggregates { Loader::new(AggregateBatch(snapshot)).with_max_batch_size(BATCH_MAX) };
    let loaded = call.loader(make).try_load(AggregateKey { page, request, key }).await;
    loaded.unwrap_or_else(|error| Err(Error::internal(error)))
}

struct AggregateBatch(Arc<Snapshot>);

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl BatchFn<AggregateKey, Result<Groups>> for AggregateBatch {
    fn load(&mut self, keys: &[AggregateKey]) -> BoxFuture<'_, HashMap<AggregateKey, Result<Groups>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(keys, AggregateKey::place, move |group| {
            let snapshot = snapshot.clone();
            async move { read(&snapshot, &group).await }
        }))
    }
}

async fn read(snapshot: &Snapshot, group: &[AggregateKey]) -> Result<Vec<Groups>> {
    let Some(AggregateKey { page, request, .. }) = group.first() else { return Ok(Vec::new()) };
    let keys: Vec<&Key> = group.iter().map(|key| &key.key).collect();
    let (sql, values) = statement(page, request, &keys, snapshot.scope());
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    let mut lists: Vec<Vec<(i64, Group)>> = keys.iter().map(|_| Vec::new()).collect();
    for row in rows {
        let (ordinal, place): (usize, i64) = (ordinal(&row)?, row.try_get("place")?);
        let Some(list) = lists.get_mut(ordinal) else { continue };
        let part = part(&row, request)?;
        match list.last_mut().filter(|(last, _)| *last == place) {
            Some((_, group)) => group.parts.push(part),
            None => list.push((place, Group { keys: keys_of(&row, request)?, parts: vec![part] })),
        }
    }
    let lists: Vec<Groups> =
        lists.into_iter().map(|list| Arc::new(list.into_iter().map(|(_, group)| group).collect::<Vec<_>>())).collect();
    for list in &lists {
        let shown = if request.by.is_empty() { 0 } else { list.len() as u64 };
        snapshot.meter().add(price(page, list).saturating_add(prices::ROW.saturating_mul(shown)));
    }
    Ok(lists)
}

/// What adding up a list came to: the more rows, the more, up to the price that was estimated.
fn price(page: &Page, groups: &[Group]) -> u64 {
    let rows: i64 = groups.iter().map(Group::count).sum();
    let scan = prices::FIGURE.saturating_add(rows.unsigned_abs() / prices::SUMMED_FOR_A_POINT);
    scan.min(prices::AGGREGATE).saturating_mul(page.relations().saturating_add(1))
}

fn keys_of(row: &PgRow, request: &Request) -> Result<Vec<serde_json::Value>> {
    let key = |at: usize| {
        let key: Option<serde_json::Value> = row.try_get(format!("g{at}").as_str())?;
        Ok(key.unwrap_or_default())
    };
    (0..request.by.len()).map(key).collect()
}

fn part(row: &PgRow, request: &Request) -> Result<Part> {
    let columns =
        request.columns.iter().enumerate().map(|(at, wanted)| seen(row, at, wanted)).collect::<Result<_>>()?;
    Ok(Part { currency: row.try_get("currency")?, rows: row.try_get("rows")?, columns })
}

fn seen(row: &PgRow, at: usize, wanted: &Wanted) -> Result<Seen> {
    let has = |function| wanted.functions.contains(&function);
    let text = |prefix: &str, is_there: bool| -> Result<Option<String>> {
        if is_there { Ok(row.try_get(format!("{prefix}{at}").as_str())?) } else { Ok(None) }
    };
    let extreme = |text: Option<String>| text.map(|text| found(&text, wanted)).transpose();
    Ok(Seen {
        known: row.try_get(format!("n{at}").as_str())?,
        sum: text("s", has(Function::Sum) || has(Function::Avg))?.map(|text| number(&text)),
        least: extreme(text("l", has(Function::Min))?)?,
        greatest: extreme(text("h", has(Function::Max))?)?,
    })
}

fn found(text: &str, wanted: &Wanted) -> Result<std::result::Result<Found, Unknown>> {
    Ok(match wanted.measure {
        Measure::Moment if wanted.column.kind.value_type() == DATE.value_type() => {
            Ok(Found::Day(text.parse::<NaiveDate>().map_err(Error::internal)?))
        }
        Measure::Moment => {
            let moment = DateTime::parse_from_rfc3339(text).map_err(Error::internal)?;
            Ok(Found::Moment(moment.with_timezone(&Utc)))
        }
        _ => number(text).map(Found::Number),
    })
}

/// A number of the database's, which may have more digits than a decimal number holds.
fn number(text: &str) -> std::result::Result<Decimal, Unknown> {
    Decimal::from_str_exact(text).map_err(|_| Unknown::TooLarge)
}
