//! What was done: for the activity of the user, and for those who subscribed to changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    access::Module,
    graphql::{id, table::Record},
};

/// A word of at most this many characters is a symbol, a number, a date, an id or a value of an enumeration.
const WORD_MAX: usize = 60;
/// How many rows that became the same the activity names.
const KEPT_MAX: usize = 1_000;
/// PostgreSQL takes less than 8,000 bytes in one notification.
const NOTICE_MAX: usize = 7_500;

/// What a mutation did.
pub struct Deed {
    pub(super) module: Module,
    pub(super) action: String,
    pub(super) context: String,
    pub(super) input: Option<Value>,
    changes: Vec<Told>,
    /// Whether the input is personal as a whole, and stays out.
    is_private: bool,
    /// Besides the one who did it, who else sees the changed rows.
    others: Vec<Uuid>,
    /// What came into the sight of somebody alone, or went out of it.
    apart: Vec<(Uuid, Told)>,
    /// What became of rows of others that the one who did it does not see.
    elsewhere: Vec<Notice>,
}

/// What became of which row, with how the ids of its type begin.
type Told = (Change, &'static str, Uuid);

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Created,
    Updated,
    Deleted,
    /// Nothing became of it: its time has come.
    Due,
}

/// Word of changed rows to one user, as it goes from server to server: ids and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who sees these rows.
    pub user: Uuid,
    /// What became of which row; a whole type such as `holding` where there are too many to name.
    pub changes: Vec<(Change, String)>,
}

impl Deed {
    /// `action` is a noun and a verb in the past tense, such as `journal_entry_created`; `context` a sentence.
    pub fn new(module: Module, action: &str, context: impl Into<String>) -> Self {
        Self {
            module,
            action: action.to_owned(),
            context: context.into(),
            input: None,
            changes: Vec::new(),
            is_private: false,
            others: Vec::new(),
            apart: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    /// A row of `T` that was made.
    pub fn created<T: Record>(self, row: Uuid) -> Self {
        self.each::<T>(Change::Created, [row])
    }

    /// A row of `T` that was changed.
    pub fn updated<T: Record>(self, row: Uuid) -> Self {
        self.each::<T>(Change::Updated, [row])
    }

    /// A row of `T` that is gone.
    pub fn deleted<T: Record>(self, row: Uuid) -> Self {
        self.each::<T>(Change::Deleted, [row])
    }

    /// Rows of `T` that all became the same.
    pub fn each<T: Record>(mut self, change: Change, rows: impl IntoIterator<Item = Uuid>) -> Self {
        self.changes.extend(rows.into_iter().map(|row| (change, T::TABLE.prefix, row)));
        self
    }

    /// Others who see the changed rows, and want to hear of it.
    pub fn seen_by(mut self, users: impl IntoIterator<Item = Uuid>) -> Self {
        self.others.extend(users);
        self
    }

    /// What became of a row of `T` in the eyes of this user alone: shared with them from now on, or no longer.
    pub fn told_to<T: Record>(mut self, user: Uuid, change: Change, row: Uuid) -> Self {
        self.apart.push((user, (change, T::TABLE.prefix, row)));
        self
    }

    /// Others who are told of rows of their own; the activity keeps nothing of them.
    pub fn telling(mut self, notices: Vec<Notice>) -> Self {
        self.elsewhere = notices;
        self
    }

    /// What was sent is personal as a whole: the activity keeps nothing of it.
    pub fn without_input(mut self) -> Self {
        self.is_private = true;
        self
    }

    /// The input, in which a free text stands as its length: people write of themselves and of others.
    pub fn with_input(mut self, input: Value) -> Self {
        self.input = (!self.is_private).then(|| redacted(input));
        self
    }

    /// What the activity keeps of the changes: `{"created": ["watchlist_…"]}`; of very many, as `{"created": {"position": 10000}}`,
    /// how many there were of each type.
    pub(super) fn metadata(&self) -> Value {
        let mut all = Map::new();
        for change in [Change::Created, Change::Updated, Change::Deleted, Change::Due] {
            let those = || self.changes.iter().filter(|(of, ..)| *of == change);
            if those().count() > KEPT_MAX {
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                those().for_each(|(_, prefix, _)| *counts.entry(prefix).or_default() += 1);
                if let Value::String(name) = json!(change) {
                    all.insert(name, json!(counts));
                }
                continue;
            }
            let ids: Vec<Value> = those().map(|(_, prefix, row)| json!(id::text(prefix, *row))).collect();
            if let (false, Value::String(name)) = (ids.is_empty(), json!(change)) {
                all.insert(name, Value::Array(ids));
            }
        }
        Value::Object(all)
    }

    /// What is told to whom: one notice for each user.
    pub(super) fn notices(&self, user_id: Uuid) -> Vec<Notice> {
        let mut told: BTreeMap<Uuid, Vec<Told>> = BTreeMap::new();
        if !self.changes.is_empty() {
            for user in std::iter::once(user_id).chain(self.others.iter().copied()) {
                told.insert(user, self.changes.clone());
            }
        }
        for (user, change) in &self.apart {
            told.entry(*user).or_default().push(*change);
        }
        let notices = told.into_iter().map(|(user, changes)| Notice::new(user, &changes));
        notices.chain(self.elsewhere.iter().cloned()).collect()
    }
}

impl Notice {
    /// What became of which rows of types with these prefixes; of so many that they find no room, the types.
    pub fn new(user: Uuid, changes: &[Told]) -> Self {
        Self { user, changes: Self::told(changes) }
    }

    fn told(changes: &[Told]) -> Vec<(Change, String)> {
        let each: Vec<_> = changes.iter().map(|(what, prefix, row)| (*what, id::text(prefix, *row))).collect();
        let length: usize = each.iter().map(|(_, id)| id.len() + 16).sum();
        if length < NOTICE_MAX {
            return each;
        }
        let mut types: Vec<(Change, String)> = Vec::new();
        for (what, prefix, _) in changes {
            if !types.iter().any(|(other, name)| other == what && name == prefix) {
                types.push((*what, (*prefix).to_owned()));
            }
        }
        types
    }
}

/// The input without what these fields were given; null stays, because it says that something was cleared.
pub(super) fn without(value: Value, fields: &[&str]) -> Value {
    let withheld = |name: &str, value: Value| {
        let is_told = value.is_null() || !fields.contains(&name);
        if is_told { without(value, fields) } else { Value::from("[withheld]") }
    };
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(|item| without(item, fields)).collect()),
        Value::Object(all) => {
            Value::Object(all.into_iter().map(|(name, value)| (name.clone(), withheld(&name, value))).collect())
        }
        other => other,
    }
}

