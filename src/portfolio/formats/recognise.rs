//! Which format a file has, from what is in it.

use super::{
    FileError, Format, Mapping,
    delimited::{Header, Row, Rows},
    json::{self, Entries},
    tiger,
};

/// The format of a file; one for which columns are named is a CSV file of no particular kind.
pub fn format(text: &str, mapping: &Mapping) -> Result<Format, FileError> {
    let start = text.trim_start();
    match start.chars().next() {
        Some('<') if ["<FlexQueryResponse", "<FlexStatementResponse"].iter().any(|root| start.contains(root)) => {
            Ok(Format::IbkrFlex)
        }
        Some('<') => Err(unknown()),
        Some('[') => Ok(Format::KucoinAccounts),
        Some('{') => object(text),
        _ if !mapping.columns.is_empty() => Ok(Format::GenericCsv),
        _ => delimited(text),
    }
}

fn unknown() -> FileError {
    let sentence = "The file is of no known kind. Name its source, or for a CSV file the columns.";
    FileError::new("UNKNOWN_FORMAT", sentence)
}

fn object(text: &str) -> Result<Format, FileError> {
    let entries: Entries<'_> = json::read(text)?;
    let is_answer = entries.0.iter().any(|(key, _)| key == "code") && entries.0.iter().any(|(key, _)| key == "data");
    Ok(if is_answer { Format::KucoinAccounts } else { Format::KrakenBalances })
}

fn delimited(text: &str) -> Result<Format, FileError> {
    let mut rows = Rows::new(text)?;
    let Some(first) = rows.advance()? else { return Err(unknown()) };
    if let Some(format) = statement(&first).or_else(|| table(&Header::new(&first))) {
        return Ok(format);
    }
    // A statement has its sections in any order, below titles of its own.
    while let Some(row) = rows.advance()? {
        if let Some(format) = statement(&row) {
            return Ok(format);
        }
    }
    Err(unknown())
}

/// The format of a file with such a row in a section.
fn statement(row: &Row) -> Option<Format> {
    if tiger::is_header(row) {
        return Some(Format::Tiger);
    }
    (matches!(row.cell(0), "Statement" | "Open Positions") && row.cell(1) == "Header").then_some(Format::IbkrStatement)
}

/// The format of a file with such columns.
fn table(header: &Header) -> Option<Format> {
    [
        (Format::KrakenLedgers, &["txid", "refid", "time", "asset", "amount", "balance"][..]),
        (Format::KucoinTrades, &["tradeCreatedAt", "symbol", "side", "size", "feeCurrency"]),
        (Format::Sharesies, &["Symbol", "Company", "Shares"]),
        (Format::GenericCsv, &["Symbol", "Quantity"]),
    ]
    .into_iter()
    .find_map(|(format, names)| header.has(names).then_some(format))
}
