//! One measurement: a program is started, warmed up, driven at full load and at half of that, and stopped.

use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::process::Command;

use crate::{
    Arguments, Outcome,
    ground::Ground,
    load::{Driven, Load, drive},
    process::{Cpu, Program},
    workloads::Side,
};

/// How long a program is driven before anything counts: statements are prepared, and pages of the database read.
const WARM_UP: Duration = Duration::from_secs(1);

/// What one program came to under one load.
#[derive(Clone, Copy, Default)]
pub struct Sample {
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds that half of the requests stay within, and 99 of 100.
    pub p50: f64,
    pub p99: f64,
    /// The same at half of that rate; 0 where it was not asked for.
    pub p99_half: f64,
    /// CPU milliseconds a request, of the program and of PostgreSQL.
    pub program: f64,
    pub postgres: f64,
    /// The most bytes that the program had resident.
    pub memory: f64,
}

impl Sample {
    pub fn cpu(&self) -> f64 {
        self.program + self.postgres
    }

    /// Of several, value by value.
    pub fn mean(samples: &[Self]) -> Self {
        let mean = |value: fn(&Self) -> f64| samples.iter().map(value).sum::<f64>() / samples.len() as f64;
        Self {
            rate: mean(|sample| sample.rate),
            p50: mean(|sample| sample.p50),
            p99: mean(|sample| sample.p99),
            p99_half: mean(|sample| sample.p99_half),
            program: mean(|sample| sample.program),
            postgres: mean(|sample| sample.postgres),
            memory: samples.iter().map(|sample| sample.memory).fold(0.0, f64::max),
        }
    }
}

/// Starts one of the two on the copy.
pub async fn start(side: Side, ground: &Ground, arguments: &Arguments) -> Outcome<Program> {
    let command = match side {
        Side::Limit => {
            let mut command = Command::new(std::env::current_exe()?);
            let url = ground.owner_url();
            command.args(["--limit-for", url.expose_secret()]).args(["--pool-size", &arguments.pool_size.to_string()]);
            command
        }
        Side::Server => {
            let mut command = Command::new(&arguments.server);
            // What else the environment says about the server is for another one.
            command.env_clear().env("LC_ALL", "C.UTF-8");
            command.env("DATABASE_URL", ground.app_url().expose_secret());
            command.env("ADMIN_DATABASE_URL", ground.owner_url().expose_secret());
            command.env("STACKMOTIVE_KEYS", ground.keys());
            command.args(["--listen", "127.0.0.1:0", "--pool-size", &arguments.pool_size.to_string()]);
            // So that nobody is refused for asking more than a person does.
            command.args(["--budget-percent", "100000"]);
            // Nor on a machine that is busy with something else, where the database would seem to be away.
            command.args(["--acquire-timeout", "30000", "--database-silence", "20000"]);
            command
        }
    };
    Program::start(command, &ground.folder().join(format!("{}.log", side.name()))).await
}

/// Measures one side with these requests.
pub async fn measure(
    side: Side,
    requests: Vec<Vec<u8>>,
    connections: usize,
    is_half_asked: bool,
    (ground, arguments): (&Ground, &Arguments),
) -> Outcome<Sample> {
    ground.touch().await?;
    let program = start(side, ground, arguments).await?;
    let time = Duration::from_secs_f64(arguments.seconds);
    let load = Load { address: program.address, requests: requests.into(), connections, time: WARM_UP, rate: None };
    drive(load.clone()).await?;
    let (full, used) = counted(Load { time, ..load.clone() }, &program, ground).await?;
    let half = if is_half_asked {
        let half = Load { time: time.mul_f64(0.6), rate: Some(full.rate() / 2.0), ..load };
        drive(half).await?.percentile(99)
    } else {
        0.0
    };
    let memory = program.memory_max()? as f64;
    program.stop().await?;
    let per_request = 1000.0 / full.count() as f64;
    Ok(Sample {
        rate: full.rate(),
        p50: full.percentile(50),
        p99: full.percentile(99),
        p99_half: half,
        program: used.program * per_request,
        postgres: used.postgres * per_request,
        memory,
    })
}

/// Drives the load, and tells what it took of CPU time.
async fn counted(load: Load, program: &Program, ground: &Ground) -> Outcome<(Driven, Cpu)> {
    let postmaster = ground.postmaster()?;
    let before = Cpu::of(program, postmaster)?;
    let driven = drive(load).await?;
    let after = Cpu::of(program, postmaster)?;
    let used = Cpu { program: after.program - before.program, postgres: after.postgres - before.postgres };
    Ok((driven, used))
}

/// Messages to PostgreSQL for one request, counted over several, and those of one.
pub async fn messages(program: &Program, requests: &[Vec<u8>], ground: &Ground) -> Outcome<(f64, Vec<String>)> {
    const TIMES: usize = 40;
    // The first ones find statements that are not prepared yet.
    let ask_all = |requests: Vec<Vec<u8>>| async move {
        let time = Duration::from_secs(60);
        for request in requests {
            let answer = tokio::time::timeout(time, crate::load::ask(program.address, &request));
            answer.await.map_err(|_| "no answer came within a minute")??;
        }
        Ok(())
    };
    let take = |count: usize| requests.iter().cycle().take(count).cloned().collect::<Vec<_>>();
    let one = ground.messages_of(ask_all(take(1))).await?;
    let many = ground.messages_of(ask_all(take(TIMES))).await?;
    Ok((many.len() as f64 / TIMES as f64, one))
}
