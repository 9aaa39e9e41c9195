//! SECURITY.md answers every item of its lists, and the tests and files that it names are there.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The items that have to be answered: what stands before the last number, and how many there are of it.
const ITEMS: [(&str, usize); 20] = [
    ("API", 10),
    ("GQL 1.", 3),
    ("GQL 2.", 8),
    ("GQL 3.", 6),
    ("GQL 4.", 3),
    ("GQL 5.", 3),
    ("6.1.", 3),
    ("6.2.", 12),
    ("6.3.", 8),
    ("6.4.", 6),
    ("6.5.", 8),
    ("6.6.", 4),
    ("6.7.", 2),
    ("6.8.", 3),
    ("7.1.", 3),
    ("7.2.", 4),
    ("7.3.", 2),
    ("7.4.", 5),
    ("7.5.", 3),
    ("7.6.", 2),
];
/// How an answer begins, and whether it has to be shown by something.
const ANSWERS: [(&str, bool); 4] = [("**Met", true), ("**In part", true), ("**Not met", false), ("**Not used", false)];

#[test]
fn every_item_has_an_answer_that_is_shown() {
    let rows = rows();
    let mut missing = Vec::new();
    for (group, count) in ITEMS {
        for item in (1..=count).map(|number| format!("{group}{number}")) {
            // With the space behind it, so that 6.2.1 isn't found in 6.2.10.
            let found: Vec<_> = rows.iter().filter(|row| row[0].starts_with(&format!("{item} "))).collect();
            let [row] = found[..] else {
                missing.push(format!("{item} has {} rows; it needs one", found.len()));
                continue;
            };
            match ANSWERS.iter().find(|(answer, _)| row[1].starts_with(*answer)) {
                None => missing.push(format!("{item} begins with none of {ANSWERS:?}")),
                Some((_, true)) if names(&row[2]).is_empty() => missing.push(format!("{item} is shown by nothing")),
                Some(_) => {}
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn what_it_names_is_there() {
    let rows = rows();
    let all = rows.iter().flat_map(|row| names(row.last().unwrap()));
    let missing: Vec<&str> = all
        .filter(|name| if name.contains('/') { !root().join(name).exists() } else { is_code(name) && !is_test(name) })
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "rename them in SECURITY.md too");
}

/// The rows of all tables, as their cells.
fn rows() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.map(|line| line.split(" | ").map(str::to_owned).collect()).collect()
}

/// What stands between backticks: every second part.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Whether a name is that of a test or of a group of them, and not of a file at the top or a command.
fn is_code(name: &str) -> bool {
    name.contains("::") || name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
}

/// Whether a test of this name exists, or a file with such tests when it names a whole group.
fn is_test(name: &str) -> bool {
    let (folder, path) = name.strip_prefix("lib ").map_or(("tests/api", name), |path| ("src", path));
    let segments: Vec<&str> = path.split("::").collect();
    if module(folder, &segments).is_some() {
        return true;
    }
    let Some((function, modules)) = segments.split_last() else { return false };
    // Unit tests stand in a module `tests` of the file that they test, seldom in a file of their own.
    let inside = || module(folder, modules.strip_suffix(&["tests"])?);
    let Some(file) = module(folder, modules).or_else(inside) else { return false };
    let text = fs::read_to_string(file).unwrap();
    let Some((before, _)) = text.split_once(&format!("fn {function}(")) else { return false };
    // The attribute that makes a function a test stands between it and the blank line before it.
    before.rsplit("\n\n").next().is_some_and(|near| near.contains("test]") || near.contains("test("))
}

/// The file of a module.
fn module(folder: &str, segments: &[&str]) -> Option<PathBuf> {
    let path = root().join(folder).join(segments.join("/"));
    [path.with_extension("rs"), path.join("mod.rs")].into_iter().find(|file| file.is_file())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
