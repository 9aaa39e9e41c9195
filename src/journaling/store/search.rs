//! Full-text search in a user's own journal.
//!
//! The words of each entry are kept in `journal_search`, and a search goes through those of one user. That is a form
//! that sea-query lacks, so this place writes it by hand; the conditions of the filter are those of the lists, from
//! [`select::owned`].

use rust_decimal::Decimal;
use sea_orm::{
    FromQueryResult, QueryResult, Value, Values,
    sea_query::{Alias, ArrayType, Expr, PostgresQueryBuilder, Query},
};
use uuid::Uuid;

use crate::{
    graphql::{
        cost::prices,
        error::{Error, Result},
        filter::Expression,
        loader::Snapshot,
        select,
        table::Record,
    },
    journaling::{snippet, types::JournalEntry},
};

const TABLE: &str = "journal_search";
/// How much of a text a snippet is looked for in, which is as much as is searched.
const TEXT_MAX: u32 = 100_000;
/// How many words a search may have. A rank compares each place of each word with those of all others, so that hundreds
/// of words that a long text is full of would take seconds an entry.
pub const WORDS_MAX: usize = 20;
/// A word in the text of a query of the database's, in quotes that are doubled inside.
const WORD: &str = "'(?:[^']|'')+'(?::[*])?";

/// What is searched for, and where.
pub struct Search<'a> {
    pub user_id: Uuid,
    pub text: &'a str,
    pub filter: Option<&'a Expression>,
}

/// An entry that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub entry: Uuid,
    pub rank: Decimal,
}

/// What was found, and how many words were looked for: nothing with more than [`WORDS_MAX`].
pub struct Page {
    pub words: usize,
    pub found: Vec<Found>,
}

/// The texts of an entry with the words that were looked for between [`snippet`]'s marks; null where an entry has none.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Marked {
    pub id: Uuid,
    pub title: Option<String>,
    pub content: Option<String>,
    pub reasoning: Option<String>,
    pub lessons_learned: Option<String>,
}

/// The best entries behind one that is known, best first; the newer of two that are equally good.
pub async fn page(snapshot: &Snapshot, search: &Search<'_>, after: Option<Found>, limit: u32) -> Result<Page> {
    let (condition, mut values) = condition(snapshot, search)?;
    let asked = asked(&mut values, search.text);
    let beyond = match after {
        None => String::new(),
        Some(Found { entry, rank }) => {
            let (rank, entry) = (bind(&mut values, rank), bind(&mut values, entry));
            format!("WHERE (f.rank, f.entry_id) < ({rank}, {entry})")
        }
    };
    let sql = format!(
        "WITH {asked} SELECT asked.words, page.entry_id, page.rank FROM asked LEFT JOIN LATERAL ( \
             SELECT f.* FROM ( \
                 SELECT s.entry_id, round(ts_rank(s.document, asked.ranked, 1)::numeric, 6) AS rank \
                 FROM {TABLE} AS s WHERE {condition} AND s.document @@ asked.query \
             ) AS f {beyond} ORDER BY f.rank DESC, f.entry_id DESC LIMIT {limit} \
         ) AS page ON true ORDER BY page.rank DESC, page.entry_id DESC"
    );
    let mut page = Page { words: 0, found: Vec::new() };
    for row in snapshot.transaction().await?.rows(&sql, Values(values)).await? {
        let row = QueryResult::from(row);
        page.words = usize::try_from(row.try_get::<i64>("", "words")?).map_err(Error::internal)?;
        let (entry, rank): (Option<Uuid>, Option<Decimal>) = (row.try_get("", "entry_id")?, row.try_get("", "rank")?);
        page.found.extend(entry.zip(rank).map(|(entry, rank)| Found { entry, rank }));
    }
    snapshot.meter().add(prices::list(0, search.filter.map_or(0, Expression::relations)));
    Ok(page)
}

/// How many entries there are in all.
pub async fn count(snapshot: &Snapshot, search: &Search<'_>) -> Result<i64> {
    let (condition, mut values) = condition(snapshot, search)?;
    let asked = asked(&mut values, search.text);
    let sql = format!(
        "WITH {asked} SELECT count(*) AS rows FROM asked, {TABLE} AS s WHERE {condition} AND s.document @@ asked.query"
    );
    let rows = snapshot.transaction().await?.rows(&sql, Values(values)).await?;
    snapshot.meter().add(prices::FIGURE);
    match rows.into_iter().next() {
        Some(row) => Ok(QueryResult::from(row).try_get("", "rows")?),
        None => Ok(0),
    }
}

