//! Talking with the person at the terminal.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal, Write};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use secrecy::{ExposeSecret, SecretString};
use stackmotive::database::Failure;

/// Says a sentence. A reader that went away, such as `head`, is no reason for a server to end.
pub fn say(sentence: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{sentence}");
}

/// Says what went wrong.
pub fn complain(failure: &Failure) {
    let _ = writeln!(std::io::stderr().lock(), "stackmotive: {failure}");
}

/// Asks before something is lost. Where nobody is there to answer, the command itself was the answer.
pub fn is_confirmed(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return true;
    }
    let _ = write!(std::io::stdout().lock(), "{question} Type yes to go on: ").and_then(|()| std::io::stdout().flush());
    read_line().is_ok_and(|answer| answer.trim() == "yes")
}

/// A new password: asked for twice and unseen at a terminal, else the first line of standard input.
///
/// # Errors
/// When there is none, or the two differ.
pub fn new_password() -> Result<SecretString, Failure> {
    let password = if std::io::stdin().is_terminal() {
        let first = ask_unseen("Password: ")?;
        let second = ask_unseen("The same again: ")?;
        if first.expose_secret() != second.expose_secret() {
            return Err(Failure::new("The two passwords differ: nothing was made."));
        }
        first
    } else {
        SecretString::from(read_line()?)
    };
    if password.expose_secret().is_empty() {
        return Err(Failure::new("There is no password: type one, or give it on standard input."));
    }
    Ok(password)
}

fn ask_unseen(question: &str) -> Result<SecretString, Failure> {
    let _ = write!(std::io::stdout().lock(), "{question}").and_then(|()| std::io::stdout().flush());
    let _unseen = Unseen::begin();
    Ok(SecretString::from(read_line()?))
}

/// One line without its end. Spaces belong to it, since they may belong to a password.
fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::new(format!("Standard input can't be read ({error}).")))?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}

/// While it lives, the terminal shows nothing of what is typed but the end of the line.
struct Unseen {
    before: Option<Termios>,
}

impl Unseen {
    fn begin() -> Self {
        let stdin = std::io::stdin();
        let before = tcgetattr(&stdin).ok();
        if let Some(mut quiet) = before.clone() {
            quiet.local_flags.remove(LocalFlags::ECHO);
            quiet.local_flags.insert(LocalFlags::ECHONL);
            let _ = tcsetattr(&stdin, SetArg::TCSAFLUSH, &quiet);
        }
        Self { before }
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSAFLUSH, before);
        }
    }
}
