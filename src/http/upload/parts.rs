//! Bodies of `multipart/form-data` ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)), taken apart where they lie: a part
//! is a piece of the body and never a copy of it.

use axum::body::Bytes;
use memchr::memmem;

/// How long a boundary may be, by its definition.
const BOUNDARY_MAX: usize = 70;
/// How many bytes the header fields of a part may have.
const HEAD_MAX: usize = 2048;
/// How many parts a body may have: more than any request of ours needs.
const PARTS_MAX: usize = 8;

/// One part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub content: Bytes,
}

/// The boundary that a media type names, when it is `multipart/form-data`; empty when it names none that could be one.
pub fn boundary(media_type: &str) -> Option<&str> {
    let (kind, _) = media_type.split_once(';').unwrap_or((media_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let is_one = |text: &&str| {
        (1..=BOUNDARY_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    Some(parameter(media_type, "boundary").filter(is_one).unwrap_or_default())
}

/// The parts of a body in their order. Whatever stands before the first boundary and behind the last is no part.
///
/// # Errors
/// What is wrong with it: above all that it ends before its last boundary, and so may have lost something.
pub fn parts(body: &Bytes, boundary: &str) -> Result<Vec<Part>, &'static str> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    // The first one may stand at the very beginning, with no line end before it.
    let opening = delimiter.as_bytes().get(2..).unwrap_or_default();
    let mut at = if body.starts_with(opening) {
        opening.len()
    } else {
        finder.find(body).ok_or("The body does not have the boundary that its media type names.")? + delimiter.len()
    };
    let mut found = Vec::new();
    loop {
        let rest = body.get(at..).unwrap_or_default();
        if rest.starts_with(b"--") {
            return Ok(found);
        }
        if found.len() >= PARTS_MAX {
            return Err("The body has too many parts.");
        }
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let (name, head) = head(rest.get(padding..).unwrap_or_default())?;
        let begin = at + padding + head;
        let length = finder.find(body.get(begin..).unwrap_or_default()).ok_or("The body ends within a part.")?;
        found.push(Part { name, content: body.slice(begin..begin + length) });
        at = begin + length + delimiter.len();
    }
}

/// The name of a part, and how long its head is: a line end, header fields, an empty line.
fn head(rest: &[u8]) -> Result<(String, usize), &'static str> {
    let window = rest.get(..rest.len().min(HEAD_MAX)).unwrap_or_default();
    let rest = window.strip_prefix(b"\r\n").ok_or("A boundary is followed by something else than a line end.")?;
    let end = memmem::find(rest, b"\r\n\r\n").ok_or("A part has no head, or one that is too long.")?;
    let text = std::str::from_utf8(rest.get(..end).unwrap_or_default()).map_err(|_| "A part's head is no UTF-8.")?;
    let mut lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
    let disposition = lines.find(|(field, _)| field.trim().eq_ignore_ascii_case("content-disposition"));
    let name = disposition.and_then(|(_, value)| parameter(value, "name")).ok_or("A part has no name.")?;
    Ok((name.to_owned(), 2 + end + 4))
}

/// A parameter of a header field such as `form-data; name="map"`, without its quotation marks.
fn parameter<'a>(field: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = field.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        // Browsers write a quotation mark inside of a name as %22, and never escape it.
        let (value, behind) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => {
                let end = behind.find(';').unwrap_or(behind.len());
                let (value, behind) = behind.split_at_checked(end)?;
                (value.trim_end(), behind)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind.split_once(';')?.1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(body: &str) -> Result<Vec<(String, String)>, &'static str> {
        let text = |part: Part| (part.name, String::from_utf8(part.content.to_vec()).unwrap());
        parts(&Bytes::from(body.to_owned()), "b").map(|parts| parts.into_iter().map(text).collect())
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn a_media_type_names_its_boundary() {
        for (kind, boundary_of) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b;c\"", Some("a b;c")),
            ("multipart/form-data", Some("")),
            ("multipart/form-data; boundary=", Some("")),
            ("multipart/form-data; boundary=\"abc", Some("")),
            ("multipart/form-data; boundary=ä", Some("")),
            ("multipart/mixed; boundary=abc", None),
            ("text/plain; multipart/form-data; boundary=abc", None),
        ] {
            assert_eq!(boundary(kind), boundary_of, "{kind}");
        }
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        assert_eq!(boundary(&long), Some(""));
    }

    #[test]
    fn parts_are_what_stands_between_boundaries() {
        let head = "Content-Disposition: form-data; name=";
        let both = pairs(&[("a", "1"), ("b", "2\r\n--c")]);
        for body in [
            format!("--b\r\n{head}\"a\"\r\n\r\n1\r\n--b\r\n{head}b\r\n\r\n2\r\n--c\r\n--b--"),
            format!(
                "before\r\n--b \t\r\n{head}\"a\"; filename=\"x;name=y\"\r\n\r\n1\r\n--b\r\nContent-Type: text/csv\r\n{head}\"b\"\r\n\r\n2\r\n--c\r\n--b--behind"
            ),
            format!(
                "--b\r\ncontent-disposition:form-data;filename=\"x\"; name=\"a\"\r\n\r\n1\r\n--b\r\n{head}\"b\"\r\n\r\n2\r\n--c\r\n--b--\r\n--b\r\n"
            ),
        ] {
            assert_eq!(found(&body), Ok(both.clone()), "{body}");
        }
        assert_eq!(found(&format!("--b\r\n{head}\"a\"\r\n\r\n\r\n--b--")), Ok(pairs(&[("a", "")])));
        assert_eq!(found("--b--"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_such_body_is_refused() {
        let head = "Content-Disposition: form-data; name=\"a\"";
        for body in [
            String::new(),
            "--c--".to_owned(),
            "--b".to_owned(),
            "--bc\r\n".to_owned(),
            format!("--b\n{head}\n\n1\n--b--"),
            "--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--".to_owned(),
            "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--".to_owned(),
            format!("--b\r\n{head}{}\r\n\r\n1\r\n--b--", " ".repeat(HEAD_MAX)),
            format!("--b\r\n{head}\r\n\r\n1\r\n").repeat(PARTS_MAX + 1) + "--b--",
        ] {
            assert!(found(&body).is_err(), "{body}");
        }
        let body = format!("--b\r\n{head}\r\n\r\n1\r\n--b\r\n{head}\r\n\r\n2\r\n--b--");
        for end in 0..body.len() {
            assert!(found(&body[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_part_is_a_piece_of_the_body() {
        let body = Bytes::from_static(b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n12345\r\n--b--");
        let found = parts(&body, "b").unwrap();
        let place = found[0].content.as_ptr().addr() - body.as_ptr().addr();
        assert_eq!(body.slice(place..place + 5), "12345");
    }

    proptest! {
        #[test]
        fn no_body_is_too_odd_to_be_answered(body in prop::collection::vec(prop::sample::select(b"\r\n-b:;=\" n".to_vec()), 0..64)) {
            let _ = parts(&Bytes::from(body), "b");
        }
    }
}
