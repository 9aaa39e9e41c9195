//! KuCoin's accounts: `[{"currency": "BTC", "type": "trade", "balance": "1.5", "available": "1", "holds": "0.5"}]`, as its
//! API answers also within `{"code": "200000", "data": […]}`.
//!
//! What its accounts hold of one currency adds up. Nothing is said of prices, so that costs stay as they were.

use serde_json::value::RawValue;

use super::{
    FileError, Found, Outcome, exchange,
    json::{self, Entries},
    lines::Lines,
    row::Draft,
};

/// What its API answers when nothing went wrong.
const GOOD: &str = "200000";

/// Reads the accounts of a file.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let mut lines = Lines::new(text);
    let mut found = Found::default();
    for account in accounts(text)? {
        let line = lines.at(json::place(account, text));
        found.add(row(line, account))?;
    }
    Ok(found.rows())
}

fn accounts(text: &str) -> Result<Vec<&RawValue>, FileError> {
    if text.trim_start().starts_with('[') {
        return json::read(text);
    }
    let answer: Entries<'_> = json::read(text)?;
    if answer.get("code")?.is_some_and(|code| json::text(code) != GOOD) {
        return Err(FileError::new("BROKER_ERROR", "This is an error that KuCoin has answered, not accounts."));
    }
    let missing = || FileError::new("MALFORMED", "The answer has no data.");
    json::read(answer.get("data")?.ok_or_else(missing)?.get())
}

fn row(line: u32, account: &RawValue) -> Outcome {
    let nameless = Draft { line, ..Draft::default() };
    let field = |entries: &Entries<'_>, key| Ok(entries.get(key)?.map(json::text).unwrap_or_default());
    let read = |key| json::read::<Entries<'_>>(account.get()).and_then(|entries| field(&entries, key));
    let currency = read("currency").map_err(|error| nameless.failed("symbol", error.code, error.message))?;
    let named = Draft { symbol: &currency, ..nameless };
    let balance = read("balance").map_err(|error| named.failed("quantity", error.code, error.message))?;
    exchange::holding(line, &currency, &balance)
}
