//! What an answer refused goes to the audit: which field, with which code, to whom; never what was sent.

use async_graphql::{PathSegment, ServerError, Value, parser::types::OperationType};

use super::document::Asked;
use crate::{
    graphql::{
        call::Call,
        error::{ERROR_CODES, ErrorCode},
    },
    logging::{audit::Event, types::AuditOperation},
};

/// Ways to sign in: they tell the audit themselves who failed, and why; only that they came too soon is told here.
const OWN_WORDS: [&str; 1] = ["signIn"];
/// How many problems of an input are named.
const ISSUES_MAX: usize = 10;

/// Records the refusals among the errors of an answer.
pub fn record(call: &Call, asked: &Asked, errors: &[ServerError]) {
    for (error, code, key) in errors.iter().filter_map(refusal) {
        if let Some(event) = event(call, asked, error, code, key) {
            call.app.audit.record(event);
        }
    }
}

/// An error that refuses something: its code, and the key of its root field.
fn refusal(error: &ServerError) -> Option<(&ServerError, &'static str, &str)> {
    let Some(Value::String(found)) = error.extensions.as_ref()?.get("code") else { return None };
    let code = ERROR_CODES.iter().find(|code| code.text() == found)?;
    // Without anybody signed in there is nothing to protect yet, and faults of ours are in the log.
    let is_refusal = !matches!(code, ErrorCode::Unauthenticated | ErrorCode::Unavailable | ErrorCode::Internal);
    match error.path.first() {
        Some(PathSegment::Field(key)) if is_refusal => Some((error, code.text(), key)),
        _ => None,
    }
}

fn event(call: &Call, asked: &Asked, error: &ServerError, code: &'static str, key: &str) -> Option<Event> {
    let found = asked.field(&asked.root()?, key)?;
    let field: &'static str = found.definition.name.node.as_str();
    // A wrong value in a query is a slip; in a mutation somebody wanted something changed.
    let is_slip = code == ErrorCode::Invalid.text() && asked.kind() != Some(OperationType::Mutation);
    let operation = match OWN_WORDS.contains(&field) {
        _ if is_slip => return None,
        false => AuditOperation::Refused,
        true if code == ErrorCode::RateLimited.text() => AuditOperation::SignInThrottled,
        true => return None,
    };
    let event = Event::of(call, operation).with("field", field).with("code", code);
    let issues = issues(error);
    Some(if issues.is_empty() { event } else { event.with("issues", issues) })
}

/// The problems as `input.tradeLog.quantity OUT_OF_RANGE`.
fn issues(error: &ServerError) -> Vec<String> {
    let text = |value: &Value| if let Value::String(text) = value { Some(text.clone()) } else { None };
    let one = |issue: &Value| {
        let Value::Object(issue) = issue else { return None };
        let Some(Value::List(path)) = issue.get("path") else { return None };
        let path: Vec<String> = path.iter().filter_map(text).collect();
        Some(format!("{} {}", path.join("."), text(issue.get("code")?)?))
    };
    let Some(Value::List(issues)) = error.extensions.as_ref().and_then(|extensions| extensions.get("issues")) else {
        return Vec::new();
    };
    issues.iter().filter_map(one).take(ISSUES_MAX).collect()
}
