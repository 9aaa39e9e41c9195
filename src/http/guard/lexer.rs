//! The tokens of a document, without recursion: what is looked at before the parser sees it.
//!
//! It is at least as strict as the parser about where texts and comments begin and end, and knows nothing of grammar.
//! What the parser would refuse anyway is let through as some token.

use std::ops::Range;

/// One token. What matters is only how many there are and what they nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    Name(&'a str),
    Number,
    Text,
    /// `{`, `[` or `(`.
    Opening,
    /// `}`, `]` or `)`.
    Closing,
    /// Any other mark, and whatever is no mark of GraphQL.
    Mark,
}

/// A text that doesn't end: where it begins, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unended {
    pub begin: usize,
}

/// Goes through the tokens of a document; ends after a text that doesn't.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    comments: Vec<Range<usize>>,
}

const BLOCK: &[u8] = b"\"\"\"";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, comments: Vec::new() }
    }

    /// Where the comments stood that were met, in bytes.
    pub fn comments(self) -> Vec<Range<usize>> {
        self.comments
    }

    /// What has not been read; empty at the end.
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn skip_ignored(&mut self) {
        loop {
            let rest = self.rest();
            self.at += match rest.first() {
                Some(b' ' | b',' | b'\t' | b'\n' | b'\r') => 1,
                Some(b'#') => {
                    let length = length(rest, |byte| !matches!(byte, b'\n' | b'\r'));
                    self.comments.push(self.at..self.at + length);
                    length
                }
                Some(_) if rest.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
                _ => return,
            };
        }
    }

    fn name(&mut self) -> Token<'a> {
        let begin = self.at;
        self.at += length(self.rest(), |byte| byte == b'_' || byte.is_ascii_alphanumeric());
        Token::Name(self.text.get(begin..self.at).unwrap_or_default())
    }

    /// As the parser's grammar has it: in a list, `007` is three numbers.
    fn number(&mut self) -> Token<'a> {
        self.at += usize::from(self.rest().starts_with(b"-"));
        self.at += if self.rest().starts_with(b"0") { 1 } else { digits(self.rest()) };
        if let Some(fraction) = self.rest().strip_prefix(b".")
            && digits(fraction) > 0
        {
            self.at += 1 + digits(fraction);
        }
        if let [b'e' | b'E', exponent @ ..] = self.rest() {
            let sign = usize::from(exponent.starts_with(b"+") || exponent.starts_with(b"-"));
            let count = digits(exponent.get(sign..).unwrap_or_default());
            self.at += if count > 0 { 1 + sign + count } else { 0 };
        }
        Token::Number
    }

    fn block_text(&mut self) -> Result<Token<'a>, Unended> {
        let begin = self.at;
        self.at += BLOCK.len();
        loop {
            let rest = self.rest();
            match rest.first() {
                None => return Err(Unended { begin }),
                Some(b'"') if rest.starts_with(BLOCK) => {
                    self.at += BLOCK.len();
                    return Ok(Token::Text);
                }
                // A backslash escapes the three marks together and nothing else.
                Some(b'\\') if rest.get(1..).is_some_and(|rest| rest.starts_with(BLOCK)) => self.at += 1 + BLOCK.len(),
                Some(_) => self.at += 1,
            }
        }
    }

    fn text(&mut self) -> Result<Token<'a>, Unended> {
        let begin = self.at;
        self.at += 1;
        loop {
            match self.rest().first() {
                None | Some(b'\n' | b'\r') => return Err(Unended { begin }),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Token::Text);
                }
                // A line's end cannot be escaped.
                Some(b'\\') if matches!(self.rest().get(1), Some(byte) if !matches!(byte, b'\n' | b'\r')) => {
                    self.at += 2;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn mark(&mut self) -> Token<'a> {
        let rest = self.rest();
        self.at += if rest.starts_with(b"...") { 3 } else { 1 };
        match rest.first() {
            Some(b'{' | b'[' | b'(') => Token::Opening,
            Some(b'}' | b']' | b')') => Token::Closing,
            _ => Token::Mark,
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<Token<'a>, Unended>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_ignored();
        let rest = self.rest();
        let token = match rest.first()? {
            b'"' if rest.starts_with(BLOCK) => self.block_text(),
            b'"' => self.text(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Ok(self.name()),
            b'-' | b'0'..=b'9' => Ok(self.number()),
            _ => Ok(self.mark()),
        };
        if token.is_err() {
            self.at = self.text.len();
        }
        Some(token)
    }
}

fn digits(bytes: &[u8]) -> usize {
    length(bytes, |byte| byte.is_ascii_digit())
}

/// How many bytes at the beginning are of a kind.
fn length(bytes: &[u8], is_of_kind: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !is_of_kind(*byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{Token::*, *};

    fn tokens(text: &str) -> Result<Vec<Token<'_>>, Unended> {
        Lexer::new(text).collect()
    }

    #[test]
    fn all_kinds() {
        let all = tokens("\u{feff}query A($a:[Int!]=-1.5e+3){...on B@c(d:\"e\",f:\"\"\"g\"\"\")}#h\n&|");
        let names = |name| Name(name);
        let expected = vec![
            names("query"),
            names("A"),
            Opening,
            Mark,
            names("a"),
            Mark,
            Opening,
            names("Int"),
            Mark,
            Closing,
            Mark,
            Number,
            Closing,
            Opening,
            Mark,
            names("on"),
            names("B"),
            Mark,
            names("c"),
            Opening,
            names("d"),
            Mark,
            Text,
            names("f"),
            Mark,
            Text,
            Closing,
            Closing,
            Mark,
            Mark,
        ];
        assert_eq!(all, Ok(expected));
    }

    #[test]
    fn brackets_in_texts_and_comments_nest_nothing() {
        for text in [
            r#""{[(""#,
            r#""\"{""#,
            r#""\\""#,
            "\"\"\"{[(\n\"\"\"",
            "\"\"\"\"{\"\"\"",
            r#""""\"""{""""#,
            r#""""\\"""{""""#,
            "\"\"\"\"\"\"",
            "\"\"",
        ] {
            assert_eq!(tokens(text), Ok(vec![Text]), "{text}");
        }
        assert_eq!(tokens("# {[(\" \r{"), Ok(vec![Opening]));
        assert_eq!(tokens("# {[(\""), Ok(vec![]));
        assert_eq!(tokens(""), Ok(vec![]));
    }

    #[test]
    fn a_text_that_does_not_end_is_told_with_its_beginning() {
        for (text, begin) in [
            ("\"", 0),
            ("a \"b", 2),
            ("\"b\n\"", 0),
            ("\"b\\\n\"", 0),
            ("\"b\\", 0),
            ("\"\\\"", 0),
            ("\"\"\"", 0),
            ("\"\"\"\"", 0),
            ("\"\"\"\"\"", 0),
            ("\"\" \"\"\"\\\"\"\"", 3),
        ] {
            assert_eq!(tokens(text), Err(Unended { begin }), "{text}");
        }
        assert_eq!(Lexer::new("\"{{{").count(), 1, "nothing is read behind it");
    }

    #[test]
    fn a_number_ends_where_the_grammar_says() {
        for (text, count) in [
            ("0", 1),
            ("-0", 1),
            ("007", 3),
            ("1.5e-3", 1),
            ("1-1", 2),
            ("1E5-2", 2),
            ("-", 1),
            ("1.5.5", 3),
            ("1e", 2),
        ] {
            assert_eq!(tokens(text).map(|tokens| tokens.len()), Ok(count), "{text}");
        }
    }

    #[test]
    fn what_is_no_token_is_some_token() {
        assert_eq!(tokens("\0"), Ok(vec![Mark]));
        assert_eq!(tokens("é"), Ok(vec![Mark, Mark]));
        assert_eq!(tokens("\\u{d800}"), Ok(vec![Mark, Name("u"), Opening, Name("d800"), Closing]));
    }
}
