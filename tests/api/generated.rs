//! What is generated stands as it would be generated now.
//!
//! `cargo renew` writes it anew: the entities from the migrated database, `schema.graphql` from the types.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Parser;
use sea_orm_cli::{Cli, Commands};
use stackmotive::graphql::schema;

use crate::support::Api;

#[tokio::test]
async fn entities_are_those_of_the_migrated_database() {
    let folder = tempfile::tempdir().unwrap();
    generate_entities(folder.path()).await;
    let (wanted, found) = (files(folder.path()), files(&entities()));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&wanted), "run `cargo renew`");
    for (name, text) in wanted {
        assert!(found[&name] == text, "entity/src/{name} differs from the database: run `cargo renew`");
    }
}

#[test]
fn schema_is_that_of_the_types() {
    let found = fs::read_to_string(schema_file()).unwrap_or_default();
    assert!(found == schema::sdl(), "schema.graphql differs from the types: run `cargo renew`");
}

/// Not a test: writes both, for `cargo renew`.
#[tokio::test]
#[ignore = "writes files; run it as `cargo renew`"]
async fn renew() {
    let folder = tempfile::tempdir().unwrap();
    generate_entities(folder.path()).await;
    for name in files(&entities()).keys() {
        fs::remove_file(entities().join(name)).unwrap();
    }
    for (name, text) in files(folder.path()) {
        fs::write(entities().join(name), text).unwrap();
    }
    fs::write(schema_file(), schema::sdl()).unwrap();
}

async fn generate_entities(folder: &Path) {
    let api = Api::start().await;
    let folder = folder.to_str().unwrap();
    // The generator wants the database's name in the path.
    let mut url = url::Url::parse(&api.admin_url).unwrap();
    let parts: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    url.set_path(&parts["dbname"]);
    let words = ["sea-orm-cli", "generate", "entity", "--entity-format", "compact", "--lib", "--with-prelude", "none"];
    let more = ["--banner-version", "off", "--output-dir", folder, "--database-url", url.as_str()];
    let cli = Cli::try_parse_from(words.into_iter().chain(more)).unwrap();
    let Commands::Generate { command } = cli.command else { unreachable!("the command is generate") };
    sea_orm_cli::run_generate_command(command, false).await.unwrap();
    format(Path::new(folder));
}

/// Formats what was generated as everything else here, so that formatting the workspace changes nothing.
fn format(folder: &Path) {
    let names = files(folder);
    let done = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", env!("CARGO_MANIFEST_DIR")])
        .args(names.keys().map(|name| folder.join(name)))
        .status();
    assert!(done.expect("rustfmt, which comes with the toolchain").success());
}

fn entities() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("entity/src")
}

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}
