//! The statements of signing in, which begin before anybody is known.
//!
//! They call functions that belong to `stackmotive_auth`, the only role that sees sessions and hashes of all users.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

pub mod admin;
pub mod attempts;
pub mod closing;
pub mod export;
pub mod one_time;
pub mod personal_tokens;
pub mod second_factor;

use chrono::{DateTime, Utc};
use entity::{user_sessions, users};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect,
    Value, Values,
    prelude::DateTimeWithTimeZone,
    sea_query::{Expr, Func, LockType},
    sqlx,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::tokens::{ACCESS_LIFETIME, REFRESH_LIFETIME, REPLAY_WINDOW, Token, hash};
use crate::{
    access::{Credential, Viewer},
    app::App,
    clock,
    database::{
        Pool,
        transaction::{Transaction, on_live_connection},
    },
    graphql::{
        call::Origin,
        error::{Error, Result},
    },
    sealing::{KeyRing, columns::HASHED_PASSWORD},
};

/// What stands in a user's row for signing in.
pub struct Credentials {
    pub id: Uuid,
    /// The bcrypt hash, opened.
    pub hashed_password: SecretString,
    /// The same as it is stored.
    sealed: String,
    pub is_active: bool,
    pub locked_until: Option<DateTimeWithTimeZone>,
}

/// Who holds this access token; `None` when it is unknown or has ended. One statement.
pub async fn session(pool: &Pool, token: &str) -> Result<Option<Viewer>> {
    let hash = hash(token);
    let ask = || async {
        let mut seat = pool.acquire().await?;
        let query = sqlx::query("SELECT * FROM auth_session($1)").bind(hash.as_str());
        let row = query.fetch_optional(&mut *seat).await?;
        seat.park();
        Ok(row)
    };
    let row = on_live_connection(pool, ask).await?;
    let Some(row) = row else { return Ok(None) };
    let row = QueryResult::from(row);
    let user = users::Model::from_query_result(&row, "user_")?;
    Ok(Some(Viewer { user, credential: Credential::Session(row.try_get("", "session_id")?) }))
}

/// The credentials behind an address, whatever its case.
pub async fn credentials(app: &App, email: &str) -> Result<Option<Credentials>> {
    let pool = &app.database.pool;
    let ask = || async {
        let mut seat = pool.acquire().await?;
        sqlx::query("SELECT * FROM auth_credentials($1)").bind(email).fetch_optional(&mut *seat).await
    };
    let row = on_live_connection(pool, ask).await?;
    let Some(row) = row.map(QueryResult::from) else { return Ok(None) };
    let (id, sealed): (Uuid, String) = (row.try_get("", "id")?, row.try_get("", "hashed_password")?);
    Ok(Some(Credentials {
        id,
        hashed_password: app.keys.open(HASHED_PASSWORD, id, &sealed)?,
        sealed,
        is_active: row.try_get("", "is_active")?,
        locked_until: row.try_get("", "locked_until")?,
    }))
}

/// What became of a refresh token.
pub enum Rotation {
    Rotated {
        session_id: Uuid,
        user_id: Uuid,
        access_expires_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    },
    /// Used already, moments ago: another tab won; nothing changed.
    ReplayedRecently,
    /// Unknown, ended, or replayed later, which ends its session.
    Refused,
}

/// Uses up a refresh token and puts new ones into its session.
pub async fn rotate(transaction: &Transaction, refresh: &str, access: &Token, next: &Token) -> Result<Rotation> {
    let sql = "SELECT * FROM auth_rotate($1, $2, $3, \
               make_interval(secs => $4), make_interval(secs => $5), make_interval(secs => $6))";
    let texts = [hash(refresh), access.hash(), next.hash()].map(Value::from);
    let seconds = [ACCESS_LIFETIME, REFRESH_LIFETIME, REPLAY_WINDOW].map(|time| Value::from(time.as_seconds_f64()));
    let rows = transaction.rows(sql, Values(texts.into_iter().chain(seconds).collect())).await?;
    let row =
        rows.into_iter().next().map(QueryResult::from).ok_or_else(|| Error::internal("auth_rotate says nothing"))?;
    let outcome: String = row.try_get("", "outcome")?;
    Ok(match outcome.as_str() {
        "rotated" => Rotation::Rotated {
            session_id: row.try_get("", "session_id")?,
            user_id: row.try_get("", "user_id")?,
            access_expires_at: row.try_get("", "access_expires_at")?,
            expires_at: row.try_get("", "expires_at")?,
        },
        "replayed_recently" => Rotation::ReplayedRecently,
        _ => Rotation::Refused,
    })
}

