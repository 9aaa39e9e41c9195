//! What the server costs, measured against "the limit": the same answers, each made by one SQL statement that somebody wrote
//! by hand, behind a bare HTTP handler. `docs/performance.md` tells how it is measured, and holds the last results.
//!
//! - `workloads` is what is asked, of both sides;
//! - `limit` is the one side; the other is the program itself, as it is shipped;
//! - `ground` is the seeded database under both;
//! - `process` and `load` start, drive and watch them; `measure` puts that together for one side;
//! - `curves`, `start` and `report` are what comes of it.

#![allow(clippy::disallowed_methods, reason = "the limit and the ground work around everything that the server guards")]
#![allow(clippy::print_stdout, reason = "its output is the report")]

mod curves;
mod ground;
mod limit;
mod load;
mod measure;
mod process;
mod report;
mod start;
mod workloads;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use ground::Ground;
use measure::{Sample, measure, messages, start};
use report::Row;
use workloads::{Cast, Side, Workload, comparable, cursors};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const EXAMPLES: &str = "\
Examples:
  cargo limit                                   Everything, with the program as it is shipped
  cargo limit --curves                          The curves of cost too: some minutes more
  cargo bench --bench limit -- --workloads w1   One workload, built sooner than as shipped
  cargo bench --bench limit -- --workloads w3 --only server --seconds 30
                                                Nothing but the server under load, for a profiler

The first run seeds a database in target/bench-data, which takes minutes; later ones copy it.";

/// Measures the server against the limit: one hand-written SQL statement for each answer.
#[derive(Parser)]
#[command(name = "limit", after_help = EXAMPLES)]
struct Arguments {
    /// Workloads to measure, as w1,w3 [default: all]
    #[arg(long, value_delimiter = ',', value_enum, value_name = "NAMES")]
    workloads: Vec<Workload>,

    /// How often both sides take their turn
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// How long each measurement at full load takes, in seconds
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    seconds: f64,

