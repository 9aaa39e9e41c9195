use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(number * 86_400, 0).unwrap()
}

fn closed(pnl: &str, fees: &str, risk: Option<&str>) -> Closed {
    Closed { pnl: number(pnl), fees: number(fees), risk: risk.map(number), opened_at: day(0), closed_at: day(1) }
}

fn figures(trades: &[Closed]) -> Statistics {
    let mut sums = Sums::default();
    for trade in trades {
        sums.add(trade).unwrap();
    }
    sums.figures().unwrap()
}

fn ratio_of(value: Option<&str>, sample_size: i64) -> Ratio {
    Ratio { value: value.map(number), sample_size }
}

#[test]
fn figures_follow_from_the_sums() {
    let trades = [
        closed("300", "2", Some("100")),
        closed("-100", "1.50", Some("100")),
        closed("0", "1", None),
        closed("50.01", "0", Some("50")),
        closed("-50", "0.50", Some("0")),
    ];
    let found = figures(&trades);
    let expected = Statistics {
        count: 5,
        wins: 2,
        losses: 2,
        break_even: 1,
        win_rate: ratio_of(Some("50"), 4),
        gross_pnl: number("205.01"),
        net_pnl: number("200.01"),
        fees: number("5"),
        average_win: ratio_of(Some("175.01"), 2),
        average_loss: ratio_of(Some("-75"), 2),
        largest_win: Some(number("300")),
        largest_loss: Some(number("-100")),
        payoff: ratio_of(Some("2.3334"), 4),
        profit_factor: ratio_of(Some("2.3334"), 4),
        expectancy: ratio_of(Some("40"), 5),
        // (3 − 1 + 1.0002) / 3
        average_r: ratio_of(Some("1.0001"), 3),
        average_holding_seconds: ratio_of(Some("86400"), 5),
    };
    assert_eq!(found, expected);
}

#[test]
fn where_there_is_nothing_to_divide_by_there_is_no_ratio() {
    let none = figures(&[]);
    let empty = ratio_of(None, 0);
    let ratios = [
        none.win_rate,
        none.average_win,
        none.average_loss,
        none.payoff,
        none.profit_factor,
        none.expectancy,
        none.average_r,
        none.average_holding_seconds,
    ];
    assert_eq!(ratios, [empty; 8]);
    assert_eq!((none.count, none.net_pnl, none.largest_win, none.largest_loss), (0, Decimal::ZERO, None, None));

    let wins = figures(&[closed("10", "0", None), closed("20", "0", None)]);
    assert_eq!((wins.win_rate, wins.profit_factor), (ratio_of(Some("100"), 2), ratio_of(None, 2)));
    assert_eq!((wins.payoff, wins.average_loss), (ratio_of(None, 2), ratio_of(None, 0)));

    let losses = figures(&[closed("-10", "0", None)]);
    assert_eq!((losses.win_rate, losses.profit_factor), (ratio_of(Some("0"), 1), ratio_of(Some("0"), 1)));
    assert_eq!(losses.payoff, ratio_of(None, 1));

    let even = figures(&[closed("0", "3", None)]);
    assert_eq!((even.win_rate, even.expectancy), (ratio_of(None, 0), ratio_of(Some("0"), 1)));
    assert_eq!((even.gross_pnl, even.net_pnl), (number("3"), Decimal::ZERO));
}

#[test]
fn sums_that_are_too_large_are_none() {
    let mut sums = Sums::default();
    let huge = Closed { pnl: Decimal::MAX, ..closed("0", "0", None) };
    assert_eq!(sums.add(&huge), Some(()));
    assert_eq!(sums.add(&huge), None);
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
        let found = Streaks::of(pnls.iter().map(|pnl| Decimal::from(*pnl)));
        assert_eq!(found, Streaks { longest_wins, longest_losses, current }, "{pnls:?}");
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
        let curve = equity_curve(pnls.iter().map(|pnl| Decimal::from(*pnl)).enumerate()).unwrap();
        let found: Vec<_> = curve.points.iter().map(|point| (point.equity, point.drawdown)).collect();
        let expected: Vec<_> = equities
            .iter()
            .zip(drawdowns)
            .map(|(equity, fall)| (Decimal::from(*equity), Decimal::from(*fall)))
            .collect();
        assert_eq!(found, expected, "{pnls:?}");
        let deepest =
            deepest.map(|(amount, peak_at, trough_at)| Drawdown { amount: Decimal::from(amount), peak_at, trough_at });
        assert_eq!(curve.drawdown_max, deepest, "{pnls:?}");
    }
}

