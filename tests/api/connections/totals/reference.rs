//! What figures over rows are, in memory.

use std::{cmp::Ordering, collections::BTreeMap};

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{
    super::{
        Fixture,
        conditions::{Condition, column_of},
        schema::Relation,
        values::Cell,
        ways::Way,
        world::{Row, global_id},
    },
    question::{Key, Question, Term},
};

/// Where days and months begin in the questions.
pub const ZONE: &str = "Pacific/Auckland";
/// Columns in which 0 stands for what is not known.
const UNKNOWN_AT_ZERO: [&str; 2] = ["Holding.avg_cost", "Position.avg_price"];
const FUNCTIONS: [(&str, &str); 4] = [("sum", "Sum"), ("avg", "Average"), ("min", "Minimum"), ("max", "Maximum")];

/// A figure: function, field, column, and whether it is told for each currency.
#[derive(Clone)]
pub struct Figure {
    pub function: &'static str,
    pub field: String,
    pub column: String,
    pub is_money: bool,
}

/// All figures that a type's lists offer.
pub struct Figures(pub Vec<Figure>);

impl Figures {
    pub fn of(fixture: &Fixture, ty: &str) -> Self {
        let mut all = Vec::new();
        for (function, noun) in FUNCTIONS {
            for (field, told) in fixture.schema.fields(&format!("{ty}{noun}")) {
                let column = column_of(&fixture.world, ty, &field);
                all.push(Figure { function, field, column, is_money: told == "AggregateAmount" });
            }
        }
        assert!(!all.is_empty(), "{ty} has no figures");
        Self(all)
    }

    pub fn selection(&self) -> String {
        let of = |name: &str| {
            let own = self.0.iter().filter(|figure| figure.function == name);
            let told = own.map(|figure| {
                let currency = if figure.is_money { "currency " } else { "" };
                format!("{} {{ {currency}value sampleSize unknown reason }}", figure.field)
            });
            let told: Vec<String> = told.collect();
            if told.is_empty() { String::new() } else { format!("{name} {{ {} }} ", told.join(" ")) }
        };
        FUNCTIONS.iter().map(|(name, _)| of(name)).collect()
    }

    /// Compares every figure of some rows; answers how many had a value.
    pub fn compare(&self, reference: &Reference<'_>, rows: &[&Row], found: &Value, name: &str) -> usize {
        let mut known = 0;
        for figure in &self.0 {
            let found = &found[figure.function][&figure.field];
            let name = format!("{} of {} in {name}", figure.function, figure.field);
            if figure.is_money {
                let by_currency = reference.by_currency(rows);
                assert_eq!(found.as_array().unwrap().len(), by_currency.len(), "{name}");
                for (found, (currency, rows)) in found.as_array().unwrap().iter().zip(by_currency) {
                    assert_eq!(found["currency"], json!(currency), "{name}");
                    let expected = if currency.is_none() {
                        json!({ "value": null, "sampleSize": 0, "unknown": rows.len(), "reason": "NO_CURRENCY" })
                    } else {
                        reference.figure(figure, &rows).told()
                    };
                    known += usize::from(compare(&expected, found, &name));
                }
            } else {
                known += usize::from(compare(&reference.figure(figure, rows).told(), found, &name));
            }
        }
        known
    }
}

/// Compares a figure with its sample; answers whether it has a value.
fn compare(expected: &Value, found: &Value, name: &str) -> bool {
    for field in ["sampleSize", "unknown", "reason"] {
        assert_eq!(found[field], expected[field], "{field} of {name}");
    }
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    match (number(&expected["value"]), number(&found["value"])) {
        (Some(expected), Some(found)) => assert_eq!(found, expected, "{name}"),
        _ => assert_eq!(found["value"], expected["value"], "{name}"),
    }
    !found["value"].is_null()
}

/// What a figure comes to.
struct Told {
    value: Option<Cell>,
    sample_size: usize,
    unknown: usize,
}

impl Told {
    fn told(&self) -> Value {
        let reason = self.value.is_none().then_some("NO_VALUES");
        let value = self.value.as_ref().map_or(Value::Null, |value| match value {
            Cell::Int(number) => json!(number.to_string()),
            other => other.json(),
        });
        json!({ "value": value, "sampleSize": self.sample_size, "unknown": self.unknown, "reason": reason })
    }
}

