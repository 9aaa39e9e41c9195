//! Values as PostgreSQL sends them, in binary, written down as JSON without a stop in between.
//!
//! Each function writes exactly what the scalar of the same name shows; the tests compare the two.

use std::io::Write;

use async_graphql::ScalarType;
use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use uuid::Uuid;

use super::{
    error::{Error, Result},
    scalars,
};

/// PostgreSQL counts from here: 2000-01-01, in microseconds and in days since 1970-01-01.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;
const EPOCH_DAYS: i32 = 10_957;

/// A text, with its quotes and escapes.
pub fn text(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let text = std::str::from_utf8(raw).map_err(Error::internal)?;
    serde_json::to_writer(out, text).map_err(Error::internal)
}

/// The id of a row whose type's ids begin with this prefix.
pub fn id(prefix: &str, raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let uuid = Uuid::from_slice(raw).map_err(Error::internal)?;
    let mut buffer = Uuid::encode_buffer();
    out.push(b'"');
    out.extend_from_slice(prefix.as_bytes());
    out.push(b'_');
    out.extend_from_slice(uuid.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.push(b'"');
    Ok(())
}

pub fn integer(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let number = i32::from_be_bytes(fixed(raw)?);
    write!(out, "{number}").map_err(Error::internal)
}

pub fn boolean(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let [value] = fixed(raw)?;
    out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
    Ok(())
}

/// A decimal number at the scale of its column.
///
/// It comes in groups of four digits, most significant first; `weight` says how many groups stand before the point, less
/// one, and groups that are all zero at either end are left out.
pub fn decimal(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let mut words = raw.as_chunks().0.iter().map(|pair| i16::from_be_bytes(*pair));
    let mut head = || words.next().ok_or_else(|| Error::internal("a number is cut short"));
    let (count, weight, sign, scale) = (head()?, head()?, head()?, head()?);
    let is_negative = match sign.cast_unsigned() {
        0x0000 => false,
        0x4000 => true,
        _ => return Err(Error::internal("a number is none")),
    };
    let groups: Vec<i16> = words.take(count.max(0).cast_unsigned().into()).collect();
    let group = |place: i32| usize::try_from(place).ok().and_then(|place| groups.get(place)).copied().unwrap_or(0);
    let (weight, scale) = (i32::from(weight), usize::from(scale.max(0).cast_unsigned()));
    out.push(b'"');
    if is_negative {
        out.push(b'-');
    }
    write_whole(weight, group, out)?;
    if scale > 0 {
        out.push(b'.');
        let end = out.len() + scale;
        let mut place = weight + 1;
        while out.len() < end {
            four_digits(group(place), out);
            place += 1;
        }
        out.truncate(end);
    }
    out.push(b'"');
    Ok(())
}

/// The digits before the point, at least one.
fn write_whole(weight: i32, group: impl Fn(i32) -> i16, out: &mut Vec<u8>) -> Result<()> {
    if weight < 0 {
        out.push(b'0');
        return Ok(());
    }
    write!(out, "{}", group(0)).map_err(Error::internal)?;
    (1..=weight).for_each(|place| four_digits(group(place), out));
    Ok(())
}

fn four_digits(number: i16, out: &mut Vec<u8>) {
    let number = number.cast_unsigned();
    out.extend([number / 1000, number / 100 % 10, number / 10 % 10, number % 10].map(digit));
}

fn two_digits(number: u32, out: &mut Vec<u8>) {
    out.extend([number / 10 % 10, number % 10].map(digit));
}

fn digit(number: impl TryInto<u8>) -> u8 {
    b'0' + number.try_into().unwrap_or(0)
}

/// A moment in UTC: with as many decimals of a second as it has, by threes.
pub fn date_time(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let micros = i64::from_be_bytes(fixed(raw)?).saturating_add(EPOCH_MICROSECONDS);
    let moment = DateTime::from_timestamp_micros(micros).ok_or_else(|| Error::internal("a moment beyond time"))?;
    if !(0..=9999).contains(&moment.year()) {
        return scalar(&scalars::DateTime(moment), out);
    }
    out.push(b'"');
    calendar(moment.date_naive(), out);
    out.push(b'T');
    clock(moment.num_seconds_from_midnight(), out);
    match moment.timestamp_subsec_micros() {
        0 => {}
        micros if micros % 1000 == 0 => write!(out, ".{:03}", micros / 1000).map_err(Error::internal)?,
        micros => write!(out, ".{micros:06}").map_err(Error::internal)?,
    }
    out.extend_from_slice(b"Z\"");
    Ok(())
}

pub fn date(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let days = i32::from_be_bytes(fixed(raw)?).saturating_add(EPOCH_DAYS);
    let date = NaiveDate::from_epoch_days(days).ok_or_else(|| Error::internal("a date beyond time"))?;
    if !(0..=9999).contains(&date.year()) {
        return scalar(&scalars::Date(date), out);
    }
    out.push(b'"');
    calendar(date, out);
    out.push(b'"');
    Ok(())
}

/// A time of day; fractions of a second aren't shown.
pub fn time(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let seconds = i64::from_be_bytes(fixed(raw)?).div_euclid(1_000_000);
    out.push(b'"');
    clock(u32::try_from(seconds).map_err(Error::internal)?, out);
    out.push(b'"');
    Ok(())
}

/// A JSON value, which comes as its text behind a version.
pub fn json(raw: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let text = raw.strip_prefix(&[1]).ok_or_else(|| Error::internal("an unknown version of jsonb"))?;
    // Read and written anew, because PostgreSQL spaces and orders it in its own way.
    let value: serde_json::Value = serde_json::from_slice(text).map_err(Error::internal)?;
    serde_json::to_writer(out, &value).map_err(Error::internal)
}

/// A scalar, by way of its own words.
pub fn scalar(value: &impl ScalarType, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, &value.to_value()).map_err(Error::internal)
}

fn calendar(date: NaiveDate, out: &mut Vec<u8>) {
    let year = date.year().unsigned_abs();
    two_digits(year / 100, out);
    two_digits(year % 100, out);
    out.push(b'-');
    two_digits(date.month(), out);
    out.push(b'-');
    two_digits(date.day(), out);
}

fn clock(seconds: u32, out: &mut Vec<u8>) {
    two_digits(seconds / 3600, out);
    out.push(b':');
    two_digits(seconds / 60 % 60, out);
    out.push(b':');
    two_digits(seconds % 60, out);
}

fn fixed<const N: usize>(raw: &[u8]) -> Result<[u8; N]> {
    raw.try_into().map_err(|_| Error::internal(format!("a value has {} bytes, not {N}", raw.len())))
}
