//! Checking an input: every problem at once, each with its path and a code that a form can act on.

use std::borrow::Cow;

use async_graphql::MaybeUndefined;
use chrono::{DateTime as Moment, TimeDelta, Utc};
use sea_orm::{ActiveValue, prelude::Decimal as Number};

use super::{
    error::{Error, Issue, Result},
    scalars::{Date, DateTime, Decimal},
};

/// How far a client's clock may be ahead.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);
/// How far the clocks of the earliest time zone are ahead of UTC.
const EARLIEST_ZONE: TimeDelta = TimeDelta::hours(14);
/// How long a symbol may be, in characters.
pub const SYMBOL_MAX: usize = 20;

/// Collects the problems of one input.
#[derive(Default)]
pub struct Check {
    path: Vec<String>,
    issues: Vec<Issue>,
}

impl Check {
    /// Begins at a field's argument, such as `input`.
    pub fn new(argument: &str) -> Self {
        Self { path: vec![argument.to_owned()], issues: Vec::new() }
    }

    /// Begins further in, such as at one item of a list.
    pub fn at(path: &[&str]) -> Self {
        Self { path: path.iter().map(ToString::to_string).collect(), issues: Vec::new() }
    }

    /// Checks a nested input under its field's name.
    pub fn within<T>(&mut self, field: &str, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(field.to_owned());
        let answer = check(self);
        self.path.pop();
        answer
    }

    /// Notes a problem of a field.
    pub fn problem(&mut self, field: &str, code: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        let mut path = self.path.clone();
        path.push(field.to_owned());
        self.issues.push(Issue { path, code: code.into(), message: message.into() });
    }

    /// A text that says something, at most `max` characters long.
    pub fn text(&mut self, field: &str, text: &str, max: usize) {
        if text.chars().all(is_unseen) {
            self.problem(field, "BLANK", format!("{field} must not be blank."));
        } else if text.chars().count() > max {
            self.problem(field, "TOO_LONG", format!("{field} has at most {max} characters."));
        } else if text.contains('\0') {
            self.problem(field, "FORMAT", format!("{field} holds the character NUL, which cannot be stored."));
        }
    }

    /// The same where a text may be left out.
    pub fn optional_text(&mut self, field: &str, text: Option<&String>, max: usize) {
        if let Some(text) = text {
            self.text(field, text, max);
        }
    }

    /// The same where a text may be left out, or null clears it.
    pub fn new_text(&mut self, field: &str, change: &MaybeUndefined<String>, max: usize) {
        self.optional_text(field, change.value(), max);
    }

    /// A symbol, as [`symbol`] stores it. Markets name nothing with other letters, of which two may look the same.
    pub fn symbol(&mut self, field: &str, text: &str) {
        let text = symbol(text);
        let known = self.issues.len();
        self.text(field, &text, SYMBOL_MAX);
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !is_plain && self.issues.len() == known {
            self.problem(field, "FORMAT", format!("{field} has letters without accents, digits and signs of ASCII."));
        }
    }

    /// The same where it may be left out.
    pub fn new_symbol(&mut self, field: &str, change: &MaybeUndefined<String>) {
        if let Some(text) = change.value() {
            self.symbol(field, text);
        }
    }

    /// A moment that is over: what has not happened yet has no figures.
    pub fn past(&mut self, field: &str, moment: Option<DateTime>, now: Moment<Utc>) {
        if moment.is_some_and(|moment| moment.0 > now + CLOCKS_DIFFER) {
            self.problem(field, "OUT_OF_RANGE", format!("{field} does not lie in the future."));
        }
    }

    /// A day that has begun, wherever on earth.
    pub fn begun(&mut self, field: &str, day: Option<Date>, now: Moment<Utc>) {
        if day.is_some_and(|day| day.0 > (now + EARLIEST_ZONE).date_naive()) {
            self.problem(field, "OUT_OF_RANGE", format!("{field} does not lie in the future."));
        }
    }

    /// A whole number within bounds.
    pub fn range(&mut self, field: &str, value: Option<i32>, min: i32, max: i32) {
        if value.is_some_and(|value| !(min..=max).contains(&value)) {
            self.problem(field, "OUT_OF_RANGE", format!("{field} lies between {min} and {max}."));
        }
    }

    /// A decimal that the column holds exactly: at most `digits` in all, `scale` of them after the point.
    pub fn decimal(&mut self, field: &str, value: Decimal, digits: u32, scale: u32) {
        if value.0.normalize().scale() > scale {
            self.problem(field, "TOO_PRECISE", format!("{field} has at most {scale} decimal places."));
        } else if value.0.abs() >= power_of_ten(digits - scale) {
            self.problem(
                field,
                "OUT_OF_RANGE",
                format!("{field} has at most {} digits before the point.", digits - scale),
            );
        }
    }

