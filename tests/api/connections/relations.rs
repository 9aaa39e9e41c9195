//! Every relation from everywhere: its rows are those that belong to its parent and that the viewer may see.

use serde_json::{Value, json};

use super::{
    Fixture,
    schema::Relation,
    ways::Way,
    world::{Row, compare, global_id, usual_order},
};

#[tokio::test]
async fn every_relation_holds_the_visible_rows_of_its_parent_on_every_way() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    for relation in &fixture.schema.relations {
        let mut found = 0;
        for way in ways.iter().filter(|way| way.end == relation.parent) {
            found += try_relation(&fixture, way, relation).await;
        }
        assert!(found > 0, "{} is empty on every way, so that nothing was tried", relation.name());
    }
}

/// Compares a relation of every object at a way's end, and counts its rows.
async fn try_relation(fixture: &Fixture, way: &Way, relation: &Relation) -> usize {
    let field = &relation.field;
    let selection = if relation.many {
        format!("{field}(first: 100) {{ nodes {{ id }} totalCount }}")
    } else {
        format!("{field} {{ id }}")
    };
    let answer = fixture.ask(way, "", json!({}), &selection).await;
    let mut found = 0;
    for object in way.ends(answer.data()) {
        let expected = expected(fixture, way, relation, fixture.parent(way, object));
        assert_eq!(object[field], answered(relation, &expected), "{field} of {object} by {way}");
        found += expected.len();
    }
    found
}

fn expected(fixture: &Fixture, way: &Way, relation: &Relation, parent: Option<&Row>) -> Vec<String> {
    let mut rows = fixture.world.related(fixture.viewer(way.who), relation, parent);
    if relation.many {
        let order = usual_order(&relation.target);
        rows.sort_by(|left, right| compare(left, right, &order));
    }
    rows.into_iter().map(|row| global_id(&relation.target, row)).collect()
}

fn answered(relation: &Relation, ids: &[String]) -> Value {
    let object = |id: &String| json!({ "id": id });
    if relation.many {
        json!({ "nodes": ids.iter().map(object).collect::<Vec<_>>(), "totalCount": ids.len() })
    } else {
        assert!(ids.len() <= 1, "{} is one row or none", relation.name());
        ids.first().map(object).unwrap_or_default()
    }
}
