//! Which part of an input a library's error is about, and its sentence without the library's words around it.

use async_graphql::{
    Name, PathSegment, ScalarType, ServerError, Value,
    parser::types::{BaseType, Type},
};

use super::document::{Asked, Found, input_fields};
use crate::graphql::{
    error::Issue,
    id,
    scalars::{Currency, Date, DateTime, Decimal, EmailAddress, HexColor, HttpsUrl, Time, TimeZone},
};

/// What comes before the sentence of a value that could not be read.
const FAILED: &str = "Failed to parse \"";
/// What comes before the name of a type that a value has not.
const EXPECTED: &str = "Expected input type \"";
/// What the library appends for every input that the value lies in.
const WITHIN: &str = " (occurred while parsing \"";

/// How long a sentence may be, in characters.
const SENTENCE_MAX: usize = 300;

/// The one issue of an error that the library made.
pub fn issue(error: &ServerError, asked: &Asked) -> Issue {
    let message = error.message.as_str();
    let path = match of_validation(message) {
        Some(path) => path,
        None => of_execution(error, asked).unwrap_or_default(),
    };
    let code = if message.contains("is required but not provided") { "REQUIRED" } else { "FORMAT" };
    Issue { path, code: code.into(), message: clipped(sentence(message)) }
}

/// Validation names the argument, and what lies within it down to an object with a field too many or too few.
fn of_validation(message: &str) -> Option<Vec<String>> {
    let (_, rest) = message.split_once("argument \"")?;
    let (path, rest) = rest.split_once('"')?;
    let mut path: Vec<String> = path.split('.').map(ToOwned::to_owned).collect();
    let inner = [", field \"", ", unknown field \""].iter().find_map(|words| rest.strip_prefix(words));
    path.extend(inner.and_then(|rest| rest.split('"').next()).map(ToOwned::to_owned));
    Some(path)
}

/// Execution tells the field and where the argument's value stands; the rest is found by looking at the value.
fn of_execution(error: &ServerError, asked: &Asked) -> Option<Vec<String>> {
    let found = field(asked, error)?;
    let place = error.locations.first()?;
    let mut arguments = found.fields.iter().flat_map(|field| &field.arguments);
    let (name, given) = arguments.find(|(_, value)| value.pos == *place)?;
    let definition = found.definition.arguments.iter().find(|argument| argument.node.name.node == name.node)?;
    let known = |name: Name| Ok::<_, ()>(asked.variables.get(&name).cloned().unwrap_or_default());
    let given = given.node.clone().into_const_with(known).unwrap_or_default();
    let mut path = vec![name.node.to_string()];
    let wrong = Wrong::of(&error.message)?;
    if wrong.lies_in(&definition.node.ty.node, &given, &mut path) {
        path.extend(filter_path(&error.message).map(ToOwned::to_owned));
    }
    Some(path)
}

fn field<'a>(asked: &'a Asked, error: &ServerError) -> Option<Found<'a>> {
    let keys = error.path.iter().filter_map(|segment| match segment {
        PathSegment::Field(key) => Some(key),
        PathSegment::Index(_) => None,
    });
    let mut place = asked.root()?;
    let mut found = None;
    for key in keys {
        let field = asked.field(&place, key)?;
        place = field.place();
        found = Some(field);
    }
    found
}

/// The value that an error is about: of which type it should be, and what the error says of it.
struct Wrong<'a> {
    ty: &'a str,
    message: &'a str,
}

impl<'a> Wrong<'a> {
    fn of(message: &'a str) -> Option<Self> {
        let rest = [FAILED, EXPECTED].iter().find_map(|words| message.strip_prefix(words))?;
        Some(Self { ty: rest.split('"').next()?, message })
    }

    /// Whether it is this value or lies in it, in the order in which the fields are read; the path leads there.
    fn lies_in(&self, ty: &Type, value: &Value, path: &mut Vec<String>) -> bool {
        match (&ty.base, value) {
            (BaseType::List(inner), Value::List(items)) => {
                items.iter().enumerate().any(|(index, item)| self.lies_at(index.to_string(), inner, item, path))
            }
            (BaseType::List(inner), single) => self.lies_in(inner, single, path),
            (BaseType::Named(name), value) if name == self.ty => self.is(value),
            (BaseType::Named(name), Value::Object(object)) => input_fields(name).is_some_and(|mut fields| {
                fields.any(|field| {
                    let value = object.get(field.name.node.as_str());
                    value.is_some_and(|value| self.lies_at(field.name.node.to_string(), &field.ty.node, value, path))
                })
            }),
            _ => false,
        }
    }

    fn lies_at(&self, segment: String, ty: &Type, value: &Value, path: &mut Vec<String>) -> bool {
        path.push(segment);
        let found = self.lies_in(ty, value, path);
        if !found {
            path.pop();
        }
        found
    }

    fn is(&self, value: &Value) -> bool {
        if self.message.starts_with(EXPECTED) {
            return self.message.contains(&format!("found {value}."));
        }
        let refused = |read: bool| *value != Value::Null && !read;
        match self.ty {
            "ID" => matches!(value, Value::String(text) if self.is_id(text)),
            "Int" => refused(i32::parse(value.clone()).is_ok()),
            "Decimal" => refused(Decimal::parse(value.clone()).is_ok()),
            "Date" => refused(Date::parse(value.clone()).is_ok()),
            "DateTime" => refused(DateTime::parse(value.clone()).is_ok()),
            "Time" => refused(Time::parse(value.clone()).is_ok()),
            "EmailAddress" => refused(EmailAddress::parse(value.clone()).is_ok()),
            "URL" => refused(HttpsUrl::parse(value.clone()).is_ok()),
            "HexColor" => refused(HexColor::parse(value.clone()).is_ok()),
            "Currency" => refused(Currency::parse(value.clone()).is_ok()),
            "TimeZone" => refused(TimeZone::parse(value.clone()).is_ok()),
            _ => *value != Value::Null,
        }
    }

    /// Of which type an id should be is known to its field alone, so the error's own words are compared.
    fn is_id(&self, text: &str) -> bool {
        match id::split(text) {
            Some((prefix, _)) => self.message.contains(&format!("the id of a {prefix},")),
            None => self.message.contains("An id looks like"),
        }
    }
}

/// Filters are read as a whole and say themselves where they are wrong: `marketValue.gte: …`.
fn filter_path(message: &str) -> impl Iterator<Item = &str> {
    let mut rest = if message.starts_with(FAILED) { message.split_once("\": ").map(|(_, rest)| rest) } else { None };
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(|letter: char| !letter.is_ascii_alphanumeric())?;
        let (word, after) = text.split_at_checked(end)?;
        rest = after.strip_prefix('.');
        let is_name = word.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        (is_name && after.starts_with(['.', ':'])).then_some(word)
    })
}

/// The library repeats whatever was sent, which may be long.
fn clipped(sentence: &str) -> String {
    match sentence.char_indices().nth(SENTENCE_MAX) {
        Some((end, _)) => format!("{}…", sentence.get(..end).unwrap_or_default()),
        None => sentence.to_owned(),
    }
}

/// What a person is told.
pub fn sentence(message: &str) -> &str {
    let message = message.split(WITHIN).next().unwrap_or(message);
    match message.rsplit_once(FAILED).and_then(|(_, rest)| rest.split_once("\": ")) {
        Some((_, sentence)) => sentence,
        None => message,
    }
}
