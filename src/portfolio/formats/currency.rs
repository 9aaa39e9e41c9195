//! Currencies, and what counts as one.

/// Coins that stand for a US dollar each.
const STABLECOINS: [&str; 3] = ["USDT", "USDC", "DAI"];

/// Money that the exchanges of coins keep. Not every code of the standard: MNT is a coin there, and so are TOP and BOB.
const EXCHANGED: [&str; 8] = ["AED", "AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"];
/// The standard gives codes that begin with X to metals, units of account, tests and nothing at all, and these to money.
const SHARED: [&str; 5] = ["XAF", "XCD", "XCG", "XOF", "XPF"];

/// The ISO 4217 code of a currency that a text names; `None` when there is none such.
pub fn code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let is_money = !code.starts_with('X') || SHARED.contains(&code.as_str());
    (is_money && iso_currency::Currency::from_code(&code).is_some()).then_some(code)
}

/// The currency of what an exchange of coins calls so, when it is money: a stablecoin is money in US dollars.
pub fn of_exchanged(asset: &str) -> Option<&'static str> {
    if STABLECOINS.contains(&asset) {
        return Some("USD");
    }
    EXCHANGED.into_iter().find(|money| *money == asset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_those_of_the_standard() {
        for (text, found) in [
            ("USD", Some("USD")),
            (" nzd ", Some("NZD")),
            ("GBX", None),
            ("BTC", None),
            ("XAU", None),
            ("XOF", Some("XOF")),
            ("", None),
            ("US", None),
            ("USDT", None),
        ] {
            assert_eq!(code(text).as_deref(), found, "{text}");
        }
    }

    #[test]
    fn a_stablecoin_is_money_in_dollars() {
        for (asset, currency) in [
            ("USDT", Some("USD")),
            ("USDC", Some("USD")),
            ("DAI", Some("USD")),
            ("EUR", Some("EUR")),
            ("BTC", None),
            ("MNT", None),
            ("usd", None),
        ] {
            assert_eq!(of_exchanged(asset), currency, "{asset}");
        }
    }
}
