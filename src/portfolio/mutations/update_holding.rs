//! `updateHolding`: what is held, what it cost, and where.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::portfolio_holdings;
use rust_decimal::Decimal as Number;
use sea_orm::ActiveValue::{NotSet, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    create_holdings::named_symbol,
    inputs::{ASSET_NAME_MAX, LABEL_MAX, check_amount},
    settle::{Books, portfolio_named, portfolios},
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
    /// The portfolio that it goes to, null for none. One in another currency needs `avgCost` and `currentPrice` anew.
    pub portfolio_id: MaybeUndefined<Id<Portfolio>>,
    /// What is held, at most 20 characters; stored in capitals, once in each portfolio.
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

    /// Where it goes: nowhere else, to no portfolio, or to this one.
    async fn new_vault(&self, write: &Write<'_>, old: Option<&str>) -> Result<Option<Option<String>>> {
        let new = match &self.portfolio_id {
            MaybeUndefined::Undefined => return Ok(None),
            MaybeUndefined::Null => return Ok(Some(None)),
            MaybeUndefined::Value(id) => portfolio_named(write, *id, "portfolioId").await?,
        };
        let old = match old {
            Some(vault) => store::portfolio_called(write.transaction(), write.user_id(), vault).await?,
            None => None,
        };
        let is_priced_anew = self.avg_cost.value().is_some() && self.current_price.value().is_some();
        if old.is_some_and(|old| old.currency != new.currency) && !is_priced_anew {
            let sentence =
                format!("{} is kept in {}: give avgCost and currentPrice in that.", new.vault_id, new.currency);
            return Err(refused(&["input", "portfolioId"], "OTHER_CURRENCY", sentence));
        }
        Ok(Some(Some(new.vault_id)))
    }

    fn into_row(
        self,
        standing: &portfolio_holdings::Model,
        vault: Option<Option<String>>,
    ) -> portfolio_holdings::ActiveModel {
        let is_other = self.symbol.value().is_some_and(|text| symbol(text) != standing.symbol);
        let is_repriced = is_other || self.current_price.value().is_some();
        // What the price feed said was said of another symbol.
        let day = || if is_other { Set(Number::ZERO) } else { NotSet };
        portfolio_holdings::ActiveModel {
            vault_id: vault.map_or(NotSet, Set),
            symbol: keep_or_set(self.symbol, |text| symbol(&text)),
            asset_name: change(self.asset_name, |name| name),
            asset_class: keep_or_set(self.asset_class, |class| class.stored().to_owned()),
            allocation_type: change(self.allocation_type, |label| label),
            quantity: keep_or_set(self.quantity, |quantity| quantity.0),
            avg_cost: keep_or_set(self.avg_cost, |cost| cost.0),
            current_price: keep_or_set(self.current_price, |price| price.0),
            price_as_of: if is_repriced { Set(None) } else { NotSet },
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
        let books = Books::open(write).await?;
        let (id, standing) = (self.id, write.row(self.id, self.expected_updated_at).await?);
        self.check_against(&standing)?;
        let old = standing.vault_id.clone();
        let vault = self.new_vault(write, old.as_deref()).await?;
        let places = [books.place(old.as_deref()), books.place(vault.clone().unwrap_or(old).as_deref())];
        let row = self.into_row(&standing, vault);
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
