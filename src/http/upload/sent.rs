//! The three parts of a request with a file: what is asked, where the file belongs, and the file.

use std::collections::BTreeMap;

use async_graphql::{
    Name, Value, Variables,
    parser::types::{BaseType, Type},
};
use axum::{body::Bytes, http::StatusCode};

use super::{
    Fault,
    parts::{Part, parts},
};
use crate::{
    graphql::{
        error::{Error, ErrorCode},
        upload::Upload,
    },
    http::{
        document::input_fields,
        guard::{Admitted, BODY_MAX, FILE_MAX, Sent},
    },
};

/// Reads a body into a request in whose variables the file stands where the map says.
///
/// # Errors
/// When it is not such a body, or larger than it may be.
pub fn read(body: &Bytes, boundary: &str) -> Result<Sent, Fault> {
    let parts = parts(body, boundary).map_err(|text| malformed(&[], text))?;
    let [operations, map, file] = parts.as_slice() else {
        return Err(malformed(&[], "The parts of the body are operations, map and one file, in this order."));
    };
    if operations.name != "operations" || map.name != "map" {
        return Err(malformed(&[], "The parts of the body are operations, map and one file, in this order."));
    }
    if file.content.len() > FILE_MAX {
        return Err(too_large());
    }
    if body.len() - file.content.len() > BODY_MAX {
        let error = Error::new(ErrorCode::TooComplex, "Besides its file a request has at most 128 KB.");
        return Err(Fault::with(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let mut sent = Sent::in_body(&operations.content).map_err(|error| Fault::with(StatusCode::BAD_REQUEST, error))?;
    for (place, path) in places(map, file)?.iter().enumerate() {
        put(&mut sent.variables, path, &file.content).ok_or_else(|| {
            let text = "A path of the map leads to a variable, or a field of one, that is null in operations.";
            malformed(&["map", &file.name, &place.to_string()], text)
        })?;
    }
    Ok(sent)
}

/// That a file is too large, in the words that a file meets everywhere.
pub fn too_large() -> Fault {
    let text = format!("A file has at most {} MB.", FILE_MAX / 1024 / 1024);
    Fault::with(StatusCode::PAYLOAD_TOO_LARGE, Error::invalid(&[], "TOO_LARGE", text))
}

fn malformed(path: &[&str], text: &'static str) -> Fault {
    Fault::with(StatusCode::BAD_REQUEST, Error::invalid(path, "FORMAT", text))
}

/// The paths that the map gives the file.
fn places(map: &Part, file: &Part) -> Result<Vec<String>, Fault> {
    let known: BTreeMap<String, Vec<String>> = serde_json::from_slice(&map.content)
        .map_err(|_| malformed(&["map"], "The map is JSON such as {\"0\": [\"variables.file\"]}."))?;
    let mut known = known.into_iter();
    match (known.next(), known.next()) {
        (Some((name, paths)), None) if name == file.name && !paths.is_empty() => Ok(paths),
        _ => Err(malformed(&["map"], "The map names the one file, and the paths where it belongs.")),
    }
}

/// Puts the file in the place of a null; `None` when there is none at the path.
fn put(variables: &mut Variables, path: &str, file: &Bytes) -> Option<()> {
    let mut steps = path.split('.');
    if steps.next()? != "variables" {
        return None;
    }
    let mut place = variables.get_mut(&Name::new(steps.next()?))?;
    for step in steps {
        place = match place {
            Value::Object(fields) => fields.get_mut(&Name::new(step))?,
            Value::List(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    (*place == Value::Null).then(|| *place = Value::Binary(file.clone()))
}

/// Refuses a file where its document wants something else, before anybody puts it into words.
pub fn at_home(admitted: &Admitted) -> Result<(), Fault> {
    let definitions = admitted.asked.operation().map(|operation| operation.variable_definitions.as_slice());
    let definition =
        |wanted: &Name| definitions.unwrap_or_default().iter().find(|definition| definition.node.name.node == *wanted);
    let fits = |(name, value): (&Name, &Value)| match definition(name) {
        Some(definition) => is_at_home(&definition.node.var_type.node, value),
        None => !holds_file(value),
    };
    if admitted.is_mutation() && admitted.asked.variables.iter().all(fits) {
        return Ok(());
    }
    Err(malformed(&["map"], "A file belongs where a mutation takes an Upload."))
}

fn is_at_home(ty: &Type, value: &Value) -> bool {
    match (&ty.base, value) {
        (BaseType::Named(name), Value::Binary(_)) => name == Upload::NAME,
        (BaseType::List(inner), Value::List(items)) => items.iter().all(|item| is_at_home(inner, item)),
        (BaseType::List(inner), single) => is_at_home(inner, single),
        (BaseType::Named(name), Value::Object(fields)) => fields.iter().all(|(field, value)| {
            let mut known = input_fields(name).into_iter().flatten();
            match known.find(|known| known.name.node == *field) {
                Some(known) => is_at_home(&known.ty.node, value),
                None => !holds_file(value),
            }
        }),
        (BaseType::Named(_), value) => !holds_file(value),
    }
}

fn holds_file(value: &Value) -> bool {
    match value {
        Value::Binary(_) => true,
        Value::List(items) => items.iter().any(holds_file),
        Value::Object(fields) => fields.values().any(holds_file),
        _ => false,
    }
}
