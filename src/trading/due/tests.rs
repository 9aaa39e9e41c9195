use super::*;

const DAILY: Period = Period::Days(1);
const WEEKLY: Period = Period::Days(7);
const BIWEEKLY: Period = Period::Days(14);
const MONTHLY: Period = Period::Months(1);
const QUARTERLY: Period = Period::Months(3);

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn facts(price: Option<&str>, quantity: &str, avg_cost: &str) -> Facts {
    Facts { price: price.map(number), quantity: number(quantity), avg_cost: number(avg_cost) }
}

fn dca(period: Period) -> Rule {
    Rule::Dca { period: Some(period), amount: Some(number("100")), price_max: number("50") }
}

#[test]
fn a_purchase_is_due_a_full_period_after_the_last_one() {
    let due = Verdict::Due { quantity: number("4") };
    let rests = Verdict::Resting(Resting::PeriodNotOver);
    for (period, last, now, next, verdict) in [
        (DAILY, None, "2025-03-01T12:00:00Z", None, due),
        (DAILY, Some("2025-02-28T12:00:00Z"), "2025-03-01T11:59:59Z", Some("2025-03-01T12:00:00Z"), rests),
        (DAILY, Some("2025-02-28T12:00:00Z"), "2025-03-01T12:00:00Z", Some("2025-03-01T12:00:00Z"), due),
        (WEEKLY, Some("2025-02-28T12:00:00Z"), "2025-03-06T12:00:00Z", Some("2025-03-07T12:00:00Z"), rests),
        (WEEKLY, Some("2025-02-28T12:00:00Z"), "2025-03-07T12:00:00Z", Some("2025-03-07T12:00:00Z"), due),
        (BIWEEKLY, Some("2025-02-28T12:00:00Z"), "2025-03-14T11:00:00Z", Some("2025-03-14T12:00:00Z"), rests),
        (BIWEEKLY, Some("2025-02-28T12:00:00Z"), "2025-03-15T12:00:00Z", Some("2025-03-14T12:00:00Z"), due),
        (MONTHLY, Some("2025-01-31T12:00:00Z"), "2025-02-28T11:59:59Z", Some("2025-02-28T12:00:00Z"), rests),
        (MONTHLY, Some("2025-01-31T12:00:00Z"), "2025-02-28T12:00:00Z", Some("2025-02-28T12:00:00Z"), due),
        (MONTHLY, Some("2024-01-31T12:00:00Z"), "2024-02-29T12:00:00Z", Some("2024-02-29T12:00:00Z"), due),
        (QUARTERLY, Some("2024-11-30T12:00:00Z"), "2025-02-27T12:00:00Z", Some("2025-02-28T12:00:00Z"), rests),
        (QUARTERLY, Some("2024-11-30T12:00:00Z"), "2025-02-28T12:00:00Z", Some("2025-02-28T12:00:00Z"), due),
        // A trigger from the future is no reason to buy.
        (DAILY, Some("2025-03-02T12:00:00Z"), "2025-03-01T12:00:00Z", Some("2025-03-03T12:00:00Z"), rests),
    ] {
        let found = evaluate(dca(period), true, facts(Some("25"), "0", "0"), last.map(time), (time(now), &Utc));
        let expected = Evaluation { verdict, trigger_price: Some(number("50")), next_due: next.map(time) };
        assert_eq!(found, expected, "{period:?} {last:?} {now}");
    }
}

#[test]
fn months_are_counted_where_the_user_lives() {
    let zone = chrono_tz::Pacific::Auckland;
    for (last, next) in [
        // 31 January in Auckland, and 28 February there.
        ("2025-01-30T12:00:00Z", "2025-02-27T12:00:00Z"),
        // The clock was put back in between, so the same hour of the day is an hour later.
        ("2025-03-14T20:00:00Z", "2025-04-14T21:00:00Z"),
        // 02:30 on 28 September 2025 does not exist there: half an hour past the gap.
        ("2025-08-27T14:30:00Z", "2025-09-27T14:30:00Z"),
    ] {
        assert_eq!(after(time(last), MONTHLY, &zone), Some(time(next)), "{last}");
    }
}

