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

fn ratio_of(value: Result<&str, Missing>, sample_size: i64) -> Ratio {
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
        won: number("350.01"),
        lost: number("-150"),
        win_rate: ratio_of(Ok("50"), 4),
        gross_pnl: number("205.01"),
        net_pnl: number("200.01"),
        fees: number("5"),
        average_win: ratio_of(Ok("175.01"), 2),
        average_loss: ratio_of(Ok("-75"), 2),
        largest_win: Some(number("300")),
        largest_loss: Some(number("-100")),
        payoff: ratio_of(Ok("2.3334"), 4),
        profit_factor: ratio_of(Ok("2.3334"), 4),
        expectancy: ratio_of(Ok("40"), 5),
        // (3 − 1 + 1.0002) / 3
        average_r: ratio_of(Ok("1.0001"), 3),
        average_holding_seconds: ratio_of(Ok("86400"), 5),
    };
    assert_eq!(found, expected);
}

#[test]
fn where_there_is_nothing_to_divide_by_there_is_a_reason() {
    use Missing::{NoLosses, NoPlan, NoTrades, NoWins, NothingDecided};
    let none = figures(&[]);
    for (found, reason) in [
        (none.win_rate, NothingDecided),
        (none.average_win, NoWins),
        (none.average_loss, NoLosses),
        (none.payoff, NothingDecided),
        (none.profit_factor, NothingDecided),
        (none.expectancy, NoTrades),
        (none.average_r, NoPlan),
        (none.average_holding_seconds, NoTrades),
    ] {
        assert_eq!(found, ratio_of(Err(reason), 0));
    }
    assert_eq!((none.count, none.net_pnl, none.largest_win, none.largest_loss), (0, Decimal::ZERO, None, None));

    let wins = figures(&[closed("10", "0", None), closed("20", "0", None)]);
    assert_eq!((wins.win_rate, wins.profit_factor), (ratio_of(Ok("100"), 2), ratio_of(Err(NoLosses), 2)));
    assert_eq!((wins.payoff, wins.average_loss), (ratio_of(Err(NoLosses), 2), ratio_of(Err(NoLosses), 0)));

    let losses = figures(&[closed("-10", "0", None)]);
    assert_eq!((losses.win_rate, losses.profit_factor), (ratio_of(Ok("0"), 1), ratio_of(Ok("0"), 1)));
    assert_eq!(losses.payoff, ratio_of(Err(NoWins), 1));

    let even = figures(&[closed("0", "3", None)]);
    assert_eq!((even.win_rate, even.expectancy), (ratio_of(Err(NothingDecided), 0), ratio_of(Ok("0"), 1)));
    assert_eq!((even.gross_pnl, even.net_pnl), (number("3"), Decimal::ZERO));
}

#[test]
fn a_multiple_beyond_numbers_leaves_the_other_figures() {
    let found = figures(&[closed("999999999999999999.99", "0", Some("0.000000000001"))]);
    assert_eq!(found.average_r, ratio_of(Err(Missing::TooLarge), 1));
    assert_eq!(found.net_pnl, number("999999999999999999.99"));
}

#[test]
fn sums_that_are_too_large_are_none() {
    let mut sums = Sums::default();
    let huge = Closed { pnl: Decimal::MAX, ..closed("0", "0", None) };
    assert_eq!(sums.add(&huge), Some(()));
    assert_eq!(sums.add(&huge), None);
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
        let near = |found: Result<Decimal, Missing>, expected: Decimal, places: u32| {
            found.is_ok_and(|found| (found - expected).abs() <= Decimal::new(5, places + 1) + Decimal::new(1, 20))
        };
        if !wins.is_empty() {
            prop_assert!(near(found.average_win.value, won / Decimal::from(wins.len()), 2));
        }
        prop_assert_eq!(found.profit_factor.value.is_ok(), !losses.is_empty());
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
}
