//! Exact scalars: money is a decimal from the wire to the table and back, times are UTC.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveTime, SecondsFormat, SubsecRound, Utc};
use sea_orm::prelude::DateTimeWithTimeZone;
use serde::{Deserialize, Serialize};

/// An exact decimal number, sent as a string at the column's scale, such as `"1234.50"`.
/// Strings and whole numbers are taken; floating-point numbers are refused, because JSON numbers lose digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub rust_decimal::Decimal);

/// An exact decimal number, sent as a string at the column's scale, such as `"1234.50"`.
/// Strings and whole numbers are taken; floating-point numbers are refused, because JSON numbers lose digits.
#[Scalar(name = "Decimal", specified_by_url = "https://en.wikipedia.org/wiki/Decimal_floating_point")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            Value::Number(_) => {
                return Err(InputValueError::custom(
                    "A decimal number is sent as a string, such as \"12.50\": floating-point numbers lose digits.",
                ));
            }
            _ => return Err(InputValueError::expected_type(value)),
        };
        let plain = text.strip_prefix('-').unwrap_or(&text);
        let digits = plain.bytes().filter(u8::is_ascii_digit).count();
        let shaped = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && plain.starts_with(|first: char| first.is_ascii_digit())
            && plain.ends_with(|last: char| last.is_ascii_digit());
        if !shaped || digits > 28 {
            return Err(InputValueError::custom("A decimal number looks like \"-1234.50\" and has at most 28 digits."));
        }
        text.parse()
            .map(Self)
            .map_err(|_| InputValueError::custom("A decimal number looks like \"-1234.50\" and has at most 28 digits."))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Decimal {
    /// Money that was worked out, with its two places: a zero has none by itself.
    pub fn amount(mut amount: rust_decimal::Decimal) -> Self {
        amount.rescale(amount.scale().max(2));
        Self(amount)
    }
}

/// A moment in UTC as RFC 3339, such as `2026-03-01T09:30:00Z`, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A moment in UTC as RFC 3339, such as `2026-03-01T09:30:00Z`, to the microsecond.
#[Scalar(name = "DateTime", specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let moment = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom("A moment looks like 2026-03-01T09:30:00Z."))?
            .with_timezone(&Utc);
        in_calendar(moment.date_naive())?;
        Ok(Self(moment))
    }

    fn to_value(&self) -> Value {
        // What the tables hold is microseconds.
        Value::String(self.0.trunc_subsecs(6).to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<DateTimeWithTimeZone> for DateTime {
    fn from(moment: DateTimeWithTimeZone) -> Self {
        Self(moment.with_timezone(&Utc))
    }
}

impl From<DateTime> for DateTimeWithTimeZone {
    fn from(moment: DateTime) -> Self {
        moment.0.fixed_offset()
    }
}

/// A calendar date as ISO 8601, such as `2026-03-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

/// A calendar date as ISO 8601, such as `2026-03-01`.
#[Scalar(name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| InputValueError::custom("A date looks like 2026-03-01."))?;
        in_calendar(date)?;
        Ok(Self(date))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time of day, such as `09:30:00`; whose clock it is says the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub NaiveTime);

/// A time of day, such as `09:30:00`; whose clock it is says the field.
#[Scalar(name = "Time", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        NaiveTime::parse_from_str(text, "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"))
            .map(Self)
            .map_err(|_| InputValueError::custom("A time of day looks like 09:30 or 09:30:00."))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%H:%M:%S").to_string())
    }
}

/// Any JSON value; the field says which shape it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value; the field says which shape it has.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        let json = value.into_json()?;
        if holds_nul(&json) {
            return Err(InputValueError::custom("A text holds the character NUL, which cannot be stored."));
        }
        Ok(Self(json))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// PostgreSQL cannot hold the character NUL, not even inside of JSON.
fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// Years that a person or a broker means, and that PostgreSQL and RFC 3339 can both hold.
fn in_calendar<T: async_graphql::InputType>(date: NaiveDate) -> Result<(), InputValueError<T>> {
    use chrono::Datelike;
    if (1900..=2200).contains(&date.year()) {
        Ok(())
    } else {
        Err(InputValueError::custom("The year must lie between 1900 and 2200."))
    }
}

/// Declares a scalar that is a text of a certain shape.
macro_rules! text_scalar {
    ($(#[doc = $doc:literal])+ $name:ident, $graphql:literal, $spec:literal, $shape:expr, $message:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub String);

        $(#[doc = $doc])+
        #[Scalar(name = $graphql, specified_by_url = $spec)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let shape: fn(&str) -> bool = $shape;
                match value {
                    Value::String(text) if shape(&text) => Ok(Self(text)),
                    Value::String(_) => Err(InputValueError::custom($message)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar!(
    /// An e-mail address; its case is kept, but no two accounts differ by it alone.
    EmailAddress,
    "EmailAddress",
    "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
    |text| {
        let Some((local, domain)) = text.split_once('@') else { return false };
        let plain = |part: &str| part.chars().all(|letter| letter.is_ascii_graphic() && !"@<>()[],;:\\\"".contains(letter));
        text.len() <= 254
            && (1..=64).contains(&local.len())
            && plain(local)
            && plain(domain)
            && domain.contains('.')
            && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
    },
    "An e-mail address looks like name@example.com."
);
text_scalar!(
    /// A web address that begins with `https://`, at most 500 characters.
    HttpsUrl,
    "URL",
    "https://url.spec.whatwg.org/",
    |text| text.len() <= 500 && url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host()),
    "A web address looks like https://example.com/path."
);
text_scalar!(
    /// A colour as `#RRGGBB`.
    HexColor,
    "HexColor",
    "https://www.w3.org/TR/css-color-4/#hex-notation",
    |text| text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit()),
    "A colour looks like #3B82F6."
);
text_scalar!(
    /// A currency by its ISO 4217 code, such as `NZD`.
    Currency,
    "Currency",
    "https://www.iso.org/iso-4217-currency-codes.html",
    |text| iso_currency::Currency::from_code(text).is_some(),
    "A currency is an ISO 4217 code, such as NZD."
);
text_scalar!(
    /// A time zone of the IANA database, such as `Pacific/Auckland`.
    TimeZone,
    "TimeZone",
    "https://www.iana.org/time-zones",
    |text| text.parse::<chrono_tz::Tz>().is_ok(),
    "A time zone looks like Pacific/Auckland."
);
