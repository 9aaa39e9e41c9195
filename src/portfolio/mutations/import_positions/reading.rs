//! Reading a file: its rows and its digest, off the async threads, because a large one takes a processor for a while.

use axum::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ImportMappingInput, ImportPositionsInput, ImportSource};
use crate::{
    graphql::error::{Error, Result},
    portfolio::formats::{self, FileError, Format, Mapping, Parsed},
};

/// A file that is to be read, and how.
pub struct Reading {
    /// The field of the input that it came in.
    pub field: &'static str,
    bytes: Bytes,
    format: Option<Format>,
    mapping: Mapping,
    account: Option<String>,
    /// What else tells this import from one of the same bytes.
    manner: Value,
}

/// What is in a file.
pub struct Read {
    pub parsed: Parsed,
    /// What tells one import from another: the content of the file, and how it is read.
    pub digest: String,
}

impl Reading {
    pub fn new(input: &ImportPositionsInput) -> Self {
        let (field, bytes) = match (&input.file, &input.content) {
            // Another handle on the same bytes.
            (Some(file), _) => ("file", file.0.clone()),
            (None, text) => ("content", Bytes::from(text.clone().unwrap_or_default())),
        };
        Self {
            field,
            bytes,
            format: input.source.map(ImportSource::format),
            mapping: input.mapping.as_ref().map(ImportMappingInput::mapping).unwrap_or_default(),
            account: input.account.as_deref().map(|account| account.trim().to_owned()),
            manner: json!({ "mapping": input.mapping, "currency": input.currency.as_ref().map(|currency| &currency.0) }),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// At the field that the file came in, when nothing in it can be trusted.
    pub async fn finish(self) -> Result<Read> {
        let field = self.field;
        let read = tokio::task::spawn_blocking(move || self.read()).await.map_err(Error::internal)?;
        read.map_err(|error| Error::invalid(&["input", field], error.code, error.message))
    }

    fn read(self) -> Result<Read, FileError> {
        let parsed = formats::read(&self.bytes, self.format, &self.mapping, self.account.as_deref())?;
        let mut digest = Sha256::new();
        digest.update(format!("{:?} {}", parsed.format, self.manner));
        digest.update(&self.bytes);
        Ok(Read { parsed, digest: data_encoding::HEXLOWER.encode(&digest.finalize()) })
    }
}
