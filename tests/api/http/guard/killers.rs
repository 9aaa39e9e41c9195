//! Documents that end other servers: each is refused, and the server lives on.

use serde_json::{Value, json};

use super::{asked, fragments, refusal};
use crate::{
    http::{VERSION, get, post, send},
    support::Api,
};

/// How deep: ten kilobytes of brackets.
const DEEP: usize = 5_000;

fn list() -> String {
    format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP))
}

fn object() -> String {
    format!("{}1{}", "{a:".repeat(DEEP), "}".repeat(DEEP))
}

/// Documents by the code that they are refused with.
pub(super) fn documents() -> Vec<(&'static str, String)> {
    let mut documents = vec![
        ("TOO_COMPLEX", fragments(28, 2)),
        ("TOO_COMPLEX", fragments(100, 2)),
        ("TOO_COMPLEX", fragments(3, 30)),
        ("TOO_COMPLEX", "{".repeat(DEEP)),
        ("TOO_COMPLEX", "{a".repeat(DEEP)),
        ("TOO_COMPLEX", format!("{}{}", "{...on Query".repeat(DEEP), "}".repeat(DEEP))),
        ("TOO_COMPLEX", format!("query($a:{}Int{}){VERSION}", "[".repeat(DEEP), "]".repeat(DEEP))),
        ("TOO_COMPLEX", format!("{{ a{} }}", "(".repeat(DEEP))),
        ("TOO_COMPLEX", format!("{{ serverInfo {{ {} }} }}", "version ".repeat(DEEP))),
        ("TOO_COMPLEX", "}".repeat(DEEP)),
        ("TOO_COMPLEX", "\"\" ".repeat(DEEP)),
        ("TOO_COMPLEX", format!("{{ {}: serverInfo {{ version }} }}", "n".repeat(100_000))),
        // The doubles of a fragment that isn't there are none that could be counted.
        ("INVALID", fragments(28, 2).replace("fragment F28", "fragment G")),
        ("INVALID", format!("{{ serverInfo {{ version }} }} {}", fragments(28, 2).split_once('}').unwrap().1)),
        ("INVALID", format!("{{ a(b: \"{}", list())),
        ("INVALID", format!("{{ a(b: \"\"\"{}", object())),
        ("INVALID", "\"".to_owned()),
        ("INVALID", "\"\"\"\\\"\"\"".to_owned()),
        ("INVALID", "{ node(id: \"\\ud800\") { id } }".to_owned()),
        ("INVALID", "{ node(id: \"\\u{1f600}\") { id } }".to_owned()),
        ("INVALID", "{ \0 }".to_owned()),
        ("INVALID", "\u{feff}".to_owned()),
        ("INVALID", "#".repeat(100_000)),
        ("INVALID", String::new()),
        ("INVALID", format!("{VERSION} {VERSION}")),
        ("INVALID", format!("query A {VERSION} query A {VERSION}")),
        // Of a list of a type that there isn't, the library's look at the default value would panic.
        ("INVALID", format!("query ($a: [Nope] = [1]) {VERSION}")),
        ("INVALID", format!("query ($a: [[Nope!]!] = [[1]]) {VERSION}")),
        ("INVALID", "subscription { serverInfo { version } }".to_owned()),
    ];
    for value in [list(), object()] {
        documents.push(("TOO_COMPLEX", format!("{{ viewer {{ portfolios(filter: {value}) {{ totalCount }} }} }}")));
        documents.push(("TOO_COMPLEX", format!("query ($a: JSON = {value}) {VERSION}")));
        documents.push(("TOO_COMPLEX", format!("{{ serverInfo @include(if: {value}) {{ version }} }}")));
        documents.push(("TOO_COMPLEX", format!("query @a(b: {value}) {VERSION}")));
        // Behind texts and comments that look as if they had no end, or go on.
        documents.push(("TOO_COMPLEX", format!("{{ a(b: \"\\\\\", c: {value}) }}")));
        documents.push(("TOO_COMPLEX", format!("{{ a(b: \"\"\"\"\"\", c: {value}) }}")));
        documents.push(("TOO_COMPLEX", format!("# \"\r{{ a(c: {value}) }}")));
    }
    for length in [1, 2, 50] {
        let cycle =
            |n: usize| format!("fragment F{n} on Query {{ ...F{} serverInfo {{ version }} }} ", (n + 1) % length);
        documents.push(("INVALID", format!("{{ ...F0 }} {}", (0..length).map(cycle).collect::<String>())));
    }
    documents
}

