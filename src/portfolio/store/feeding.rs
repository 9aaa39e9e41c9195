//! Which position goes to which portfolio.
//!
//! An account feeds the portfolio that it is mapped to, and else the one that bears its name. What it holds in another
//! currency than that portfolio's goes to the portfolio `<name> <currency>`.

use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{rollup::NEW_ID, statement, texts};
use crate::graphql::error::{Error, ErrorCode, Issue, Result};

/// How long the name of a portfolio may be, in characters.
const NAME_MAX: i32 = 100;

/// Which portfolio an account feeds, and positions with the portfolio that each goes to. Accounts are few, so they are
/// found first, and an index finds what is held in each, however much there is in others. OFFSET says that in words which
/// the planner keeps to: it would read all positions of a user, for it knows nothing yet of tables that are filled just now.
///
/// Every table that is named says whose rows are meant: an import's statements join through hashes, for which the rows of
/// everybody would be read where nothing else keeps them out.
macro_rules! fed {
    ($columns:expr, $homes:expr, $groups:expr) => {
        concat!(
            "home AS (
    SELECT a.user_id, a.account, b.vault_id, b.currency
    FROM account_portfolios a JOIN portfolio_summary b USING (user_id, vault_id)
    WHERE a.user_id = ANY ($1::uuid[]) AND b.user_id = ANY ($1::uuid[])
    UNION ALL
    SELECT b.user_id, b.vault_id, b.vault_id, b.currency FROM portfolio_summary b
    WHERE b.user_id = ANY ($1::uuid[]) AND (b.user_id, b.vault_id) NOT IN (
        SELECT a.user_id, a.account FROM account_portfolios a WHERE a.user_id = ANY ($1::uuid[]))
), fed AS (
    SELECT p.*, h.vault_id AS base,
        CASE WHEN h.currency = p.currency THEN h.vault_id ELSE h.vault_id || ' ' || p.currency END AS vault_id
    FROM home h CROSS JOIN LATERAL (
        SELECT ",
            $columns,
            " FROM portfolio_position q WHERE q.user_id = h.user_id AND q.account = h.account",
            $groups,
            " OFFSET 0) p",
            $homes,
            ")"
        )
    };
}

/// The accounts and currencies of positions alone.
macro_rules! fed_in_kind {
    ($homes:expr) => {
        fed!("q.user_id, q.account, q.currency", $homes, " GROUP BY 1, 2, 3")
    };
}

/// The positions of the accounts `$2`.
const FED: &str = fed!("q.*", " WHERE h.account = ANY ($2::text[])", "");

/// The same in kind.
const FED_IN_KIND: &str = fed_in_kind!(" WHERE h.account = ANY ($2::text[])");

/// Those of all accounts.
const ALL_FED_IN_KIND: &str = fed_in_kind!("");

/// The positions of the accounts that may feed a `place`: that of its own name, or of its name without the currency behind
/// it.
pub(super) const FED_THERE: &str = fed!(
    "q.*",
    " WHERE (h.user_id, h.vault_id) IN (
        SELECT user_id, vault_id FROM place UNION ALL SELECT user_id, regexp_replace(vault_id, ' [^ ]*$', '') FROM place)",
    ""
);

/// That an account feeds a portfolio with what it holds in the portfolio's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    pub account: String,
    /// The portfolio that the account feeds.
    pub base: String,
    /// The portfolio that gets what the account holds in `currency`.
    pub vault: String,
    pub currency: String,
}

/// Which portfolios the user's positions go to now; those in all accounts where none are named.
pub async fn fed(transaction: &impl ConnectionTrait, user: Uuid, accounts: Option<&[String]>) -> Result<Vec<Feed>> {
    let named = accounts.map(|accounts| texts(accounts.iter().map(String::as_str)));
    let positions = if named.is_some() { FED_IN_KIND } else { ALL_FED_IN_KIND };
    let values: Vec<Value> = [super::uuids([user])].into_iter().chain(named).collect();
    let sql = format!("WITH {positions} SELECT account, base, vault_id, currency FROM fed ORDER BY account, vault_id");
    let rows = transaction.query_all_raw(statement(&sql, values)).await?;
    let feed = |row: &sea_orm::QueryResult| {
        Ok(Feed {
            account: row.try_get("", "account")?,
            base: row.try_get("", "base")?,
            vault: row.try_get("", "vault_id")?,
            currency: row.try_get("", "currency")?,
        })
    };
    rows.iter().map(feed).collect()
}

/// Makes the portfolios that positions of these accounts go to, as far as they are missing; answers the new ones.
/// Refuses, with a problem at `path`, what cannot go where it would have to.
pub async fn open(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    accounts: &[String],
    (preferred, path): (&str, &[&str]),
) -> Result<Vec<Uuid>> {
    let mut made = open_bases(transaction, user, accounts, preferred).await?;
    if let Some(obstacle) = obstacles(transaction, user, accounts).await?.into_iter().next() {
        return Err(obstacle.refused(path));
    }
    made.extend(open_siblings(transaction, user, accounts).await?);
    Ok(made)
}

