//! A Flex query of Interactive Brokers: `FlexQueryResponse/FlexStatements/FlexStatement` for each account, with
//! `OpenPositions/OpenPosition` and `CashReport/CashReportCurrency`, everything in attributes.
//!
//! Entities and document types are refused: no file of theirs has any, and a small one could grow beyond all bounds.

use std::{borrow::Cow, collections::HashSet};

use chrono::{DateTime, Utc};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{
    FileError, Found, Outcome, date, ibkr,
    lines::Lines,
    row::{Draft, Verdict},
};

/// The row of cash over all currencies.
const ALL_CURRENCIES: &str = "BASE_SUMMARY";
/// How deep such a file goes, with room.
const DEPTH_MAX: usize = 32;

/// What the statement says that a row is in.
#[derive(Default)]
struct Statement {
    account: String,
    generated: Option<DateTime<Utc>>,
}

/// Reads the statements of a file.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let (mut reader, mut lines) = (Reader::from_str(text), Lines::new(text));
    let (mut statement, mut found) = (Statement::default(), Found::default());
    let (mut depth, mut has_root, mut reported) = (0_usize, false, HashSet::new());
    loop {
        let place = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|_| malformed(lines.at(place)))?;
        let element = match event {
            Event::Start(element) => {
                depth += 1;
                element
            }
            Event::Empty(element) => element,
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::DocType(_) | Event::GeneralRef(_) => {
                return Err(FileError::new(
                    "XML_ENTITIES",
                    "The file has a document type or entities, which are not read.",
                ));
            }
            Event::Eof if depth > 0 || !has_root => return Err(malformed(lines.at(place))),
            Event::Eof => break,
            _ => continue,
        };
        let line = lines.at(place);
        if depth > DEPTH_MAX {
            return Err(malformed(line));
        }
        let name = element.name();
        has_root |= name.as_ref() == "FlexQueryResponse";
        let row = match name.as_ref() {
            "FlexStatementResponse" => {
                let sentence =
                    "This is an error that Interactive Brokers has answered, or a word that it is not done yet.";
                return Err(FileError::new("BROKER_ERROR", sentence));
            }
            "FlexStatement" => {
                let attributes = Attributes::read(&element, line)?;
                statement = Statement {
                    account: attributes.get("accountId").to_owned(),
                    generated: date::moment(attributes.get("whenGenerated")),
                };
                None
            }
            "OpenPosition" => position(line, &Attributes::read(&element, line)?, &statement),
            "CashReportCurrency" => {
                reported.insert(line);
                cash(line, &Attributes::read(&element, line)?, &statement)
            }
            _ => None,
        };
        if let Some(row) = row {
            found.add(row)?;
        }
    }
    Ok(ibkr::without_double_cash(found.rows(), &reported))
}

fn malformed(line: u32) -> FileError {
    FileError::new("MALFORMED", format!("The XML of a Flex query ends or breaks off at line {line}."))
}

/// An open position; `None` for a lot, which is a part of one.
fn position(line: u32, row: &Attributes<'_>, statement: &Statement) -> Option<Outcome> {
    if !matches!(row.get("levelOfDetail"), "" | "SUMMARY") {
        return None;
    }
    let draft = Draft {
        line,
        symbol: row.get("symbol"),
        name: row.get("description"),
        quantity: row.get("position"),
        avg_price: row.get("costBasisPrice"),
        current_price: row.get("markPrice"),
        price_as_of: statement.generated,
        asset_class: row.get("assetCategory"),
        account: row.account(statement),
        currency: row.get("currency"),
        unit: ibkr::unit(
            row.get("position"),
            row.get("markPrice"),
            row.get("positionValue"),
            row.get("costBasisPrice"),
            row.get("costBasisMoney"),
        ),
    };
    let is_short = row.get("side").eq_ignore_ascii_case("short");
    Some(draft.read().and_then(|position| {
        // Its quantity is below 0 in most files, though not in all.
        let sentence = "Short positions cannot be stored: a quantity is above 0.";
        let short = || draft.problem(Verdict::Skipped, Some("quantity"), "SHORT_POSITION", sentence);
        if is_short { Err(short()) } else { Ok(position) }
    }))
}

/// Money in one currency; `None` for the sum over all.
fn cash(line: u32, row: &Attributes<'_>, statement: &Statement) -> Option<Outcome> {
    let currency = row.get("currency");
    if currency == ALL_CURRENCIES {
        return None;
    }
    let draft = Draft {
        line,
        symbol: currency,
        quantity: row.get("endingCash"),
        avg_price: "1",
        current_price: "1",
        price_as_of: statement.generated,
        asset_class: "cash",
        account: row.account(statement),
        currency,
        ..Draft::default()
    };
    Some(draft.read())
}

/// The attributes of an element.
struct Attributes<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Attributes<'a> {
    fn read(element: &'a BytesStart<'_>, line: u32) -> Result<Self, FileError> {
        let read = |attribute: Result<quick_xml::events::attributes::Attribute<'a>, _>| {
            let attribute = attribute.map_err(|_| malformed(line))?;
            // No entity is known besides the five that XML itself has.
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| malformed(line))?;
            Ok((attribute.key.into_inner(), value))
        };
        element.attributes().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The value, empty when there is none.
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_ref())
    }

    fn account<'s>(&'s self, statement: &'s Statement) -> &'s str {
        match self.get("accountId") {
            "" => &statement.account,
            own => own,
        }
    }
}
