//! The fragments of a document, each behind those that it spreads.

use std::collections::HashMap;

use async_graphql::{
    Pos,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use super::Refusal;
use crate::graphql::error::Error;

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    /// On the way from the operation to where we are.
    Under,
    Done,
}

/// Finds the fragments that an operation spreads, however far in, in an order in which each comes after its own.
///
/// Goes from fragment to fragment without recursion; only selections in one definition are, and the scan bounds these.
///
/// # Errors
/// When a fragment spreads itself, isn't there, or is never used. The library looks for the first of these with a
/// search that takes exponential time, and the last two could hide one from being measured.
pub fn in_order<'a>(
    document: &'a ExecutableDocument,
    operation: &'a SelectionSet,
) -> Result<Vec<(&'a str, &'a FragmentDefinition)>, Refusal> {
    let mut visits: HashMap<&str, Visit> = HashMap::new();
    let mut found = Vec::new();
    let mut path = vec![(None, spread_in(operation).into_iter())];
    while let Some((fragment, spreads)) = path.last_mut() {
        let Some((name, at)) = spreads.next() else {
            if let Some((name, definition)) = *fragment {
                visits.insert(name, Visit::Done);
                found.push((name, definition));
            }
            path.pop();
            continue;
        };
        match visits.get(name) {
            Some(Visit::Done) => {}
            Some(Visit::Under) => return Err(refused(format!("The fragment {name} spreads itself."), at)),
            None => {
                let Some(fragment) = document.fragments.get(name) else {
                    return Err(refused(format!("There is no fragment {name}."), at));
                };
                visits.insert(name, Visit::Under);
                path.push((Some((name, &fragment.node)), spread_in(&fragment.node.selection_set.node).into_iter()));
            }
        }
    }
    let unused = document.fragments.iter().filter(|(name, _)| !visits.contains_key(name.as_str()));
    match unused.min_by_key(|(_, fragment)| fragment.pos) {
        Some((name, fragment)) => Err(refused(format!("The fragment {name} is never used."), fragment.pos)),
        None => Ok(found),
    }
}

fn spread_in(selections: &SelectionSet) -> Vec<(&str, Pos)> {
    let mut found = Vec::new();
    collect(selections, &mut found);
    found
}

fn collect<'a>(selections: &'a SelectionSet, found: &mut Vec<(&'a str, Pos)>) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => collect(&field.node.selection_set.node, found),
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => found.push((spread.node.fragment_name.node.as_str(), selection.pos)),
        }
    }
}

fn refused(sentence: String, at: Pos) -> Refusal {
    Refusal { error: Error::invalid(&[], "FORMAT", sentence), at: vec![at] }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn order(document: &str) -> Result<Vec<String>, String> {
        let document = parse_query(document).expect("a document");
        let (_, operation) = document.operations.iter().next().expect("an operation");
        let found = in_order(&document, &operation.node.selection_set.node);
        let names = found.map(|found| found.iter().map(|(name, _)| (*name).to_owned()).collect());
        names.map_err(|refusal| format!("{} {}", refusal.at[0], refusal.error.message))
    }

    #[test]
    fn each_comes_after_those_that_it_spreads() {
        let document = "{ ...A b { ... on B { ...C } } }
            fragment A on Q { c { ...C ...B } } fragment B on Q { d } fragment C on Q { ...B ...B }";
        assert_eq!(order(document), Ok(vec!["B".to_owned(), "C".to_owned(), "A".to_owned()]));
        assert_eq!(order("{ a }"), Ok(vec![]));
    }

    #[test]
    fn a_cycle_of_any_length_is_refused() {
        for length in [1, 2, 50] {
            let fragment = |n: usize| format!("fragment F{n} on Q {{ a {{ ...F{} }} }} ", (n + 1) % length);
            let fragments: String = (0..length).map(fragment).collect();
            let refused = order(&format!("{{ ...F0 }} {fragments}")).expect_err("a cycle");
            assert!(refused.ends_with("The fragment F0 spreads itself."), "{refused}");
        }
    }

    #[test]
    fn what_is_not_there_or_not_used_is_refused() {
        assert_eq!(order("{ ...A }"), Err("1:3 There is no fragment A.".to_owned()));
        let unused = "{ a }\nfragment C on Q { ...C } fragment B on Q { a }";
        assert_eq!(order(unused), Err("2:1 The fragment C is never used.".to_owned()));
    }

    #[test]
    fn a_chain_of_doubles_takes_no_longer_than_a_chain() {
        let fragment = |n: usize| format!("fragment F{n} on Q {{ ...F{0} ...F{0} }} ", n + 1);
        let fragments: String = (0..100).map(fragment).collect();
        let order = order(&format!("{{ ...F0 }} {fragments} fragment F100 on Q {{ a }}")).expect("no cycle");
        assert_eq!((order.len(), order[0].as_str(), order[100].as_str()), (101, "F100", "F0"));
    }
}
