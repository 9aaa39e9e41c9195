//! Recovery codes, which stand in for the second factor when its device is lost.
//!
//! A code is 120 random bits. Nobody finds one by trying, however fast its hash is, so it is stored as its SHA-256, as
//! tokens are; a slow hash would only make a sign-in compute one for each of the ten. (ASVS 6.5.2 asks for 112 bits.)

use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use super::tokens::hash;

/// How many an account has.
pub const COUNT: usize = 10;
/// Random bytes of a code: 24 letters and digits.
pub const CODE_BYTES: usize = 15;
/// How many letters stand together.
const GROUP: usize = 4;

/// A code as a person reads it: `abcd-efgh-ijkl-2345-mnop-qrst`.
pub fn text(random: &[u8; CODE_BYTES]) -> Zeroizing<String> {
    let letters = Zeroizing::new(BASE32_NOPAD.encode(random).to_ascii_lowercase());
    let mut text = Zeroizing::new(String::with_capacity(letters.len() + letters.len() / GROUP));
    for (place, letter) in letters.chars().enumerate() {
        if place > 0 && place.is_multiple_of(GROUP) {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

/// What is stored of a code, however it was typed: case, hyphens and spaces do not matter.
pub fn stored(code: &str) -> String {
    let letters = code.chars().filter(|letter| *letter != '-' && !letter.is_whitespace());
    hash(&Zeroizing::new(letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = text(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 255]);
        assert_eq!(code.as_str(), "aaaq-eaye-auda-ocaj-bifq-ydp7");
        let sum = "5aec8a50fceec9077555413016260e40ef3d5af29f43399636c23e2ab0c2d772";
        for typed in [code.to_string(), code.to_uppercase(), code.replace('-', ""), code.replace('-', " ")] {
            assert_eq!(stored(&typed), sum, "{typed}");
        }
        assert_ne!(stored(&code.replace('e', "f")), sum);
        assert_ne!(stored(""), sum);
    }
}
