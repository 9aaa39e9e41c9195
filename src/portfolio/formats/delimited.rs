//! Files of rows and cells: their separator, their rows, and columns found by name.

use csv::{ReaderBuilder, StringRecord};

use super::{FileError, lines::Lines, row::shown};

/// What may part the cells of a row.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The rows of a file that hold anything.
pub struct Rows<'a> {
    reader: csv::Reader<&'a [u8]>,
    lines: Lines<'a>,
}

impl<'a> Rows<'a> {
    /// Refuses a text whose quotation marks don't come in pairs: rows between two of them would be taken for one cell.
    pub fn new(text: &'a str) -> Result<Self, FileError> {
        if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
            let sentence = "A quotation mark is opened and never closed: the file is damaged or cut off.";
            return Err(FileError::new("MALFORMED", sentence));
        }
        let separator = u8::try_from(separator(text)).unwrap_or(b',');
        let mut builder = ReaderBuilder::new();
        let reader = builder.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
        Ok(Self { reader, lines: Lines::new(text) })
    }

    /// The next row; `None` at the end.
    pub fn advance(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            let mut cells = StringRecord::new();
            let is_there = self.reader.read_record(&mut cells);
            if !is_there.map_err(|_| FileError::new("MALFORMED", "The file cannot be read as rows of cells."))? {
                return Ok(None);
            }
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let start = cells.position().map_or(0, csv::Position::byte);
            let line = self.lines.at(usize::try_from(start).unwrap_or(usize::MAX));
            return Ok(Some(Row { line, cells }));
        }
    }
}

/// One row of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Counted from 1.
    pub line: u32,
    cells: StringRecord,
}

impl Row {
    /// The cell of a column, without the space around it; empty where there is no such column, or the row is shorter.
    pub fn cell(&self, column: impl Into<Option<usize>>) -> &str {
        column.into().and_then(|column| self.cells.get(column)).unwrap_or_default().trim()
    }

    /// Why the row cannot be one under a header, with its code. A row that is cut off would be read with half a number;
    /// thousands that are separated without quotation marks move every cell behind them, so that not even an empty cell
    /// may be too much.
    pub fn misfit(&self, header: &Header) -> Option<(&'static str, String)> {
        let (count, columns) = (self.cells.len(), header.width());
        if count < columns {
            return Some(("TOO_FEW_CELLS", format!("The row has {count} of {columns} cells: it may be cut off.")));
        }
        if count > header.names.len() {
            let sentence =
                format!("The row has {count} cells under {columns} columns: a number may lack its quotation marks.");
            return Some(("TOO_MANY_CELLS", sentence));
        }
        let is_broken = self.cells.iter().any(|cell| cell.contains(['\n', '\r']));
        is_broken.then(|| ("LINE_BREAK", "A cell of the row goes over more than one line.".to_owned()))
    }
}

/// A row of column names.
#[derive(Clone, Debug)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    pub fn new(row: &Row) -> Self {
        Self { names: row.cells.iter().map(folded).collect() }
    }

    /// How many columns there are; those without a name at the end are none.
    pub fn width(&self) -> usize {
        self.names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1)
    }

    /// Whether there are columns of all these names.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.names.contains(&folded(name)))
    }

    /// The column of this name, however its letters are capitalised; refuses two of them.
    pub fn find(&self, name: &str) -> Result<Option<usize>, FileError> {
        let name = folded(name);
        let mut found = self.names.iter().enumerate().filter(|(_, known)| **known == name).map(|(column, _)| column);
        let first = found.next();
        if found.next().is_some() {
            return Err(FileError::new("DOUBLE_COLUMN", format!("The file has two columns called {}.", shown(&name))));
        }
        Ok(first)
    }

    /// The column of this name; refuses a file without one.
    pub fn need(&self, name: &str) -> Result<usize, FileError> {
        let missing = || FileError::new("MISSING_COLUMN", format!("The file has no column called {}.", shown(name)));
        self.find(name)?.ok_or_else(missing)
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What parts the cells: that which stands most often in the first line that says anything, outside of quotation marks.
fn separator(text: &str) -> char {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let outside: Vec<&str> = line.split('"').step_by(2).collect();
    let count = |separator: &char| outside.iter().map(|part| part.matches(*separator).count()).sum::<usize>();
    let mut best = ',';
    for separator in SEPARATORS {
        if count(&separator) > count(&best) {
            best = separator;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(u32, Vec<String>)> {
        let mut rows = Rows::new(text).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.advance().unwrap() {
            found.push((row.line, row.cells.iter().map(str::to_owned).collect()));
        }
        found
    }

    #[test]
    fn rows_know_their_lines() {
        let cells = |line, cells: &[&str]| (line, cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        for (text, rows) in [
            ("a,b\n1,2\n", vec![cells(1, &["a", "b"]), cells(2, &["1", "2"])]),
            ("a;b\r\n\r\n,;\r\n1;\"2,0\"", vec![cells(1, &["a", "b"]), cells(3, &[",", ""]), cells(4, &["1", "2,0"])]),
            ("\n\na\tb\n,\n1\t2\t3", vec![cells(3, &["a", "b"]), cells(4, &[","]), cells(5, &["1", "2", "3"])]),
            ("\"a,b;;;;\",c\n,\n1,\"x \"\"y\"\"\"", vec![cells(1, &["a,b;;;;", "c"]), cells(3, &["1", "x \"y\""])]),
            ("", vec![]),
        ] {
            assert_eq!(all(text), rows, "{text:?}");
        }
    }

    #[test]
    fn an_open_quotation_mark_is_refused() {
        assert_eq!(Rows::new("a,b\n\"1,2\n3,4\n").err().unwrap().code, "MALFORMED");
    }

    #[test]
    fn a_row_fits_its_header_or_says_why_not() {
        let mut rows = Rows::new("a,b,\n1,2\n1,2,\n1,2,,\n1\n1,2,3,4\n\"1\n2\",3\n").unwrap();
        let header = Header::new(&rows.advance().unwrap().unwrap());
        assert_eq!(header.width(), 2);
        let mut codes = Vec::new();
        while let Some(row) = rows.advance().unwrap() {
            codes.push(row.misfit(&header).map(|(code, _)| code));
        }
        let (few, many) = (Some("TOO_FEW_CELLS"), Some("TOO_MANY_CELLS"));
        assert_eq!(codes, [None, None, many, few, many, Some("LINE_BREAK")]);
    }

    #[test]
    fn a_column_is_found_by_its_name() {
        let mut rows = Rows::new(" Symbol ,QTY,Price,price\n").unwrap();
        let header = Header::new(&rows.advance().unwrap().unwrap());
        assert_eq!(header.find("symbol").unwrap(), Some(0));
        assert_eq!(header.find("Name").unwrap(), None);
        assert_eq!(header.need("Name").unwrap_err().code, "MISSING_COLUMN");
        assert_eq!(header.find("Price").unwrap_err().code, "DOUBLE_COLUMN");
    }
}
