//! What an update leaves out stays as it is; null clears what may be empty, and is refused where a value always stands.

use std::sync::Mutex;

use async_graphql::parser::types::{BaseType, Type};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{Case, Stage, World, each};
use crate::inputs::places::{Schema, name};

/// Fields that say how something is done, and stand in no row.
const NO_FIELDS: [&str; 4] = ["expectedUpdatedAt", "dryRun", "errorPolicy", "completeStep"];
/// Fields of a state that the row is not in.
const OTHERWISE: [&str; 3] = ["exitPrice", "exitDate", "exitReason"];
/// Values of fields that no other value of their type would fit, by the field, or by the mutation and the field.
const VALUES: &[(&str, &str)] = &[
    ("language", r#""en-NZ""#),
    ("numberFormat", r#""en-NZ""#),
    ("defaultVaultId", r#""Growth""#),
    ("dataRefreshInterval", "60"),
    ("cashAllocationTarget", r#""10.0000""#),
    ("equityAllocationTarget", r#""60.0000""#),
    ("bondAllocationTarget", r#""20.0000""#),
    ("alternativeAllocationTarget", r#""10.0000""#),
    ("maxPositionSize", r#""10.0000""#),
    ("minAllocationPercent", r#""1.0000""#),
    ("maxAllocationPercent", r#""20.0000""#),
    ("assignmentConfidence", r#""0.5""#),
    ("updateTradeLog.targetPrice", r#""30""#),
    ("updateTradeLog.entryPrice", r#""20""#),
    ("updateTradeLog.stopLossPrice", r#""15""#),
    ("updateTradeLog.journalEntryId", "null"),
    ("updateTradeRule.ruleType", r#""DCA""#),
    ("updatePosition.account", r#""By hand""#),
    ("updatePosition.currency", r#""USD""#),
    ("updatePortfolio.currency", r#""USD""#),
    ("portfolioId", r#""{portfolio}""#),
    ("aboutTradeId", r#""{trade_log}""#),
    ("technicalIndicators", "{\"rsi\": 70}"),
    ("notificationPreferences", "{\"mail\": true}"),
    ("privacySettings", "{\"name\": true}"),
    ("dateOfBirth", r#""1990-12-10""#),
    ("phoneNumber", r#""+64 21 555 0143""#),
    ("taxIdentificationNumber", r#""49-091-850""#),
    ("taxFileNumber", r#""123456782""#),
    ("taxResidency", r#""NZ""#),
    ("secondaryTaxResidency", r#""AU""#),
];

/// A field of an input that may be left out or null.
struct Field<'a> {
    /// Beneath the input.
    path: Vec<String>,
    ty: &'a Type,
}

impl Field<'_> {
    fn name(&self) -> &str {
        self.path.last().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_out_stays_and_null_clears_or_is_refused() {
    let stage = Stage::new().await;
    let (cleared, refused) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    // Prices are no row that is changed.
    let is_update = |case: &Case<'_>| {
        case.name() == "setRebalanceSchedule" || case.name().starts_with("update") && case.name() != "updatePrices"
    };
    each(stage.mutations().into_iter().filter(is_update).collect(), async |case| {
        let mut fields = Vec::new();
        nullable(&stage.schema, case.input_type().unwrap(), &[], &mut fields);
        if fields.is_empty() {
            return;
        }
        let world = case.world(case.name()).await;
        let trial = Trial::new(case, &world, fields).await;
        for field in &trial.fields {
            let list = if trial.clears(field).await { &cleared } else { &refused };
            list.lock().unwrap().push(format!("{}.{}", case.name(), field.path.join(".")));
        }
    })
    .await;
    let (cleared, refused) = (cleared.into_inner().unwrap(), refused.into_inner().unwrap());
    println!("null clears {cleared:#?}\nand is refused for {refused:#?}");
    assert!(cleared.len() > 80 && refused.len() > 20, "{} cleared, {} refused", cleared.len(), refused.len());
}

/// One update, with everything set.
struct Trial<'a> {
    case: &'a Case<'a>,
    world: &'a World,
    fields: Vec<Field<'a>>,
    /// A document that selects what was changed, and where that stands in the payload.
    document: String,
    changed: String,
    /// What cannot be left out.
    required: Value,
    /// That, and everything else.
    full: Value,
    /// What then stands there.
    row: Value,
}

impl<'a> Trial<'a> {
    async fn new(case: &'a Case<'a>, world: &'a World, fields: Vec<Field<'a>>) -> Self {
        let (changed, shown) = shown(&case.stage.schema, name(&case.field.ty.node), &fields);
        let document = case.document(&format!("{changed} {{ id {} }}", shown.join(" ")));
        let good = world.input(case.template);
        let is_required = |(name, _): &(&String, &Value)| !fields.iter().any(|field| &field.path[0] == *name);
        let required: Map<String, Value> = good
            .as_object()
            .unwrap()
            .iter()
            .filter(is_required)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let required = Value::Object(required);
        let mut full = required.clone();
        for field in &fields {
            put(&mut full, &field.path, value(case, world, field));
        }
        let mut trial = Self { case, world, fields, document, changed, required, full, row: Value::Null };
        trial.row = trial.done(&trial.full).await;
        for field in &trial.fields {
            let (given, stands) = (at(&trial.full, &field.path), &trial.row[field.name()]);
            let is_shown = trial.row.get(field.name()).is_some();
            assert!(!is_shown || same(given, stands), "{}.{}: {given} became {stands}", case.name(), field.name());
        }
        let kept = trial.done(&trial.required).await;
        assert_eq!(kept, trial.row, "{}: what is left out stays", case.name());
        trial
    }

    /// The row as the payload shows it.
    async fn done(&self, input: &Value) -> Value {
        let answer = self.case.stage.ask(Some(&self.world.who), &self.document, input).await;
        answer.data()[self.case.name()][&self.changed].clone()
    }

    /// Whether null clears this field; where it doesn't, it is refused in its place.
    async fn clears(&self, field: &Field<'_>) -> bool {
        let (case, tables) = (self.case, &self.case.stage.tables);
        let mut input = self.required.clone();
        put(&mut input, &field.path, Value::Null);
        tables.remember().await;
        let answer = case.stage.ask(Some(&self.world.who), &self.document, &input).await;
        if answer.body.get("errors").is_some() {
            let path: Vec<String> = [&["input".to_owned()], field.path.as_slice()].concat();
            case.is_refused(&answer, &["INVALID"], &path, "null").await;
            return false;
        }
        let mut row = answer.data()[case.name()][&self.changed].clone();
        if let Some(stands) = row.get_mut(field.name()) {
            assert_eq!(*stands, Value::Null, "{}.{} with null", case.name(), field.name());
            *stands = self.row[field.name()].clone();
        } else {
            assert!(!tables.changed().await.is_empty(), "{}.{} with null changed nothing", case.name(), field.name());
        }
        assert_eq!(row, self.row, "{}: besides {} everything stays", case.name(), field.name());
        assert_eq!(self.done(&self.full).await, self.row, "{}: set again", case.name());
        true
    }
}

/// The fields of an input, and of those within it, that may be null.
fn nullable<'a>(schema: &'a Schema, input: &str, path: &[String], all: &mut Vec<Field<'a>>) {
    for field in &schema.input(input).unwrap().fields {
        let (field_name, ty) = (field.node.name.node.to_string(), &field.node.ty.node);
        let is_field = !NO_FIELDS.contains(&field_name.as_str()) && !OTHERWISE.contains(&field_name.as_str());
        let path = [path, &[field_name]].concat();
        if schema.input(name(ty)).is_some() {
            nullable(schema, name(ty), &path, all);
        } else if ty.nullable && is_field {
            all.push(Field { path, ty });
        }
    }
}

/// The payload's field that shows what was changed, and those of its fields that the input has too.
fn shown(schema: &Schema, payload: &str, fields: &[Field<'_>]) -> (String, Vec<String>) {
    let shared = |of: &Type| -> Vec<String> {
        let known = schema.fields(name(of)).into_iter().filter(|field| schema.fields(name(&field.ty.node)).is_empty());
        let known = known.map(|field| field.name.node.to_string());
        known.filter(|known| fields.iter().any(|field| field.name() == known)).collect()
    };
    let all = schema.fields(payload).into_iter();
    let all = all.map(|field| (field.name.node.to_string(), shared(&field.ty.node)));
    all.max_by_key(|(_, shared)| shared.len()).expect("a payload shows something")
}

fn value(case: &Case<'_>, world: &World, field: &Field<'_>) -> Value {
    let names = [format!("{}.{}", case.name(), field.name()), field.name().to_owned()];
    if let Some((_, value)) = names.iter().find_map(|name| VALUES.iter().find(|(of, _)| of == name)) {
        return world.input(value);
    }
    let named = name(field.ty);
    let one = match named {
        "Int" => json!(5),
        "Boolean" => json!(true),
        "Decimal" => json!("5"),
        "Date" => json!("2026-03-02"),
        "DateTime" => json!("2026-03-02T09:30:00Z"),
        "Time" => json!("09:30:00"),
        "Currency" => json!("AUD"),
        "TimeZone" => json!("Pacific/Auckland"),
        "URL" => json!("https://example.com/hook"),
        "HexColor" => json!("#3B82F6"),
        "JSON" => json!([{ "text": "x" }]),
        "String" => json!("ABC"),
        _ => match case.stage.schema.enumeration(named) {
            Some(enumeration) => json!(enumeration.values[0].node.value.node),
            None => panic!("give {}.{} a value in VALUES", case.name(), field.name()),
        },
    };
    if matches!(field.ty.base, BaseType::List(_)) { json!([one]) } else { one }
}

/// Whether two values are the same, decimals whatever their scale.
fn same(given: &Value, stands: &Value) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    given == stands || number(given).is_some_and(|given| number(stands) == Some(given))
}

fn at<'a>(input: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(input, |inner, name| &inner[name])
}

fn put(input: &mut Value, path: &[String], value: Value) {
    let inner = path.iter().fold(input, |inner, name| &mut inner[name]);
    *inner = value;
}
