//! The rules of the house that no compiler holds.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Lines of a file at most: a file is about one thing.
const FILE_MAX: usize = 400;
/// The names that a file of a module may have besides those of pure calculation.
const ROLES: [&str; 15] = [
    "mod",
    "types",
    "queries",
    "mutations",
    "subscriptions",
    "jobs",
    "loaders",
    "store",
    "accounts",
    "attempts",
    "audit",
    "hashing",
    "password",
    "second_factor",
    "tokens",
];
const MODULES: [&str; 10] = [
    "authentication",
    "portfolio",
    "trading",
    "rebalancing",
    "watchlists",
    "preferences",
    "onboarding",
    "journaling",
    "vault_categories",
    "logging",
];

#[test]
fn a_file_is_about_one_thing() {
    let long: Vec<String> = ["src", "migration/src", "tests"]
        .iter()
        .flat_map(|folder| files(&root().join(folder)))
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > FILE_MAX)
        .map(|(lines, path)| format!("{}: {lines} lines; split it by what it is about", path.display()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn a_calculation_is_pure() {
    let mut found = Vec::new();
    for path in MODULES.iter().flat_map(|module| files(&root().join("src").join(module))) {
        let role = role(&path);
        if ROLES.contains(&role.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in ["sea_orm", "async_graphql", "axum", "entity::", "async fn"] {
            if text.contains(word) {
                found.push(format!("{} names {word}; a file with such a name is pure calculation", path.display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_module_leaves_the_insides_of_others_alone() {
    let mut found = Vec::new();
    for module in MODULES {
        for path in files(&root().join("src").join(module)) {
            let text = fs::read_to_string(&path).unwrap();
            for other in MODULES.iter().filter(|other| **other != module) {
                for role in ["queries", "mutations", "loaders", "store"] {
                    if text.contains(&format!("{other}::{role}")) {
                        found.push(format!("{} uses {other}::{role}", path.display()));
                    }
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// What a mutation commits without a word of it in the activity: an account that is gone has none, and new tokens of a
/// session are nobody's deed.
const SILENT: [&str; 2] =
    ["src/authentication/mutations/account/close_account.rs", "src/authentication/mutations/refresh_session.rs"];

#[test]
fn every_mutation_commits_with_its_activity() {
    let mut silent = Vec::new();
    for path in MODULES.iter().flat_map(|module| files(&root().join("src").join(module).join("mutations"))) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        assert!(!text.contains("Transaction::begin"), "{name} writes past Write, which keeps the activity");
        if text.contains("commit_silently") || text.contains("commit_without_activity") {
            silent.push(name);
        }
    }
    silent.sort();
    assert_eq!(silent, SILENT, "a mutation that changes something says so in the activity");
}

#[test]
fn nothing_is_left_for_later_without_a_word() {
    let found: Vec<String> = ["src", "migration/src", "tests", "playground/src"]
        .iter()
        .flat_map(|folder| files(&root().join(folder)))
        .filter(|path| !path.ends_with("tidy.rs"))
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap_or_default();
            ["TODO", "FIXME", "XXX", "unimplemented!", "todo!"].iter().any(|word| text.contains(word))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

/// The file's role: its name, or for a file in a folder of a module the folder's.
fn role(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let part = inside.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
    part.trim_end_matches(".rs").to_owned()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ["rs", "sql", "js", "jsx", "mjs"].iter().any(|known| ending == *known))
        })
        .collect()
}
