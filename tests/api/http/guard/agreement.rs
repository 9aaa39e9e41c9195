//! The lexer and the parser agree on documents made up at random.

use proptest::{prelude::*, strategy::BoxedStrategy};
use stackmotive::http::guard::{lexer::Lexer, scan};

/// A piece of a document with how deep its brackets are nested.
type Piece = (String, usize);

fn name() -> impl Strategy<Value = String> {
    "[_A-Za-z][_0-9A-Za-z]{0,5}".prop_filter("a word with a meaning", |name| {
        !["on", "true", "false", "null", "query", "mutation", "subscription", "fragment"]
            .iter()
            .any(|word| name.starts_with(word))
    })
}

/// What stands between two tokens.
fn between() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(" ".to_owned()),
        1 => "[ ,\t\r\n\u{feff}]{1,3}",
        1 => "#[ -~{}()\\[\\]\"é]{0,6}\n",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r#""([ !#-\[\]-~é😀{}()]|\\["\\/bfnrt]|\\u00[0-9a-f]{2}){0,6}""#.prop_map(|text: String| text),
        r#"("{0,2}[ !#-\[\]-~\n\r{}\[()é]|\\"""|\\){0,6}"#.prop_map(|inner: String| {
            // Marks and backslashes at the end would belong to what closes it.
            format!("\"\"\"{} \"\"\"", inner.trim_end_matches(['"', '\\']))
        }),
    ]
}

fn value() -> BoxedStrategy<Piece> {
    let leaf = prop_oneof![
        text().prop_map(|text| (text, 0)),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?".prop_map(|number| (number, 0)),
        prop_oneof![Just("true"), Just("false"), Just("null")].prop_map(|word| (word.to_owned(), 0)),
        name().prop_map(|name| (name, 0)),
        name().prop_map(|name| (format!("${name}"), 0)),
    ];
    let inner = |inner: BoxedStrategy<Piece>| {
        let list = prop::collection::vec((inner.clone(), between()), 0..4).prop_map(|items| {
            let depth = items.iter().map(|((_, depth), _)| *depth).max().unwrap_or_default();
            let items: String = items.into_iter().map(|((item, _), space)| item + &space).collect();
            (format!("[{items}]"), depth + 1)
        });
        // Names with their place, so that no two are the same.
        let object = prop::collection::vec((name(), inner, between()), 0..4).prop_map(|fields| {
            let depth = fields.iter().map(|(_, (_, depth), _)| *depth).max().unwrap_or_default();
            let fields = fields.into_iter().enumerate();
            let fields: String =
                fields.map(|(place, (name, (value, _), space))| format!("{name}_{place}:{value}{space}")).collect();
            (format!("{{{fields}}}"), depth + 1)
        });
        prop_oneof![list, object]
    };
    leaf.boxed().prop_recursive(30, 60, 4, inner).boxed()
}

fn arguments() -> impl Strategy<Value = Piece> {
    prop_oneof![
        Just((String::new(), 0)),
        (name(), value(), between())
            .prop_map(|(name, (value, depth), space)| (format!("({name}{space}:{space}{value})"), depth + 1)),
    ]
}

fn directives() -> impl Strategy<Value = Piece> {
    prop_oneof![
        Just((String::new(), 0)),
        (name(), arguments()).prop_map(|(name, (arguments, depth))| (format!("@{name}{arguments}"), depth)),
    ]
}

fn selections() -> BoxedStrategy<Piece> {
    let field = (name(), prop::option::of(name()), arguments(), directives()).prop_map(
        |(name, alias, (arguments, depth), (directives, other))| {
            let alias = alias.map(|alias| format!("{alias}:")).unwrap_or_default();
            (format!("{{{alias}{name}{arguments}{directives}}}"), 1 + depth.max(other))
        },
    );
    let inner = |inner: BoxedStrategy<Piece>| {
        (name(), arguments(), directives(), inner, between(), 0..3).prop_map(
            |(name, (arguments, a), (directives, b), (inner, c), space, kind)| match kind {
                0 => (format!("{{{name}{arguments}{directives}{inner}{space}...{name}}}"), 1 + a.max(b).max(c)),
                1 => (format!("{{...on {name}{directives}{space}{inner}}}"), 1 + b.max(c)),
                _ => (format!("{{...{space}{inner}{space}{name}}}"), 1 + c),
            },
        )
    };
    field.boxed().prop_recursive(45, 60, 1, inner).boxed()
}

fn document() -> impl Strategy<Value = Piece> {
    (between(), prop::option::of((name(), name(), 0_usize..45)), directives(), selections(), between()).prop_map(
        |(before, head, (directives, a), (selections, b), after)| match head {
            None => (format!("{before}{selections}{after}"), b),
            Some((name, variable, lists)) => {
                let ty = format!("{}Int{}", "[".repeat(lists), "]".repeat(lists));
                let text = format!("{before}query {name}(${variable}:{ty}){directives}{selections}{after}");
                (text, (1 + lists).max(a).max(b))
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_the_brackets_of_a_document((text, depth) in document()) {
        let seen = scan::Scan::of(&text).expect("every text in it ends");
        prop_assert_eq!(seen.nesting, depth, "{}", &text);
        match scan::look(&text) {
            Ok(text) => {
                let parsed = async_graphql::parser::parse_query(&text);
                prop_assert!(parsed.is_ok(), "{}: {:?}", &text, parsed.err());
            }
            Err(_) => prop_assert!(depth > 40 || seen.tokens > 2_000, "{}", &text),
        }
    }

    #[test]
    fn or_there_is_no_document_in_it(text in "([ -~\n\r\u{0}é😀\u{feff}]|\"\"\"|\\\\\"|[{}\\[\\]()]|query|\\.\\.\\.){0,200}") {
        let _ = Lexer::new(&text).count();
        if scan::look(&text).is_ok() {
            let _ = async_graphql::parser::parse_query(&text);
        }
    }
}
