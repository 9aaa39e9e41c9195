//! How somebody set up the application: the onboarding, what came out of it, and how things look and behave.

use chrono::{Days, NaiveDate, TimeDelta};
use entity::{user_onboarding_progress, user_preferences, user_theme_preferences, user_trading_preferences};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Life, figures, people::STEPS, portfolios::Owned, random::Random};
use crate::sealing::columns::{PHONE_NUMBER, TAX_FILE_NUMBER, TAX_IDENTIFICATION_NUMBER};

/// How much risk somebody bears, what style that makes, and the shares of cash, equities, bonds and everything else
/// that go with it, in per cent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Profile {
    tolerance: &'static str,
    style: &'static str,
    pub targets: [i64; 4],
}

const PROFILES: [(Profile, i64); 5] = [
    (Profile { tolerance: "very_low", style: "conservative", targets: [25, 30, 40, 5] }, 6),
    (Profile { tolerance: "low", style: "conservative", targets: [15, 45, 35, 5] }, 16),
    (Profile { tolerance: "moderate", style: "balanced", targets: [10, 65, 20, 5] }, 46),
    (Profile { tolerance: "high", style: "aggressive", targets: [5, 75, 10, 10] }, 24),
    (Profile { tolerance: "very_high", style: "aggressive", targets: [5, 65, 0, 30] }, 8),
];

const EXPERIENCE: [&str; 5] = ["none", "beginner", "intermediate", "advanced", "professional"];
const HORIZONS: [&str; 3] = ["short_term", "medium_term", "long_term"];
const EMPLOYMENT: [&str; 5] = ["employed", "self_employed", "student", "retired", "not_employed"];
const COLORS: [&str; 6] = ["#3B82F6", "#10B981", "#8B5CF6", "#F59E0B", "#EF4444", "#0F766E"];

impl Profile {
    pub fn draw(random: &mut Random) -> Self {
        random.weighted(&PROFILES)
    }
}

/// Adds the rows of which everybody has one. Trading preferences come out of a completed onboarding, so not all have them.
pub fn add(life: &mut Life<'_>, profile: Profile, portfolios: &[Owned]) {
    let onboarding = onboarding(life, profile);
    life.rows.onboardings.push(onboarding);
    let preferences = preferences(life, portfolios);
    life.rows.preferences.push(preferences);
    let theme = theme(life);
    life.rows.theme_preferences.push(theme);
    let (at, done) = (life.person.onboarded_at(), life.person.has_completed_onboarding());
    if done {
        let trading = trading(life, profile);
        let about = ("trading_preferences", trading.id);
        life.rows.trading_preferences.push(trading);
        life.note(at, "onboarding", "onboarding_completed", "The onboarding was completed.".to_owned(), about);
    }
}

