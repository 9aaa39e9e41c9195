//! Kraken's ledgers: `txid,refid,time,type,subtype,aclass,asset,amount,fee,balance`, in newer files with `subclass` and
//! `wallet`.
//!
//! What is held is the last balance of each wallet. Rows with one refid are the two sides of one trade, from which the
//! average cost follows.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{
    FileError, Outcome, currency, date,
    delimited::{Header, Row, Rows},
    exchange,
    flow::Flow,
    kraken, number,
    row::{Draft, Problem, Verdict, shown},
    within_rows,
};

/// Types of rows that are sides of a trade.
const TRADES: [&str; 4] = ["trade", "spend", "receive", "conversion"];

/// Where the columns are.
struct Columns {
    txid: usize,
    refid: usize,
    time: usize,
    kind: usize,
    subtype: Option<usize>,
    aclass: Option<usize>,
    asset: usize,
    wallet: Option<usize>,
    amount: usize,
    fee: usize,
    balance: usize,
    header: Header,
}

/// One row.
struct Entry {
    line: u32,
    refid: String,
    at: DateTime<Utc>,
    is_trade: bool,
    /// Whether it only moves an asset between its owner's own wallets.
    is_move: bool,
    is_share: bool,
    asset: String,
    /// The asset under the name of the file, and its wallet: what the balance is of.
    purse: (String, String),
    amount: Decimal,
    fee: Decimal,
    balance: Decimal,
}

/// Reads the rows of a file.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let mut rows = Rows::new(text)?;
    let Some(first) = rows.advance()? else { return Ok(Vec::new()) };
    let columns = Columns::new(Header::new(&first))?;
    let (mut entries, mut found, mut count) = (Vec::new(), Vec::new(), 0);
    while let Some(row) = rows.advance()? {
        count += 1;
        within_rows(count)?;
        match columns.entry(&row) {
            Ok(entry) => entries.push(entry),
            Err(problem) => found.push(Err(problem)),
        }
    }
    in_order(&mut entries);
    found.extend(positions(&entries));
    Ok(found)
}

impl Columns {
    fn new(header: Header) -> Result<Self, FileError> {
        Ok(Self {
            txid: header.need("txid")?,
            refid: header.need("refid")?,
            time: header.need("time")?,
            kind: header.need("type")?,
            subtype: header.find("subtype")?,
            aclass: header.find("aclass")?,
            asset: header.need("asset")?,
            wallet: header.find("wallet")?,
            amount: header.need("amount")?,
            fee: header.need("fee")?,
            balance: header.need("balance")?,
            header,
        })
    }

    fn entry(&self, row: &Row) -> Result<Entry, Problem> {
        let asset = kraken::asset(row.cell(self.asset));
        let draft = Draft { line: row.line, symbol: &asset, ..Draft::default() };
        if let Some((code, sentence)) = row.misfit(&self.header) {
            return Err(draft.problem(Verdict::Failed, None, code, sentence));
        }
        if kraken::is_credit(row.cell(self.asset)) {
            return Err(draft.problem(Verdict::Skipped, None, "FEE_CREDIT", "Credits for fees are no asset."));
        }
        if row.cell(self.txid).is_empty() {
            let sentence = "A row without a txid announces another one.";
            return Err(draft.problem(Verdict::Skipped, None, "PENDING", sentence));
        }
        if asset.is_empty() {
            return Err(draft.failed("symbol", "REQUIRED", "This row has none."));
        }
        let amount = |column, name| {
            let text = row.cell(column);
            let sentence = || format!("The {name} {} is no number.", shown(text));
            number::amount(text).ok_or_else(|| draft.failed("quantity", "NOT_A_NUMBER", sentence()))
        };
        let time = row.cell(self.time);
        let no_time = || format!("{} is no time.", shown(time));
        let at = date::moment(time).ok_or_else(|| draft.problem(Verdict::Failed, None, "NOT_A_TIME", no_time()))?;
        let (kind, subtype) = (row.cell(self.kind), row.cell(self.subtype));
        let is_move = kind == "transfer" && subtype.contains("staking")
            || kind == "earn" && (subtype.contains("allocation") || subtype.contains("migration"));
        Ok(Entry {
            line: row.line,
            refid: row.cell(self.refid).to_owned(),
            at,
            is_trade: TRADES.contains(&kind),
            is_move,
            is_share: row.cell(self.aclass).starts_with("equity"),
            purse: (row.cell(self.asset).to_owned(), row.cell(self.wallet).to_owned()),
            amount: amount(self.amount, "amount")?,
            fee: amount(self.fee, "fee")?,
            balance: amount(self.balance, "balance")?,
            asset,
        })
    }
}

