//! Signing up, in and out, and changing a password.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime as Moment, Utc};
use entity::users;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    password, store,
    store::{Ending, Rotation},
    tokens::Token,
    types::{Session, User},
};
use crate::{
    access::{Scope, Viewer},
    clock,
    graphql::{
        call::{Call, call},
        error::{Error, ErrorCode, Issue, Result},
        id::Id,
        input::Check,
        scalars::{DateTime, EmailAddress},
        table::{BY_ID, Record},
        write::{Deed, Write},
    },
};

const MODULE: &str = "authentication";
/// How many characters a name has at most.
const DISPLAY_NAME_MAX: usize = 255;

/// What a new account needs.
#[derive(InputObject)]
pub struct RegisterInput {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// The password, 8 to 128 characters.
    #[graphql(secret)]
    pub password: String,
    /// The name that others see where something is shared; at most 255 characters.
    pub display_name: Option<String>,
}

/// What somebody signs in with.
#[derive(InputObject)]
pub struct SignInInput {
    /// The account's address, whatever its case.
    pub email: EmailAddress,
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
}

/// What a session goes on with.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The session's last refresh token; it is good for one use.
    #[graphql(secret)]
    pub refresh_token: String,
}

/// A session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// One of the viewer's own sessions.
    pub id: Id<Session>,
}

/// A new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password until now.
    #[graphql(secret)]
    pub current_password: String,
    /// The password from now on, 8 to 128 characters.
    #[graphql(secret)]
    pub new_password: String,
}

/// A session and the tokens that prove it; they are shown this once.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Goes into the header `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends, 15 minutes from now.
    access_expires_at: DateTime,
    /// Good for one `refreshSession`.
    refresh_token: String,
    /// When the refresh token and with it the session ends, 30 days from now.
    refresh_expires_at: DateTime,
    /// The session's id.
    session_id: Id<Session>,
    /// Who has signed in.
    user: User,
}

/// Sessions that ended.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// The session that ended.
    session_id: Id<Session>,
}

/// A password that was changed.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// How many other sessions ended with the old password.
    sessions_ended: u64,
}

#[derive(Default)]
pub struct AuthenticationMutations;

/// Signing up, in and out, and changing a password.
#[Object]
impl AuthenticationMutations {
    /// Makes an account and signs it in.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: RegisterInput,
    ) -> Result<Option<SignInPayload>> {
        register(call(ctx), input).await.map(Some)
    }

    /// Signs in. An unknown address and a wrong password answer alike.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        sign_in(call(ctx), input).await.map(Some)
    }

    /// Goes on with a session under new tokens. A refresh token used twice within 10 seconds answers CONFLICT;
    /// used again later, it ends the session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RefreshSessionInput,
    ) -> Result<Option<SignInPayload>> {
        refresh(call(ctx), input).await.map(Some)
    }

    /// Ends the session that asks.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Option<SignOutPayload>> {
        let call = call(ctx);
        let session_id = call.viewer()?.session_id;
        end(call, session_id, "signed_out").await.map(Some)
    }

    /// Ends one of the viewer's sessions, on another device for example.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RevokeSessionInput,
    ) -> Result<Option<SignOutPayload>> {
        end(call(ctx), input.id.0, "session_revoked").await.map(Some)
    }

    /// Changes the password and ends all other sessions.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        change_password(call(ctx), input).await.map(Some)
    }
}

