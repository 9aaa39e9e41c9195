//! Figures over whole lists and over groups of their rows, against the reference.
//!
//! Which lists offer them, of which columns and by which keys, is read from the schema; how figures follow from rows is
//! said anew in `reference.rs`.

mod question;
mod reference;
mod refusals;
mod statements;

use std::collections::BTreeSet;

use serde_json::Value;

use self::{
    question::{Key, Question, Term},
    reference::{Figures, Reference},
};
use super::{
    Dice, Fixture,
    filters::choices::Choices,
    schema::{Relation, Schema},
    ways::Way,
};

/// How many questions about groups each list is tried with, apart from each key alone.
const QUESTIONS: usize = 6;

/// The lists that offer figures.
fn offering(schema: &Schema) -> Vec<&Relation> {
    schema.connections().filter(|list| schema.has_field(&format!("{}Connection", list.target), "aggregate")).collect()
}

#[tokio::test]
async fn the_lists_of_what_has_figures_offer_them() {
    let fixture = Fixture::make().await;
    let types: BTreeSet<&str> = offering(&fixture.schema).iter().map(|list| list.target.as_str()).collect();
    for ty in ["Activity", "Holding", "Portfolio", "Position", "TradeLog"] {
        assert!(types.contains(ty), "no list of {ty} offers figures");
    }
    for list in fixture.schema.connections() {
        let has_groups = fixture.schema.has_field(&format!("{}Connection", list.target), "groups");
        assert_eq!(has_groups, types.contains(list.target.as_str()), "{}", list.name());
    }
}

#[tokio::test]
async fn figures_over_all_rows_are_those_of_the_rows_that_the_list_holds() {
    let fixture = Fixture::make().await;
    let (ways, choices) = (Way::all(&fixture.schema), Choices::of(&fixture).await);
    let mut known = 0;
    for list in offering(&fixture.schema) {
        let figures = Figures::of(&fixture, &list.target);
        for way in Way::to(&ways, &list.parent) {
            let way = fixture.few_parents(way, list).await;
            let mut dice = Dice::of(&format!("figures of {} by {way}", list.name()));
            for at in 0..5 {
                let filter = (at > 0).then(|| choices.combined(&list.target, at % 3, &mut dice));
                let argument =
                    filter.as_ref().map(|filter| format!("(filter: {})", filter.literal())).unwrap_or_default();
                let selection =
                    format!("{}{argument} {{ aggregate {{ count {} }} totalCount }}", list.field, figures.selection());
                let answer = fixture.ask(&way, &selection).await;
                for object in way.ends(answer.data()) {
                    let reference = Reference::of(&fixture, &way, list, object, filter.as_ref());
                    let found = &object[&list.field];
                    let name = format!("{} by {way} of {object}", list.name());
                    assert_eq!(found["aggregate"]["count"], found["totalCount"], "{name}");
                    known += figures.compare(&reference, &reference.all(), &found["aggregate"], &name);
                }
            }
        }
    }
    assert!(known > 100, "only {known} figures had a value, so hardly anything was tried");
}

#[tokio::test]
async fn groups_are_those_of_the_rows_with_their_conditions_order_and_number() {
    let fixture = Fixture::make().await;
    let (ways, choices) = (Way::all(&fixture.schema), Choices::of(&fixture).await);
    let mut tried = BTreeSet::new();
    for list in offering(&fixture.schema) {
        let figures = Figures::of(&fixture, &list.target);
        let keys = Key::all(&fixture, &list.target);
        for way in Way::to(&ways, &list.parent) {
            let way = fixture.few_parents(way, list).await;
            let mut dice = Dice::of(&format!("groups of {} by {way}", list.name()));
            let alone = keys.iter().map(|key| (Question::by(vec![key.clone()]), None));
            let mut questions: Vec<_> = alone.collect();
            for at in 0..QUESTIONS {
                let filter = (at % 3 == 0).then(|| choices.combined(&list.target, 1, &mut dice));
                questions.push((Question::at_random(&figures, &keys, &mut dice), filter));
            }
            for (question, filter) in questions {
                let argument =
                    filter.as_ref().map(|filter| format!("(filter: {})", filter.literal())).unwrap_or_default();
                let selection = format!(
                    "all: {field}(first: 100) {{ nodes {{ id {} }} }} {field}{argument} {{ groups({}) {{ key {{ {} }} count {} }} }}",
                    Key::selection_of_rows(&keys),
                    question.arguments(),
                    Key::selection(&keys),
                    figures.selection(),
                    field = list.field,
                );
                let answer = fixture.ask(&way, &selection).await;
                for object in way.ends(answer.data()) {
                    let reference = Reference::of(&fixture, &way, list, object, filter.as_ref());
                    let name = format!("{} by {way} with {selection} of {object}", list.name());
                    compare_groups(&reference, &question, &figures, object, &list.field, &name);
                }
                tried.extend(question.by.iter().map(|key| format!("{} {}", list.target, key.name)));
                tried.extend(question.order.iter().map(|term: &Term| format!("{} {}", list.target, term.name)));
            }
        }
    }
    for list in offering(&fixture.schema) {
        for key in Key::all(&fixture, &list.target) {
            assert!(tried.contains(&format!("{} {}", list.target, key.name)), "{} by {}", list.target, key.name);
        }
    }
}

fn compare_groups(
    reference: &Reference<'_>,
    question: &Question,
    figures: &Figures,
    object: &Value,
    field: &str,
    name: &str,
) {
    let shown = object["all"]["nodes"].as_array().unwrap();
    let expected = reference.groups(question, figures);
    let found = object[field]["groups"].as_array().unwrap();
    let keys: Vec<Value> = found.iter().map(|group| group["key"].clone()).collect();
    let wanted: Vec<Value> = expected.iter().map(|group| reference.key(question, group, shown)).collect();
    assert_eq!(keys, wanted, "{name}");
    for (group, found) in expected.iter().zip(found) {
        assert_eq!(found["count"], group.len(), "{name}");
        figures.compare(reference, group, found, name);
    }
}
