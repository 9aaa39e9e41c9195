//! The part of a text in which a search found something, with the words that it found.
//!
//! The database puts two characters around those words that no text means anything by, and which it takes out of the
//! text first; a third one stands for what it would take for the beginning of a tag. What a client gets is plain text in parts, never markup, so nothing that somebody wrote can become one.

/// Stands before a word that was found. Both are of Unicode's first private use area.
pub const BEGIN: char = '\u{E000}';
/// Stands behind it.
pub const END: char = '\u{E001}';
/// Stands for `<`, with which the database would begin a tag and leave out what follows.
pub const LESS: char = '\u{E002}';
/// Stands between two places of a long text.
const GAP: &str = " … ";

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    /// Whether it is what was looked for.
    pub is_match: bool,
}

/// How the database marks a short text, as a whole.
pub fn whole() -> String {
    format!("StartSel={BEGIN}, StopSel={END}, HighlightAll=true")
}

/// How the database marks a long text: two places of it at most.
pub fn part() -> String {
    format!(
        "StartSel={BEGIN}, StopSel={END}, MaxFragments=2, MinWords=8, MaxWords=24, ShortWord=0, FragmentDelimiter=\"{GAP}\""
    )
}

/// The parts of a marked text; nothing when no word of it was looked for.
pub fn parts(marked: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut found = false;
    for piece in marked.split(BEGIN) {
        let (inside, outside) = piece.split_once(END).map_or((None, piece), |(inside, rest)| (Some(inside), rest));
        for (text, is_match) in [(inside.unwrap_or_default(), true), (outside, false)] {
            if !text.is_empty() {
                found |= is_match;
                parts.push(Part { text: text.replace(LESS, "<"), is_match });
            }
        }
    }
    if found { parts } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(text: &str, is_match: bool) -> Part {
        Part { text: text.to_owned(), is_match }
    }

    #[test]
    fn a_marked_text_is_taken_apart() {
        for (marked, expected) in [
            ("nothing here", vec![]),
            ("", vec![]),
            ("\u{E000}Loss\u{E001}", vec![part("Loss", true)]),
            ("a \u{E000}loss\u{E001} of 5", vec![part("a ", false), part("loss", true), part(" of 5", false)]),
            (
                "\u{E000}stop\u{E001} \u{E000}loss\u{E001} <b>&amp;\u{E002}",
                vec![part("stop", true), part(" ", false), part("loss", true), part(" <b>&amp;<", false)],
            ),
        ] {
            assert_eq!(parts(marked), expected, "{marked}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_are_the_text_whatever_it_is(texts in prop::collection::vec(("[^\u{E000}-\u{E002}]{0,8}", any::<bool>()), 0..8)) {
            let marked: String = texts.iter().map(|(text, is_match)| {
                if *is_match { format!("{BEGIN}{text}{END}") } else { text.clone() }
            }).collect();
            let plain: String = texts.iter().map(|(text, _)| text.as_str()).collect();
            let found: String = parts(&marked).into_iter().map(|part| part.text).collect();
            let has_match = texts.iter().any(|(text, is_match)| *is_match && !text.is_empty());
            prop_assert_eq!(found, if has_match { plain } else { String::new() });
        }
    }
}