fn redacted(value: Value) -> Value {
    let is_free =
        |text: &str| text.chars().count() > WORD_MAX || text.contains(|c: char| c.is_whitespace() || c == '@');
    match value {
        Value::String(text) if is_free(&text) => Value::String(format!("[{} characters]", text.chars().count())),
        Value::Array(items) => Value::Array(items.into_iter().map(redacted).collect()),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, redacted(value))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchlists::types::{Watchlist, WatchlistItem};

    #[test]
    fn the_activity_names_rows_by_what_became_of_them() {
        let (list, item) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let deed = Deed::new(Module::Watchlists, "watchlist_created", "").created::<Watchlist>(list);
        let deed = deed.created::<WatchlistItem>(item).updated::<Watchlist>(list);
        let list = format!("watchlist_{list}");
        let expected = json!({ "created": [list, format!("watchlist_item_{item}")], "updated": [list] });
        assert_eq!(deed.metadata(), expected);
    }

    #[test]
    fn of_very_many_rows_the_activity_keeps_how_many() {
        let rows = |count: u128| (0..count).map(Uuid::from_u128);
        let deed = Deed::new(Module::Watchlists, "", "").each::<WatchlistItem>(Change::Created, rows(1_001));
        let deed = deed.created::<Watchlist>(Uuid::nil()).updated::<Watchlist>(Uuid::nil());
        let list = format!("watchlist_{}", Uuid::nil());
        let expected = json!({ "created": { "watchlist": 1, "watchlist_item": 1_001 }, "updated": [list] });
        assert_eq!(deed.metadata(), expected);
    }

    #[test]
    fn too_many_rows_are_told_by_their_type() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let rows = (0..1000).map(Uuid::from_u128);
        let deed = Deed::new(Module::Watchlists, "", "").each::<WatchlistItem>(Change::Created, rows);
        let notices = deed.seen_by([other, one]).notices(one);
        let changes = || vec![(Change::Created, "watchlist_item".to_owned())];
        assert_eq!(notices, [Notice { user: one, changes: changes() }, Notice { user: other, changes: changes() }]);
        let rows = (0..100).map(Uuid::from_u128);
        let deed = Deed::new(Module::Watchlists, "", "").each::<WatchlistItem>(Change::Created, rows);
        let text = serde_json::to_string(&deed.notices(one)[0]).unwrap();
        assert!(text.len() < 8_000 && text.contains("watchlist_item_0000"), "{} bytes", text.len());
    }

    #[test]
    fn what_only_somebody_sees_is_told_to_them_alone() {
        let (one, other, row) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let deed = Deed::new(Module::Watchlists, "", "").deleted::<WatchlistItem>(row).seen_by([other]);
        let deed = deed.told_to::<Watchlist>(other, Change::Deleted, row);
        let item = (Change::Deleted, format!("watchlist_item_{row}"));
        let list = (Change::Deleted, format!("watchlist_{row}"));
        let expected = [
            Notice { user: one, changes: vec![item.clone()] },
            Notice { user: other, changes: vec![item, list.clone()] },
        ];
        assert_eq!(deed.notices(one), expected);
        let deed = Deed::new(Module::Watchlists, "", "").told_to::<Watchlist>(other, Change::Deleted, row);
        assert_eq!(deed.notices(one), [Notice { user: other, changes: vec![list] }]);
    }

    #[test]
    fn free_text_stands_as_its_length() {
        let input = json!({ "name": "My retirement", "symbol": "FPH", "tags": ["a@b.c"], "price": "12.50" });
        let deed = Deed::new(Module::Watchlists, "", "").with_input(input);
        let expected = json!({
            "name": "[13 characters]", "symbol": "FPH", "tags": ["[5 characters]"], "price": "12.50"
        });
        assert_eq!(deed.input, Some(expected));
    }

    #[test]
    fn what_is_withheld_is_told_to_have_been_given() {
        let input = json!({ "personal": { "firstName": "Ada", "lastName": null }, "firstName": ["Ada"], "step": 3 });
        let expected = json!({
            "personal": { "firstName": "[withheld]", "lastName": null }, "firstName": "[withheld]", "step": 3
        });
        assert_eq!(without(input, &["firstName", "lastName"]), expected);
    }
}
