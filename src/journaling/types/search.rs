//! What a search in the journal finds.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::JournalEntry;
use crate::{
    graphql::{
        call::{Call, call},
        connection::PageInfo,
        error::{Error, Result},
        filter::{Expression, Filter},
        input::Check,
        page::page_size,
        scalars::Decimal,
    },
    journaling::{
        loaders::{self, Wanted},
        snippet,
        store::search::{self, Found, Marked, Search, WORDS_MAX},
    },
};

/// How long the text of a search may be, in characters.
const TEXT_MAX: usize = 500;

/// A user, as far as a search in their journal needs it.
pub struct JournalSearching {
    pub user_id: Uuid,
}

/// Fields of a user that search in their journal.
#[Object]
impl JournalSearching {
    /// Searches in the title, content, reasoning and lessons of the user's own entries; best first, of equally good ones
    /// the newer. Nothing for everybody but the user.
    async fn journal_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to look for, at most 500 characters and 20 words: all of these words, in any case; from three letters on they \
                    also find words that begin with them. \"…\" holds words together, OR lets either do, and a minus \
                    before a word leaves out entries that have it."
        )]
        text: String,
        #[graphql(desc = "Which entries are searched; all when left out.")] filter: Option<Filter<JournalEntry>>,
        #[graphql(desc = "How many entries from the best or after `after`: 0 to 100, 25 when left out.")] first: Option<
            i32,
        >,
        #[graphql(desc = "A cursor of this search: the page begins behind its entry.")] after: Option<String>,
    ) -> Result<JournalSearchConnection> {
        let mut check = Check::default();
        check.text("text", &text, TEXT_MAX);
        check.finish()?;
        let limit = page_size(("first", first))?;
        let after = after.map(|cursor| read_cursor(&text, &cursor)).transpose()?;
        let filter = filter.map(|filter| filter.0);
        let mut page = JournalSearchConnection {
            user_id: self.user_id,
            text: text.into(),
            filter,
            has_previous: after.is_some(),
            found: Vec::new(),
            entries: Vec::new(),
            has_more: false,
        };
        if call(ctx).snapshot().scope().user_id().ok() == Some(self.user_id) {
            page.read(call(ctx), after, limit).await?;
        }
        Ok(page)
    }
}

/// Entries that a search found.
pub struct JournalSearchConnection {
    user_id: Uuid,
    text: Arc<str>,
    filter: Option<Expression>,
    found: Vec<Found>,
    /// Of each that was found.
    entries: Vec<JournalEntry>,
    has_more: bool,
    has_previous: bool,
}

impl JournalSearchConnection {
    async fn read(&mut self, call: &Call, after: Option<Found>, limit: u32) -> Result<()> {
        let snapshot = call.snapshot();
        let page = Box::pin(search::page(&snapshot, &self.search(), after, limit.saturating_add(1))).await?;
        if page.words == 0 {
            return Err(Error::invalid(&["text"], "FORMAT", "text has no word to look for."));
        }
        if page.words > WORDS_MAX {
            let sentence = format!("text has {} words; look for at most {WORDS_MAX}.", page.words);
            return Err(Error::invalid(&["text"], "TOO_MANY", sentence));
        }
        let limit = limit as usize;
        self.has_more = page.found.len() > limit;
        let entries = call.find_each::<JournalEntry>(page.found.iter().take(limit).map(|found| found.entry)).await?;
        let pairs = page.found.into_iter().zip(entries).filter_map(|(found, entry)| Some((found, entry?)));
        (self.found, self.entries) = pairs.unzip();
        Ok(())
    }

    fn search(&self) -> Search<'_> {
        Search { user_id: self.user_id, text: &self.text, filter: self.filter.as_ref() }
    }
}

/// A page of what a search in the journal found, best first.
#[Object]
impl JournalSearchConnection {
    /// The entries of this page with what was found in them, in order.
    async fn edges(&self) -> Vec<JournalSearchEdge> {
        let edge = |(found, entry): (&Found, &JournalEntry)| JournalSearchEdge {
            cursor: cursor(&self.text, found),
            rank: Decimal(found.rank),
            node: entry.clone(),
            text: self.text.clone(),
        };
        self.found.iter().zip(&self.entries).map(edge).collect()
    }

