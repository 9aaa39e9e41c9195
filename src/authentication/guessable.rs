//! Passwords that are tried first by whoever guesses: common ones, and those that tell of their own account.
//!
//! The list has every password of at least 8 characters among the 30,000 most common ones of the ten million that Mark
//! Burnett published in 2015, in the order and form in which the crate zxcvbn 3.1.1 carries them, here in small letters
//! and sorted: 11,611 of them. It changes about as seldom as people do, so it stands in the program and asks nobody.

use std::{collections::HashSet, sync::LazyLock};

static LIST: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// A name of fewer characters may stand in a password: so short a part is no help in guessing it.
const NAME_MIN: usize = 4;
/// What every attacker of this server knows of it.
const PRODUCT: &str = "stackmotive";

/// Why a password is easy to guess, as a sentence; nothing when it isn't.
/// `names` are what others know of its owner: the address, the name that is shown.
pub fn fault(password: &str, names: &[&str]) -> Option<&'static str> {
    let password = password.to_lowercase();
    if LIST.contains(password.as_str()) {
        return Some("This is one of the most common passwords, which are tried first; choose another one.");
    }
    if password.contains(PRODUCT) {
        return Some("A password must not contain the name of this product; choose another one.");
    }
    let is_named = names.iter().any(|name| {
        // Of an address it is the part before the @ that people repeat; the rest is shared by many.
        let name = name.split('@').next().unwrap_or_default().trim().to_lowercase();
        password == name || (name.chars().count() >= NAME_MIN && password.contains(name.as_str()))
    });
    is_named.then_some("A password must not contain the account's own address or name; choose another one.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_passwords_that_are_long_enough_each_once() {
        let lines: Vec<&str> = include_str!("common_passwords.txt").lines().collect();
        assert_eq!((lines.len(), LIST.len()), (11_611, 11_611));
        assert!(lines.iter().all(|line| line.chars().count() >= 8 && line.to_lowercase() == *line));
    }

    #[test]
    fn common_ones_are_refused_whatever_their_case() {
        for password in ["password", "PASSWORD1", "12345678", "Qwertyuiop", "iloveyou!", "P@ssw0rd", "myStackMotive!"] {
            assert!(fault(password, &[]).is_some(), "{password}");
        }
        for password in ["correct horse battery", "correct horse staple", "another horse battery"] {
            assert!(fault(password, &[]).is_none(), "{password}");
        }
    }

    #[test]
    fn names_of_the_account_are_refused_where_they_are_long_enough_to_matter() {
        let names = ["Lovelace@example.com", "Countess Ada"];
        for password in ["lovelace", "my LOVELACE 1815", "countess ada!"] {
            assert!(fault(password, &names).is_some(), "{password}");
        }
        for password in ["example.com is fine", "the countess is fine"] {
            assert!(fault(password, &names).is_none(), "{password}");
        }
        assert!(fault("adamant horse", &["ada@example.com", " "]).is_none());
    }
}
