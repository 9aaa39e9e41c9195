//! One message.

use lettre::{
    Address,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};

/// A message to one address. The text is plain; nothing of it comes from anybody but the server and its owner's address.
#[derive(Clone)]
pub struct Message {
    pub to: String,
    pub subject: &'static str,
    pub text: String,
}

/// Tells machines not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Message {
    /// The message as it goes over the wire; `None` when its address is none that mail can be sent to. The address is
    /// taken apart and read as one address, so that no other header can hide in it.
    pub(super) fn compose(&self, from: &Mailbox) -> Option<lettre::Message> {
        let to: Address = self.to.parse().ok()?;
        lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject)
            .message_id(Some(format!("<{}@{}>", uuid::Uuid::new_v4(), from.email.domain())))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(self.text.clone())
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_brings_a_header_or_a_second_recipient() {
        let from: Mailbox = "StackMotive <no-reply@example.com>".parse().unwrap();
        let to = |to: &str| Message { to: to.to_owned(), subject: "Subject", text: "Text".to_owned() }.compose(&from);
        assert!(to("ada@example.com").is_some());
        for address in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\nX: y",
            "ada@example.com, eve@example.com",
            "Ada <ada@example.com>",
            "ada@example.com>\r\nRCPT TO:<eve@example.com",
            "",
        ] {
            assert!(to(address).is_none(), "{address:?}");
        }
    }
}
