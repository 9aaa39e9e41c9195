//! A small mail server on a port of this machine, which speaks SMTP as real ones do.

use std::time::Duration;

use stackmotive::config::Settings;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};

/// How a mail server takes messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    /// Says 451 to the first recipient and takes the next.
    Hesitates,
    /// Says 550 to every recipient, and repeats the address.
    Refuses,
    /// Takes connections and never says a word.
    IsSilent,
}

/// A message as it came over the wire.
#[derive(Debug)]
pub struct Mail {
    /// From the envelope.
    pub from: String,
    pub to: Vec<String>,
    /// Header lines, unfolded.
    pub headers: Vec<String>,
    pub text: String,
}

/// Takes messages until it is dropped.
pub struct MailServer {
    pub url: String,
    received: mpsc::UnboundedReceiver<Mail>,
    serving: JoinHandle<()>,
}

impl MailServer {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://robot:hunter2@{}", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let serving = tokio::spawn(async move {
            let mut open = Vec::new();
            let mut hesitates = manner == Manner::Hesitates;
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if manner == Manner::IsSilent {
                    open.push(stream);
                    continue;
                }
                let refusal = match manner {
                    Manner::Refuses => Some("550 5.1.1 No such mailbox:"),
                    _ if std::mem::take(&mut hesitates) => Some("451 4.3.0 Come back later:"),
                    _ => None,
                };
                let sender = sender.clone();
                tokio::spawn(async move {
                    if let Some(mail) = converse(stream, refusal).await {
                        let _ = sender.send(mail);
                    }
                });
            }
        });
        Self { url, received, serving }
    }

    /// The settings of a server that sends its mail here.
    pub fn settings(&self) -> Settings {
        Settings {
            mail: None,
            smtp_url: Some(self.url.as_str().into()),
            mail_from: Some("StackMotive <no-reply@stackmotive.example>".to_owned()),
            public_url: Some("https://app.stackmotive.example".to_owned()),
            ..Settings::for_tests()
        }
    }

    /// The next message.
    pub async fn next(&mut self) -> Mail {
        tokio::time::timeout(Duration::from_secs(30), self.received.recv()).await.expect("no message came").unwrap()
    }

    /// Whether a message has come that nobody has looked at.
    pub fn is_empty(&mut self) -> bool {
        self.received.is_empty()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Mail {
    /// The one value of a header.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        let mut found = self.headers.iter().filter_map(|line| line.strip_prefix(&prefix));
        let value = found.next().unwrap_or_else(|| panic!("no {name} in {:#?}", self.headers));
        assert!(found.next().is_none(), "{name} stands there twice");
        value
    }

    /// The token of its link.
    #[track_caller]
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("#token=").expect("no link with a token");
        rest.lines().next().unwrap().to_owned()
    }
}

/// One connection: the message that it brought, if it was taken.
async fn converse(stream: TcpStream, refusal: Option<&str>) -> Option<Mail> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let mut mail = Mail { from: String::new(), to: Vec::new(), headers: Vec::new(), text: String::new() };
    writing.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        let said = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-mail.example\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => "235 2.7.0 Welcome".to_owned(),
            "MAIL" => {
                mail.from = inside(rest);
                "250 Ok".to_owned()
            }
            "RCPT" => match refusal {
                Some(refusal) => format!("{refusal} {}", inside(rest)),
                None => {
                    mail.to.push(inside(rest));
                    "250 Ok".to_owned()
                }
            },
            "DATA" => {
                writing.write_all(b"354 Go on\r\n").await.ok()?;
                let mut all = Vec::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    all.push(line.strip_prefix('.').map(ToOwned::to_owned).unwrap_or(line));
                }
                let blank = all.iter().position(String::is_empty).unwrap();
                for line in &all[..blank] {
                    match mail.headers.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
                        Some(last) => last.push_str(line),
                        None => mail.headers.push(line.clone()),
                    }
                }
                mail.text = all[blank + 1..].join("\n");
                if mail.header("Content-Transfer-Encoding") == "quoted-printable" {
                    mail.text = unquoted(&mail.text);
                }
                writing.write_all(b"250 Taken\r\n").await.ok()?;
                return Some(mail);
            }
            _ => "221 Bye".to_owned(),
        };
        writing.write_all(format!("{said}\r\n").as_bytes()).await.ok()?;
    }
    None
}

/// Takes back quoted-printable, in which a long line is broken behind `=`, and `=3D` is a letter by its number.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut parts = text.split('=');
    let mut plain = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        plain.push(u8::from_str_radix(&part[..2], 16).unwrap());
        plain.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(plain).unwrap()
}

/// What stands between angle brackets.
fn inside(text: &str) -> String {
    text.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
