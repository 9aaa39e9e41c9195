//! Requests that may come twice: an `Idempotency-Key` header makes a mutation happen once.
//!
//! Kept for a day for each user, key and field of the answer, in the mutation's own transaction: a digest of the input,
//! and the ids of what was made. The same request again is answered from these, by reading what stands now; the same
//! key with another input is CONFLICT; a refusal is not kept, since its transaction is not.

use async_graphql::Context;
use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue};
use chrono::{DateTime, Duration, NaiveTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::store;
use crate::{
    database::transaction::Transaction,
    graphql::error::{Error, Result},
    jobs::{Regular, daily},
};

/// The header's name.
pub const HEADER: &str = "idempotency-key";
/// How long a key is remembered.
pub const LIFETIME: Duration = Duration::hours(24);
/// How long a key may be.
const KEY_MAX: usize = 255;

/// The key that a request carries, if it does.
pub fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut given = headers.get_all(HEADER).iter();
    let is_word = |key: &&str| (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let key = HeaderValue::to_str(value).ok().filter(is_word);
            key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

fn wrong() -> Error {
    let sentence =
        format!("An Idempotency-Key is one word of at most {KEY_MAX} visible ASCII characters, such as a UUID.");
    Error::invalid(&[HEADER], "FORMAT", sentence)
}

/// That a mutation which takes or answers secrets keeps nothing of itself.
pub fn refused() -> Error {
    let sentence = "This mutation takes or answers secrets, of which nothing is kept: send it without Idempotency-Key.";
    Error::invalid(&[HEADER], "NOT_TAKEN", sentence)
}

/// A mutation field that is to happen once.
pub struct Request<'a> {
    pub(super) key: &'a str,
    /// The field's name in the answer: one document may call the same mutation several times.
    pub(super) field: String,
    pub(super) digest: Vec<u8>,
}

impl<'a> Request<'a> {
    pub fn new(key: &'a str, ctx: &Context<'_>, arguments: &Value) -> Self {
        let field = &ctx.item.node;
        // Objects of serde_json are sorted, so the order in which a client writes fields does not matter.
        let digest = Sha256::digest(format!("{} {arguments}", field.name.node)).to_vec();
        Self { key, field: field.response_key().node.to_string(), digest }
    }
}

/// Forgets the keys whose day is over: those of people who write no more.
pub struct ForgetOldKeys;

#[async_trait]
impl Regular for ForgetOldKeys {
    fn name(&self) -> &'static str {
        "forget_old_keys"
    }

    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        daily(NaiveTime::MIN, now)
    }

    async fn run(&self, transaction: &Transaction, now: DateTime<Utc>) -> Result<u64> {
        store::forget(transaction, now - LIFETIME).await
    }
}

/// That the key was used for something else.
pub(super) fn taken() -> Error {
    Error::conflict("This Idempotency-Key was used for another request in the last 24 hours; nothing was changed.")
}
