//! A transaction that writes, with the rows that it finds, locks and changes.

use entity::agent_memory;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, sqlx};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Deed,
    deed::{Change, Notice},
    idempotency::{self, Request},
    standing::{changed_at, standing},
    store::{self, Known},
};
use crate::{
    access::{Access, Module, Scope},
    clock,
    database::transaction::Transaction,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        id::Id,
        scalars::DateTime,
        table::Record,
    },
    logging::store::{record, tell},
};

/// A transaction that writes. Dropped without [`Write::commit`], it changes nothing.
pub struct Write<'a> {
    call: &'a Call,
    transaction: Transaction,
    scope: Scope,
    user_id: Uuid,
    /// What the activity names as its session.
    session: String,
    /// The idempotency key and the field of the answer that this happens under.
    once: Option<(String, String)>,
}

/// A commit whose answer never came may have happened.
pub fn uncertain(error: sqlx::Error) -> Error {
    let error = Error::from(error);
    let message = "The database went away while this was being saved: look whether it was before you send it again.";
    if error.code == ErrorCode::Unavailable { Error::new(ErrorCode::Unavailable, message) } else { error }
}

impl<'a> Write<'a> {
    /// Begins to write on behalf of the viewer, in this part of the product.
    pub async fn of_viewer(call: &'a Call, module: Module) -> Result<Self> {
        let viewer = call.viewer()?;
        viewer.permit(module, Access::Write)?;
        // Somebody else may have signed in earlier in the document; the payload is read as the one who writes.
        call.read_as(Scope::viewer(viewer));
        let mut write = Self::begin(call, Scope::user(viewer.user.id), viewer.user.id).await?;
        write.session = viewer.name();
        Ok(write)
    }

    /// Begins to write on behalf of an administrator, accounts of others too. The scope says so, and the audit.
    pub async fn of_admin(call: &'a Call) -> Result<Self> {
        let viewer = call.viewer()?;
        viewer.administers()?;
        let scope = Scope::viewer(viewer);
        call.read_as(scope.clone());
        let mut write = Self::begin(call, scope, viewer.user.id).await?;
        write.session = viewer.name();
        Ok(write)
    }

    /// Begins to write prices of everybody's rows, as the system does; the activity is the feed's.
    pub async fn of_price_feed(call: &'a Call) -> Result<Self> {
        let viewer = call.viewer()?;
        viewer.feeds_prices()?;
        call.read_as(Scope::viewer(viewer));
        let mut write = Self::begin(call, Scope::system(), viewer.user.id).await?;
        write.session = viewer.name();
        Ok(write)
    }

    /// Begins to write in this scope; what is done is the user's.
    pub async fn begin(call: &'a Call, scope: Scope, user_id: Uuid) -> Result<Self> {
        let transaction = call.write_as(scope.clone()).await?;
        Ok(Self { call, transaction, scope, user_id, session: Uuid::nil().to_string(), once: None })
    }

    /// The session that the activity names.
    pub fn in_session(mut self, session_id: Uuid) -> Self {
        self.session = session_id.to_string();
        self
    }

    /// The part of the server that acts where nobody is signed in; the activity names it in place of a session.
    pub fn by_system(mut self, part: &str) -> Self {
        self.session = format!("system:{part}");
        self
    }

    /// Goes on as somebody whom a statement of this transaction has just made known.
    pub async fn on_behalf_of(mut self, user_id: Uuid) -> Result<Self> {
        self.scope = Scope::user(user_id);
        self.transaction.enter(&self.scope).await?;
        self.user_id = user_id;
        Ok(self)
    }

