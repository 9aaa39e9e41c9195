//! What the parser says of a document that it cannot read, in a sentence.

use async_graphql::parser;

use super::Refusal;
use crate::graphql::error::Error;

/// How much of what the parser expected is told.
const EXPECTED_MAX: usize = 200;

pub fn refusal(error: &parser::Error) -> Refusal {
    let sentence = match error {
        parser::Error::Syntax { message, start, .. } => {
            format!("The document can't be read at line {}, column {}: {}.", start.line, start.column, reason(message))
        }
        parser::Error::MultipleOperations { .. } => {
            "A document holds one operation; this one holds several.".to_owned()
        }
        parser::Error::OperationDuplicated { operation, .. } => format!("The operation {operation} is defined twice."),
        parser::Error::FragmentDuplicated { fragment, .. } => format!("The fragment {fragment} is defined twice."),
        parser::Error::MissingOperation => "The document holds no operation.".to_owned(),
        _ => "The document can't be read.".to_owned(),
    };
    Refusal { error: Error::invalid(&[], "FORMAT", sentence), at: error.positions().collect() }
}

/// The parser draws the place with the text around it, over several lines; the last one says what is wrong.
fn reason(drawing: &str) -> String {
    let last = drawing.lines().last().unwrap_or_default();
    let reason = last.trim_start_matches([' ', '=']).trim_end_matches('.');
    reason.replace('_', " ").replace("EOI", "the end").chars().take(EXPECTED_MAX).collect()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    fn sentence(document: &str) -> String {
        super::refusal(&parse_query(document).expect_err("it can't be read")).error.message
    }

    #[test]
    fn a_sentence_says_where_and_what() {
        let expected = "expected selection set, selection, directive, or arguments";
        assert_eq!(sentence("{ a"), format!("The document can't be read at line 1, column 4: {expected}."));
        assert_eq!(sentence("fragment F on Q { a }"), "The document holds no operation.");
        assert_eq!(sentence("{ a } { b }"), "A document holds one operation; this one holds several.");
        assert_eq!(sentence("query A { a } query A { b }"), "The operation A is defined twice.");
        let twice = "{ a } fragment F on Q { a } fragment F on Q { a }";
        assert_eq!(sentence(twice), "The fragment F is defined twice.");
    }
}