/// The marked texts of these entries, as far as the scope may read them.
///
/// Each word is marked for itself, whatever holds the words together: to look for the shortest part of a long text that
/// answers a whole query takes the database longer than a request has where the words are frequent.
pub async fn marked(snapshot: &Snapshot, text: &str, entries: &[Uuid]) -> Result<Vec<Marked>> {
    let scope = snapshot.scope();
    scope.may_read(JournalEntry::TABLE.sql)?;
    let mut select = Query::select();
    select
        .expr(Expr::cust("e.*"))
        .from_as(Alias::new(JournalEntry::TABLE.sql), Alias::new("e"))
        .and_where(scope.visible(JournalEntry::TABLE.sql, "e"));
    let (inner, Values(mut values)) = select.build(PostgresQueryBuilder);
    let asked = asked(&mut values, text);
    let ids = entries.iter().map(|id| Value::from(*id)).collect();
    let ids = bind(&mut values, Value::Array(ArrayType::Uuid, Some(Box::new(ids))));
    let taken = bind(&mut values, format!("<{}{}{}", snippet::BEGIN, snippet::END, snippet::LESS));
    let less = bind(&mut values, snippet::LESS.to_string());
    let headline = |column: &str, options: String| {
        format!(
            "ts_headline('pg_catalog.simple', translate(left(e.{column}, {TEXT_MAX}), {taken}, {less}), asked.shown, '{options}') \
             AS {column}"
        )
    };
    let columns = [
        headline("title", snippet::whole()),
        headline("content", snippet::part()),
        headline("reasoning", snippet::part()),
        headline("lessons_learned", snippet::part()),
    ];
    let sql =
        format!("WITH {asked} SELECT e.id, {} FROM asked, ({inner}) AS e WHERE e.id = ANY({ids})", columns.join(", "));
    let rows = snapshot.transaction().await?.rows(&sql, Values(values)).await?;
    snapshot.meter().add(prices::ROW.saturating_mul(rows.len() as u64));
    rows.into_iter().map(|row| Ok(Marked::from_query_result(&row.into(), "")?)).collect()
}

/// Which rows of the table are searched: the user's own, whose entries pass the filter.
fn condition(snapshot: &Snapshot, search: &Search<'_>) -> Result<(String, Vec<Value>)> {
    let scope = snapshot.scope();
    scope.may_read(JournalEntry::TABLE.sql)?;
    for table in search.filter.map(Expression::tables).unwrap_or_default() {
        scope.may_read(table.sql)?;
    }
    let mut values = Vec::new();
    let mut passing = String::new();
    if let Some(filter) = search.filter {
        let mut entries = select::owned(JournalEntry::TABLE, search.user_id, Some(filter), scope);
        entries.expr(Expr::cust("t0.id"));
        let (sql, Values(own)) = entries.build(PostgresQueryBuilder);
        values = own;
        passing = format!(" AND s.entry_id IN ({sql})");
    }
    let user = bind(&mut values, search.user_id);
    Ok((format!("s.user_id = {user}{passing}"), values))
}

/// The common table `asked`: how many `words` the text has; the `query` that it is, null when these are too many; any of its
/// words but those that are left out, to be `shown`; and what entries are `ranked` by, which are these alone where some are
/// left out, for the database finds an entry without a word hardly like one at all. Made once, and not for each row.
fn asked(values: &mut Vec<Value>, text: &str) -> String {
    let query = query(values, text);
    format!(
        "made AS MATERIALIZED (SELECT {query} AS query), asked AS MATERIALIZED (
             SELECT words.count AS words, few.query, few.shown,
                 coalesce(CASE WHEN made.query::text LIKE '%!%' THEN few.shown END, few.query) AS ranked
             FROM made
             CROSS JOIN LATERAL (SELECT count(*) FROM regexp_matches(made.query::text, $q${WORD}$q$, 'g')) AS words
             LEFT JOIN LATERAL (
                 SELECT made.query, (
                     SELECT string_agg(DISTINCT word[2], ' | ')::tsquery
                     FROM regexp_matches(
                         regexp_replace(made.query::text, '![(] [^)]*[)]', '', 'g'), $q$(!?)({WORD})$q$, 'g') AS word
                     WHERE word[1] = '') AS shown
                 WHERE words.count <= {WORDS_MAX}) AS few ON true
         )"
    )
}

/// The text as a query of the database's: words of three letters and more find those that begin with them, a minus in
/// front leaves out, quotes hold together, OR lets either do. Whatever is typed, it is no error.
fn query(values: &mut Vec<Value>, text: &str) -> String {
    let text = bind(values, text);
    format!(
        "regexp_replace(regexp_replace(websearch_to_tsquery('pg_catalog.simple', {text})::text, \
         $q$'((?:[^']|'')+)'$q$, $q$'\\1':*$q$, 'g'), $q$'([^']{{1,2}})':\\*$q$, $q$'\\1'$q$, 'g')::tsquery"
    )
}

/// Adds a parameter and answers how the text names it.
fn bind(values: &mut Vec<Value>, value: impl Into<Value>) -> String {
    values.push(value.into());
    format!("${}", values.len())
}
