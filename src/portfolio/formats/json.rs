//! JSON read without losing a digit or an entry: values stay the text that they are, and a key may come twice.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::FileError;

/// The entries of an object, in their order.
pub struct Entries<'a>(pub Vec<(String, &'a RawValue)>);

impl<'a> Entries<'a> {
    /// The value of a key; refuses two of them.
    pub fn get(&self, key: &str) -> Result<Option<&'a RawValue>, FileError> {
        let mut found = self.0.iter().filter(|(known, _)| known == key).map(|(_, value)| *value);
        let first = found.next();
        if found.next().is_some() {
            return Err(FileError::new("MALFORMED", format!("An object has the key {key} twice.")));
        }
        Ok(first)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor).map(Entries)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// Reads a text as JSON of this shape.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FileError> {
    serde_json::from_str(text).map_err(|error| {
        let what = if error.is_eof() {
            "The JSON is cut off"
        } else if error.is_data() {
            "The JSON has another shape than such a file"
        } else {
            "This is no JSON"
        };
        FileError::new("MALFORMED", format!("{what}: see line {}.", error.line()))
    })
}

/// What stands in a value: a text without its quotation marks, a number digit by digit, nothing for null.
pub fn text(value: &RawValue) -> String {
    match serde_json::from_str::<Option<String>>(value.get()) {
        Ok(text) => text.unwrap_or_default(),
        Err(_) => value.get().to_owned(),
    }
}

/// How far into the text, in bytes, a value stands that was read from it.
pub fn place(value: &RawValue, text: &str) -> usize {
    value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost() {
        let json = "{\"a\": 0.10000000000000000001,\n \"a\": \"x\\u0041\", \"b\": null}";
        let entries: Entries<'_> = read(json).unwrap();
        let texts: Vec<_> = entries.0.iter().map(|(key, value)| (key.as_str(), text(value))).collect();
        assert_eq!(texts, [("a", "0.10000000000000000001".into()), ("a", "xA".into()), ("b", String::new())]);
        assert_eq!(json.get(place(entries.0[1].1, json)..).unwrap().get(..3), Some("\"x\\"));
        assert_eq!(entries.get("a").unwrap_err().code, "MALFORMED");
        assert!(entries.get("c").unwrap().is_none());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        for (json, sentence) in [
            ("{\"a\": 1", "The JSON is cut off: see line 1."),
            ("{\"a\": 1,}", "This is no JSON: see line 1."),
            ("[1]", "The JSON has another shape than such a file: see line 1."),
            ("{\"a\": 1} x", "This is no JSON: see line 1."),
            (deep.as_str(), "The JSON has another shape than such a file: see line 1."),
        ] {
            assert_eq!(read::<Entries<'_>>(json).err().unwrap().message, sentence);
        }
        assert!(read::<Vec<&RawValue>>(&deep).is_err());
    }
}
