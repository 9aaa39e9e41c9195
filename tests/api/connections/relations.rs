//! Every relation from everywhere: its rows are those that belong to its parent and that the viewer may see.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Fixture,
    schema::Relation,
    ways::Way,
    world::{Row, compare, global_id, usual_order},
};

/// How many relations one document asks for.
const TOGETHER: usize = 8;

#[tokio::test]
async fn every_relation_holds_the_visible_rows_of_its_parent_on_every_way() {
    let fixture = Fixture::make().await;
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for way in Way::all(&fixture.schema) {
        let relations: Vec<&Relation> =
            fixture.schema.relations.iter().filter(|relation| relation.parent == way.end).collect();
        for relations in relations.chunks(TOGETHER) {
            try_relations(&fixture, &way, relations, &mut found).await;
        }
    }
    for relation in &fixture.schema.relations {
        assert!(found[&relation.name()] > 0, "{} is empty on every way, so that nothing was tried", relation.name());
    }
}

/// Compares relations of every object at a way's end, and counts their rows.
async fn try_relations(fixture: &Fixture, way: &Way, relations: &[&Relation], found: &mut BTreeMap<String, usize>) {
    let selection = |relation: &&Relation| {
        let field = &relation.field;
        if relation.many {
            format!("{field}(first: 100) {{ nodes {{ id }} totalCount }}")
        } else {
            format!("{field} {{ id }}")
        }
    };
    let selections: Vec<String> = relations.iter().map(selection).collect();
    let answer = fixture.ask(way, &selections.join(" ")).await;
    for object in way.ends(answer.data()) {
        for relation in relations {
            let expected = expected(fixture, way, relation, fixture.parent(way, object));
            let field = &relation.field;
            assert_eq!(object[field], answered(relation, &expected), "{field} of {object} by {way}");
            *found.entry(relation.name()).or_default() += expected.len();
        }
    }
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
