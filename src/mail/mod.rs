//! Messages by mail: short plain texts, sent off the path of requests.
//!
//! Whoever asks for a message is answered before anything of it is done: the account is looked up, the token made and
//! the server of the mail spoken to in a task of its own. So a known address can't be told from an unknown one by the
//! time that the answer takes, and a slow mail server holds up nobody. At most [`CAPACITY`] messages wait or are on
//! their way; what comes on top is dropped with a warning, and a person asks again.
//!
//! Messages live in memory alone, because a token must never be stored in the clear. Those that are still under way when
//! the server stops get one more try within a moment; what is lost then can be asked for again too.

mod message;
mod transport;

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, watch};
use tracing::Instrument;

pub use message::Message;
use transport::{Refusal, Transport};

use crate::{
    config::{MailDelivery, Settings},
    database::Failure,
    graphql::error::Result,
};

/// How many messages may wait or be on their way.
pub const CAPACITY: u32 = 256;
/// How many connections to the mail server there are at a time.
const CONNECTIONS: usize = 4;
/// How long is waited before each further try. After the last of them a message is given up.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(25),
    Duration::from_secs(120),
    Duration::from_secs(600),
];

/// Sends messages. Clones share one queue.
#[derive(Clone)]
pub struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    /// The pages of the app that links lead to, without a slash at the end.
    public_url: Option<String>,
    places: Arc<Semaphore>,
    connections: Semaphore,
    /// True once the server stops: nobody waits for a better moment any more.
    closing: watch::Sender<bool>,
}

impl Mailer {
    /// A mailer as the settings want it: by SMTP when there is an address of a server, to the log with the embedded
    /// database, and otherwise not at all.
    ///
    /// # Errors
    /// When the settings contradict each other or can't be read.
    pub fn new(settings: &Settings) -> Result<Self, Failure> {
        let inner = Inner {
            transport: Transport::new(settings)?,
            public_url: settings.public_url.clone(),
            places: Arc::new(Semaphore::new(CAPACITY as usize)),
            connections: Semaphore::new(CONNECTIONS),
            closing: watch::Sender::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What a person should know before the first message, as a sentence.
    pub fn caution(settings: &Settings) -> Option<&'static str> {
        match delivery(settings) {
            MailDelivery::Smtp if transport::is_in_the_clear(settings) => Some(
                "Messages go to the mail server unencrypted, and tokens in them: write the address as \
                 smtps://… or smtp://…?tls=required.",
            ),
            MailDelivery::Smtp => None,
            MailDelivery::Log => {
                Some("Mail is written to the log, because no mail server is set (STACKMOTIVE_SMTP_URL).")
            }
            MailDelivery::Off => {
                Some("No mail is sent: without STACKMOTIVE_SMTP_URL nobody can confirm an address or reset a password.")
            }
        }
    }

    /// A link into the app that hands it a token, or the bare token when the settings name no app. The token stands
    /// behind a `#`, which browsers send to nobody: it enters no log and no Referer.
    pub fn link(&self, page: &str, token: &str) -> String {
        match &self.inner.public_url {
            Some(url) => format!("{url}/{page}#token={token}"),
            None => token.to_owned(),
        }
    }

    /// Has a message made and sent, later and elsewhere; `None` means that there is nobody to send it to.
    /// Where no mail is sent, none is made either.
    pub fn post(&self, message: impl Future<Output = Result<Option<Message>>> + Send + 'static) {
        if matches!(self.inner.transport, Transport::Off) {
            return;
        }
        let Ok(place) = self.inner.places.clone().try_acquire_owned() else {
            tracing::warn!("a message was dropped, because too many are under way");
            return;
        };
        let mailer = self.clone();
        let work = async move {
            let _place = place;
            match message.await {
                Ok(Some(message)) => mailer.deliver(&message).await,
                Ok(None) => {}
                Err(error) => tracing::warn!(code = error.code.text(), "a message could not be made"),
            }
        };
        tokio::spawn(work.instrument(tracing::Span::current()));
    }

    /// Gives messages under way one more try, and returns when they have had it or the time is up.
    pub async fn close(&self, time: Duration) {
        self.inner.closing.send_replace(true);
        if tokio::time::timeout(time, self.inner.places.acquire_many(CAPACITY)).await.is_err() {
            let under_way = CAPACITY as usize - self.inner.places.available_permits();
            tracing::warn!(under_way, "messages were given up, because the server stops");
        }
    }

    async fn deliver(&self, message: &Message) {
        let mut closing = self.inner.closing.subscribe();
        let mut pauses = PAUSES.iter();
        loop {
            let was_closing = *closing.borrow_and_update();
            let refusal = match self.send(message).await {
                Ok(()) => return,
                Err(refusal) => refusal,
            };
            let pause = pauses.next().filter(|_| refusal.is_passing && !was_closing);
            let Some(pause) = pause else {
                tracing::error!(reason = %refusal.reason, subject = message.subject, "a message was given up");
                return;
            };
            tracing::warn!(reason = %refusal.reason, subject = message.subject, "a message is tried again later");
            tokio::select! {
                () = tokio::time::sleep(*pause) => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        }
    }

    async fn send(&self, message: &Message) -> Result<(), Refusal> {
        // The semaphore is never closed; if it were, one connection more would do no harm.
        let _connection = self.inner.connections.acquire().await;
        self.inner.transport.send(message).await
    }
}

/// Where messages go, as set or by default.
fn delivery(settings: &Settings) -> MailDelivery {
    settings.mail.unwrap_or(match (&settings.smtp_url, &settings.database_url) {
        (Some(_), _) => MailDelivery::Smtp,
        (None, None) => MailDelivery::Log,
        (None, Some(_)) => MailDelivery::Off,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_reach_the_log_only_beside_the_embedded_database_or_when_that_is_set() {
        let with = |mail, smtp_url: Option<&str>, database_url: Option<&str>| {
            let settings = Settings {
                mail,
                smtp_url: smtp_url.map(Into::into),
                database_url: database_url.map(Into::into),
                ..Settings::for_tests()
            };
            delivery(&settings)
        };
        let (smtp, database) = (Some("smtps://mail.example"), Some("postgres://db.example/x"));
        assert_eq!(with(None, None, None), MailDelivery::Log);
        assert_eq!(with(None, None, database), MailDelivery::Off);
        assert_eq!(with(None, smtp, None), MailDelivery::Smtp);
        assert_eq!(with(None, smtp, database), MailDelivery::Smtp);
        assert_eq!(with(Some(MailDelivery::Off), smtp, None), MailDelivery::Off);
        assert_eq!(with(Some(MailDelivery::Log), None, database), MailDelivery::Log);
    }
}
