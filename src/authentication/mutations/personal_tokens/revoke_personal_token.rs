//! `revokePersonalToken`: a token ends before its time.

use async_graphql::{InputObject, SimpleObject};
use entity::personal_tokens;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::types::PersonalToken,
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// A token to end.
#[derive(InputObject)]
pub struct RevokePersonalTokenInput {
    /// One of the viewer's own tokens.
    pub id: Id<PersonalToken>,
    /// The token's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A token that is dead.
#[derive(SimpleObject)]
pub struct RevokePersonalTokenPayload {
    /// The token as it is now.
    personal_token: PersonalToken,
}

#[derive(Serialize, Deserialize)]
pub struct Revoked {
    token: Uuid,
}

impl Mutation for RevokePersonalTokenInput {
    const MODULE: Module = MODULE;
    type Done = Revoked;
    type Payload = RevokePersonalTokenPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Revoked, Deed)> {
        let token = write.row(self.id, self.expected_updated_at).await?;
        if token.revoked_at.is_some() {
            return Err(Error::conflict("This token was revoked already."));
        }
        let row = personal_tokens::ActiveModel { revoked_at: Set(Some(clock::now().into())), ..Default::default() };
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "personal_token_revoked", "A personal API token was revoked.");
        Ok((Revoked { token: token.id }, deed.updated::<PersonalToken>(token.id)))
    }

    async fn payload(call: &Call, revoked: Revoked) -> Result<RevokePersonalTokenPayload> {
        Ok(RevokePersonalTokenPayload { personal_token: call.fetch(revoked.token).await? })
    }
}
