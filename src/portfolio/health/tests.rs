use chrono::{DateTime, Utc};

use super::*;
use crate::{
    portfolio::concentration::concentration,
    rebalancing::drift::{Class, Target, report},
};

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn held(value: &str, class: usize) -> Held {
    let fresh = Freshness { as_of: Some(DateTime::<Utc>::UNIX_EPOCH), is_stale: false };
    Held { value: number(value), cost_is_known: true, fresh, class: Some(class), categories: Vec::new() }
}

fn target(key: Key, percent: Option<&str>, min: Option<&str>, max: Option<&str>) -> Target<Key> {
    Target {
        key,
        percent: percent.map(number),
        threshold: number("5"),
        min: min.map(number),
        max: max.map(number),
        position_max: None,
    }
}

fn preferences(cash: &str, equity: &str, bond: &str, alternative: &str) -> Vec<Target<Key>> {
    let percents = [cash, equity, bond, alternative];
    Class::ALL
        .into_iter()
        .zip(percents)
        .map(|(class, percent)| target(Key::Class(class), Some(percent), None, None))
        .collect()
}

type Row = (Check, String, String, Vec<usize>);

/// The findings over these holdings, as (check, value, limit, places of holdings).
fn found(
    targets: &[Target<Key>],
    holdings: &[Held],
    cash: &str,
    categories: &[Category],
) -> (Vec<Row>, Vec<(Check, Obstacle)>) {
    let values: Vec<Decimal> = holdings.iter().map(|held| held.value).collect();
    let lines: Vec<drift::Held> =
        holdings.iter().map(|held| drift::Held { class: held.class.unwrap_or(0), value: held.value }).collect();
    let report = report(targets, 0, &lines, number(cash));
    let patient = Patient {
        holdings,
        cash: number(cash),
        concentration: concentration(&values, number(cash)),
        report: report.as_ref().map_err(|unknown| *unknown),
        cash_class: Some(0),
        categories,
    };
    let health = patient.health();
    let plain = |number: Decimal| number.normalize().to_string();
    let findings = health.findings.into_iter();
    (findings.map(|one| (one.check, plain(one.value), plain(one.limit), one.holdings)).collect(), health.skipped)
}

fn row(check: Check, value: &str, limit: &str, holdings: &[usize]) -> Row {
    (check, value.to_owned(), limit.to_owned(), holdings.to_vec())
}

#[test]
fn a_portfolio_on_its_targets_has_no_findings() {
    let holdings: Vec<Held> =
        [("20", 1), ("20", 1), ("20", 1), ("15", 2), ("15", 2)].map(|(value, class)| held(value, class)).to_vec();
    assert_eq!(found(&preferences("10", "60", "30", "0"), &holdings, "10", &[]), (vec![], vec![]));
}

#[test]
fn what_is_off_its_target_is_told_with_its_numbers() {
    let holdings = [held("80", 1), held("5", 2), held("5", 2), held("5", 2)];
    let (findings, skipped) = found(&preferences("30", "40", "30", "0"), &holdings, "5", &[]);
    let expected = [
        // 0.8421² + 3 × 0.0526²
        row(Check::Concentration, "0.717452", "0.25", &[0, 1, 2]),
        row(Check::CashBelowTarget, "5", "30", &[]),
        row(Check::Drift, "40", "5", &[0]),
        row(Check::Drift, "15", "5", &[1, 2, 3]),
    ];
    assert_eq!((findings, skipped), (expected.to_vec(), vec![]));
    let (findings, _) = found(&preferences("0", "95", "5", "0"), &[held("20", 1), held("20", 1)], "60", &[]);
    assert!(findings.contains(&row(Check::CashAboveTarget, "60", "0", &[])), "{findings:?}");
}

