//! `setUserAdmin`: who is an administrator.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::{store::admin as store, types::User},
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Actor, Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// An account, and whether it is to be an administrator's.
#[derive(InputObject)]
pub struct SetUserAdminInput {
    /// The account; not one's own.
    pub user_id: Id<User>,
    /// True promotes, false demotes.
    pub is_admin: bool,
    /// The account's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An account that is an administrator's, or no more.
#[derive(SimpleObject)]
pub struct SetUserAdminPayload {
    /// The account as it is now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct Promoted {
    user: Uuid,
}

impl Mutation for SetUserAdminInput {
    const MODULE: Module = MODULE;
    const ACTOR: Actor = Actor::Administrator;
    type Done = Promoted;
    type Payload = SetUserAdminPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Promoted, Deed)> {
        if self.user_id.0 == write.user_id() {
            return Err(Error::forbidden("Nobody changes their own rights; so one administrator always stays."));
        }
        store::lock(write.transaction(), write.user_id(), self.user_id.0).await?;
        let account = write.row(self.user_id, self.expected_updated_at).await?;
        let row = users::ActiveModel { is_admin: Set(self.is_admin), ..Default::default() };
        write.update(self.user_id, row).await?;
        let (action, context) = if self.is_admin {
            ("user_promoted", "An account became an administrator's.")
        } else {
            ("user_demoted", "An account is an administrator's no more.")
        };
        let deed = Deed::new(MODULE, action, context);
        Ok((Promoted { user: account.id }, deed.updated::<User>(account.id).seen_by([account.id])))
    }

    async fn payload(call: &Call, done: Promoted) -> Result<SetUserAdminPayload> {
        Ok(SetUserAdminPayload { user: call.fetch(done.user).await? })
    }
}
