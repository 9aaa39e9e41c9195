//! One GraphQL request: who asks, what they read, and what they have read so far.
//!
//! Resolvers reach the request through this one small door, [`call`].

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{Context, Pos};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::{
    ahead::{
        self,
        plan::{Plan, Plans},
        read::{Ahead, Aheads, Written},
    },
    cookies::Cookies,
    cost::Meter,
    error::{Error, Result},
    loader::{self, Alls, Counts, ListKey, Lists, OneKey, Ones, Slice, Snapshot},
    mutation::{idempotency, write::uncertain},
    page::Page,
    table::{BY_ID, Columns, Key, Record},
};
use crate::{
    access::{Credential, Mode, Scope, Viewer},
    app::App,
    budget::queries::Taken,
    database::transaction::Transaction,
};

/// The request that a resolver works for.
pub fn call<'a>(ctx: &Context<'a>) -> &'a Arc<Call> {
    ctx.data_unchecked::<Arc<Call>>()
}

pub struct Call {
    pub app: Arc<App>,
    /// Names the request in logs and in the audit.
    pub request_id: Uuid,
    /// Where the request came from, as far as the session's row keeps it.
    pub origin: Origin,
    /// Tokens that came in cookies, and those that go back so.
    pub cookies: Cookies,
    /// What was taken from a budget for the document; `None` outside of requests.
    pub taken: Option<Taken>,
    /// The request's `Idempotency-Key`, if it has one.
    pub idempotency_key: Option<String>,
    /// Counts what the document reads.
    pub meter: Arc<Meter>,
    /// Whether relations are read ahead where that is possible.
    pub reads_ahead: bool,
    /// How those of the document are.
    pub plans: Arc<Plans>,
    viewer: Result<Viewer>,
    /// Set once a field of the document has ended the viewer's session.
    ended: AtomicBool,
    reader: RwLock<Arc<Reader>>,
    /// What is to happen once the mutation at work is answered without an error, and committed.
    afterwards: Mutex<Vec<Afterwards>>,
}

type Afterwards = Box<dyn FnOnce() + Send>;

/// What a session's row keeps of the one who signed in.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub address: Option<std::net::IpAddr>,
    pub user_agent: Option<String>,
}

/// What a document has read: never shared between requests, and begun anew after every mutation.
struct Reader {
    snapshot: Arc<Snapshot>,
    counts: Counts,
    by_type: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    by_place: Mutex<HashMap<(Pos, TypeId), Arc<dyn Any + Send + Sync>>>,
}

impl Call {
    pub fn new(app: Arc<App>, request_id: Uuid, origin: Origin, viewer: Result<Viewer>) -> Self {
        let scope = match &viewer {
            Ok(viewer) => Scope::viewer(viewer),
            Err(_) => Scope::nobody(),
        };
        let scope = scope.for_request(request_id).from_address(origin.address).behind(app.first_wall);
        let meter = Arc::new(Meter::default());
        let reader = RwLock::new(Arc::new(Reader::new(&app, scope, meter.clone())));
        let (cookies, ended) = (Cookies::default(), AtomicBool::new(false));
        Self {
            reads_ahead: app.reads_ahead,
            plans: Arc::default(),
            app,
            request_id,
            origin,
            cookies,
            taken: None,
            idempotency_key: None,
            meter,
            viewer,
            ended,
            reader,
            afterwards: Mutex::default(),
        }
    }

    /// Who is signed in; the error says why nobody is.
    pub fn viewer(&self) -> Result<&Viewer> {
        if self.ended.load(Ordering::Acquire) {
            return Err(Error::unauthenticated());
        }
        self.viewer.as_ref().map_err(Clone::clone)
    }

    /// A call of nobody's, for what is done after the answer of this one: it shares the id and where the request came
    /// from, and holds on to nothing that was read.
    pub fn for_later(&self) -> Self {
        Self::new(self.app.clone(), self.request_id, self.origin.clone(), Err(Error::unauthenticated()))
    }

    /// Takes note that a session has ended or goes on under another token: from here on the viewer is nobody,
    /// if it was theirs.
    pub fn session_ended(&self, session_id: Uuid) {
        if self.viewer.as_ref().is_ok_and(|viewer| viewer.credential == Credential::Session(session_id)) {
            self.ended.store(true, Ordering::Release);
        }
    }

