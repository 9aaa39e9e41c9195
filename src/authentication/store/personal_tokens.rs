//! The statements about personal API tokens. Who holds one is asked before anybody is known, through a function of
//! `stackmotive_auth`.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use std::time::Duration;

use entity::{personal_tokens, user_preferences, users};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryResult,
    QuerySelect, sea_query::LockType, sqlx, strum::VariantArray,
};
use uuid::Uuid;

use crate::{
    access::{Credential, Viewer},
    app::App,
    authentication::{
        personal_token,
        tokens::hash,
        types::{Tier, TokenScope, TokenScopes},
    },
    budget::tiers::until_tomorrow,
    clock,
    database::transaction::{Transaction, on_live_connection},
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result, whole_seconds},
    },
};

/// Whether a look at a token is a call of its user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// A document runs.
    Call,
    /// The server only wants to know whether it is still good.
    Look,
}

/// Who holds this personal token; `None` when it is unknown or has ended. One statement, which counts the call.
///
/// # Errors
/// RATE_LIMITED when the calls of the day are used up.
pub async fn holder(app: &App, token: &str, counting: Counting) -> Result<Option<Viewer>> {
    if !personal_token::is_whole(token) {
        return Ok(None);
    }
    let hash = hash(token);
    let (tiers, maxima): (Vec<&str>, Vec<Option<i64>>) = Tier::VARIANTS
        .iter()
        .map(|tier| (tier.stored(), app.budgets.token_calls(*tier).and_then(|calls| i64::try_from(calls).ok())))
        .unzip();
    let pool = &app.database.pool;
    let ask = || async {
        let mut seat = pool.acquire().await?;
        let query = sqlx::query("SELECT * FROM auth_personal_token($1, $2, $3, $4)")
            .bind(hash.as_str())
            .bind(counting == Counting::Call)
            .bind(&tiers)
            .bind(&maxima);
        let row = query.fetch_optional(&mut *seat).await?;
        seat.park();
        Ok(row)
    };
    let Some(row) = on_live_connection(pool, ask).await?.map(QueryResult::from) else { return Ok(None) };
    let user = users::Model::from_query_result(&row, "user_")?;
    if row.try_get("", "token_is_used_up")? {
        return Err(used_up(&user));
    }
    let scopes: Vec<String> = row.try_get("", "token_scopes")?;
    let scopes = scopes.iter().map(|scope| TokenScope::from_stored(scope)).collect::<Result<TokenScopes>>()?;
    // Somebody may have been an administrator when the token was made.
    let scopes = if user.is_admin { scopes } else { scopes.without(TokenScope::PricesWrite) };
    let calls_today: Option<i64> = row.try_get("", "token_calls")?;
    let credential = Credential::Token { id: row.try_get("", "token_id")?, scopes, calls_today };
    Ok(Some(Viewer { user, credential }))
}

fn used_up(user: &users::Model) -> Error {
    let wait: Duration = until_tomorrow(clock::now());
    let message = format!(
        "The calls with personal API tokens that the tier {} has for a day are used up: try again in {} s.",
        user.tier,
        whole_seconds(wait)
    );
    Error::rate_limited(message, wait)
}

/// Whether the user has switched on access by tokens; nobody else makes a token of theirs until this transaction ends.
pub async fn lock_api_access(transaction: &Transaction, user_id: Uuid) -> Result<bool> {
    let found = user_preferences::Entity::find()
        .filter(user_preferences::Column::UserId.eq(user_id))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    Ok(found.and_then(|row| row.api_access_enabled).unwrap_or(false))
}

/// How many tokens of a user are live.
pub async fn live(transaction: &Transaction, user_id: Uuid) -> Result<u64> {
    Ok(personal_tokens::Entity::find().filter(are_live(user_id)).count(transaction).await?)
}

/// What became of a user's live tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub revoked: Vec<Uuid>,
    /// How many still open something.
    pub live: u64,
}

/// Revokes the live tokens of a user when a password gives way to another and that is wanted, or counts them.
pub async fn settle(transaction: &Transaction, user_id: Uuid, is_revoking: bool) -> Result<Survey> {
    if !is_revoking {
        return Ok(Survey { revoked: Vec::new(), live: live(transaction, user_id).await? });
    }
    let row = personal_tokens::ActiveModel { revoked_at: Set(Some(clock::now().into())), ..Default::default() };
    let gone = personal_tokens::Entity::update_many().set(row).filter(are_live(user_id));
    let gone = gone.exec_with_returning(transaction).await?;
    Ok(Survey { revoked: gone.into_iter().map(|token| token.id).collect(), live: 0 })
}

fn are_live(user_id: Uuid) -> Condition {
    Condition::all()
        .add(personal_tokens::Column::UserId.eq(user_id))
        .add(personal_tokens::Column::RevokedAt.is_null())
        .add(personal_tokens::Column::ExpiresAt.gt(clock::now()))
}
