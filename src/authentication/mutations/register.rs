//! Making an account.

use async_graphql::InputObject;
use entity::users;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    opened_session::{self, SignInPayload, TokenDelivery},
    request_email_verification,
};
use crate::{
    access::Scope,
    authentication::{
        attempts::{self, Action},
        password, store,
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        input::Check,
        mutation::Write,
        scalars::EmailAddress,
    },
};

/// How many characters a name has at most.
const DISPLAY_NAME_MAX: usize = 255;

/// What a new account needs.
#[derive(InputObject)]
pub struct RegisterInput {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// The password, 8 to 128 characters; none of the most common ones, and not the account's own address or name.
    #[graphql(secret)]
    pub password: String,
    /// The name that others see where something is shared; at most 255 characters.
    pub display_name: Option<String>,
    /// How the session's tokens come.
    #[graphql(default)]
    pub token_delivery: TokenDelivery,
}

pub(super) async fn run(call: &Call, input: RegisterInput) -> Result<SignInPayload> {
    input.token_delivery.check(call)?;
    let display_name = input.display_name.map(|name| name.trim().to_owned());
    let mut check = Check::new("input");
    let names = [input.email.0.as_str(), display_name.as_deref().unwrap_or_default()];
    if let Some(issue) = password::problem(&input.password, &names, &[]) {
        check.problem("password", issue.code, issue.message);
    }
    check.optional_text("displayName", display_name.as_ref(), DISPLAY_NAME_MAX);
    check.finish()?;
    let turn = call.app.hashing.join()?;
    // Counted whatever comes of it: this is where somebody could find out who has an account.
    attempts::reserve(call, Action::Register, &input.email.0).await?;
    let id = Uuid::now_v7();
    let row = users::ActiveModel {
        id: Set(id),
        email: Set(input.email.0),
        hashed_password: Set(turn.hash(&input.password).await?),
        display_name: Set(display_name),
        last_login_at: Set(Some(clock::now().into())),
        ..Default::default()
    };
    let write = Write::begin(call, Scope::user(id), id).await?;
    store::insert_user(write.transaction(), &call.app.keys, row).await.map_err(taken)?;
    let payload = opened_session::open(call, write, id, input.token_delivery, "registered").await?;
    request_email_verification::welcome(call, id);
    Ok(payload)
}

/// The one unique thing of an account is its address.
fn taken(error: Error) -> Error {
    match error.code {
        ErrorCode::Conflict => {
            Error::invalid(&["input", "email"], "TAKEN", "There is an account with this address already.")
        }
        _ => error,
    }
}
