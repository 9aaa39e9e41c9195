//! Numbers that name a person: how they are written, and what of them is shown.

use zeroize::Zeroizing;

/// Digits of a telephone number, behind its +.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Characters of a tax number, without separators.
const TAX_CHARACTERS: std::ops::RangeInclusive<usize> = 6..=20;
/// How many characters are shown of a number, and of one that is shorter than [`SHORT`].
const ENDING: usize = 4;
const ENDING_OF_SHORT: usize = 2;
const SHORT: usize = 8;

/// A telephone number as E.164 has it: + and digits, without the spaces, hyphens, dots and brackets that people write.
#[must_use]
pub fn phone_number(text: &str) -> Option<Zeroizing<String>> {
    let plain = without(text, &[' ', '-', '.', '(', ')']);
    let digits = plain.strip_prefix('+')?;
    let is_number = PHONE_DIGITS.contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    is_number.then_some(plain)
}

/// A tax number of any country: capital letters and digits, at least one of them a digit, without separators.
#[must_use]
pub fn tax_number(text: &str) -> Option<Zeroizing<String>> {
    let mut plain = without(text, &[' ', '-', '.', '/']);
    plain.make_ascii_uppercase();
    let is_number = TAX_CHARACTERS.contains(&plain.len())
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && plain.bytes().any(|byte| byte.is_ascii_digit());
    is_number.then_some(plain)
}

/// The last four characters; the last two of a number that has fewer than eight.
#[must_use]
pub fn ending(number: &str) -> String {
    let count = number.chars().count();
    let shown = if count < SHORT { ENDING_OF_SHORT } else { ENDING };
    number.chars().skip(count.saturating_sub(shown)).collect()
}

fn without(text: &str, separators: &[char]) -> Zeroizing<String> {
    // With room for all of it, so that growing leaves no copies behind.
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.trim().chars().filter(|letter| !separators.contains(letter)));
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> Option<String> {
        phone_number(text).map(|number| number.to_string())
    }

    fn tax(text: &str) -> Option<String> {
        tax_number(text).map(|number| number.to_string())
    }

    #[test]
    fn a_telephone_number_begins_with_its_country() {
        assert_eq!(phone(" +64 (21) 123-4567 ").as_deref(), Some("+64211234567"));
        assert_eq!(phone("+1.202.555.0143").as_deref(), Some("+12025550143"));
        for wrong in
            ["", "+", "021 123 4567", "+0211234567", "+64211234567x", "+1234567890123456", "+٣٤٥٦٧٨٩", "+123456"]
        {
            assert_eq!(phone(wrong), None, "{wrong}");
        }
        assert_eq!(phone("+123456789012345").as_deref(), Some("+123456789012345"));
        assert_eq!(phone("+1234567").as_deref(), Some("+1234567"));
    }

    #[test]
    fn a_tax_number_is_letters_and_digits() {
        assert_eq!(tax(" 49-091-850 ").as_deref(), Some("49091850"));
        assert_eq!(tax("ab 12/34.56 c").as_deref(), Some("AB123456C"));
        for wrong in ["", "12345", "ABCDEF", "123456789012345678901", "1234_56", "12345é", "123\u{0}456"] {
            assert_eq!(tax(wrong), None, "{wrong}");
        }
        assert_eq!(tax("123456").as_deref(), Some("123456"));
        assert_eq!(tax(&"1".repeat(20)).as_deref(), Some(&*"1".repeat(20)));
    }

    #[test]
    fn an_ending_leaves_most_of_a_number_out() {
        assert_eq!(ending("+64211234567"), "4567");
        assert_eq!(ending("12345678"), "5678");
        assert_eq!(ending("1234567"), "67");
        assert_eq!(ending("1"), "1");
        assert_eq!(ending(""), "");
    }
}
