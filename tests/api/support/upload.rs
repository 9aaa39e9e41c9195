//! Requests with a file, put together by hand.

use axum::{
    body::Body,
    http::{Request, request::Builder},
};
use serde_json::{Value, json};

use super::{Answer, Api, Somebody};

pub const BOUNDARY: &str = "----a-boundary";
/// A mutation that takes a file in its input.
pub const IMPORT: &str =
    "mutation ($input: ImportPositionsInput!) { importPositions(input: $input) { run { status } } }";

/// The parts of a body.
#[derive(Clone)]
pub struct Upload {
    pub operations: String,
    pub map: String,
    pub file: Vec<u8>,
}

impl Upload {
    /// An import of this file, with what else its input has.
    pub fn of(document: &str, file: impl Into<Vec<u8>>, input: &Value) -> Self {
        let mut input = input.clone();
        input["file"] = Value::Null;
        let operations = json!({ "query": document, "variables": { "input": input } }).to_string();
        Self { operations, map: json!({ "0": ["variables.input.file"] }).to_string(), file: file.into() }
    }

    pub fn parts(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("name=\"operations\"", self.operations.as_bytes()),
            ("name=\"map\"", self.map.as_bytes()),
            ("name=\"0\"; filename=\"positions.csv\"\r\nContent-Type: text/csv", &self.file),
        ]
    }

    pub fn body(&self) -> Vec<u8> {
        body(&self.parts())
    }

    /// A request with these headers besides its media type.
    pub fn request(headers: &[(&str, &str)]) -> Builder {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        headers.iter().fold(Request::post("/graphql").header("content-type", kind), |request, (name, value)| {
            request.header(*name, *value)
        })
    }
}

/// The parts as one body.
pub fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

impl Api {
    /// Sends a body with a file as somebody.
    pub async fn upload(&self, who: &Somebody, body: Vec<u8>) -> Answer {
        let token = format!("Bearer {}", who.token);
        self.send(Upload::request(&[("authorization", &token)]).body(Body::from(body)).unwrap()).await
    }
}
