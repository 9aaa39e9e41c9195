//! Keys from the environment, from a file, and from the file that a first start makes.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use nix::sys::signal::Signal;

use super::{Server, commands::told, folder, program, program_with, refusal};

const SOMEBODYS: &str = "postgres://me:hunter2@127.0.0.1:1/shop";

fn new_key() -> String {
    let output = program().args(["keys", "new"]).output().expect("run");
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).expect("text")
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).expect("written");
    std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
}

#[test]
fn a_new_key_is_printed_as_a_line_and_never_twice() {
    let (one, other) = (new_key(), new_key());
    assert_eq!(one.lines().count(), 1);
    assert_ne!(one.split(':').nth(1), other.split(':').nth(1));
}

#[test]
fn the_first_start_makes_a_key_file_and_the_next_one_keeps_it() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));
    let path = data.join("keys/stackmotive.keys");
    let made = std::fs::read_to_string(&path).expect("a key file");
    let mode = |path: &Path| std::fs::metadata(path).expect("found").mode() & 0o777;
    assert_eq!((mode(&data.join("keys")), mode(&path)), (0o700, 0o600));
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));

    let server = Server::start(&mut program_with(&data));
    assert!(server.signs_in("demo@stackmotive.local", "correct horse battery"));
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
    assert_eq!(std::fs::read_to_string(&path).expect("a key file"), made);

    std::fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("set");
    let sentence = refusal(&mut program_with(&data));
    assert_eq!(
        sentence,
        format!("Others than its owner can open the key file {0}: run `chmod 600 {0}`.", path.display())
    );
}

#[test]
fn a_key_takes_over_beside_a_running_server() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));
    let path = data.join("keys/stackmotive.keys");
    let keys = |words: &[&str]| told(program_with(&data).arg("keys").args(words), "");
    let old = std::fs::read_to_string(&path).expect("a key file").lines().last().expect("a key").to_owned();
    let name = |key: &str| key.split(':').next().expect("a name").to_owned();

    let new = new_key();
    write(&path, &format!("{new}{old}\n"), 0o600);
    let width = name(&old).len().max(name(&new).len());
    let status = |first: u64, second: u64| {
        let line = |key: &str, state: &str, count: u64| format!("{:width$}  {state:10}  {count:>10}\n", name(key));
        format!("{:width$}  {:10}  {:>10}\n", "KEY", "STATE", "VALUES")
            + &line(&new, "seals", first)
            + &line(&old, "opens", second)
    };
    // The demo account's password, its telephone number and its two tax numbers.
    assert_eq!(keys(&["status"]), (Some(0), status(0, 4)));
    assert_eq!(keys(&["rotate"]), (Some(0), format!("Sealed 4 values anew with the key {}.\n", name(&new))));
    assert_eq!(keys(&["status"]), (Some(0), status(4, 0)));
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));

    write(&path, &new, 0o600);
    let server = Server::start(&mut program_with(&data));
    assert!(server.signs_in("demo@stackmotive.local", "correct horse battery"), "without the old key");
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));

    write(&path, &old, 0o600);
    let sentence = refusal(&mut program_with(&data));
    assert!(sentence.contains(&format!("sealed with the key {}, which this server lacks", name(&new))), "{sentence}");
    std::fs::remove_file(&path).expect("removed");
    let sentence = refusal(&mut program_with(&data));
    assert!(
        sentence.ends_with(&format!("is gone, and the database needs the key {}: put it back.", name(&new))),
        "{sentence}"
    );
    assert!(!path.exists(), "no new key is made in its place");
}

#[test]
fn a_database_of_ones_own_needs_keys_before_anything_else() {
    let sentence = refusal(program().env_remove("STACKMOTIVE_KEYS").env("DATABASE_URL", SOMEBODYS));
    assert!(sentence.starts_with("There are no keys for passwords and personal data"), "{sentence}");
    assert!(sentence.contains("stackmotive keys new >") && sentence.contains("--keys-file"), "{sentence}");
}

#[test]
fn wrong_keys_are_told_without_being_repeated() {
    let folder = folder();
    let path = folder.path().join("stackmotive.keys");
    let name = path.display().to_string();
    let key = new_key();
    let with_file = || {
        let mut command = program();
        command.env_remove("STACKMOTIVE_KEYS").env("DATABASE_URL", SOMEBODYS).env("STACKMOTIVE_KEYS_FILE", &path);
        command
    };
    let missing = refusal(&mut with_file());
    assert!(missing.starts_with(&format!("There is no key file {name}")), "{missing}");
    for (text, mode, said) in [
        (key.clone(), 0o640, format!("Others than its owner can open the key file {name}")),
        (String::new(), 0o600, format!("The key file {name} holds no key")),
        (key.replace(':', " "), 0o600, format!("The key file {name} has as number 1 no key")),
        (format!("{key}{key}"), 0o600, format!("The key file {name} names the key")),
    ] {
        write(&path, &text, mode);
        let sentence = refusal(&mut with_file());
        assert!(sentence.starts_with(&said), "{sentence}");
        assert!(!sentence.contains(key.split(':').nth(1).expect("a key").trim()), "{sentence}");
    }
    write(&path, &key, 0o600);
    let sentence = refusal(with_file().env("STACKMOTIVE_KEYS", &key));
    assert!(sentence.contains("not from both"), "{sentence}");
    let sentence = refusal(&mut with_file());
    assert!(sentence.starts_with("The database at 127.0.0.1:1 refused"), "good keys are taken: {sentence}");
}
