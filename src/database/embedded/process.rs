//! How a program of PostgreSQL is called: as its account, with an empty environment, and never left behind.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;

use super::account::Account;

/// A command for a program of PostgreSQL, to be run in `folder`.
///
/// It gets an environment of its own, so that no PG* variable and no locale of the person reaches it;
/// a process group of its own, so that Ctrl-C at the terminal reaches the server alone, which stops PostgreSQL last;
/// and `when_orphaned`, the signal that it gets when the thread that spawned it ends, even by kill -9.
pub fn command(program: &Path, account: &Account, folder: &Path, when_orphaned: Signal) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C.UTF-8").current_dir(folder).process_group(0).stdin(Stdio::null());
    if account.is_lent {
        command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
    }
    stop_when_orphaned(&mut command, when_orphaned);
    command
}

/// Linux tells a child when the thread that made it ends; it forgets at a change of user, hence in the last step.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "only the child itself can ask for this signal, between fork and exec")]
fn stop_when_orphaned(command: &mut Command, signal: Signal) {
    use nix::errno::Errno;
    use nix::unistd::{getpid, getppid};
    use std::os::unix::process::CommandExt;
    let parent = getpid();
    let ask = move || {
        nix::sys::prctl::set_pdeathsig(signal)?;
        // The server may have ended before the line above; then nobody would ever send the signal.
        if getppid() == parent { Ok(()) } else { Err(Errno::ESRCH.into()) }
    };
    // SAFETY: the closure runs in the forked child and makes two system calls; it neither allocates nor locks.
    unsafe {
        command.pre_exec(ask);
    }
}

/// Elsewhere a PostgreSQL that outlived its server is stopped by the next start.
#[cfg(not(target_os = "linux"))]
fn stop_when_orphaned(_command: &mut Command, _signal: Signal) {}
