//! What comes before and after every change of what portfolios hold: others wait, and figures follow.

use uuid::Uuid;

use crate::{
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        id::Id,
        mutation::{Deed, Write, deed::Change},
    },
    portfolio::{
        store::{
            feeding::{self, Feed},
            rollup::{self, Place, Rolled},
        },
        types::Portfolio,
    },
};

/// The viewer's portfolios while they are changed: nobody else changes them, until the transaction ends.
pub struct Books {
    user: Uuid,
    /// Where positions went before anything was changed.
    before: Vec<Feed>,
}

/// What followed from a change.
pub struct Settled {
    /// Portfolios that were made because positions go to them.
    pub opened: Vec<Uuid>,
    rolled: Rolled,
}

impl Books {
    pub async fn open(write: &Write<'_>) -> Result<Self> {
        Self::open_on(write, None).await
    }

    /// The same for a change of nothing but what these accounts hold.
    pub async fn open_accounts(write: &Write<'_>, accounts: &[String]) -> Result<Self> {
        Self::open_on(write, Some(accounts)).await
    }

    async fn open_on(write: &Write<'_>, accounts: Option<&[String]>) -> Result<Self> {
        let user = write.user_id();
        rollup::lock(write.transaction(), &[user]).await?;
        Ok(Self { user, before: feeding::fed(write.transaction(), user, accounts).await? })
    }

    /// Where positions went before anything was changed.
    pub fn before(&self) -> &[Feed] {
        &self.before
    }

    /// The place of a portfolio, or of what belongs to none.
    pub fn place(&self, vault: Option<&str>) -> Place {
        Place::new(self.user, vault.map(str::to_owned))
    }

    /// Makes everything follow from a change of what is at these places; a problem stands at `path`.
    pub async fn settle(self, write: &Write<'_>, places: &[Place], path: &[&str]) -> Result<Settled> {
        let rolled = rollup::roll_up(write.transaction(), places).await;
        let rolled = rolled.map_err(|error| rollup::blamed_on(error, path))?;
        Ok(Settled { opened: Vec::new(), rolled })
    }

    /// The same for a change of what these accounts hold, or of which portfolio they feed.
    pub async fn settle_accounts(
        self,
        write: &Write<'_>,
        accounts: &[String],
        places: Vec<Place>,
        path: &[&str],
    ) -> Result<Settled> {
        let opened = open_portfolios(write, accounts, path).await?;
        let after = feeding::fed(write.transaction(), self.user, Some(accounts)).await?;
        self.follow(write, (accounts, &after), places, (opened, path)).await
    }

    /// The same after an import into these accounts, which has opened some portfolios and met what stands in the way itself.
    pub async fn settle_imported(
        self,
        write: &Write<'_>,
        accounts: &[String],
        mut opened: Vec<Uuid>,
        path: &[&str],
    ) -> Result<Settled> {
        let after = feeding::fed(write.transaction(), self.user, Some(accounts)).await?;
        if after.iter().any(|feed| feed.vault != feed.base) {
            opened.extend(feeding::open_siblings(write.transaction(), self.user, accounts).await?);
        }
        self.follow(write, (accounts, &after), Vec::new(), (opened, path)).await
    }

    async fn follow(
        self,
        write: &Write<'_>,
        (accounts, after): (&[String], &[Feed]),
        mut places: Vec<Place>,
        (opened, path): (Vec<Uuid>, &[&str]),
    ) -> Result<Settled> {
        let before = self.before.iter().filter(|feed| accounts.contains(&feed.account));
        places.extend(before.chain(after).map(|feed| self.place(Some(&feed.vault))));
        Ok(Settled { opened, ..self.settle(write, &places, path).await? })
    }
}

impl Settled {
    /// The same, with portfolios that were made before everything else followed.
    pub fn having_opened(mut self, opened: impl IntoIterator<Item = Uuid>) -> Self {
        self.opened.extend(opened);
        self
    }

    /// The deed that has done this too, besides the rows that it names itself.
    pub fn told_by(&self, deed: Deed, named: &[Uuid]) -> Deed {
        let named: Vec<Uuid> = named.iter().chain(&self.opened).copied().collect();
        self.rolled.told_by(deed.each::<Portfolio>(Change::Created, self.opened.iter().copied()), &named)
    }

    /// The portfolios whose figures are others now, new ones too.
    pub fn portfolios(&self) -> Vec<Uuid> {
        let mut all: Vec<Uuid> = self.opened.iter().chain(&self.rolled.portfolios).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Makes the portfolios that these accounts feed and that are missing; a problem stands at `path`.
pub async fn open_portfolios(write: &Write<'_>, accounts: &[String], path: &[&str]) -> Result<Vec<Uuid>> {
    let preferred = preferred_currency(write)?;
    feeding::open(write.transaction(), write.user_id(), accounts, (&preferred, path)).await
}

/// The currency that the viewer prefers.
pub fn preferred_currency(write: &Write<'_>) -> Result<String> {
    Ok(write.call().viewer()?.currency())
}

/// The portfolio that a field names; a problem with it stands at that field.
pub async fn portfolio_named(
    write: &Write<'_>,
    id: Id<Portfolio>,
    field: &str,
) -> Result<entity::portfolio_summary::Model> {
    write.row(id, None).await.map_err(|error| match error.code {
        ErrorCode::NotFound => Error::invalid(&["input", field], "NOT_FOUND", "There is no such portfolio."),
        _ => error,
    })
}

/// These portfolios as they stand now.
pub async fn portfolios(call: &Call, ids: Vec<Uuid>) -> Result<Vec<Portfolio>> {
    Ok(call.find_each(ids).await?.into_iter().flatten().collect())
}
