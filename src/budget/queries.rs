//! Reading how one's budget stands.

use async_graphql::{Context, Object, SimpleObject};

use super::{bucket::State, tiers::until_tomorrow};
use crate::{
    access::{Credential, Viewer},
    authentication::types::Tier,
    clock,
    graphql::{
        call::{Call, call},
        enumeration::Enumeration,
        scalars::DateTime,
    },
};

/// How the budget of cost stands for the one who asks.
///
/// Costs are in points, and a point is a row: an object with an id costs 1, a list 1 and 1 for each row that its page may
/// have, whatever hangs off those rows is paid for each of them, and `totalCount` costs 1. A mutation costs 10, one with
/// a password in its input 100 or more, introspection 10. What was not there to be read is given back after the answer.
#[derive(SimpleObject)]
pub struct RateLimit {
    /// The tier that sets the budget; null when nobody is signed in, and the budget is that of the address.
    tier: Option<Tier>,
    /// How many points can be used at once, when all are there.
    limit: u64,
    /// How many points come back in a minute, evenly.
    per_minute: u64,
    /// What this document may cost: its points are taken before it runs, and what it does not use is given back after.
    cost: u64,
    /// How many points are left, with those of this document taken.
    remaining: u64,
    /// How many points are in use: `limit` less `remaining`.
    used: u64,
    /// When all points are back, if nothing more is used.
    reset_at: DateTime,
    /// How the calls with personal API tokens stand; null for whoever has signed in, or is nobody.
    token_calls: Option<TokenCalls>,
}

/// How the calls with personal API tokens stand, of all the user's tokens together. They are back at midnight in UTC.
#[derive(SimpleObject)]
pub struct TokenCalls {
    /// How many the tier has a day; null where there is no limit.
    limit: Option<u64>,
    /// How many were made today, with this one.
    used: i64,
    /// When the next day begins.
    reset_at: DateTime,
}

/// What was taken for a document.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub tier: Option<Tier>,
    pub cost: u64,
    pub state: State,
}

#[derive(Default)]
pub struct BudgetQueries;

/// Reading how one's budget stands.
#[Object]
impl BudgetQueries {
    /// How the budget of the one who asks stands: of the signed-in user, or else of the address. For everybody; costs
    /// nothing besides.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Option<RateLimit> {
        let call = call(ctx);
        let Taken { tier, cost, state } = call.taken?;
        Some(RateLimit {
            tier,
            limit: state.budget.bucket,
            per_minute: state.budget.per_minute,
            cost,
            remaining: state.remaining,
            used: state.budget.bucket.saturating_sub(state.remaining),
            reset_at: DateTime(clock::now() + state.full_in),
            token_calls: token_calls(call),
        })
    }
}

fn token_calls(call: &Call) -> Option<TokenCalls> {
    let Ok(Viewer { credential: Credential::Token { calls_today: Some(used), .. }, user }) = call.viewer() else {
        return None;
    };
    let now = clock::now();
    Some(TokenCalls {
        limit: call.app.budgets.token_calls(Tier::from_stored(&user.tier).ok()?),
        used: *used,
        reset_at: DateTime(now + until_tomorrow(now)),
    })
}