/// The rows of one list.
pub struct Reference<'a> {
    fixture: &'a Fixture,
    viewer: &'a Row,
    ty: String,
    rows: Vec<&'a Row>,
    owner: Option<&'a Relation>,
}

impl<'a> Reference<'a> {
    pub fn of(fixture: &'a Fixture, way: &Way, list: &Relation, object: &Value, filter: Option<&Condition>) -> Self {
        let viewer = fixture.viewer(way.who);
        let mut rows = fixture.world.related(viewer, list, fixture.parent(way, object));
        rows.retain(|row| filter.is_none_or(|filter| filter.passes(&fixture.world, viewer, row)));
        let has_currency = |ty: &str| fixture.schema.has_field(ty, "currency");
        let mut owners = fixture.schema.relations.iter().filter(|one| !one.many && one.parent == list.target);
        let owner = owners.find(|one| has_currency(&one.target)).filter(|_| !has_currency(&list.target));
        Self { fixture, viewer, ty: list.target.clone(), rows, owner }
    }

    pub fn all(&self) -> Vec<&'a Row> {
        self.rows.clone()
    }

    fn currency(&self, row: &'a Row) -> Option<&'a str> {
        let row = match self.owner {
            Some(owner) => self.fixture.world.related(self.viewer, owner, Some(row)).first().copied(),
            None => Some(row),
        };
        row?.get("currency")?.text()
    }

    /// By the code, those without one last.
    fn by_currency(&self, rows: &[&'a Row]) -> Vec<(Option<&'a str>, Vec<&'a Row>)> {
        let mut found: BTreeMap<(bool, Option<&str>), Vec<&Row>> = BTreeMap::new();
        for row in rows {
            let currency = self.currency(row);
            found.entry((currency.is_none(), currency)).or_default().push(row);
        }
        found.into_iter().map(|((_, currency), rows)| (currency, rows)).collect()
    }

    fn figure(&self, figure: &Figure, rows: &[&Row]) -> Told {
        let zero_is_unknown = UNKNOWN_AT_ZERO.contains(&format!("{}.{}", self.ty, figure.column).as_str());
        let is_unknown = |cell: &Cell| match cell {
            Cell::Decimal(number) => zero_is_unknown && number.is_zero(),
            other => other.is_null(),
        };
        let known: Vec<&Cell> = rows.iter().map(|row| &row[&figure.column]).filter(|cell| !is_unknown(cell)).collect();
        let sum = || known.iter().map(|cell| number(cell)).sum::<Decimal>();
        let value = match figure.function {
            _ if known.is_empty() => None,
            "sum" => Some(Cell::Decimal(sum())),
            "avg" => Some(Cell::Decimal(average(sum(), known.len()))),
            "min" => known.iter().min_by(|one, other| one.compare(other)).map(|cell| (*cell).clone()),
            _ => known.iter().max_by(|one, other| one.compare(other)).map(|cell| (*cell).clone()),
        };
        Told { value, sample_size: known.len(), unknown: rows.len() - known.len() }
    }

    /// The groups that a question asks for, in order.
    pub fn groups(&self, question: &Question, figures: &Figures) -> Vec<Vec<&'a Row>> {
        let mut groups: Vec<(Vec<Cell>, Vec<&Row>)> = Vec::new();
        for row in &self.rows {
            let keys: Vec<Cell> = question.by.iter().map(|key| self.key_of(key, row)).collect();
            match groups.iter_mut().find(|(known, _)| *known == keys) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((keys, vec![row])),
            }
        }
        groups.retain(|(_, rows)| {
            question.having.iter().all(|having| {
                let value = self.compared(&having.of, rows, figures);
                value.is_some_and(|value| number(&value) >= having.at_least)
            })
        });
        groups.sort_by(|(left_keys, left), (right_keys, right)| {
            let by_term = |term: &Term| {
                let value =
                    |keys: &[Cell], rows: &[&Row]| match question.by.iter().position(|key| key.name == term.name) {
                        Some(at) => Some(keys[at].clone()).filter(|key| !key.is_null()),
                        None => self.compared(&term.name, rows, figures),
                    };
                ordered(
                    value(left_keys, left).as_ref(),
                    value(right_keys, right).as_ref(),
                    term.descending,
                    term.nulls_first,
                )
            };
            let usual = [Term { name: "COUNT".to_owned(), descending: true, nulls_first: false }];
            let terms = if question.order.is_empty() { &usual[..] } else { &question.order };
            let by_terms = terms.iter().map(by_term).find(|ordering| ordering.is_ne());
            let mut by_keys = left_keys.iter().zip(right_keys).map(|(left, right)| {
                let known = |cell: &Cell| Some(cell.clone()).filter(|cell| !cell.is_null());
                ordered(known(left).as_ref(), known(right).as_ref(), false, false)
            });
            by_terms.or_else(|| by_keys.find(|ordering| ordering.is_ne())).unwrap_or(Ordering::Equal)
        });
        groups.into_iter().map(|(_, rows)| rows).skip(question.offset).take(question.first).collect()
    }

    fn compared(&self, name: &str, rows: &[&'a Row], figures: &Figures) -> Option<Cell> {
        if name == "COUNT" {
            return Some(Cell::Int(i64::try_from(rows.len()).unwrap()));
        }
        let figure = figures.0.iter().find(|figure| figure.name() == name).unwrap();
        if figure.is_money && self.currency(rows[0]).is_none() {
            return None;
        }
        self.figure(figure, rows).value
    }

    fn key_of(&self, key: &Key, row: &'a Row) -> Cell {
        let moment = |cell: &Cell, format: &str| match cell {
            Cell::Moment(moment) => {
                Cell::Text(moment.with_timezone(&ZONE.parse::<Tz>().unwrap()).format(format).to_string())
            }
            Cell::Date(date) => Cell::Text(date.format(format).to_string()),
            _ => Cell::Null,
        };
        let column = |name: &str| &row[&name.to_lowercase()];
        if key.name == "CURRENCY" {
            return self.currency(row).map_or(Cell::Null, |currency| Cell::Text(currency.to_owned()));
        }
        match (key.name.strip_suffix("_DAY"), key.name.strip_suffix("_MONTH")) {
            (Some(name), _) => moment(column(name), "%Y-%m-%d"),
            (_, Some(name)) => moment(column(name), "%Y-%m"),
            _ => column(&key.name).clone(),
        }
    }

    /// The key of a group as it is shown: whole columns as its rows show them.
    pub fn key(&self, question: &Question, rows: &[&'a Row], shown: &[Value]) -> Value {
        let id = global_id(&self.ty, rows[0]);
        let node = shown.iter().find(|node| node["id"] == id.as_str()).unwrap();
        let value = |key: &Key| match self.key_of(key, rows[0]) {
            _ if !question.by.iter().any(|by| by.name == key.name) => Value::Null,
            cell if key.is_computed() => cell.json(),
            _ => node[&key.field].clone(),
        };
        let keys = Key::all(self.fixture, &self.ty);
        Value::Object(keys.iter().map(|key| (key.field.clone(), value(key))).collect::<Map<_, _>>())
    }
}

impl Figure {
    /// What orders call it.
    pub fn name(&self) -> String {
        format!("{}_{}", self.function, self.column).to_uppercase()
    }
}

fn ordered(left: Option<&Cell>, right: Option<&Cell>, descending: bool, nulls_first: bool) -> Ordering {
    match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => {
            if nulls_first {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (Some(_), None) => {
            if nulls_first {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (Some(left), Some(right)) => {
            let ordering = left.compare(right);
            if descending { ordering.reverse() } else { ordering }
        }
    }
}

fn number(cell: &Cell) -> Decimal {
    match cell {
        Cell::Int(number) => (*number).into(),
        Cell::Decimal(number) => *number,
        other => panic!("{other:?} is no number"),
    }
}

/// To eight decimals, half away from zero, by whole numbers of 10⁻⁸ and their rest.
fn average(sum: Decimal, count: usize) -> Decimal {
    let mut exact = sum.abs();
    exact.rescale(8);
    let count = i128::try_from(count).unwrap();
    let steps = (exact.mantissa() * 2 + count) / (count * 2);
    let average = Decimal::from_i128_with_scale(steps, 8);
    if sum.is_sign_negative() { -average } else { average }
}
