//! Relations read in batches: one statement a level, whatever the number of rows.

use std::{collections::HashMap, future::Future, hash::Hash, marker::PhantomData, sync::Arc};

use dataloader::{BatchFn, cached::Loader};
use futures_util::future::BoxFuture;
use sea_orm::{
    EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryResult, Values,
    sqlx::{Row, postgres::PgRow},
};
use tokio::sync::OnceCell;

use super::{
    cost::{Meter, prices},
    error::{Error, Result},
    page::Page,
    scale::Scales,
    select::{self, COUNT, ORDINAL},
    table::{Columns, Key, Record},
};
use crate::{
    access::{Mode, Scope},
    database::{Pool, transaction::Transaction},
};

/// How many keys a batch takes; above what one document may cost, so that no level is read in two.
pub const BATCH_MAX: usize = 1_000_000;

/// Where a document reads: one read-only transaction in its viewer's scope, opened by the first statement.
pub struct Snapshot {
    pool: Pool,
    scope: Scope,
    transaction: OnceCell<Transaction>,
    meter: Arc<Meter>,
    is_steady: bool,
}

impl Snapshot {
    pub fn new(pool: Pool, scope: Scope, meter: Arc<Meter>) -> Self {
        Self { pool, scope, transaction: OnceCell::new(), meter, is_steady: true }
    }

    /// The picture that an open transaction has, with what it has written.
    pub fn within(transaction: Transaction, pool: Pool, scope: Scope, meter: Arc<Meter>) -> Self {
        Self { transaction: OnceCell::new_with(Some(transaction)), is_steady: false, ..Self::new(pool, scope, meter) }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether all statements see one picture. In a transaction that writes, each sees what others have committed before
    /// it: rows are told from each other by their keys there, and not by their places in an order.
    pub fn is_steady(&self) -> bool {
        self.is_steady
    }

    /// Where a module that writes its own statements says how many rows they brought.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The open transaction, for statements that a module writes itself.
    pub async fn transaction(&self) -> Result<&Transaction> {
        let begin = || Transaction::begin(&self.pool, &self.scope, Mode::Read);
        Ok(self.transaction.get_or_try_init(begin).await?)
    }

    async fn rows(&self, (sql, values): (String, Values)) -> Result<Vec<PgRow>> {
        self.run((&sql, values)).await
    }

    /// The rows of a statement.
    pub async fn run(&self, (sql, values): (&str, Values)) -> Result<Vec<PgRow>> {
        Ok(self.transaction().await?.rows(sql, values).await?)
    }
}

/// A page's rows, and whether there are more beyond it.
pub struct Slice<M> {
    pub rows: Vec<M>,
    pub more: bool,
}

/// A page of one parent.
#[derive(Clone)]
pub struct ListKey {
    pub page: Arc<Page>,
    pub key: Key,
}

/// Two lists are one when they come from the same place of the document and hang off the same row.
impl PartialEq for ListKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.page, &other.page) && self.key == other.key
    }
}

impl Eq for ListKey {}

impl Hash for ListKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.page).hash(state);
        self.key.hash(state);
    }
}

impl std::fmt::Debug for ListKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {:?}", self.page.link.name, self.key)
    }
}

/// A row, by the values of some columns of its table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OneKey {
    /// The relation's columns, of which the second ones are the table's.
    pub on: Columns,
    pub key: Key,
}

type Model<T> = <T as Record>::Model;
pub type Lists<T> = Loader<ListKey, Result<Arc<Slice<Model<T>>>>, ListBatch<T>>;
pub type Counts = Loader<ListKey, Result<i64>, CountBatch>;
pub type Ones<T> = Loader<OneKey, Result<Option<Model<T>>>, OneBatch<T>>;
pub type Alls<T> = Loader<OneKey, Result<Arc<Vec<Model<T>>>>, AllBatch<T>>;

