//! Filters to try: operands come from what the tables hold, and from what they do not.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{
    Dice, Fixture,
    conditions::{Condition, EnumNames, Operand, Test, column_of},
    schema::{FilterField, OperandType, Relation},
    values::Cell,
    world::{global_id, table},
};

pub struct Choices<'a> {
    fixture: &'a Fixture,
    names: EnumNames,
}

impl<'a> Choices<'a> {
    pub async fn of(fixture: &'a Fixture) -> Self {
        Self { fixture, names: read_names(fixture).await }
    }

    /// Each operator of each field with one operand.
    pub fn every_operator(&self, ty: &str) -> Vec<Condition> {
        let mut all = self.every_test(ty);
        let mut last = String::new();
        all.retain(|condition| {
            let Condition::Tests { field, tests, .. } = condition else { return true };
            let operator = format!("{field}.{}", tests[0].operator);
            let is_first = operator != last;
            last = operator;
            is_first
        });
        all
    }

    /// Each operator of each field with some operands.
    pub fn every_test(&self, ty: &str) -> Vec<Condition> {
        let mut all = Vec::new();
        for (field, kind) in self.fixture.schema.filter(ty) {
            if let FilterField::Operators(operators) = kind {
                for (operator, operand) in operators {
                    let tests = self.tests(ty, &field, &operator, &operand);
                    all.extend(tests.into_iter().map(|test| self.condition(ty, &field, vec![test])));
                }
            }
        }
        all
    }

    /// Each relation: some row, no row, and those that pass a further filter; and the empty forms of logic.
    pub fn every_relation(&self, ty: &str) -> Vec<Condition> {
        let mut dice = Dice::of(&format!("relations of {ty}"));
        let nothing = || Condition::Fields(Vec::new());
        let mut all = vec![
            nothing(),
            Condition::All(Vec::new()),
            Condition::Any(Vec::new()),
            Condition::Any(vec![nothing()]),
            Condition::Not(Box::new(nothing())),
            Condition::Not(Box::new(Condition::Any(Vec::new()))),
        ];
        for relation in self.relations(ty) {
            for some in [true, false] {
                for inner in
                    [nothing(), self.test(&relation.target, &mut dice), self.combined(&relation.target, 2, &mut dice)]
                {
                    let related = Condition::Related { relation: relation.clone(), some, inner: Box::new(inner) };
                    all.extend([related.clone(), Condition::Not(Box::new(related))]);
                }
            }
        }
        all
    }

    /// A filter of several, nested this deep.
    pub fn combined(&self, ty: &str, depth: usize, dice: &mut Dice) -> Condition {
        if depth == 0 {
            return self.test(ty, dice);
        }
        let parts = |dice: &mut Dice| {
            let count = 1 + dice.below(3);
            (0..count).map(|_| self.combined(ty, depth - 1, dice)).collect()
        };
        match dice.below(6) {
            0 => Condition::All(parts(dice)),
            1 => Condition::Any(parts(dice)),
            2 | 3 => Condition::Not(Box::new(self.combined(ty, depth - 1, dice))),
            4 => Condition::Fields(vec![self.test(ty, dice), Condition::Any(parts(dice))]),
            _ => {
                let relations = self.relations(ty);
                if relations.is_empty() {
                    return self.test(ty, dice);
                }
                let relation = dice.pick(&relations).clone();
                let inner = Box::new(self.combined(&relation.target, depth - 1, dice));
                Condition::Related { relation, some: dice.below(2) == 0, inner }
            }
        }
    }

    /// One or two operators of one field.
    fn test(&self, ty: &str, dice: &mut Dice) -> Condition {
        let filter = self.fixture.schema.filter(ty).into_iter();
        let fields: Vec<_> = filter
            .filter_map(|(field, kind)| match kind {
                FilterField::Operators(operators) => Some((field, operators)),
                _ => None,
            })
            .collect();
        if fields.is_empty() {
            return Condition::Fields(Vec::new());
        }
        let (field, operators) = dice.pick(&fields);
        let mut tests: Vec<Test> = Vec::new();
        for _ in 0..=dice.below(2) {
            let (operator, operand) = dice.pick(operators);
            if tests.iter().all(|test| test.operator != *operator) {
                tests.push(dice.pick(&self.tests(ty, field, operator, operand)).clone());
            }
        }
        self.condition(ty, field, tests)
    }

