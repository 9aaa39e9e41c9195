//! The reference: every row, how rows are related, and who sees which.
//!
//! Nothing here is taken from the server but the names of types and tables and a list's usual order.

use std::{
    cell::RefCell,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, Row as _};
use stackmotive::graphql::{node::TARGETS, table::Table};

use super::{schema::Relation, values::Cell};

/// A row, by the names of its columns in PostgreSQL.
pub type Row = BTreeMap<String, Cell>;

/// Where a stored value means nothing, and null is shown: the table, the column, and the one that is zero then.
const UNKNOWN_WITHOUT: [(&str, &str, &str); 3] = [
    ("portfolio_holdings", "total_gain_loss", "avg_cost"),
    ("portfolio_holdings", "total_gain_loss_percent", "avg_cost"),
    ("portfolio_summary", "total_gain_loss_percent", "invested_amount"),
];

/// Whose rows were asked for: the viewer, the relation, and the parent where there is one.
type Question = (String, String, Option<String>);

pub struct World {
    tables: BTreeMap<String, Vec<Row>>,
    /// By names such as `User.portfolios`.
    pub relations: BTreeMap<String, Known>,
    /// What was found before: the viewer, the relation and the parent with the places of its rows.
    found: RefCell<HashMap<Question, Vec<usize>>>,
}

/// What the reference knows of a relation.
pub struct Known {
    pub relation: Relation,
    /// Which columns meet: the parent's, the target's.
    on: Vec<(String, String)>,
    /// A column that has to be true.
    only: Option<String>,
}

/// One term of an order.
#[derive(Clone, Debug)]
pub struct Term {
    pub column: String,
    pub descending: bool,
    pub nulls_first: bool,
}

impl World {
    /// Reads every table of the API as their owner.
    pub async fn read(owner: &mut PgConnection) -> Self {
        sqlx::raw_sql("SET timezone = 'UTC'").execute(&mut *owner).await.unwrap();
        let mut tables = BTreeMap::new();
        for table in TARGETS.iter().map(|target| target.table().sql).filter(|table| *table != "people") {
            tables.insert(table.to_owned(), read_table(owner, table).await);
        }
        for (table, column, other) in UNKNOWN_WITHOUT {
            let is_zero = |row: &Row| matches!(&row[other], Cell::Decimal(number) if number.is_zero());
            for row in tables.get_mut(table).unwrap().iter_mut().filter(|row| is_zero(row)) {
                row.insert(column.to_owned(), Cell::Null);
            }
        }
        let person = |user: &Row| ["id", "display_name"].map(|column| (column.to_owned(), user[column].clone())).into();
        let people = tables["users"].iter().map(person).collect();
        tables.insert("people".to_owned(), people);
        let relations = include_str!("relations.tsv").lines().skip(1).map(known).collect();
        Self { tables, relations, found: RefCell::default() }
    }

    pub fn rows(&self, table: &str) -> &[Row] {
        &self.tables[table]
    }

    pub fn row(&self, table: &str, id: &str) -> &Row {
        let found = self.rows(table).iter().find(|row| row["id"] == Cell::Uuid(id.to_owned()));
        found.unwrap_or_else(|| panic!("{table} has no row {id}"))
    }

    /// The row behind a global id of this type.
    pub fn row_of(&self, ty: &str, id: &str) -> &Row {
        let table = table(ty);
        let uuid = id.strip_prefix(table.prefix).and_then(|rest| rest.strip_prefix('_'));
        self.row(table.sql, uuid.unwrap_or_else(|| panic!("{id} is no id of {ty}")))
    }

