//! What brokers' files say.
//!
//! [`read`] takes the bytes of a file and answers the positions in it, with the reason for each row that is none. Nothing
//! here knows a database, the API or the time. A file is refused as a whole, with a [`FileError`], only when nothing in
//! it can be trusted; anything about one row is told with that row's lines.
//!
//! [`row`] is what all formats come to; each format has a file of its own, which begins with its shape.

pub mod currency;
pub mod date;
pub mod delimited;
pub mod exchange;
pub mod flow;
pub mod generic_csv;
pub mod ibkr;
pub mod ibkr_flex;
pub mod ibkr_statement;
pub mod json;
pub mod kraken;
pub mod kraken_balances;
pub mod kraken_ledgers;
pub mod kucoin_accounts;
pub mod kucoin_trades;
pub mod lines;
pub mod merge;
pub mod number;
pub mod recognise;
pub mod row;
#[cfg(test)]
mod samples;
pub mod tiger;

pub use generic_csv::{Field, Mapping};
pub use row::{Outcome, Position, Problem, Verdict};

/// How large a file may be, in bytes.
pub const SIZE_MAX: usize = 20 * 1024 * 1024;
/// How many rows a file may have that are to become positions.
pub const ROWS_MAX: usize = 10_000;

/// The shape of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header and rows, with columns that a mapping names.
    GenericCsv,
    /// The holdings report of Sharesies, which is such a file too.
    Sharesies,
    IbkrFlex,
    IbkrStatement,
    KrakenBalances,
    KrakenLedgers,
    KucoinAccounts,
    KucoinTrades,
    Tiger,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub format: Format,
    /// The account that rows belong to which name none.
    pub account: String,
    /// Positions and problems, in the order of their lines; each symbol is in each account once.
    pub rows: Vec<Outcome>,
}

/// Why a file is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    pub code: &'static str,
    pub message: String,
}

impl FileError {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Rows as they are found, up to the limit.
#[derive(Debug, Default)]
pub struct Found {
    rows: Vec<Outcome>,
}

impl Found {
    pub fn add(&mut self, row: Outcome) -> Result<(), FileError> {
        self.rows.push(row);
        within_rows(self.rows.len())
    }

    pub fn rows(self) -> Vec<Outcome> {
        self.rows
    }
}

/// Refuses more rows than a file may have.
pub fn within_rows(count: usize) -> Result<(), FileError> {
    if count > ROWS_MAX {
        return Err(FileError::new("TOO_MANY_ROWS", format!("A file has at most {ROWS_MAX} rows.")));
    }
    Ok(())
}

/// Reads a file; without a format, as the one that its content shows. Rows that name no account belong to the given one,
/// by default one that is called as the broker.
pub fn read(
    bytes: &[u8],
    format: Option<Format>,
    mapping: &Mapping,
    account: Option<&str>,
) -> Result<Parsed, FileError> {
    let text = text(bytes)?;
    let format = match format {
        Some(format) => format,
        None => recognise::format(text, mapping)?,
    };
    let (broker, rows) = match format {
        Format::GenericCsv => ("Imported", generic_csv::read(text, &Mapping::default().under(mapping))?),
        Format::Sharesies => ("Sharesies", generic_csv::read(text, &Mapping::sharesies().under(mapping))?),
        Format::IbkrFlex => ("Interactive Brokers", ibkr_flex::read(text)?),
        Format::IbkrStatement => ("Interactive Brokers", ibkr_statement::read(text)?),
        Format::KrakenBalances => ("Kraken", kraken_balances::read(text)?),
        Format::KrakenLedgers => ("Kraken", kraken_ledgers::read(text)?),
        Format::KucoinAccounts => ("KuCoin", kucoin_accounts::read(text)?),
        Format::KucoinTrades => ("KuCoin", kucoin_trades::read(text)?),
        Format::Tiger => ("Tiger", tiger::read(text)?),
    };
    let account = account.unwrap_or(broker).to_owned();
    let rows = merge::merged(rows.into_iter().map(|row| at_home(row, &account)).collect());
    // An empty file is more likely a wrong one than the end of everything, which it would mean.
    if rows.is_empty() {
        return Err(FileError::new("NO_ROWS", "The file names no position."));
    }
    Ok(Parsed { format, account, rows })
}

/// The row with the account that it belongs to.
fn at_home(mut row: Outcome, account: &str) -> Outcome {
    let own = match &mut row {
        Ok(position) => &mut position.account,
        Err(problem) => &mut problem.account,
    };
    own.get_or_insert_with(|| account.to_owned());
    row
}

/// The text of a file, without the mark that some systems put in front of UTF-8.
fn text(bytes: &[u8]) -> Result<&str, FileError> {
    if bytes.len() > SIZE_MAX {
        return Err(FileError::new("TOO_LARGE", format!("A file has at most {} MB.", SIZE_MAX / 1024 / 1024)));
    }
    let is_wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    if is_wide || bytes.contains(&0) {
        let sentence =
            "The file is no UTF-8 text: it may be UTF-16, a workbook or an archive. Save it as CSV in UTF-8.";
        return Err(FileError::new("NOT_UTF8", sentence));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line =
            bytes.get(..error.valid_up_to()).map_or(1, |good| good.iter().filter(|byte| **byte == b'\n').count() + 1);
        FileError::new("NOT_UTF8", format!("The file is no UTF-8 text: line {line} has other bytes."))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(FileError::new("EMPTY", "The file is empty."));
    }
    Ok(text)
}