    fn condition(&self, ty: &str, field: &str, tests: Vec<Test>) -> Condition {
        let column = column_of(&self.fixture.world, ty, field);
        Condition::Tests { field: field.to_owned(), column, tests }
    }

    fn relations(&self, ty: &str) -> Vec<Relation> {
        self.fixture.schema.relations.iter().filter(|relation| relation.parent == ty).cloned().collect()
    }

    /// An operator with each operand that it is tried with.
    fn tests(&self, ty: &str, field: &str, operator: &str, operand: &OperandType) -> Vec<Test> {
        let cells = self.cells(ty, field, operand);
        assert!(!cells.is_empty(), "no row has a {ty}.{field}, so that its operators cannot be tried");
        let one = |cell: &Cell| self.written(ty, operator, Operand::One(cell.clone()), operand);
        match operator {
            "isNull" => [true, false].map(|is_null| one(&Cell::Bool(is_null))).into(),
            "in" => {
                let several = |cells: &[Cell]| self.written(ty, operator, Operand::Several(cells.to_vec()), operand);
                vec![several(&cells[cells.len() / 2..]), several(&[])]
            }
            "contains" | "startsWith" => parts(&cells, operator).iter().map(one).collect(),
            // Every value of an enum is known by its name.
            "eq" if operand.is_enum => cells.iter().map(one).collect(),
            "eq" | "gte" | "lt" => [&cells[cells.len() / 2], &cells[cells.len() - 1]].map(one).into(),
            _ => vec![one(&cells[cells.len() / 2])],
        }
    }

    /// The values of a column, each once and in order; of an id also one that no row has.
    fn cells(&self, ty: &str, field: &str, operand: &OperandType) -> Vec<Cell> {
        if operand.is_enum {
            return self.names.of(&operand.scalar).into_keys().map(Cell::Text).collect();
        }
        let column = column_of(&self.fixture.world, ty, field);
        let rows = self.fixture.world.rows(table(ty).sql).iter();
        let mut cells: Vec<Cell> = rows.map(|row| row[&column].clone()).filter(|cell| !cell.is_null()).collect();
        if matches!(cells.first(), Some(Cell::Json(_))) {
            cells.sort_by_key(|cell| cell.json().to_string());
        } else {
            cells.sort_by(Cell::compare);
        }
        cells.dedup();
        if field == "id" {
            cells.push(Cell::Uuid(Uuid::max().to_string()));
        }
        cells
    }

    fn written(&self, ty: &str, operator: &str, operand: Operand, kind: &OperandType) -> Test {
        let write = |cell: &Cell| match cell {
            Cell::Uuid(id) => json!(format!("{}_{id}", table(ty).prefix)),
            Cell::Text(text) if kind.is_enum => json!(self.names.name(&kind.scalar, text)),
            other => other.json(),
        };
        let written = match &operand {
            Operand::One(cell) => write(cell),
            Operand::Several(cells) => Value::Array(cells.iter().map(write).collect()),
        };
        assert_eq!(kind.is_list, written.is_array() && !kind.scalar.eq("JSON"), "{ty} {operator}");
        Test { operator: operator.to_owned(), operand, written, is_enum: kind.is_enum }
    }
}