/// Makes the portfolios for what these accounts hold in another currency than the portfolio's that they feed, as far as they
/// are missing; answers the new ones. Nothing stands in the way of the positions any more.
pub async fn open_siblings(transaction: &impl ConnectionTrait, user: Uuid, accounts: &[String]) -> Result<Vec<Uuid>> {
    let siblings = format!(
        "WITH {FED_IN_KIND} INSERT INTO portfolio_summary (id, user_id, vault_id, currency)
         SELECT {NEW_ID}, missing.user_id, missing.vault_id, missing.currency FROM (
             SELECT DISTINCT f.user_id, f.vault_id, f.currency FROM fed f
             WHERE NOT EXISTS (
                 SELECT FROM portfolio_summary b WHERE b.user_id = f.user_id AND b.vault_id = f.vault_id)
         ) missing ON CONFLICT DO NOTHING RETURNING id"
    );
    let values = [super::uuids([user]), texts(accounts.iter().map(String::as_str))];
    let made = transaction.query_all_raw(statement(&siblings, values)).await?;
    made.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Makes the portfolios that these accounts feed, as far as they are missing; answers the new ones.
pub async fn open_bases(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    accounts: &[String],
    preferred: &str,
) -> Result<Vec<Uuid>> {
    // One's own currency where the account holds anything in it, and else the one that it holds most positions in.
    let sql = format!(
        "INSERT INTO portfolio_summary (id, user_id, vault_id, currency)
         SELECT {NEW_ID}, missing.user_id, missing.account, missing.currency FROM (
             SELECT DISTINCT ON (user_id, account) user_id, account, currency FROM (
                 SELECT p.user_id, p.account, p.currency, count(*) AS positions
                 FROM unnest($2::text[]) AS given (account) CROSS JOIN LATERAL (
                     SELECT q.user_id, q.account, q.currency FROM portfolio_position q
                     WHERE q.user_id = $1 AND q.account = given.account OFFSET 0) p
                 WHERE NOT EXISTS (SELECT FROM account_portfolios a WHERE a.user_id = $1 AND a.account = given.account)
                     AND NOT EXISTS (SELECT FROM portfolio_summary b WHERE b.user_id = $1 AND b.vault_id = given.account)
                 GROUP BY p.user_id, p.account, p.currency
             ) held ORDER BY user_id, account, currency = $3 DESC, positions DESC, currency
         ) missing ON CONFLICT DO NOTHING RETURNING id"
    );
    let values = [user.into(), texts(accounts.iter().map(String::as_str)), preferred.into()];
    let made = transaction.query_all_raw(statement(&sql, values)).await?;
    made.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Why a position cannot go where it would have to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub account: String,
    pub symbol: String,
    pub code: &'static str,
    pub sentence: String,
}

impl Obstacle {
    fn refused(self, path: &[&str]) -> Error {
        match self.code {
            "TOO_LONG" => Error::invalid(path, self.code, self.sentence),
            code => refused(path, code, self.sentence),
        }
    }
}

/// The positions of these accounts that cannot go where they would have to, by symbol.
pub async fn obstacles(transaction: &impl ConnectionTrait, user: Uuid, accounts: &[String]) -> Result<Vec<Obstacle>> {
    let sql = format!(
        "WITH {FED} SELECT f.account, f.symbol, f.vault_id, f.currency, t.currency AS kept_in, length(f.vault_id) AS length
         FROM fed f
         LEFT JOIN portfolio_summary t
             ON t.user_id = f.user_id AND t.vault_id = f.vault_id AND t.user_id = ANY ($1::uuid[])
         WHERE (t.currency <> f.currency OR length(f.vault_id) > {NAME_MAX} OR (f.user_id, f.vault_id, f.symbol) IN (
                 SELECT h.user_id, h.vault_id, h.symbol FROM portfolio_holdings h
                 WHERE h.user_id = ANY ($1::uuid[]) AND NOT h.is_derived AND h.vault_id IS NOT NULL))
         ORDER BY f.symbol, f.account"
    );
    let values = [super::uuids([user]), texts(accounts.iter().map(String::as_str))];
    transaction.query_all_raw(statement(&sql, values)).await?.iter().map(obstacle).collect()
}

fn obstacle(row: &sea_orm::QueryResult) -> Result<Obstacle> {
    let text = |column: &str| row.try_get::<String>("", column);
    let (symbol, vault, currency) = (text("symbol")?, text("vault_id")?, text("currency")?);
    let kept_in: Option<String> = row.try_get("", "kept_in")?;
    let (code, sentence) = match kept_in {
        _ if row.try_get::<i32>("", "length")? > NAME_MAX => (
            "TOO_LONG",
            format!("A portfolio called {vault} would have to be made, and a name has {NAME_MAX} characters."),
        ),
        Some(kept_in) if kept_in != currency => (
            "OTHER_CURRENCY",
            format!("{symbol} is held in {currency}, and the portfolio {vault} is kept in {kept_in}."),
        ),
        _ => (
            "HELD_BY_HAND",
            format!("The portfolio {vault} holds {symbol} already, entered by hand: delete that first."),
        ),
    };
    Ok(Obstacle { account: text("account")?, symbol, code, sentence })
}

/// That something stands in the way: CONFLICT, with the reason at the field that meets it.
pub fn refused(path: &[&str], code: &'static str, sentence: impl Into<String>) -> Error {
    let issue = Issue::new(path, code, sentence);
    Error { issues: vec![issue.clone()], ..Error::new(ErrorCode::Conflict, issue.message) }
}