#[test]
fn targets_of_90_and_145_are_reported() {
    for (equity, sum) in [("40", "90"), ("95", "145")] {
        let holdings = [held("25", 1), held("25", 1), held("25", 1), held("25", 1)];
        let (findings, _) = found(&preferences("20", equity, "30", "0"), &holdings, "0", &[]);
        assert!(findings.contains(&row(Check::TargetsIncomplete, sum, "100", &[])), "{findings:?}");
    }
    let category = |kind: &str, target: Option<&str>| Category {
        kind: kind.to_owned(),
        is_class: kind == "asset_class",
        target: target.map(number),
        min: None,
        max: None,
        position_max: None,
    };
    let categories = [
        category("asset_class", Some("100")),
        category("sector", Some("60")),
        category("sector", Some("30")),
        category("strategy", None),
        category("custom", Some("0")),
    ];
    let targets =
        [target(Key::Class(Class::Cash), Some("0"), None, None), target(Key::Category(0), Some("100"), None, None)];
    let holdings = [held("25", 1), held("25", 1), held("25", 1), held("25", 1)];
    let (findings, _) = found(&targets, &holdings, "0", &categories);
    assert_eq!(findings, [row(Check::TargetsIncomplete, "90", "100", &[])]);
}

#[test]
fn limits_of_categories_are_held_against_weights_with_cash() {
    let category = Category {
        kind: "sector".to_owned(),
        is_class: false,
        target: None,
        min: Some(number("40")),
        max: Some(number("45")),
        position_max: Some(number("20")),
    };
    let targets = [
        target(Key::Class(Class::Cash), Some("0"), None, Some("40")),
        target(Key::Category(0), Some("100"), Some("60"), None),
    ];
    let mut holdings = vec![held("20", 1), held("10", 1), held("10", 1), held("10", 1)];
    holdings[0].categories = vec![0];
    let (findings, _) = found(&targets, &holdings, "50", std::slice::from_ref(&category));
    let limits: Vec<_> = findings
        .into_iter()
        .filter(|(check, ..)| !matches!(check, Check::Drift | Check::CashAboveTarget | Check::Concentration))
        .collect();
    let expected = [
        row(Check::AboveMaximum, "50", "40", &[]),
        row(Check::BelowMinimum, "50", "60", &[0, 1, 2, 3]),
        row(Check::BelowMinimum, "20", "40", &[0]),
    ];
    assert_eq!(limits, expected);
    holdings[1].categories = vec![0];
    holdings[2].categories = vec![0];
    holdings[0].value = number("30");
    let (findings, _) = found(&targets, &holdings, "40", &[category]);
    assert!(findings.contains(&row(Check::AboveMaximum, "50", "45", &[0, 1, 2])), "{findings:?}");
    assert!(findings.contains(&row(Check::PositionAboveLimit, "30", "20", &[0])), "{findings:?}");
}

#[test]
fn facts_about_holdings_are_counted() {
    let mut holdings = [held("25", 1), held("25", 1), held("25", 1), held("25", 1)];
    holdings[1].fresh.is_stale = true;
    holdings[2].fresh.is_stale = true;
    holdings[3].cost_is_known = false;
    let (findings, _) = found(&preferences("0", "100", "0", "0"), &holdings, "-1", &[]);
    let expected = [
        row(Check::CashBorrowed, "-1", "0", &[]),
        row(Check::StalePrices, "2", "0", &[1, 2]),
        row(Check::CostUnknown, "1", "0", &[3]),
    ];
    assert_eq!(findings, expected);
}

#[test]
fn what_cannot_be_checked_says_why() {
    let targets_of = |unknown: drift::Unknown| {
        [Check::Drift, Check::PositionAboveLimit, Check::BelowMinimum, Check::AboveMaximum]
            .map(|check| (check, Obstacle::Targets(unknown)))
            .to_vec()
    };
    let spread = |unknown: Unknown| vec![(Check::Concentration, Obstacle::Holdings(unknown))];
    let four = [held("25", 1), held("25", 1), held("25", 1), held("25", 1)];
    let usual = preferences("0", "100", "0", "0");
    for (targets, holdings, cash, skipped) in [
        (&usual[..], &[][..], "0", [spread(Unknown::Empty), targets_of(drift::Unknown::NoValue)].concat()),
        (&[], &[], "7", [spread(Unknown::CashOnly), targets_of(drift::Unknown::NoTargets)].concat()),
        (&[], &four, "0", targets_of(drift::Unknown::NoTargets)),
        (&usual, &[held("0", 1)], "0", [spread(Unknown::NoValue), targets_of(drift::Unknown::NoValue)].concat()),
    ] {
        let (findings, found) = found(targets, holdings, cash, &[]);
        assert_eq!((findings, found), (vec![], skipped), "{holdings:?} {cash}");
    }
}
