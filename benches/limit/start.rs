//! How soon a server answers its first query, with an embedded PostgreSQL whose data is there already.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use sea_orm::sqlx::{self, Connection, PgConnection};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use stackmotive::database::embedded::{Cluster, Options};
use tokio::{net::TcpListener, process::Command};
use uuid::Uuid;

use crate::{
    Arguments, Outcome, load,
    process::Program,
    workloads::{Person, graphql},
};

/// How often a warm server is started.
const TIMES: usize = 5;
/// How soon after a refused connection the next one is tried.
const PAUSE: Duration = Duration::from_millis(2);
const QUERY: &str = "{ viewer { email portfolios { nodes { vaultId portfolioValue } } } }";

/// Starts a server in an empty folder, which makes a database with a demo account, then again and again.
pub async fn run(folder: &Path, arguments: &Arguments) -> Outcome<String> {
    let _ = fs::remove_dir_all(folder);
    let (first, log) = (Instant::now(), folder.with_extension("log"));
    let program = Program::start(serve(folder, "127.0.0.1:0", arguments), &log).await?;
    let first = first.elapsed();
    let person = sign_in(folder).await?;
    program.stop().await?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let address = free_address().await?;
        let begun = Instant::now();
        let starting = Program::start(serve(folder, &address.to_string(), arguments), &log);
        let asking = first_answer(address, graphql(&person, QUERY, serde_json::json!({})));
        let (program, answered) = tokio::try_join!(starting, asking)?;
        times.push(answered - begun);
        program.stop().await?;
    }
    times.sort_unstable();
    fs::remove_dir_all(folder)?;
    let milliseconds = |time: Option<&Duration>| time.map_or(0, Duration::as_millis);
    Ok(format!(
        "\nStart with an embedded PostgreSQL: {} ms until the first query of somebody signed in is answered, at most {} ms of {TIMES} \
         times; {} ms until the very first start of all listens, which makes the database and a demo account.\n",
        milliseconds(times.get(TIMES / 2)),
        milliseconds(times.last()),
        first.as_millis()
    ))
}

fn serve(folder: &Path, address: &str, arguments: &Arguments) -> Command {
    let mut command = Command::new(&arguments.server);
    // The path is where PostgreSQL's programs are looked for.
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command.args(["--listen", address]).arg("--data-dir").arg(folder);
    command
}

async fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

/// When the query is answered.
async fn first_answer(address: SocketAddr, request: Vec<u8>) -> Outcome<Instant> {
    loop {
        match load::ask(address, &request).await {
            Ok(_) => return Ok(Instant::now()),
            Err(error) if error.downcast_ref::<std::io::Error>().is_some() => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}

/// Signs the demo account in.
async fn sign_in(folder: &Path) -> Outcome<Person> {
    let options =
        Options { data_dir: folder.to_owned(), postgres_bin: None, fetched_dir: None, may_fetch: false, fsync: true };
    let cluster = Cluster::start_or_join(options).await?;
    let mut admin = PgConnection::connect(cluster.admin_url("stackmotive").expose_secret()).await?;
    let id = sqlx::query_scalar("SELECT id FROM users").fetch_one(&mut admin).await?;
    let session = Uuid::now_v7();
    let token = format!("benchmark-{session}");
    sqlx::query(
        "INSERT INTO user_sessions (id, user_id, session_token, expires_at, access_expires_at) \
         VALUES ($1, $2, $3, now() + interval '1 day', now() + interval '1 day')",
    )
    .bind(session)
    .bind(id)
    .bind(Sha256::digest(&token).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    .execute(&mut admin)
    .await?;
    admin.close().await?;
    Ok(Person { id, session, token })
}
