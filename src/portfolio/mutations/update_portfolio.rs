//! `updatePortfolio`: its name, its cash, its currency.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{account_portfolios, portfolio_summary};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    inputs::NAME_MAX,
    settle::{Books, portfolios},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::{Check, keep_or_set},
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::{Currency, DateTime, Decimal},
    },
    portfolio::{
        store::{
            self,
            feeding::{Feed, refused},
        },
        types::{AccountPortfolio, Portfolio},
    },
    preferences::types::Preferences,
};

/// What is to change of a portfolio. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdatePortfolioInput {
    /// The portfolio.
    pub id: Id<Portfolio>,
    /// What it is called, not blank, at most 100 characters; once for each person. Its holdings, and the accounts that
    /// feed it, follow.
    pub vault_id: MaybeUndefined<String>,
    /// The one currency of everything in it; changes only while it holds nothing.
    pub currency: MaybeUndefined<Currency>,
    /// Cash in it, negative when it is borrowed; at most 2 decimal places. The portfolio cannot be worth less than nothing.
    pub cash_balance: MaybeUndefined<Decimal>,
    /// The portfolio's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A portfolio that was changed.
#[derive(SimpleObject)]
pub struct UpdatePortfolioPayload {
    /// The portfolio as it is now.
    portfolio: Portfolio,
    /// Other portfolios that changed with it: those of the same accounts in other currencies, which bear its name.
    others: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    portfolio: Uuid,
    others: Vec<Uuid>,
}

/// A portfolio that gets another name, and what followed from that.
#[derive(Default)]
struct Renamed {
    portfolios: Vec<Uuid>,
    mapped: Vec<Uuid>,
    preferences: Vec<Uuid>,
}

impl Mutation for UpdatePortfolioInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdatePortfolioPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("vaultId", &self.vault_id);
        check.never_null("currency", &self.currency);
        check.never_null("cashBalance", &self.cash_balance);
        if let Some(name) = self.vault_id.value() {
            check.text("vaultId", name.trim(), NAME_MAX);
        }
        if let Some(cash) = self.cash_balance.value() {
            check.decimal("cashBalance", *cash, 20, 2);
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let books = Books::open(write).await?;
        let standing = write.row(self.id, self.expected_updated_at).await?;
        let (user, old) = (standing.user_id, standing.vault_id);
        let name = self.vault_id.value().map_or_else(|| old.clone(), |name| name.trim().to_owned());
        let is_other = self.currency.value().is_some_and(|currency| currency.0 != standing.currency);
        if is_other && !store::holdings_of(write.transaction(), user, &old).await?.is_empty() {
            let sentence =
                "What a portfolio holds is priced in its currency, so that changes only while it holds nothing.";
            return Err(refused(&["input", "currency"], "HAS_HOLDINGS", sentence));
        }
        let feeds = books.before().to_vec();
        let names = new_names(&feeds, &old, &name);
        let renamed =
            if name == old { Renamed::default() } else { rename_all(write, standing.id, &names, &feeds).await? };
        let row = portfolio_summary::ActiveModel {
            currency: keep_or_set(self.currency, |currency| currency.0),
            cash_balance: keep_or_set(self.cash_balance, |cash| cash.0),
            ..Default::default()
        };
        write.update(self.id, row).await?;

        let is_touched = |feed: &Feed| names.iter().any(|(old, _)| feed.base == *old || feed.vault == *old);
        let accounts: Vec<String> = feeds.into_iter().filter(is_touched).map(|feed| feed.account).collect();
        let path: &[&str] = if is_other { &["input", "currency"] } else { &["input", "cashBalance"] };
        let places = vec![books.place(Some(&name))];
        let settled = books.settle_accounts(write, &accounts, places, path).await?;
        let deed = Deed::new(MODULE, "portfolio_updated", "A portfolio was changed.")
            .updated::<Portfolio>(standing.id)
            .each::<Portfolio>(Change::Updated, renamed.portfolios.iter().copied())
            .each::<AccountPortfolio>(Change::Created, renamed.mapped)
            .each::<Preferences>(Change::Updated, renamed.preferences);
        let named: Vec<Uuid> = renamed.portfolios.iter().copied().chain([standing.id]).collect();
        let mut others: Vec<Uuid> = renamed.portfolios.into_iter().chain(settled.portfolios()).collect();
        others.retain(|id| *id != standing.id);
        others.sort_unstable();
        others.dedup();
        Ok((Changed { portfolio: standing.id, others }, settled.told_by(deed, &named)))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdatePortfolioPayload> {
        let others = portfolios(call, changed.others).await?;
        Ok(UpdatePortfolioPayload { portfolio: call.fetch(changed.portfolio).await?, others })
    }
}

