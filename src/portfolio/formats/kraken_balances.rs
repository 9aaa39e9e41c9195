//! Kraken's balances: `{"XXBT": "1.5", "ZUSD": "100.00"}`, as its API answers also within `{"error": [], "result": …}`.
//!
//! Nothing is said of prices, so that costs stay as they were.

use serde_json::value::RawValue;

use super::{
    FileError, Found, Outcome, exchange,
    json::{self, Entries},
    kraken,
    lines::Lines,
    row::{Draft, Verdict},
};

/// Reads the balances of a file.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let mut entries: Entries<'_> = json::read(text)?;
    if let Some(errors) = entries.get("error")? {
        if !json::read::<Vec<&RawValue>>(errors.get())?.is_empty() {
            return Err(FileError::new("BROKER_ERROR", "This is an error that Kraken has answered, not balances."));
        }
        let result = entries.get("result")?;
        let missing = || FileError::new("MALFORMED", "The answer has no result.");
        entries = json::read(result.ok_or_else(missing)?.get())?;
    }
    let mut lines = Lines::new(text);
    let mut found = Found::default();
    for (name, value) in entries.0 {
        let line = lines.at(json::place(value, text));
        found.add(row(line, &name, value))?;
    }
    Ok(found.rows())
}

fn row(line: u32, name: &str, value: &RawValue) -> Outcome {
    let asset = kraken::asset(name);
    let draft = Draft { line, symbol: &asset, ..Draft::default() };
    if kraken::is_credit(name) {
        return Err(draft.problem(Verdict::Skipped, None, "FEE_CREDIT", "Credits for fees are no asset."));
    }
    let amount = amount(value).map_err(|error| draft.failed("quantity", error.code, error.message))?;
    exchange::holding(line, &asset, &amount)
}

/// The amount itself, or that of the longer form `{"balance": "1.5", "hold_trade": "0"}`.
fn amount(value: &RawValue) -> Result<String, FileError> {
    if !value.get().starts_with('{') {
        return Ok(json::text(value));
    }
    let balance = json::read::<Entries<'_>>(value.get())?.get("balance")?;
    Ok(balance.map(json::text).unwrap_or_default())
}
