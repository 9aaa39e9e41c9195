//! The stored form of a sealed value: `s1.<key id>.<nonce, ciphertext and tag in base64url>`.
//!
//! `s1` is the version: XChaCha20-Poly1305 with a nonce of 24 random bytes. What the value is bound to, the key's id and
//! its table, column and row, is authenticated with it and stored nowhere: read elsewhere, it does not open.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::columns::SealedColumn;

/// What every sealed text begins with.
const VERSION: &str = "s1";
/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 24;
/// Bytes of a tag.
pub const TAG_BYTES: usize = 16;
/// Characters of a key's id at most: with a bcrypt hash inside, the whole still fits its column.
pub const KEY_ID_MAX: usize = 32;

/// A stored text taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub key_id: String,
    pub nonce: [u8; NONCE_BYTES],
    /// The ciphertext with its tag at the end.
    pub ciphertext: Vec<u8>,
}

impl Sealed {
    /// Takes a stored text apart; `None` when it is no sealed text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (version, key_id, body) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || version != VERSION || !is_key_id(key_id) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        (ciphertext.len() >= TAG_BYTES).then(|| Self {
            key_id: key_id.to_owned(),
            nonce: *nonce,
            ciphertext: ciphertext.to_owned(),
        })
    }

    /// The text to store.
    #[must_use]
    pub fn text(&self) -> String {
        let body = URL_SAFE_NO_PAD.encode([self.nonce.as_slice(), &self.ciphertext].concat());
        format!("{VERSION}.{}.{body}", self.key_id)
    }
}

/// Whether a text can name a key: 1 to 32 letters, digits, hyphens and underscores of ASCII.
#[must_use]
pub fn is_key_id(text: &str) -> bool {
    (1..=KEY_ID_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// What a value is bound to. None of the parts holds a full stop, so no two places have the same text.
#[must_use]
pub fn binding(key_id: &str, column: SealedColumn, row: Uuid) -> String {
    let SealedColumn { table, column, .. } = column;
    format!("{VERSION}.{key_id}.{table}.{column}.{row}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::columns::{ALL, PHONE_NUMBER};

    fn sealed() -> Sealed {
        Sealed { key_id: String::from("k1"), nonce: [7; NONCE_BYTES], ciphertext: vec![9; TAG_BYTES + 3] }
    }

    #[test]
    fn a_text_is_taken_apart_into_what_it_was_made_of() {
        let text = sealed().text();
        assert_eq!(text, "s1.k1.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHCQkJCQkJCQkJCQkJCQkJCQkJCQ");
        assert_eq!(Sealed::read(&text), Some(sealed()));
    }

    #[test]
    fn anything_else_is_no_sealed_text() {
        let text = sealed().text();
        let empty = Sealed { ciphertext: vec![0; TAG_BYTES], ..sealed() };
        assert!(Sealed::read(&empty.text()).is_some(), "an empty text has a tag alone");
        let short = Sealed { ciphertext: vec![0; TAG_BYTES - 1], ..sealed() }.text();
        let long_name = Sealed { key_id: "k".repeat(KEY_ID_MAX + 1), ..sealed() }.text();
        let others = [
            String::new(),
            String::from("+64211234567"),
            format!("$2b$12${}", "a".repeat(53)),
            text.replacen("s1", "s2", 1),
            text.replacen("k1", "", 1),
            text.replacen("k1", "k 1", 1),
            format!("{text}."),
            format!("{text}="),
            format!("{text}AAA"),
            format!(" {text}"),
            text.replace('B', "+"),
            short,
            long_name,
        ];
        for other in others {
            assert_eq!(Sealed::read(&other), None, "{other}");
        }
    }

    #[test]
    fn every_place_has_a_binding_of_its_own() {
        let rows = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let mut all: Vec<String> = Vec::new();
        for key_id in ["k1", "k2"] {
            all.extend(ALL.iter().flat_map(|column| rows.map(|row| binding(key_id, *column, row))));
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(
            binding("k1", PHONE_NUMBER, rows[0]),
            "s1.k1.user_onboarding_progress.phone_number.00000000-0000-0000-0000-000000000001"
        );
    }
}
