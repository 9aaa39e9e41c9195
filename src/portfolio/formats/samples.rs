//! Every sample file of tests/fixtures/broker, read: beside each stands what has to come of it, in `<name>.expected`.

use std::{fmt::Write, fs, path::PathBuf};

use proptest::prelude::*;

use super::*;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/broker"))
}

/// The bytes of one of the sample files.
fn sample(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

/// The names of the sample files.
fn samples() -> Vec<String> {
    let names = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| ![".expected", ".portfolios"].iter().any(|end| name.ends_with(end))).collect();
    names.sort();
    names
}

/// One line for each row: what was read, or why not.
fn shown(rows: &[Outcome]) -> Vec<String> {
    let lines = |lines: &[u32]| lines.iter().map(u32::to_string).collect::<Vec<_>>().join("+");
    let shown = |row: &Outcome| match row {
        Ok(position) => {
            let number =
                |number: Option<rust_decimal::Decimal>| number.map_or("?".into(), |n| n.normalize().to_string());
            let text = |text: &Option<String>| text.clone().unwrap_or("?".into());
            let notes: String = position.notes.iter().map(|note| format!(" {}", note.code)).collect();
            let class = position.asset_class.map_or("?".into(), |class| format!("{class:?}"));
            let at = position.price_as_of.map_or(String::new(), |at| at.format(" at %Y-%m-%dT%H:%M").to_string());
            format!(
                "{} {} ({}) {} for {}, now {}{at} {} {class} in {}{notes}",
                lines(&position.lines),
                position.symbol,
                text(&position.name),
                position.quantity.normalize(),
                number(position.avg_price),
                number(position.current_price),
                text(&position.currency),
                text(&position.account),
            )
        }
        Err(problem) => format!(
            "{} {} {:?} {} {}",
            lines(&problem.lines),
            problem.symbol.as_deref().unwrap_or("?"),
            problem.verdict,
            problem.field.unwrap_or("row"),
            problem.code
        ),
    };
    rows.iter().map(shown).collect()
}

/// The whole answer, as the files of expectations have it.
fn told(answer: Result<Parsed, FileError>) -> String {
    let mut text = String::new();
    match answer {
        Ok(parsed) => {
            writeln!(text, "{:?} {}", parsed.format, parsed.account).unwrap();
            shown(&parsed.rows).iter().for_each(|row| writeln!(text, "{row}").unwrap());
        }
        Err(error) => writeln!(text, "refused: {} {}", error.code, error.message).unwrap(),
    }
    text
}

#[test]
fn every_sample_comes_to_what_stands_beside_it() {
    let names = samples();
    for name in &names {
        let expected = String::from_utf8(sample(&format!("{name}.expected"))).unwrap();
        let mapping = if name == "generic_mapped.csv" { mapping() } else { Mapping::default() };
        assert_eq!(told(read(&sample(name), None, &mapping, None)), expected, "{name}");
    }
    assert!(names.len() > 20, "{names:?}");
}

fn mapping() -> Mapping {
    let columns = [
        (Field::Symbol, "Ticker"),
        (Field::Quantity, "units HELD"),
        (Field::AvgPrice, "Cost per unit"),
        (Field::PriceAsOf, "Valued on"),
        (Field::CurrentPrice, "Last"),
    ];
    Mapping::new(columns.into_iter().map(|(field, name)| (field, name.to_owned())).collect())
}

#[test]
fn a_named_source_is_not_guessed() {
    let refused = |name, format| read(&sample(name), Some(format), &Mapping::default(), None).unwrap_err().code;
    for (name, format, code) in [
        ("kraken_balances.json", Format::KucoinAccounts, "MALFORMED"),
        ("kucoin_accounts.json", Format::KrakenBalances, "MALFORMED"),
        ("generic.csv", Format::KrakenLedgers, "MISSING_COLUMN"),
        ("generic.csv", Format::Sharesies, "MISSING_COLUMN"),
        ("generic.csv", Format::IbkrFlex, "MALFORMED"),
        ("generic.csv", Format::IbkrStatement, "NO_ROWS"),
        ("generic.csv", Format::Tiger, "MISSING_SECTION"),
        ("sharesies.csv", Format::GenericCsv, "MISSING_COLUMN"),
        ("ibkr_flex.xml", Format::GenericCsv, "MISSING_COLUMN"),
    ] {
        assert_eq!(refused(name, format), code, "{name} as {format:?}");
    }
}

#[test]
fn rows_without_an_account_belong_to_the_one_that_is_named() {
    let text = b"Symbol,Quantity,Account\nA,1,\na,2,Main\nB,3,Other\n";
    let rows = read(text, None, &Mapping::default(), Some("Main")).unwrap().rows;
    assert_eq!(shown(&rows), ["2+3 A (?) 3 for ?, now ? ? ? in Main", "4 B (?) 3 for ?, now ? ? ? in Other"]);
}

#[test]
fn a_mapping_names_columns_that_are_there_once() {
    let refused = |columns: &[(Field, &str)], text: &str| {
        let columns = columns.iter().map(|(field, name)| (*field, (*name).to_owned())).collect();
        read(text.as_bytes(), None, &Mapping::new(columns), None).unwrap_err().code
    };
    for (columns, text, code) in [
        (&[(Field::Name, "Company")][..], "Symbol,Quantity\nA,1\n", "MISSING_COLUMN"),
        (&[(Field::Name, "Symbol")], "Symbol,Quantity\nA,1\n", "DOUBLE_COLUMN"),
        (&[(Field::Name, "n")], "Symbol,Quantity,N,n\nA,1,x,y\n", "DOUBLE_COLUMN"),
        (&[(Field::Symbol, "s")], "s,Amount\nA,1\n", "MISSING_COLUMN"),
        (&[(Field::Symbol, "s")], "s,Quantity\n", "NO_ROWS"),
    ] {
        assert_eq!(refused(columns, text), code, "{columns:?} {text:?}");
    }
}

