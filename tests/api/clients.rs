//! Clients that nobody here wrote follow changes of a real server: graphql-ws, graphql-sse and urql, from npm.
//!
//! Needs npm and, the first time, its registry; without them the test says that it was skipped, and fails instead where
//! `STACKMOTIVE_REQUIRE_CLIENTS` is set.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{Server, folder, program_with};

const FILES: [&str; 4] = [".npmrc", "package.json", "package-lock.json", "run.mjs"];
const STEPS: usize = 5;

#[test]
fn of_others_sign_in_follow_change_hear_and_leave() {
    let Some(clients) = installed() else { return };
    let folder = folder();
    let server = Server::start(&mut program_with(&folder.path().join("data")));
    let told = |name: &str| {
        let line = server.said.iter().find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {:?}", server.said)).trim().to_owned()
    };
    let mut command = Command::new("node");
    command.arg("run.mjs").arg(format!("http://{}", server.address)).arg(told("e-mail")).arg(told("password"));
    let output = command.current_dir(clients).output().expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("ok: ")).count(), STEPS, "{said}");
}

/// The folder in which the clients are ready to run.
fn installed() -> Option<PathBuf> {
    match install() {
        Ok(folder) => Some(folder),
        Err(reason) => {
            let is_required = std::env::var_os("STACKMOTIVE_REQUIRE_CLIENTS").is_some();
            assert!(!is_required, "the clients can't be installed: {reason}");
            eprintln!("skipped: the clients can't be installed: {reason}");
            None
        }
    }
}

/// Beside what is built, where they stay for the next time.
fn install() -> Result<PathBuf, String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for file in FILES {
        fs::copy(sources.join(file), folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let lock = fs::read(folder.join("package-lock.json")).map_err(|error| error.to_string())?;
    let mark = folder.join("node_modules/.installed");
    if fs::read(&mark).ok().as_ref() != Some(&lock) {
        let flags = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1"];
        let output = Command::new("npm").args(flags).current_dir(&folder).output();
        let output = output.map_err(|error| format!("npm can't be run: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        fs::write(&mark, lock).map_err(|error| error.to_string())?;
    }
    Ok(folder)
}
