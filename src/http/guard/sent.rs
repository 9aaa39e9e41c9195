//! What a client sends, read from a body, an address or a message; batches are refused here.

use async_graphql::Variables;
use axum::{extract::Query, http::Uri};
use serde::Deserialize;
use serde_json::Value;

use super::limits::Limit;
use crate::graphql::error::{Error, ErrorCode, Result};

/// A document with its variables as it came: nothing of it has been looked at.
#[derive(Debug)]
pub struct Sent {
    pub query: String,
    pub variables: Variables,
    pub operation_name: Option<String>,
}

impl Sent {
    /// The body of a POST.
    ///
    /// # Errors
    /// When it isn't JSON, is nested deeper than JSON may be, or isn't one request.
    pub fn in_body(body: &[u8]) -> Result<Self> {
        Self::in_value(json(body, &[], "The body is not JSON.")?)
    }

    /// A request as JSON: `{ query, variables, operationName }`. Whatever else it holds is ignored.
    ///
    /// # Errors
    /// When it isn't one request.
    pub fn in_value(value: Value) -> Result<Self> {
        if value.is_array() {
            return Err(Error::invalid(&[], "FORMAT", "One request holds one document; batches are not taken."));
        }
        let Value::Object(mut fields) = value else { return Err(no_query()) };
        let Some(Value::String(query)) = fields.remove("query") else { return Err(no_query()) };
        let variables = variables(fields.remove("variables"))?;
        let operation_name = match fields.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => return Err(Error::invalid(&["operationName"], "FORMAT", "The operation's name is a text.")),
        };
        Ok(Self { query, variables, operation_name })
    }

    /// The parameters of an address, as they stand behind its question mark.
    ///
    /// # Errors
    /// When they can't be read or hold no query.
    pub fn in_address(parameters: &str) -> Result<Self> {
        let address = Uri::builder().path_and_query(format!("/?{parameters}")).build();
        let address = address.map_err(|_| Error::invalid(&[], "FORMAT", "The address cannot be read."))?;
        let Query(found) = Query::<InAddress>::try_from_uri(&address)
            .map_err(|_| Error::invalid(&["query"], "REQUIRED", "The address has no query."))?;
        let given = found.variables.filter(|text| !text.is_empty());
        let given =
            given.map(|text| json(text.as_bytes(), &["variables"], "The variables are not JSON.")).transpose()?;
        let operation_name = found.operation_name.filter(|name| !name.is_empty());
        Ok(Self { query: found.query, variables: variables(given)?, operation_name })
    }
}

#[derive(Deserialize)]
struct InAddress {
    query: String,
    variables: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
}

/// Reads JSON. What is nested too deep for that is not told to be no JSON: it may well be.
fn json(text: &[u8], path: &[&str], no_json: &str) -> Result<Value> {
    serde_json::from_slice(text).map_err(|error| {
        // The library has no other name for it.
        if !error.to_string().starts_with("recursion limit exceeded") {
            return Error::invalid(path, "FORMAT", no_json);
        }
        let levels = Limit::VariableNesting.max();
        let text = format!("The JSON is nested too deep to be read; variables have at most {levels} levels.");
        Error::new(ErrorCode::TooComplex, text)
    })
}

fn no_query() -> Error {
    Error::invalid(&["query"], "REQUIRED", "The body has no query, which is a text.")
}

/// Variables are an object by their names; left out or null they are none.
fn variables(value: Option<Value>) -> Result<Variables> {
    match value {
        None | Some(Value::Null) => Ok(Variables::default()),
        Some(object @ Value::Object(_)) => serde_json::from_value(object)
            .map_err(|_| Error::invalid(&["variables"], "FORMAT", "The variables cannot be read.")),
        Some(_) => Err(Error::invalid(&["variables"], "FORMAT", "The variables are an object by their names.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_not_told_to_be_no_json() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let body = |value: &str| format!(r#"{{ "query": "{{ a }}", "variables": {{ "v": {value} }} }}"#);
        let code = |outcome: Result<Sent>| outcome.err().map(|error| error.code);
        for (value, expected) in [
            (nested(120), None),
            (nested(200), Some(ErrorCode::TooComplex)),
            (nested(20_000), Some(ErrorCode::TooComplex)),
            ("[".repeat(200), Some(ErrorCode::TooComplex)),
            ("[".repeat(100), Some(ErrorCode::Invalid)),
            ("nope".to_owned(), Some(ErrorCode::Invalid)),
        ] {
            assert_eq!(code(Sent::in_body(body(&value).as_bytes())), expected, "{value:.40}");
            let address = format!("query=%7Ba%7D&variables=%7B%22v%22:{value}%7D");
            assert_eq!(code(Sent::in_address(&address)), expected, "{value:.40}");
        }
        let refusal = Sent::in_body(body(&nested(200)).as_bytes()).unwrap_err();
        assert_eq!(refusal.message, "The JSON is nested too deep to be read; variables have at most 40 levels.");
    }
}