fn onboarding(life: &mut Life<'_>, profile: Profile) -> user_onboarding_progress::Model {
    let Life { random, person, world, .. } = life;
    let done = person.steps_done;
    // What a step asks is known once the step is completed.
    let (welcomed, invested, introduced, taxed, agreed) = (done >= 1, done >= 2, done >= 3, done >= 4, done >= STEPS);
    let (begun, ended) = (person.created_at, person.onboarded_at());
    let born = NaiveDate::from_ymd_opt(1950, 1, 1).and_then(|day| {
        let days = u64::try_from(random.between(0, 20_000)).unwrap_or_default();
        day.checked_add_days(Days::new(days))
    });
    let has_portfolio = random.chance(60);
    let australian = taxed && person.home.country == "AU";
    // Without randomness no nonce is drawn, and the number is left out.
    let sealed = |column, number: String| world.keys.seal(column, person.id, &number).ok();
    user_onboarding_progress::Model {
        id: random.uuid(begun),
        user_id: person.id,
        current_step: (done + 1).min(STEPS),
        completed_steps: Value::from((1..=done).collect::<Vec<i32>>()),
        is_complete: agreed,
        completion_percentage: figures::percent(done.into(), STEPS.into()),
        welcome_viewed: welcomed,
        welcome_viewed_at: welcomed.then(|| (begun + TimeDelta::minutes(1)).into()),
        trading_experience: invested.then(|| random.text(&EXPERIENCE)),
        risk_tolerance: invested.then(|| profile.tolerance.to_owned()),
        investment_horizon: invested.then(|| random.text(&HORIZONS)),
        initial_investment: invested.then(|| Decimal::from(random.between(1, 120) * 500)),
        trading_frequency: invested.then(|| random.text(&["rarely", "monthly", "weekly", "daily"])),
        preferred_markets: Some(if invested { json!([person.home.country, "US"]) } else { json!([]) }),
        full_name: introduced.then(|| person.full_name()),
        first_name: introduced.then(|| person.first_name.to_owned()),
        last_name: introduced.then(|| person.last_name.to_owned()),
        phone_number: introduced.then(|| sealed(PHONE_NUMBER, person.phone_number())).flatten(),
        tax_identification_number: taxed.then(|| sealed(TAX_IDENTIFICATION_NUMBER, person.tax_number())).flatten(),
        tax_file_number: australian.then(|| sealed(TAX_FILE_NUMBER, person.tax_number())).flatten(),
        preferred_currency: Some(person.home.preferred_currency.to_owned()),
        date_of_birth: introduced.then_some(born).flatten(),
        tax_residency: taxed.then(|| person.home.country.to_owned()),
        secondary_tax_residency: None,
        employment_status: taxed.then(|| random.text(&EMPLOYMENT)),
        tax_year_preference: Some(random.text(&["financial", "financial", "calendar"])),
        tax_registered_business: Some(random.chance(6)),
        help_level: Some(random.text(&["guided", "guided", "minimal", "none"])),
        notification_preferences: Some(json!({ "email": true, "push": random.chance(70), "sms": false })),
        privacy_settings: Some(json!({ "profilePublic": random.chance(15), "performancePublic": false })),
        connect_brokers: Some(random.chance(80)),
        selected_brokers: Some(json!(random.sample(&["ibkr", "kraken", "kucoin", "tiger", "csv"], 2))),
        has_existing_portfolio: Some(has_portfolio),
        existing_portfolio_value: has_portfolio.then(|| Decimal::from(random.between(2, 400) * 1_000)),
        terms_accepted: Some(agreed),
        terms_accepted_at: agreed.then_some(ended.into()),
        privacy_policy_accepted: Some(agreed),
        privacy_policy_accepted_at: agreed.then_some(ended.into()),
        started_at: begun.into(),
        completed_at: agreed.then_some(ended.into()),
        last_active_at: ended.into(),
        created_at: begun.into(),
        updated_at: ended.into(),
    }
}

fn trading(life: &mut Life<'_>, profile: Profile) -> user_trading_preferences::Model {
    let Life { random, person, .. } = life;
    let at = person.onboarded_at();
    let [cash, equity, bond, alternative] = profile.targets.map(|target| Some(Decimal::from(target)));
    let default_size = random.between(2, 8);
    user_trading_preferences::Model {
        id: random.uuid(at),
        user_id: person.id,
        trading_style: Some(profile.style.to_owned()),
        strategy_preference: Some(random.text(&["value", "growth", "dividend", "momentum", "mixed", "mixed"])),
        position_sizing_method: Some(random.text(&["fixed_amount", "percentage", "percentage", "risk_based", "kelly"])),
        default_position_size: Some(Decimal::from(default_size)),
        max_position_size: Some(Decimal::from(default_size * random.between(2, 5))),
        stop_loss_percentage: Some(Decimal::from(random.between(3, 20))),
        take_profit_percentage: Some(Decimal::from(random.between(10, 60))),
        max_daily_trades: random.maybe(85, 10),
        max_weekly_trades: random.maybe(85, 50),
        cash_allocation_target: cash,
        equity_allocation_target: equity,
        bond_allocation_target: bond,
        alternative_allocation_target: alternative,
        auto_rebalance_enabled: Some(random.chance(50)),
        rebalance_threshold: Some(random.decimal(20, 100, 1)),
        rebalance_frequency: Some(random.text(&["weekly", "monthly", "monthly", "quarterly", "annually"])),
        base_currency: Some(person.home.preferred_currency.to_owned()),
        currency_hedging_preference: Some(random.text(&["none", "partial", "full", "auto"])),
        tax_loss_harvesting_enabled: Some(random.chance(60)),
        franking_credits_consideration: Some(person.home.country == "AU"),
        nz_tax_optimization: Some(person.home.country == "NZ"),
        price_alert_threshold: Some(random.decimal(20, 100, 1)),
        portfolio_alert_threshold: Some(random.decimal(50, 200, 1)),
        news_alert_enabled: Some(random.chance(60)),
        signal_alert_enabled: Some(random.chance(40)),
        auto_save_enabled: Some(true),
        advanced_mode_enabled: Some(random.chance(25)),
        paper_trading_enabled: Some(random.chance(70)),
        real_trading_enabled: Some(random.chance(20)),
        created_at: at.into(),
        updated_at: at.into(),
    }
}