    /// Connections that ask at once
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1000))]
    connections: u32,

    /// Connections to PostgreSQL, of each side
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=100))]
    pool_size: u32,

    /// Users in the database, each with 3 portfolios of 25 holdings
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(300..=100_000))]
    users: u32,

    /// Wait for the disk, as with people's data; without it writes are measured and not the disk
    #[arg(long)]
    fsync: bool,

    /// Seed the database anew
    #[arg(long)]
    fresh: bool,

    /// Measure one side alone, and say its process for a profiler
    #[arg(long, value_enum, value_name = "SIDE")]
    only: Option<Side>,

    /// Measure the curves of cost against rows, parents and connections too
    #[arg(long)]
    curves: bool,

    /// Show what each side sends to PostgreSQL for one request
    #[arg(long)]
    statements: bool,

    /// The program to measure
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_stackmotive"), hide_default_value = true)]
    server: PathBuf,

    /// Be the limit, for the database at this address.
    #[arg(long, value_name = "URL", hide = true)]
    limit_for: Option<String>,

    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds")?;
    if (0.5..=600.0).contains(&seconds) { Ok(seconds) } else { Err(String::from("write 0.5 to 600 seconds")) }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into);
    let outcome = outcome.and_then(|runtime| runtime.block_on(run(arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("limit: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Outcome<()> {
    if let Some(url) = &arguments.limit_for {
        return limit::serve(url, arguments.pool_size).await;
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/bench-data");
    let ground = Ground::prepare(&folder, arguments.users, arguments.fsync, arguments.fresh).await?;
    let outcome = report(&ground, &arguments).await;
    ground.clear().await?;
    outcome
}

/// Measures everything that was asked for, and prints each part when it is there, since all of it takes long.
async fn report(ground: &Ground, arguments: &Arguments) -> Outcome<()> {
    let progress = Progress::new();
    let here = (ground, arguments);
    progress.show(&heading(ground, arguments).await?);
    let (people, admin) = ground.sign_in().await?;
    let mut cast = Cast { people, admin, marks: Vec::new() };
    let server = start(Side::Server, ground, arguments).await?;
    let cursors = cursors(server.address, &cast.admin).await?;
    server.stop().await?;
    cast.marks = ground.marks(cursors).await?;

    let all = if arguments.workloads.is_empty() { Workload::ALL.as_slice() } else { &arguments.workloads };
    let mut rows = Vec::new();
    for workload in all.iter().copied() {
        if let Some(side) = arguments.only {
            let sample = alone(side, workload, &cast, &progress, here).await?;
            rows.push(Row { workload, side, sample, messages: f64::NAN });
            continue;
        }
        progress.say(format!("{}: comparing answers", workload.title()));
        let (limit_messages, server_messages) = compare(workload, &cast, here).await?;
        let mut samples: [Vec<Sample>; 2] = Default::default();
        for round in 1..=arguments.rounds {
            for (side, samples) in Side::BOTH.into_iter().zip(&mut samples) {
                progress.say(format!("{}: {}, round {round} of {}", workload.title(), side.name(), arguments.rounds));
                let connections = usize::try_from(arguments.connections)?;
                samples.push(measure(side, workload.requests(side, &cast), connections, true, here).await?);
            }
        }
        let [limit, server] = samples.map(|samples| Sample::mean(&samples));
        rows.push(Row { workload, side: Side::Limit, sample: limit, messages: limit_messages });
        rows.push(Row { workload, side: Side::Server, sample: server, messages: server_messages });
    }
    progress.show(&report::workloads(&rows));
    if arguments.only.is_none() && arguments.workloads.is_empty() {
        progress.say(String::from("starting"));
        progress.show(&start::run(&ground.folder().join("start"), arguments).await?);
    }
    if arguments.curves {
        progress.show(&curves::run(&cast, &progress, here).await?);
    }
    progress.done();
    Ok(())
}

/// One side under load, with its process for a profiler.
async fn alone(
    side: Side,
    workload: Workload,
    cast: &Cast,
    progress: &Progress,
    here: (&Ground, &Arguments),
) -> Outcome<Sample> {
    progress.say(format!("{}: {} alone", workload.title(), side.name()));
    let connections = usize::try_from(here.1.connections)?;
    measure(side, workload.requests(side, cast), connections, false, here).await
}

/// Looks whether both sides answer the same, for the first to ask and for one in the middle, and counts what they send to
/// PostgreSQL for it.
async fn compare(workload: Workload, cast: &Cast, here: (&Ground, &Arguments)) -> Outcome<(f64, f64)> {
    let mut answers = Vec::new();
    let mut counts = [0.0; 2];
    for (side, count) in Side::BOTH.into_iter().zip(&mut counts) {
        let program = start(side, here.0, here.1).await?;
        let requests = workload.requests(side, cast);
        let mut answered = Vec::new();
        for request in [requests.first(), requests.get(requests.len() / 2)].into_iter().flatten() {
            answered.push(comparable(workload, &load::ask(program.address, request).await?)?);
        }
        answers.push(answered);
        let (messages, one) = messages(&program, &requests, here.0).await?;
        *count = messages;
        program.stop().await?;
        if here.1.statements {
            eprintln!("\n{}, {}, {:.1} messages:\n{}\n", workload.title(), side.name(), messages, one.join("\n---\n"));
        }
    }
    if let [limit, server] = answers.as_slice()
        && limit != server
    {
        let (limit, server) = (Value::from(limit.clone()), Value::from(server.clone()));
        return Err(format!("{}: {}", workload.title(), difference("", &limit, &server)).into());
    }
    let [limit, server] = counts;
    Ok((limit, server))
}

/// The first place in which two values differ.
fn difference(path: &str, limit: &Value, server: &Value) -> String {
    let first = match (limit, server) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            one.iter().find(|(name, value)| other.get(*name) != Some(value)).map(|(name, _)| name.clone())
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).position(|(one, other)| one != other).map(|place| place.to_string())
        }
        _ => None,
    };
    let of = |value: &Value, step: &str| value.pointer(&format!("/{step}")).cloned().unwrap_or_default();
    match first {
        Some(step) => difference(&format!("{path}/{step}"), &of(limit, &step), &of(server, &step)),
        None => format!("at {path} the limit answers {limit} but the server {server}"),
    }
}

async fn heading(ground: &Ground, arguments: &Arguments) -> Outcome<String> {
    Ok(format!(
        "{}, {}, PostgreSQL {} with fsync {}, {} users, {} connections, {} of them to PostgreSQL, {} × {} s\n\n",
        chrono::Utc::now().format("%Y-%m-%d"),
        process::machine(),
        ground.version().await?,
        if ground.fsync { "on" } else { "off" },
        ground.users,
        arguments.connections,
        arguments.pool_size,
        arguments.rounds,
        arguments.seconds,
    ))
}

/// What is being done, drawn on a terminal; elsewhere a line each.
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    fn say(&self, what: String) {
        if self.bar.is_hidden() { eprintln!("{what}") } else { self.bar.set_message(what) }
    }

    /// Prints a part of the report.
    fn show(&self, text: &str) {
        self.bar.suspend(|| print!("{text}"));
    }

    fn done(&self) {
        self.bar.finish_and_clear();
    }
}
