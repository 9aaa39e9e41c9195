//! A statement of Tiger Brokers: sections, named in the first cell, of which `Holdings` is read. Its header has its
//! names from the fifth cell on; rows are DATA or TOTAL by the fourth, and the symbol stands in brackets behind the name.

use super::{
    FileError, Found, Outcome,
    delimited::{Header, Row, Rows},
    ibkr,
    row::{Draft, Verdict},
};

const HOLDINGS: &str = "Holdings";

/// Whether a row is the header of the section that is read.
pub fn is_header(row: &Row) -> bool {
    row.cell(0) == HOLDINGS && row.cell(4) == "Symbol"
}

/// Reads a statement.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let mut rows = Rows::new(text)?;
    let (mut header, mut found) = (None, Found::default());
    while let Some(row) = rows.advance()? {
        if is_header(&row) {
            header = Some(Header::new(&row));
        } else if row.cell(0) == HOLDINGS && row.cell(3) == "DATA" {
            let early = || FileError::new("MALFORMED", format!("Line {} stands before its header.", row.line));
            found.add(holding(&row, header.as_ref().ok_or_else(early)?)?)?;
        }
    }
    if header.is_none() {
        return Err(FileError::new("MISSING_SECTION", "The statement has no section Holdings."));
    }
    Ok(found.rows())
}

fn holding(row: &Row, header: &Header) -> Result<Outcome, FileError> {
    let column = |name| header.need(name).map(|column| row.cell(column));
    let (name, symbol) = parted(column("Symbol")?);
    let (quantity, cost, price) = (column("Quantity")?, column("Cost Price")?, column("Close Price")?);
    let value = header.find("Value")?.map_or("", |column| row.cell(column));
    let draft = Draft {
        line: row.line,
        symbol,
        name,
        quantity,
        avg_price: cost,
        current_price: price,
        asset_class: row.cell(1),
        currency: column("Currency")?,
        unit: ibkr::unit(quantity, price, value, cost, ""),
        ..Draft::default()
    };
    Ok(match row.misfit(header) {
        Some((code, sentence)) => Err(draft.problem(Verdict::Failed, None, code, sentence)),
        None => draft.read(),
    })
}

/// The name and the symbol of `Apple (AAPL)`; a symbol alone has no name, and a name alone, which has several words, no
/// symbol.
fn parted(text: &str) -> (&str, &str) {
    match text.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, symbol)) => (name.trim(), symbol.trim()),
        None if text.contains(char::is_whitespace) => (text, ""),
        None => ("", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_stands_in_brackets() {
        for (text, found) in [
            ("Apple (AAPL)", ("Apple", "AAPL")),
            ("Berkshire (Class B) (BRK.B)", ("Berkshire (Class B)", "BRK.B")),
            ("(AAPL)", ("", "AAPL")),
            ("AAPL", ("", "AAPL")),
            ("Apple (", ("Apple (", "")),
            ("Apple Inc", ("Apple Inc", "")),
            ("", ("", "")),
        ] {
            assert_eq!(parted(text), found, "{text}");
        }
    }
}