/// What to look for within texts and JSON values.
fn parts(cells: &[Cell], operator: &str) -> Vec<Cell> {
    if let Cell::Json(_) = cells[0] {
        return cells.iter().flat_map(json_parts).map(Cell::Json).collect();
    }
    let signs: &[&str] = if operator == "contains" { &["%", "_", "\\", "é"] } else { &["É", ""] };
    let mut parts: Vec<String> = signs.iter().map(|sign| (*sign).to_owned()).collect();
    for text in [&cells[cells.len() / 2], &cells[cells.len() - 1]].map(|cell| cell.text().unwrap()) {
        let skipped = if operator == "contains" { 1 } else { 0 };
        parts.push(swapped(&text.chars().skip(skipped).take(3).collect::<String>()));
    }
    parts.into_iter().map(Cell::Text).collect()
}

/// The value itself, its elements alone and in a list, and its fields one by one.
fn json_parts(cell: &Cell) -> Vec<Value> {
    let Cell::Json(whole) = cell else { panic!("{cell:?} is not JSON") };
    let mut parts = vec![whole.clone(), json!({ "a": 2 }), json!(["A"])];
    match whole {
        Value::Array(items) => parts.extend(items.iter().flat_map(|item| [item.clone(), json!([item])])),
        Value::Object(fields) => parts.extend(fields.iter().map(|(name, value)| json!({ name: value }))),
        _ => {}
    }
    parts.retain(|part| !part.is_null());
    parts
}

/// The same text with small letters for capital ones and the other way round.
fn swapped(text: &str) -> String {
    let swap = |letter: char| -> String {
        if letter.is_lowercase() { letter.to_uppercase().collect() } else { letter.to_lowercase().collect() }
    };
    text.chars().map(swap).collect()
}

/// Learns from the API how the values of enums are called, and that every one of them is among the rows.
async fn read_names(fixture: &Fixture) -> EnumNames {
    let mut names = EnumNames::default();
    let mut enums: Vec<String> = Vec::new();
    for ty in fixture.schema.filtered_types() {
        let columns = enum_columns(fixture, ty);
        if !columns.is_empty() {
            read_names_of(fixture, ty, &columns, &mut names).await;
            enums.extend(columns.into_iter().map(|(_, ty)| ty));
        }
    }
    for ty in enums {
        let mut known: Vec<String> = names.of(&ty).into_values().collect();
        let mut all = fixture.schema.enum_values(&ty);
        known.sort();
        all.sort();
        assert_eq!(known, all, "every value of {ty} stands in some row and is shown under its own name");
    }
    names
}

/// The fields of a type that are enums, with their types.
fn enum_columns(fixture: &Fixture, ty: &str) -> Vec<(String, String)> {
    let filter = fixture.schema.filter(ty).into_iter();
    filter
        .filter_map(|(field, kind)| {
            let FilterField::Operators(operators) = kind else { return None };
            let (_, operand) = operators.into_iter().find(|(operator, _)| operator == "eq")?;
            operand.is_enum.then_some((field, operand.scalar))
        })
        .collect()
}

/// Asks everybody for the rows of a type that they may see.
async fn read_names_of(fixture: &Fixture, ty: &str, columns: &[(String, String)], names: &mut EnumNames) {
    let rows = &fixture.world.rows(table(ty).sql);
    let ids: Vec<String> = rows.iter().take(100).map(|row| global_id(ty, row)).collect();
    let fields: Vec<&str> = columns.iter().map(|(field, _)| field.as_str()).collect();
    let query = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {ty} {{ {} }} }} }}", fields.join(" "));
    for somebody in &fixture.people {
        let user = fixture.world.row("users", &somebody.id.to_string());
        if user["is_active"] != Cell::Bool(true) {
            continue;
        }
        let answer = fixture.api.ask_with(Some(somebody), &query, json!({ "ids": ids })).await;
        for (row, node) in rows.iter().zip(answer.data()["nodes"].as_array().unwrap()) {
            assert_eq!(node.is_null(), !fixture.world.sees(user, table(ty).sql, row), "{ty} for {}", somebody.email);
            for (field, ty_of_enum) in columns {
                let cell = &row[&column_of(&fixture.world, ty, field)];
                if let (Some(text), Some(name)) = (cell.text(), node[field].as_str()) {
                    names.learn(ty_of_enum, text, name);
                }
            }
        }
    }
}
