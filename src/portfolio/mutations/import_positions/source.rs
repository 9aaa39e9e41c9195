//! What a file is: its source, and for CSV files the names of its columns.

use async_graphql::{Enum, InputObject};
use serde::{Deserialize, Serialize};

use crate::{
    graphql::input::Check,
    portfolio::{
        formats::{Field, Format, Mapping},
        types::SyncSource,
    },
};

/// How long the name of a column may be, in characters.
const COLUMN_MAX: usize = 200;

/// What kind of file it is.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ImportSource {
    /// A CSV file of any broker: a header, and rows with at least a symbol and a quantity.
    Csv,
    /// The holdings of Sharesies as CSV: Symbol, Company, Shares, Average Price, Current Price, Currency (NZD where it is
    /// empty).
    Sharesies,
    /// A Flex query of Interactive Brokers as XML, with open positions and the cash report.
    IbkrFlex,
    /// An activity statement of Interactive Brokers as CSV.
    IbkrStatement,
    /// The balances of Kraken as JSON: `{asset: amount}`.
    KrakenBalances,
    /// The ledgers of Kraken as CSV.
    KrakenLedgers,
    /// The accounts of KuCoin as JSON.
    KucoinAccounts,
    /// The trades of KuCoin as CSV.
    KucoinTrades,
    /// A statement of Tiger Brokers as CSV.
    Tiger,
}

impl ImportSource {
    pub fn format(self) -> Format {
        match self {
            Self::Csv => Format::GenericCsv,
            Self::Sharesies => Format::Sharesies,
            Self::IbkrFlex => Format::IbkrFlex,
            Self::IbkrStatement => Format::IbkrStatement,
            Self::KrakenBalances => Format::KrakenBalances,
            Self::KrakenLedgers => Format::KrakenLedgers,
            Self::KucoinAccounts => Format::KucoinAccounts,
            Self::KucoinTrades => Format::KucoinTrades,
            Self::Tiger => Format::Tiger,
        }
    }

    /// Where its positions come from, as they keep it.
    pub fn sync_source(self) -> SyncSource {
        match self {
            Self::Csv | Self::Sharesies => SyncSource::Csv,
            Self::IbkrFlex | Self::IbkrStatement => SyncSource::Ibkr,
            Self::KrakenBalances | Self::KrakenLedgers => SyncSource::Kraken,
            Self::KucoinAccounts | Self::KucoinTrades => SyncSource::Kucoin,
            Self::Tiger => SyncSource::Tiger,
        }
    }
}

impl From<Format> for ImportSource {
    fn from(format: Format) -> Self {
        match format {
            Format::GenericCsv => Self::Csv,
            Format::Sharesies => Self::Sharesies,
            Format::IbkrFlex => Self::IbkrFlex,
            Format::IbkrStatement => Self::IbkrStatement,
            Format::KrakenBalances => Self::KrakenBalances,
            Format::KrakenLedgers => Self::KrakenLedgers,
            Format::KucoinAccounts => Self::KucoinAccounts,
            Format::KucoinTrades => Self::KucoinTrades,
            Format::Tiger => Self::Tiger,
        }
    }
}

/// The names of a CSV file's columns where they are not the usual ones; capitals and small letters are the same.
#[derive(InputObject, Serialize, Default)]
pub struct ImportMappingInput {
    /// The column of symbols, by default `Symbol`.
    pub symbol: Option<String>,
    /// The column of full names, by default `Name` where there is one.
    pub name: Option<String>,
    /// The column of quantities, by default `Quantity`.
    pub quantity: Option<String>,
    /// The column of average prices, by default `Avg Price` where there is one.
    pub avg_price: Option<String>,
    /// The column of current prices, by default `Current Price` where there is one.
    pub current_price: Option<String>,
    /// The column of the times of those prices (ISO, UTC where no zone is told), by default `Price As Of` where there is
    /// one.
    pub price_as_of: Option<String>,
    /// The column of kinds of asset, such as Stock, ETF, Bond or Crypto; by default `Asset Class` where there is one.
    pub asset_class: Option<String>,
    /// The column of accounts, by default `Account` where there is one.
    pub account: Option<String>,
    /// The column of currencies, by default `Currency` where there is one.
    pub currency: Option<String>,
}

impl ImportMappingInput {
    fn columns(&self) -> [(Field, &'static str, Option<&String>); 9] {
        [
            (Field::Symbol, "symbol", self.symbol.as_ref()),
            (Field::Name, "name", self.name.as_ref()),
            (Field::Quantity, "quantity", self.quantity.as_ref()),
            (Field::AvgPrice, "avgPrice", self.avg_price.as_ref()),
            (Field::CurrentPrice, "currentPrice", self.current_price.as_ref()),
            (Field::PriceAsOf, "priceAsOf", self.price_as_of.as_ref()),
            (Field::AssetClass, "assetClass", self.asset_class.as_ref()),
            (Field::Account, "account", self.account.as_ref()),
            (Field::Currency, "currency", self.currency.as_ref()),
        ]
    }

    pub fn check(&self, check: &mut Check) {
        for (_, field, column) in self.columns() {
            check.optional_text(field, column, COLUMN_MAX);
        }
    }

    pub fn mapping(&self) -> Mapping {
        let named = self.columns().into_iter().filter_map(|(field, _, column)| Some((field, column?.clone())));
        Mapping::new(named.collect())
    }
}
