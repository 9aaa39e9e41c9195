use proptest::prelude::*;
use rust_decimal::RoundingStrategy;

use super::*;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn target(percent: &str) -> Target<usize> {
    let (percent, threshold) = (Some(number(percent)), number("5"));
    Target { key: 0, percent, threshold, min: None, max: None, position_max: None }
}

/// Units of 10 each, but for prices that are given.
fn holding(class: usize, value: &str) -> Holding {
    priced(class, value, "10")
}

fn priced(class: usize, value: &str, price: &str) -> Holding {
    let (value, price) = (number(value), number(price));
    Holding { class, quantity: value.checked_div(price).unwrap_or(Decimal::ONE), price, value }
}

const ANYTHING: Limits = Limits { trades_max: 100, partial_is_allowed: true };

/// Trades as text, such as `+1 60` for buying the second holding for 60.
fn trades<K>(plan: &Plan<K>) -> Vec<String> {
    let text = |trade: &Trade| {
        let sign = if trade.side == Side::Buy { '+' } else { '-' };
        format!("{sign}{} {}", trade.holding, trade.amount.normalize())
    };
    plan.trades.iter().map(text).collect()
}

struct Case {
    about: &'static str,
    /// Cash, then the other classes.
    targets: &'static [&'static str],
    holdings: &'static [(usize, &'static str)],
    cash: &'static str,
    new_cash: &'static str,
    trades_max: usize,
    trades: &'static [&'static str],
    cash_after: &'static str,
    drift_after: &'static str,
    shortfall: Option<Shortfall>,
}

#[test]
fn a_plan_takes_the_class_that_is_furthest_off_first() {
    let base = Case {
        about: "",
        targets: &["10", "60", "30"],
        holdings: &[(1, "700"), (2, "200")],
        cash: "100",
        new_cash: "0",
        trades_max: 10,
        trades: &[],
        cash_after: "100",
        drift_after: "0",
        shortfall: None,
    };
    let cases = [
        Case { about: "one side pays for the other", trades: &["-0 100", "+1 100"], ..base },
        Case {
            about: "cash below its target is not spent",
            targets: &["20", "30", "50"],
            holdings: &[(1, "500"), (2, "400")],
            trades: &["-0 200", "+1 100"],
            cash_after: "200",
            ..base
        },
        Case { about: "on target", holdings: &[(1, "600"), (2, "300")], ..base },
        Case {
            about: "new money is spent first",
            holdings: &[(1, "600"), (2, "300")],
            new_cash: "1000",
            trades: &["+0 600", "+1 300"],
            cash_after: "200",
            ..base
        },
        Case {
            about: "money that leaves is raised",
            holdings: &[(1, "600"), (2, "300")],
            new_cash: "-100",
            trades: &["-0 60", "-1 30"],
            cash_after: "90",
            ..base
        },
        Case {
            about: "borrowed money is paid back",
            holdings: &[(1, "800"), (2, "300")],
            cash: "-100",
            trades: &["-0 200"],
            ..base
        },
        Case {
            about: "the largest holding goes first, then the next",
            targets: &["0", "10", "90"],
            holdings: &[(1, "100"), (1, "400"), (1, "300"), (2, "200")],
            cash: "0",
            trades: &["-1 400", "-2 300", "+3 700"],
            cash_after: "0",
            ..base
        },
        Case {
            about: "a purchase grows when more comes in",
            targets: &["0", "20", "20", "60"],
            holdings: &[(1, "450"), (2, "350"), (3, "200")],
            cash: "0",
            trades_max: 3,
            trades: &["-0 250", "-1 150", "+2 400"],
            cash_after: "0",
            ..base
        },
        Case {
            about: "trades are enough for the largest drift alone",
            targets: &["0", "20", "20", "60"],
            holdings: &[(1, "450"), (2, "350"), (3, "200")],
            cash: "0",
            trades_max: 2,
            trades: &["-0 250", "+2 250"],
            cash_after: "0",
            drift_after: "15",
            shortfall: Some(Shortfall::TradeLimit),
            ..base
        },
        Case {
            about: "no trade at all",
            trades_max: 0,
            drift_after: "10",
            shortfall: Some(Shortfall::TradeLimit),
            ..base
        },
        Case {
            about: "nothing is sold for what can't be bought",
            targets: &["10", "50", "40"],
            holdings: &[(1, "900")],
            drift_after: "40",
            shortfall: Some(Shortfall::Unreachable),
            ..base
        },
        Case {
            about: "cash that is held as a fund pays for what waits",
            targets: &["10", "90"],
            holdings: &[(0, "500"), (1, "450")],
            cash: "50",
            trades: &["-0 400", "+1 450"],
            cash_after: "0",
            ..base
        },
        Case { about: "cash alone", holdings: &[], drift_after: "90", shortfall: Some(Shortfall::Unreachable), ..base },
    ];
    for case in cases {
        let targets: Vec<_> = case.targets.iter().copied().map(target).collect();
        let holdings: Vec<_> = case.holdings.iter().map(|(class, value)| holding(*class, value)).collect();
        let limits = Limits { trades_max: case.trades_max, ..ANYTHING };
        let found = plan(&targets, 0, &holdings, number(case.cash), number(case.new_cash), limits).unwrap();
        let about = case.about;
        assert_eq!(trades(&found), case.trades, "{about}");
        assert_eq!(found.cash_after, number(case.cash_after), "{about}");
        assert_eq!(found.drift_after, number(case.drift_after), "{about}");
        assert_eq!(found.shortfall, case.shortfall, "{about}");
        hold(&targets, &holdings, (number(case.cash), number(case.new_cash)), limits, &found);
    }
}

