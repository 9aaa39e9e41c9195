//! The types of this part, one file each.

pub mod person;
pub mod personal_token;
pub mod second_factor;
pub mod session;
pub mod token_scope;
pub mod user;

pub use person::Person;
pub use personal_token::PersonalToken;
pub use second_factor::SecondFactor;
pub use session::Session;
pub use token_scope::{TokenScope, TokenScopes};
pub use user::{Tier, User};
