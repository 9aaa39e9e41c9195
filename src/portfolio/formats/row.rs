//! One row of a file, from what is written there to a position that can be stored, or to the reason why not.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{currency, number};
use crate::portfolio::types::AssetClass;

/// Characters that the columns hold.
const SYMBOL_MAX: usize = 20;
const NAME_MAX: usize = 255;
const ACCOUNT_MAX: usize = 100;
/// Digits of the columns and how many of them stand after the point.
const QUANTITY: (u32, u32) = (20, 8);
const PRICE: (u32, u32) = (20, 4);
const VALUE: (u32, u32) = (20, 2);
/// How much of a cell is repeated in a sentence about it, in characters.
const SHOWN_MAX: usize = 40;

/// What a file says about one symbol in one account, fit for the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The lines that it is taken from, counted from 1, in their order.
    pub lines: Vec<u32>,
    pub symbol: String,
    pub name: Option<String>,
    /// Greater than 0.
    pub quantity: Decimal,
    /// Greater than 0; `None` when the file doesn't tell the cost.
    pub avg_price: Option<Decimal>,
    pub current_price: Option<Decimal>,
    /// The time of the price, `None` when there is no price or the file doesn't tell.
    pub price_as_of: Option<DateTime<Utc>>,
    /// `None` when the file doesn't tell.
    pub asset_class: Option<AssetClass>,
    /// `None` while nobody has told: at last it is the one that the file as a whole is of.
    pub account: Option<String>,
    /// `None` when the file doesn't tell.
    pub currency: Option<String>,
    /// What its reader should know about the figures.
    pub notes: Vec<Note>,
}

/// Something to know about a position that was taken over all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub code: &'static str,
    pub message: String,
}

/// Whether a row that is not taken over is a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is right in the file, and has no place in the table.
    Skipped,
    /// It cannot be read, or cannot be right.
    Failed,
}

/// Why a row is not taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub verdict: Verdict,
    /// The lines that it is about, counted from 1, in their order.
    pub lines: Box<[u32]>,
    pub symbol: Option<String>,
    pub account: Option<String>,
    /// The position's field that it is about, `None` when it is about the row.
    pub field: Option<&'static str>,
    pub code: &'static str,
    pub message: Box<str>,
}

impl Problem {
    /// Whether the row says that nothing is held of its symbol, as if it were not in the file.
    pub fn says_none(&self) -> bool {
        matches!(self.code, "ZERO_QUANTITY" | "SHORT_POSITION" | "TOO_SMALL")
    }
}

/// How a row ends.
pub type Outcome = Result<Position, Problem>;

/// A row as its file writes it: texts where there may be anything. An empty text is none.
#[derive(Clone, Debug, Default)]
pub struct Draft<'a> {
    pub line: u32,
    pub symbol: &'a str,
    pub name: &'a str,
    pub quantity: &'a str,
    pub avg_price: &'a str,
    pub current_price: &'a str,
    pub price_as_of: Option<DateTime<Utc>>,
    pub asset_class: &'a str,
    pub account: &'a str,
    pub currency: &'a str,
    /// What a unit costs and is worth where the file's prices are not by the unit, such as those of bonds.
    pub unit: Option<Unit>,
}

/// Prices of a unit that were calculated from amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub cost: Option<Decimal>,
    pub price: Decimal,
}

