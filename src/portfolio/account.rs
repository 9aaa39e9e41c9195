//! Which portfolio an account's positions go to, as far as somebody reads it; writing has the same rule as SQL, in
//! `store/feeding.rs`.

/// The name of the portfolio that a position in this currency goes to, when its account feeds `base`.
pub fn fed_portfolio(base: &str, base_currency: &str, currency: &str) -> String {
    if base_currency == currency { base.to_owned() } else { format!("{base} {currency}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_currency_has_a_portfolio_of_its_own() {
        for (base, base_currency, currency, expected) in
            [("main", "NZD", "NZD", "main"), ("main", "NZD", "USD", "main USD"), ("a b", "USD", "NZD", "a b NZD")]
        {
            assert_eq!(fed_portfolio(base, base_currency, currency), expected);
        }
    }
}
