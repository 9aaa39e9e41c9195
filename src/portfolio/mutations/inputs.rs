//! New holdings and positions, as single inputs and lists take them.

use async_graphql::InputObject;
use entity::{portfolio_holdings, portfolio_position};
use rust_decimal::Decimal as Number;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    graphql::{
        enumeration::Enumeration,
        error::Result,
        input::{Check, symbol},
        mutation::Write,
        scalars::{Currency, Decimal},
    },
    portfolio::{
        types::{AssetClass, SyncSource},
        valuation,
    },
    prices::{self, Hold, LastPrice},
};

/// How long the name of a portfolio or an account may be, in characters.
pub const NAME_MAX: usize = 100;
/// How long the full name of an asset may be, in characters.
pub const ASSET_NAME_MAX: usize = 255;
/// How long a label may be, in characters.
pub const LABEL_MAX: usize = 50;

/// A new holding.
#[derive(InputObject)]
pub struct NewHoldingInput {
    /// What is held, at most 20 characters; stored in capitals, once in each portfolio.
    pub symbol: String,
    /// The asset's full name, at most 255 characters.
    pub asset_name: Option<String>,
    /// The kind of asset.
    #[graphql(default_with = "AssetClass::Equity")]
    pub asset_class: AssetClass,
    /// A label for the part it plays, at most 50 characters.
    pub allocation_type: Option<String>,
    /// How many units are held; greater than 0, at most 8 decimal places.
    pub quantity: Decimal,
    /// Average cost of a unit in the portfolio's currency, at most 4 decimal places; 0 or left out when it is unknown.
    pub avg_cost: Option<Decimal>,
    /// Price of a unit in the portfolio's currency, at most 4 decimal places; it counts as stale, because only price updates
    /// and imports say when a price was true. When left out, the last price that a feed has brought, or else the average cost.
    pub current_price: Option<Decimal>,
}

/// A new position.
#[derive(InputObject)]
pub struct NewPositionInput {
    /// What is held, at most 20 characters; stored in capitals, once in each account.
    pub symbol: String,
    /// The account at the broker that holds it, at most 100 characters.
    pub account: String,
    /// The asset's full name, at most 255 characters.
    pub name: Option<String>,
    /// The kind of asset.
    #[graphql(default_with = "AssetClass::Equity")]
    pub asset_class: AssetClass,
    /// How many units are held; greater than 0, at most 8 decimal places.
    pub quantity: Decimal,
    /// Average price paid for a unit, at most 4 decimal places; 0 or left out when the cost is unknown.
    pub avg_price: Option<Decimal>,
    /// Price of a unit, at most 4 decimal places; it counts as stale, because only price updates and imports say when a price
    /// was true. When left out, the last price that a feed has brought.
    pub current_price: Option<Decimal>,
    /// The currency of its prices; when left out that of the portfolio which the account feeds, or the preferred one.
    pub currency: Option<Currency>,
}

impl NewHoldingInput {
    /// The symbol whose last price it may take.
    pub fn unpriced(&self) -> Option<String> {
        self.current_price.is_none().then(|| symbol(&self.symbol))
    }

    pub fn check(&self, check: &mut Check) {
        check.symbol("symbol", &self.symbol);
        check.optional_text("assetName", self.asset_name.as_ref(), ASSET_NAME_MAX);
        check.optional_text("allocationType", self.allocation_type.as_ref(), LABEL_MAX);
        check.positive("quantity", self.quantity, 20, 8);
        check_prices(check, self.quantity, [("avgCost", self.avg_cost), ("currentPrice", self.current_price)]);
    }

    /// The price that it takes in place of one that is not given.
    pub async fn last_price(&self, write: &Write<'_>, currency: &str) -> Result<Option<LastPrice>> {
        last_price(write, (&self.symbol, currency), self.quantity, self.current_price).await
    }

