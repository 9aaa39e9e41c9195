//! The journal: entries with their trade and its analysis, entries that look back at a trade, and entries about nothing
//! in particular.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{journal_entries, manual_trade_logs, trade_analysis};
use serde_json::{Value, json};

use super::{Life, phrases, portfolios::Owned, random::Random, trades};

/// What somebody's entries are about, oldest first: 20 of them, 14 with a trade of their own.
const ENTRIES: [About; 20] = {
    use About::{LookBack, Nothing, Trade};
    [
        Trade, Trade, Nothing, Trade, LookBack, Trade, Trade, LookBack, Trade, Trade, Trade, Nothing, Trade, LookBack,
        Trade, Trade, LookBack, Trade, Trade, Trade,
    ]
};

#[derive(Clone, Copy)]
enum About {
    /// Its own trade.
    Trade,
    /// A trade of an earlier entry.
    LookBack,
    Nothing,
}

/// Adds the entries of the last year and a half, or of as much of it as somebody has been here.
pub fn add(life: &mut Life<'_>, portfolios: &[Owned]) {
    // What happened on the last day is not written down yet.
    let end = life.world.now - TimeDelta::days(1);
    let begin = life.person.onboarded_at().max(end - TimeDelta::days(540));
    let step = (end - begin) / i32::try_from(ENTRIES.len()).unwrap_or(1);
    for (place, about) in (0..).zip(ENTRIES) {
        let from = begin + step * place;
        let at = life.random.moment(from, from + step);
        match about {
            About::Trade => add_trade(life, portfolios, at),
            About::LookBack => add_look_back(life, at),
            About::Nothing => add_general(life, at),
        }
    }
}

fn add_trade(life: &mut Life<'_>, portfolios: &[Owned], at: DateTime<Utc>) {
    let mut log = trades::trade(life, portfolios, at);
    let closed = life.random.chance(30).then(|| trades::close_half(life, &mut log)).flatten();
    let mut entry = entry(life, at, "trade");
    let written_at = at + TimeDelta::minutes(life.random.between(2, 240));
    entry.created_at = written_at.into();
    entry.updated_at = log.updated_at.max(entry.created_at);
    let random = &mut life.random;
    entry.title = Some(about(random.pick(&phrases::TRADE_TITLES), &log.symbol));
    let (opening, middle) = (random.pick(&phrases::OPENINGS), random.pick(&phrases::MIDDLES));
    entry.content = [about(opening, &log.symbol).as_str(), middle, random.pick(&phrases::CLOSINGS)].join(" ");
    tell(random, &mut entry, &log);
    entry.strategy_used.clone_from(&log.strategy);
    entry.confidence_level = log.conviction_level;
    log.journal_entry_id = Some(entry.id);
    log.created_at = entry.created_at;
    log.updated_at = entry.updated_at;
    note(life, &entry);
    life.rows.journal_entries.push(entry);
    for log in [Some(log), closed].into_iter().flatten() {
        let share = if log.status.as_deref() == Some("closed") { 85 } else { 40 };
        if life.random.chance(share) {
            let analysis = analysis(&mut life.random, &log);
            life.rows.trade_analyses.push(analysis);
        }
        life.rows.trade_logs.push(log);
    }
}

/// Looks back at a trade that was noted already.
fn add_look_back(life: &mut Life<'_>, at: DateTime<Utc>) {
    let kind = life.random.pick(&["reflection", "lesson", "analysis"]);
    let mut entry = entry(life, at, kind);
    let own: Vec<&manual_trade_logs::Model> =
        life.rows.trade_logs.iter().filter(|log| log.user_id == life.person.id && log.execution_time <= at).collect();
    let Some(log) = own.get(usize::try_from(life.random.between(0, 63)).unwrap_or_default() % own.len().max(1)) else {
        return;
    };
    let random = &mut life.random;
    entry.trade_id = Some(log.id);
    entry.title = Some(about(random.pick(&phrases::LOOK_BACK_TITLES), &log.symbol));
    entry.content =
        [random.pick(&phrases::RIGHT), random.pick(&phrases::WRONG), random.pick(&phrases::BETTER)].join(" ");
    tell(random, &mut entry, log);
    entry.actual_outcome = Some(random.text(&phrases::RESULTS));
    entry.lessons_learned = Some(random.text(&phrases::LESSONS));
    entry.success_rating = Some(random.small(1, 10));
    note(life, &entry);
    life.rows.entries_about_trades.push(entry);
}

fn add_general(life: &mut Life<'_>, at: DateTime<Utc>) {
    let mut entry = entry(life, at, "general");
    let random = &mut life.random;
    entry.title = random.chance(85).then(|| random.text(&phrases::GENERAL_TITLES));
    entry.content = random.text(&phrases::GENERAL_CONTENTS);
    note(life, &entry);
    life.rows.journal_entries.push(entry);
}

