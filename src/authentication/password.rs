//! What a new password must be like.

use super::guessable;
use crate::graphql::error::Issue;

/// How many characters a password has at least.
pub const LENGTH_MIN: usize = 8;
/// How many characters a password has at most.
pub const LENGTH_MAX: usize = 128;

/// What is wrong with a new password; nothing when it will do.
/// `names` are what others know of its owner: the address, the name that is shown.
pub fn problem(password: &str, names: &[&str], path: &[&str]) -> Option<Issue> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        Some(Issue::new(path, "TOO_SHORT", format!("A password has at least {LENGTH_MIN} characters.")))
    } else if length > LENGTH_MAX {
        Some(Issue::new(path, "TOO_LONG", format!("A password has at most {LENGTH_MAX} characters.")))
    } else {
        guessable::fault(password, names).map(|fault| Issue::new(path, "COMMON", fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(problem("1234567", &[], &[]).is_some());
        assert!(problem("åååååååå", &[], &[]).is_none());
        assert!(problem(&"a".repeat(129), &[], &[]).is_some());
    }
}
