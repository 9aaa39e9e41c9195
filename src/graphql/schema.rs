//! The roots: the API's table of contents.

use async_graphql::{MergedObject, MergedSubscription, Schema as AsyncGraphql, SchemaBuilder, ValidationMode};

use super::{error::ErrorCode, node::NodeQueries, server_info::ServerInfoQueries};
use crate::{
    authentication::{
        mutations::{
            AuthenticationMutations, account::AccountMutations, admin::AdminMutations,
            personal_tokens::PersonalTokenMutations,
        },
        queries::AuthenticationQueries,
    },
    budget::queries::BudgetQueries,
    changes::subscriptions::ChangesSubscriptions,
    journaling::{mutations::JournalingMutations, queries::JournalingQueries},
    onboarding::{mutations::OnboardingMutations, queries::OnboardingQueries},
    portfolio::{mutations::PortfolioMutations, subscriptions::ImportSubscriptions},
    preferences::mutations::PreferenceMutations,
    prices::{PriceMutations, PriceQueries},
    rebalancing::mutations::RebalancingMutations,
    trading::mutations::TradingMutations,
    vault_categories::mutations::VaultCategoryMutations,
    watchlists::{mutations::WatchlistMutations, queries::WatchlistQueries},
};

/// Selections within each other, as the guard lets them in.
const NESTING_MAX: usize = 40;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    AuthenticationQueries,
    NodeQueries,
    WatchlistQueries,
    JournalingQueries,
    OnboardingQueries,
    PriceQueries,
    BudgetQueries,
    ServerInfoQueries,
);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AuthenticationMutations,
    PersonalTokenMutations,
    PortfolioMutations,
    PriceMutations,
    TradingMutations,
    RebalancingMutations,
    AccountMutations,
    AdminMutations,
    WatchlistMutations,
    PreferenceMutations,
    OnboardingMutations,
    JournalingMutations,
    VaultCategoryMutations,
);

/// Everything that can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(ChangesSubscriptions, ImportSubscriptions);

pub type Schema = AsyncGraphql<Query, Mutation, Subscription>;

/// The schema, ready to execute.
///
/// How large a document may be is for the guard in front of it to say: the library looks at its own limits only after
/// it has gone through the document, which is what is to be avoided. The one that it has always stays out of the way.
pub fn build() -> Schema {
    builder().finish()
}

/// The same for documents that were checked against it before, and that don't ask for the schema itself.
///
/// The library asks at each root field whether any type of the schema is a federation's entity, and looks through all of
/// them for that; one that serves a federation it does not ask.
pub fn build_for_proven() -> Schema {
    builder().validation_mode(ValidationMode::Fast).enable_federation().finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    AsyncGraphql::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<ErrorCode>()
        .disable_suggestions()
        .limit_recursive_depth(NESTING_MAX)
}

/// The schema's text, as it stands in `schema.graphql`.
pub fn sdl() -> String {
    build().sdl()
}
