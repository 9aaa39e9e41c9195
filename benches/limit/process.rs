//! The two programs that are measured, each a process of its own, and what the system tells of processes.

use std::{fs, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::Outcome;

/// The unit of times in /proc, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;
/// How long a program may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// What both programs say once they listen.
const LISTENING: &str = "Listening on http://";

/// A running program. Dropping it kills it.
pub struct Program {
    child: Child,
    pub id: u32,
    pub address: SocketAddr,
}

impl Program {
    /// Starts a program and returns when it listens. Its log goes into a file.
    pub async fn start(mut command: Command, log: &Path) -> Outcome<Self> {
        let log = fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true).spawn()?;
        let id = child.id().ok_or("the program ended at once")?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("the program has no output")?).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix(LISTENING) {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(address.trim().parse::<SocketAddr>()?);
                }
            }
            Err("the program ended before it listened; its log tells why".into())
        };
        let address = tokio::time::timeout(PATIENCE, listening).await.map_err(|_| "the program does not listen")??;
        // A program whose output nobody reads would stand still.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, id, address })
    }

    /// Ends it as a person would, and returns when it is gone.
    pub async fn stop(mut self) -> Outcome<()> {
        kill(Pid::from_raw(i32::try_from(self.id)?), Signal::SIGTERM)?;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.map_err(|_| "the program does not end")??;
        Ok(())
    }

    /// The most memory that it has had resident, in bytes.
    pub fn memory_max(&self) -> Outcome<u64> {
        let status = read(&format!("/proc/{}/status", self.id))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system tells no memory")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }
}

/// CPU time so far, in seconds.
#[derive(Clone, Copy)]
pub struct Cpu {
    pub program: f64,
    /// All processes of PostgreSQL together, those that have ended included.
    pub postgres: f64,
}

impl Cpu {
    pub fn of(program: &Program, postmaster: u32) -> Outcome<Self> {
        let program = Times::of(program.id)?;
        let mut postgres = Times::of(postmaster)?.with_ended_children();
        for id in process_ids()? {
            // A process may end while we look at all of them.
            if let Ok(times) = Times::of(id)
                && times.parent == postmaster
            {
                postgres += times.own;
            }
        }
        Ok(Self { program: program.own, postgres })
    }
}

/// A line of /proc/…/stat.
struct Times {
    parent: u32,
    own: f64,
    ended_children: f64,
}

impl Times {
    fn of(id: u32) -> Outcome<Self> {
        let line = read(&format!("/proc/{id}/stat"))?;
        // The name of the program stands in brackets and may hold anything.
        let (_, fields) = line.rsplit_once(')').ok_or("the system tells no times")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let field = |place: usize| fields.get(place).copied().ok_or("the system tells no times");
        let seconds = |place: usize| {
            Ok::<f64, Box<dyn std::error::Error + Send + Sync>>(field(place)?.parse::<f64>()? / TICKS_PER_SECOND)
        };
        Ok(Self {
            parent: field(1)?.parse()?,
            own: seconds(11)? + seconds(12)?,
            ended_children: seconds(13)? + seconds(14)?,
        })
    }

    fn with_ended_children(&self) -> f64 {
        self.own + self.ended_children
    }
}

fn process_ids() -> Outcome<Vec<u32>> {
    let all = fs::read_dir("/proc")?.filter_map(Result::ok);
    Ok(all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{path} can't be read ({error}); this needs Linux").into())
}

/// Load average of the last minute, processors, their model.
pub fn machine() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{cores} cores ({model}), load average {load}")
}
