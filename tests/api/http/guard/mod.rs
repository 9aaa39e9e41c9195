//! The guard in front of the executor: what is as large as may be passes, what is larger is refused at once and briefly.

mod agreement;
mod corpus;
mod figures;
mod killers;
mod limits;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stackmotive::http::guard::{self, Sent};

use super::{Reply, post, send};
use crate::support::Api;

/// How long a refusal may take; where nothing is optimised, the parser alone takes some thirty times as long.
const REFUSAL_TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 40 * 50 } else { 50 });
/// How large a refusal may be, in bytes.
const REFUSAL_MAX: usize = 2_048;

/// A chain of fragments, each of which spreads the next this many times.
fn fragments(levels: usize, times: usize) -> String {
    let spreads = |level: usize| format!("...F{} ", level + 1).repeat(times);
    let chain: String =
        (0..levels).map(|level| format!("fragment F{level} on Query {{ {} }} ", spreads(level))).collect();
    format!("{{ ...F0 }} {chain} fragment F{levels} on Query {{ serverInfo {{ version }} }}")
}

/// Asks through the router, and of a refusal checks that it is brief and quick.
async fn asked(api: &Api, query: &str, variables: &Value) -> Reply {
    let sent = || Sent::in_value(json!({ "query": query, "variables": variables }));
    if guard::admit(sent().unwrap()).is_err() {
        // The best of three, because other tests take their time on the same machine.
        let times = (0..3).map(|_| {
            let (sent, begin) = (sent().unwrap(), Instant::now());
            assert!(guard::admit(sent).is_err());
            begin.elapsed()
        });
        let best = times.min().unwrap();
        assert!(best < REFUSAL_TIME, "{best:?} for {query:.200}");
    }
    let reply = send(api, post(), json!({ "query": query, "variables": variables }).to_string()).await;
    if reply.json().get("data").is_none() {
        assert!(reply.bytes.len() < REFUSAL_MAX, "{} bytes for {query:.200}", reply.bytes.len());
    }
    reply
}

/// The code and the sentence of a refusal; nothing was executed.
#[track_caller]
fn refusal(reply: &Reply) -> (String, String) {
    let body = reply.json();
    assert_eq!((reply.status, body.get("data")), (400, None), "{body:#}");
    let error = &body["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["extensions"]["code"]), text(&error["message"]))
}
