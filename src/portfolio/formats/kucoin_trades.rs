//! KuCoin's trades: `tradeCreatedAt,orderId,symbol,side,price,size,funds,fee,liquidity,feeCurrency,orderType`, where the
//! symbol is a pair such as BTC-USDT.
//!
//! A position is what the trades have left of a coin. Money is not told: deposits of it are in no trade.

use std::collections::{BTreeMap, HashSet};

use rust_decimal::Decimal;

use super::{
    FileError, Outcome, currency, date,
    delimited::{Header, Row, Rows},
    flow::Flow,
    number,
    row::{Draft, Position, Problem, Verdict, shown},
    within_rows,
};

/// Where the columns are.
struct Columns {
    pair: usize,
    time: Option<usize>,
    side: usize,
    price: Option<usize>,
    size: usize,
    funds: Option<usize>,
    fee: Option<usize>,
    fee_currency: Option<usize>,
    header: Header,
}

/// One trade.
struct Trade<'a> {
    base: &'a str,
    quote: &'a str,
    is_buy: bool,
    size: Decimal,
    funds: Decimal,
    fee: Decimal,
    fee_currency: &'a str,
}

#[derive(Default)]
struct Book {
    flows: BTreeMap<String, Flow>,
    /// Coins that a row is about which can't be read.
    torn: HashSet<String>,
}

/// Reads the trades of a file.
pub fn read(text: &str) -> Result<Vec<Outcome>, FileError> {
    let mut rows = Rows::new(text)?;
    let Some(first) = rows.advance()? else { return Ok(Vec::new()) };
    let columns = Columns::new(Header::new(&first))?;
    let (mut book, mut found, mut count) = (Book::default(), Vec::new(), 0);
    while let Some(row) = rows.advance()? {
        count += 1;
        within_rows(count)?;
        let pair = row.cell(columns.pair).to_ascii_uppercase();
        let (base, quote) = pair.split_once('-').unwrap_or((&pair, ""));
        let draft = Draft { line: row.line, symbol: base, ..Draft::default() };
        let trade = columns.trade(&row, &draft, (base, quote));
        let booked = trade.and_then(|trade| book.enter(&trade, row.line).ok_or_else(|| too_large(&draft)));
        if let Err(problem) = booked {
            book.torn.insert(quote.to_owned());
            found.push(Err(problem));
        }
    }
    found.extend(book.positions());
    Ok(found)
}

fn too_large(draft: &Draft<'_>) -> Problem {
    draft.failed("quantity", "OUT_OF_RANGE", "The amounts add up to more than can be stored.")
}

impl Columns {
    fn new(header: Header) -> Result<Self, FileError> {
        Ok(Self {
            pair: header.need("symbol")?,
            time: header.find("tradeCreatedAt")?,
            side: header.need("side")?,
            price: header.find("price")?,
            size: header.need("size")?,
            funds: header.find("funds")?,
            fee: header.find("fee")?,
            fee_currency: header.find("feeCurrency")?,
            header,
        })
    }

    fn trade<'a>(
        &self,
        row: &'a Row,
        draft: &Draft<'_>,
        (base, quote): (&'a str, &'a str),
    ) -> Result<Trade<'a>, Problem> {
        if let Some((code, sentence)) = row.misfit(&self.header) {
            return Err(draft.problem(Verdict::Failed, None, code, sentence));
        }
        if base.is_empty() || quote.is_empty() {
            let sentence = format!("{} is no pair such as BTC-USDT.", shown(row.cell(self.pair)));
            return Err(draft.failed("symbol", "NOT_A_PAIR", sentence));
        }
        let side = row.cell(self.side).to_ascii_lowercase();
        if side != "buy" && side != "sell" {
            let sentence = format!("{} is neither buy nor sell.", shown(&side));
            return Err(draft.problem(Verdict::Failed, None, "NOT_A_SIDE", sentence));
        }
        let time = row.cell(self.time);
        if self.time.is_some() && date::moment(time).is_none() {
            let sentence = format!("{} is no time of a trade.", shown(time));
            return Err(draft.problem(Verdict::Failed, None, "NOT_A_TIME", sentence));
        }
        let size = positive(draft, "quantity", row.cell(self.size))?;
        let price = row.cell(self.price);
        if !price.is_empty() && positive(draft, "avgPrice", price).is_err_and(|_| number::amount(price).is_some()) {
            return Err(draft.failed("avgPrice", "NEGATIVE_PRICE", "A price is not below 0."));
        }
        let funds = match row.cell(self.funds) {
            "" => {
                positive(draft, "avgPrice", row.cell(self.price))?.checked_mul(size).ok_or_else(|| too_large(draft))?
            }
            funds => positive(draft, "avgPrice", funds)?,
        };
        let fee = row.cell(self.fee);
        let fee = if number::is_absent(fee) { Decimal::ZERO } else { positive(draft, "avgPrice", fee)? };
        Ok(Trade { base, quote, is_buy: side == "buy", size, funds, fee, fee_currency: row.cell(self.fee_currency) })
    }
}