    /// The same, and above zero.
    pub fn positive(&mut self, field: &str, value: Decimal, digits: u32, scale: u32) {
        if value.0 > Number::ZERO {
            self.decimal(field, value, digits, scale);
        } else {
            self.problem(field, "OUT_OF_RANGE", format!("{field} must be greater than 0."));
        }
    }

    /// The same, where it may be zero.
    pub fn not_negative(&mut self, field: &str, value: Decimal, digits: u32, scale: u32) {
        if value.0 < Number::ZERO {
            self.problem(field, "OUT_OF_RANGE", format!("{field} must not be negative."));
        } else {
            self.decimal(field, value, digits, scale);
        }
    }

    /// A positive decimal that may be left out, or null clears it.
    pub fn new_positive(&mut self, field: &str, change: &MaybeUndefined<Decimal>, digits: u32, scale: u32) {
        if let Some(value) = change.value() {
            self.positive(field, *value, digits, scale);
        }
    }

    /// A decimal of zero or more that may be left out, or null clears it.
    pub fn new_not_negative(&mut self, field: &str, change: &MaybeUndefined<Decimal>, digits: u32, scale: u32) {
        if let Some(value) = change.value() {
            self.not_negative(field, *value, digits, scale);
        }
    }

    /// A whole number within bounds that may be left out, or null clears it.
    pub fn new_range(&mut self, field: &str, change: &MaybeUndefined<i32>, min: i32, max: i32) {
        self.range(field, change.value().copied(), min, max);
    }

    /// A decimal from 0 to `max`, or above 0 where zero says nothing, with at most `scale` digits after the point.
    pub fn up_to(&mut self, field: &str, change: &MaybeUndefined<Decimal>, (is_zero_in, max): (bool, u32), scale: u32) {
        let Some(value) = change.value() else { return };
        let is_low = if is_zero_in { value.0 < Number::ZERO } else { value.0 <= Number::ZERO };
        if is_low || value.0 > Number::from(max) {
            let least = if is_zero_in { "lies between 0 and" } else { "is greater than 0 and at most" };
            self.problem(field, "OUT_OF_RANGE", format!("{field} {least} {max}."));
        } else if value.0.normalize().scale() > scale {
            self.problem(field, "TOO_PRECISE", format!("{field} has at most {scale} decimal places."));
        }
    }

    /// A whole number that is large enough.
    pub fn at_least(&mut self, field: &str, change: &MaybeUndefined<i32>, min: i32) {
        if change.value().is_some_and(|value| *value < min) {
            self.problem(field, "OUT_OF_RANGE", format!("{field} is at least {min}."));
        }
    }

    /// A language tag such as `en` or `en-NZ`, at most `max` characters long.
    pub fn language_tag(&mut self, field: &str, change: &MaybeUndefined<String>, max: usize) {
        let Some(tag) = change.value() else { return };
        let is_part =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let begins = tag.split('-').next().is_some_and(|first| first.bytes().all(|byte| byte.is_ascii_alphabetic()));
        if tag.chars().count() > max {
            self.problem(field, "TOO_LONG", format!("{field} has at most {max} characters."));
        } else if !begins || !tag.split('-').all(is_part) {
            self.problem(field, "FORMAT", format!("{field} is a language tag such as en or en-NZ."));
        }
    }

    /// A list of short texts, none of them blank.
    pub fn texts(&mut self, field: &str, change: &MaybeUndefined<Vec<String>>, (count_max, max): (usize, usize)) {
        let Some(texts) = change.value() else { return };
        if texts.len() > count_max {
            self.problem(field, "TOO_MANY", format!("{field} has at most {count_max} items."));
            return;
        }
        self.within(field, |check| {
            for (place, text) in texts.iter().enumerate() {
                check.text(&place.to_string(), text, max);
            }
        });
    }

    /// A change of a field that always holds a value: null does not clear it.
    pub fn never_null<T>(&mut self, field: &str, change: &MaybeUndefined<T>) {
        if change.is_null() {
            self.problem(field, "REQUIRED", format!("{field} always holds a value; leave it out to keep it."));
        }
    }

    /// The error that tells all problems, when there are any.
    pub fn finish(self) -> Result<()> {
        if self.issues.is_empty() { Ok(()) } else { Err(Error::issues(self.issues)) }
    }
}

/// Whether nobody sees a character, alone: spaces, signs of control, and those that only join or part others.
fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// A symbol as its market writes it: in capitals, without spaces around it.
#[must_use]
pub fn symbol(text: &str) -> String {
    text.trim().to_uppercase()
}

