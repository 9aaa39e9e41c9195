//! The text of a download: rows of cells as CSV (RFC 4180) or as one JSON object, written a row at a time.
//!
//! A spreadsheet takes a cell that begins like a formula for one, and a formula can send what stands beside it anywhere.
//! So a text that somebody wrote gets an apostrophe in front, which spreadsheets read as "this is text"; numbers, dates
//! and words of closed sets are the server's own and stay as they are.

/// A form of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// What somebody wrote.
    Text,
    /// An id, a date, a time, a word of a closed set, or an exact decimal, which JSON has as a string.
    Plain,
    /// A whole number.
    Whole,
}

/// A column with its name.
pub type Column = (&'static str, Holds);
/// The cells of a row, in the order of the columns; an empty cell is `None`.
pub type Row = Vec<Option<String>>;

/// What has been written.
pub struct Writer {
    format: Format,
    columns: &'static [Column],
    has_rows: bool,
}

impl Writer {
    pub fn new(format: Format, columns: &'static [Column]) -> Self {
        Self { format, columns, has_rows: false }
    }

    /// What comes before all rows. The texts are the server's own.
    pub fn begin(&self, what: &str, exported_at: &str, time_zone: &str) -> String {
        match self.format {
            Format::Csv => {
                let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
                format!("{}\r\n", names.join(","))
            }
            Format::Json => format!(
                "{{\"format\":\"stackmotive-{what}-1\",\"exported_at\":\"{exported_at}\",\"time_zone\":\"{time_zone}\",\"rows\":["
            ),
        }
    }

    /// A row; `None` when it has not as many cells as there are columns.
    pub fn row(&mut self, row: &Row) -> Option<String> {
        if row.len() != self.columns.len() {
            return None;
        }
        let cells = self.columns.iter().zip(row);
        match self.format {
            Format::Csv => {
                let cells: Vec<String> =
                    cells.map(|((_, holds), cell)| csv_cell(*holds, cell.as_deref().unwrap_or_default())).collect();
                Some(format!("{}\r\n", cells.join(",")))
            }
            Format::Json => {
                let comma = if std::mem::replace(&mut self.has_rows, true) { ",\n" } else { "\n" };
                let fields: Vec<String> = cells
                    .map(|((name, holds), cell)| format!("\"{name}\":{}", json_value(*holds, cell.as_deref())))
                    .collect();
                Some(format!("{comma}{{{}}}", fields.join(",")))
            }
        }
    }

    /// What comes after all rows.
    pub fn end(&self) -> &'static str {
        match self.format {
            Format::Csv => "",
            Format::Json => "\n]}\n",
        }
    }
}

fn csv_cell(holds: Holds, text: &str) -> String {
    let guard = if holds == Holds::Text && begins_like_a_formula(text) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

/// Whether a spreadsheet may take a text for a formula: by its first character, past blanks that it may skip, in
/// full-width forms too.
fn begins_like_a_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\u{2212}'])
}

fn json_value(holds: Holds, cell: Option<&str>) -> String {
    match cell {
        None => "null".to_owned(),
        Some(number) if holds == Holds::Whole => number.to_owned(),
        Some(text) => serde_json::Value::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: &[Column] = &[("symbol", Holds::Text), ("gain", Holds::Plain), ("conviction", Holds::Whole)];

    fn row(symbol: &str, gain: &str, conviction: Option<&str>) -> Row {
        vec![Some(symbol.to_owned()), Some(gain.to_owned()), conviction.map(str::to_owned)]
    }

    fn written(format: Format, rows: &[Row]) -> String {
        let mut writer = Writer::new(format, COLUMNS);
        let mut text = writer.begin("gains", "2026-03-02T00:00:00Z", "Pacific/Auckland");
        for row in rows {
            text += &writer.row(row).unwrap();
        }
        text + writer.end()
    }

    #[test]
    fn numbers_stay_and_texts_are_no_formulas() {
        let rows = [
            row("AAA", "-100.00", Some("5")),
            row("=HYPERLINK(\"http://x\",\"y\")", "0.10", None),
            row("-2+3", "1", None),
            row(" @SUM(A1)", "1", None),
            row("\t=1", "1", None),
            row("＝1", "1", None),
            row("a,b", "1", None),
            row("two\nlines", "1", None),
        ];
        let expected = "symbol,gain,conviction\r\n\
            AAA,-100.00,5\r\n\
            \"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",0.10,\r\n\
            '-2+3,1,\r\n\
            \"' @SUM(A1)\",1,\r\n\
            '\t=1,1,\r\n\
            '＝1,1,\r\n\
            \"a,b\",1,\r\n\
            \"two\nlines\",1,\r\n";
        assert_eq!(written(Format::Csv, &rows), expected);
    }

    #[test]
    fn json_has_decimals_as_strings_and_texts_as_they_were_written() {
        let rows = [row("=1\"", "-100.00", Some("5")), row("B", "0.10", None)];
        let read: serde_json::Value = serde_json::from_str(&written(Format::Json, &rows)).unwrap();
        let expected = serde_json::json!({
            "format": "stackmotive-gains-1", "exported_at": "2026-03-02T00:00:00Z", "time_zone": "Pacific/Auckland",
            "rows": [
                { "symbol": "=1\"", "gain": "-100.00", "conviction": 5 },
                { "symbol": "B", "gain": "0.10", "conviction": null },
            ]
        });
        assert_eq!(read, expected);
        let none: serde_json::Value = serde_json::from_str(&written(Format::Json, &[])).unwrap();
        assert_eq!(none["rows"], serde_json::json!([]));
    }

    #[test]
    fn a_row_of_another_width_is_none() {
        assert_eq!(Writer::new(Format::Csv, COLUMNS).row(&vec![None]), None);
    }

    proptest! {
        #[test]
        fn a_reader_finds_what_was_written(texts in prop::collection::vec("\\PC*|[\"',=@\\-+\r\n\t ]{0,6}", 1..6)) {
            let rows: Vec<Row> = texts.iter().map(|text| row(text, "1", None)).collect();
            let written = written(Format::Csv, &rows);
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            let cells: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
            for (cell, text) in cells.iter().zip(&texts) {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
                prop_assert_eq!(cell.strip_prefix('\'').filter(|rest| rest == text).unwrap_or(cell), text);
            }
            prop_assert_eq!(cells.len(), texts.len());
        }
    }
}