#[test]
fn what_cannot_be_bought_is_told() {
    let targets = ["10", "50", "20", "20"].map(target);
    let holdings = [holding(1, "700"), Holding { value: Decimal::ZERO, ..priced(3, "0", "0") }];
    let found = plan(&targets, 0, &holdings, number("300"), Decimal::ZERO, ANYTHING).unwrap();
    let unreachable: Vec<_> = found.classes.iter().map(|class| class.unreachable).collect();
    assert_eq!(unreachable, [None, None, Some(Unreachable::NoHolding), Some(Unreachable::NoPrice)]);
}

#[test]
fn a_class_without_a_target_is_left_alone() {
    let targets = [target("0"), target("100"), Target { percent: None, ..target("0") }];
    let holdings = [holding(1, "500"), holding(2, "400")];
    let found = plan(&targets, 0, &holdings, number("100"), Decimal::ZERO, ANYTHING).unwrap();
    assert_eq!(trades(&found), ["+0 100"]);
    assert_eq!((found.drift_after, found.shortfall), (number("40"), Some(Shortfall::Untradable)));
}

#[test]
fn quantities_and_amounts_are_rounded_down() {
    let targets = ["0", "50", "50"].map(target);
    let holdings = [priced(1, "1000", "3"), priced(2, "0.01", "7.0001")];
    let found = plan(&targets, 0, &holdings, Decimal::ZERO, Decimal::ZERO, ANYTHING).unwrap();
    let quantities: Vec<_> = found.trades.iter().map(|trade| trade.quantity).collect();
    // 499.995 is to move: 499.99 / 3 and 499.99 / 7.0001.
    assert_eq!(quantities, [number("166.66333333"), number("71.42612248")]);
    assert_eq!(trades(&found), ["-0 499.99", "+1 499.99"]);

    // A hundred millionth of such a unit costs three cents; nothing else is sold for the cents that are left.
    let holdings = [priced(1, "500", "3000000"), priced(1, "100.02", "1"), priced(2, "400", "1")];
    let found = plan(&targets, 0, &holdings, Decimal::ZERO, Decimal::ZERO, ANYTHING).unwrap();
    assert_eq!(trades(&found), ["-0 99.99", "+2 99.99"]);
}

