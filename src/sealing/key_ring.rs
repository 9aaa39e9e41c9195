//! The keys of this process: the first one seals, all of them open.

use std::{fmt, sync::Arc};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Fault,
    columns::SealedColumn,
    sealed::{NONCE_BYTES, Sealed, TAG_BYTES, binding, is_key_id},
};
use crate::{clock, database::Failure};

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Base64 as everybody writes it; its end may be left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys of this process. It is never empty, wiped when it is dropped, and shown by nothing.
#[derive(Clone)]
pub struct KeyRing {
    keys: Arc<[Key]>,
}

struct Key {
    id: String,
    secret: SecretBox<[u8; KEY_BYTES]>,
}

impl KeyRing {
    /// Reads keys as `id:base64`, separated by commas or each on a line; a line that begins with # is a remark.
    ///
    /// # Errors
    /// When there is none, or one is malformed or named twice. The sentence begins with `origin` and repeats no key.
    pub fn read(text: &SecretString, origin: &str) -> Result<Self, Failure> {
        let lines = text.expose_secret().lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let entries = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|entry| !entry.is_empty());
        let mut keys: Vec<Key> = Vec::new();
        for (place, entry) in entries.enumerate() {
            let key = Key::read(entry).ok_or_else(|| malformed(origin, place + 1))?;
            if let Some(twin) = keys.iter().find(|other| other.id == key.id || other.is_same_secret(&key)) {
                return Err(Failure::new(format!(
                    "{origin} names the key {} twice, or under another name: leave each key there once.",
                    twin.id
                )));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(Failure::new(format!("{origin} holds no key: {REMEDY}.")));
        }
        Ok(Self { keys: keys.into() })
    }

    /// Seals a text with the first key, for one column of one row.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn seal(&self, column: SealedColumn, row: Uuid, text: &str) -> Result<String, Fault> {
        let key = self.keys.first().ok_or(Fault::NoRandomness)?;
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| Fault::NoRandomness)?;
        // With room for the tag, so that the text is never moved, which would leave a copy behind.
        let mut buffer = Vec::with_capacity(text.len() + TAG_BYTES);
        buffer.extend_from_slice(text.as_bytes());
        let bound_to = binding(&key.id, column, row);
        // It fails only for texts of more than 256 GB.
        key.cipher()
            .encrypt_in_place(&nonce.into(), bound_to.as_bytes(), &mut buffer)
            .map_err(|_| Fault::NoRandomness)?;
        Ok(Sealed { key_id: key.id.clone(), nonce, ciphertext: buffer }.text())
    }

    /// Opens a stored text that was sealed for this column of this row.
    ///
    /// # Errors
    /// When it is no sealed text, its key is missing, or it does not open here.
    pub fn open(&self, column: SealedColumn, row: Uuid, stored: &str) -> Result<SecretString, Fault> {
        let Sealed { key_id, nonce, ciphertext } = Sealed::read(stored).ok_or(Fault::NotSealed(column))?;
        let Some(key) = self.keys.iter().find(|key| key.id == key_id) else {
            return Err(Fault::MissingKey { column, key_id });
        };
        let bound_to = binding(&key_id, column, row);
        let mut buffer = Zeroizing::new(ciphertext);
        let opened = key.cipher().decrypt_in_place(&nonce.into(), bound_to.as_bytes(), &mut *buffer);
        let text = opened.ok().and_then(|()| std::str::from_utf8(&buffer).ok());
        text.map(SecretString::from).ok_or(Fault::DoesNotOpen { column, key_id })
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn first(&self) -> &str {
        self.keys.first().map_or("", |key| &key.id)
    }

    /// The ids of all keys, the one that seals first.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.id.clone()).collect()
    }
}

/// Ids alone.
impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("KeyRing").field(&self.ids()).finish()
    }
}

