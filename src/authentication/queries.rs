//! Reading who one is.

use async_graphql::{Context, Object};

use super::types::User;
use crate::{
    graphql::{
        call::call,
        cost::prices,
        error::Result,
        table::{Edge, Record},
    },
    logging::types::AuditEntry,
};

#[derive(Default)]
pub struct AuthenticationQueries;

/// Reading who one is.
#[Object]
impl AuthenticationQueries {
    /// The one who is signed in, with everything that is theirs; null and UNAUTHENTICATED when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let call = call(ctx);
        let viewer = call.viewer()?;
        // The token's statement has brought the row.
        call.meter.add(prices::ROW);
        User::from_row(viewer.user.clone()).map(Some)
    }

    /// What admins may read; null and FORBIDDEN for others.
    async fn admin(&self, ctx: &Context<'_>) -> Result<Option<Admin>> {
        let viewer = call(ctx).viewer()?;
        viewer.session_id()?;
        if viewer.user.is_admin {
            Ok(Some(Admin { scope: "support" }))
        } else {
            Err(crate::graphql::error::Error::forbidden("Only an admin may read this."))
        }
    }
}

/// What admins may read for support: accounts, and through them their portfolios, holdings, positions and imports; and the
/// audit.
/// Everything else of a user stays theirs alone: those lists show here only what is public or shared with the admin.
#[derive(async_graphql::SimpleObject)]
#[graphql(complex)]
pub struct Admin {
    /// What these reads are for: `support`.
    scope: &'static str,
}

crate::edges!(Admin, Admin::EDGES);

impl Admin {
    const EDGES: &'static [Edge<Self>] = &[
        Edge::many::<User>("users", "All accounts, newest first.", &[], |_| Some(Vec::new())),
        Edge::many::<AuditEntry>(
            "auditLog",
            "Changes of watched rows, refusals and failed sign-ins, newest first.",
            &[],
            |_| Some(Vec::new()),
        ),
    ];
}
