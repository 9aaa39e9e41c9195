//! Reading ahead against the plain way: the same random documents through both, and the same bytes out of both.

use serde_json::json;
use stackmotive::{
    budget::Budgets,
    graphql::table::{Column, Link, Table, camel_case},
};

use super::{
    BUDGET_PERCENT, Dice, Fixture,
    data::{ADA, BOB, ROOT},
};
use crate::support::{Api, Somebody};

/// How many documents are tried.
const DOCUMENTS: usize = 300;
/// How many relations a document goes through at most, one below the other.
const DEPTH: usize = 4;
/// How many fields and relations a document has, more or less, since what is refused as too large shows nothing.
const FIELDS: usize = 120;
const RELATIONS: usize = 14;

#[tokio::test]
async fn what_is_read_ahead_is_what_the_plain_way_answers() {
    let fixture = Fixture::make().await;
    let plain = fixture.api.beside_with(|app| {
        app.reads_ahead = false;
        app.budgets = Budgets::new(BUDGET_PERCENT);
    });
    let plain = plain.await;
    let (mut tried, mut rows, mut refused) = (0, 0, String::new());
    for number in 0..DOCUMENTS {
        let mut author =
            Author { dice: Dice::of(&format!("ahead {number}")), fields: 0, aliases: 0, fragments: Vec::new() };
        let document = author.document();
        // What the first of them asks is known when the others come, and those who are alike share its plan.
        for who in [ADA, BOB, ADA, ROOT] {
            let who = &fixture.people[who];
            let (ahead, plain) = (answered(&fixture.api, who, &document).await, answered(&plain, who, &document).await);
            assert_eq!(ahead, plain, "{} asked {document}", who.email);
            match ahead.find("\"errors\":") {
                None => tried += 1,
                Some(errors) => refused = ahead[errors..].chars().take(300).collect(),
            }
            rows += ahead.matches("\"id\":").count();
        }
    }
    assert!(tried > DOCUMENTS && rows > 10 * DOCUMENTS, "{tried} documents with {rows} rows say too little; {refused}");
}

/// The data and the errors of an answer, as they came: what a document cost may differ, since a row that two others
/// share is read for each of them.
async fn answered(api: &Api, who: &Somebody, document: &str) -> String {
    let variables = json!({ "yes": true, "no": false, "few": 3 });
    let answer = api.ask_with(Some(who), document, variables).await;
    let end = answer.text.rfind(",\"extensions\":{\"cost\"").unwrap_or(answer.text.len());
    answer.text[..end].to_owned()
}

/// Writes documents down.
struct Author {
    dice: Dice,
    fields: usize,
    aliases: usize,
    fragments: Vec<String>,
}

impl Author {
    fn document(&mut self) -> String {
        let user = table("User");
        let viewer = self.object(user, 0);
        let lists = if self.one_in(4) {
            "lists: publicWatchlists(first: 5) { nodes { id name items { nodes { id } } } }"
        } else {
            ""
        };
        let query = format!(
            "query Q($yes: Boolean!, $no: Boolean!, $few: Int!) {{ viewer {{ {viewer} }} {lists} used: serverInfo @include(if: $no) {{ version }} also: rateLimit @skip(if: $yes) {{ limit }} node: node(id: \"user_{}\") @include(if: $no) {{ id }} nodes: nodes(ids: []) {{ id }} few: publicJournalEntries(first: $few) {{ totalCount }} }}",
            uuid::Uuid::nil()
        );
        format!("{query} {}", self.fragments.join(" "))
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.dice.below(chance) == 0
    }

    /// Selections on a row.
    fn object(&mut self, table: &'static Table, depth: usize) -> String {
        let mut parts = vec!["id".to_owned()];
        let shown: Vec<&Column> = table.columns.iter().collect();
        for _ in 0..self.dice.below(6).min(shown.len() * 6) {
            let field = camel_case(self.dice.pick(&shown).sql);
            parts.push(self.leaf(&field));
        }
        if self.one_in(5) {
            parts.push("__typename".to_owned());
        }
        let links = (table.links)();
        if depth < DEPTH && !links.is_empty() {
            for _ in 0..=self.dice.below(3) {
                if self.fields < FIELDS && self.aliases < RELATIONS {
                    let link = *self.dice.pick(&links);
                    parts.push(self.relation(link, depth + 1));
                }
            }
        }
        self.fields += parts.len();
        self.wrapped(parts, table.name)
    }

