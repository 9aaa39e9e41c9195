use proptest::prelude::*;

use super::*;

fn day(number: i64) -> NaiveDate {
    at(number).date_naive()
}

fn at(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(number * 86_400, 0).unwrap()
}

/// A trade a day.
fn curve(pnls: &[i64]) -> Curve {
    let mut curve = Curve::new(Step::Day);
    for (number, pnl) in (0..).zip(pnls) {
        curve.add(at(number), day(number), Decimal::from(*pnl)).unwrap();
    }
    curve
}

#[test]
fn streaks_end_with_the_other_kind_and_with_nothing() {
    for (pnls, longest_wins, longest_losses, current) in [
        (&[][..], 0, 0, 0),
        (&[1], 1, 0, 1),
        (&[-1, -1], 0, 2, -2),
        (&[1, 1, -1, 1, 1, 1, -1, -1], 3, 2, -2),
        (&[1, 1, 0, 1], 2, 0, 1),
        (&[-1, 0], 0, 1, 0),
    ] {
        assert_eq!(curve(pnls).streaks, Streaks { longest_wins, longest_losses, current }, "{pnls:?}");
    }
}

#[test]
fn a_drawdown_is_from_a_peak_to_a_trough() {
    for (pnls, equities, drawdowns, deepest) in [
        (&[][..], &[][..], &[][..], None),
        (&[10, 5], &[10, 15], &[0, 0], None),
        // The first loss falls from the 0 before it.
        (&[-10, 4], &[-10, -6], &[10, 6], Some((10, None, 0))),
        (&[100, -30, 20, -40, 200, -45], &[100, 70, 90, 50, 250, 205], &[0, 30, 10, 50, 0, 45], Some((50, Some(0), 3))),
        // Of two equal ones the earlier.
        (&[10, -5, 5, -5], &[10, 5, 10, 5], &[0, 5, 0, 5], Some((5, Some(0), 1))),
    ] {
        let curve = curve(pnls);
        let found: Vec<_> = curve.points.iter().map(|point| (point.equity, point.drawdown)).collect();
        let expected: Vec<_> = equities
            .iter()
            .zip(drawdowns)
            .map(|(equity, fall)| (Decimal::from(*equity), Decimal::from(*fall)))
            .collect();
        assert_eq!(found, expected, "{pnls:?}");
        let deepest = deepest.map(|(amount, peak, trough)| Drawdown {
            amount: Decimal::from(amount),
            peak_at: peak.map(at),
            trough_at: at(trough),
        });
        assert_eq!(curve.deepest, deepest, "{pnls:?}");
    }
}

#[test]
fn a_step_begins_on_its_first_day() {
    for (step, on, first) in [
        (Step::Day, "2025-08-17", "2025-08-17"),
        // A Sunday and a Monday; the first week of a year may begin in the last.
        (Step::Week, "2025-08-17", "2025-08-11"),
        (Step::Week, "2025-08-18", "2025-08-18"),
        (Step::Week, "2025-01-01", "2024-12-30"),
        (Step::Month, "2024-02-29", "2024-02-01"),
        (Step::Quarter, "2025-12-31", "2025-10-01"),
        (Step::Quarter, "2025-03-31", "2025-01-01"),
        (Step::Year, "2025-12-31", "2025-01-01"),
    ] {
        assert_eq!(step.beginning(on.parse().unwrap()), first.parse::<NaiveDate>().unwrap(), "{step:?} {on}");
    }
}

#[test]
fn trades_of_one_step_are_one_point() {
    let mut curve = Curve::new(Step::Week);
    // Three in the first week, the last of them a loss, and one in the next.
    for (number, pnl) in [(4, 10), (5, 5), (10, -7), (11, 1)] {
        curve.add(at(number), day(number), Decimal::from(pnl)).unwrap();
    }
    let point = |first, last, trades, pnl: i64, equity: i64, drawdown: i64| Point {
        first_day: day(first),
        last_day: day(last),
        trades,
        pnl: Decimal::from(pnl),
        equity: Decimal::from(equity),
        drawdown: Decimal::from(drawdown),
    };
    assert_eq!(curve.points, [point(4, 10, 3, 8, 8, 7), point(11, 11, 1, 1, 9, 6)]);
    assert_eq!((curve.count, curve.equity), (4, Decimal::from(9)));
}

#[test]
fn a_curve_gets_coarser_and_no_longer() {
    let limit = i64::try_from(POINTS_MAX).unwrap();
    for (days, step) in [(limit, Step::Day), (limit + 1, Step::Week), (limit * 7 + 7, Step::Month)] {
        let mut curve = Curve::new(Step::Day);
        for number in 0..days {
            let pnl = if number % 3 == 0 { -2 } else { 1 };
            curve.add(at(number), day(number), Decimal::from(pnl)).unwrap();
        }
        assert_eq!(curve.step, step, "{days} days");
        assert!(curve.points.len() <= POINTS_MAX, "{days} days");
        assert_eq!(curve.points.iter().map(|point| point.trades).sum::<i64>(), days);
        assert_eq!(curve.points.iter().map(|point| point.pnl).sum::<Decimal>(), curve.equity);
        assert_eq!(curve.points.last().unwrap().equity, curve.equity);
        assert_eq!(curve.streaks, Streaks { longest_wins: 2, longest_losses: 1, current: curve.streaks.current });
        // The trough is found trade by trade, however far apart the points are.
        assert_eq!(curve.deepest.unwrap().amount, Decimal::from(2));
    }
}

#[test]
fn a_sum_that_is_too_large_is_none() {
    let mut curve = Curve::new(Step::Day);
    assert_eq!(curve.add(at(0), day(0), Decimal::MAX), Some(()));
    assert_eq!(curve.add(at(1), day(1), Decimal::MAX), None);
}

proptest! {
    #[test]
    fn a_curve_agrees_with_looking_at_every_pair(pnls in prop::collection::vec(-1000_i64..1000, 0..40)) {
        let curve = curve(&pnls);
        let mut equities = vec![0];
        for pnl in &pnls {
            equities.push(equities[equities.len() - 1] + pnl);
        }
        let falls = (0..equities.len()).flat_map(|peak| (peak..equities.len()).map(move |trough| (peak, trough)));
        let deepest = falls.map(|(peak, trough)| equities[peak] - equities[trough]).max().unwrap();
        prop_assert_eq!(curve.deepest.map_or(Decimal::ZERO, |drawdown| drawdown.amount), Decimal::from(deepest));
        if let Some(drawdown) = curve.deepest {
            let equity_at = |time: DateTime<Utc>| equities[usize::try_from(time.timestamp() / 86_400).unwrap() + 1];
            let peak = drawdown.peak_at.map_or(0, equity_at);
            prop_assert_eq!(Decimal::from(peak - equity_at(drawdown.trough_at)), drawdown.amount);
        }
        prop_assert_eq!(curve.equity, Decimal::from(pnls.iter().sum::<i64>()));
        let longest = |keep: fn(&i64) -> bool| {
            pnls.split(|pnl| !keep(pnl)).map(<[_]>::len).max().unwrap_or_default()
        };
        prop_assert_eq!(usize::try_from(curve.streaks.longest_wins).unwrap(), longest(|pnl| *pnl > 0));
        prop_assert_eq!(usize::try_from(curve.streaks.longest_losses).unwrap(), longest(|pnl| *pnl < 0));
    }
}