impl Draft<'_> {
    /// Reads the row.
    pub fn read(&self) -> Outcome {
        // An option's symbol is too long as well, and that is not what is in its way.
        let asset_class = self.read_class()?;
        let symbol = self.read_symbol()?;
        let quantity = match number::amount(self.quantity) {
            Some(quantity) => quantity,
            None if number::is_absent(self.quantity) => return Err(self.missing("quantity")),
            None => return Err(self.no_number("quantity", self.quantity)),
        };
        let account = Some(self.account.trim()).filter(|account| !account.is_empty());
        if account.is_some_and(|account| account.chars().count() > ACCOUNT_MAX || has_control(account)) {
            let sentence =
                format!("An account's name has at most {ACCOUNT_MAX} characters, and no control characters.");
            return Err(self.failed("account", "INVALID_ACCOUNT", sentence));
        }
        let mut position = Position {
            lines: vec![self.line],
            symbol,
            name: self.read_name(),
            quantity,
            avg_price: self.price("avgPrice", self.avg_price)?,
            current_price: self.price("currentPrice", self.current_price)?,
            price_as_of: self.price_as_of,
            asset_class,
            account: account.map(str::to_owned),
            currency: self.read_currency()?,
            notes: Vec::new(),
        };
        if let Some(unit) = self.unit {
            (position.avg_price, position.current_price) = (unit.cost, Some(unit.price));
            position.note("PRICE_PER_UNIT", "The prices are the amounts divided by the quantity.");
        }
        position.fit()
    }

    /// The symbol in capitals, as it is stored everywhere.
    fn read_symbol(&self) -> Result<String, Problem> {
        let symbol = self.symbol.trim().to_uppercase();
        if symbol.is_empty() {
            return Err(self.missing("symbol"));
        }
        if has_control(&symbol) {
            return Err(self.failed(
                "symbol",
                "INVALID_SYMBOL",
                "A symbol has no line breaks or other control characters.",
            ));
        }
        if symbol.chars().count() > SYMBOL_MAX {
            let sentence = format!("A symbol of more than {SYMBOL_MAX} characters cannot be stored.");
            return Err(self.problem(Verdict::Skipped, Some("symbol"), "SYMBOL_TOO_LONG", sentence));
        }
        Ok(symbol)
    }

    fn read_name(&self) -> Option<String> {
        let words = self.name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let name = words.collect::<Vec<_>>().join(" ");
        Some(name.chars().take(NAME_MAX).collect::<String>()).filter(|name| !name.is_empty())
    }

    fn read_class(&self) -> Result<Option<AssetClass>, Problem> {
        match class(self.asset_class) {
            Class::Unsaid => Ok(None),
            Class::Known(known) => Ok(Some(known)),
            Class::Option => {
                let sentence = "Options cannot be stored as positions.";
                Err(self.problem(Verdict::Skipped, Some("assetClass"), "OPTION", sentence))
            }
            Class::Unknown => {
                let sentence = format!("{} is no known class of assets.", shown(self.asset_class));
                Err(self.failed("assetClass", "UNKNOWN_ASSET_CLASS", sentence))
            }
        }
    }

    fn read_currency(&self) -> Result<Option<String>, Problem> {
        if self.currency.trim().is_empty() {
            return Ok(None);
        }
        let Some(code) = currency::code(self.currency) else {
            let sentence = format!("{} is no currency of ISO 4217.", shown(self.currency));
            return Err(self.failed("currency", "UNKNOWN_CURRENCY", sentence));
        };
        Ok(Some(code))
    }

    fn price(&self, field: &'static str, text: &str) -> Result<Option<Decimal>, Problem> {
        if number::is_absent(text) {
            return Ok(None);
        }
        let price = number::amount(text).ok_or_else(|| self.no_number(field, text))?;
        if price.is_sign_negative() && !price.is_zero() {
            return Err(self.failed(field, "NEGATIVE_PRICE", "A price is not below 0."));
        }
        Ok(Some(price))
    }

    fn missing(&self, field: &'static str) -> Problem {
        self.failed(field, "REQUIRED", "This row has none.")
    }

    fn no_number(&self, field: &'static str, text: &str) -> Problem {
        let sentence = format!("{} is no number such as 1234.5, 1,234.50 or (12.00).", shown(text));
        self.failed(field, "NOT_A_NUMBER", sentence)
    }

    /// That the row cannot be right.
    pub fn failed(&self, field: &'static str, code: &'static str, message: impl Into<String>) -> Problem {
        self.problem(Verdict::Failed, Some(field), code, message)
    }

    /// That the row is not taken over.
    pub fn problem(
        &self,
        verdict: Verdict,
        field: Option<&'static str>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Problem {
        // Sentences stay short, whatever the file holds.
        let named = |text: &str| Some(shown(text.trim())).filter(|text| !text.is_empty());
        let symbol = named(&self.symbol.to_uppercase());
        // In full, since it says what the row is about: the columns hold as much.
        let account: String = self.account.trim().chars().take(ACCOUNT_MAX).collect();
        let account = Some(account).filter(|account| !account.is_empty());
        Problem { verdict, lines: [self.line].into(), symbol, account, field, code, message: message.into().into() }
    }
}

impl Position {
    /// Money in a currency, or a coin that stands for it: a unit costs and is worth 1.
    pub fn cash(lines: Vec<u32>, symbol: &str, currency: &str, amount: Decimal) -> Self {
        Self {
            lines,
            symbol: symbol.to_owned(),
            name: None,
            quantity: amount,
            avg_price: Some(Decimal::ONE),
            current_price: Some(Decimal::ONE),
            price_as_of: None,
            asset_class: Some(AssetClass::Cash),
            account: None,
            currency: Some(currency.to_owned()),
            notes: Vec::new(),
        }
    }

    /// Adds something to know.
    pub fn note(&mut self, code: &'static str, message: impl Into<String>) {
        if self.notes.iter().all(|known| known.code != code) {
            self.notes.push(Note { code, message: message.into() });
        }
    }