/// Stores a new session of the user whose scope the transaction has.
pub async fn open_session(
    transaction: &impl ConnectionTrait,
    user_id: Uuid,
    access: &Token,
    refresh: &Token,
    origin: &Origin,
) -> Result<user_sessions::Model> {
    let now = clock::now();
    let session = user_sessions::ActiveModel {
        id: Set(Uuid::now_v7()),
        user_id: Set(user_id),
        session_token: Set(access.hash()),
        refresh_token: Set(Some(refresh.hash())),
        device_info: Set(None),
        ip_address: Set(origin.address.map(Into::into)),
        user_agent: Set(origin.user_agent.clone()),
        created_at: Set(now.into()),
        expires_at: Set((now + REFRESH_LIFETIME).into()),
        access_expires_at: Set((now + ACCESS_LIFETIME).into()),
        last_activity_at: Set(now.into()),
        revoked_at: Set(None),
        is_active: Set(true),
    };
    Ok(user_sessions::Entity::insert(session).exec_with_returning(transaction).await?)
}

/// Which sessions of a user end.
pub enum Ending {
    This(Uuid),
    AllBut(Uuid),
    All,
}

/// Ends sessions of the user; answers which of them were live.
pub async fn end_sessions(transaction: &impl ConnectionTrait, user_id: Uuid, which: Ending) -> Result<Vec<Uuid>> {
    let chosen = match which {
        Ending::This(id) => user_sessions::Column::Id.eq(id),
        Ending::AllBut(id) => user_sessions::Column::Id.ne(id),
        Ending::All => Expr::value(true),
    };
    let ended = user_sessions::Entity::update_many()
        .set(user_sessions::ActiveModel {
            is_active: Set(false),
            revoked_at: Set(Some(clock::now().into())),
            ..Default::default()
        })
        .filter(user_sessions::Column::UserId.eq(user_id))
        .filter(user_sessions::Column::IsActive.eq(true))
        .filter(chosen)
        .exec_with_returning(transaction)
        .await?;
    Ok(ended.into_iter().map(|session| session.id).collect())
}

/// Writes a new user. The hash of the password comes as it is, and is sealed here.
pub async fn insert_user(
    transaction: &impl ConnectionTrait,
    keys: &KeyRing,
    mut row: users::ActiveModel,
) -> Result<()> {
    let id = row.id.try_as_ref().copied().ok_or_else(|| Error::internal("a user without an id"))?;
    seal_password(keys, id, &mut row)?;
    users::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Changes the columns that are set, of the user whose scope the transaction has; a hash of a password is sealed here.
/// Answers false, and changes nothing, when the password is no longer the one whose hash was checked:
/// checking takes a while, and whoever changed it meanwhile did so to keep others out.
pub async fn update_user(
    transaction: &impl ConnectionTrait,
    keys: &KeyRing,
    checked: &Credentials,
    mut row: users::ActiveModel,
) -> Result<bool> {
    seal_password(keys, checked.id, &mut row)?;
    if update_where(transaction, checked.id, &checked.sealed, row.clone()).await? {
        return Ok(true);
    }
    // The same hash may have been sealed anew with another key; locked, it stays as it is from here on.
    let stored = users::Entity::find_by_id(checked.id).lock(LockType::NoKeyUpdate).one(transaction).await?;
    let Some(stored) = stored else { return Ok(false) };
    let now = keys.open(HASHED_PASSWORD, checked.id, &stored.hashed_password);
    let is_same = now.is_ok_and(|now| now.expose_secret() == checked.hashed_password.expose_secret());
    Ok(is_same && update_where(transaction, checked.id, &stored.hashed_password, row).await?)
}

async fn update_where(
    transaction: &impl ConnectionTrait,
    id: Uuid,
    sealed: &str,
    row: users::ActiveModel,
) -> Result<bool> {
    let changed = users::Entity::update_many()
        .set(row)
        .filter(users::Column::Id.eq(id))
        .filter(users::Column::HashedPassword.eq(sealed))
        .exec(transaction)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Changes the columns that are set, of the user whose scope the transaction has, for whom a token has spoken; a hash of
/// a password is sealed here. Answers false when there is no such account.
pub async fn update_holder(
    transaction: &impl ConnectionTrait,
    keys: &KeyRing,
    user_id: Uuid,
    mut row: users::ActiveModel,
) -> Result<bool> {
    seal_password(keys, user_id, &mut row)?;
    let changed = users::Entity::update_many().set(row).filter(users::Column::Id.eq(user_id)).exec(transaction).await?;
    Ok(changed.rows_affected == 1)
}

fn seal_password(keys: &KeyRing, id: Uuid, row: &mut users::ActiveModel) -> Result<()> {
    if let Set(hash) = &row.hashed_password {
        row.hashed_password = Set(keys.seal(HASHED_PASSWORD, id, hash)?);
    }
    Ok(())
}

/// Makes the active account with this address an administrator; answers how many there were.
pub async fn set_admin(transaction: &impl ConnectionTrait, email: &str) -> Result<u64> {
    let same = Expr::expr(Func::lower(Expr::col(users::Column::Email))).eq(Func::lower(Expr::value(email)));
    let changed = users::Entity::update_many()
        .set(users::ActiveModel { is_admin: Set(true), ..Default::default() })
        .filter(same)
        .filter(users::Column::IsActive.eq(true))
        .exec(transaction)
        .await?;
    Ok(changed.rows_affected)
}
