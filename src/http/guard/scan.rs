//! A look at a document's text, before the parser recurses into it.

use std::{borrow::Cow, ops::Range};

use async_graphql::Pos;

use super::{
    Refusal,
    lexer::{Lexer, Token, Unended},
    limits::Limit,
};
use crate::graphql::error::Error;

/// What the text of a document comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    pub tokens: usize,
    /// How many brackets are open at most.
    pub nesting: usize,
    /// The length of the longest name.
    pub name: usize,
}

impl Scan {
    /// # Errors
    /// When a text in the document doesn't end.
    pub fn of(document: &str) -> Result<Self, Unended> {
        Self::through(&mut Lexer::new(document))
    }

    fn through(lexer: &mut Lexer<'_>) -> Result<Self, Unended> {
        let mut scan = Self::default();
        let mut open: usize = 0;
        for token in lexer {
            scan.tokens += 1;
            match token? {
                Token::Opening => open += 1,
                Token::Closing => open = open.saturating_sub(1),
                Token::Name(name) => scan.name = scan.name.max(name.len()),
                Token::Number | Token::Text | Token::Mark => {}
            }
            scan.nesting = scan.nesting.max(open);
        }
        Ok(scan)
    }

    fn hold(self) -> Result<(), Error> {
        Limit::Nesting.hold(self.nesting)?;
        Limit::Tokens.hold(self.tokens)?;
        Limit::Name.hold(self.name)
    }
}

/// Refuses a document that would be too much for the parser; else gives the text to parse.
///
/// That is the document with blanks for its comments: the parser reads each several times over, a letter at a time.
///
/// # Errors
/// When it is too long or nested too deep, or a text in it doesn't end.
pub fn look(document: &str) -> Result<Cow<'_, str>, Refusal> {
    Limit::Bytes.hold(document.len())?;
    let mut lexer = Lexer::new(document);
    let scan = Scan::through(&mut lexer).map_err(|unended| refused(document, unended))?;
    scan.hold()?;
    Ok(without(&lexer.comments(), document))
}

/// The document with a blank for each letter of its comments, so that lines and columns stay what they are.
fn without<'a>(comments: &[Range<usize>], document: &'a str) -> Cow<'a, str> {
    if comments.is_empty() {
        return Cow::Borrowed(document);
    }
    let mut text = String::with_capacity(document.len());
    let mut end = 0;
    for comment in comments {
        text.push_str(document.get(end..comment.start).unwrap_or_default());
        text.extend(document.get(comment.clone()).unwrap_or_default().chars().map(|_| ' '));
        end = comment.end;
    }
    text.push_str(document.get(end..).unwrap_or_default());
    Cow::Owned(text)
}

fn refused(document: &str, unended: Unended) -> Refusal {
    let at = position(document, unended.begin);
    let sentence = format!("The text that begins in line {}, column {} doesn't end.", at.line, at.column);
    Refusal { error: Error::invalid(&[], "FORMAT", sentence), at: vec![at] }
}

/// The line and column of a byte, both from 1, as the parser counts them.
fn position(document: &str, byte: usize) -> Pos {
    let before = document.get(..byte).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::error::ErrorCode;

    fn refusal(document: &str) -> (ErrorCode, String) {
        let error = look(document).expect_err("it is refused").error;
        (error.code, error.message)
    }

    #[test]
    fn counts_tokens_nesting_and_the_longest_name() {
        let scan = Scan::of("{ a(b: [{ c: \"{\" }]) { ddd } } # {");
        assert_eq!(scan, Ok(Scan { tokens: 17, nesting: 4, name: 3 }));
        assert_eq!(Scan::of("}}}{"), Ok(Scan { tokens: 4, nesting: 1, name: 0 }));
    }

    #[test]
    fn holds_its_limits_and_no_less() {
        let nested = |levels: usize| format!("{{a(b:{}1{})}}", "[".repeat(levels - 2), "]".repeat(levels - 2));
        let long = |tokens: usize| format!("{{{}}}", "a ".repeat(tokens - 2));
        let named = |length: usize| format!("{{{}}}", "a".repeat(length));
        assert!(look(&nested(40)).is_ok() && look(&long(2_000)).is_ok() && look(&named(255)).is_ok());
        let too_complex = |sentence: &str| (ErrorCode::TooComplex, sentence.to_owned());
        let sentence = "The brackets of a document are nested at most 40 levels deep; here it is 41.";
        assert_eq!(refusal(&nested(41)), too_complex(sentence));
        assert_eq!(refusal(&long(2_001)), too_complex("A document has at most 2000 tokens; here it is 2001."));
        assert_eq!(refusal(&named(256)), too_complex("A name has at most 255 characters; here it is 256."));
    }

    #[test]
    fn brackets_of_all_kinds_count_together() {
        for unit in ["{a", "[", "(", "{a(b:[", "[[{c:"] {
            assert_eq!(refusal(&unit.repeat(50)).0, ErrorCode::TooComplex, "{unit}");
        }
    }

    #[test]
    fn comments_become_blanks_of_their_length() {
        let text = look("# é\r\n{ a(b: \"# no\") # c\n}#").expect("a document");
        assert_eq!(text, "   \r\n{ a(b: \"# no\")    \n} ");
        assert!(matches!(look("{ a }"), Ok(Cow::Borrowed("{ a }"))));
    }

    #[test]
    fn says_where_a_text_begins_that_does_not_end() {
        let refusal = look("{\r\n  é: a(b: \"c)\n}").expect_err("the text doesn't end");
        assert_eq!(refusal.at, [Pos { line: 2, column: 11 }]);
        assert_eq!(refusal.error.code, ErrorCode::Invalid);
        assert_eq!(refusal.error.message, "The text that begins in line 2, column 11 doesn't end.");
    }
}
