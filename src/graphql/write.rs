//! How a mutation writes: one transaction in its viewer's scope, with the activity row of what it did.

use entity::agent_memory;
use sea_orm::{ActiveValue::Set, sqlx};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    call::Call,
    error::{Error, ErrorCode, Result},
    id,
};
use crate::{access::Scope, clock, database::transaction::Transaction, logging::store::record};

/// A transaction that writes. Dropped without [`Write::commit`], it changes nothing.
pub struct Write<'a> {
    call: &'a Call,
    transaction: Transaction,
    user_id: Uuid,
    /// What the activity names as its session.
    session: String,
}

/// What a mutation did, for the activity of its user.
pub struct Deed {
    module: &'static str,
    action: String,
    context: String,
    input: Option<Value>,
    metadata: Map<String, Value>,
}

impl Deed {
    /// `action` is a noun and a verb in the past tense, such as `journal_entry_created`; `context` a sentence.
    pub fn new(module: &'static str, action: &str, context: impl Into<String>) -> Self {
        Self { module, action: action.to_owned(), context: context.into(), input: None, metadata: Map::new() }
    }

    /// The input, in which a free text stands as its length: people write of themselves and of others.
    pub fn with_input(mut self, input: Value) -> Self {
        self.input = Some(redacted(input));
        self
    }

    /// A row that was made or changed.
    pub fn about(mut self, prefix: &str, row: Uuid) -> Self {
        self.metadata.insert(prefix.to_owned(), Value::String(id::text(prefix, row)));
        self
    }
}

/// A word of at most this many characters is a symbol, a number, a date, an id or a value of an enumeration.
const WORD_MAX: usize = 60;

fn redacted(value: Value) -> Value {
    let is_free =
        |text: &str| text.chars().count() > WORD_MAX || text.contains(|c: char| c.is_whitespace() || c == '@');
    match value {
        Value::String(text) if is_free(&text) => Value::String(format!("[{} characters]", text.chars().count())),
        Value::Array(items) => Value::Array(items.into_iter().map(redacted).collect()),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, redacted(value))).collect(),
        other => other,
    }
}

/// A commit whose answer never came may have happened.
fn uncertain(error: sqlx::Error) -> Error {
    let error = Error::from(error);
    let message = "The database went away while this was being saved: look whether it was before you send it again.";
    if error.code == ErrorCode::Unavailable { Error::new(ErrorCode::Unavailable, message) } else { error }
}

impl<'a> Write<'a> {
    /// Begins to write on behalf of the viewer.
    pub async fn of_viewer(call: &'a Call) -> Result<Self> {
        let viewer = call.viewer()?;
        // Somebody else may have signed in earlier in the document; the payload is read as the one who writes.
        call.read_as(Scope::viewer(viewer));
        let write = Self::begin(call, Scope::user(viewer.user.id), viewer.user.id).await?;
        Ok(write.in_session(viewer.session_id))
    }

    /// Begins to write in this scope; what is done is the user's.
    pub async fn begin(call: &'a Call, scope: Scope, user_id: Uuid) -> Result<Self> {
        let transaction = call.write_as(scope).await?;
        Ok(Self { call, transaction, user_id, session: Uuid::nil().to_string() })
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
        self.transaction.enter(&Scope::user(user_id)).await?;
        self.user_id = user_id;
        Ok(self)
    }

    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Commits what is nobody's deed, without an activity.
    pub async fn commit_silently(self) -> Result<()> {
        self.transaction.commit().await.map_err(uncertain)
    }

    /// Writes the activity, commits, and forgets what was read before.
    pub async fn commit(self, deed: Deed) -> Result<()> {
        let row = agent_memory::ActiveModel {
            id: Set(Uuid::now_v7()),
            user_id: Set(self.user_id),
            block_id: Set(deed.module.to_owned()),
            action: Set(deed.action),
            context: Set(deed.context),
            user_input: Set(deed.input.map(|input| input.to_string())),
            agent_response: Set(None),
            metadata: Set(Some(Value::Object(deed.metadata))),
            timestamp: Set(clock::now().into()),
            session_id: Set(self.session),
        };
        record(&self.transaction, row).await?;
        self.transaction.commit().await.map_err(uncertain)?;
        self.call.read_anew();
        Ok(())
    }
}
