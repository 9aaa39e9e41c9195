//! The statements about tokens that go out by mail. They call functions of `stackmotive_auth`, which alone reaches them.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use ipnetwork::IpNetwork;
use sea_orm::{QueryResult, Value, Values, sqlx};
use uuid::Uuid;

use crate::{
    authentication::tokens::{Token, hash},
    database::{
        Pool,
        transaction::{Transaction, on_live_connection},
    },
    graphql::error::{Error, Result},
};

/// How long such a token is good for.
pub const LIFETIME: Duration = Duration::minutes(30);
/// The limits below are counted over this time.
const WINDOW: Duration = Duration::hours(1);
/// How many tokens an account gets for each purpose.
const ACCOUNT_MAX: i32 = 3;
/// How many tokens a network address may ask for, for whatever accounts.
const ADDRESS_MAX: i32 = 30;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
    ChangeEmail,
}

impl Purpose {
    fn stored(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
        }
    }
}

/// What became of a new token.
pub enum Issued {
    /// It is stored, and is to be sent to this address.
    To(String),
    /// Too many were asked for; from then on another one may be.
    TooMany(DateTime<Utc>),
    /// The account is not active.
    ToNobody,
}

/// By what names the account is known that a token is for.
pub struct Holder {
    pub email: String,
    pub display_name: Option<String>,
}

/// Stores a token in place of the account's older one for the same purpose.
pub async fn issue(
    transaction: &Transaction,
    user_id: Uuid,
    purpose: Purpose,
    token: &Token,
    from: Option<IpAddr>,
) -> Result<Issued> {
    let sql = "SELECT * FROM auth_issue_token($1, $2, $3, $4, make_interval(secs => $5), $6, $7, \
               make_interval(secs => $8))";
    let values: [Value; 8] = [
        user_id.into(),
        purpose.stored().into(),
        token.hash().into(),
        from.map(IpNetwork::from).into(),
        LIFETIME.as_seconds_f64().into(),
        ACCOUNT_MAX.into(),
        ADDRESS_MAX.into(),
        WINDOW.as_seconds_f64().into(),
    ];
    let rows = transaction.rows(sql, Values(values.into())).await?;
    let Some(row) = rows.into_iter().next().map(QueryResult::from) else { return Ok(Issued::ToNobody) };
    if let Some(email) = row.try_get("", "email")? {
        return Ok(Issued::To(email));
    }
    let retry_at: Option<DateTime<Utc>> = row.try_get("", "retry_at")?;
    retry_at.map(Issued::TooMany).ok_or_else(|| Error::internal("auth_issue_token says nothing"))
}

/// Whose a token is, as long as it is live.
pub async fn holder(pool: &Pool, token: &str, purpose: Purpose) -> Result<Option<Holder>> {
    let hash = hash(token);
    let ask = || async {
        sqlx::query("SELECT * FROM auth_token_holder($1, $2)")
            .bind(hash.as_str())
            .bind(purpose.stored())
            .fetch_optional(&mut *pool.acquire().await?)
            .await
    };
    let Some(row) = on_live_connection(pool, ask).await? else { return Ok(None) };
    let row = QueryResult::from(row);
    Ok(Some(Holder { email: row.try_get("", "email")?, display_name: row.try_get("", "display_name")? }))
}

/// Uses up a live token and answers whose it was; of several at once one gets it.
pub async fn spend(transaction: &Transaction, token: &str, purpose: Purpose) -> Result<Option<Uuid>> {
    let values = [Value::from(hash(token)), purpose.stored().into()];
    let rows = transaction.rows("SELECT auth_spend_token($1, $2) AS user_id", Values(values.into())).await?;
    let row = rows.into_iter().next().map(QueryResult::from);
    Ok(row.map(|row| row.try_get("", "user_id")).transpose()?.flatten())
}

/// Another address for an account.
pub struct EmailChange {
    pub user_id: Uuid,
    pub until_now: String,
    /// From now on.
    pub email: String,
}

/// Says which address a new token of the transaction's user for another address goes to.
pub async fn direct(transaction: &Transaction, token: &Token, email: &str) -> Result<()> {
    let values = [Value::from(token.hash()), email.into()];
    let rows = transaction.rows("SELECT auth_direct_token($1, $2) AS done", Values(values.into())).await?;
    let done: bool = match rows.into_iter().next().map(QueryResult::from) {
        Some(row) => row.try_get("", "done")?,
        None => false,
    };
    if done { Ok(()) } else { Err(Error::internal("a new token is not there")) }
}

/// Uses up a live token for another address and answers whose it was; of several at once one gets it.
pub async fn spend_email_change(transaction: &Transaction, token: &str) -> Result<Option<EmailChange>> {
    let values = Values(vec![hash(token).into()]);
    let rows = transaction.rows("SELECT * FROM auth_spend_email_change($1)", values).await?;
    let Some(row) = rows.into_iter().next().map(QueryResult::from) else { return Ok(None) };
    Ok(Some(EmailChange {
        user_id: row.try_get("", "user_id")?,
        until_now: row.try_get("", "old_email")?,
        email: row.try_get("", "new_email")?,
    }))
}