pub fn lists<T: Record>(snapshot: Arc<Snapshot>) -> Lists<T> {
    Loader::new(ListBatch(snapshot, PhantomData)).with_max_batch_size(BATCH_MAX)
}

pub fn counts(snapshot: Arc<Snapshot>) -> Counts {
    Loader::new(CountBatch(snapshot)).with_max_batch_size(BATCH_MAX)
}

pub fn ones<T: Record>(snapshot: Arc<Snapshot>) -> Ones<T> {
    Loader::new(OneBatch(snapshot, PhantomData)).with_max_batch_size(BATCH_MAX)
}

pub fn alls<T: Record>(snapshot: Arc<Snapshot>) -> Alls<T> {
    Loader::new(AllBatch(snapshot, PhantomData)).with_max_batch_size(BATCH_MAX)
}

pub struct ListBatch<T>(Arc<Snapshot>, PhantomData<fn() -> T>);
pub struct CountBatch(Arc<Snapshot>);
pub struct OneBatch<T>(Arc<Snapshot>, PhantomData<fn() -> T>);
pub struct AllBatch<T>(Arc<Snapshot>, PhantomData<fn() -> T>);

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl<T: Record> BatchFn<ListKey, Result<Arc<Slice<Model<T>>>>> for ListBatch<T> {
    fn load(&mut self, keys: &[ListKey]) -> BoxFuture<'_, HashMap<ListKey, Result<Arc<Slice<Model<T>>>>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |key| Arc::as_ptr(&key.page) as usize,
            move |group| {
                let snapshot = snapshot.clone();
                async move { pages::<T>(&snapshot, &group).await }
            },
        ))
    }
}

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl BatchFn<ListKey, Result<i64>> for CountBatch {
    fn load(&mut self, keys: &[ListKey]) -> BoxFuture<'_, HashMap<ListKey, Result<i64>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |key| Arc::as_ptr(&key.page) as usize,
            move |group| {
                let snapshot = snapshot.clone();
                async move { totals(&snapshot, &group).await }
            },
        ))
    }
}

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl<T: Record> BatchFn<OneKey, Result<Option<Model<T>>>> for OneBatch<T> {
    fn load(&mut self, keys: &[OneKey]) -> BoxFuture<'_, HashMap<OneKey, Result<Option<Model<T>>>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |key| key.on,
            move |group| {
                let snapshot = snapshot.clone();
                async move { single_rows::<T>(&snapshot, &group).await }
            },
        ))
    }
}

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl<T: Record> BatchFn<OneKey, Result<Arc<Vec<Model<T>>>>> for AllBatch<T> {
    fn load(&mut self, keys: &[OneKey]) -> BoxFuture<'_, HashMap<OneKey, Result<Arc<Vec<Model<T>>>>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |key| key.on,
            move |group| {
                let snapshot = snapshot.clone();
                async move { all_rows::<T>(&snapshot, &group).await }
            },
        ))
    }
}

/// Loads keys that one statement can serve together; a statement that fails fails for each of its keys.
pub async fn in_groups<K, V, G, F>(
    keys: Vec<K>,
    group_of: impl Fn(&K) -> G,
    load: impl Fn(Vec<K>) -> F,
) -> HashMap<K, Result<V>>
where
    K: Clone + Eq + Hash,
    G: Eq + Hash,
    F: Future<Output = Result<Vec<V>>>,
{
    let mut groups: HashMap<G, Vec<K>> = HashMap::new();
    for key in keys {
        groups.entry(group_of(&key)).or_default().push(key);
    }
    let mut loaded = HashMap::new();
    for group in groups.into_values() {
        match load(group.clone()).await {
            Ok(values) => loaded.extend(group.into_iter().zip(values.into_iter().map(Ok))),
            Err(error) => loaded.extend(group.into_iter().map(|key| (key, Err(error.clone())))),
        }
    }
    loaded
}