    fn leaf(&mut self, field: &str) -> String {
        match self.dice.below(8) {
            0 if self.one_in(3) => {
                self.aliases += 1;
                format!("a{}: {field}", self.aliases)
            }
            1 => format!("{field} @include(if: $yes)"),
            2 => format!("{field} @skip(if: $yes)"),
            _ => field.to_owned(),
        }
    }

    /// Some of the selections behind fragments.
    fn wrapped(&mut self, mut parts: Vec<String>, on: &str) -> String {
        match self.dice.below(6) {
            0 => parts.push(format!("... on {on} {{ {} }}", parts.last().cloned().unwrap_or_default())),
            1 => {
                let inner = parts.split_off(parts.len() / 2);
                parts.push(format!("... on {on} {{ {} }}", inner.join(" ")));
            }
            2 => {
                let name = format!("F{}", self.fragments.len());
                let inner = parts.split_off(parts.len() / 2);
                self.fragments.push(format!("fragment {name} on {on} {{ {} }}", inner.join(" ")));
                parts.push(format!("...{name}"));
            }
            3 if on != "PageInfo" => parts.push("... { __typename }".to_owned()),
            _ => {}
        }
        parts.join(" ")
    }

    fn relation(&mut self, link: &'static Link, depth: usize) -> String {
        let table = link.target.table();
        // Two selections under one name have to agree, and of names a document has only so many.
        self.aliases += 1;
        let alias = format!("r{}", self.aliases);
        if !link.many {
            let inner = self.object(table, depth);
            return format!("{alias}: {} {{ {inner} }}", link.name);
        }
        let arguments = self.arguments(table);
        let mut parts = Vec::new();
        if self.dice.below(4) > 0 {
            parts.push(format!("nodes {{ {} }}", self.object(table, depth)));
        }
        if self.one_in(3) {
            let node = self.object(table, depth);
            let edge = vec!["cursor".to_owned(), format!("node {{ {node} }}")];
            parts.push(format!("edges {{ {} }}", self.wrapped(edge, &format!("{}Edge", table.name))));
        }
        if self.one_in(3) {
            parts.push("pageInfo { hasNextPage hasPreviousPage startCursor endCursor }".to_owned());
        }
        if parts.is_empty() || self.one_in(3) {
            parts.push("totalCount".to_owned());
        }
        let inner = self.wrapped(parts, &format!("{}Connection", table.name));
        format!("{alias}: {}{arguments} {{ {inner} }}", link.name)
    }

    fn arguments(&mut self, table: &Table) -> String {
        let size = self.dice.below(5);
        let mut arguments = match self.dice.below(6) {
            0 => vec![format!("last: {size}")],
            1 => vec![format!("first: {size}")],
            2 => vec!["first: $few".to_owned()],
            3 => vec![format!("first: {size}"), format!("offset: {}", self.dice.below(3))],
            // Out of range now and then, which is the plain way's to say.
            4 if self.one_in(10) => vec!["first: 101".to_owned()],
            _ => Vec::new(),
        };
        if self.one_in(3) {
            let ordered: Vec<&Column> = table.columns.iter().filter(|column| column.kind.ordered()).collect();
            let column =
                ordered.get(self.dice.below(ordered.len().max(1))).map_or("id", |column| column.sql).to_uppercase();
            let direction = self.dice.pick(&["ASC", "DESC"]);
            let nulls = self.dice.pick(&["FIRST", "LAST"]);
            arguments.push(format!("orderBy: [{{ field: {column}, direction: {direction}, nulls: {nulls} }}]"));
        }
        if self.one_in(4) {
            let column = self.dice.below(table.columns.len().max(1));
            let column = camel_case(table.columns.get(column).map_or("id", |column| column.sql));
            let negated = if self.one_in(2) { "not: " } else { "or: " };
            let (open, close) = if negated == "or: " { ("[", "]") } else { ("", "") };
            arguments.push(format!("filter: {{ {negated}{open}{{ {column}: {{ isNull: true }} }}{close} }}"));
        }
        if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) }
    }
}

fn table(name: &str) -> &'static Table {
    stackmotive::graphql::node::TARGETS.iter().map(|target| target.table()).find(|table| table.name == name).unwrap()
}
