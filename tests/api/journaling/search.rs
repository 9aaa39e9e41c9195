//! Full-text search in one's own journal.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{Api, Somebody, Statements};

/// An entry: title, content, reasoning, lessons.
async fn write(api: &Api, who: &Somebody, entries: &[[&str; 4]]) {
    for [title, content, reasoning, lessons] in entries {
        let variables = json!({ "input": {
            "title": title, "content": content, "reasoning": reasoning, "lessonsLearned": lessons, "entryDate": "2025-03-01"
        } });
        let document =
            "mutation ($input: CreateJournalEntryInput!) { createJournalEntry(input: $input) { journalEntry { id } } }";
        api.ask_with(Some(who), document, variables).await.data();
    }
}

const ENTRIES: [[&str; 4]; 4] = [
    ["Stop loss too tight", "Sold FPH on a spike.", "Fear of another loss.", "Give a trade room."],
    ["A quiet day", "Nothing but a small loss.", "None.", "Patience."],
    ["Earnings", "Bought FPH before its earnings, <b>all in</b>.", "It's cheap & growing.", "Losses come from size."],
    ["中文 und Köln 🚀", "Der Verlust war klein.", "Neugier.", "Geduld."],
];

async fn search(api: &Api, who: &Somebody, arguments: &str) -> Value {
    let document = format!(
        "{{ viewer {{ journalSearch({arguments}) {{
            totalCount pageInfo {{ hasNextPage hasPreviousPage endCursor }}
            edges {{ rank node {{ title }} snippets {{ field parts {{ text isMatch }} }} }}
        }} }} }}"
    );
    api.ask(Some(who), &document).await.data()["viewer"]["journalSearch"].clone()
}

/// The titles that a text finds, best first.
async fn titles(api: &Api, who: &Somebody, text: &str) -> Vec<String> {
    let found = search(api, who, &format!("text: {}", json!(text))).await;
    let edges = found["edges"].as_array().unwrap();
    assert_eq!(found["totalCount"], json!(edges.len()), "{text}");
    edges.iter().map(|edge| edge["node"]["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn finds_words_wherever_they_stand_and_the_best_first() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    write(&api, &ada, &ENTRIES).await;
    write(&api, &bob, &[["Loss of Bob", "loss", "loss", "loss"]]).await;
    let [tight, quiet, earnings, cologne] = ENTRIES.map(|[title, ..]| title);
    for (text, expected) in [
        // In the title and the reasoning, in the content, and as the beginning of a word in the lessons.
        ("loss", &[tight, quiet, earnings][..]),
        ("LOSS", &[tight, quiet, earnings]),
        ("fph loss", &[tight, earnings]),
        ("loss -fph", &[quiet]),
        ("\"stop loss\"", &[tight]),
        ("\"loss stop\"", &[]),
        ("patience OR geduld", &[cologne, quiet]),
        ("köln", &[cologne]),
        ("中文", &[cologne]),
        // A word of two letters finds itself alone.
        ("al", &[]),
        ("it", &[earnings]),
        // Whatever is typed is no syntax error.
        ("loss & | ! <-> ) ( : * ''\\", &[tight, quiet, earnings]),
        ("it's", &[earnings]),
        ("nowhere", &[]),
        ("🚀 köln", &[cologne]),
    ] {
        assert_eq!(titles(&api, &ada, text).await, expected, "{text}");
    }
    assert_eq!(titles(&api, &bob, "loss").await, ["Loss of Bob"]);
}

#[tokio::test]
async fn snippets_are_plain_text_in_parts() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // The marks of the database are no part of what is written, even where somebody wrote them.
    write(&api, &ada, &[["<script>loss</script>", "a \u{E000}gain\u{E001} & a loss <at once>", "none", "none"]]).await;
    let found = search(&api, &ada, "text: \"loss\"").await;
    let edge = &found["edges"][0];
    let part = |text: &str, is_match: bool| json!({ "text": text, "isMatch": is_match });
    let expected = json!([
        { "field": "TITLE", "parts": [part("<script>", false), part("loss", true), part("</script>", false)] },
        { "field": "CONTENT", "parts": [part("a gain & a ", false), part("loss", true), part(" <at once", false)] },
    ]);
    assert_eq!(edge["snippets"], expected);
    assert_eq!(
        titles(&api, &ada, "script once").await,
        ["<script>loss</script>"],
        "what looks like a tag is words too"
    );
    let without = search(&api, &ada, "text: \"-nowhere\"").await;
    assert_eq!((without["edges"].as_array().unwrap().len(), &without["edges"][0]["snippets"]), (1, &json!([])));
}

#[tokio::test]
async fn a_long_text_is_cut_around_what_was_found() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let filler = "word ".repeat(2000);
    let content = format!("{filler} needle {filler} needles {filler}");
    write(&api, &ada, &[["Haystack", &content, "none", "none"]]).await;
    let found = search(&api, &ada, "text: \"needle\"").await;
    let parts = found["edges"][0]["snippets"][0]["parts"].as_array().unwrap();
    let text: String = parts.iter().map(|part| part["text"].as_str().unwrap()).collect();
    let matches: Vec<&str> =
        parts.iter().filter(|part| part["isMatch"] == json!(true)).map(|part| part["text"].as_str().unwrap()).collect();
    assert_eq!(matches, ["needle", "needles"]);
    assert!(text.len() < 400 && text.contains(" … "), "{text}");
}

