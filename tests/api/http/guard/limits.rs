//! Each limit: what reaches it passes, and one more is refused.

use axum::body::Body;
use serde_json::{Value, json};

use super::{asked, fragments, refusal};
use crate::{
    http::{VERSION, post, send},
    support::Api,
};

/// A document with this many of something, and the sentence for one more than there may be.
pub(super) struct Case {
    pub(super) max: usize,
    pub(super) with: fn(usize) -> (String, Value),
    sentence: &'static str,
}

fn plain(query: String) -> (String, Value) {
    (query, json!({}))
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            max: 40,
            with: |count| {
                let (open, close) = ("... on Query { ".repeat(count - 2), "}".repeat(count - 2));
                plain(format!("{{ {open} serverInfo {{ version }} {close} }}"))
            },
            sentence: "The brackets of a document are nested at most 40 levels deep; here it is 41.",
        },
        Case {
            // Eight tokens for a field with its directive, five around them, and a bare field for each that is left.
            max: 2_000,
            with: |count| {
                let fields = "version @include(if: true) ".repeat((count - 5) / 8);
                plain(format!("{{ serverInfo {{ {fields} {} }} }}", "version ".repeat((count - 5) % 8)))
            },
            sentence: "A document has at most 2000 tokens; here it is 2001.",
        },
        Case {
            max: 255,
            with: |count| plain(format!("{{ {}: serverInfo {{ version }} }}", "n".repeat(count))),
            sentence: "A name has at most 255 characters; here it is 256.",
        },
        Case {
            max: 40,
            with: |count| {
                let nested = (1..count)
                    .fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) });
                (VERSION.to_owned(), json!({ "unused": nested }))
            },
            sentence: "The values of variables are nested at most 40 levels deep; here it is 41.",
        },
        Case {
            max: 15,
            with: |count| {
                let levels = count - 6;
                let types = format!("{} name {}", "ofType { ".repeat(levels), "}".repeat(levels));
                plain(format!("{{ __schema {{ types {{ fields {{ args {{ type {{ {types} }} }} }} }} }} }}"))
            },
            sentence: "Fields are nested at most 15 levels deep; here it is 16.",
        },
        Case {
            max: 40,
            with: |count| plain(fragments(count - 3, 1)),
            sentence: "Selections are nested, with their fragments, at most 40 levels deep; here it is 41.",
        },
        Case {
            max: 1_000,
            with: |count| plain(format!("{{ serverInfo {{ {} }} }}", "version ".repeat(count - 1))),
            sentence: "A document selects, with its fragments, at most 1000 fields; here it is 1001.",
        },
        Case {
            max: 30,
            with: |count| {
                let spreads = "...F ".repeat(count / 2);
                let aliases: String = (0..count % 2).map(|n| format!("c{n}: version ")).collect();
                let fragment = "fragment F on ServerInfo { a: version b: schemaVersion }";
                plain(format!("{{ serverInfo {{ {spreads} {aliases} }} }} {fragment}"))
            },
            sentence: "A document has, with its fragments, at most 30 aliases; here it is 31.",
        },
        Case {
            // A text of 70,000 characters weighs as much as 701 values, here 28 times, and what is left besides.
            max: 20_000,
            with: |count| {
                let rest = count - 28 * 701;
                let query = format!(
                    "query ($id: ID!, $more: ID!) {{ {} last: node(id: $more) {{ id }} }}",
                    "node(id: $id) { id } ".repeat(28)
                );
                (query, json!({ "id": "x".repeat(70_000), "more": "x".repeat(100 * (rest - 1)) }))
            },
            sentence: "The arguments of a document hold, with its variables, at most 20000 values; here it is 20001.",
        },
    ]
}

#[tokio::test]
async fn is_reached_and_not_passed() {
    let api = Api::start().await;
    for Case { max, with, sentence } in cases() {
        let (query, variables) = with(max);
        let reply = asked(&api, &query, &variables).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_ne!(reply.json().get("data"), None, "{}", reply.text());
        let (query, variables) = with(max + 1);
        let reply = asked(&api, &query, &variables).await;
        assert_eq!(refusal(&reply), ("TOO_COMPLEX".to_owned(), sentence.to_owned()));
    }
}