#[test]
fn a_purchase_waits_for_its_price_and_never_spends_more() {
    let not = Verdict::NotEvaluable;
    for (price, verdict) in [
        (Some("50"), Verdict::Due { quantity: number("2") }),
        (Some("50.0001"), Verdict::Resting(Resting::PriceAboveThreshold)),
        (Some("30"), Verdict::Due { quantity: number("3.33333333") }),
        (Some("0.0007"), Verdict::Due { quantity: number("142857.14285714") }),
        (Some("0"), not(NotEvaluable::PriceZero)),
        (Some("-1"), not(NotEvaluable::PriceZero)),
        (None, not(NotEvaluable::PriceUnknown)),
    ] {
        let found = evaluate(dca(DAILY), true, facts(price, "0", "0"), None, (time("2025-01-01T00:00:00Z"), &Utc));
        assert_eq!(found.verdict, verdict, "{price:?}");
    }
}

#[test]
fn a_rule_that_lacks_something_cannot_be_judged() {
    let now = (time("2025-01-01T00:00:00Z"), &Utc);
    for rule in [
        Rule::Dca { period: None, amount: Some(number("1")), price_max: number("50") },
        Rule::Dca { period: Some(DAILY), amount: None, price_max: number("50") },
    ] {
        let found = evaluate(rule, true, facts(Some("1"), "1", "1"), None, now);
        assert_eq!(found.verdict, Verdict::NotEvaluable(NotEvaluable::RuleIncomplete));
    }
}

#[test]
fn a_stop_fires_at_its_price_and_sells_everything() {
    let not = |reason| (Verdict::NotEvaluable(reason), None);
    let due = |stop: &str| (Verdict::Due { quantity: number("7.5") }, Some(number(stop)));
    let rests = |stop: &str| (Verdict::Resting(Resting::PriceAboveStop), Some(number(stop)));
    for (percent, price, quantity, avg_cost, (verdict, trigger_price)) in [
        ("10", Some("90.0001"), "7.5", "100", rests("90")),
        ("10", Some("90"), "7.5", "100", due("90")),
        ("10", Some("0.01"), "7.5", "100", due("90")),
        ("0", Some("100"), "7.5", "100", due("100")),
        ("33.3333", Some("2.0001"), "7.5", "3", rests("2.0000")),
        ("99.9999", Some("1"), "7.5", "100", rests("0.0001")),
        ("100", Some("1"), "7.5", "100", not(NotEvaluable::StopOutOfRange)),
        ("-1", Some("1"), "7.5", "100", not(NotEvaluable::StopOutOfRange)),
        ("10", Some("1"), "0", "100", not(NotEvaluable::NothingHeld)),
        ("10", Some("1"), "7.5", "0", not(NotEvaluable::CostUnknown)),
        ("10", None, "7.5", "100", (Verdict::NotEvaluable(NotEvaluable::PriceUnknown), Some(number("90")))),
        ("10", Some("0"), "7.5", "100", (Verdict::NotEvaluable(NotEvaluable::PriceZero), Some(number("90")))),
    ] {
        let rule = Rule::StopLoss { percent: number(percent) };
        let now = (time("2025-01-01T00:00:00Z"), &Utc);
        let found = evaluate(rule, true, facts(price, quantity, avg_cost), None, now);
        let expected = Evaluation { verdict, trigger_price, next_due: None };
        assert_eq!(found, expected, "{percent} {price:?} {quantity} {avg_cost}");
    }
}

#[test]
fn a_disabled_rule_rests_and_still_tells_its_price() {
    let now = (time("2025-01-01T00:00:00Z"), &Utc);
    let found = evaluate(Rule::StopLoss { percent: number("10") }, false, facts(Some("1"), "1", "100"), None, now);
    assert_eq!((found.verdict, found.trigger_price), (Verdict::Resting(Resting::Disabled), Some(number("90"))));
}

#[test]
fn an_average_cost_is_weighted_and_unknown_when_a_part_is() {
    for (lots, cost) in [
        (&[][..], "0"),
        (&[("2", "10")], "10"),
        (&[("2", "10"), ("6", "30")], "25"),
        (&[("1", "10"), ("2", "11")], "10.666666666666666666666666667"),
        (&[("2", "10"), ("6", "0")], "0"),
    ] {
        let lots: Vec<_> = lots.iter().map(|(quantity, cost)| (number(quantity), number(cost))).collect();
        assert_eq!(average_cost(&lots), number(cost), "{lots:?}");
    }
}
