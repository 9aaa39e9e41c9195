//! What several portfolios in one currency come to.

use rust_decimal::Decimal;

use super::concentration::{Unknown, round};

/// A portfolio's stored figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Holdings and cash.
    pub value: Decimal,
    pub cash: Decimal,
    pub day_gain: Decimal,
}

/// The sums of portfolios in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Σ value.
    pub total: Decimal,
    /// Σ (value − cash).
    pub holdings: Decimal,
    /// Σ cash.
    pub cash: Decimal,
    /// Σ gain of the day.
    pub day_gain: Decimal,
}

pub fn worth(portfolios: &[Line]) -> Result<Worth, Unknown> {
    let sum = |figure: fn(&Line) -> Decimal| {
        let sum = portfolios.iter().map(figure).try_fold(Decimal::ZERO, Decimal::checked_add);
        sum.map(|sum| round(sum, 2)).ok_or(Unknown::TooLarge)
    };
    let (total, cash, day_gain) = (sum(|one| one.value)?, sum(|one| one.cash)?, sum(|one| one.day_gain)?);
    let holdings = total.checked_sub(cash).map(|held| round(held, 2)).ok_or(Unknown::TooLarge)?;
    Ok(Worth { total, holdings, cash, day_gain })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line([value, cash, day_gain]: [&str; 3]) -> Line {
        let number = |text: &str| text.parse().unwrap();
        Line { value: number(value), cash: number(cash), day_gain: number(day_gain) }
    }

    #[test]
    fn portfolios_of_a_currency_add_up() {
        for (lines, [total, holdings, cash, day_gain]) in [
            (&[][..], ["0.00", "0.00", "0.00", "0.00"]),
            (&[["0", "0", "0"]], ["0.00", "0.00", "0.00", "0.00"]),
            (&[["100.10", "0.10", "-1.00"]], ["100.10", "100.00", "0.10", "-1.00"]),
            (&[["100.10", "-50", "1"], ["7", "7", "0.01"]], ["107.10", "150.10", "-43", "1.01"]),
            (
                &[["999999999999999999.99", "0", "0"], ["999999999999999999.99", "0", "0"]],
                ["1999999999999999999.98", "1999999999999999999.98", "0", "0"],
            ),
        ] {
            let lines: Vec<Line> = lines.iter().copied().map(line).collect();
            let number = |text: &str| text.parse().unwrap();
            let expected = Worth {
                total: number(total),
                holdings: number(holdings),
                cash: number(cash),
                day_gain: number(day_gain),
            };
            assert_eq!(worth(&lines), Ok(expected), "{lines:?}");
        }
        let large = Line { value: Decimal::MAX, cash: Decimal::ZERO, day_gain: Decimal::ZERO };
        assert_eq!(worth(&[large, large]), Err(Unknown::TooLarge));
    }
}