prop_compose! {
    fn any_trade()(
        pnl in prop_oneof![3 => -10_000_000_i64..10_000_000, 1 => Just(0)],
        fees in 0..10_000_i64,
        risk in prop::option::of(0..1_000_000_i64),
        opened in 0..10_000_i64,
        held in 0..1_000_i64,
    ) -> Closed {
        Closed {
            pnl: Decimal::new(pnl, 2),
            fees: Decimal::new(fees, 2),
            risk: risk.map(|risk| Decimal::new(risk, 2)),
            opened_at: day(opened),
            closed_at: day(opened + held),
        }
    }
}

proptest! {
    #[test]
    fn sums_agree_with_counting_by_hand(trades in prop::collection::vec(any_trade(), 0..60)) {
        let found = figures(&trades);
        let of = |keep: fn(&&Closed) -> bool| -> Vec<Decimal> { trades.iter().filter(keep).map(|trade| trade.pnl).collect() };
        let wins = of(|trade| trade.pnl > Decimal::ZERO);
        let losses = of(|trade| trade.pnl < Decimal::ZERO);
        let (won, lost) = (wins.iter().sum::<Decimal>(), losses.iter().sum::<Decimal>());
        let size = |list: &[Decimal]| i64::try_from(list.len()).unwrap();
        prop_assert_eq!((found.wins, found.losses), (size(&wins), size(&losses)));
        prop_assert_eq!(found.wins + found.losses + found.break_even, found.count);
        prop_assert_eq!(found.net_pnl, trades.iter().map(|trade| trade.pnl).sum::<Decimal>());
        prop_assert_eq!(found.gross_pnl, trades.iter().map(|trade| trade.pnl + trade.fees).sum::<Decimal>());
        prop_assert_eq!((found.largest_win, found.largest_loss), (wins.iter().max().copied(), losses.iter().min().copied()));
        let near = |found: Option<Decimal>, expected: Decimal, places: u32| {
            found.is_some_and(|found| (found - expected).abs() <= Decimal::new(5, places + 1) + Decimal::new(1, 20))
        };
        if !wins.is_empty() {
            prop_assert!(near(found.average_win.value, won / Decimal::from(wins.len()), 2));
        }
        prop_assert_eq!(found.profit_factor.value.is_some(), !losses.is_empty());
        if !losses.is_empty() {
            prop_assert!(near(found.profit_factor.value, won / -lost, 4));
        }
        let multiples: Vec<_> = trades.iter().filter_map(|trade| {
            trade.risk.filter(|risk| !risk.is_zero()).map(|risk| trade.pnl / risk)
        }).collect();
        prop_assert_eq!(found.average_r.sample_size, i64::try_from(multiples.len()).unwrap());
        if !multiples.is_empty() {
            prop_assert!(near(found.average_r.value, multiples.iter().sum::<Decimal>() / Decimal::from(multiples.len()), 4));
        }
    }

    #[test]
    fn a_curve_agrees_with_looking_at_every_pair(trades in prop::collection::vec(any_trade(), 0..40)) {
        let pnls: Vec<_> = trades.iter().map(|trade| trade.pnl).collect();
        let curve = equity_curve(pnls.iter().copied().enumerate()).unwrap();
        let mut equities = vec![Decimal::ZERO];
        for pnl in &pnls {
            equities.push(equities[equities.len() - 1] + pnl);
        }
        let falls = (0..equities.len()).flat_map(|peak| (peak..equities.len()).map(move |trough| (peak, trough)));
        let deepest = falls.map(|(peak, trough)| equities[peak] - equities[trough]).max().unwrap();
        let found = curve.drawdown_max.map_or(Decimal::ZERO, |drawdown| drawdown.amount);
        prop_assert_eq!(found, deepest);
        if let Some(drawdown) = curve.drawdown_max {
            let peak = drawdown.peak_at.map_or(Decimal::ZERO, |at| curve.points[at].equity);
            prop_assert_eq!(peak - curve.points[drawdown.trough_at].equity, drawdown.amount);
        }
        let last = curve.points.last().map_or(Decimal::ZERO, |point| point.equity);
        prop_assert_eq!(last, pnls.iter().sum::<Decimal>());
        let streaks = Streaks::of(pnls.iter().copied());
        let longest = |keep: fn(&Decimal) -> bool| {
            pnls.split(|pnl| !keep(pnl)).map(<[_]>::len).max().unwrap_or_default()
        };
        prop_assert_eq!(usize::try_from(streaks.longest_wins).unwrap(), longest(|pnl| *pnl > Decimal::ZERO));
        prop_assert_eq!(usize::try_from(streaks.longest_losses).unwrap(), longest(|pnl| *pnl < Decimal::ZERO));
    }
}
