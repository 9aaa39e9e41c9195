//! What is asked: five workloads, each as a GraphQL document for the server and as a path of the limit.

use clap::ValueEnum;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Outcome, limit, load};

const DASHBOARD: &str = "\
query Dashboard {
  viewer {
    portfolios(first: 3) {
      nodes {
        id vaultId
        holdings(first: 25) { nodes { id symbol assetName quantity avgCost currentPrice marketValue } }
      }
    }
  }
}";
const JOURNAL: &str = "\
query Journal {
  viewer {
    journalEntries(first: 20) {
      nodes {
        id title content entryDate mood
        tradeLog { id symbol tradeType entryPrice quantity status analysis { id keyLearnings executionQuality } }
      }
    }
  }
}";
const POINT: &str = "query Point { viewer { id email tier } }";
const WRITE: &str = "\
mutation Write($input: CreateJournalEntryInput!) {
  createJournalEntry(input: $input) { journalEntry { id title content entryDate } }
}";
const PAGES: &str = "\
query Pages($after: String) {
  admin { users(first: 50, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }
}";
/// How many users the pages of W3 and of the curves are apart.
pub const PAGE: usize = 50;

/// The two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// One statement written by hand behind a bare handler.
    Limit,
    /// The program as it is shipped.
    Server,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Limit, Self::Server];

    pub fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Server => "server",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// Dashboard: somebody's 3 portfolios with the first 25 holdings of each.
    W1,
    /// Journal: somebody's first 20 entries, their trade logs and analyses.
    W2,
    /// Wide: 50 users, 3 portfolios each, the first 10 holdings of each, as an administrator.
    W3,
    /// Point: who is signed in.
    W4,
    /// Write: a journal entry with its activity.
    W5,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub id: Uuid,
    pub session: Uuid,
    pub token: String,
}

/// A user behind whom a page of users begins.
pub struct Mark {
    pub id: Uuid,
    /// When the account was made, in microseconds since 1970.
    pub moment: i64,
    /// The same place as the server's cursor.
    pub cursor: String,
}

/// Everybody who asks.
pub struct Cast {
    pub people: Vec<Person>,
    pub admin: Person,
    pub marks: Vec<Mark>,
}

impl Workload {
    pub const ALL: [Self; 5] = [Self::W1, Self::W2, Self::W3, Self::W4, Self::W5];

    pub fn title(self) -> &'static str {
        match self {
            Self::W1 => "W1 dashboard",
            Self::W2 => "W2 journal",
            Self::W3 => "W3 wide",
            Self::W4 => "W4 point",
            Self::W5 => "W5 write",
        }
    }

    /// What the server's CPU time is to be at most, as a multiple of the limit's.
    pub fn goal(self) -> f64 {
        match self {
            Self::W1 | Self::W2 => 1.0,
            Self::W3 => 0.8,
            Self::W4 => 1.6,
            Self::W5 => 1.5,
        }
    }

    /// Requests in turn, of everybody or for every page.
    pub fn requests(self, side: Side, cast: &Cast) -> Vec<Vec<u8>> {
        let of_people = |request: &dyn Fn(&Person) -> Vec<u8>| cast.people.iter().map(request).collect();
        match (self, side) {
            (Self::W3, _) => cast.marks.iter().map(|mark| wide(side, &cast.admin, limit::WIDE, &[mark])).collect(),
            (Self::W5, Side::Limit) => {
                of_people(&|person| post(&format!("/w5/{}/{}", person.id, person.session), None, &entry()))
            }
            (Self::W5, Side::Server) => of_people(&|person| graphql(person, WRITE, json!({ "input": server_entry() }))),
            (Self::W1, Side::Limit) => of_people(&|person| get(&format!("/w1/{}", person.id))),
            (Self::W1, Side::Server) => of_people(&|person| graphql(person, DASHBOARD, json!({}))),
            (Self::W2, Side::Limit) => of_people(&|person| get(&format!("/w2/{}", person.id))),
            (Self::W2, Side::Server) => of_people(&|person| graphql(person, JOURNAL, json!({}))),
            (Self::W4, Side::Limit) => of_people(&|person| get(&format!("/w4/{}", person.id))),
            (Self::W4, Side::Server) => of_people(&|person| graphql(person, POINT, json!({}))),
        }
    }
}