/// From the oldest to the newest; rows of one moment keep their order, which is the other way round in a file that begins
/// with the newest.
fn in_order(entries: &mut [Entry]) {
    if let (Some(first), Some(last)) = (entries.first(), entries.last())
        && first.at > last.at
    {
        entries.reverse();
    }
    entries.sort_by_key(|entry| entry.at);
}

/// The sums of one asset over its wallets.
#[derive(Default)]
struct Account {
    flow: Flow,
    is_share: bool,
    /// The last balance of each wallet.
    purses: HashMap<(String, String), Decimal>,
    /// Whether balances don't follow from each other: rows are missing.
    has_gaps: bool,
    is_too_large: bool,
}

fn positions(entries: &[Entry]) -> Vec<Outcome> {
    let mut accounts: BTreeMap<&str, Account> = BTreeMap::new();
    let mut trades: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let account = accounts.entry(&entry.asset).or_default();
        account.enter(entry);
        if entry.is_trade {
            trades.entry(&entry.refid).or_default().push(entry);
        } else if entry.amount > Decimal::ZERO && !entry.is_move {
            let come = entry.amount.checked_sub(entry.fee).and_then(|units| account.flow.come(units));
            account.is_too_large |= come.is_none();
        }
    }
    for sides in trades.values() {
        settle(sides, &mut accounts);
    }
    accounts.into_iter().map(|(asset, account)| account.position(asset)).collect()
}

/// Books what a trade has brought in: bought when it was paid in one currency, and otherwise without a cost.
fn settle(sides: &[&Entry], accounts: &mut BTreeMap<&str, Account>) {
    let (came, went): (Vec<&Entry>, Vec<&Entry>) =
        sides.iter().filter(|side| !side.amount.is_zero()).partition(|side| side.amount > Decimal::ZERO);
    let paid_in = match went.split_first() {
        Some((first, rest)) if rest.iter().all(|side| side.asset == first.asset) => {
            currency::of_exchanged(&first.asset)
        }
        _ => None,
    };
    let is_one = came.iter().skip(1).all(|side| Some(&side.asset) == came.first().map(|first| &first.asset));
    // What went is written below 0, and fees above.
    let paid = went.iter().try_fold(Decimal::ZERO, |paid, side| paid.checked_sub(side.amount)?.checked_add(side.fee));
    for (place, side) in came.iter().enumerate() {
        let Some(account) = accounts.get_mut(side.asset.as_str()) else { continue };
        let units = side.amount.checked_sub(side.fee);
        let booked = match (paid_in.filter(|_| is_one), units, paid) {
            // Several rows of one asset were paid for once.
            (Some(money), Some(units), Some(paid)) => {
                account.flow.buy(units, money, if place == 0 { paid } else { Decimal::ZERO })
            }
            (None, Some(units), _) => account.flow.come(units),
            _ => None,
        };
        account.is_too_large |= booked.is_none();
    }
}

impl Account {
    fn enter(&mut self, entry: &Entry) {
        self.flow.lines.push(entry.line);
        self.is_share |= entry.is_share;
        let before = self.purses.insert(entry.purse.clone(), entry.balance).unwrap_or_default();
        let change = entry.amount.checked_sub(entry.fee);
        self.has_gaps |= change.and_then(|change| before.checked_add(change)) != Some(entry.balance);
    }

    fn position(mut self, asset: &str) -> Outcome {
        self.flow.lines.sort_unstable();
        let held = self.purses.values().try_fold(Decimal::ZERO, |held, balance| held.checked_add(*balance));
        let quantity = held.unwrap_or_default().to_string();
        let asset_class = if self.is_share { "equity" } else { "crypto" };
        let draft = Draft { symbol: asset, quantity: &quantity, asset_class, ..Draft::default() };
        let about = |problem: Problem| Problem { lines: self.flow.lines.as_slice().into(), ..problem };
        let too_large = || draft.failed("quantity", "OUT_OF_RANGE", "The amounts add up to more than can be stored.");
        if held.is_none() || self.is_too_large {
            return Err(about(too_large()));
        }
        let mut position = draft.read().map_err(about)?;
        position.lines.clone_from(&self.flow.lines);
        if currency::of_exchanged(asset).is_some() {
            return Ok(exchange::priced(position));
        }
        self.flow.price(&mut position).ok_or_else(|| about(too_large()))?;
        if self.has_gaps {
            let sentence =
                "Balances of this asset don't follow from each other: rows are missing, and with them perhaps a cost.";
            position.note("INCOMPLETE_HISTORY", sentence);
        }
        position.fit()
    }
}