    /// A transaction that writes as this scope.
    pub async fn write_as(&self, scope: Scope) -> Result<Transaction> {
        let scope = self.told(scope);
        Ok(Transaction::begin(&self.app.database.pool, &scope, Mode::Write).await?)
    }

    /// Forgets what was read, so that a mutation's payload shows what stands after its commit.
    pub fn read_anew(&self) {
        let scope = self.reader().snapshot.scope().clone();
        self.read_as(scope);
    }

    /// Reads from here on in another scope: that of somebody who has just signed in.
    pub fn read_as(&self, scope: Scope) {
        let scope = self.told(scope);
        let reader = Arc::new(Reader::new(&self.app, scope, self.meter.clone()));
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    /// Reads from here on what this transaction sees, until it is committed; when something else is written or the document
    /// ends before that, it is taken back.
    pub fn read_within(&self, transaction: Transaction) {
        let scope = self.reader().snapshot.scope().clone();
        let snapshot = Snapshot::within(transaction, self.app.database.pool.clone(), scope, self.meter.clone());
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Reader::of(snapshot));
    }

    /// Commits the transaction that is read within, and forgets what was read in it.
    pub async fn commit(&self) -> Result<()> {
        self.snapshot().transaction().await?.commit().await.map_err(uncertain)?;
        self.read_anew();
        Ok(())
    }

    /// Does this once the mutation at work is answered and committed; where that fails it is dropped.
    pub fn afterwards(&self, work: impl FnOnce() + Send + 'static) {
        self.to_do().push(Box::new(work));
    }

    /// That the mutation at work has come to its end, for better or worse.
    pub fn mutation_ended(&self, is_done: bool) {
        let to_do = std::mem::take(&mut *self.to_do());
        if is_done {
            to_do.into_iter().for_each(|work| work());
        }
    }

    fn to_do(&self) -> MutexGuard<'_, Vec<Afterwards>> {
        self.afterwards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That a mutation which takes or answers secrets may go on: nothing of it is kept, so it takes no key.
    pub fn unkept(&self) -> Result<&Self> {
        if self.idempotency_key.is_some() { Err(idempotency::refused()) } else { Ok(self) }
    }