#[test]
fn where_there_is_no_plan_there_is_a_reason() {
    let strict = Limits { partial_is_allowed: false, ..ANYTHING };
    let partial = |shortfall, drift| Refusal::Partial { shortfall, drift_after: number(drift) };
    let max = "79228162514264337593543950335";
    for (targets, holdings, cash, limits, refusal) in [
        (&[][..], &[][..], "1", strict, Refusal::Unknown(Unknown::NoTargets)),
        (&["60", "30"], &[(1, "1")], "1", ANYTHING, Refusal::TargetsIncomplete { sum: number("90") }),
        (&["100", "45"], &[(1, "1")], "1", ANYTHING, Refusal::TargetsIncomplete { sum: number("145") }),
        (&["60", "40"], &[], "0", ANYTHING, Refusal::Unknown(Unknown::NoValue)),
        (&["60", "40"], &[(1, "5")], "-5", ANYTHING, Refusal::Unknown(Unknown::NoValue)),
        (&["60", "40"], &[(1, max)], max, ANYTHING, Refusal::Unknown(Unknown::TooLarge)),
        (&["60", "40"], &[], "100", strict, partial(Shortfall::Unreachable, "40")),
        (
            &["0", "50", "50"],
            &[(1, "100"), (2, "20")],
            "0",
            Limits { trades_max: 1, ..strict },
            partial(Shortfall::TradeLimit, "33.3333"),
        ),
    ] {
        let targets: Vec<_> = targets.iter().copied().map(target).collect();
        let holdings: Vec<_> = holdings.iter().map(|(class, value)| holding(*class, value)).collect();
        assert_eq!(plan(&targets, 0, &holdings, number(cash), Decimal::ZERO, limits), Err(refusal));
    }
    // Within the thresholds is good enough.
    let near = [holding(1, "55"), holding(2, "45")];
    let targets = ["0", "50", "50"].map(target);
    assert!(plan(&targets, 0, &near, Decimal::ZERO, Decimal::ZERO, Limits { trades_max: 0, ..strict }).is_ok());
}

/// Everything that a plan promises.
fn hold(
    targets: &[Target<usize>],
    holdings: &[Holding],
    (cash, new_cash): (Decimal, Decimal),
    limits: Limits,
    plan: &Plan<usize>,
) {
    let sum =
        |side: Side| plan.trades.iter().filter(|trade| trade.side == side).map(|trade| trade.amount).sum::<Decimal>();
    assert_eq!((plan.purchases, plan.sales), (sum(Side::Buy), sum(Side::Sell)));
    assert_eq!(plan.purchases + plan.cash_after, plan.sales + cash + new_cash, "money is neither made nor lost");
    assert!(plan.trades.len() <= limits.trades_max);
    assert_eq!(plan.classes.iter().map(|class| class.weight_after).sum::<Decimal>(), Decimal::ONE_HUNDRED);
    let mut values: Vec<Decimal> = targets.iter().map(|_| Decimal::ZERO).collect();
    values[0] = plan.cash_after;
    for (place, holding) in holdings.iter().enumerate() {
        let of: Vec<_> = plan.trades.iter().filter(|trade| trade.holding == place).collect();
        assert!(of.len() <= 1, "one trade a holding");
        let change = of.iter().map(|trade| if trade.side == Side::Buy { trade.amount } else { -trade.amount });
        values[holding.class] += holding.value + change.sum::<Decimal>();
    }
    assert_eq!(plan.classes.iter().map(|class| class.value_after).collect::<Vec<_>>(), values);
    assert_eq!(values.iter().sum::<Decimal>(), plan.total, "trades don't change the total");
    if let Some(percent) = targets[0].percent {
        let goal = plan.total * percent / Decimal::ONE_HUNDRED;
        assert!(values[0] >= goal.min(plan.classes[0].value_before), "cash is spent only above its target");
    }
    let mut balance = cash + new_cash;
    for trade in &plan.trades {
        let holding = holdings[trade.holding];
        let exact = trade.quantity * holding.price;
        assert!(trade.amount > Decimal::ZERO && trade.quantity > Decimal::ZERO);
        assert!((trade.amount - exact).abs() <= number("0.01"), "{} × {}", trade.quantity, holding.price);
        let target = targets[holding.class].percent.expect("nothing without a target is traded");
        let goal = plan.total * target / Decimal::ONE_HUNDRED;
        let (before, after) = (plan.classes[holding.class].value_before, values[holding.class]);
        match trade.side {
            Side::Buy => {
                assert!(before < goal && after <= goal, "{before} {after} {goal}");
                balance -= trade.amount;
                assert!(balance >= Decimal::ZERO, "nothing is bought on credit");
            }
            Side::Sell => {
                assert!(before > goal && (after >= goal || holding.class == 0), "{before} {after} {goal}");
                assert!(trade.quantity <= holding.quantity && trade.amount <= holding.value, "no oversell");
                balance += trade.amount;
            }
        }
    }
    for (class, target) in plan.classes.iter().zip(targets) {
        let is_held = holdings.iter().any(|holding| holding.class != 0 && holding.class == class.target.key);
        let lacks = target.percent.is_some_and(|percent| percent > Decimal::ZERO);
        if class.target.key != 0 && lacks && !is_held {
            assert_eq!(class.unreachable, Some(Unreachable::NoHolding));
        }
    }
}