#[tokio::test]
async fn of_directives_holds_wherever_they_may_stand() {
    let api = Api::start().await;
    let sentence = "One place of a document has at most 4 directives; here it is 5.";
    for place in [
        "{ serverInfo HERE { version } }",
        "query HERE { serverInfo { version } }",
        "{ ... on Query HERE { serverInfo { version } } }",
        "{ ... HERE { serverInfo { version } } }",
        "{ ...F HERE } fragment F on Query { serverInfo { version } }",
        "{ ...F } fragment F on Query HERE { serverInfo { version } }",
        "query ($id: ID! HERE) { node(id: $id) { id } }",
    ] {
        let with = |count: usize| place.replace("HERE", &"@include(if: true) ".repeat(count));
        let variables = if place.contains("$id") { json!({ "id": "x" }) } else { json!({}) };
        let four = asked(&api, &with(4), &variables).await;
        // Nothing may carry one directive twice, which validation says.
        assert_eq!(refusal(&four).0, "INVALID", "{place}");
        let five = asked(&api, &with(5), &variables).await;
        assert_eq!(refusal(&five), ("TOO_COMPLEX".to_owned(), sentence.to_owned()), "{place}");
    }
}

#[tokio::test]
async fn of_the_body_holds_when_no_length_is_told() {
    let api = Api::start().await;
    let body = |size: usize| {
        let body = json!({ "query": VERSION, "more": "" }).to_string();
        let filled = body.replace("\"more\":\"\"", &format!("\"more\":\"{}\"", "x".repeat(size - body.len())));
        assert_eq!(filled.len(), size);
        let pieces: Vec<_> =
            filled.into_bytes().chunks(1_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        Body::from_stream(futures_util::stream::iter(pieces))
    };
    assert_eq!(send(&api, post(), body(128 * 1024)).await.status, 200);
    let reply = send(&api, post(), body(129 * 1024)).await;
    assert_eq!(reply.refusal(), json!([413, "TOO_COMPLEX", null]));
}

#[tokio::test]
async fn is_wide_enough_for_the_introspection_of_tools() {
    let api = Api::start().await;
    let depth = |levels: usize| format!("{}{}", "ofType { name kind ".repeat(levels), "}".repeat(levels));
    let query = format!(
        "query IntrospectionQuery {{
            __schema {{
                description queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
                types {{ ...FullType }}
                directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }}
            }}
        }}
        fragment FullType on __Type {{
            kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) {{
                name description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }}
                isDeprecated deprecationReason
            }}
            inputFields(includeDeprecated: true) {{ ...InputValue }}
            interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
            possibleTypes {{ ...TypeRef }}
        }}
        fragment InputValue on __InputValue {{
            name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason
        }}
        fragment TypeRef on __Type {{ kind name {} }}",
        depth(9)
    );
    let reply = asked(&api, &query, &json!({})).await;
    assert_eq!((reply.status, reply.json().get("errors")), (200, None), "{:.500}", reply.text());
    assert!(reply.json()["data"]["__schema"]["types"].as_array().unwrap().len() > 200);
}

#[tokio::test]
async fn of_an_introspection_is_on_what_it_would_answer() {
    let api = Api::start().await;
    let around = |turns: usize| {
        let (open, close) = ("fields { type { ".repeat(turns), "} } ".repeat(turns));
        format!("{{ __schema {{ types {{ {open} name {close} }} }} }}")
    };
    assert_eq!(asked(&api, &around(2), &json!({})).await.json().get("errors"), None);
    for query in [around(4), format!("{{ __schema {{ types {{ {} }} }} }}", "fields { name } ".repeat(300))] {
        let (code, sentence) = refusal(&asked(&api, &query, &json!({})).await);
        assert_eq!(code, "TOO_COMPLEX");
        assert!(
            sentence.starts_with("An introspection answers about at most 1500000 fields; here it is "),
            "{sentence}"
        );
    }
}
