//! The ways that a message can go: to a mail server, to the log, nowhere.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{AsyncSmtpTransportBuilder, Error},
};
use secrecy::ExposeSecret;

use super::{Message, delivery};
use crate::{
    config::{MailDelivery, Settings},
    database::Failure,
};

/// How long the mail server may take for each of its answers.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long sending a message may take as a whole.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) enum Transport {
    Smtp { server: AsyncSmtpTransport<Tokio1Executor>, from: Box<Mailbox> },
    Log,
    Off,
}

/// Why a message did not go out; without the server's own words, which may repeat an address.
pub(super) struct Refusal {
    pub reason: String,
    /// Whether it may go better later.
    pub is_passing: bool,
}

impl Transport {
    pub(super) fn new(settings: &Settings) -> Result<Self, Failure> {
        match delivery(settings) {
            MailDelivery::Log => Ok(Self::Log),
            MailDelivery::Off => Ok(Self::Off),
            MailDelivery::Smtp => {
                let from = settings.mail_from.as_deref().ok_or_else(|| {
                    Failure::new("Mail needs an address to come from: set STACKMOTIVE_MAIL_FROM or --mail-from.")
                })?;
                let from = from.parse().map_err(|_| {
                    Failure::new(format!(
                        "STACKMOTIVE_MAIL_FROM is no address: write it as no-reply@example.com or \
                         \"StackMotive <no-reply@example.com>\", not as {from}."
                    ))
                })?;
                let server = server(settings)?.timeout(Some(ANSWER_TIMEOUT)).build();
                Ok(Self::Smtp { server, from: Box::new(from) })
            }
        }
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), Refusal> {
        match self {
            Self::Off => Ok(()),
            Self::Log => {
                // The one place where a token reaches the log: without a mail server there is no other way to get it.
                tracing::info!(to = message.to, subject = message.subject, text = message.text, "mail");
                Ok(())
            }
            Self::Smtp { server, from } => {
                let refusal = |reason: &str| Refusal { reason: reason.to_owned(), is_passing: false };
                let message = message.compose(from).ok_or_else(|| refusal("the address can't be written to"))?;
                match tokio::time::timeout(SEND_TIMEOUT, server.send(message)).await {
                    Ok(sent) => sent.map(|_| ()).map_err(|error| told(&error)),
                    Err(_) => Err(Refusal { is_passing: true, ..refusal("the mail server took too long") }),
                }
            }
        }
    }
}

/// Whether messages, and tokens in them, cross a network that others may listen to.
pub(super) fn is_in_the_clear(settings: &Settings) -> bool {
    let address = settings.smtp_url.as_ref().and_then(|text| url::Url::parse(text.expose_secret()).ok());
    address.is_some_and(|address| {
        let is_secure = address.scheme() == "smtps"
            || address.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        let host = address.host_str().unwrap_or_default();
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse().is_ok_and(|host: std::net::IpAddr| host.is_loopback());
        !is_secure && !is_here
    })
}

fn server(settings: &Settings) -> Result<AsyncSmtpTransportBuilder, Failure> {
    let address = settings.smtp_url.as_ref().ok_or_else(|| {
        Failure::new("Mail needs a server to go to: set STACKMOTIVE_SMTP_URL, or write STACKMOTIVE_MAIL as log or off.")
    })?;
    // What is wrong is not repeated: the address may hold a password.
    AsyncSmtpTransport::<Tokio1Executor>::from_url(address.expose_secret()).map_err(|_| {
        Failure::new(
            "STACKMOTIVE_SMTP_URL can't be read: write it as smtps://USER:PASSWORD@HOST:465 or \
             smtp://USER:PASSWORD@HOST:587?tls=required, with special characters of user and password as %XX.",
        )
    })
}

fn told(error: &Error) -> Refusal {
    let reason = match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server took too long".to_owned(),
        None if error.is_tls() => "there was no encrypted connection to the mail server".to_owned(),
        None => "the mail server could not be reached".to_owned(),
    };
    // Only a server's own word is final; a broken connection or a certificate may be mended.
    Refusal { reason, is_passing: !error.is_permanent() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings::for_tests();
        settings.mail = None;
        change(&mut settings);
        Transport::new(&settings).err().map(|failure| failure.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_is_missing_is_said_and_no_password_is_repeated() {
        assert!(refused(|settings| settings.mail = Some(MailDelivery::Smtp)).contains("STACKMOTIVE_MAIL_FROM"));
        let wrong = refused(|settings| {
            settings.smtp_url = Some("imap://me:hunter2@mail.example".into());
            settings.mail_from = Some("no-reply@example.com".to_owned());
        });
        assert!(wrong.contains("STACKMOTIVE_SMTP_URL") && !wrong.contains("hunter2"), "{wrong}");
        let wrong = refused(|settings| {
            settings.smtp_url = Some("smtps://mail.example".into());
            settings.mail_from = Some("no-reply@example.com\r\nBcc: eve@example.com".to_owned());
        });
        assert!(wrong.contains("STACKMOTIVE_MAIL_FROM"), "{wrong}");
    }

    #[test]
    fn only_encrypted_connections_and_this_machine_keep_a_token_to_themselves() {
        for (url, expected) in [
            ("smtps://mail.example", false),
            ("smtp://mail.example?tls=required", false),
            ("smtp://localhost:1025", false),
            ("smtp://127.0.0.1", false),
            ("smtp://[::1]", false),
            ("smtp://mail.example", true),
            ("smtp://mail.example?tls=opportunistic", true),
        ] {
            let settings = Settings { smtp_url: Some(url.into()), ..Settings::for_tests() };
            assert_eq!(is_in_the_clear(&settings), expected, "{url}");
        }
    }
}
