//! Who asks, and what they have shown for it.

use uuid::Uuid;

use crate::{
    authentication::types::{TokenScope, TokenScopes},
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result},
    },
};

/// Who is signed in, as the token's one statement found them.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The row of users, without its password hash and TOTP secret.
    pub user: entity::users::Model,
    pub credential: Credential,
}

/// What somebody has shown to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The access token of a sign-in: may do everything that its user may.
    Session(Uuid),
    /// A personal API token: may do what its scopes say.
    Token {
        id: Uuid,
        scopes: TokenScopes,
        /// The calls of the day with this one, of all tokens of its user; `None` where the look at it was none.
        calls_today: Option<i64>,
    },
}

/// A part of the product: rights of tokens and the activity name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Module {
    Authentication,
    Portfolio,
    Trading,
    Rebalancing,
    Watchlists,
    Preferences,
    Onboarding,
    Journaling,
    VaultCategories,
    Logging,
}

impl Module {
    /// As activity rows name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Portfolio => "portfolio",
            Self::Trading => "trading",
            Self::Rebalancing => "rebalancing",
            Self::Watchlists => "watchlists",
            Self::Preferences => "preferences",
            Self::Onboarding => "onboarding",
            Self::Journaling => "journaling",
            Self::VaultCategories => "vault_categories",
            Self::Logging => "logging",
        }
    }
}

/// What somebody wants to do with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Read,
    Write,
}

/// The currency of somebody who has not said which they prefer.
const USUAL_CURRENCY: &str = "USD";

impl Viewer {
    /// The currency that the viewer prefers.
    pub fn currency(&self) -> String {
        self.user.preferred_currency.clone().unwrap_or_else(|| USUAL_CURRENCY.to_owned())
    }

    /// Whether what the viewer has shown is good for this; FORBIDDEN names what is missing.
    pub fn permit(&self, module: Module, access: Access) -> Result<()> {
        permitted(self.scopes(), module, access)
    }

    /// The scopes that bind the viewer; none bind a sign-in.
    pub(super) fn scopes(&self) -> Option<TokenScopes> {
        match self.credential {
            Credential::Session(_) => None,
            Credential::Token { scopes, .. } => Some(scopes),
        }
    }

    /// The sign-in that the viewer has shown; FORBIDDEN when it is something else.
    pub fn session_id(&self) -> Result<Uuid> {
        match self.credential {
            Credential::Session(id) => Ok(id),
            Credential::Token { .. } => Err(needs_sign_in()),
        }
    }

    /// That an administrator has signed in; FORBIDDEN otherwise.
    pub fn administers(&self) -> Result<()> {
        self.session_id()?;
        if self.user.is_admin { Ok(()) } else { Err(Error::forbidden("Only an administrator may do this.")) }
    }

    /// That a price feed asks: a token of an administrator's with `prices:write`. A sign-in is none, so that nobody writes
    /// everybody's prices by mistake.
    pub fn feeds_prices(&self) -> Result<()> {
        if self.scopes().is_some_and(|scopes| scopes.hold(TokenScope::PricesWrite)) {
            return Ok(());
        }
        let scope = TokenScope::PricesWrite.stored();
        let message = format!("This needs a token with the scope {scope}, which only an administrator's can have.");
        Err(Error { scope: Some(scope), ..Error::forbidden(message) })
    }

    /// How activity rows name what the viewer has shown.
    pub fn name(&self) -> String {
        match self.credential {
            Credential::Session(id) => id.to_string(),
            Credential::Token { id, .. } => format!("token:{id}"),
        }
    }

    /// What others may know of them, which is no part of a good password: the address, the name that is shown.
    pub fn names(&self) -> [&str; 2] {
        [&self.user.email, self.user.display_name.as_deref().unwrap_or_default()]
    }
}

/// The one place that decides what scopes are good for.
pub(super) fn permitted(scopes: Option<TokenScopes>, module: Module, access: Access) -> Result<()> {
    if scopes.is_none_or(|scopes| scopes.allow(module, access)) {
        return Ok(());
    }
    let Some(scope) = TokenScope::of(module, access).map(Enumeration::stored) else { return Err(needs_sign_in()) };
    Err(Error { scope: Some(scope), ..Error::forbidden(format!("This token lacks the scope {scope}.")) })
}

fn needs_sign_in() -> Error {
    Error::forbidden("This needs a sign-in; a personal API token is not enough.")
}
