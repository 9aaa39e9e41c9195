//! The text of an export: one JSON object whose fields are tables, written a piece at a time.

/// What has been written of it.
#[derive(Debug, Default)]
pub struct Writer {
    has_rows: bool,
    has_tables: bool,
}

impl Writer {
    /// What comes before all tables.
    pub fn begin(exported_at: &str, personal: Option<&str>) -> String {
        let personal = personal.map(|json| format!(",\"personal_data\":{json}")).unwrap_or_default();
        format!("{{\"format\":\"stackmotive-export-1\",\"exported_at\":\"{exported_at}\"{personal},\"tables\":{{")
    }

    /// The beginning of a table, whose name is one of ours.
    pub fn table(&mut self, name: &str) -> String {
        let comma = if self.has_tables { "," } else { "" };
        (self.has_tables, self.has_rows) = (true, false);
        format!("{comma}\n\"{name}\":[")
    }

    /// Rows of it, each a JSON object.
    pub fn rows<'a>(&mut self, rows: impl IntoIterator<Item = &'a str>) -> String {
        let mut text = String::new();
        for row in rows {
            text.push_str(if self.has_rows { ",\n" } else { "\n" });
            text.push_str(row);
            self.has_rows = true;
        }
        text
    }

    /// The end of a table.
    pub fn end_table() -> &'static str {
        "]"
    }

    /// What comes after all tables.
    pub fn end() -> &'static str {
        "\n}}\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_one_json_object() {
        let mut writer = Writer::default();
        let mut text = Writer::begin("2026-03-02T00:00:00Z", Some("{\"phoneNumber\":null}"));
        for (table, batches) in
            [("a", vec![vec!["{\"n\":1}", "{\"n\":2}"], vec!["{\"n\":3}"]]), ("b", vec![]), ("c", vec![vec!["{}"]])]
        {
            text += &writer.table(table);
            for batch in batches {
                text += &writer.rows(batch);
            }
            text += Writer::end_table();
        }
        text += Writer::end();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = serde_json::json!({
            "format": "stackmotive-export-1", "exported_at": "2026-03-02T00:00:00Z", "personal_data": { "phoneNumber": null },
            "tables": { "a": [{ "n": 1 }, { "n": 2 }, { "n": 3 }], "b": [], "c": [{}] }
        });
        assert_eq!(read, expected);
    }
}