#[tokio::test]
async fn pages_follow_each_other_and_filters_hold() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut sql = String::new();
    for number in 0..30 {
        let _ = write!(
            sql,
            "INSERT INTO journal_entries (user_id, title, content, asset_symbol, entry_date) \
             VALUES ('{}', 'entry {number:02}', 'a loss {}', '{}', '2025-01-01');",
            ada.id,
            "and more ".repeat(number % 3),
            if number % 2 == 0 { "AAA" } else { "BBB" }
        );
    }
    api.sql(&sql).await;
    let whole = search(&api, &ada, "text: \"loss\", first: 100").await;
    let whole: Vec<&Value> = whole["edges"].as_array().unwrap().iter().collect();
    assert_eq!(whole.len(), 30);
    let ranks: Vec<f64> = whole.iter().map(|edge| edge["rank"].as_str().unwrap().parse().unwrap()).collect();
    assert!(ranks.is_sorted_by(|one, next| one >= next) && ranks[0] > ranks[29], "{ranks:?}");
    let (mut paged, mut after) = (Vec::new(), String::new());
    for page in 0..3 {
        let found = search(&api, &ada, &format!("text: \"loss\", first: 12{after}")).await;
        assert_eq!(found["pageInfo"]["hasNextPage"], json!(page < 2));
        assert_eq!(found["pageInfo"]["hasPreviousPage"], json!(page > 0));
        assert_eq!(found["totalCount"], json!(30));
        paged.extend(found["edges"].as_array().unwrap().clone());
        after = format!(", after: {}", found["pageInfo"]["endCursor"]);
    }
    assert_eq!(paged.iter().collect::<Vec<_>>(), whole);

    let filtered = search(&api, &ada, "text: \"loss\", filter: { assetSymbol: { eq: \"AAA\" } }, first: 2").await;
    assert_eq!((&filtered["totalCount"], filtered["edges"].as_array().unwrap().len()), (&json!(15), 2));
    let none = search(&api, &ada, "text: \"loss\", filter: { tradeLog: { some: {} } }").await;
    assert_eq!(none["totalCount"], json!(0));
    // A cursor belongs to its text.
    let document = format!("{{ viewer {{ journalSearch(text: \"entry\"{after}) {{ nodes {{ id }} }} }} }}");
    let answer = api.ask(Some(&ada), &document).await;
    assert_eq!(
        (answer.code(), &answer.body["errors"][0]["extensions"]["issues"][0]["path"]),
        ("INVALID", &json!(["after"]))
    );
}

