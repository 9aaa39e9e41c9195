//! How long the calculations take that are made in the program itself, over the number of what they are made of:
//! `cargo bench --bench calculations`. What the database adds up, the scripts beside this file measure.

#![allow(clippy::expect_used, reason = "a measurement of something else than was meant has to end")]

use std::hint::black_box;

use chrono::{DateTime, Duration, Utc};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rust_decimal::Decimal;
use stackmotive::{
    journaling::{
        equity::{Curve, Step},
        statistics::{Closed, Sums},
    },
    portfolio::{allocation, concentration::concentration, formats, gains},
    rebalancing::{
        drift,
        plan::{self, Limits},
    },
};

const CLASSES: usize = 5;
const TRADES_MAX: usize = 100;

/// Values between 1 and 1,000 that are the same in each run, with cents, so that sums and divisions are not trivial.
fn value(place: usize) -> Decimal {
    Decimal::new(100 + i64::try_from(place.wrapping_mul(7_919) % 99_901).expect("a small number"), 2)
}

/// Equal targets, so that holdings of any values are some way off.
fn targets() -> Vec<drift::Target<usize>> {
    let target = |key| drift::Target {
        key,
        percent: Some(Decimal::ONE_HUNDRED / Decimal::from(CLASSES)),
        threshold: Decimal::ONE,
        min: None,
        max: None,
        position_max: None,
    };
    (0..CLASSES).map(target).collect()
}

/// Classes of unequal size, so that there is much to sell and to buy.
fn class(place: usize) -> usize {
    1 + (place % 10) * (CLASSES - 1) / 19
}

fn rebalancing(criterion: &mut Criterion) {
    let targets = targets();
    let limits = Limits { trades_max: TRADES_MAX, partial_is_allowed: true };
    let mut group = criterion.benchmark_group("rebalancing");
    for count in [10, 100, 1_000] {
        let price = Decimal::TEN;
        let holdings: Vec<plan::Holding> = (0..count)
            .map(|place| plan::Holding {
                class: class(place),
                quantity: value(place) / price,
                price,
                value: value(place),
            })
            .collect();
        let held: Vec<drift::Held> =
            holdings.iter().map(|holding| drift::Held { class: holding.class, value: holding.value }).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("drift", count), &held, |bencher, held| {
            bencher.iter(|| drift::report(&targets, 0, black_box(held), Decimal::TEN).expect("a report"));
        });
        group.bench_with_input(BenchmarkId::new("plan", count), &holdings, |bencher, holdings| {
            bencher.iter(|| {
                let plan = plan::plan(&targets, 0, black_box(holdings), Decimal::TEN, Decimal::ZERO, limits);
                plan.expect("a plan")
            });
        });
    }
    group.finish();
}

/// Trades of a day each, won and lost in turn.
fn trades(count: usize) -> Vec<Closed> {
    let start = DateTime::<Utc>::from_timestamp(1_600_000_000, 0).expect("a time");
    let trade = |place: usize| {
        let opened_at = start + Duration::hours(i64::try_from(place).expect("a small number"));
        let sign = if place.is_multiple_of(3) { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
        Closed {
            pnl: value(place) * sign,
            fees: Decimal::ONE,
            risk: (!place.is_multiple_of(4)).then(|| value(place + 1)),
            opened_at,
            closed_at: opened_at + Duration::days(1),
        }
    };
    (0..count).map(trade).collect()
}

fn statistics(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("statistics");
    for count in [100, 10_000] {
        let trades = trades(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("figures", count), &trades, |bencher, trades| {
            bencher.iter(|| {
                let mut sums = Sums::default();
                black_box(trades).iter().try_for_each(|trade| sums.add(trade)).expect("sums");
                sums.figures().expect("figures")
            });
        });
        group.bench_with_input(BenchmarkId::new("equity curve", count), &trades, |bencher, trades| {
            bencher.iter(|| {
                let mut curve = Curve::new(Step::Day);
                let mut add = |trade: &Closed| curve.add(trade.closed_at, trade.closed_at.date_naive(), trade.pnl);
                black_box(trades).iter().try_for_each(&mut add).expect("a curve");
                curve
            });
        });
    }
    group.finish();
}

/// What a portfolio's holdings come to: their gains, their spread, and their shares by key.
fn roll_up(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roll-up");
    for count in [10, 100, 1_000] {
        let values: Vec<Decimal> = (0..count).map(value).collect();
        let held: Vec<gains::Held> =
            values.iter().map(|value| gains::Held { value: *value, gain: Some(*value / Decimal::TEN) }).collect();
        let line = |(place, value): (usize, &Decimal)| allocation::Line {
            keys: vec![class(place)],
            currency: "USD".to_owned(),
            value: *value,
        };
        let lines: Vec<allocation::Line<usize>> = values.iter().enumerate().map(line).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("gains", count), &held, |bencher, held| {
            bencher.iter(|| gains::gains(black_box(held), Decimal::ZERO));
        });
        group.bench_with_input(BenchmarkId::new("concentration", count), &values, |bencher, values| {
            bencher.iter(|| concentration(black_box(values), Decimal::ZERO).expect("figures"));
        });
        group.bench_with_input(BenchmarkId::new("allocation", count), &lines, |bencher, lines| {
            bencher.iter(|| allocation::allocate(black_box(lines)).expect("shares"));
        });
    }
    group.finish();
}

/// A broker's file on its way to positions.
fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reading");
    for count in [100, 10_000] {
        let mut file = "Symbol,Name,Quantity,Avg Price,Current Price,Asset Class,Currency\n".to_owned();
        for place in 0..count {
            let value = value(place);
            file.push_str(&format!("S{place},Company {place},{value},10.25,\"1,012.75\",Stock,USD\n"));
        }
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("CSV", count), file.as_bytes(), |bencher, file| {
            bencher.iter(|| formats::read(black_box(file), None, &formats::Mapping::default(), None).expect("rows"));
        });
    }
    group.finish();
}

criterion_group!(calculations, rebalancing, statistics, roll_up, reading);
criterion_main!(calculations);