fn entry() -> Value {
    json!({ "title": "After the results", "content": "Bought because it fell, and sold nothing.", "date": "2026-10-30" })
}

fn server_entry() -> Value {
    let Value::Object(mut entry) = entry() else { return Value::Null };
    if let Some(date) = entry.remove("date") {
        entry.insert(String::from("entryDate"), date);
    }
    Value::Object(entry)
}

/// So many users with so many portfolios with so many holdings, behind each of the marks. The server reads at most 100 users
/// on a page, so that many of them take several pages in one document.
pub fn wide(side: Side, admin: &Person, (users, portfolios, holdings): (u32, u32, u32), marks: &[&Mark]) -> Vec<u8> {
    if side == Side::Limit {
        let Some(mark) = marks.first() else { return Vec::new() };
        let users = users * u32::try_from(marks.len()).unwrap_or(1);
        return get(&format!("/wide/{users}/{portfolios}/{holdings}/{}/{}", mark.moment, mark.id));
    }
    let page = |place: usize| {
        let alias = if place == 0 { String::new() } else { format!("page{place}: ") };
        format!(
            "    {alias}users(first: {users}, after: $after{place}) {{ nodes {{ id email portfolios(first: {portfolios}) {{ nodes \
             {{ id vaultId holdings(first: {holdings}) {{ nodes {{ id symbol quantity marketValue }} }} }} }} }} }}\n"
        )
    };
    let variables: Vec<String> = (0..marks.len()).map(|place| format!("$after{place}: String")).collect();
    let pages: String = (0..marks.len()).map(page).collect();
    let document = format!("query Wide({}) {{\n  admin {{\n{pages}  }}\n}}", variables.join(", "));
    let values =
        marks.iter().enumerate().map(|(place, mark)| (format!("after{place}"), Value::from(mark.cursor.as_str())));
    graphql(admin, &document, Value::Object(values.collect()))
}

/// The server's cursors behind every fiftieth user.
pub async fn cursors(address: std::net::SocketAddr, admin: &Person) -> Outcome<Vec<String>> {
    let mut cursors: Vec<String> = Vec::new();
    loop {
        let answer = load::ask(address, &graphql(admin, PAGES, json!({ "after": cursors.last() }))).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let page = answer.pointer("/data/admin/users/pageInfo").ok_or("the server shows no pages of users")?;
        if page.get("hasNextPage") != Some(&Value::Bool(true)) {
            return Ok(cursors);
        }
        let cursor = page.get("endCursor").and_then(Value::as_str).ok_or("a page has no cursor")?;
        cursors.push(cursor.to_owned());
    }
}

/// The data of an answer as values: new rows' own ids stand as nothing, and a number is itself however many zeros it has.
pub fn comparable(workload: Workload, answer: &[u8]) -> Outcome<Value> {
    let mut answer: Value = serde_json::from_slice(answer)?;
    if workload == Workload::W5
        && let Some(id) = answer.pointer_mut("/data/createJournalEntry/journalEntry/id")
    {
        *id = Value::Null;
    }
    Ok(answer.get_mut("data").map(Value::take).map(plain).unwrap_or_default())
}

fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        Value::String(text) => {
            Value::String(text.parse().map_or(text, |number: Decimal| number.normalize().to_string()))
        }
        other => other,
    }
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n\r\n").into_bytes()
}

fn post(path: &str, token: Option<&str>, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\ncontent-type: application/json\r\n\
         {authorization}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub fn graphql(person: &Person, document: &str, variables: Value) -> Vec<u8> {
    post("/graphql", Some(&person.token), &json!({ "query": document, "variables": variables }))
}