#[tokio::test]
async fn a_text_without_words_or_too_long_is_refused() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    write(&api, &ada, &ENTRIES).await;
    let longest = "a".repeat(500);
    for (text, code) in [
        ("", "BLANK"),
        (" \t", "BLANK"),
        ("🚀🚀", "FORMAT"),
        ("-- !!", "FORMAT"),
        (&"🚀".repeat(500), "FORMAT"),
        (&"a".repeat(501), "TOO_LONG"),
        ("a\u{0}b", "FORMAT"),
        (&"loss ".repeat(21), "TOO_MANY"),
        (&"é\u{202e}".repeat(48), "TOO_MANY"),
        (&format!("-\"{}\"", "it's ".repeat(11)), "TOO_MANY"),
    ] {
        let document = "query ($text: String!) { viewer { journalSearch(text: $text) { totalCount nodes { id } } } }";
        let answer = api.ask_with(Some(&ada), document, json!({ "text": text })).await;
        let issue = &answer.body["errors"][0]["extensions"]["issues"][0];
        assert_eq!((&issue["path"], &issue["code"]), (&json!(["text"]), &json!(code)), "{text:?}: {:#}", answer.body);
    }
    assert_eq!(titles(&api, &ada, &longest).await, Vec::<String>::new());
}

#[tokio::test]
async fn words_that_a_long_text_is_full_of_are_found_in_time() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let full = format!("é é b {}", "é ".repeat(20_000));
    write(&api, &ada, &[["Full", &full, "none", "none"]]).await;
    let twenty = "é ".repeat(20);
    for text in ["é", "é b", "\"é é b\"", &twenty, &format!("\"{twenty}\"")] {
        let found = search(&api, &ada, &format!("text: {}", json!(text))).await;
        let parts = &found["edges"][0]["snippets"][0]["parts"];
        assert!(parts.as_array().unwrap().contains(&json!({ "text": "é", "isMatch": true })), "{text}: {parts}");
    }
}

#[tokio::test]
async fn what_is_left_out_is_not_shown() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    write(&api, &ada, &[["One", "calm and loss, then gain again", "none", "none"]]).await;
    for text in ["calm OR -loss", "calm OR -\"loss then\"", "calm -absent"] {
        let found = search(&api, &ada, &format!("text: {}", json!(text))).await;
        let marked: Vec<&Value> = found["edges"][0]["snippets"][0]["parts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|part| part["isMatch"] == true)
            .map(|part| &part["text"])
            .collect();
        assert_eq!(marked, [&json!("calm")], "{text}");
        let rank: f64 = found["edges"][0]["rank"].as_str().unwrap().parse().unwrap();
        assert!(rank > 0.0, "{text}");
    }
}

#[tokio::test]
async fn what_is_changed_is_found_as_it_stands_and_what_is_deleted_no_more() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    write(&api, &ada, &[["One", "apple", "none", "none"]]).await;
    let found = api.ask(Some(&ada), "{ viewer { journalSearch(text: \"apple\") { nodes { id } } } }").await;
    let id = found.data()["viewer"]["journalSearch"]["nodes"][0]["id"].clone();
    let update = format!(
        "mutation {{ updateJournalEntry(input: {{ id: {id}, content: \"pear\" }}) {{ journalEntry {{ id }} }} }}"
    );
    api.ask(Some(&ada), &update).await.data();
    assert_eq!(titles(&api, &ada, "apple").await, Vec::<String>::new());
    assert_eq!(titles(&api, &ada, "pear").await, ["One"]);
    let delete = format!("mutation {{ deleteJournalEntry(input: {{ id: {id} }}) {{ journalEntryId }} }}");
    api.ask(Some(&ada), &delete).await.data();
    assert_eq!(titles(&api, &ada, "pear").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_page_takes_a_statement_for_each_thing_that_is_asked() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    write(&api, &ada, &ENTRIES).await;
    for (selection, count) in
        [("edges { rank }", 3), ("edges { rank node { title tradeLog { symbol } } snippets { field } } totalCount", 6)]
    {
        let statements = Statements::listen();
        let document = format!("{{ viewer {{ journalSearch(text: \"loss\") {{ {selection} }} }} }}");
        api.ask(Some(&ada), &document).await.data();
        // The token's, the search's and the entries' own; then the trade logs', the snippets' and the count's.
        let heard = statements.take();
        assert_eq!(heard.len(), count, "{heard:#?}");
    }
}
