//! How long the guard takes, what a document's cost costs, and how long the largest documents that pass are validated.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stackmotive::{
    graphql::cost::Estimate,
    http::guard::{self, Admitted, Sent},
};

use super::{REFUSAL_TIME, killers, limits};
use crate::{
    http::{post, send},
    support::Api,
};

fn sent(query: &str, variables: &Value) -> Sent {
    Sent::in_value(json!({ "query": query, "variables": variables })).unwrap()
}

/// The best of some times, because other programs take theirs on the same machine.
fn best<T>(mut work: impl FnMut() -> T) -> Duration {
    let time = |_| {
        let begin = Instant::now();
        std::hint::black_box(work());
        begin.elapsed()
    };
    (0..10).map(time).min().unwrap()
}

fn estimate(admitted: &Admitted) -> Estimate {
    let operation = admitted.asked.operation().unwrap();
    Estimate::of(admitted.asked.document(), operation, &admitted.asked.variables)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    println!("| {what} | {} | {:.3} | {:.3} |", times.len(), milliseconds(median), milliseconds(slowest));
}

#[tokio::test]
#[ignore = "a run of its own: cargo test --release --test api guard::figures -- --ignored --nocapture"]
async fn in_a_table() {
    let api = Api::start().await;
    let (mut refused, mut passed, mut priced, mut answered) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let largest = limits::cases().into_iter().flat_map(|case| [(case.with)(case.max), (case.with)(case.max + 1)]);
    let killers = killers::documents().into_iter().map(|(_, query)| (query, json!({})));
    for (query, variables) in largest.chain(killers) {
        let time = best(|| guard::admit(sent(&query, &variables)).is_ok());
        let Ok(admitted) = guard::admit(sent(&query, &variables)) else {
            assert!(time < REFUSAL_TIME, "{time:?} for {query:.200}");
            refused.push(time);
            continue;
        };
        passed.push(time);
        priced.push(best(|| estimate(&admitted)));
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut times = Vec::new();
        for _ in 0..5 {
            let begin = Instant::now();
            send(&api, post(), body.clone()).await;
            times.push(begin.elapsed());
        }
        answered.push(times.into_iter().min().unwrap());
    }
    println!("| what | documents | median (ms) | slowest (ms) |\n|---|---|---|---|");
    row("refused by the guard", refused);
    row("let in by the guard, as large as may be", passed);
    row("its cost reckoned", priced);
    row("the whole request, validated and answered", answered);
}
