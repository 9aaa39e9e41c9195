//! Files beside a document.

use std::fmt;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A file of at most 20 MB: the request is `multipart/form-data` with the parts `operations`, `map` and the file, as the
/// GraphQL multipart request specification says. One request carries one file.
// Not the library's: that one goes through temporary files and takes a text of a certain shape for a file. This one is
// a value that no JSON can be.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload(pub Bytes);

impl Upload {
    /// The scalar's name in the schema.
    pub const NAME: &'static str = "Upload";
}

/// A file of at most 20 MB: the request is `multipart/form-data` with the parts `operations`, `map` and the file, as the
/// GraphQL multipart request specification says. One request carries one file.
#[Scalar(name = "Upload", specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec")]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::Binary(bytes) => Ok(Self(bytes)),
            _ => Err(InputValueError::custom("A file is sent in a part of its own, as multipart/form-data.")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(digest(&self.0))
    }
}

/// Only how long it is.
impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a file of {} bytes", self.0.len())
    }
}

/// A value in which each file stands as its SHA-256, in 43 letters: what may be kept of it.
pub fn without_files(value: Value) -> Value {
    match value {
        Value::Binary(bytes) => Value::String(digest(&bytes)),
        Value::List(items) => Value::List(items.into_iter().map(without_files).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, without_files(value))).collect())
        }
        other => other,
    }
}

fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}