/// An entry of that day with what every entry has.
fn entry(life: &mut Life<'_>, at: DateTime<Utc>, kind: &str) -> journal_entries::Model {
    let Life { random, person, .. } = life;
    let count = usize::try_from(random.between(0, 3)).unwrap_or_default();
    journal_entries::Model {
        id: random.uuid(at),
        user_id: person.id,
        title: None,
        content: String::new(),
        entry_type: Some(kind.to_owned()),
        trade_id: None,
        asset_symbol: None,
        trade_type: None,
        entry_price: None,
        exit_price: None,
        quantity: None,
        strategy_used: None,
        reasoning: random.chance(70).then(|| random.text(&phrases::REASONS)),
        market_conditions: random.chance(55).then(|| random.text(&phrases::CONDITIONS)),
        confidence_level: Some(random.small(2, 10)),
        expected_outcome: random.chance(45).then(|| random.text(&phrases::EXPECTATIONS)),
        actual_outcome: None,
        success_rating: None,
        lessons_learned: random.chance(25).then(|| random.text(&phrases::LESSONS)),
        tags: Some(json!(random.sample(&phrases::TAGS, count))),
        mood: random.chance(75).then(|| random.text(&phrases::MOODS)),
        market_phase: random.chance(50).then(|| random.text(&phrases::PHASES)),
        is_public: Some(random.chance(6)),
        entry_date: at.date_naive(),
        created_at: at.into(),
        updated_at: at.into(),
    }
}

/// The trade in the entry's own words.
fn tell(random: &mut Random, entry: &mut journal_entries::Model, log: &manual_trade_logs::Model) {
    entry.asset_symbol = Some(log.symbol.clone());
    entry.trade_type = Some(log.trade_type.clone());
    entry.entry_price = Some(log.entry_price);
    entry.exit_price = log.exit_price;
    entry.quantity = Some(log.quantity);
    if log.exit_price.is_some() {
        entry.actual_outcome = random.chance(80).then(|| random.text(&phrases::RESULTS));
        entry.success_rating = random.chance(80).then(|| random.small(1, 10));
    }
}

fn analysis(random: &mut Random, log: &manual_trade_logs::Model) -> trade_analysis::Model {
    // What comes after a trade is written once it has ended.
    let ended = log.exit_date.is_some();
    let after = |random: &mut Random, from: &[&'static str]| (ended && random.chance(88)).then(|| random.text(from));
    let notes = if random.chance(60) { json!([random.pick(&phrases::MID_NOTES)]) } else { json!([]) };
    let feelings: Value = json!(random.sample(&phrases::EMOTIONS, 2));
    trade_analysis::Model {
        id: random.uuid(log.updated_at.to_utc()),
        user_id: log.user_id,
        trade_log_id: log.id,
        pre_trade_analysis: random.chance(80).then(|| about(random.pick(&phrases::OPENINGS), &log.symbol)),
        entry_criteria: Some(random.text(&phrases::CRITERIA)),
        risk_assessment: random.chance(80).then(|| random.text(&phrases::RISKS)),
        expected_duration: Some(random.text(&["a few days", "two weeks", "a month", "a quarter", "a year or more"])),
        mid_trade_notes: Some(notes),
        adjustment_reasons: Some(if random.chance(20) { json!(["Volatility rose."]) } else { json!([]) }),
        emotional_state: Some(feelings),
        post_trade_analysis: after(random, &phrases::RESULTS),
        what_went_right: after(random, &phrases::RIGHT),
        what_went_wrong: after(random, &phrases::WRONG),
        key_learnings: after(random, &phrases::LESSONS),
        would_do_differently: after(random, &phrases::BETTER),
        execution_quality: Some(random.small(2, 10)),
        timing_quality: Some(random.small(1, 10)),
        risk_management_quality: Some(random.small(3, 10)),
        pre_trade_emotion: Some(random.text(&phrases::EMOTIONS)),
        during_trade_emotion: random.chance(80).then(|| random.text(&phrases::EMOTIONS)),
        post_trade_emotion: after(random, &phrases::EMOTIONS),
        emotional_discipline_rating: Some(random.small(2, 10)),
        created_at: log.updated_at,
        updated_at: log.updated_at,
    }
}

fn note(life: &mut Life<'_>, entry: &journal_entries::Model) {
    let context = "A journal entry was written.".to_owned();
    life.note(entry.created_at.to_utc(), "journaling", "journal_entry_created", context, ("journal_entry", entry.id));
}

fn about(phrase: &str, asset: &str) -> String {
    phrase.replace("{}", asset)
}
