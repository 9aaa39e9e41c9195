//! Which position goes to which portfolio.
//!
//! An account feeds the portfolio that it is mapped to, and else the one that bears its name. What it holds in another
//! currency than that portfolio's goes to the portfolio `<name> <currency>`.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{rollup::NEW_ID, statement, texts};
use crate::graphql::error::{Error, ErrorCode, Issue, Result};

/// How long the name of a portfolio may be, in characters.
const NAME_MAX: i32 = 100;

/// Positions with the portfolio that each goes to: `base` is the one that its account feeds.
macro_rules! fed {
    ($positions:literal, $whose:literal) => {
        concat!(
            "fed AS (
    SELECT p.*, b.vault_id AS base,
        CASE WHEN b.currency = p.currency THEN b.vault_id ELSE b.vault_id || ' ' || p.currency END AS vault_id
    FROM ",
            $positions,
            " p
    LEFT JOIN account_portfolios a ON a.user_id = p.user_id AND a.account = p.account
    JOIN portfolio_summary b ON b.user_id = p.user_id AND b.vault_id = coalesce(a.vault_id, p.account)
    WHERE ",
            $whose,
            ")"
        )
    };
}

/// All positions of the users `$1`.
const FED: &str = fed!("portfolio_position", "p.user_id = ANY ($1::uuid[])");

/// Their accounts and currencies alone.
const FED_IN_KIND: &str = fed!(
    "(SELECT user_id, account, currency FROM portfolio_position WHERE user_id = ANY ($1::uuid[]) GROUP BY 1, 2, 3)",
    "true"
);

/// Those of the accounts that may feed a `place`: of its own name, without the currency behind it, or mapped to one of
/// these. So the price of a roll-up doesn't grow with what its owner has elsewhere.
pub(super) const FED_THERE: &str = concat!(
    "base AS (
    SELECT user_id, vault_id FROM place UNION SELECT user_id, regexp_replace(vault_id, ' [^ ]*$', '') FROM place
), feeder AS (
    SELECT user_id, vault_id AS account FROM base UNION
    SELECT a.user_id, a.account FROM account_portfolios a JOIN base USING (user_id, vault_id)
), ",
    fed!(
        "portfolio_position",
        "p.user_id = ANY ($1::uuid[]) AND (p.user_id, p.account) IN (SELECT user_id, account FROM feeder)"
    )
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

/// Which portfolios the user's positions go to now.
pub async fn fed(transaction: &impl ConnectionTrait, user: Uuid) -> Result<Vec<Feed>> {
    let sql =
        format!("WITH {FED_IN_KIND} SELECT account, base, vault_id, currency FROM fed ORDER BY account, vault_id");
    let rows = transaction.query_all_raw(statement(&sql, [super::uuids([user])])).await?;
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
             WHERE f.account = ANY ($2::text[]) AND NOT EXISTS (
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
    // One's own currency where the account holds anything in it, and else one that it does hold something in.
    let sql = format!(
        "INSERT INTO portfolio_summary (id, user_id, vault_id, currency)
         SELECT {NEW_ID}, missing.user_id, missing.account, missing.currency FROM (
             SELECT p.user_id, p.account, coalesce(max(p.currency) FILTER (WHERE p.currency = $3), min(p.currency)) AS currency
             FROM portfolio_position p
             WHERE p.user_id = ANY ($1::uuid[]) AND p.account = ANY ($2::text[])
                 AND NOT EXISTS (SELECT FROM account_portfolios a WHERE a.user_id = p.user_id AND a.account = p.account)
                 AND NOT EXISTS (SELECT FROM portfolio_summary b WHERE b.user_id = p.user_id AND b.vault_id = p.account)
             GROUP BY p.user_id, p.account
         ) missing ON CONFLICT DO NOTHING RETURNING id"
    );
    let values = [super::uuids([user]), texts(accounts.iter().map(String::as_str)), preferred.into()];
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
         LEFT JOIN portfolio_summary t ON t.user_id = f.user_id AND t.vault_id = f.vault_id
         LEFT JOIN portfolio_holdings h
             ON h.user_id = f.user_id AND h.vault_id = f.vault_id AND h.symbol = f.symbol AND NOT h.is_derived
         WHERE f.account = ANY ($2::text[])
             AND (h.id IS NOT NULL OR t.currency <> f.currency OR length(f.vault_id) > {NAME_MAX})
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
