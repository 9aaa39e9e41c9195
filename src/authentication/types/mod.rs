//! The types of this part, one file each.

pub mod person;
pub mod second_factor;
pub mod session;
pub mod user;

pub use person::Person;
pub use second_factor::SecondFactor;
pub use session::Session;
pub use user::{Tier, User};
