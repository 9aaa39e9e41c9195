//! Paying for a document: taking what it may cost before it runs, giving back what it did not use.

use async_graphql::Value;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{answer::Answer, guard::Admitted};
use crate::{
    access::Viewer,
    app::App,
    authentication::types::Tier,
    budget::{
        Payer,
        bucket::{State, Wait},
        queries::Taken,
        tiers::Budget,
    },
    clock,
    graphql::{
        call::Origin,
        cost::{Estimate, prices},
        enumeration::Enumeration,
        error::{Error, ErrorCode, Result, whole_seconds},
        scalars::DateTime,
    },
};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const CURRENT: HeaderName = HeaderName::from_static("ratelimit");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What was taken for a document that runs. Dropped without [`Charge::settle`], all of it stays taken: somebody who
/// hangs up has not made the work undone.
pub struct Charge {
    payer: Payer,
    tier: Option<Tier>,
    estimate: Estimate,
    state: State,
}

/// Adds up a document, and refuses one that no budget allows, before anybody is asked anything.
///
/// # Errors
/// The refusal, which is TOO_COMPLEX.
pub fn estimated(app: &App, admitted: &Admitted) -> Result<Estimate, Box<Answer>> {
    let estimate = *admitted.estimate.get_or_init(|| {
        let none = Estimate { requested: prices::MINIMUM, fixed: 0 };
        let asked = &admitted.asked;
        let estimate = asked.operation().map(|operation| Estimate::of(asked.document(), operation, &asked.variables));
        estimate.unwrap_or(none)
    });
    let max = app.budgets.document_max();
    if estimate.requested > max { Err(Box::new(too_complex(estimate, max))) } else { Ok(estimate) }
}

impl Charge {
    /// Takes what a document may cost from the budget of its viewer, or else of the address.
    ///
    /// # Errors
    /// The refusal: TOO_COMPLEX when the budget never holds so much, RATE_LIMITED when it doesn't now.
    pub fn take(app: &App, viewer: &Result<Viewer>, origin: &Origin, estimate: Estimate) -> Result<Self, Box<Answer>> {
        let (payer, tier, estimate) = match viewer {
            Ok(viewer) => (Payer::User(viewer.user.id), Some(tier(viewer)), estimate),
            // Nobody can say whose token it is, so the document will read nothing either.
            Err(error) if error.code != ErrorCode::Unauthenticated => {
                (Payer::at(origin.address), None, Estimate { requested: prices::MINIMUM, fixed: 0 })
            }
            Err(_) => (Payer::at(origin.address), None, estimate),
        };
        let budget = app.budgets.of(tier);
        if estimate.requested > budget.bucket {
            return Err(Box::new(too_complex(estimate, budget.bucket)));
        }
        match app.budgets.take(payer, budget, estimate.requested) {
            Ok(state) => Ok(Self { payer, tier, estimate, state }),
            Err(wait) => Err(Box::new(rate_limited(estimate, wait))),
        }
    }

    /// How the budget stands while the document runs.
    pub fn taken(&self) -> Taken {
        Taken { tier: self.tier, cost: self.estimate.requested, state: self.state }
    }

    /// Gives back what was not used for what was read, and tells the client.
    pub fn settle(self, app: &App, read: u64, answer: &mut Answer) {
        let Self { payer, estimate, state, .. } = self;
        let actual = if answer.has_run() { estimate.actual(read) } else { prices::MINIMUM };
        let unused = estimate.requested.saturating_sub(actual);
        let state = if unused > 0 { app.budgets.give_back(payer, state.budget, unused) } else { state };
        tell(answer, estimate, actual, state);
    }
}

fn tier(viewer: &Viewer) -> Tier {
    Tier::from_stored(&viewer.user.tier).unwrap_or(Tier::Observer)
}

fn too_complex(Estimate { requested, .. }: Estimate, max: u64) -> Answer {
    let message = format!(
        "This document may cost {requested} points, and at most {max} are allowed: ask for smaller pages, or for less in them."
    );
    let mut answer = Answer::refused(Error::new(ErrorCode::TooComplex, message));
    let cost = [("requested", Value::from(requested)), ("actual", Value::from(0))];
    answer.extensions.insert("cost".to_owned(), object(cost));
    answer
}

fn rate_limited(estimate: Estimate, Wait { wait, state }: Wait) -> Answer {
    let seconds = whole_seconds(wait);
    let message = format!(
        "This document may cost {} points, and {} are left: try again in {seconds} s.",
        estimate.requested, state.remaining
    );
    let mut answer = Answer::refused(Error::rate_limited(message, wait));
    tell(&mut answer, estimate, 0, state);
    answer.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// Puts the budget into the answer's extensions and headers.
fn tell(answer: &mut Answer, Estimate { requested, .. }: Estimate, actual: u64, state: State) {
    let reset_at = DateTime(clock::now() + state.full_in);
    let cost = [
        ("requested", Value::from(requested)),
        ("actual", Value::from(actual)),
        ("limit", Value::from(state.budget.bucket)),
        ("remaining", Value::from(state.remaining)),
        ("resetAt", async_graphql::ScalarType::to_value(&reset_at)),
    ];
    answer.extensions.insert("cost".to_owned(), object(cost));
    headers(&mut answer.headers, state);
}

/// `RateLimit-Policy` and `RateLimit` are those of draft-ietf-httpapi-ratelimit-headers-10; the other three stood in it
/// until its version 06, and are what most clients know.
fn headers(headers: &mut HeaderMap, State { budget, remaining, full_in }: State) {
    let Budget { per_minute, bucket } = budget;
    let window = bucket.saturating_mul(60).div_ceil(per_minute.max(1));
    let reset = whole_seconds(full_in);
    for (name, text) in [
        (POLICY, format!("\"points\";q={bucket};w={window}")),
        (CURRENT, format!("\"points\";r={remaining};t={reset}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    for (name, number) in [(LIMIT, bucket), (REMAINING, remaining), (RESET, reset)] {
        headers.insert(name, HeaderValue::from(number));
    }
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (async_graphql::Name::new(name), value)).collect())
}
