//! What cannot be computed from what is stored, so that nobody takes a made-up number for it.

use async_graphql::{Enum, SimpleObject};

use crate::graphql::scalars::Decimal;

/// What a figure would need that is not stored.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingData {
    /// Deposits, withdrawals and purchases with their times: what was put in cannot be told from what was gained.
    CashFlows,
    /// The returns of many periods, which need the cash flows.
    Returns,
    /// An index to compare with, and its prices.
    Benchmark,
    /// Payments of companies and funds.
    Dividends,
    /// The rules of a tax office, and the person's other income.
    TaxRules,
}

/// A figure that cannot be computed.
#[derive(SimpleObject)]
pub struct UnavailableFigure {
    /// Always null.
    pub value: Option<Decimal>,
    /// What is missing.
    pub missing: MissingData,
}

/// Figures that a client may expect and that nothing here allows to compute: each null, with what is missing.
#[derive(SimpleObject)]
pub struct RiskAndReturn {
    /// Return per period, chained, without the effect of money that came and went.
    pub time_weighted_return: UnavailableFigure,
    /// The rate at which all cash flows are worth nothing today.
    pub money_weighted_return: UnavailableFigure,
    /// The same of an index.
    pub benchmark_return: UnavailableFigure,
    /// Standard deviation of the returns.
    pub volatility: UnavailableFigure,
    /// (Return − risk-free rate) / volatility.
    pub sharpe_ratio: UnavailableFigure,
    /// The loss that is not exceeded at a given probability.
    pub value_at_risk: UnavailableFigure,
    /// What holdings paid out.
    pub dividends: UnavailableFigure,
    /// The tax that is due; what was realised in each tax year is `viewer { realisedGains }`.
    pub tax_owed: UnavailableFigure,
}

impl RiskAndReturn {
    pub fn unavailable() -> Self {
        let without = |missing| UnavailableFigure { value: None, missing };
        Self {
            time_weighted_return: without(MissingData::CashFlows),
            money_weighted_return: without(MissingData::CashFlows),
            benchmark_return: without(MissingData::Benchmark),
            volatility: without(MissingData::Returns),
            sharpe_ratio: without(MissingData::Returns),
            value_at_risk: without(MissingData::Returns),
            dividends: without(MissingData::Dividends),
            tax_owed: without(MissingData::TaxRules),
        }
    }
}
