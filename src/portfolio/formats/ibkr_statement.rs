//! An activity statement of Interactive Brokers: sections, named in the first cell, whose rows are Header, Data or Total
//! by the second, each section with columns of its own.
//!
//! Read are `Open Positions` (summaries, no lots), `Cash Report` (ending cash), and for names, account and time
//! `Financial Instrument Information`, `Account Information` and `Statement`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{
    FileError, Found, Outcome, date,
    delimited::{Header, Row, Rows},
    ibkr,
    row::{Draft, Verdict},
};

const POSITIONS: &str = "Open Positions";
const CASH: &str = "Cash Report";
const INSTRUMENTS: &str = "Financial Instrument Information";

/// What the statement says besides its rows.
#[derive(Default)]
struct About {
    account: Option<String>,
    generated: Option<DateTime<Utc>>,
    /// Names of assets by their symbol.
    names: HashMap<String, String>,
}

/// Reads a statement.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let mut rows = Rows::new(text)?;
    let (mut about, mut found) = (About::default(), Found::default());
    let mut headers: HashMap<String, Header> = HashMap::new();
    let mut reported = HashSet::new();
    while let Some(row) = rows.advance()? {
        let section = row.cell(0);
        match row.cell(1) {
            "Header" => {
                headers.insert(section.to_owned(), Header::new(&row));
            }
            "Data" => {
                let Some(header) = headers.get(section) else {
                    return Err(FileError::new("MALFORMED", format!("Line {} stands before its header.", row.line)));
                };
                let outcome = match section {
                    POSITIONS => position(&row, header)?,
                    CASH => cash(&row, header)?,
                    _ => {
                        about.learn(&row, header)?;
                        None
                    }
                };
                if let Some(outcome) = outcome {
                    found.add(outcome)?;
                    if section == CASH {
                        reported.insert(row.line);
                    }
                }
            }
            _ => {}
        }
    }
    let rows = found.rows().into_iter().map(|row| about.complete(row)).collect();
    Ok(ibkr::without_double_cash(rows, &reported))
}

/// An open position; `None` for a lot, which is a part of one.
fn position(row: &Row, header: &Header) -> Result<Option<Outcome>, FileError> {
    let column = |name| header.need(name).map(|column| row.cell(column));
    if column("DataDiscriminator")? != "Summary" {
        return Ok(None);
    }
    let value = header.find("Value")?.map_or("", |column| row.cell(column));
    let basis = header.find("Cost Basis")?.map_or("", |column| row.cell(column));
    let (quantity, cost, price) = (column("Quantity")?, column("Cost Price")?, column("Close Price")?);
    let draft = Draft {
        line: row.line,
        symbol: column("Symbol")?,
        quantity,
        avg_price: cost,
        current_price: price,
        asset_class: column("Asset Category")?,
        account: header.find("Account")?.map_or("", |column| row.cell(column)),
        currency: column("Currency")?,
        unit: ibkr::unit(quantity, price, value, cost, basis),
        ..Draft::default()
    };
    Ok(Some(fitting(row, header, &draft)))
}

/// Money in one currency; `None` for other lines of the report, and for the sum over all currencies.
fn cash(row: &Row, header: &Header) -> Result<Option<Outcome>, FileError> {
    let column = |name| header.need(name).map(|column| row.cell(column));
    let currency = column("Currency")?;
    if column("Currency Summary")? != "Ending Cash" || currency == "Base Currency Summary" {
        return Ok(None);
    }
    let draft = Draft {
        line: row.line,
        symbol: currency,
        quantity: column("Total")?,
        avg_price: "1",
        current_price: "1",
        asset_class: "cash",
        account: header.find("Account")?.map_or("", |column| row.cell(column)),
        currency,
        ..Draft::default()
    };
    Ok(Some(fitting(row, header, &draft)))
}

fn fitting(row: &Row, header: &Header, draft: &Draft<'_>) -> Outcome {
    match row.misfit(header) {
        Some((code, sentence)) => Err(draft.problem(Verdict::Failed, None, code, sentence)),
        None => draft.read(),
    }
}

impl About {
    fn learn(&mut self, row: &Row, header: &Header) -> Result<(), FileError> {
        match (row.cell(0), row.cell(2)) {
            ("Statement", "WhenGenerated") => self.generated = date::moment(row.cell(3)),
            ("Account Information", "Account") => self.account = Some(row.cell(3).to_owned()),
            (INSTRUMENTS, _) => {
                let symbol = header.find("Symbol")?.map_or("", |column| row.cell(column));
                let name = header.find("Description")?.map_or("", |column| row.cell(column));
                // A symbol that has changed stands beside the new one.
                for symbol in symbol.split(',') {
                    self.names.insert(symbol.trim().to_owned(), name.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds what a row says nothing about.
    fn complete(&self, row: Outcome) -> Outcome {
        match row {
            Ok(mut position) => {
                position.account = position.account.or_else(|| self.account.clone());
                position.name = self.names.get(&position.symbol).filter(|name| !name.is_empty()).cloned();
                position.price_as_of = position.current_price.and(self.generated);
                Ok(position)
            }
            Err(mut problem) => {
                problem.account = problem.account.or_else(|| self.account.clone());
                Err(problem)
            }
        }
    }
}