    /// The rows of a relation that the viewer sees, in no order.
    pub fn related<'a>(&'a self, viewer: &Row, relation: &Relation, parent: Option<&Row>) -> Vec<&'a Row> {
        let rows = self.rows(table(&relation.target).sql);
        let id = |row: &Row| if let Cell::Uuid(id) = &row["id"] { id.clone() } else { String::new() };
        let question = (id(viewer), relation.name(), parent.map(id));
        let known = self.found.borrow().get(&question).cloned();
        let places = known.unwrap_or_else(|| {
            let places = self.places(viewer, relation, parent);
            self.found.borrow_mut().insert(question, places.clone());
            places
        });
        places.into_iter().map(|place| &rows[place]).collect()
    }

    /// The same as places in the table.
    fn places(&self, viewer: &Row, relation: &Relation, parent: Option<&Row>) -> Vec<usize> {
        let known = &self.relations[&relation.name()];
        let table = table(&relation.target).sql;
        let meets = |row: &Row| {
            known.on.iter().all(|(ours, theirs)| {
                let ours = &parent.expect("only lists of the root have no columns")[ours];
                !ours.is_null() && *ours == row[theirs]
            })
        };
        let counts = |row: &Row| known.only.as_ref().is_none_or(|column| row[column] == Cell::Bool(true));
        let rows = self.rows(table).iter().enumerate();
        rows.filter(|(_, row)| meets(row) && counts(row) && self.sees(viewer, table, row)).map(|(at, _)| at).collect()
    }

    /// Whether a viewer may see a row; one rule per table.
    pub fn sees(&self, viewer: &Row, table: &str, row: &Row) -> bool {
        let me = &viewer["id"];
        let admin = viewer["is_admin"] == Cell::Bool(true);
        let is_public = || row["is_public"] == Cell::Bool(true);
        match table {
            "users" => admin || row["id"] == *me,
            "portfolio_summary" | "portfolio_holdings" | "portfolio_position" | "portfolio_sync_log" => {
                admin || row["user_id"] == *me
            }
            "watchlists" => row["owner_id"] == *me || is_public() || self.is_shared(&row["id"], me),
            "watchlist_items" => {
                let Cell::Uuid(list) = &row["watchlist_id"] else { panic!("an item without a list") };
                self.sees(viewer, "watchlists", self.row("watchlists", list))
            }
            "watchlist_shares" => row["owner_id"] == *me || row["shared_with_id"] == *me,
            "journal_entries" => row["user_id"] == *me || is_public(),
            "audit_log" => admin,
            "people" => self.knows(viewer, &row["id"]),
            "user_sessions"
            | "personal_tokens"
            | "account_portfolios"
            | "user_trade_rule"
            | "rebalance_schedule"
            | "rebalance_execution"
            | "user_preferences"
            | "user_theme_preferences"
            | "user_onboarding_progress"
            | "user_trading_preferences"
            | "manual_trade_logs"
            | "trade_analysis"
            | "vault_categories"
            | "asset_category_assignment"
            | "agent_memory" => row["user_id"] == *me,
            other => panic!("who sees the rows of {other}? Write its rule in world.rs"),
        }
    }

    fn is_shared(&self, list: &Cell, with: &Cell) -> bool {
        let mut shares = self.rows("watchlist_shares").iter();
        shares.any(|share| share["watchlist_id"] == *list && share["shared_with_id"] == *with)
    }

    /// A person is known to those who share with them, to those whose account they made or changed,
    /// and to everybody when they show something in public; never once their account is closed.
    fn knows(&self, viewer: &Row, person: &Cell) -> bool {
        let me = &viewer["id"];
        let any = |table: &str, passes: &dyn Fn(&Row) -> bool| self.rows(table).iter().any(passes);
        let shows =
            |table: &str, owner: &str| any(table, &|row| row[owner] == *person && row["is_public"] == Cell::Bool(true));
        let shares = |owner: &Cell, with: &Cell| {
            any("watchlist_shares", &|share| share["owner_id"] == *owner && share["shared_with_id"] == *with)
        };
        let met = person == me
            || viewer["created_by"] == *person
            || viewer["updated_by"] == *person
            || shares(person, me)
            || shares(me, person)
            || shows("watchlists", "owner_id")
            || shows("journal_entries", "user_id");
        met && any("users", &|user| user["id"] == *person && user["is_active"] == Cell::Bool(true))
    }
}

/// What the API calls a table's type, its ids' prefix, and its usual order.
pub fn table(ty: &str) -> &'static Table {
    let found = TARGETS.iter().map(|target| target.table()).find(|table| table.name == ty);
    found.unwrap_or_else(|| panic!("{ty} is no type with rows"))
}

/// A row's id as a client sees it.
pub fn global_id(ty: &str, row: &Row) -> String {
    let Cell::Uuid(id) = &row["id"] else { panic!("a row of {ty} without id") };
    format!("{}_{id}", table(ty).prefix)
}

/// A list's usual order.
pub fn usual_order(ty: &str) -> Vec<Term> {
    let terms = table(ty).order.iter();
    terms.map(|&(column, descending)| Term { column: column.to_owned(), descending, nulls_first: false }).collect()
}

/// Which of two rows comes first. The id breaks ties in the direction of the last term.
pub fn compare(left: &Row, right: &Row, order: &[Term]) -> Ordering {
    let id = Term {
        column: "id".to_owned(),
        descending: order.last().is_some_and(|term| term.descending),
        nulls_first: false,
    };
    let terms = order.iter().chain([&id]);
    terms.map(|term| by_term(left, right, term)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

fn by_term(left: &Row, right: &Row, term: &Term) -> Ordering {
    let (left, right) = (&left[&term.column], &right[&term.column]);
    match (left.is_null(), right.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) if term.nulls_first => Ordering::Less,
        (true, false) => Ordering::Greater,
        (false, true) if term.nulls_first => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if term.descending => right.compare(left),
        (false, false) => left.compare(right),
    }
}

/// Reads a line such as `Portfolio.holdings⇥Holding⇥many⇥user_id=user_id vault_id=vault_id⇥`.
fn known(line: &str) -> (String, Known) {
    let cells: Vec<&str> = line.split('\t').collect();
    let [name, target, many, on, only] = cells[..] else { panic!("relations.tsv: {line} has not 5 cells") };
    let (parent, field) = name.split_once('.').unwrap();
    let relation = Relation {
        parent: parent.to_owned(),
        field: field.to_owned(),
        target: target.to_owned(),
        many: many == "many",
    };
    let on = on.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    let on = on.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())).collect();
    let only = Some(only).filter(|only| !only.is_empty()).map(str::to_owned);
    (name.to_owned(), Known { relation, on, only })
}

async fn read_table(owner: &mut PgConnection, table: &str) -> Vec<Row> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT column_name::text, data_type::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = $1",
    )
    .bind(table)
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let list: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"::text")).collect();
    let select = AssertSqlSafe(format!("SELECT {} FROM {table}", list.join(", ")));
    let rows = sqlx::query(select).fetch_all(&mut *owner).await.unwrap();
    let rows: Vec<Row> = rows
        .iter()
        .map(|row| {
            let cell = |(index, (name, kind)): (usize, &(String, String))| {
                (name.clone(), Cell::read(kind, row.get::<Option<String>, _>(index)))
            };
            columns.iter().enumerate().map(cell).collect()
        })
        .collect();
    let ids: BTreeSet<String> = rows.iter().map(|row| format!("{:?}", row["id"])).collect();
    assert_eq!(ids.len(), rows.len(), "the ids of {table} are unique");
    rows
}
