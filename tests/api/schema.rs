//! The schema as its readers meet it: everything described, every enumeration as its table has it, every example valid.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sea_orm::sqlx::{self, Row};
use serde_json::{Value, json};
use stackmotive::graphql::{node::TARGETS, table::camel_case};

use crate::{
    support::{Api, Server},
    websocket::Socket,
};

#[tokio::test]
async fn everything_has_a_description() {
    let api = Api::start().await;
    let document = "{ __schema { types {
        name description
        fields(includeDeprecated: true) { name description args { name description } }
        inputFields { name description } enumValues(includeDeprecated: true) { name description }
    } directives { name description args { name description } } } }";
    let answer = api.ask(None, document).await;
    let schema = &answer.data()["__schema"];
    let types = schema["types"].as_array().unwrap().iter().filter(|ty| !ty["name"].as_str().unwrap().starts_with("__"));
    let mut bare = Vec::new();
    for top in types.chain(schema["directives"].as_array().unwrap()) {
        undescribed(top, "", &mut bare);
    }
    assert_eq!(bare, Vec::<String>::new());
}

fn undescribed(item: &Value, within: &str, bare: &mut Vec<String>) {
    let name = format!("{within}{}", item["name"].as_str().unwrap());
    if item["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
        bare.push(name.clone());
    }
    for part in ["fields", "args", "inputFields", "enumValues"] {
        for inner in item[part].as_array().into_iter().flatten() {
            undescribed(inner, &format!("{name}."), bare);
        }
    }
}

#[tokio::test]
async fn an_enumeration_has_the_values_of_its_check() {
    let api = Api::start().await;
    let sql = "SELECT conname::text AS name, pg_get_constraintdef(oid) AS check FROM pg_constraint WHERE contype = 'c'";
    let checks = sqlx::query(sql).fetch_all(&mut api.admin().await).await.unwrap();
    let mut compared = 0;
    for table in TARGETS.iter().map(|target| target.table()) {
        for column in table.columns {
            let Some(values) = column.kind.values() else { continue };
            let check = checks
                .iter()
                .find(|row| row.get::<String, _>("name") == format!("{}_{}_check", table.sql, column.sql))
                .unwrap_or_else(|| panic!("{}.{} has no check", table.sql, column.sql));
            let check: String = check.get("check");
            // The values stand in the check's list; besides, it may name one of the column that it depends on.
            let list = check.split("ARRAY[").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
            let allowed: BTreeSet<&str> = list.split('\'').skip(1).step_by(2).collect();
            assert_eq!(values.into_iter().collect::<BTreeSet<_>>(), allowed, "{}.{}", table.sql, column.sql);
            compared += 1;
        }
    }
    assert_eq!(compared, 41, "a new enumeration changes this number");
}

#[tokio::test]
async fn what_can_be_filtered_can_be_selected_and_is_there() {
    let api = Api::start().await;
    let sql = "SELECT attname::text, attnotnull FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0";
    for table in TARGETS.iter().map(|target| target.table()) {
        let found = sqlx::query(sql).bind(table.sql).fetch_all(&mut api.admin().await).await.unwrap();
        let document = format!(r#"{{ __type(name: "{}") {{ fields {{ name }} }} }}"#, table.name);
        let answer = api.ask(None, &document).await;
        let fields: BTreeSet<&str> = answer.data()["__type"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap())
            .collect();
        for column in table.columns {
            assert!(
                fields.contains(camel_case(column.sql).as_str()),
                "{}.{} cannot be selected",
                table.name,
                column.sql
            );
            let row = found.iter().find(|row| row.get::<String, _>(0) == column.sql);
            let row = row.unwrap_or_else(|| panic!("{} has no column {}", table.sql, column.sql));
            let may_be_null = column.nullable && column.unknown_without.is_none();
            assert_eq!(row.get::<bool, _>(1), !may_be_null, "{}.{} says otherwise", table.sql, column.sql);
        }
    }
}

#[tokio::test]
async fn every_example_of_the_playground_is_valid() {
    let server = Server::start().await;
    let api = &server.api;
    let ada = api.somebody("ada").await;
    let mut tried = 0;
    for file in graphql_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("playground/examples")) {
        let document = fs::read_to_string(&file).unwrap();
        let variables = json!({ "id": format!("user_{}", ada.id) });
        if document.contains("\nsubscription ") {
            // It has no end; that its beginning is good is seen over a WebSocket.
            let mut socket = Socket::open(&server, Some(&ada)).await;
            socket.subscribe("1", &document).await;
            assert_eq!(socket.message().await["type"], "next", "{}", file.display());
            tried += 1;
            continue;
        }
        let answer = api.ask_with(Some(&ada), &document, variables).await;
        // An example may show an error on purpose, but never one of a document that does not fit the schema.
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        assert!(errors.iter().all(|error| error.get("path").is_some()), "{}: {errors:#?}", file.display());
        tried += 1;
    }
    assert_eq!(tried, 19, "a new example changes this number");
}

fn graphql_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { graphql_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ending| ending == "graphql"))
        .collect();
    files.sort();
    files
}