/// The old and the new name of a portfolio, and behind it those of the portfolios that bear its name because its accounts
/// hold something in other currencies. Such a one may be fed by an account of its own in turn, with currencies of its own.
fn new_names(feeds: &[Feed], old: &str, new: &str) -> Vec<(String, String)> {
    let mut names = vec![(old.to_owned(), new.to_owned())];
    let mut next = 0;
    while let Some((base, renamed)) = names.get(next).cloned() {
        for feed in feeds.iter().filter(|feed| feed.base == base && feed.vault != base) {
            if !names.iter().any(|(known, _)| *known == feed.vault) {
                names.push((feed.vault.clone(), format!("{renamed} {}", feed.currency)));
            }
        }
        next += 1;
    }
    names
}

/// Renames a portfolio, the first of the names, and with it those that bear its name.
async fn rename_all(write: &Write<'_>, id: Uuid, names: &[(String, String)], feeds: &[Feed]) -> Result<Renamed> {
    let mut renamed = Renamed::default();
    let Some(((old, new), siblings)) = names.split_first() else { return Ok(renamed) };
    refuse_sibling(feeds, old)?;
    rename(write, id, (old, new), (feeds, &mut renamed)).await?;
    for (old, new) in siblings {
        let Some(sibling) = store::portfolio_called(write.transaction(), write.user_id(), old).await? else { continue };
        if new.chars().count() > NAME_MAX {
            let sentence = format!("{old} is renamed with it, and {new} has more than {NAME_MAX} characters.");
            return Err(Error::invalid(&["input", "vaultId"], "TOO_LONG", sentence));
        }
        rename(write, sibling.id, (old, new), (feeds, &mut renamed)).await?;
        renamed.portfolios.push(sibling.id);
    }
    Ok(renamed)
}

/// What an account feeds in another currency than its portfolio's is called as that portfolio says.
fn refuse_sibling(feeds: &[Feed], name: &str) -> Result<()> {
    let Some(feed) = feeds.iter().find(|feed| feed.vault == name && feed.base != name) else { return Ok(()) };
    let sentence = format!(
        "It is called so because the account {} feeds it what it holds in {}: rename {}, or let the account feed another.",
        feed.account, feed.currency, feed.base
    );
    Err(refused(&["input", "vaultId"], "FED", sentence))
}

/// Renames one portfolio, also where preferences name it. An account that fed it because it bears the same name goes on
/// to feed it.
async fn rename(
    write: &Write<'_>,
    id: Uuid,
    (old, new): (&str, &str),
    (feeds, renamed): (&[Feed], &mut Renamed),
) -> Result<()> {
    let row = portfolio_summary::ActiveModel { vault_id: Set(new.to_owned()), ..Default::default() };
    let done = write.update(Id::<Portfolio>::new(id), row).await;
    done.map_err(|error| error.renaming("userIdVaultId", "vaultId"))?;
    renamed.preferences.extend(store::rename_default(write.transaction(), write.user_id(), (old, Some(new))).await?);
    let is_namesake = feeds.iter().any(|feed| feed.account == old && feed.base == old);
    if !is_namesake || store::mapping_of(write.transaction(), write.user_id(), old).await?.is_some() {
        return Ok(());
    }
    let mapping = Uuid::now_v7();
    let row = account_portfolios::ActiveModel {
        id: Set(mapping),
        user_id: Set(write.user_id()),
        account: Set(old.to_owned()),
        vault_id: Set(new.to_owned()),
        ..Default::default()
    };
    write.insert(row).await?;
    renamed.mapped.push(mapping);
    Ok(())
}
