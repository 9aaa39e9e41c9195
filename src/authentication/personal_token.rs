//! What a personal API token looks like: `smp_`, 256 random bits, and a checksum.
//!
//! The beginning tells programs that look for secrets in source code what they have found, and the checksum that it is no
//! accident: the first six characters of the base64url of the SHA-256 of everything before them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// How every token begins; no token of a session does, since these are 43 characters long.
const PREFIX: &str = "smp_";
/// How many characters the random part has.
const BODY: usize = 43;
/// How many characters the checksum has.
const CHECKSUM: usize = 6;
/// How many of its last characters a token is recognised by.
const ENDING: usize = 4;

/// The token with this random part.
pub fn whole(body: &str) -> String {
    let mut token = format!("{PREFIX}{body}");
    token.push_str(&checksum(&token));
    token
}

/// Whether somebody shows a personal token, or something that is meant to be one.
pub fn is_meant(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// Whether a token can be one of ours; what cannot is not looked for.
pub fn is_whole(token: &str) -> bool {
    let length = PREFIX.len() + BODY;
    let parts = token.split_at_checked(length).filter(|_| token.len() == length + CHECKSUM && is_meant(token));
    parts.is_some_and(|(before, found)| checksum(before) == found)
}

/// The last characters of a token.
pub fn ending(token: &str) -> &str {
    token.len().checked_sub(ENDING).and_then(|from| token.get(from..)).unwrap_or(token)
}

fn checksum(text: &str) -> String {
    let mut sum = URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()));
    sum.truncate(CHECKSUM);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_proves_that_it_is_whole() {
        let token = whole(&"a".repeat(BODY));
        assert_eq!(token, format!("smp_{}{}", "a".repeat(43), checksum(&format!("smp_{}", "a".repeat(43)))));
        assert_eq!((token.len(), ending(&token)), (53, &token[49..]));
        let other = |at: usize| format!("{}{}{}", &token[..at], "-", &token[at + 1..]);
        for (text, expected) in [
            (token.clone(), true),
            (other(10), false),
            (other(0), false),
            (format!("{token}a"), false),
            (token[..52].to_owned(), false),
            ("smp_".to_owned(), false),
            (format!("smp_{}", "ō".repeat(30)), false),
            (String::new(), false),
        ] {
            assert_eq!(is_whole(&text), expected, "{text}");
        }
    }
}
