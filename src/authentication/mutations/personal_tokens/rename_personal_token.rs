//! `renamePersonalToken`: another name for a token.

use async_graphql::{InputObject, SimpleObject};
use entity::personal_tokens;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, NAME_MAX};
use crate::{
    access::Module,
    authentication::types::PersonalToken,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// A token, and what to call it.
#[derive(InputObject)]
pub struct RenamePersonalTokenInput {
    /// One of the viewer's own tokens.
    pub id: Id<PersonalToken>,
    /// What to call it, not blank, at most 100 characters.
    pub name: String,
    /// The token's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A token under its new name.
#[derive(SimpleObject)]
pub struct RenamePersonalTokenPayload {
    /// The token as it is now.
    personal_token: PersonalToken,
}

#[derive(Serialize, Deserialize)]
pub struct Renamed {
    token: Uuid,
}

impl Mutation for RenamePersonalTokenInput {
    const MODULE: Module = MODULE;
    type Done = Renamed;
    type Payload = RenamePersonalTokenPayload;

    fn check(&self, check: &mut Check) {
        check.text("name", &self.name, NAME_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Renamed, Deed)> {
        let token = write.row(self.id, self.expected_updated_at).await?;
        write.update(self.id, personal_tokens::ActiveModel { name: Set(self.name), ..Default::default() }).await?;
        let deed = Deed::new(MODULE, "personal_token_renamed", "A personal API token was renamed.");
        Ok((Renamed { token: token.id }, deed.updated::<PersonalToken>(token.id)))
    }

    async fn payload(call: &Call, renamed: Renamed) -> Result<RenamePersonalTokenPayload> {
        Ok(RenamePersonalTokenPayload { personal_token: call.fetch(renamed.token).await? })
    }
}
