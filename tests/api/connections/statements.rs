//! How many statements a list and a relation take: one a level, whatever the number of rows, and of one text.

use serde_json::json;

use super::{Fixture, schema::Relation, ways::Way};
use crate::support::Statements;

#[tokio::test]
async fn a_relation_takes_one_statement_for_two_parents_as_for_twenty() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let statements = Statements::listen();
    for relation in &fixture.schema.relations {
        let mut tried = 0;
        for way in Way::to(&ways, &relation.parent) {
            tried += usize::from(try_relation(&fixture, &statements, way, relation).await);
        }
        assert!(tried > 0, "no parent of {} was found, so that nothing was tried", relation.name());
    }
}

#[tokio::test]
async fn the_text_of_a_statement_does_not_tell_how_many_values_a_filter_names() {
    let fixture = Fixture::make().await;
    let statements = Statements::listen();
    for list in fixture.schema.connections() {
        let ways = Way::all(&fixture.schema);
        let way = Way::to(&ways, &list.parent)[0];
        let ids: Vec<String> = (0..100)
            .map(|_| format!("{}_{}", super::world::table(&list.target).prefix, uuid::Uuid::now_v7()))
            .collect();
        let mut texts = Vec::new();
        for ids in [&ids[..0], &ids[..1], &ids[..]] {
            let variables = json!({ "filter": { "id": { "in": ids } } });
            let selection = format!("{}(filter: $filter) {{ nodes {{ id }} totalCount }}", list.field);
            let beginning = format!("query($filter: {}Filter) {{", list.target);
            fixture.ask_with(way, &selection, &beginning, variables).await.data();
            texts.push(statements.take());
        }
        assert_eq!(texts[0].len(), 1 + way.levels() + 2, "{}: {texts:#?}", list.name());
        assert!(texts[0] == texts[1] && texts[1] == texts[2], "{}: {texts:#?}", list.name());
    }
}

/// Counts the statements of a relation; answers whether the way led to any parent with rows.
async fn try_relation(fixture: &Fixture, statements: &Statements, way: &Way, relation: &Relation) -> bool {
    let selection = if relation.many { "{ nodes { id } }" } else { "{ id }" };
    let selection = format!("{} {selection}", relation.field);
    let Some((two, twenty)) = two_and_twenty(fixture, way, relation).await else { return false };
    let few = heard(fixture, statements, &two, &selection).await;
    let many = heard(fixture, statements, &twenty, &selection).await;
    assert_eq!(few, many, "{} by {way}", relation.name());
    // The token's own statement, and one for each level of the way with the relation.
    let expected = 1 + way.levels_with(relation);
    assert_eq!(many.len(), expected, "{} by {way}: {many:#?}", relation.name());
    if relation.many {
        let counted = format!("{} {{ nodes {{ id }} totalCount }}", relation.field);
        let counted = heard(fixture, statements, &twenty, &counted).await;
        assert_eq!(counted.len(), expected + 1, "totalCount of {} by {way}: {counted:#?}", relation.name());
    }
    true
}

/// The way to two parents and to twenty, those with the most rows first; none when no parent has any.
async fn two_and_twenty(fixture: &Fixture, way: &Way, relation: &Relation) -> Option<(Way, Way)> {
    let parents = fixture.parents_by_rows(way, relation).await;
    let (_, most) = parents.first()?;
    let ids = |count| parents.iter().take(count).filter_map(|(id, _)| id.clone()).collect();
    (*most > 0).then(|| (way.only(ids(2)), way.only(ids(20))))
}

/// The statements that read a field of the objects at a way's end.
async fn heard(fixture: &Fixture, statements: &Statements, way: &Way, selection: &str) -> Vec<String> {
    statements.take();
    fixture.ask(way, selection).await.data();
    statements.take()
}
