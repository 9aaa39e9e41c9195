//! What a document asks of the rows of a list, the same for every row that the list hangs off.

use chrono_tz::Tz;

use crate::graphql::{
    operators::{DATE, Test},
    table::{CURRENCY, Column, CurrencyOf, Measure, Table, camel_case},
};

/// What is told of many values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Sum,
    Avg,
    Min,
    Max,
}

impl Function {
    pub const ALL: [Self; 4] = [Self::Sum, Self::Avg, Self::Min, Self::Max];

    /// The field of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
        }
    }

    /// What types are called that hold what it tells.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Avg => "Average",
            Self::Min => "Minimum",
            Self::Max => "Maximum",
        }
    }

    /// Whether it means anything for what a column measures.
    pub fn takes(self, measure: Measure) -> bool {
        match self {
            Self::Sum => matches!(measure, Measure::Amount | Measure::Quantity),
            Self::Avg => measure != Measure::Moment,
            Self::Min | Self::Max => true,
        }
    }

    /// The columns of a table that it is told of.
    pub fn columns(self, table: &'static Table) -> impl Iterator<Item = (&'static Column, Measure)> {
        table.measured().filter(move |(_, measure)| self.takes(*measure))
    }
}

/// What a group is compared by.
#[derive(Clone, Copy)]
pub enum Compared {
    /// How many rows it has.
    Count,
    /// A figure about the column with this place among those that are looked at.
    Figure(Function, usize),
}

/// A column that is looked at, and for what.
pub struct Wanted {
    pub column: &'static Column,
    pub measure: Measure,
    pub functions: Vec<Function>,
}

/// A condition on a group: each test has to pass.
pub struct GroupCondition {
    pub of: Compared,
    pub tests: Vec<Test>,
}

/// One term of the order of groups.
pub struct GroupTerm {
    pub by: GroupTermBy,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Clone, Copy)]
pub enum GroupTermBy {
    Compared(Compared),
    /// The key with this place among those that rows are grouped by.
    Key(usize),
}

/// What is asked.
#[derive(Default)]
pub struct Request {
    /// What rows are grouped by; nothing for all rows together.
    pub by: Vec<Grouping>,
    pub columns: Vec<Wanted>,
    pub having: Vec<GroupCondition>,
    pub order: Vec<GroupTerm>,
    pub skip: u32,
    pub limit: u32,
    /// Where days and months begin.
    pub zone: Tz,
}

impl Request {
    /// Looks at a column for this, too; answers its place.
    pub fn want(&mut self, function: Function, column: &'static Column, measure: Measure) -> usize {
        let known = self.columns.iter().position(|wanted| wanted.column.sql == column.sql);
        let place = known.unwrap_or_else(|| {
            self.columns.push(Wanted { column, measure, functions: Vec::new() });
            self.columns.len() - 1
        });
        if let Some(wanted) = self.columns.get_mut(place).filter(|wanted| !wanted.functions.contains(&function)) {
            wanted.functions.push(function);
        }
        place
    }

    /// The place of a column among those that are looked at.
    pub fn place_of(&self, column: &Column) -> Option<usize> {
        self.columns.iter().position(|wanted| wanted.column.sql == column.sql)
    }

    /// Whether rows have to be told apart by the currency of their money.
    pub fn needs_currency(&self) -> bool {
        self.columns.iter().any(|wanted| wanted.measure.is_money()) || self.is_by_currency()
    }

    /// Whether each group has one currency.
    pub fn is_by_currency(&self) -> bool {
        self.by.iter().any(Grouping::is_currency)
    }
}

/// What rows can be grouped by.
#[derive(Clone, Copy)]
pub struct Grouping {
    /// The column; `None` for the currency of the one row that a row belongs to.
    pub column: Option<&'static Column>,
    pub part: KeyPart,
}

/// Which part of a column's value rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPart {
    Whole,
    Day,
    Month,
}

impl Grouping {
    /// All that a table's rows can be grouped by.
    pub fn all(table: &'static Table) -> Vec<Self> {
        let whole = |column| Self { column: Some(column), part: KeyPart::Whole };
        let keys = table.columns.iter().filter(|column| column.is_key).map(whole);
        let moments = table.measured().filter(|(_, measure)| *measure == Measure::Moment).map(|(column, _)| column);
        let parts =
            moments.flat_map(|column| [KeyPart::Day, KeyPart::Month].map(|part| Self { column: Some(column), part }));
        let owner = table.currency().filter(|currency| matches!(currency, CurrencyOf::Owner(_)));
        keys.chain(owner.map(|_| Self { column: None, part: KeyPart::Whole })).chain(parts).collect()
    }

    /// Its value in the enumeration of the API.
    pub fn enum_name(&self) -> String {
        self.sql_name().to_uppercase()
    }

    /// The field of the API that holds it.
    pub fn field_name(&self) -> String {
        camel_case(&self.sql_name())
    }

    pub fn is_currency(&self) -> bool {
        self.sql_name() == CURRENCY
    }

    /// Whether its column holds days, which begin alike everywhere.
    pub fn is_of_days(&self) -> bool {
        self.column.is_some_and(|column| column.kind.value_type() == DATE.value_type())
    }

    fn sql_name(&self) -> String {
        let column = self.column.map_or(CURRENCY, |column| column.sql);
        match self.part {
            KeyPart::Whole => column.to_owned(),
            KeyPart::Day => format!("{column}_day"),
            KeyPart::Month => format!("{column}_month"),
        }
    }
}
