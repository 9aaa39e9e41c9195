//! `updateHolding`: what is held, what it cost, and where.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime as Moment, Utc};
use entity::portfolio_holdings;
use rust_decimal::Decimal as Number;
use sea_orm::ActiveValue::{NotSet, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    create_holdings::{Home, named_symbol},
    inputs::{ASSET_NAME_MAX, LABEL_MAX, check_amount, hold_prices, last_price},
    settle::{Books, portfolios, preferred_currency},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, ErrorCode, Issue, Result},
        id::Id,
        input::{Check, change, keep_or_set, symbol},
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, Decimal},
    },
    portfolio::{
        store::{self, feeding::refused},
        types::{AssetClass, Holding, Portfolio},
    },
};

/// What is to change of a holding. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateHoldingInput {
    /// The holding. Of a derived one, which follows from positions, only `allocationType` changes.
    pub id: Id<Holding>,
    /// The portfolio that it goes to, null for none, which has the preferred currency. Another currency needs `avgCost` and
    /// `currentPrice` anew.
    pub portfolio_id: MaybeUndefined<Id<Portfolio>>,
    /// What is held, at most 20 characters; stored in capitals, once in each portfolio. Another one has the last price that a
    /// feed has brought of it, when no price is given; without any a price of a feed gives way to the average cost.
    pub symbol: MaybeUndefined<String>,
    /// The asset's full name, at most 255 characters; null clears it.
    pub asset_name: MaybeUndefined<String>,
    /// The kind of asset.
    pub asset_class: MaybeUndefined<AssetClass>,
    /// A label for the part it plays, at most 50 characters; null clears it.
    pub allocation_type: MaybeUndefined<String>,
    /// How many units are held; greater than 0, at most 8 decimal places.
    pub quantity: MaybeUndefined<Decimal>,
    /// Average cost of a unit in the portfolio's currency, at most 4 decimal places; 0 when it is unknown.
    pub avg_cost: MaybeUndefined<Decimal>,
    /// Price of a unit in the portfolio's currency, at most 4 decimal places. It counts as stale from then on: only price
    /// updates and imports say when a price was true.
    pub current_price: MaybeUndefined<Decimal>,
    /// The holding's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A holding that was changed; the figures of its portfolios have followed.
#[derive(SimpleObject)]
pub struct UpdateHoldingPayload {
    /// The holding as it is now.
    holding: Holding,
    /// The portfolios whose figures are others now: where it is, and where it was.
    portfolios: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    holding: Uuid,
    portfolios: Vec<Uuid>,
}

