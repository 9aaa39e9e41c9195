//! What a client is told when something goes wrong.
//!
//! [`Error`] has no `Display` on purpose: async-graphql publishes every `Display` error that meets a `?`,
//! and so would publish SQL texts and addresses.
//! What may be told goes through the constructors here; everything else becomes `INTERNAL`, masked and logged once.

mod database;

use std::{borrow::Cow, time::Duration};

use async_graphql::{Enum, ErrorExtensions, Value};
use serde::{Deserialize, Serialize};

/// The result of everything that can fail on behalf of a client.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of error this is; stands in `extensions.code` of every error.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Nobody is signed in, or the token is unknown or has ended.
    Unauthenticated,
    /// The one who is signed in may not do this; `extensions.scope` names the scope that a personal API token lacks.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The input is wrong; `extensions.issues` lists every problem with its path.
    Invalid,
    /// Something else happened first; nothing was changed.
    Conflict,
    /// The same file was imported before; nothing was changed.
    AlreadyImported,
    /// A budget is used up, or something was tried too often; `extensions.retryAfter` says in how many seconds to try again.
    RateLimited,
    /// The document asks for more than one request may.
    TooComplex,
    /// The server or its database cannot answer now; the same request may succeed later.
    Unavailable,
    /// A fault of the server, logged under the request's id.
    Internal,
}

/// Every code, for whoever meets one as text.
pub const ERROR_CODES: [ErrorCode; 10] = [
    ErrorCode::Unauthenticated,
    ErrorCode::Forbidden,
    ErrorCode::NotFound,
    ErrorCode::Invalid,
    ErrorCode::Conflict,
    ErrorCode::AlreadyImported,
    ErrorCode::RateLimited,
    ErrorCode::TooComplex,
    ErrorCode::Unavailable,
    ErrorCode::Internal,
];

impl ErrorCode {
    /// The code as it stands in an answer, such as `NOT_FOUND`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Invalid => "INVALID",
            Self::Conflict => "CONFLICT",
            Self::AlreadyImported => "ALREADY_IMPORTED",
            Self::RateLimited => "RATE_LIMITED",
            Self::TooComplex => "TOO_COMPLEX",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// One problem of an input: where it is, what kind it is, and a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// From the field's argument inwards, such as `["input", "tradeLog", "quantity"]`.
    pub path: Vec<String>,
    /// A short word that a form can act on, such as `REQUIRED` or `TOO_LONG`.
    pub code: Cow<'static, str>,
    pub message: String,
}

impl Issue {
    pub fn new(path: &[&str], code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.iter().map(ToString::to_string).collect(), code: code.into(), message: message.into() }
    }

    /// The issue as it stands in `extensions.issues`.
    pub fn value(&self) -> Value {
        Value::from_json(serde_json::json!({
            "path": self.path,
            "code": self.code,
            "message": self.message,
        }))
        .unwrap_or_default()
    }
}

/// An error that may be shown to a client.
#[derive(Clone, Debug)]
pub struct Error {
    pub code: ErrorCode,
    pub message: String,
    pub issues: Vec<Issue>,
    /// How long to wait before the same request can succeed, where that is known.
    pub retry_after: Option<Duration>,
    /// What stands there now, where somebody else's change came first.
    pub current: Option<Box<serde_json::Value>>,
    /// The scope that a personal API token lacks, such as `portfolio:read`.
    pub scope: Option<&'static str>,
}

/// How many problems of an input are told: a small request must not get a large answer.
const ISSUES_MAX: usize = 32;

impl Error {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), issues: Vec::new(), retry_after: None, current: None, scope: None }
    }

    /// A budget is used up, or something was tried too often; `extensions.retryAfter` says when to come back.
    pub fn rate_limited(message: impl Into<String>, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ErrorCode::RateLimited, message) }
    }

    pub fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "Sign in first.")
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {what}."))
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    pub fn unavailable() -> Self {
        Self::new(ErrorCode::Unavailable, "The database cannot be reached now; try again shortly.")
    }

    /// One problem of the input.
    pub fn invalid(path: &[&str], code: &'static str, message: impl Into<String>) -> Self {
        Self::issues(vec![Issue::new(path, code, message)])
    }

    /// All problems of the input at once, as far as a form has room for them.
    pub fn issues(mut issues: Vec<Issue>) -> Self {
        let message = match issues.as_slice() {
            [one] => one.message.clone(),
            several if several.len() > ISSUES_MAX => {
                format!("The input has {} problems, of which the first are told.", several.len())
            }
            several => format!("The input has {} problems.", several.len()),
        };
        issues.truncate(ISSUES_MAX);
        Self { issues, ..Self::new(ErrorCode::Invalid, message) }
    }

    /// The same, where the input calls a column's field by another name.
    pub fn renaming(mut self, column: &str, field: &str) -> Self {
        let is_meant = self.issues.iter().any(|issue| issue.path.iter().any(|part| part == column));
        for part in self.issues.iter_mut().flat_map(|issue| issue.path.iter_mut()) {
            if part == column {
                field.clone_into(part);
            }
        }
        if is_meant {
            // The sentence names it as well.
            let messages = self.issues.iter_mut().map(|issue| &mut issue.message);
            for message in messages.chain(std::iter::once(&mut self.message)) {
                *message = message.replace(&words(column), &words(field));
            }
        }
        self
    }

    /// A fault of the server: logged here, once, and told to nobody.
    pub fn internal(cause: impl std::fmt::Debug) -> Self {
        tracing::error!(?cause, "internal error");
        Self::new(ErrorCode::Internal, "Something went wrong on the server.")
    }
}

/// Whole seconds to wait, rounded up, so that who waits so long does not come too early.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let issues: Vec<Value> = error.issues.iter().map(Issue::value).collect();
        async_graphql::Error::new(error.message).extend_with(|_, extensions| {
            extensions.set("code", error.code.text());
            if error.code == ErrorCode::Invalid || !issues.is_empty() {
                extensions.set("issues", Value::List(issues));
            }
            if let Some(current) = error.current {
                extensions.set("current", Value::from_json(*current).unwrap_or_default());
            }
            if let Some(scope) = error.scope {
                extensions.set("scope", scope);
            }
            if let Some(wait) = error.retry_after {
                extensions.set("retryAfter", whole_seconds(wait));
            }
        })
    }
}

/// `assetClass` as words: `asset class`.
fn words(field: &str) -> String {
    let mut text = String::with_capacity(field.len() + 4);
    for letter in field.chars() {
        if letter.is_uppercase() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    if text.is_empty() { "value".to_owned() } else { text }
}