impl Key {
    fn read(entry: &str) -> Option<Self> {
        let (id, secret) = entry.split_once(':')?;
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES + 1]);
        // One byte too many, so that a key that is too long is noticed and not cut.
        let length = BASE64.decode_slice(secret.trim(), bytes.as_mut_slice()).ok()?;
        let key = bytes.first_chunk::<KEY_BYTES>().filter(|_| length == KEY_BYTES)?;
        let id = id.trim();
        is_key_id(id).then(|| Self { id: id.to_owned(), secret: SecretBox::init_with_mut(|kept| *kept = *key) })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.secret.expose_secret().into())
    }

    fn is_same_secret(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }
}

const REMEDY: &str = "write it as ID:BASE64, as `stackmotive keys new` prints one";

fn malformed(origin: &str, place: usize) -> Failure {
    Failure::new(format!("{origin} has as number {place} no key of 32 bytes: {REMEDY}."))
}

/// A new key as a line of a key file, named after the day on which it was made.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_key_line() -> Result<SecretString, Failure> {
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    let mut mark = [0_u8; 2];
    let filled = getrandom::fill(key.as_mut_slice()).and_then(|()| getrandom::fill(&mut mark));
    filled.map_err(|error| Failure::new(format!("The system gives no random bytes ({error}).")))?;
    let day = clock::now().format("%Y%m%d");
    let secret = Zeroizing::new(BASE64.encode(key.as_slice()));
    Ok(SecretString::from(format!("k{day}-{:04x}:{}", u16::from_be_bytes(mark), secret.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::columns::{ALL, PHONE_NUMBER, TAX_FILE_NUMBER};
    use proptest::prelude::*;

    const ROW: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);

    fn ring(text: &str) -> KeyRing {
        KeyRing::read(&SecretString::from(text), "the test").unwrap()
    }

    /// Keys by name, each of 32 times its last letter.
    fn keys(ids: &[&str]) -> KeyRing {
        let line = |id: &&str| format!("{id}:{}", BASE64.encode([*id.as_bytes().last().unwrap(); KEY_BYTES]));
        ring(&ids.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    fn opened(keys: &KeyRing, stored: &str) -> Result<String, Fault> {
        keys.open(PHONE_NUMBER, ROW, stored).map(|text| text.expose_secret().to_owned())
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_where_it_was_put_and_from_nowhere_else(
            text in any::<String>(), row in any::<u128>(), place in 0..ALL.len(),
        ) {
            let (keys, row) = (keys(&["a", "b"]), Uuid::from_u128(row));
            let stored = keys.seal(ALL[place], row, &text).unwrap();
            for (other, column) in ALL.into_iter().enumerate() {
                let back = keys.open(column, row, &stored);
                prop_assert_eq!(back.is_ok(), other == place);
                prop_assert!(keys.open(column, Uuid::from_u128(row.as_u128() ^ 1), &stored).is_err());
            }
            let back = keys.open(ALL[place], row, &stored).unwrap();
            prop_assert_eq!(back.expose_secret(), text.as_str());
            prop_assert!(text.len() < 4 || !stored.contains(&text));
        }

        #[test]
        fn nothing_that_was_not_sealed_opens(text in any::<String>(), body in "[A-Za-z0-9_-]{0,120}") {
            let keys = keys(&["a"]);
            prop_assert!(keys.open(PHONE_NUMBER, ROW, &text).is_err());
            let forged = format!("s1.a.{body}");
            prop_assert!(keys.open(PHONE_NUMBER, ROW, &forged).is_err());
        }
    }

    #[test]
    fn a_change_of_any_character_is_noticed() {
        let keys = keys(&["a", "b"]);
        let stored = keys.seal(PHONE_NUMBER, ROW, "+64211234567").unwrap();
        assert_eq!(opened(&keys, &stored).unwrap(), "+64211234567");
        for place in 0..stored.len() {
            for other in ['A', 'b', '1', '-', '.'] {
                let mut changed = stored.clone();
                changed.replace_range(place..=place, &other.to_string());
                assert!(changed == stored || opened(&keys, &changed).is_err(), "{place} {other}");
            }
            assert!(opened(&keys, &stored[..place]).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn the_same_text_is_never_stored_alike() {
        let keys = keys(&["a"]);
        let stored = || keys.seal(PHONE_NUMBER, ROW, "+64211234567").unwrap();
        assert_ne!(stored(), stored());
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, both, new) = (keys(&["a"]), keys(&["b", "a"]), keys(&["b"]));
        let stored = old.seal(PHONE_NUMBER, ROW, "+64211234567").unwrap();
        assert!(stored.starts_with("s1.a."));
        assert_eq!(opened(&both, &stored).unwrap(), "+64211234567");
        let missing = Fault::MissingKey { column: PHONE_NUMBER, key_id: String::from("a") };
        assert_eq!(opened(&new, &stored), Err(missing));
        assert!(both.seal(PHONE_NUMBER, ROW, "x").unwrap().starts_with("s1.b."));
    }

    #[test]
    fn another_key_of_the_same_name_opens_nothing() {
        let other = ring(&format!("a:{}", BASE64.encode([b'z'; KEY_BYTES])));
        let stored = keys(&["a"]).seal(PHONE_NUMBER, ROW, "+64211234567").unwrap();
        let fault = Fault::DoesNotOpen { column: PHONE_NUMBER, key_id: String::from("a") };
        assert_eq!(opened(&other, &stored), Err(fault));
        let elsewhere = keys(&["a"]).open(TAX_FILE_NUMBER, ROW, &stored).unwrap_err().to_string();
        assert!(
            elsewhere.starts_with("a value of user_onboarding_progress.tax_file_number does not open"),
            "{elsewhere}"
        );
    }

    #[test]
    fn keys_are_read_from_lines_and_lists() {
        let new = new_key_line().unwrap();
        let text =
            format!("# a remark, with a comma\n\n {} \nb:{},\n", new.expose_secret(), BASE64.encode([1; KEY_BYTES]));
        let both = ring(&text);
        assert_eq!(both.first(), new.expose_secret().split(':').next().unwrap());
        assert_eq!(both.ids(), [both.first(), "b"]);
        let without_its_end = format!("c:{}", BASE64.encode([2; KEY_BYTES]).trim_end_matches('='));
        assert_eq!(ring(&without_its_end).ids(), ["c"]);
    }

    #[test]
    fn wrong_keys_are_refused_with_a_sentence_that_holds_none() {
        let good = format!("a:{}", BASE64.encode([b'q'; KEY_BYTES]));
        let secret = BASE64.encode([b'q'; KEY_BYTES]);
        for (text, said) in [
            (String::new(), "the test holds no key"),
            (String::from("# only a remark"), "the test holds no key"),
            (secret.clone(), "the test has as number 1 no key of 32 bytes"),
            (format!("{good},b:{}", BASE64.encode([b'q'; 31])), "the test has as number 2"),
            (format!("{good}\nb:{}", BASE64.encode([b'q'; 33])), "the test has as number 2"),
            (format!("b.c:{secret}"), "the test has as number 1"),
            (format!("{}:{secret}", "b".repeat(33)), "the test has as number 1"),
            (format!("{good}\na:{}", BASE64.encode([b'r'; KEY_BYTES])), "the test names the key a twice"),
            (format!("{good}\nb:{secret}"), "the test names the key a twice"),
        ] {
            let sentence = KeyRing::read(&SecretString::from(text), "the test").unwrap_err().to_string();
            assert!(sentence.starts_with(said), "{sentence}");
            assert!(!sentence.contains(&secret[..20]), "{sentence}");
        }
    }

    #[test]
    fn a_ring_shows_no_key() {
        let shown = format!("{:?}", keys(&["a", "b"]));
        assert_eq!(shown, r#"KeyRing(["a", "b"])"#);
    }
}
