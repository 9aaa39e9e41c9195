//! Kraken's names of assets.

/// Names of its early days, and coins that have another name elsewhere.
const LEGACY: [(&str, &str); 21] = [
    ("XXBT", "BTC"),
    ("XBT", "BTC"),
    ("XETH", "ETH"),
    ("ETH2", "ETH"),
    ("XXRP", "XRP"),
    ("XLTC", "LTC"),
    ("XXDG", "DOGE"),
    ("XDG", "DOGE"),
    ("XXLM", "XLM"),
    ("XXMR", "XMR"),
    ("XZEC", "ZEC"),
    ("XETC", "ETC"),
    ("XREP", "REP"),
    ("XMLN", "MLN"),
    ("ZUSD", "USD"),
    ("ZEUR", "EUR"),
    ("ZGBP", "GBP"),
    ("ZJPY", "JPY"),
    ("ZCAD", "CAD"),
    ("ZAUD", "AUD"),
    ("ZCHF", "CHF"),
];
/// What stands behind the name of an asset that is staked, earning or held back.
const SUFFIXES: [&str; 6] = [".S", ".F", ".M", ".B", ".P", ".HOLD"];

/// The asset that one of Kraken's names means.
pub fn asset(name: &str) -> String {
    let name = name.trim().to_ascii_uppercase();
    let base = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
    let legacy = |name: &str| LEGACY.iter().find(|(old, _)| *old == name).map(|(_, new)| (*new).to_owned());
    let Some(base) = base else { return legacy(&name).unwrap_or(name) };
    // A bonded asset has the days of its bond behind its name: DOT28.S.
    let unbonded = base.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_bonded = base.len() == unbonded.len() + 2 && !unbonded.is_empty() && name.ends_with(".S");
    legacy(base).unwrap_or_else(|| if is_bonded { unbonded.to_owned() } else { base.to_owned() })
}

/// Whether a name means credits for fees, which cannot be held or sold.
pub fn is_credit(name: &str) -> bool {
    matches!(name.trim(), "KFEE" | "FEE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_an_asset() {
        for (name, meant) in [
            ("XXBT", "BTC"),
            ("XBT", "BTC"),
            ("XBT.M", "BTC"),
            ("BTC", "BTC"),
            ("XETH", "ETH"),
            ("ETH2.S", "ETH"),
            ("ETH2", "ETH"),
            ("ETH.F", "ETH"),
            ("XXDG", "DOGE"),
            ("XDG", "DOGE"),
            ("DOT28.S", "DOT"),
            ("DOT.S", "DOT"),
            ("XTZ", "XTZ"),
            ("XTZ.S", "XTZ"),
            ("SOL.B", "SOL"),
            ("ZUSD", "USD"),
            ("ZEUR", "EUR"),
            ("EUR.HOLD", "EUR"),
            ("EUR.M", "EUR"),
            ("USDT", "USDT"),
            ("ZRX", "ZRX"),
            ("1INCH.S", "1INCH"),
            ("AAPLX.T", "AAPLX.T"),
            (".S", ""),
        ] {
            assert_eq!(asset(name), meant, "{name}");
        }
    }
}
