//! Which line of a text a place in it is on.

/// Counts lines while places come in rising order, so that a text is gone through once.
pub struct Lines<'a> {
    text: &'a [u8],
    reached: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), reached: 0, line: 1 }
    }

    /// The line, counted from 1, of the first thing at or behind a place that is no line break.
    pub fn at(&mut self, place: usize) -> u32 {
        while let Some(&byte) = self.text.get(self.reached) {
            let is_break = byte == b'\n' || byte == b'\r';
            if self.reached >= place && !is_break {
                break;
            }
            self.reached += 1;
            // A carriage return before a line feed is half a break.
            if byte == b'\n' || byte == b'\r' && self.text.get(self.reached) != Some(&b'\n') {
                self.line = self.line.saturating_add(1);
            }
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_as_any_system_ends_it() {
        for text in ["a\nb\n\nc", "a\r\nb\r\n\r\nc", "a\rb\r\rc"] {
            let mut lines = Lines::new(text);
            let found: Vec<u32> = ["a", "b", "c"].iter().map(|word| lines.at(text.find(word).unwrap())).collect();
            assert_eq!(found, [1, 2, 4], "{text:?}");
        }
        assert_eq!(Lines::new("a\n\nb").at(2), 3, "the blank lines before a row belong to none");
        assert_eq!(Lines::new("").at(usize::MAX), 1);
    }
}