#[test]
fn what_is_no_file_of_positions_is_refused() {
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("Symbol,Quantity".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, code) in [
        (&b""[..], "EMPTY"),
        (b"\xEF\xBB\xBF \r\n", "EMPTY"),
        (wide.as_slice(), "NOT_UTF8"),
        (b"PK\x03\x04\x00\x00", "NOT_UTF8"),
        (b"hello", "UNKNOWN_FORMAT"),
        (b"<html></html>", "UNKNOWN_FORMAT"),
        (b"Date,Amount\n2024-01-01,5\n", "UNKNOWN_FORMAT"),
        (b"Symbol,Quantity\n", "NO_ROWS"),
        (b"Symbol,Quantity\n\"A,1\nB,2\n", "MALFORMED"),
        (b"{}", "NO_ROWS"),
        (b"[]", "NO_ROWS"),
        (b"{\"error\":[\"EAPI:Invalid key\"]}", "BROKER_ERROR"),
        (b"{\"code\":\"400003\",\"data\":null}", "BROKER_ERROR"),
        (b"<?xml version='1.0'?><FlexStatementResponse><Status>Fail</Status></FlexStatementResponse>", "BROKER_ERROR"),
        (b"{\"code\":\"200000\",\"data\":{}}", "MALFORMED"),
        (b"{\"XXBT\": 1", "MALFORMED"),
        (b"<FlexQueryResponse><FlexStatements></FlexQueryResponse>", "MALFORMED"),
        (b"<FlexQueryResponse a='1'", "MALFORMED"),
        (b"<FlexQueryResponse><OpenPosition symbol='&x;'/></FlexQueryResponse>", "MALFORMED"),
        (b"<FlexQueryResponse></FlexQueryResponse>", "NO_ROWS"),
    ] {
        let refused = read(bytes, None, &Mapping::default(), None).unwrap_err();
        assert_eq!(refused.code, code, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_file_has_its_limits() {
    let rows = |count: usize| {
        (0..count).fold("Symbol,Quantity\n".to_owned(), |mut text, row| {
            writeln!(text, "S{row},1").unwrap();
            text
        })
    };
    let count = |text: String| read(text.as_bytes(), None, &Mapping::default(), None).map(|parsed| parsed.rows.len());
    assert_eq!(count(rows(ROWS_MAX)), Ok(ROWS_MAX));
    assert_eq!(count(rows(ROWS_MAX + 1)).unwrap_err().code, "TOO_MANY_ROWS");
    assert_eq!(read(&vec![b' '; SIZE_MAX + 1], None, &Mapping::default(), None).unwrap_err().code, "TOO_LARGE");
}

#[test]
fn the_rows_above_a_cut_are_read_as_in_the_whole() {
    for name in samples() {
        let bytes = sample(&name);
        let mapping = if name == "generic_mapped.csv" { mapping() } else { Mapping::default() };
        let Ok(whole) = read(&bytes, None, &mapping, None) else { continue };
        for end in 0..bytes.len() {
            let Ok(cut) = read(&bytes[..end], None, &mapping, None) else { continue };
            let last = bytes[..end].iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
            let figures = |row: &Position| (row.symbol.clone(), row.quantity, row.avg_price, row.current_price);
            for position in cut.rows.iter().flatten().filter(|position| !position.lines.contains(&last)) {
                let same = whole.rows.iter().flatten().find(|row| row.lines == position.lines);
                // A symbol that comes again below the cut has fewer lines here.
                if let Some(same) = same {
                    assert_eq!(figures(position), figures(same), "{name} cut at {end}");
                } else {
                    let again = |row: &Outcome| merge::lines(row).iter().any(|line| position.lines.contains(line));
                    assert!(whole.rows.iter().any(again), "{name} cut at {end}: {position:?}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn no_file_is_too_odd_to_be_answered(
        name in prop::sample::select(samples()),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        format in prop::sample::select(vec![
            None, Some(Format::GenericCsv), Some(Format::IbkrFlex), Some(Format::IbkrStatement), Some(Format::Tiger),
            Some(Format::KrakenBalances), Some(Format::KrakenLedgers), Some(Format::KucoinAccounts), Some(Format::KucoinTrades),
        ]),
    ) {
        let mut bytes = sample(&name);
        for (place, byte) in cuts {
            let place = place.index(bytes.len());
            bytes[place] = byte & 0x7F | u8::from(byte == 0x80);
        }
        if let Ok(parsed) = read(&bytes, format, &Mapping::default(), None) {
            for position in parsed.rows.iter().flatten() {
                prop_assert!(position.quantity > rust_decimal::Decimal::ZERO);
                prop_assert!(position.avg_price.is_none_or(|price| price > rust_decimal::Decimal::ZERO));
                prop_assert!(position.current_price.is_none_or(|price| price >= rust_decimal::Decimal::ZERO));
                prop_assert!(!position.symbol.is_empty() && position.symbol.chars().count() <= 20);
                prop_assert!(number::fits(position.quantity, 20, 8) && position.quantity.scale() <= 8);
            }
        }
    }
}
