//! The years by which gains are listed: calendar years, or a country's tax years.

use chrono::{Datelike, NaiveDate};

/// On which day a year begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxYears {
    /// 1 January to 31 December.
    Calendar,
    /// New Zealand: 1 April to 31 March.
    NewZealand,
    /// Australia: 1 July to 30 June.
    Australia,
    /// The United Kingdom: 6 April to 5 April.
    UnitedKingdom,
}

/// A year from its first day to its last one, both part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxYear {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
}

impl TaxYears {
    /// Those of a country, by its ISO 3166 code or its English name; calendar years for any other.
    pub fn of_residency(residency: &str) -> Self {
        match residency.trim().to_lowercase().as_str() {
            "nz" | "nzl" | "new zealand" | "aotearoa" | "aotearoa new zealand" => Self::NewZealand,
            "au" | "aus" | "australia" => Self::Australia,
            "gb" | "gbr" | "uk" | "united kingdom" | "great britain" => Self::UnitedKingdom,
            _ => Self::Calendar,
        }
    }

    /// The year that a day lies in; `None` at the end of what a calendar can tell.
    pub fn containing(self, day: NaiveDate) -> Option<TaxYear> {
        let (month, first) = match self {
            Self::Calendar => (1, 1),
            Self::NewZealand => (4, 1),
            Self::Australia => (7, 1),
            Self::UnitedKingdom => (4, 6),
        };
        let begins = |year: i32| NaiveDate::from_ymd_opt(year, month, first);
        let this_years = begins(day.year())?;
        let year = if day < this_years { day.year() - 1 } else { day.year() };
        Some(TaxYear { first_day: begins(year)?, last_day: begins(year + 1)?.pred_opt()? })
    }
}

impl TaxYear {
    /// `2025` for a calendar year, `2024/25` for one that ends in the next.
    pub fn label(&self) -> String {
        let (first, last) = (self.first_day.year(), self.last_day.year());
        if first == last { first.to_string() } else { format!("{first}/{:02}", last.rem_euclid(100)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_lies_in_one_year() {
        use TaxYears::{Australia, Calendar, NewZealand, UnitedKingdom};
        for (years, on, first, last, label) in [
            (Calendar, "2025-01-01", "2025-01-01", "2025-12-31", "2025"),
            (Calendar, "2024-12-31", "2024-01-01", "2024-12-31", "2024"),
            (NewZealand, "2025-03-31", "2024-04-01", "2025-03-31", "2024/25"),
            (NewZealand, "2025-04-01", "2025-04-01", "2026-03-31", "2025/26"),
            (Australia, "2025-06-30", "2024-07-01", "2025-06-30", "2024/25"),
            (Australia, "2025-07-01", "2025-07-01", "2026-06-30", "2025/26"),
            (UnitedKingdom, "2025-04-05", "2024-04-06", "2025-04-05", "2024/25"),
            (UnitedKingdom, "2025-04-06", "2025-04-06", "2026-04-05", "2025/26"),
            (UnitedKingdom, "2000-01-01", "1999-04-06", "2000-04-05", "1999/00"),
            (NewZealand, "2024-02-29", "2023-04-01", "2024-03-31", "2023/24"),
        ] {
            let found = years.containing(day(on)).unwrap();
            assert_eq!(found, TaxYear { first_day: day(first), last_day: day(last) }, "{years:?} {on}");
            assert_eq!(found.label(), label, "{years:?} {on}");
        }
        assert_eq!(Calendar.containing(NaiveDate::MAX), None);
    }

    #[test]
    fn a_country_is_known_by_code_and_by_name() {
        for (residency, years) in [
            ("NZ", TaxYears::NewZealand),
            (" new zealand ", TaxYears::NewZealand),
            ("AU", TaxYears::Australia),
            ("Australia", TaxYears::Australia),
            ("GB", TaxYears::UnitedKingdom),
            ("United Kingdom", TaxYears::UnitedKingdom),
            ("UK", TaxYears::UnitedKingdom),
            ("US", TaxYears::Calendar),
            ("Austria", TaxYears::Calendar),
            ("", TaxYears::Calendar),
        ] {
            assert_eq!(TaxYears::of_residency(residency), years, "{residency}");
        }
    }
}
