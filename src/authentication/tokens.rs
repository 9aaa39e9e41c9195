//! Access and refresh tokens: 256 random bits, of which only the SHA-256 is stored.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::graphql::error::{Error, Result};

/// How long an access token is good for.
pub const ACCESS_LIFETIME: Duration = Duration::minutes(15);
/// How long a refresh token, and with it the session, is good for.
pub const REFRESH_LIFETIME: Duration = Duration::days(30);
/// A refresh token used twice within this time is taken for two tabs of one browser, later for a thief.
pub const REPLAY_WINDOW: Duration = Duration::seconds(10);

/// A token that only its owner ever sees again.
pub struct Token(SecretString);

impl Token {
    pub fn new() -> Result<Self> {
        let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(Error::internal)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes.as_slice()).into()))
    }

    /// What goes to the client.
    pub fn reveal(&self) -> String {
        self.0.expose_secret().to_owned()
    }

    /// The token itself, for a cookie.
    pub fn into_secret(self) -> SecretString {
        self.0
    }

    /// What goes into the table.
    pub fn hash(&self) -> String {
        hash(self.0.expose_secret())
    }
}

/// The stored form of a token that a client sent.
pub fn hash(token: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(token.as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_stored_as_their_sha_256() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), 43);
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