/// What a field comes to when a change is made to what stands there.
pub fn after<T: Clone, V>(change: &MaybeUndefined<T>, standing: Option<V>, stored: impl FnOnce(T) -> V) -> Option<V> {
    match change {
        MaybeUndefined::Undefined => standing,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(stored(value.clone())),
    }
}

/// A column that may be empty: left out it stays, null clears it.
pub fn change<T, V>(given: MaybeUndefined<T>, stored: impl FnOnce(T) -> V) -> ActiveValue<Option<V>>
where
    Option<V>: Into<sea_orm::Value>,
{
    match given {
        MaybeUndefined::Undefined => ActiveValue::NotSet,
        MaybeUndefined::Null => ActiveValue::Set(None),
        MaybeUndefined::Value(value) => ActiveValue::Set(Some(stored(value))),
    }
}

/// A column that always holds a value: left out it stays, and [`Check::never_null`] has refused null.
pub fn keep_or_set<T, V: Into<sea_orm::Value>>(
    given: MaybeUndefined<T>,
    stored: impl FnOnce(T) -> V,
) -> ActiveValue<V> {
    match given {
        MaybeUndefined::Undefined | MaybeUndefined::Null => ActiveValue::NotSet,
        MaybeUndefined::Value(value) => ActiveValue::Set(stored(value)),
    }
}

fn power_of_ten(exponent: u32) -> Number {
    Number::from_i128_with_scale(10_i128.pow(exponent.min(28)), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::error::ErrorCode;

    fn found(check: impl FnOnce(&mut Check)) -> Vec<(String, String)> {
        let mut all = Check::new("input");
        check(&mut all);
        match all.finish() {
            Ok(()) => Vec::new(),
            Err(error) => {
                assert_eq!(error.code, ErrorCode::Invalid);
                error.issues.into_iter().map(|issue| (issue.path.join("."), issue.code.into_owned())).collect()
            }
        }
    }

    fn decimal(text: &str) -> Decimal {
        Decimal(text.parse().unwrap())
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_path() {
        let problems = found(|check| {
            check.text("title", " ", 10);
            check.within("tradeLog", |check| check.positive("quantity", decimal("0"), 20, 8));
            check.range("confidenceLevel", Some(11), 1, 10);
        });
        let expected = [
            ("input.title", "BLANK"),
            ("input.tradeLog.quantity", "OUT_OF_RANGE"),
            ("input.confidenceLevel", "OUT_OF_RANGE"),
        ];
        assert_eq!(problems, expected.map(|(path, code)| (path.to_owned(), code.to_owned())));
    }

    #[test]
    fn a_decimal_fits_its_column_exactly_or_not_at_all() {
        for (value, problem) in [
            ("999999999999.12345678", None),
            ("1000000000000", Some("OUT_OF_RANGE")),
            ("-1000000000000", Some("OUT_OF_RANGE")),
            ("0.123456789", Some("TOO_PRECISE")),
            ("0.1234567800", None),
        ] {
            let problems = found(|check| check.decimal("quantity", decimal(value), 20, 8));
            assert_eq!(problems.first().map(|(_, code)| code.as_str()), problem, "{value}");
        }
    }

    #[test]
    fn shares_and_tags_keep_to_their_bounds() {
        let share = |value: &str, is_zero_in| {
            let value = MaybeUndefined::Value(decimal(value));
            found(|check| check.up_to("share", &value, (is_zero_in, 100), 4)).pop().map(|(_, code)| code)
        };
        assert_eq!(share("0", true), None);
        assert_eq!(share("0", false).as_deref(), Some("OUT_OF_RANGE"));
        assert_eq!(share("100", false), None);
        assert_eq!(share("100.0001", true).as_deref(), Some("OUT_OF_RANGE"));
        assert_eq!(share("1.00001", true).as_deref(), Some("TOO_PRECISE"));
        for (tag, problem) in [
            ("en", None),
            ("en-NZ", None),
            ("zh-Hant-TW", None),
            ("zh-Hant-TWX", Some("TOO_LONG")),
            ("", Some("FORMAT")),
            ("en_NZ", Some("FORMAT")),
            ("1n", Some("FORMAT")),
            ("en-", Some("FORMAT")),
        ] {
            let given = MaybeUndefined::Value(tag.to_owned());
            let code = found(|check| check.language_tag("language", &given, 10)).pop().map(|(_, code)| code);
            assert_eq!(code.as_deref(), problem, "{tag}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(found(|check| check.text("title", "ŌŌŌ", 3)).is_empty());
        assert_eq!(found(|check| check.text("title", "ŌŌŌŌ", 3)).len(), 1);
    }
}