impl UpdateHoldingInput {
    /// The fields that a derived holding has from its positions, as far as they are given.
    fn derived_fields(&self) -> Vec<&'static str> {
        [
            ("portfolioId", !self.portfolio_id.is_undefined()),
            ("symbol", !self.symbol.is_undefined()),
            ("assetName", !self.asset_name.is_undefined()),
            ("assetClass", !self.asset_class.is_undefined()),
            ("quantity", !self.quantity.is_undefined()),
            ("avgCost", !self.avg_cost.is_undefined()),
            ("currentPrice", !self.current_price.is_undefined()),
        ]
        .into_iter()
        .filter_map(|(field, is_given)| is_given.then_some(field))
        .collect()
    }

    /// Notes what does not go together with what stands there.
    fn check_against(&self, standing: &portfolio_holdings::Model) -> Result<()> {
        if standing.is_derived {
            let issues: Vec<Issue> = self.derived_fields().into_iter().map(derived).collect();
            if let Some(first) = issues.first() {
                return Err(Error { issues: issues.clone(), ..Error::new(ErrorCode::Conflict, first.message.clone()) });
            }
        }
        let quantity = self.quantity.value().map_or(standing.quantity, |quantity| quantity.0);
        let mut check = Check::new("input");
        for (field, given, stored) in [
            ("avgCost", &self.avg_cost, standing.avg_cost),
            ("currentPrice", &self.current_price, standing.current_price),
        ] {
            check_amount(&mut check, quantity, (field, given.value().map_or(stored, |price| price.0)));
        }
        check.finish()
    }

    /// Where it is afterwards: in the portfolio of this name, or in none.
    async fn new_home(&self, write: &Write<'_>, old: Option<&str>) -> Result<Home> {
        let old = match old {
            Some(vault) => store::portfolio_called(write.transaction(), write.user_id(), vault).await?,
            None => None,
        };
        let loose = || Ok::<_, Error>(Home { vault: None, currency: preferred_currency(write)? });
        let old = old.map_or_else(loose, |old| Ok(Home { vault: Some(old.vault_id), currency: old.currency }))?;
        let new = match &self.portfolio_id {
            MaybeUndefined::Undefined => return Ok(old),
            MaybeUndefined::Null => Home::named(write, None).await?,
            MaybeUndefined::Value(id) => Home::named(write, Some(*id)).await?,
        };
        let is_priced_anew = self.avg_cost.value().is_some() && self.current_price.value().is_some();
        if old.currency != new.currency && !is_priced_anew {
            let name = new.vault.as_deref().unwrap_or("What is in no portfolio");
            let sentence = format!("{name} is kept in {}: give avgCost and currentPrice in that.", new.currency);
            return Err(refused(&["input", "portfolioId"], "OTHER_CURRENCY", sentence));
        }
        Ok(new)
    }

    /// The price of what it becomes, with its time, where it becomes something else and no price of that is given: the last
    /// one that a feed has brought, or else the average cost. A price that was entered by hand stays in place of that, for it
    /// may be the name that was wrong.
    async fn new_price(
        &self,
        write: &Write<'_>,
        standing: &portfolio_holdings::Model,
        currency: &str,
    ) -> Result<Option<(Number, Option<Moment<Utc>>)>> {
        let Some(name) = self.symbol.value().map(|text| symbol(text)).filter(|name| *name != standing.symbol) else {
            return Ok(None);
        };
        if self.current_price.value().is_some() {
            return Ok(None);
        }
        let quantity = self.quantity.value().copied().unwrap_or(Decimal(standing.quantity));
        let cost = self.avg_cost.value().map_or(standing.avg_cost, |cost| cost.0);
        let last = last_price(write, (&name, currency), quantity, None).await?;
        let last = last.map(|last| (last.price, Some(last.time)));
        Ok(last.or_else(|| standing.price_as_of.map(|_| (cost, None))))
    }

    fn into_row(
        self,
        standing: &portfolio_holdings::Model,
        vault: Option<String>,
        new_price: Option<(Number, Option<Moment<Utc>>)>,
    ) -> portfolio_holdings::ActiveModel {
        let is_other = self.symbol.value().is_some_and(|text| symbol(text) != standing.symbol);
        let (current_price, price_as_of) = match (new_price, self.current_price.value()) {
            (Some((price, time)), _) => (Set(price), Set(time.map(Into::into))),
            (None, Some(price)) => (Set(price.0), Set(None)),
            (None, None) => (NotSet, NotSet),
        };
        // What the price feed said was said of another symbol.
        let day = || if is_other { Set(Number::ZERO) } else { NotSet };
        portfolio_holdings::ActiveModel {
            vault_id: if vault == standing.vault_id { NotSet } else { Set(vault) },
            symbol: keep_or_set(self.symbol, |text| symbol(&text)),
            asset_name: change(self.asset_name, |name| name),
            asset_class: keep_or_set(self.asset_class, |class| class.stored().to_owned()),
            allocation_type: change(self.allocation_type, |label| label),
            quantity: keep_or_set(self.quantity, |quantity| quantity.0),
            avg_cost: keep_or_set(self.avg_cost, |cost| cost.0),
            current_price,
            price_as_of,
            day_gain_loss: day(),
            day_gain_loss_percent: day(),
            day_as_of: if is_other { Set(None) } else { NotSet },
            ..Default::default()
        }
    }
}

fn derived(field: &'static str) -> Issue {
    let sentence = format!("This holding follows from positions, and its {field} with it: change those.");
    Issue::new(&["input", field], "DERIVED", sentence)
}

impl Mutation for UpdateHoldingInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateHoldingPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("symbol", &self.symbol);
        check.never_null("assetClass", &self.asset_class);
        check.never_null("quantity", &self.quantity);
        check.never_null("avgCost", &self.avg_cost);
        check.never_null("currentPrice", &self.current_price);
        check.new_symbol("symbol", &self.symbol);
        check.new_text("assetName", &self.asset_name, ASSET_NAME_MAX);
        check.new_text("allocationType", &self.allocation_type, LABEL_MAX);
        check.new_positive("quantity", &self.quantity, 20, 8);
        check.new_not_negative("avgCost", &self.avg_cost, 20, 4);
        check.new_not_negative("currentPrice", &self.current_price, 20, 4);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        hold_prices(write, self.symbol.value().map(|text| symbol(text)).into_iter().collect()).await?;
        let books = Books::open(write).await?;
        let (id, standing) = (self.id, write.row(self.id, self.expected_updated_at).await?);
        self.check_against(&standing)?;
        let old = standing.vault_id.clone();
        let home = self.new_home(write, old.as_deref()).await?;
        let places = [books.place(old.as_deref()), books.place(home.vault.as_deref())];
        let new_price = self.new_price(write, &standing, &home.currency).await?;
        let row = self.into_row(&standing, home.vault, new_price);
        write.update(id, row).await.map_err(named_symbol)?;
        let settled = books.settle(write, &places, &["input", "quantity"]).await?;
        let deed = Deed::new(MODULE, "holding_updated", "A holding was changed.").updated::<Holding>(standing.id);
        let done = Changed { holding: standing.id, portfolios: settled.portfolios() };
        Ok((done, settled.told_by(deed, &[standing.id])))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateHoldingPayload> {
        let portfolios = portfolios(call, changed.portfolios).await?;
        Ok(UpdateHoldingPayload { holding: call.fetch(changed.holding).await?, portfolios })
    }
}