async fn register(call: &Call, input: RegisterInput) -> Result<SignInPayload> {
    let display_name = input.display_name.map(|name| name.trim().to_owned());
    let mut check = Check::new("input");
    if let Some(issue) = password::problem(&input.password, &[]) {
        check.problem("password", issue.code, issue.message);
    }
    check.optional_text("displayName", display_name.as_ref(), DISPLAY_NAME_MAX);
    check.finish()?;
    let id = Uuid::now_v7();
    let row = users::ActiveModel {
        id: Set(id),
        email: Set(input.email.0),
        hashed_password: Set(password::hash(&input.password).await?),
        display_name: Set(display_name),
        last_login_at: Set(Some(clock::now().into())),
        ..Default::default()
    };
    let write = Write::begin(call, Scope::user(id), id).await?;
    store::insert_user(write.transaction(), row).await.map_err(taken)?;
    open_session(call, write, id, "registered").await
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

async fn sign_in(call: &Call, input: SignInInput) -> Result<SignInPayload> {
    let refused = || Error::new(ErrorCode::Unauthenticated, "The address or the password is wrong.");
    let found = store::credentials(&call.app.database.pool, &input.email.0).await?;
    let hash = found.as_ref().map(|found| found.hashed_password.clone());
    let known = password::verify(&input.password, hash).await?;
    let found = found.filter(|_| known).ok_or_else(refused)?;
    if !found.is_active {
        return Err(Error::forbidden("This account is not active."));
    }
    if found.locked_until.is_some_and(|until| until > clock::now()) {
        return Err(Error::forbidden("This account is locked for now."));
    }
    let write = Write::begin(call, Scope::user(found.id), found.id).await?;
    let row = users::ActiveModel {
        last_login_at: Set(Some(clock::now().into())),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &found, row).await? {
        return Err(refused());
    }
    open_session(call, write, found.id, "signed_in").await
}

/// Stores a session and commits it with its activity.
async fn open_session(call: &Call, write: Write<'_>, user_id: Uuid, action: &str) -> Result<SignInPayload> {
    let (access, refresh) = (Token::new()?, Token::new()?);
    let session = store::open_session(write.transaction(), user_id, &access, &refresh, &call.origin).await?;
    let expiries = (session.access_expires_at.with_timezone(&Utc), session.expires_at.with_timezone(&Utc));
    let context = if action == "registered" { "The account was made." } else { "The account was signed in to." };
    write.in_session(session.id).commit(Deed::new(MODULE, action, context)).await?;
    call.read_as(Scope::user(user_id));
    payload(call, user_id, session.id, (access, refresh), expiries).await
}

async fn refresh(call: &Call, input: RefreshSessionInput) -> Result<SignInPayload> {
    let (access, next) = (Token::new()?, Token::new()?);
    let write = Write::begin(call, Scope::nobody(), Uuid::nil()).await?;
    match store::rotate(write.transaction(), &input.refresh_token, &access, &next).await? {
        Rotation::Rotated { session_id, user_id, access_expires_at, expires_at } => {
            let write = write.on_behalf_of(user_id).await?.in_session(session_id);
            write.commit(Deed::new(MODULE, "session_refreshed", "A session went on under new tokens.")).await?;
            call.session_ended(session_id);
            call.read_as(Scope::user(user_id));
            payload(call, user_id, session_id, (access, next), (access_expires_at, expires_at)).await
        }
        Rotation::ReplayedRecently => {
            Err(Error::conflict("This refresh token was used a moment ago; use the tokens that came with that."))
        }
        Rotation::Refused => {
            // A late replay has ended its session, and that must stand.
            write.commit_silently().await?;
            Err(Error::new(ErrorCode::Unauthenticated, "This refresh token has ended; sign in again."))
        }
    }
}

async fn payload(
    call: &Call,
    user_id: Uuid,
    session_id: Uuid,
    (access, refresh): (Token, Token),
    (access_expires_at, expires_at): (Moment<Utc>, Moment<Utc>),
) -> Result<SignInPayload> {
    let user = call.one::<User>(BY_ID, vec![user_id.into()]).await?.ok_or_else(|| Error::not_found("account"))?;
    Ok(SignInPayload {
        access_token: access.reveal(),
        access_expires_at: DateTime(access_expires_at),
        refresh_token: refresh.reveal(),
        refresh_expires_at: DateTime(expires_at),
        session_id: Id::new(session_id),
        user: User::from_row(user)?,
    })
}

async fn end(call: &Call, session_id: Uuid, action: &str) -> Result<SignOutPayload> {
    let viewer = call.viewer()?;
    let write = Write::of_viewer(call).await?;
    let ended = store::end_sessions(write.transaction(), viewer.user.id, Ending::This(session_id)).await?;
    if ended == 0 {
        return Err(Error::not_found("live session"));
    }
    let deed = Deed::new(MODULE, action, "A session was ended.");
    write.commit(deed.about("session", session_id)).await?;
    call.session_ended(session_id);
    Ok(SignOutPayload { session_id: Id::new(session_id) })
}

async fn change_password(call: &Call, input: ChangePasswordInput) -> Result<ChangePasswordPayload> {
    let viewer: &Viewer = call.viewer()?;
    let found = store::credentials(&call.app.database.pool, &viewer.user.email).await?;
    let found = found.ok_or_else(|| Error::not_found("account"))?;
    let wrong = || Issue::new(&["input", "currentPassword"], "WRONG", "This is not the password until now.");
    let known = password::verify(&input.current_password, Some(found.hashed_password.clone())).await?;
    let mut issues: Vec<Issue> = (!known).then(wrong).into_iter().collect();
    issues.extend(password::problem(&input.new_password, &["input", "newPassword"]));
    if !issues.is_empty() {
        return Err(Error::issues(issues));
    }
    let hashed_password = password::hash(&input.new_password).await?;
    let write = Write::of_viewer(call).await?;
    let row = users::ActiveModel {
        hashed_password: Set(hashed_password),
        password_changed_at: Set(clock::now().into()),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &found, row).await? {
        return Err(Error::issues(vec![wrong()]));
    }
    let others = Ending::AllBut(viewer.session_id);
    let sessions_ended = store::end_sessions(write.transaction(), viewer.user.id, others).await?;
    write.commit(Deed::new(MODULE, "password_changed", "The password was changed.")).await?;
    Ok(ChangePasswordPayload { sessions_ended })
}