/// An amount that is not below 0.
fn positive(draft: &Draft<'_>, field: &'static str, text: &str) -> Result<Decimal, Problem> {
    let amount = number::amount(text).filter(|amount| !amount.is_sign_negative() || amount.is_zero());
    amount.ok_or_else(|| draft.failed(field, "NOT_A_NUMBER", format!("{} is no amount of a trade.", shown(text))))
}

impl Book {
    /// Books a trade; `None` when a sum is too large.
    fn enter(&mut self, trade: &Trade<'_>, line: u32) -> Option<()> {
        let money = currency::of_exchanged(trade.quote);
        let of = |asset: &str| if trade.fee_currency == asset { trade.fee } else { Decimal::ZERO };
        let base = self.flow(trade.base, line);
        match (trade.is_buy, money) {
            (true, Some(money)) => {
                base.buy(trade.size.checked_sub(of(trade.base))?, money, trade.funds.checked_add(of(trade.quote))?)?;
            }
            (true, None) => base.come(trade.size.checked_sub(of(trade.base))?)?,
            (false, _) => base.go(trade.size.checked_add(of(trade.base))?)?,
        }
        if money.is_none() {
            let quote = self.flow(trade.quote, line);
            if trade.is_buy {
                quote.go(trade.funds.checked_add(of(trade.quote))?)?;
            } else {
                quote.come(trade.funds.checked_sub(of(trade.quote))?)?;
            }
        }
        // Fees in a third coin.
        let is_third = ![trade.base, trade.quote, ""].contains(&trade.fee_currency);
        if is_third && currency::of_exchanged(trade.fee_currency).is_none() {
            self.flow(trade.fee_currency, line).go(trade.fee)?;
        }
        Some(())
    }

    fn flow(&mut self, asset: &str, line: u32) -> &mut Flow {
        let flow = self.flows.entry(asset.to_owned()).or_default();
        flow.lines.push(line);
        flow
    }

    fn positions(self) -> impl Iterator<Item = Outcome> {
        let Self { flows, torn } = self;
        flows.into_iter().filter(|(asset, _)| currency::of_exchanged(asset).is_none()).map(move |(asset, flow)| {
            let is_torn = torn.contains(&asset);
            position(&asset, &flow, is_torn)
        })
    }
}

fn position(asset: &str, flow: &Flow, is_torn: bool) -> Outcome {
    let quantity = flow.left.to_string();
    let draft = Draft { symbol: asset, quantity: &quantity, asset_class: "crypto", ..Draft::default() };
    let about = |problem: Problem| Problem { lines: flow.lines.as_slice().into(), ..problem };
    if is_torn {
        let sentence = "A trade against this coin could not be read, so that what is left of it isn't known.";
        return Err(about(draft.failed("quantity", "OTHER_ROW_FAILED", sentence)));
    }
    if flow.left.is_sign_negative() && !flow.left.is_zero() {
        let verdict = if flow.has_come { Verdict::Failed } else { Verdict::Skipped };
        let sentence = "More of it went than came in these trades: the file doesn't tell what is held.";
        return Err(about(draft.problem(verdict, Some("quantity"), "INCOMPLETE_HISTORY", sentence)));
    }
    let mut position: Position = draft.read().map_err(about)?;
    position.lines.clone_from(&flow.lines);
    flow.price(&mut position).ok_or_else(|| about(too_large(&draft)))?;
    position
        .note("FROM_TRADES", "The quantity is what these trades have left; deposits and withdrawals are not in it.");
    position.fit()
}
