//! The commands besides `serve`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use sea_orm::sqlx::{self, PgPool};
use secrecy::ExposeSecret;
use stackmotive::config::Settings;
use stackmotive::database::embedded::Cluster;

use super::{Server, database_in, emails_in, folder, postgres_of, program, program_with};

#[test]
fn help_teaches_with_examples() {
    for command in [vec![], vec!["migrate"], vec!["seed"], vec!["user"], vec!["keys"]] {
        let Output { status, stdout, .. } = program().args(&command).arg("--help").output().expect("run");
        assert_eq!(status.code(), Some(0));
        assert!(String::from_utf8_lossy(&stdout).contains("Examples:\n  stackmotive"), "{command:?}");
    }
}

#[tokio::test]
async fn a_database_of_ones_own_gets_tables_and_nothing_else() {
    let cluster = Cluster::start_temporary(&Settings::for_tests()).await.expect("a cluster");
    cluster.create_database("shop").await.expect("a database");
    let url = cluster.admin_url("shop").expose_secret().to_owned();
    let run = |words: &[&str]| {
        let Output { status, stdout, stderr } = program().args(words).env("DATABASE_URL", &url).output().expect("run");
        assert_eq!(status.code(), Some(0), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text")
    };
    assert!(run(&["migrate", "status"]).contains("m0001_roles"));
    assert!(run(&["migrate", "up", "--steps", "2"]).starts_with("applied m0001_roles\napplied m0002_"));
    assert!(run(&["migrate", "down"]).starts_with("took back m0002_"));

    let server = Server::start(program().env("DATABASE_URL", &url));
    assert!(!server.has_made_a_demo_account(), "{:?}", server.said);
    let pool = PgPool::connect(&url).await.expect("connected");
    let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await.expect("read");
    assert_eq!(users, 0);
    let months: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_inherits WHERE inhparent = 'agent_memory'::regclass")
        .fetch_one(&pool)
        .await
        .expect("read");
    assert_eq!(months, 1 + 4, "the default partition, this month and three ahead");
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
    pool.close().await;

    assert!(run(&["migrate", "down", "--all"]).contains("took back m0001_roles"));
    assert!(run(&["migrate", "status"]).contains("\n0 of "));
    cluster.stop().await;
}

/// Runs a command to its end, with a line on its standard input, and returns its code and all that it said.
pub(super) fn told(command: &mut Command, line: &str) -> (Option<i32>, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    writeln!(child.stdin.take().expect("its input"), "{line}").expect("sent");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("run");
    (status.code(), String::from_utf8([stdout, stderr].concat()).expect("text"))
}

#[tokio::test]
async fn accounts_are_made_and_promoted_beside_a_running_server() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));
    let user = |words: &[&str], line: &str| told(program_with(&data).arg("user").args(words), line);

    let (code, said) = user(&["create", "--email", "ada@example.com", "--tier", "trader"], "correct horse battery");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(role_of(&data, "ada@example.com").await, (String::from("trader"), false));
    assert!(server.signs_in("ada@example.com", "correct horse battery"));
    assert!(!server.signs_in("ada@example.com", "correct horse"));

    let (code, said) = user(&["promote", "ada@example.com"], "");
    assert_eq!((code, said.as_str()), (Some(0), "ada@example.com is an administrator now.\n"));
    assert_eq!(role_of(&data, "ada@example.com").await, (String::from("trader"), true));

    let (code, said) = user(&["create", "--email", "bea@example.com"], "correct horse battery");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = user(&["promote", "--email", "bea@example.com"], "");
    assert_eq!((code, said.as_str()), (Some(0), "bea@example.com is an administrator now.\n"));
    assert_eq!(role_of(&data, "bea@example.com").await, (String::from("observer"), true));
    for words in [["promote"].as_slice(), &["promote", "ada@example.com", "--email", "bea@example.com"]] {
        assert_eq!(user(words, "").0, Some(2), "one address, said once: {words:?}");
    }

    let before = emails_in(&data).await;
    for (words, line, reason) in [
        (["create", "--email", "ada@example.com"].as_slice(), "correct horse battery", "already"),
        (&["create", "--email", "ada"], "correct horse battery", "name@example.com"),
        (&["create", "--email", "bob@example.com"], "", "There is no password"),
        (&["create", "--email", "bob@example.com"], "short", "password"),
        (&["promote", "nobody@example.com"], "", "No account has the address"),
        (&["promote", "--email", "nobody@example.com"], "", "No account has the address"),
    ] {
        let (code, said) = user(words, line);
        assert_eq!(code, Some(1), "{words:?}: {said}");
        assert!(said.contains(reason), "{words:?}: {said}");
    }
    assert_eq!(emails_in(&data).await, before, "a refusal makes nothing");
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

#[tokio::test]
async fn a_command_waits_for_a_database_that_is_just_started_again() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));
    for name in ["ada", "bob"] {
        kill(postgres_of(&data).expect("PostgreSQL"), Signal::SIGKILL).expect("sent");
        let email = format!("{name}@example.com");
        let mut command = program_with(&data);
        let (code, said) = told(command.args(["user", "create", "--email", &email]), "correct horse battery");
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(role_of(&data, &email).await, (String::from("observer"), false));
    }
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

async fn role_of(data: &Path, email: &str) -> (String, bool) {
    let pool = database_in(data).await;
    let role = sqlx::query_as("SELECT tier::text, is_admin FROM users WHERE email = $1").bind(email);
    let role = role.fetch_one(&pool).await.expect("read");
    pool.close().await;
    role
}

#[tokio::test]
async fn seeding_fills_a_database_that_no_server_has_yet() {
    let folder = folder();
    let data = folder.path().join("data");
    let (code, said) = told(program_with(&data).args(["seed", "--users", "2"]), "");
    assert_eq!(code, Some(0), "{said}");

    let server = Server::start(&mut program_with(&data));
    assert!(!server.has_made_a_demo_account(), "{:?}", server.said);
    let emails = emails_in(&data).await;
    assert_eq!(emails.len(), 3, "two people and an administrator: {emails:?}");
    let (code, said) = told(program_with(&data).args(["seed", "--users", "2"]), "");
    assert_eq!(code, Some(1), "a second time: {said}");
    assert_eq!(emails_in(&data).await, emails);
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

#[test]
fn the_schema_is_printed_without_a_database() {
    let Output { status, stdout, .. } = program().arg("schema").output().expect("run");
    assert_eq!(status.code(), Some(0));
    assert!(String::from_utf8_lossy(&stdout).contains("\ntype Query {"));
}
