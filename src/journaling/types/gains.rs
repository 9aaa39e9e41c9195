//! What was realised, by tax year.

use std::collections::BTreeMap;

use async_graphql::{Enum, SimpleObject};
use rust_decimal::Decimal as Exact;

use crate::{
    graphql::{
        error::Result,
        scalars::{Currency, Date, Decimal},
    },
    journaling::{
        store::statistics::{Day, too_large},
        tax_year::{TaxYear, TaxYears},
    },
};

/// Whose tax years gains are listed by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxCalendar {
    /// 1 January to 31 December.
    Calendar,
    /// 1 April to 31 March.
    NewZealand,
    /// 1 July to 30 June.
    Australia,
    /// 6 April to 5 April.
    UnitedKingdom,
}

/// What was realised in a tax year, in one currency: gains and losses, never tax owed.
#[derive(SimpleObject)]
pub struct RealisedGains {
    /// Such as `2026`, or `2025/26` for a year that ends in the next.
    pub label: String,
    /// The year's first day.
    pub first_day: Date,
    /// The year's last day.
    pub last_day: Date,
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many trades were closed in it.
    pub sample_size: i64,
    /// Σ P&L of the trades that won.
    pub gains: Decimal,
    /// Σ P&L of the trades that lost, not above 0.
    pub losses: Decimal,
    /// Gains + losses.
    pub net: Decimal,
}

impl RealisedGains {
    /// The years of the days, oldest first and by currency.
    pub fn of(days: Vec<Day>, years: TaxYears) -> Result<Vec<Self>> {
        let mut gains: BTreeMap<_, Self> = BTreeMap::new();
        for day in days {
            let year = years.containing(day.day).ok_or_else(too_large)?;
            let entry = gains.entry((year.clone(), day.currency.clone()));
            entry.or_insert_with(|| Self::nothing(&year, &day.currency)).add(&day).ok_or_else(too_large)?;
        }
        Ok(gains.into_values().collect())
    }

    fn nothing(year: &TaxYear, currency: &str) -> Self {
        let zero = Exact::new(0, 2);
        Self {
            label: year.label(),
            first_day: Date(year.first_day),
            last_day: Date(year.last_day),
            currency: Currency(currency.to_owned()),
            sample_size: 0,
            gains: Decimal(zero),
            losses: Decimal(zero),
            net: Decimal(zero),
        }
    }

    fn add(&mut self, day: &Day) -> Option<()> {
        self.sample_size += day.trades;
        self.gains.0 = self.gains.0.checked_add(day.won)?;
        self.losses.0 = self.losses.0.checked_add(day.lost)?;
        self.net.0 = self.gains.0.checked_add(self.losses.0)?;
        Some(())
    }
}

impl From<TaxCalendar> for TaxYears {
    fn from(calendar: TaxCalendar) -> Self {
        match calendar {
            TaxCalendar::Calendar => Self::Calendar,
            TaxCalendar::NewZealand => Self::NewZealand,
            TaxCalendar::Australia => Self::Australia,
            TaxCalendar::UnitedKingdom => Self::UnitedKingdom,
        }
    }
}