    /// The entries of this page, in order.
    async fn nodes(&self) -> Vec<JournalEntry> {
        self.entries.clone()
    }

    /// Where this page lies in what was found.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_more,
            has_previous_page: self.has_previous,
            start_cursor: self.found.first().map(|found| cursor(&self.text, found)),
            end_cursor: self.found.last().map(|found| cursor(&self.text, found)),
        }
    }

    /// How many entries were found in all; counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let snapshot = call(ctx).snapshot();
        if snapshot.scope().user_id().ok() != Some(self.user_id) {
            return Ok(0);
        }
        Box::pin(search::count(&snapshot, &self.search())).await
    }
}

/// An entry that a search found.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct JournalSearchEdge {
    /// Where the entry lies in this search; goes into `after`.
    cursor: String,
    /// How well it fits, from 0 to 1 with six decimals: words of the title weigh 1, of the content 0.4, of reasoning and
    /// lessons 0.2, and long entries count less. Comparable within one search alone.
    rank: Decimal,
    /// The entry.
    node: JournalEntry,
    #[graphql(skip)]
    text: Arc<str>,
}

#[ComplexObject]
impl JournalSearchEdge {
    /// The parts of its texts in which something was found, title first; empty when the search only leaves out.
    async fn snippets(&self, ctx: &Context<'_>) -> Result<Vec<JournalSnippet>> {
        let loader = call(ctx).loader(loaders::marked_texts);
        let marked = loaders::marked(&loader, Wanted { text: self.text.clone(), entry: self.node.id.0 }).await?;
        Ok(marked.map(snippets).unwrap_or_default())
    }
}

/// A text of a journal entry.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalText {
    /// Its title.
    Title,
    /// Its content.
    Content,
    /// Its reasoning.
    Reasoning,
    /// What was learned.
    LessonsLearned,
}

/// A part of a text in which something was found: the whole title, or up to two places of a longer text.
#[derive(SimpleObject)]
pub struct JournalSnippet {
    /// Which text it is of.
    field: JournalText,
    /// The snippet in pieces, which are plain text and no HTML, in order; ` … ` stands where text was left out.
    parts: Vec<SnippetPart>,
}

/// A piece of a snippet.
#[derive(SimpleObject)]
pub struct SnippetPart {
    /// Plain text, as it was written: escape it before it becomes part of a page.
    text: String,
    /// Whether it is a word that was looked for.
    is_match: bool,
}

fn snippets(marked: Marked) -> Vec<JournalSnippet> {
    let Marked { id: _, title, content, reasoning, lessons_learned } = marked;
    let texts = [
        (JournalText::Title, title),
        (JournalText::Content, content),
        (JournalText::Reasoning, reasoning),
        (JournalText::LessonsLearned, lessons_learned),
    ];
    let snippet = |(field, text): (JournalText, Option<String>)| {
        let part = |snippet::Part { text, is_match }| SnippetPart { text, is_match };
        let parts: Vec<SnippetPart> = snippet::parts(&text?).into_iter().map(part).collect();
        (!parts.is_empty()).then_some(JournalSnippet { field, parts })
    };
    texts.into_iter().filter_map(snippet).collect()
}

/// Names a search, so that a cursor can tell another one.
fn fingerprint(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text).get(..6).unwrap_or_default())
}

fn cursor(text: &str, found: &Found) -> String {
    let parts = serde_json::json!(["journalSearch", fingerprint(text), found.rank.to_string(), found.entry]);
    URL_SAFE_NO_PAD.encode(parts.to_string())
}

fn read_cursor(text: &str, cursor: &str) -> Result<Found> {
    let wrong = || Error::invalid(&["after"], "FORMAT", "after is no cursor of this search.");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let (list, of, rank, entry): (String, String, String, Uuid) =
        serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    if list != "journalSearch" || of != fingerprint(text) {
        return Err(wrong());
    }
    let rank = rank.parse::<rust_decimal::Decimal>().map_err(|_| wrong())?;
    Ok(Found { entry, rank })
}
