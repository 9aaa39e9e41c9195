//! `updatePosition`: what an account holds, and what it cost.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::portfolio_position;
use sea_orm::ActiveValue::{NotSet, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    inputs::{ASSET_NAME_MAX, NAME_MAX, check_amount, hold_prices, last_price},
    settle::{Books, portfolios},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, ErrorCode, Issue, Result},
        id::Id,
        input::{Check, after, change, keep_or_set, symbol},
        mutation::{Deed, Mutation, Write},
        scalars::{Currency, DateTime, Decimal},
    },
    portfolio::types::{AssetClass, Portfolio, Position, SyncSource},
    prices::LastPrice,
};

/// What is to change of a position. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdatePositionInput {
    /// The position. Of an imported one `symbol`, `account`, `currency` and `quantity` stay as the broker has them.
    pub id: Id<Position>,
    /// What is held, at most 20 characters; stored in capitals, once in each account. Another one, or another currency, has
    /// the last price that a feed has brought of it, when no price is given; without any a price of a feed is no more.
    pub symbol: MaybeUndefined<String>,
    /// The account at the broker that holds it, at most 100 characters.
    pub account: MaybeUndefined<String>,
    /// The asset's full name, at most 255 characters; null clears it.
    pub name: MaybeUndefined<String>,
    /// The kind of asset.
    pub asset_class: MaybeUndefined<AssetClass>,
    /// How many units are held; greater than 0, at most 8 decimal places.
    pub quantity: MaybeUndefined<Decimal>,
    /// Average price paid for a unit, at most 4 decimal places; 0 when the cost is unknown. A later import without prices
    /// leaves it as it is.
    pub avg_price: MaybeUndefined<Decimal>,
    /// Price of a unit, at most 4 decimal places; null clears it. It counts as stale from then on: only price updates and
    /// imports say when a price was true.
    pub current_price: MaybeUndefined<Decimal>,
    /// The currency of its prices.
    pub currency: MaybeUndefined<Currency>,
    /// The position's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A position that was changed.
#[derive(SimpleObject)]
pub struct UpdatePositionPayload {
    /// The position as it is now.
    position: Position,
    /// The portfolios that follow, as they are now: where it goes, and where it went.
    portfolios: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    position: Uuid,
    portfolios: Vec<Uuid>,
}

impl UpdatePositionInput {
    /// Refuses what does not go together with what stands there.
    fn check_against(&self, standing: &portfolio_position::Model) -> Result<()> {
        if standing.sync_source != SyncSource::Manual.stored() {
            let brokers = [
                ("symbol", self.symbol.is_undefined()),
                ("account", self.account.is_undefined()),
                ("currency", self.currency.is_undefined()),
                ("quantity", self.quantity.is_undefined()),
            ];
            let issues: Vec<Issue> =
                brokers.into_iter().filter(|(_, is_kept)| !is_kept).map(|(field, _)| imported(field)).collect();
            if let Some(first) = issues.first() {
                return Err(Error { issues: issues.clone(), ..Error::new(ErrorCode::Conflict, first.message.clone()) });
            }
        }
        let quantity = self.quantity.value().map_or(standing.quantity, |quantity| quantity.0);
        let avg_price = self.avg_price.value().map_or(standing.avg_price, |price| price.0);
        let mut check = Check::new("input");
        check_amount(&mut check, quantity, ("avgPrice", avg_price));
        if let Some(price) = after(&self.current_price, standing.current_price, |price| price.0) {
            check_amount(&mut check, quantity, ("currentPrice", price));
        }
        check.finish()
    }

    /// The last price of what it becomes, where it becomes something else and no price of that is given. Without one, a price
    /// of what it was is no more; one that was entered by hand stays, for it may be the name that was wrong.
    async fn new_price(
        &self,
        write: &Write<'_>,
        standing: &portfolio_position::Model,
    ) -> Result<Option<Option<LastPrice>>> {
        let name = self.symbol.value().map_or_else(|| standing.symbol.clone(), |text| symbol(text));
        let currency = self.currency.value().map_or(standing.currency.as_str(), |currency| currency.0.as_str());
        let is_other = name != standing.symbol || currency != standing.currency;
        if !is_other || !self.current_price.is_undefined() {
            return Ok(None);
        }
        let quantity = self.quantity.value().copied().unwrap_or(Decimal(standing.quantity));
        let last = last_price(write, (&name, currency), quantity, None).await?;
        Ok((last.is_some() || standing.price_as_of.is_some()).then_some(last))
    }

    fn into_row(self, new_price: Option<Option<LastPrice>>) -> portfolio_position::ActiveModel {
        let (current_price, price_as_of) = match (new_price, self.current_price.is_undefined()) {
            (Some(last), _) => (Set(last.as_ref().map(|last| last.price)), Set(last.map(|last| last.time.into()))),
            (None, true) => (NotSet, NotSet),
            (None, false) => (change(self.current_price, |price| price.0), Set(None)),
        };
        portfolio_position::ActiveModel {
            symbol: keep_or_set(self.symbol, |text| symbol(&text)),
            account: keep_or_set(self.account, |account| account.trim().to_owned()),
            name: change(self.name, |name| name),
            asset_class: keep_or_set(self.asset_class, |class| class.stored().to_owned()),
            quantity: keep_or_set(self.quantity, |quantity| quantity.0),
            avg_price: keep_or_set(self.avg_price, |price| price.0),
            current_price,
            price_as_of,
            currency: keep_or_set(self.currency, |currency| currency.0),
            ..Default::default()
        }
    }
}

fn imported(field: &'static str) -> Issue {
    let sentence = format!("This position was imported, and its {field} is as the broker has it.");
    Issue::new(&["input", field], "IMPORTED", sentence)
}

impl Mutation for UpdatePositionInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdatePositionPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("symbol", &self.symbol);
        check.never_null("account", &self.account);
        check.never_null("assetClass", &self.asset_class);
        check.never_null("quantity", &self.quantity);
        check.never_null("avgPrice", &self.avg_price);
        check.never_null("currency", &self.currency);
        check.new_symbol("symbol", &self.symbol);
        if let Some(account) = self.account.value() {
            check.text("account", account.trim(), NAME_MAX);
        }
        check.new_text("name", &self.name, ASSET_NAME_MAX);
        check.new_positive("quantity", &self.quantity, 20, 8);
        check.new_not_negative("avgPrice", &self.avg_price, 20, 4);
        check.new_not_negative("currentPrice", &self.current_price, 20, 4);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        hold_prices(write, self.symbol.value().map(|text| symbol(text)).into_iter().collect()).await?;
        let books = Books::open(write).await?;
        let (id, standing) = (self.id, write.row(self.id, self.expected_updated_at).await?);
        self.check_against(&standing)?;
        let new = self.account.value().map(|account| account.trim().to_owned());
        let accounts: Vec<String> = std::iter::once(standing.account.clone()).chain(new).collect();
        let new_price = self.new_price(write, &standing).await?;
        let row = self.into_row(new_price);
        write.update(id, row).await.map_err(|error| error.renaming("userIdSymbolAccount", "symbol"))?;
        let settled = books.settle_accounts(write, &accounts, Vec::new(), &["input", "quantity"]).await?;
        let deed = Deed::new(MODULE, "position_updated", "A position was changed.").updated::<Position>(standing.id);
        let done = Changed { position: standing.id, portfolios: settled.portfolios() };
        Ok((done, settled.told_by(deed, &[standing.id])))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdatePositionPayload> {
        let portfolios = portfolios(call, changed.portfolios).await?;
        Ok(UpdatePositionPayload { position: call.fetch(changed.position).await?, portfolios })
    }
}
