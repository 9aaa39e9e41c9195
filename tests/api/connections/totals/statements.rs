//! One statement for all rows that a list hangs off, and only when figures are selected.

use super::{Figures, Key, offering};
use crate::{
    connections::{Fixture, ways::Way},
    support::Statements,
};

#[tokio::test]
async fn figures_take_one_statement_for_two_lists_as_for_twenty() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let statements = Statements::listen();
    for list in offering(&fixture.schema) {
        let (figures, keys) = (Figures::of(&fixture, &list.target), Key::all(&fixture, &list.target));
        let key = &keys[0].name;
        for way in Way::to(&ways, &list.parent) {
            let parents = fixture.parents_by_rows(way, list).await;
            let ids = |count| parents.iter().take(count).filter_map(|(id, _)| id.clone()).collect();
            let (two, twenty) = (way.only(ids(2)), way.only(ids(20)));
            for (figures, number) in [
                (format!("aggregate {{ count {} }}", figures.selection()), 1),
                (format!("groups(by: [{key}]) {{ count {} }}", figures.selection()), 1),
                (format!("aggregate {{ count }} groups(by: [{key}], having: {{ count: {{ gt: 1 }} }}) {{ count }}"), 2),
                ("a: aggregate { count } totalCount nodes { id }".to_owned(), 3),
            ] {
                let selection = format!("{} {{ {figures} }}", list.field);
                statements.take();
                fixture.ask(&two, &selection).await.data();
                let few = in_order(statements.take());
                fixture.ask(&twenty, &selection).await.data();
                let many = in_order(statements.take());
                assert_eq!(few, many, "{} by {way}", list.name());
                // The token's own statement, one for each level of the way, and one for each kind of figure.
                assert_eq!(many.len(), 1 + way.levels() + number, "{} by {way}: {many:#?}", list.name());
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_selected_is_not_computed() {
    let fixture = Fixture::make().await;
    let viewer = Way::all(&fixture.schema).into_iter().find(|way| way.end == "User").unwrap();
    let statements = Statements::listen();
    let heard = async |selection: &str| {
        statements.take();
        fixture.ask(&viewer, selection).await.data();
        statements.take().pop().unwrap()
    };
    let bare = heard("holdings { aggregate { count } }").await;
    assert!(!bare.contains("sum(") && !bare.contains("portfolio_summary"), "{bare}");
    let units = heard("holdings { aggregate { sum { quantity { value } } } }").await;
    let units = units.to_lowercase();
    assert!(units.contains("sum(") && !units.contains("max(") && !units.contains("portfolio_summary"), "{units}");
    let money = heard("holdings { aggregate { max { marketValue { value } } } }").await;
    let money = money.to_lowercase();
    assert!(money.contains("max(") && !money.contains("sum(") && money.contains("portfolio_summary"), "{money}");
}

/// Different figures of one level are read in any order.
fn in_order(mut statements: Vec<String>) -> Vec<String> {
    statements.sort();
    statements
}
