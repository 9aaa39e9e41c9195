//! What the pages of onboarding ask, and how the answers are stored.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, NaiveDate, Utc};
use entity::user_onboarding_progress::ActiveModel;
use sea_orm::{
    ActiveValue::{self, NotSet, Set},
    prelude::DateTimeWithTimeZone,
};
use serde_json::{Value, json};

use crate::{
    graphql::{
        enumeration::Enumeration,
        input::{Check, change},
        scalars::{Currency, Date, Decimal, Json},
    },
    onboarding::types::{HelpLevel, InvestmentHorizon, RiskTolerance, TaxYear, TradingExperience},
};

/// How many markets or brokers somebody may name, and how long each name may be, in characters.
const NAMES_MAX: (usize, usize) = (50, 50);
/// How many flags one of the JSON objects may have.
const FLAGS_MAX: usize = 20;

/// Answers of the second step, on trading. A field that is left out stays as it is, null clears it.
#[derive(InputObject)]
pub struct OnboardingPortfolioInput {
    /// Experience with trading; needed to complete the step.
    pub trading_experience: MaybeUndefined<TradingExperience>,
    /// How much risk is acceptable; needed to complete the step.
    pub risk_tolerance: MaybeUndefined<RiskTolerance>,
    /// How long money stays invested; needed to complete the step.
    pub investment_horizon: MaybeUndefined<InvestmentHorizon>,
    /// Money to begin with, in the preferred currency, at least 0, with at most 2 decimal places.
    pub initial_investment: MaybeUndefined<Decimal>,
    /// How often the user means to trade, at most 50 characters.
    pub trading_frequency: MaybeUndefined<String>,
    /// Markets of interest, at most 50 names of at most 50 characters.
    pub preferred_markets: MaybeUndefined<Vec<String>>,
    /// True when the user is invested already.
    pub has_existing_portfolio: MaybeUndefined<bool>,
    /// What that is worth, in the preferred currency, at least 0, with at most 2 decimal places.
    pub existing_portfolio_value: MaybeUndefined<Decimal>,
    /// True when the user wants to bring in positions from brokers.
    pub connect_brokers: MaybeUndefined<bool>,
    /// Those brokers, at most 50 names of at most 50 characters.
    pub selected_brokers: MaybeUndefined<Vec<String>>,
}

impl OnboardingPortfolioInput {
    pub(super) fn check(&self, check: &mut Check) {
        if let Some(amount) = self.initial_investment.value() {
            check.not_negative("initialInvestment", *amount, 20, 2);
        }
        check.new_text("tradingFrequency", &self.trading_frequency, 50);
        check.texts("preferredMarkets", &self.preferred_markets, NAMES_MAX);
        if let Some(amount) = self.existing_portfolio_value.value() {
            check.not_negative("existingPortfolioValue", *amount, 20, 2);
        }
        check.texts("selectedBrokers", &self.selected_brokers, NAMES_MAX);
    }

    pub(super) fn put(self, row: &mut ActiveModel) {
        row.trading_experience = change(self.trading_experience, |experience| experience.stored().to_owned());
        row.risk_tolerance = change(self.risk_tolerance, |tolerance| tolerance.stored().to_owned());
        row.investment_horizon = change(self.investment_horizon, |horizon| horizon.stored().to_owned());
        row.initial_investment = change(self.initial_investment, |amount| amount.0);
        row.trading_frequency = change(self.trading_frequency, |frequency| frequency);
        row.preferred_markets = change(self.preferred_markets, |markets| json!(markets));
        row.has_existing_portfolio = change(self.has_existing_portfolio, |flag| flag);
        row.existing_portfolio_value = change(self.existing_portfolio_value, |amount| amount.0);
        row.connect_brokers = change(self.connect_brokers, |flag| flag);
        row.selected_brokers = change(self.selected_brokers, |brokers| json!(brokers));
    }
}

/// Answers of the third step, on the person. A field that is left out stays as it is, null clears it. The telephone
/// number goes with `updatePersonalData`.
#[derive(InputObject)]
pub struct OnboardingPersonalInput {
    /// Full name, at most 255 characters; needed to complete the step.
    pub full_name: MaybeUndefined<String>,
    /// First name, at most 100 characters.
    pub first_name: MaybeUndefined<String>,
    /// Last name, at most 100 characters.
    pub last_name: MaybeUndefined<String>,
    /// ISO 4217 code of the currency to report in; needed to complete the step.
    pub preferred_currency: MaybeUndefined<Currency>,
    /// Date of birth, in the past and not before 1900.
    pub date_of_birth: MaybeUndefined<Date>,
}

impl OnboardingPersonalInput {
    pub(super) fn check(&self, check: &mut Check, today: NaiveDate) {
        check.new_text("fullName", &self.full_name, 255);
        check.new_text("firstName", &self.first_name, 100);
        check.new_text("lastName", &self.last_name, 100);
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN);
        if self.date_of_birth.value().is_some_and(|day| day.0 < first || day.0 >= today) {
            check.problem("dateOfBirth", "OUT_OF_RANGE", "dateOfBirth lies in the past, not before 1900-01-01.");
        }
    }

    pub(super) fn put(self, row: &mut ActiveModel) {
        row.full_name = change(self.full_name, |name| name);
        row.first_name = change(self.first_name, |name| name);
        row.last_name = change(self.last_name, |name| name);
        row.preferred_currency = change(self.preferred_currency, |currency| currency.0);
        row.date_of_birth = change(self.date_of_birth, |day| day.0);
    }
}