async fn pages<T: Record>(snapshot: &Snapshot, group: &[ListKey]) -> Result<Vec<Arc<Slice<Model<T>>>>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let page = &first.page;
    let keys: Vec<&Key> = group.iter().map(|key| &key.key).collect();
    snapshot.meter.add(page.price().saturating_mul(keys.len() as u64));
    let rows = snapshot.rows(select::page(page, &keys, snapshot.scope(), &columns::<T>())).await?;
    let mut lists: Vec<Vec<Model<T>>> = keys.iter().map(|_| Vec::new()).collect();
    for (index, model) in models::<T>(rows)? {
        if let Some(list) = lists.get_mut(index) {
            list.push(model);
        }
    }
    let limit = page.limit as usize;
    let slices = lists.into_iter().map(|mut rows| {
        let more = rows.len() > limit;
        rows.truncate(limit);
        snapshot.meter.add(prices::ROW.saturating_mul(rows.len() as u64));
        if page.backward {
            rows.reverse();
        }
        Arc::new(Slice { rows, more })
    });
    Ok(slices.collect())
}

async fn totals(snapshot: &Snapshot, group: &[ListKey]) -> Result<Vec<i64>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let keys: Vec<&Key> = group.iter().map(|key| &key.key).collect();
    snapshot.meter.add(prices::FIGURE.saturating_mul(keys.len() as u64));
    let rows = snapshot.rows(select::count(&first.page, &keys, snapshot.scope())).await?;
    let mut totals = vec![0; keys.len()];
    for row in rows {
        if let Some(total) = totals.get_mut(ordinal(&row)?) {
            *total = row.try_get(COUNT)?;
        }
    }
    Ok(totals)
}

async fn single_rows<T: Record>(snapshot: &Snapshot, group: &[OneKey]) -> Result<Vec<Option<Model<T>>>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let keys: Vec<&Key> = group.iter().map(|key| &key.key).collect();
    snapshot.meter.add(prices::ROW.saturating_mul(keys.len() as u64));
    let statement = select::one(T::TABLE, first.on, &keys, snapshot.scope(), &columns::<T>());
    let rows = snapshot.rows(statement).await?;
    let mut found: Vec<Option<Model<T>>> = keys.iter().map(|_| None).collect();
    for (index, model) in models::<T>(rows)? {
        if let Some(place) = found.get_mut(index) {
            *place = Some(model);
        }
    }
    Ok(found)
}

async fn all_rows<T: Record>(snapshot: &Snapshot, group: &[OneKey]) -> Result<Vec<Arc<Vec<Model<T>>>>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let keys: Vec<&Key> = group.iter().map(|key| &key.key).collect();
    let statement = select::all(T::TABLE, first.on, &keys, snapshot.scope(), &columns::<T>());
    let rows = snapshot.rows(statement).await?;
    snapshot.meter.add(prices::ROW.saturating_mul(rows.len() as u64));
    let mut lists: Vec<Vec<Model<T>>> = keys.iter().map(|_| Vec::new()).collect();
    for (index, model) in models::<T>(rows)? {
        if let Some(list) = lists.get_mut(index) {
            list.push(model);
        }
    }
    Ok(lists.into_iter().map(Arc::new).collect())
}

fn columns<T: Record>() -> Vec<&'static str> {
    <T::Entity as EntityTrait>::Column::iter().map(|column| column.as_str()).collect()
}

/// Rows with the index of the key that each answers.
fn models<T: Record>(rows: Vec<PgRow>) -> Result<Vec<(usize, Model<T>)>> {
    let scales = Scales::<T>::of_table();
    rows.into_iter()
        .map(|row| {
            let index = ordinal(&row)?;
            let mut model = Model::<T>::from_query_result(&QueryResult::from(row), "")?;
            scales.give(&mut model)?;
            Ok((index, model))
        })
        .collect()
}

/// The number of the key that a row answers, counted from 0.
pub fn ordinal(row: &PgRow) -> Result<usize> {
    let ordinal: i64 = row.try_get(ORDINAL)?;
    usize::try_from(ordinal - 1).map_err(Error::internal)
}
