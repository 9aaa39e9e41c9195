//! The one market that everybody in the data trades on: the same price for the same symbol.

mod listings;

use rust_decimal::Decimal;

use super::{
    figures::{self, price},
    random::Random,
};
use listings::{ASX, CRYPTO, NASDAQ_AND_NYSE, NZX, Row};

/// The stream of the market's own draws, far from those of people.
const STREAM: u64 = u64::MAX - 1;

/// Something that can be held and traded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listing {
    pub symbol: &'static str,
    pub name: &'static str,
    /// As the tables name it.
    pub asset_class: &'static str,
    pub sector: &'static str,
    /// The market that trades it.
    pub market: &'static str,
    /// ISO 4217 code of its prices.
    pub currency: &'static str,
    pub price: Decimal,
    pub previous_close: Decimal,
    /// Value of all units; `None` where nobody counts them, as for funds.
    pub market_cap: Option<Decimal>,
}

impl Listing {
    pub fn is_crypto(&self) -> bool {
        self.asset_class == "crypto"
    }

    /// How many digits quantities of it have behind the point: coins have eight, and some brokers sell parts of shares.
    pub fn digits(&self, in_parts: bool) -> u32 {
        match (self.is_crypto(), in_parts) {
            (true, _) => 8,
            (false, true) => 4,
            (false, false) => 0,
        }
    }

    /// Change since the previous close in per cent.
    pub fn day_change_percent(&self) -> Decimal {
        figures::percent(self.price - self.previous_close, self.previous_close)
    }
}

/// All that is listed.
pub struct Market {
    listings: Vec<Listing>,
}

impl Market {
    /// The market on the day that prices are of.
    pub fn open() -> Self {
        let mut random = Random::stream(STREAM);
        let exchanges: [(&[Row], &str, &str); 4] =
            [(NZX, "NZX", "NZD"), (ASX, "ASX", "AUD"), (NASDAQ_AND_NYSE, "NASDAQ", "USD"), (CRYPTO, "Crypto", "USD")];
        let rows = exchanges
            .into_iter()
            .flat_map(|(rows, market, currency)| rows.iter().map(move |row| (row, market, currency)));
        Self { listings: rows.map(|(row, market, currency)| list(&mut random, *row, market, currency)).collect() }
    }

    /// What is priced in a currency, coins apart.
    pub fn securities(&self, currency: &str) -> Vec<Listing> {
        self.listings.iter().filter(|listing| listing.currency == currency && !listing.is_crypto()).copied().collect()
    }

    pub fn coins(&self) -> Vec<Listing> {
        self.listings.iter().filter(|listing| listing.is_crypto()).copied().collect()
    }

    pub fn everything(&self) -> &[Listing] {
        &self.listings
    }
}

fn list(random: &mut Random, row: Row, market: &'static str, currency: &'static str) -> Listing {
    let (symbol, name, asset_class, sector, ten_thousandths) = row;
    let now = Decimal::new(ten_thousandths, 4);
    // Coins move more in a day than shares, and bonds and cash hardly at all.
    let basis_points = match asset_class {
        "crypto" => random.between(-620, 640),
        "bond" | "cash" => random.between(-20, 20),
        _ => random.between(-280, 300),
    };
    let previous_close = price(now - now.saturating_mul(Decimal::new(basis_points, 4)));
    let counted = matches!(asset_class, "equity" | "crypto");
    let units = Decimal::from(random.between(80, 9_000)).saturating_mul(Decimal::from(1_000_000));
    let market_cap = counted.then(|| figures::money(units.saturating_mul(now)));
    Listing { symbol, name, asset_class, sector, market, currency, price: now, previous_close, market_cap }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_is_listed_once_and_fits_its_columns() {
        let market = Market::open();
        let mut symbols: Vec<&str> = market.everything().iter().map(|listing| listing.symbol).collect();
        let count = symbols.len();
        symbols.sort_unstable();
        symbols.dedup();
        assert_eq!(symbols.len(), count);
        for listing in market.everything() {
            assert!(listing.symbol.len() <= 20 && listing.sector.len() <= 100, "{listing:?}");
            assert!(listing.price > Decimal::ZERO && listing.previous_close > Decimal::ZERO, "{listing:?}");
        }
    }

    #[test]
    fn every_market_fills_a_portfolio() {
        let market = Market::open();
        for currency in ["NZD", "AUD", "USD"] {
            assert!(market.securities(currency).len() > 30, "{currency}");
        }
        assert!(market.coins().len() > 25);
    }
}