/// Answers of the fourth step, on tax. A field that is left out stays as it is, null clears it. Tax numbers go with
/// `updatePersonalData`.
#[derive(InputObject)]
pub struct OnboardingTaxInput {
    /// Country that taxes the user, as ISO 3166 code such as NZ; needed to complete the step.
    pub tax_residency: MaybeUndefined<String>,
    /// Second country that taxes the user, as ISO 3166 code.
    pub secondary_tax_residency: MaybeUndefined<String>,
    /// How the user works, at most 50 characters; needed to complete the step.
    pub employment_status: MaybeUndefined<String>,
    /// The year that gains are grouped by.
    pub tax_year_preference: MaybeUndefined<TaxYear>,
    /// True for a business registered for tax.
    pub tax_registered_business: MaybeUndefined<bool>,
}

impl OnboardingTaxInput {
    pub(super) fn check(&self, check: &mut Check) {
        for (field, country) in
            [("taxResidency", &self.tax_residency), ("secondaryTaxResidency", &self.secondary_tax_residency)]
        {
            let is_code = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
            if country.value().is_some_and(|code| !is_code(code)) {
                check.problem(field, "FORMAT", format!("{field} is an ISO 3166 code, such as NZ."));
            }
        }
        check.new_text("employmentStatus", &self.employment_status, 50);
    }

    pub(super) fn put(self, row: &mut ActiveModel) {
        row.tax_residency = change(self.tax_residency, |country| country);
        row.secondary_tax_residency = change(self.secondary_tax_residency, |country| country);
        row.employment_status = change(self.employment_status, |status| status);
        row.tax_year_preference = change(self.tax_year_preference, |year| year.stored().to_owned());
        row.tax_registered_business = change(self.tax_registered_business, |flag| flag);
    }
}

/// Answers of the fifth step. A field that is left out stays as it is, null clears it.
#[derive(InputObject)]
pub struct OnboardingSummaryInput {
    /// How much help the application gives.
    pub help_level: MaybeUndefined<HelpLevel>,
    /// Ways of being told, as a JSON object of at most 20 names, each true or false.
    pub notification_preferences: MaybeUndefined<Json>,
    /// What others may see, as a JSON object of at most 20 names, each true or false.
    pub privacy_settings: MaybeUndefined<Json>,
    /// True accepts the terms, which is needed to complete the step; when that was is kept.
    pub terms_accepted: MaybeUndefined<bool>,
    /// True accepts the privacy policy, which is needed to complete the step; when that was is kept.
    pub privacy_policy_accepted: MaybeUndefined<bool>,
}

impl OnboardingSummaryInput {
    pub(super) fn check(&self, check: &mut Check) {
        for (field, flags) in
            [("notificationPreferences", &self.notification_preferences), ("privacySettings", &self.privacy_settings)]
        {
            if flags.value().is_some_and(|flags| !are_flags(&flags.0)) {
                let sentence = format!("{field} is an object of at most {FLAGS_MAX} names, each true or false.");
                check.problem(field, "FORMAT", sentence);
            }
        }
    }

    /// `before` is what was accepted: the terms, the privacy policy.
    pub(super) fn put(self, row: &mut ActiveModel, before: [Option<bool>; 2], now: DateTime<Utc>) {
        row.help_level = change(self.help_level, |level| level.stored().to_owned());
        row.notification_preferences = change(self.notification_preferences, |flags| flags.0);
        row.privacy_settings = change(self.privacy_settings, |flags| flags.0);
        let [terms, policy] = before;
        row.terms_accepted_at = accepted_at(&self.terms_accepted, terms, now);
        row.terms_accepted = change(self.terms_accepted, |flag| flag);
        row.privacy_policy_accepted_at = accepted_at(&self.privacy_policy_accepted, policy, now);
        row.privacy_policy_accepted = change(self.privacy_policy_accepted, |flag| flag);
    }
}

fn are_flags(value: &Value) -> bool {
    let is_name = |name: &str| (1..=50).contains(&name.chars().count()) && !name.contains('\0');
    value.as_object().is_some_and(|flags| {
        flags.len() <= FLAGS_MAX && flags.iter().all(|(name, flag)| is_name(name) && flag.is_boolean())
    })
}

/// Since when something is accepted: accepting it again does not make that later, taking it back forgets it.
fn accepted_at(
    given: &MaybeUndefined<bool>,
    before: Option<bool>,
    now: DateTime<Utc>,
) -> ActiveValue<Option<DateTimeWithTimeZone>> {
    match given {
        MaybeUndefined::Undefined => NotSet,
        MaybeUndefined::Value(true) if before == Some(true) => NotSet,
        MaybeUndefined::Value(true) => Set(Some(now.into())),
        MaybeUndefined::Value(false) | MaybeUndefined::Null => Set(None),
    }
}
