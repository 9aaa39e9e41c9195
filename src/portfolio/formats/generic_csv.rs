//! A header and rows below it, with any column names.
//!
//! `Symbol,Name,Quantity,Avg Price,Current Price,Asset Class,Account,Currency`, of which Symbol and Quantity have to be
//! there; other names are given by a mapping.

use super::{
    FileError, Found, Outcome, date,
    delimited::{Header, Row, Rows},
    row::{Draft, Verdict, shown},
};

/// What a column may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Symbol,
    Name,
    Quantity,
    AvgPrice,
    CurrentPrice,
    PriceAsOf,
    AssetClass,
    Account,
    Currency,
}

impl Field {
    pub const ALL: [Self; 9] = [
        Self::Symbol,
        Self::Name,
        Self::Quantity,
        Self::AvgPrice,
        Self::CurrentPrice,
        Self::PriceAsOf,
        Self::AssetClass,
        Self::Account,
        Self::Currency,
    ];

    /// The name of its column where nothing else is said.
    fn usual_name(self) -> &'static str {
        match self {
            Self::Symbol => "Symbol",
            Self::Name => "Name",
            Self::Quantity => "Quantity",
            Self::AvgPrice => "Avg Price",
            Self::CurrentPrice => "Current Price",
            Self::PriceAsOf => "Price As Of",
            Self::AssetClass => "Asset Class",
            Self::Account => "Account",
            Self::Currency => "Currency",
        }
    }
}

/// Which column holds which field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Columns that have to be there.
    pub columns: Vec<(Field, String)>,
    /// Names of columns other than the usual ones, which need not be there.
    preset: &'static [(Field, &'static str)],
    /// What a row without such a cell holds.
    defaults: &'static [(Field, &'static str)],
}

impl Mapping {
    /// A mapping of columns by their names.
    pub fn new(columns: Vec<(Field, String)>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Symbol, Company, Shares, Average Price, Current Price, Currency.
    pub fn sharesies() -> Self {
        Self {
            columns: Vec::new(),
            preset: &[(Field::Name, "Company"), (Field::Quantity, "Shares"), (Field::AvgPrice, "Average Price")],
            defaults: &[(Field::Currency, "NZD"), (Field::AssetClass, "equity")],
        }
    }

    /// This preset with the columns that a user has named.
    pub fn under(self, named: &Self) -> Self {
        Self { columns: named.columns.clone(), ..self }
    }

    fn column(&self, header: &Header, field: Field) -> Result<Option<usize>, FileError> {
        if let Some((_, name)) = self.columns.iter().find(|(known, _)| *known == field) {
            return header.need(name).map(Some);
        }
        let preset = self.preset.iter().find(|(known, _)| *known == field).map(|(_, name)| *name);
        let name = preset.unwrap_or(field.usual_name());
        match field {
            Field::Symbol | Field::Quantity => header.need(name).map(Some),
            _ => header.find(name),
        }
    }

    fn fallback(&self, field: Field) -> &'static str {
        self.defaults.iter().find(|(known, _)| *known == field).map_or("", |(_, value)| *value)
    }
}

/// The columns of a file by their field.
struct Columns<'a> {
    mapping: &'a Mapping,
    places: Vec<(Field, usize)>,
    header: Header,
}

impl<'a> Columns<'a> {
    fn new(header: Header, mapping: &'a Mapping) -> Result<Self, FileError> {
        let mut places: Vec<(Field, usize)> = Vec::new();
        for field in Field::ALL {
            let Some(place) = mapping.column(&header, field)? else { continue };
            if places.iter().any(|(_, taken)| *taken == place) {
                return Err(FileError::new("DOUBLE_COLUMN", "One column cannot hold two fields."));
            }
            places.push((field, place));
        }
        Ok(Self { mapping, places, header })
    }

    fn cell<'r>(&self, row: &'r Row, field: Field) -> &'r str {
        let place = self.places.iter().find(|(known, _)| *known == field).map(|(_, place)| *place);
        let cell = row.cell(place);
        if cell.is_empty() { self.mapping.fallback(field) } else { cell }
    }

    fn outcome(&self, row: &Row) -> Outcome {
        let cell = |field| self.cell(row, field);
        let mut draft = Draft {
            line: row.line,
            symbol: cell(Field::Symbol),
            name: cell(Field::Name),
            quantity: cell(Field::Quantity),
            avg_price: cell(Field::AvgPrice),
            current_price: cell(Field::CurrentPrice),
            asset_class: cell(Field::AssetClass),
            account: cell(Field::Account),
            currency: cell(Field::Currency),
            ..Draft::default()
        };
        if let Some((code, sentence)) = row.misfit(&self.header) {
            return Err(draft.problem(Verdict::Failed, None, code, sentence));
        }
        let as_of = cell(Field::PriceAsOf);
        if !as_of.is_empty() {
            let unread = || draft.failed("priceAsOf", "NOT_A_TIME", format!("{} is no ISO time.", shown(as_of)));
            draft.price_as_of = Some(date::moment(as_of).ok_or_else(unread)?);
        }
        draft.read()
    }
}

/// Reads the rows of a file.
pub fn read(text: &str, mapping: &Mapping) -> Result<Vec<Outcome>, FileError> {
    let mut rows = Rows::new(text)?;
    let Some(first) = rows.advance()? else { return Ok(Vec::new()) };
    let columns = Columns::new(Header::new(&first), mapping)?;
    let mut found = Found::default();
    while let Some(row) = rows.advance()? {
        found.add(columns.outcome(&row))?;
    }
    Ok(found.rows())
}