    /// Its row, at the price that is given, and else at the last one; the roll-up computes the figures.
    pub fn into_row(
        self,
        id: Uuid,
        user: Uuid,
        vault: Option<String>,
        last: Option<LastPrice>,
    ) -> portfolio_holdings::ActiveModel {
        let avg_cost = self.avg_cost.map_or(Number::ZERO, |cost| cost.0);
        let price = self.current_price.map(|price| price.0).or(last.as_ref().map(|last| last.price));
        portfolio_holdings::ActiveModel {
            id: Set(id),
            user_id: Set(user),
            vault_id: Set(vault),
            symbol: Set(symbol(&self.symbol)),
            asset_name: Set(self.asset_name),
            asset_class: Set(self.asset_class.stored().to_owned()),
            allocation_type: Set(self.allocation_type),
            quantity: Set(self.quantity.0),
            avg_cost: Set(avg_cost),
            current_price: Set(price.unwrap_or(avg_cost)),
            price_as_of: Set(last.map(|last| last.time.into())),
            market_value: Set(Number::ZERO),
            ..Default::default()
        }
    }
}

impl NewPositionInput {
    /// The symbol whose last price it may take.
    pub fn unpriced(&self) -> Option<String> {
        self.current_price.is_none().then(|| symbol(&self.symbol))
    }

    pub fn check(&self, check: &mut Check) {
        check.symbol("symbol", &self.symbol);
        check.text("account", self.account.trim(), NAME_MAX);
        check.optional_text("name", self.name.as_ref(), ASSET_NAME_MAX);
        check.positive("quantity", self.quantity, 20, 8);
        check_prices(check, self.quantity, [("avgPrice", self.avg_price), ("currentPrice", self.current_price)]);
    }

    /// The account as it is stored.
    pub fn account(&self) -> String {
        self.account.trim().to_owned()
    }

    /// The price that it takes in place of one that is not given.
    pub async fn last_price(&self, write: &Write<'_>, currency: &str) -> Result<Option<LastPrice>> {
        last_price(write, (&self.symbol, currency), self.quantity, self.current_price).await
    }

    /// Its row, at the price that is given, and else at the last one.
    pub fn into_row(
        self,
        id: Uuid,
        user: Uuid,
        currency: String,
        last: Option<LastPrice>,
    ) -> portfolio_position::ActiveModel {
        portfolio_position::ActiveModel {
            id: Set(id),
            user_id: Set(user),
            symbol: Set(symbol(&self.symbol)),
            account: Set(self.account()),
            name: Set(self.name),
            asset_class: Set(self.asset_class.stored().to_owned()),
            quantity: Set(self.quantity.0),
            avg_price: Set(self.avg_price.map_or(Number::ZERO, |price| price.0)),
            current_price: Set(self.current_price.map(|price| price.0).or(last.as_ref().map(|last| last.price))),
            price_as_of: Set(last.map(|last| last.time.into())),
            currency: Set(currency),
            sync_source: Set(SyncSource::Manual.stored().to_owned()),
            ..Default::default()
        }
    }
}

/// Holds the last prices of these symbols; before everything else, see [`prices::hold`].
pub async fn hold_prices(write: &Write<'_>, symbols: Vec<String>) -> Result<()> {
    prices::hold(write.transaction(), symbols, Hold::Shared).await
}

/// The last price of a symbol in a currency, for so many units of which no price is given; none where they would be worth
/// more than a column holds.
pub async fn last_price(
    write: &Write<'_>,
    (name, currency): (&str, &str),
    quantity: Decimal,
    given: Option<Decimal>,
) -> Result<Option<LastPrice>> {
    if given.is_some() {
        return Ok(None);
    }
    let last = prices::last_price(write.transaction(), &symbol(name), currency).await?;
    Ok(last.filter(|last| valuation::fits(quantity.0, last.price)))
}

/// Notes prices that their columns don't hold, and amounts that follow from them and are too large.
fn check_prices(check: &mut Check, quantity: Decimal, prices: [(&str, Option<Decimal>); 2]) {
    for (field, price) in prices {
        let Some(price) = price else { continue };
        check.not_negative(field, price, 20, 4);
        check_amount(check, quantity.0, (field, price.0));
    }
}

/// Notes that so many units at this price are worth more than a column holds.
pub fn check_amount(check: &mut Check, quantity: Number, (field, price): (&str, Number)) {
    if !valuation::fits(quantity, price) {
        check.problem(field, "OUT_OF_RANGE", format!("quantity × {field} has at most 18 digits before the point."));
    }
}