    pub fn call(&self) -> &'a Call {
        self.call
    }

    pub fn user_id(&self) -> Uuid {
        self.user_id
    }

    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The row with this id, locked until the transaction ends. NOT_FOUND when the viewer may not change it, and
    /// CONFLICT with what stands there when it is not as old as the client thinks.
    pub async fn row<T: Record>(&self, id: Id<T>, expected: Option<DateTime>) -> Result<T::Model> {
        let found = store::lock::<T>(&self.transaction, &self.scope, id.0).await?;
        let row = found.ok_or_else(|| Error::not_found(&words(T::TABLE.name)))?;
        unchanged::<T>(row, expected)
    }

    /// The viewer's only row of a table, locked until the transaction ends, and whether it is new: where there is none
    /// it is made with the table's defaults. CONFLICT as with [`Write::row`].
    pub async fn own_row<T: Record>(&self, expected: Option<DateTime>) -> Result<(T::Model, Change)> {
        let is_new = store::make_own::<T>(&self.transaction, self.user_id).await?;
        let found = store::lock_own::<T>(&self.transaction, self.user_id).await?;
        let row = found.ok_or_else(|| Error::not_found(&words(T::TABLE.name)))?;
        Ok((unchanged::<T>(row, expected)?, if is_new { Change::Created } else { Change::Updated }))
    }

    /// Gives every column of the viewer's only row of a table its default, but who and when it was made.
    pub async fn reset_own<T: Record>(&self) -> Result<()> {
        store::reset_own::<T>(&self.transaction, self.user_id).await
    }

    /// CONFLICT with what stands in the row now: it is in no state for this.
    pub fn conflict<T: Record>(row: &T::Model, message: impl Into<String>) -> Error {
        Error { current: Some(Box::new(standing::<T>(row))), ..Error::conflict(message) }
    }

    /// Writes a new row.
    pub async fn insert<A: ActiveModelTrait + Send>(&self, row: A) -> Result<()> {
        store::insert(&self.transaction, row).await
    }

    /// Changes the columns of a row that are set; NOT_FOUND when the viewer may not change it.
    pub async fn update<T, A>(&self, id: Id<T>, row: A) -> Result<()>
    where
        T: Record,
        A: ActiveModelTrait<Entity = T::Entity> + Send,
    {
        let is_there = store::update::<T, A>(&self.transaction, &self.scope, id.0, row).await?;
        if is_there { Ok(()) } else { Err(Error::not_found(&words(T::TABLE.name))) }
    }

    /// Deletes a row; NOT_FOUND when the viewer may not change it.
    pub async fn delete<T: Record>(&self, id: Id<T>) -> Result<()> {
        let was_there = store::delete::<T>(&self.transaction, &self.scope, id.0).await?;
        if was_there { Ok(()) } else { Err(Error::not_found(&words(T::TABLE.name))) }
    }

    /// Takes note that this is to happen once; answers what came of it when it has happened already.
    pub(super) async fn begin_once(&mut self, request: Request<'_>) -> Result<Option<Value>> {
        let since = clock::now() - idempotency::LIFETIME;
        match store::remember(&self.transaction, self.user_id, &request, since).await? {
            Known::Nothing => {
                self.once = Some((request.key.to_owned(), request.field));
                Ok(None)
            }
            Known::Done(done) => Ok(Some(done)),
            Known::Another => Err(idempotency::taken()),
        }
    }

    /// Keeps what came of it, for when it is asked for again.
    pub(super) async fn finish_once(&self, done: &impl Serialize) -> Result<()> {
        let Some((key, field)) = &self.once else { return Ok(()) };
        let done = serde_json::to_value(done).map_err(Error::internal)?;
        store::keep(&self.transaction, self.user_id, (key, field), done).await
    }

    /// Lets the payload be read from what was written; whoever answers that commits it, or takes it back.
    pub(super) async fn leave_open(self) -> Result<()> {
        let reader = self.call.snapshot();
        if self.scope.is_system() {
            // What the system may see of others is not for whoever reads the answer.
            self.transaction.enter(reader.scope()).await?;
        }
        self.call.read_within(self.transaction);
        Ok(())
    }

    /// Writes the activity, and tells subscribers once the transaction commits.
    pub(super) async fn note(&self, deed: Deed) -> Result<()> {
        note(&self.transaction, self.user_id, self.session.clone(), deed).await
    }

    /// Commits what is nobody's deed, without an activity.
    pub async fn commit_silently(self) -> Result<()> {
        self.transaction.commit().await.map_err(uncertain)
    }

    /// Tells subscribers and commits, where nobody is left whose activity it would be.
    pub async fn commit_without_activity(self, deed: Deed) -> Result<()> {
        tell(&self.transaction, told(&deed.notices(self.user_id))?).await?;
        self.commit_silently().await
    }

    /// Writes the activity, tells subscribers, commits, and forgets what was read before.
    pub async fn commit(self, deed: Deed) -> Result<()> {
        note(&self.transaction, self.user_id, self.session, deed).await?;
        self.transaction.commit().await.map_err(uncertain)?;
        self.call.read_anew();
        Ok(())
    }
}

/// Writes what was done into the user's activity, and tells subscribers once the transaction commits.
pub async fn note(transaction: &Transaction, user_id: Uuid, session: String, deed: Deed) -> Result<()> {
    let (metadata, notices) = (deed.metadata(), deed.notices(user_id));
    let row = agent_memory::ActiveModel {
        id: Set(Uuid::now_v7()),
        user_id: Set(user_id),
        block_id: Set(deed.module.name().to_owned()),
        action: Set(deed.action),
        context: Set(deed.context),
        user_input: Set(deed.input.map(|input| input.to_string())),
        agent_response: Set(None),
        metadata: Set(Some(metadata)),
        timestamp: Set(clock::now().into()),
        session_id: Set(session),
    };
    record(transaction, row, told(&notices)?).await
}

fn told(notices: &[Notice]) -> Result<Vec<String>> {
    notices.iter().map(serde_json::to_string).collect::<serde_json::Result<_>>().map_err(Error::internal)
}

/// A row that is as old as the client thinks.
fn unchanged<T: Record>(row: T::Model, expected: Option<DateTime>) -> Result<T::Model> {
    let now = changed_at::<T>(&row).map(DateTime::from);
    if expected.is_none() || expected == now {
        return Ok(row);
    }
    let message = format!("This {} was changed meanwhile; nothing was changed now.", words(T::TABLE.name));
    Err(Write::conflict::<T>(&row, message))
}

/// `WatchlistItem` as words: `watchlist item`.
fn words(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