prop_compose! {
    fn any_holding()(
        class in 0..5_usize, units in 1..10_000_000_i64, unit_places in 0..8_u32, price in 0..900_000_000_i64, places in 0..5_u32,
    ) -> Holding {
        let (quantity, price) = (Decimal::new(units, unit_places), Decimal::new(price, places.min(4)));
        let value = (quantity * price).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        Holding { class, quantity, price, value }
    }
}

/// Targets of five classes that add up to 100, the first of them cash; a hole is a class without one.
fn any_targets() -> impl Strategy<Value = Vec<Target<usize>>> {
    let cuts = prop::collection::vec(0..=1_000_000_i64, 4);
    (cuts, prop::option::weighted(0.2, 1..5_usize)).prop_map(|(mut cuts, hole)| {
        cuts.extend([0, 1_000_000]);
        cuts.sort_unstable();
        let mut percents: Vec<_> = cuts.windows(2).map(|pair| Some(Decimal::new(pair[1] - pair[0], 4))).collect();
        if let Some(hole) = hole {
            percents[0] = percents[0].zip(percents[hole]).map(|(one, other)| one + other);
            percents[hole] = None;
        }
        let class = |(key, percent)| Target { key, percent, ..target("0") };
        percents.into_iter().enumerate().map(class).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_plan_keeps_its_promises(
        targets in any_targets(),
        holdings in prop::collection::vec(any_holding(), 0..12),
        cash in -1_000_000_i64..1_000_000_000,
        new_cash in -1000_i64..100_000_000,
        trades_max in 0..8_usize,
        partial_is_allowed: bool,
    ) {
        let limits = Limits { trades_max, partial_is_allowed };
        let cash = (Decimal::new(cash, 2), Decimal::new(new_cash, 2));
        match plan(&targets, 0, &holdings, cash.0, cash.1, limits) {
            Ok(plan) => {
                hold(&targets, &holdings, cash, limits, &plan);
                prop_assert!(partial_is_allowed || plan.shortfall.is_none());
                let within = |class: &ClassPlan<usize>| class.drift_after.is_none_or(|drift| drift <= class.target.threshold);
                prop_assert_eq!(plan.shortfall.is_none(), plan.classes.iter().all(within));
            }
            Err(Refusal::Unknown(Unknown::NoValue)) => {
                prop_assert!(holdings.iter().map(|holding| holding.value).sum::<Decimal>() + cash.0 + cash.1 <= Decimal::ZERO);
            }
            Err(Refusal::Partial { .. }) => prop_assert!(!partial_is_allowed),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// With trades enough and something to buy and to sell in each class, every class comes within a cent of its goal
    /// for each trade.
    #[test]
    fn a_plan_without_limits_arrives(targets in any_targets(), values in prop::collection::vec(1..1_000_000_i64, 5)) {
        prop_assume!(targets.iter().all(|target| target.percent.is_some()));
        let holdings: Vec<_> =
            values.iter().enumerate().skip(1).map(|(class, value)| priced(class, &Decimal::new(*value, 2).to_string(), "0.01")).collect();
        let plan = plan(&targets, 0, &holdings, Decimal::new(values[0], 2), Decimal::ZERO, ANYTHING).unwrap();
        for class in &plan.classes {
            let goal = plan.total * class.target.percent.unwrap() / Decimal::ONE_HUNDRED;
            prop_assert!((class.value_after - goal).abs() <= number("0.05"), "{} {goal}", class.value_after);
        }
    }
}
