//! `createPersonalToken`: a token for a program of the user's.

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime as Moment, Duration, Utc};
use entity::personal_tokens;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{MODULE, NAME_MAX};
use crate::{
    authentication::{
        messages, personal_token,
        store::personal_tokens as store,
        tokens::{self, Token},
        types::{PersonalToken, TokenScope},
    },
    clock,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, Result},
        input::Check,
        mutation::{Deed, Write},
        scalars::DateTime,
    },
};

/// How many tokens of a user are live at most.
const LIVE_MAX: u64 = 50;
/// How long a token is good for when nothing is said.
const LIFETIME: Duration = Duration::days(90);
/// How long a token is good for at most.
const LIFETIME_MAX: Duration = Duration::days(366);

/// A personal API token to make.
#[derive(InputObject)]
pub struct CreatePersonalTokenInput {
    /// What to call it, such as the program that gets it; not blank, at most 100 characters.
    pub name: String,
    /// What it is to be good for, at least one.
    pub scopes: Vec<TokenScope>,
    /// When it ends, at most 366 days from now; in 90 days when left out.
    pub expires_at: Option<DateTime>,
}

/// A personal API token, shown this once.
#[derive(SimpleObject)]
pub struct CreatePersonalTokenPayload {
    /// Goes into the header `Authorization: Bearer …`: `smp_` and 49 letters, digits, `-` and `_`.
    token: String,
    /// What is kept of it.
    personal_token: PersonalToken,
}

pub(super) async fn run(call: &Call, input: CreatePersonalTokenInput) -> Result<CreatePersonalTokenPayload> {
    let viewer = call.viewer()?;
    viewer.session_id()?;
    let now = clock::now();
    let expires_at = input.expires_at.map_or(now + LIFETIME, |end| end.0);
    check(&input, viewer.user.is_admin, expires_at, now)?;
    let write = Write::of_viewer(call, MODULE).await?;
    if !store::lock_api_access(write.transaction(), viewer.user.id).await? {
        return Err(Error::forbidden("Personal API tokens need apiAccessEnabled of the preferences."));
    }
    if store::live(write.transaction(), viewer.user.id).await? >= LIVE_MAX {
        return Err(Error::conflict(format!("There are {LIVE_MAX} live tokens already; revoke one first.")));
    }
    let token = personal_token::whole(&Token::new()?.reveal());
    let id = Uuid::now_v7();
    // In the order of the schema, each once.
    let scopes =
        <TokenScope as sea_orm::strum::VariantArray>::VARIANTS.iter().filter(|scope| input.scopes.contains(scope));
    write
        .insert(personal_tokens::ActiveModel {
            id: Set(id),
            user_id: Set(viewer.user.id),
            name: Set(input.name),
            token_hash: Set(tokens::hash(&token)),
            ending: Set(personal_token::ending(&token).to_owned()),
            scopes: Set(scopes.map(|scope| scope.stored().to_owned()).collect()),
            expires_at: Set(expires_at.into()),
            ..Default::default()
        })
        .await?;
    let deed = Deed::new(MODULE, "personal_token_created", "A personal API token was made.");
    write.commit(deed.created::<PersonalToken>(id)).await?;
    let notice = messages::token_made(viewer.user.email.clone(), now);
    call.app.mailer.post(async { Ok(Some(notice)) });
    Ok(CreatePersonalTokenPayload { token, personal_token: call.fetch(id).await? })
}

fn check(input: &CreatePersonalTokenInput, is_admin: bool, expires_at: Moment<Utc>, now: Moment<Utc>) -> Result<()> {
    let mut check = Check::new("input");
    check.text("name", &input.name, NAME_MAX);
    if input.scopes.is_empty() {
        check.problem("scopes", "EMPTY", "A token has at least one scope.");
    }
    if input.scopes.contains(&TokenScope::PricesWrite) && !is_admin {
        check.problem("scopes", "NOT_ALLOWED", "Only an administrator's token has the scope prices:write.");
    }
    if expires_at <= now || expires_at > now + LIFETIME_MAX {
        let message = format!("A token ends after now, and in at most {} days.", LIFETIME_MAX.num_days());
        check.problem("expiresAt", "OUT_OF_RANGE", message);
    }
    check.finish()
}
