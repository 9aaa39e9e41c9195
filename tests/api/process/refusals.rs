//! Starts that are refused: each with one sentence, an exit code, and nothing left behind.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;

use nix::unistd::{Uid, User};

use super::{folder, program, program_with, refusal};

#[test]
fn a_taken_port_is_told_before_anything_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = taken.local_addr().expect("an address").to_string();
    let sentence = refusal(program_with(&data).args(["serve", "--listen", &address]));
    assert!(sentence.starts_with(&format!("The address {address} is taken")), "{sentence}");
    assert!(!data.exists());
}

#[test]
fn a_folder_without_rights_is_told() {
    let folder = folder();
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).expect("made");
    // Root may write everywhere, but lends PostgreSQL to a user who can't enter a private home.
    let mode = if Uid::effective().is_root() { 0o700 } else { 0o500 };
    std::fs::set_permissions(&closed, Permissions::from_mode(mode)).expect("closed");
    let sentence = refusal(&mut program_with(&closed.join("data")));
    assert!(sentence.contains(&closed.display().to_string()), "{sentence}");
    assert!(sentence.contains("--data-dir"), "{sentence}");
    assert_eq!(std::fs::read_dir(&closed).expect("read").count(), 0, "nothing was made");
    std::fs::set_permissions(&closed, Permissions::from_mode(0o700)).expect("opened");
}

#[test]
fn a_folder_without_postgresql_is_told() {
    let folder = folder();
    let data = folder.path().join("data");
    let nowhere: PathBuf = folder.path().join("nowhere");
    let sentence = refusal(program_with(&data).arg("--postgres-bin").arg(&nowhere));
    assert!(sentence.starts_with(&format!("{} holds no PostgreSQL 14 or newer", nowhere.display())), "{sentence}");
    assert!(!data.exists());
}

#[test]
fn data_of_another_release_is_left_alone() {
    let folder = folder();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("postgres/data")).expect("made");
    std::fs::write(data.join("postgres/data/PG_VERSION"), "9\n").expect("written");
    if Uid::effective().is_root() {
        let nobody = User::from_name("nobody").expect("asked").expect("a user nobody");
        nix::unistd::chown(&data.join("postgres/data"), Some(nobody.uid), Some(nobody.gid)).expect("given");
    }
    let sentence = refusal(&mut program_with(&data));
    assert!(sentence.contains("was made by PostgreSQL 9, but"), "{sentence}");
    assert!(sentence.contains("pg_dump"), "{sentence}");
    assert!(!data.join("server.lock").exists());
}

#[test]
fn an_unreachable_database_is_told_without_its_password() {
    let free = TcpListener::bind("127.0.0.1:0").expect("bound").local_addr().expect("an address").to_string();
    for command in [vec!["serve"], vec!["migrate", "status"], vec!["seed"]] {
        let url = format!("postgres://me:hunter2@{free}/shop");
        let sentence = refusal(program().args(&command).env("DATABASE_URL", url));
        assert!(sentence.starts_with(&format!("The database at {free} refused the connection")), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
    let sentence = refusal(program().env("DATABASE_URL", "me:hunter2@host"));
    assert!(sentence.contains("is not an address like postgres://"), "{sentence}");
    assert!(!sentence.contains("hunter2"), "{sentence}");
}

#[test]
fn wrong_usage_has_a_code_of_its_own() {
    for wrong in [vec!["fly"], vec!["migrate", "down", "--steps", "0"], vec!["serve", "--pool-size", "many"]] {
        let Output { status, stderr, .. } = program().args(&wrong).output().expect("run");
        assert_eq!(status.code(), Some(2), "{wrong:?}");
        assert!(String::from_utf8_lossy(&stderr).contains("--help"), "{wrong:?}");
    }
}
