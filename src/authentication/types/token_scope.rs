//! TokenScope: what a personal API token is good for.

use async_graphql::Enum;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    access::{Access, Module},
    graphql::enumeration::Enumeration,
};

/// What a personal API token is good for: reading or writing one part of the product. Writing includes reading.
/// What is about the account itself, such as passwords, sessions and tokens, has no scope: it needs a sign-in.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// `portfolio:read`: portfolios, holdings, positions and imports.
    #[strum(serialize = "portfolio:read")]
    PortfolioRead,
    /// `portfolio:write`: the same, to change too.
    #[strum(serialize = "portfolio:write")]
    PortfolioWrite,
    /// `trading:read`: trade rules.
    #[strum(serialize = "trading:read")]
    TradingRead,
    /// `trading:write`: the same, to change too.
    #[strum(serialize = "trading:write")]
    TradingWrite,
    /// `rebalancing:read`: the rebalancing schedule and what was done.
    #[strum(serialize = "rebalancing:read")]
    RebalancingRead,
    /// `rebalancing:write`: the same, to change too.
    #[strum(serialize = "rebalancing:write")]
    RebalancingWrite,
    /// `watchlists:read`: watchlists, their items and their shares, also those of others that are public or shared.
    #[strum(serialize = "watchlists:read")]
    WatchlistsRead,
    /// `watchlists:write`: the same, to change too.
    #[strum(serialize = "watchlists:write")]
    WatchlistsWrite,
    /// `preferences:read`: settings of the app and of its looks.
    #[strum(serialize = "preferences:read")]
    PreferencesRead,
    /// `preferences:write`: the same, to change too.
    #[strum(serialize = "preferences:write")]
    PreferencesWrite,
    /// `onboarding:read`: the onboarding, and preferences for trading.
    #[strum(serialize = "onboarding:read")]
    OnboardingRead,
    /// `onboarding:write`: the same, to change too.
    #[strum(serialize = "onboarding:write")]
    OnboardingWrite,
    /// `journaling:read`: journal entries, trade logs and analyses, also entries of others that are public.
    #[strum(serialize = "journaling:read")]
    JournalingRead,
    /// `journaling:write`: the same, to change too.
    #[strum(serialize = "journaling:write")]
    JournalingWrite,
    /// `vault_categories:read`: categories and what is assigned to them.
    #[strum(serialize = "vault_categories:read")]
    VaultCategoriesRead,
    /// `vault_categories:write`: the same, to change too.
    #[strum(serialize = "vault_categories:write")]
    VaultCategoriesWrite,
    /// `logging:read`: the activity.
    #[strum(serialize = "logging:read")]
    LoggingRead,
    /// `prices:write`: prices of everybody's holdings; for tokens of administrators alone.
    #[strum(serialize = "prices:write")]
    PricesWrite,
}

impl Enumeration for TokenScope {}

impl TokenScope {
    /// The scope for this; `None` where no scope is enough.
    pub fn of(module: Module, access: Access) -> Option<Self> {
        let (read, write) = match module {
            Module::Authentication => return None,
            Module::Logging => (Self::LoggingRead, None),
            Module::Portfolio => (Self::PortfolioRead, Some(Self::PortfolioWrite)),
            Module::Trading => (Self::TradingRead, Some(Self::TradingWrite)),
            Module::Rebalancing => (Self::RebalancingRead, Some(Self::RebalancingWrite)),
            Module::Watchlists => (Self::WatchlistsRead, Some(Self::WatchlistsWrite)),
            Module::Preferences => (Self::PreferencesRead, Some(Self::PreferencesWrite)),
            Module::Onboarding => (Self::OnboardingRead, Some(Self::OnboardingWrite)),
            Module::Journaling => (Self::JournalingRead, Some(Self::JournalingWrite)),
            Module::VaultCategories => (Self::VaultCategoriesRead, Some(Self::VaultCategoriesWrite)),
        };
        if access == Access::Read { Some(read) } else { write }
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Several scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TokenScopes(u32);

impl TokenScopes {
    /// Whether they are enough to do this with a part of the product.
    pub fn allow(self, module: Module, access: Access) -> bool {
        let holds = |access| TokenScope::of(module, access).is_some_and(|scope| self.hold(scope));
        holds(access) || holds(Access::Write)
    }

    pub fn hold(self, scope: TokenScope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The same without one of them.
    #[must_use]
    pub fn without(self, scope: TokenScope) -> Self {
        Self(self.0 & !scope.bit())
    }
}

impl FromIterator<TokenScope> for TokenScopes {
    fn from_iter<I: IntoIterator<Item = TokenScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_includes_reading_and_the_account_needs_a_sign_in() {
        let writes: TokenScopes = [TokenScope::PortfolioWrite, TokenScope::PricesWrite].into_iter().collect();
        let reads: TokenScopes = [TokenScope::PortfolioRead].into_iter().collect();
        let all: TokenScopes = TokenScope::VARIANTS.iter().copied().collect();
        for (scopes, module, access, allowed) in [
            (writes, Module::Portfolio, Access::Write, true),
            (writes, Module::Portfolio, Access::Read, true),
            (writes, Module::Trading, Access::Read, false),
            (reads, Module::Portfolio, Access::Read, true),
            (reads, Module::Portfolio, Access::Write, false),
            (all.without(TokenScope::TradingWrite), Module::Trading, Access::Read, true),
            (all.without(TokenScope::TradingWrite), Module::Trading, Access::Write, false),
            (all, Module::Authentication, Access::Read, false),
            (all, Module::Authentication, Access::Write, false),
            (all, Module::Logging, Access::Read, true),
            (all, Module::Logging, Access::Write, false),
        ] {
            assert_eq!(scopes.allow(module, access), allowed, "{scopes:?} {module:?} {access:?}");
        }
    }
}
