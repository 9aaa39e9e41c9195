//! Codes of authenticator apps: RFC 6238 with SHA-1, 6 digits and steps of 30 seconds, which every app knows.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// Bytes of a secret: as many as SHA-1 has, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
/// Who issues the codes, as an app shows it.
const ISSUER: &str = "StackMotive";
/// Seconds for which a code is the current one.
const STEP_SECONDS: i64 = 30;
/// How many steps an app's clock may be behind or ahead.
const WINDOW: i64 = 1;

/// The secret as an app takes it.
pub fn text(secret: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE32_NOPAD.encode(secret))
}

/// The address that an app reads from a picture.
pub fn address(secret: &str, account: &str) -> String {
    let account: String = byte_serialize(account.as_bytes()).collect();
    format!(
        "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period={STEP_SECONDS}"
    )
}

/// The step whose code this is, of the current one and its neighbours; `None` when it is none of theirs.
/// Of several the latest, because it uses up those before it.
pub fn step(secret: &str, code: &str, now: DateTime<Utc>) -> Option<i64> {
    let secret = Zeroizing::new(BASE32_NOPAD.decode(secret.as_bytes()).ok()?);
    let current = now.timestamp().div_euclid(STEP_SECONDS);
    // Every step is compared whole, so the time that this takes says nothing of the code.
    let steps = (-WINDOW..=WINDOW).filter_map(|offset| current.checked_add(offset));
    let matching = steps.filter(|step| {
        let right = u64::try_from(*step).ok().and_then(|step| code_of(&secret, step));
        right.is_some_and(|right| bool::from(right.as_bytes().ct_eq(code.as_bytes())))
    });
    matching.fold(None, |_, step| Some(step))
}

/// The code of a step: four bytes of the HMAC, from where its last half byte says, as decimal digits.
fn code_of(secret: &[u8], step: u64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let sum = mac.finalize().into_bytes();
    let from = usize::from(sum.last()? & 0xf);
    let (bytes, _) = sum.get(from..)?.split_first_chunk::<4>()?;
    let number = u32::from_be_bytes(*bytes) & 0x7fff_ffff;
    Some(format!("{:06}", number % 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = text(SECRET);
        // The standard's own values, of whose eight digits ours are the last six.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(&secret, code, at(seconds)), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_behind_its_own() {
        let secret = text(SECRET);
        let code = "287082";
        for (seconds, expected) in [(-1, None), (0, Some(1)), (30, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step(&secret, code, at(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn nothing_else_is_a_code() {
        let secret = text(SECRET);
        for code in ["", "287083", "28708", "2870820", "94287082", " 287082", "２８７０８２", "287 082"] {
            assert_eq!(step(&secret, code, at(59)), None, "{code}");
        }
        assert_eq!(step("not base32", "287082", at(59)), None);
    }

    #[test]
    fn an_app_is_told_everything_in_one_address() {
        assert_eq!(
            address(&text(SECRET), "ada+money@example.com"),
            "otpauth://totp/StackMotive:ada%2Bmoney%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=StackMotive&algorithm=SHA1&digits=6&period=30"
        );
    }
}
