//! Reading who one is.

use async_graphql::{Context, Object};
use chrono::NaiveTime;

use super::{store, types::User};
use crate::{
    clock,
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
        viewer.administers()?;
        Ok(Some(Admin { scope: "support", figures: Figures }))
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
    #[graphql(flatten)]
    figures: Figures,
}

/// What administrators see of all accounts together.
pub struct Figures;

/// Fields about all accounts together.
#[Object]
impl Figures {
    /// How many accounts there are.
    async fn counts(&self, ctx: &Context<'_>) -> Result<AdminCounts> {
        let call = call(ctx);
        call.meter.add(prices::FIGURE);
        let today = clock::now().date_naive().and_time(NaiveTime::MIN).and_utc();
        let snapshot = call.snapshot();
        let found = store::admin::counts(snapshot.transaction().await?, today).await?;
        let [registrations_today, registrations_7_days, registrations_30_days] = found.registrations;
        Ok(AdminCounts {
            total: found.total,
            active: found.active,
            completed_onboarding: found.completed_onboarding,
            registrations_today,
            registrations_7_days,
            registrations_30_days,
        })
    }
}

/// How many accounts there are. Days are those of UTC, and today is one of them.
#[derive(async_graphql::SimpleObject)]
pub struct AdminCounts {
    /// All of them.
    total: i64,
    /// Those that let somebody in.
    active: i64,
    /// Those whose onboarding is completed.
    completed_onboarding: i64,
    /// Those made today.
    registrations_today: i64,
    /// Those made within the last 7 days.
    #[graphql(name = "registrations7Days")]
    registrations_7_days: i64,
    /// Those made within the last 30 days.
    #[graphql(name = "registrations30Days")]
    registrations_30_days: i64,
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
