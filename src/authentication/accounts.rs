//! Accounts made and promoted from the command line, where nobody is signed in.

use async_graphql::{ScalarType, Value};
use entity::users;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{hashing::Hashing, password, store};
use crate::{
    access::{Mode, Scope},
    database::{Database, Failure, transaction::Transaction},
    graphql::{
        error::{Error, ErrorCode, Result},
        scalars::EmailAddress,
    },
    sealing::KeyRing,
};

/// What a new account needs.
pub struct NewAccount {
    pub email: String,
    pub password: String,
    /// One of the stored texts of a tier.
    pub tier: String,
    pub is_admin: bool,
}

/// Makes an account and answers its id.
///
/// # Errors
/// When the address or the password will not do, or the address is taken.
pub async fn create(database: &Database, keys: &KeyRing, account: NewAccount) -> Result<Uuid, Failure> {
    insert(database, keys, account).await.map_err(told)
}

/// Makes an account an administrator.
///
/// # Errors
/// When no account has the address.
pub async fn promote(database: &Database, email: &str) -> Result<(), Failure> {
    let changed = set_admin(database, email).await.map_err(told)?;
    if changed == 0 { Err(Failure::new(format!("No account has the address {email}."))) } else { Ok(()) }
}

async fn insert(database: &Database, keys: &KeyRing, account: NewAccount) -> Result<Uuid> {
    let email = EmailAddress::parse(Value::String(account.email.clone()))
        .map_err(|_| Error::invalid(&["email"], "FORMAT", "An e-mail address looks like name@example.com."))?;
    if let Some(issue) = password::problem(&account.password, &[&email.0], &["password"]) {
        return Err(Error::issues(vec![issue]));
    }
    let id = Uuid::now_v7();
    let row = users::ActiveModel {
        id: Set(id),
        email: Set(email.0),
        hashed_password: Set(Hashing::default().hash(&account.password).await?),
        tier: Set(account.tier),
        is_admin: Set(account.is_admin),
        ..Default::default()
    };
    let transaction = Transaction::begin(&database.pool, &Scope::system(), Mode::Write).await?;
    store::insert_user(&transaction, keys, row).await.map_err(|error| match error.code {
        ErrorCode::Conflict => {
            Error::conflict(format!("There is an account with the address {} already.", account.email))
        }
        _ => error,
    })?;
    transaction.commit().await?;
    Ok(id)
}

async fn set_admin(database: &Database, email: &str) -> Result<u64> {
    let transaction = Transaction::begin(&database.pool, &Scope::system(), Mode::Write).await?;
    let changed = store::set_admin(&transaction, email).await?;
    transaction.commit().await?;
    Ok(changed)
}

fn told(error: Error) -> Failure {
    Failure::new(error.message)
}