    /// Rounds figures to their columns, and refuses what these cannot hold.
    pub fn fit(mut self) -> Outcome {
        if self.quantity.is_zero() {
            return Err(self.problem(Verdict::Skipped, "quantity", "ZERO_QUANTITY", "Nothing is held of it."));
        }
        if self.quantity.is_sign_negative() {
            let sentence = "Short positions and debts cannot be stored: a quantity is above 0.";
            return Err(self.problem(Verdict::Skipped, "quantity", "SHORT_POSITION", sentence));
        }
        let quantity = number::round(self.quantity, QUANTITY.1);
        if quantity.is_zero() {
            let sentence = "The quantity is 0 when rounded to eight places.";
            return Err(self.problem(Verdict::Skipped, "quantity", "TOO_SMALL", sentence));
        }
        if quantity != self.quantity {
            self.note("ROUNDED", "The quantity was rounded to eight places.");
        }
        let prices = [("avgPrice", self.avg_price), ("currentPrice", self.current_price)];
        for (field, price) in prices.into_iter().filter_map(|(field, price)| Some((field, price?))) {
            let value = quantity.checked_mul(price);
            let is_held = number::fits(price, PRICE.0, PRICE.1)
                && value.is_some_and(|value| number::fits(value, VALUE.0, VALUE.1));
            if !is_held {
                let sentence = "The price, or quantity × price, has more digits before the point than can be stored.";
                return Err(self.problem(Verdict::Failed, field, "OUT_OF_RANGE", sentence));
            }
        }
        if !number::fits(quantity, QUANTITY.0, QUANTITY.1) {
            let sentence = "The quantity has more than twelve digits before the point.";
            return Err(self.problem(Verdict::Failed, "quantity", "OUT_OF_RANGE", sentence));
        }
        self.quantity = quantity;
        self.round_prices();
        Ok(self)
    }

    /// A cost of 0 is one that isn't known. So is any price that four places show as 0.
    fn round_prices(&mut self) {
        let rounded = |price: Option<Decimal>| price.map(|price| number::round(price, PRICE.1));
        let (cost, price) = (rounded(self.avg_price), rounded(self.current_price));
        let vanishes = |exact: Option<Decimal>, kept: Option<Decimal>| {
            exact.is_some_and(|exact| !exact.is_zero()) && kept.is_some_and(|kept| kept.is_zero())
        };
        if vanishes(self.avg_price, cost) || vanishes(self.current_price, price) {
            self.note("PRICE_TOO_SMALL", "A price that is 0 when rounded to four places is left out.");
        }
        let price = if vanishes(self.current_price, price) { None } else { price };
        (self.avg_price, self.current_price) = (cost.filter(|cost| !cost.is_zero()), price);
        if self.current_price.is_none() {
            self.price_as_of = None;
        }
    }

    /// Why the position is not taken over.
    pub fn problem(
        &self,
        verdict: Verdict,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) -> Problem {
        Problem {
            verdict,
            lines: self.lines.as_slice().into(),
            symbol: Some(self.symbol.clone()),
            account: self.account.clone(),
            field: Some(field),
            code,
            message: message.into().into(),
        }
    }
}

enum Class {
    Unsaid,
    Known(AssetClass),
    Option,
    Unknown,
}

/// The class of assets that a broker's word stands for.
fn class(word: &str) -> Class {
    let word = word.trim().to_ascii_uppercase();
    Class::Known(match word.as_str() {
        "" => return Class::Unsaid,
        "STK" | "STOCK" | "STOCKS" | "SHARE" | "SHARES" | "EQUITY" | "EQUITIES" => AssetClass::Equity,
        "CRYPTO" | "CRYPTOCURRENCY" => AssetClass::Crypto,
        "FUND" | "FUNDS" | "ETF" | "ETFS" | "MUTUAL FUND" | "MUTUAL FUNDS" => AssetClass::Fund,
        "BOND" | "BONDS" | "BILL" | "BILLS" | "TREASURY BILLS" => AssetClass::Bond,
        "CASH" | "FOREX" => AssetClass::Cash,
        "CMDTY" | "COMMODITY" | "COMMODITIES" => AssetClass::Commodity,
        "FUT"
        | "FUTURE"
        | "FUTURES"
        | "CFD"
        | "CFDS"
        | "WAR"
        | "WARRANT"
        | "WARRANTS"
        | "IOPT"
        | "ALTERNATIVE"
        | "STRUCTURED PRODUCTS" => AssetClass::Alternative,
        "OPT" | "OPTION" | "OPTIONS" | "FOP" | "FSFOP" | "EQUITY AND INDEX OPTIONS" | "OPTIONS ON FUTURES" => {
            return Class::Option;
        }
        _ => return Class::Unknown,
    })
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// The beginning of a text.
pub fn shown(text: &str) -> String {
    let mut cut: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_MAX).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        cut.push('…');
    }
    cut
}