#[tokio::test]
async fn is_refused_in_a_sentence_and_the_next_request_served() {
    let api = Api::start().await;
    for (code, document) in documents() {
        let (found, sentence) = refusal(&asked(&api, &document, &json!({})).await);
        assert_eq!(found, code, "{sentence} for {document:.200}");
        assert!(sentence.len() < 600 && !sentence.contains('\n'), "{sentence}");
    }
    assert_eq!(api.ask(None, VERSION).await.data()["serverInfo"]["version"], "0.1.0");
}

#[tokio::test]
async fn in_the_values_of_variables_is_refused_too() {
    let api = Api::start().await;
    let deep = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    let object = |count: usize| format!("{}1{}", "{\"a\":".repeat(count), "}".repeat(count));
    for (count, code) in [(100, "TOO_COMPLEX"), (DEEP, "TOO_COMPLEX")] {
        for value in [deep(count), object(count)] {
            for body in [
                format!("{{ \"query\": \"{VERSION}\", \"variables\": {{ \"a\": {value} }} }}"),
                format!("{{ \"query\": \"query($a: JSON) {VERSION}\", \"variables\": {{ \"a\": {value} }} }}"),
            ] {
                assert_eq!(refusal(&send(&api, post(), body).await).0, code, "{value:.100}");
            }
            let parameters = [("query", VERSION), ("variables", &*format!("{{ \"a\": {value} }}"))];
            // An address holds no more than 64 KB.
            if count == DEEP {
                continue;
            }
            let reply = send(&api, get(&parameters), axum::body::Body::empty()).await;
            assert_eq!(refusal(&reply).0, code, "{value:.100}");
        }
    }
    assert_eq!(api.ask(None, VERSION).await.data()["serverInfo"]["version"], "0.1.0");
}

#[tokio::test]
async fn in_the_body_is_refused_whatever_it_is() {
    let api = Api::start().await;
    let document = json!({ "query": VERSION });
    let batch = Value::Array(vec![document.clone(); 1_000]).to_string();
    let nested = format!("{}{document}{}", "[".repeat(100), "]".repeat(100));
    let surrogate = "{ \"query\": \"{ a(b: \\\"\\ud800\\\") }\" }".to_owned();
    let bodies: Vec<Vec<u8>> = vec![
        b"[]".to_vec(),
        batch.into_bytes(),
        nested.into_bytes(),
        surrogate.into_bytes(),
        "[".repeat(100_000).into_bytes(),
        "{\"a\":".repeat(20_000).into_bytes(),
        b"{ \"query\": \"{ \xff }\" }".to_vec(),
        b"\0".to_vec(),
        Vec::new(),
    ];
    for body in bodies {
        let reply = send(&api, post(), body.clone()).await;
        let opened = body.iter().filter(|byte| b"[{".contains(byte)).count();
        let is_deep = opened > 10_000;
        let code = if is_deep { "TOO_COMPLEX" } else { "INVALID" };
        assert_eq!(refusal(&reply).0, code, "{:.100}", String::from_utf8_lossy(&body));
        assert!(reply.bytes.len() < super::REFUSAL_MAX);
    }
}

#[tokio::test]
async fn is_not_answered_with_more_than_a_few_problems() {
    let api = Api::start().await;
    let unknown: String = (0..900).map(|n| format!("{}{n} ", "u".repeat(90))).collect();
    let reply = send(&api, post(), json!({ "query": format!("{{ {unknown} }}") }).to_string()).await;
    assert_eq!(refusal(&reply).0, "INVALID");
    let told = reply.json()["errors"].as_array().unwrap().len();
    assert!((2..=10).contains(&told), "{told}");
    // A text of a variable is no name, and so may be long; the sentence about it is not.
    let query = "query ($o: [PortfolioOrder!]) { viewer { portfolios(orderBy: $o) { totalCount } } }";
    let variables = json!({ "o": [{ "field": "N".repeat(100_000) }] });
    let reply = asked(&api, query, &variables).await;
    assert_eq!(refusal(&reply).0, "INVALID");
}