    /// The snapshot, for statements that a module writes itself.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.reader().snapshot.clone()
    }

    /// What a field of the document asks for, such as a page: read once however many rows it is resolved for.
    pub fn once<V: Send + Sync + 'static>(&self, place: Pos, read: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        let reader = self.reader();
        let mut by_place = reader.by_place.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (place, TypeId::of::<V>());
        if let Some(Ok(known)) = by_place.get(&place).map(|known| known.clone().downcast::<V>()) {
            return Ok(known);
        }
        let value = Arc::new(read()?);
        by_place.insert(place, value.clone());
        Ok(value)
    }

    /// How a relation of the document is read ahead, planned once however many rows it is resolved for; `None` when it
    /// can't be.
    pub fn plan(&self, place: Pos, plan: impl FnOnce(&Scope) -> Option<Plan>) -> Option<Arc<Plan>> {
        if !self.reads_ahead {
            return None;
        }
        let snapshot = self.snapshot();
        if !snapshot.is_steady() {
            return None;
        }
        self.plans.get(place, snapshot.scope().kind(), || plan(snapshot.scope()))
    }

    /// A relation with all that is selected below it, as JSON, batched with the same relation of other rows.
    pub async fn ahead(&self, plan: Arc<Plan>, key: Option<Key>) -> Result<Written> {
        let Some(key) = key else { return ahead::write::nothing(&plan) };
        let aheads = self.reader().typed(ahead::read::aheads);
        answered::<Aheads, _>(aheads.try_load(Ahead { plan, key }).await)
    }

    /// The row with this id as it stands now; NOT_FOUND when there is none or the viewer may not see it.
    pub async fn fetch<T: Record>(&self, id: Uuid) -> Result<T> {
        self.find(id).await?.ok_or_else(|| Error::not_found("row any more"))
    }

    /// The row with this id as it stands now, if there is one that the viewer may see.
    pub async fn find<T: Record>(&self, id: Uuid) -> Result<Option<T>> {
        self.one::<T>(BY_ID, vec![id.into()]).await?.map(T::from_row).transpose()
    }

    /// The rows with these ids in their order, as far as there are any that the viewer may see: one statement for all.
    pub async fn find_each<T: Record>(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<Option<T>>> {
        try_join_all(ids.into_iter().map(|id| self.find(id))).await
    }

    /// A page of a list, batched with the same list of other rows.
    pub async fn list<T: Record>(&self, page: Arc<Page>, key: Key) -> Result<Arc<Slice<T::Model>>> {
        let reader = self.reader();
        reader.may_read(&page)?;
        let lists = reader.typed(loader::lists::<T>);
        answered::<Lists<T>, _>(lists.try_load(ListKey { page, key }).await)
    }

    /// How many rows the whole list has, batched likewise.
    pub async fn count(&self, page: Arc<Page>, key: Key) -> Result<i64> {
        let reader = self.reader();
        reader.may_read(&page)?;
        let counts = reader.counts.clone();
        answered::<Counts, _>(counts.try_load(ListKey { page, key }).await)
    }

    /// The row with these values in these columns, batched likewise.
    pub async fn one<T: Record>(&self, on: Columns, key: Key) -> Result<Option<T::Model>> {
        let reader = self.reader();
        reader.snapshot.scope().may_read(T::TABLE.sql)?;
        let ones = reader.typed(loader::ones::<T>);
        answered::<Ones<T>, _>(ones.try_load(OneKey { on, key }).await)
    }

    /// All rows with these values in these columns, by id, batched likewise: for figures that are computed from them.
    pub async fn all<T: Record>(&self, on: Columns, key: Key) -> Result<Arc<Vec<T::Model>>> {
        let reader = self.reader();
        reader.snapshot.scope().may_read(T::TABLE.sql)?;
        let alls = reader.typed(loader::alls::<T>);
        answered::<Alls<T>, _>(alls.try_load(OneKey { on, key }).await)
    }

    /// A loader of a module's own, made once for what this document reads.
    pub fn loader<L: Clone + Send + Sync + 'static>(&self, make: impl FnOnce(Arc<Snapshot>) -> L) -> L {
        self.reader().typed(make)
    }

    /// A scope with what the audit wants to know of this request.
    fn told(&self, scope: Scope) -> Scope {
        scope.for_request(self.request_id).from_address(self.origin.address).behind(self.app.first_wall)
    }

    fn reader(&self) -> Arc<Reader> {
        self.reader.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Reader {
    fn new(app: &App, scope: Scope, meter: Arc<Meter>) -> Self {
        Self::of(Snapshot::new(app.database.pool.clone(), scope, meter))
    }

    fn of(snapshot: Snapshot) -> Self {
        let snapshot = Arc::new(snapshot);
        Self {
            counts: loader::counts(snapshot.clone()),
            snapshot,
            by_type: Mutex::default(),
            by_place: Mutex::default(),
        }
    }

    /// Whether the one who reads may look into every table that a page needs.
    fn may_read(&self, page: &Page) -> Result<()> {
        page.tables().try_for_each(|table| self.snapshot.scope().may_read(table.sql))
    }

    fn typed<L: Clone + Send + Sync + 'static>(&self, make: impl FnOnce(Arc<Snapshot>) -> L) -> L {
        let mut by_type = self.by_type.lock().unwrap_or_else(PoisonError::into_inner);
        let found = by_type.entry(TypeId::of::<L>()).or_insert_with(|| Arc::new(make(self.snapshot.clone())));
        match found.downcast_ref::<L>() {
            Some(loader) => loader.clone(),
            // The map is keyed by the type, so this arm is never taken.
            None => unreachable!("a loader stands under its own type"),
        }
    }
}

/// What a batch answered for a key; a batch that leaves a key out would be a fault of ours.
fn answered<L, V>(loaded: std::result::Result<Result<V>, std::io::Error>) -> Result<V> {
    loaded.unwrap_or_else(|error| Err(Error::internal((std::any::type_name::<L>(), error))))
}