fn preferences(life: &mut Life<'_>, portfolios: &[Owned]) -> user_preferences::Model {
    let Life { random, world, person, .. } = life;
    let changed_at = random.moment(person.onboarded_at(), world.now);
    let home = person.home;
    let american = home.country == "US";
    let has_webhook = random.chance(5);
    user_preferences::Model {
        id: random.uuid(person.created_at),
        user_id: person.id,
        theme: Some(random.text(&["system", "light", "dark"])),
        language: Some(home.language.get(..2).unwrap_or("en").to_owned()),
        timezone: Some(random.text(home.time_zones)),
        date_format: Some(if american { "MM/DD/YYYY" } else { "DD/MM/YYYY" }.to_owned()),
        time_format: Some(if american { "12h" } else { "24h" }.to_owned()),
        number_format: Some(home.language.to_owned()),
        chart_type: Some(random.text(&["candlestick", "candlestick", "line", "bar", "area", "ohlc"])),
        chart_timeframe: Some(random.text(&["1H", "1D", "1W", "1M"])),
        default_view: Some(random.text(&["overview", "portfolio", "journal", "watchlists"])),
        default_vault_id: portfolios.first().map(|portfolio| portfolio.vault.to_owned()),
        data_refresh_interval: random.maybe(95, 30),
        real_time_data: random.maybe(95, true),
        historical_data_range: Some(random.text(&["3M", "1Y", "5Y", "MAX"])),
        price_display_mode: Some(random.text(&["live", "delayed", "close"])),
        email_notifications: Some(random.chance(80)),
        push_notifications: Some(random.chance(60)),
        sms_notifications: Some(random.chance(5)),
        alert_threshold: Some(random.decimal(10, 150, 1)),
        default_order_type: Some(random.text(&["market", "limit", "limit", "stop", "stop_limit"])),
        confirm_orders: Some(random.chance(92)),
        show_risk_warnings: Some(random.chance(85)),
        api_access_enabled: Some(random.chance(20)),
        webhook_url: has_webhook.then(|| format!("https://hooks.example.com/stackmotive/{}", person.number)),
        custom_css_enabled: Some(false),
        beta_features: Some(random.chance(15)),
        developer_mode: Some(random.chance(5)),
        created_at: person.created_at.into(),
        updated_at: changed_at.into(),
    }
}

fn theme(life: &mut Life<'_>) -> user_theme_preferences::Model {
    let Life { random, person, .. } = life;
    let at = person.created_at;
    user_theme_preferences::Model {
        id: random.uuid(at),
        user_id: person.id,
        theme_mode: Some(random.text(&["system", "light", "dark"])),
        color_scheme: Some(random.text(&["default", "ocean", "forest", "sunset", "high-contrast"])),
        primary_color: Some(random.text(&COLORS)),
        accent_color: Some(random.text(&COLORS)),
        font_family: Some(random.text(&["Inter", "Inter", "system-ui", "Source Sans 3"])),
        font_size: Some(random.text(&["small", "medium", "medium", "large", "extra_large"])),
        chart_theme: Some(random.text(&["default", "mono", "colour-blind"])),
        sidebar_position: Some(random.text(&["left", "left", "left", "right"])),
        compact_mode: Some(random.chance(30)),
        animations_enabled: Some(random.chance(80)),
        border_radius: Some(random.text(&["none", "small", "medium", "large", "full"])),
        custom_css: None,
        created_at: at.into(),
        updated_at: at.into(),
    }
}
