//! The words of messages by mail. They name nobody and hold no secret but their token.

use chrono::{DateTime, Utc};

use crate::mail::Message;

/// Where the app takes a token that confirms an address.
pub const VERIFY_PAGE: &str = "verify-email";
/// Where the app takes a token that resets a password.
pub const RESET_PAGE: &str = "reset-password";
/// Where the app takes a token that confirms another address.
pub const CHANGE_PAGE: &str = "change-email";

/// Asks for proof that somebody reads what is sent to this address. `link` leads to the app, or is the bare token.
pub fn verification(to: String, link: &str) -> Message {
    let text = format!(
        "Hello,\n\n\
         this address was given for an account at StackMotive.\n\
         Confirm it within 30 minutes with\n\n\
         {link}\n\n\
         If that was not you, ignore this message: the address stays unconfirmed.\n"
    );
    Message { to, subject: "Confirm your e-mail address", text }
}

/// Lets somebody back in who has forgotten their password.
pub fn reset(to: String, link: &str) -> Message {
    let text = format!(
        "Hello,\n\n\
         somebody asked for a new password for your account at StackMotive.\n\
         Choose it within 30 minutes with\n\n\
         {link}\n\n\
         This works once, and ends all sessions; personal API tokens too, unless you keep them.\n\
         If that was not you, ignore this message: your password stays as it is.\n"
    );
    Message { to, subject: "Choose a new password", text }
}

/// Asks for proof that somebody reads what is sent to the address that an account is to get.
pub fn email_change(to: String, link: &str) -> Message {
    let text = format!(
        "Hello,\n\n\
         this is to become the address of an account at StackMotive.\n\
         Confirm it within 30 minutes with\n\n\
         {link}\n\n\
         If that was not you, ignore this message: nothing changes.\n"
    );
    Message { to, subject: "Confirm your new e-mail address", text }
}

/// Tells the owner of an account, where they are reached until now, that it is to get another address.
pub fn email_change_asked(to: String) -> Message {
    let text = "Hello,\n\n\
         your account at StackMotive is to get another e-mail address.\n\
         It counts once it is confirmed there; until then nothing changes.\n\n\
         If that was not you, somebody else knows your password:\n\
         change it at once, which stops this too, and end all sessions.\n"
        .to_owned();
    Message { to, subject: "Your account is to get another e-mail address", text }
}

/// Tells the owner of an account, where they were reached until now, that it has another address.
pub fn email_changed(to: String, at: DateTime<Utc>) -> Message {
    let at = at.format("%-d %B %Y at %H:%M UTC");
    let text = format!(
        "Hello,\n\n\
         your account at StackMotive has another e-mail address since {at}.\n\
         Messages no longer come here.\n\n\
         If that was not you, write to the people who run this server at once.\n"
    );
    Message { to, subject: "Your account has another e-mail address", text }
}

/// Tells the owner of an account that it is gone.
pub fn account_closed(to: String, at: DateTime<Utc>) -> Message {
    let at = at.format("%-d %B %Y at %H:%M UTC");
    let text = format!(
        "Hello,\n\n\
         your account at StackMotive was closed on {at}, and everything in it deleted.\n\
         This is the last message.\n"
    );
    Message { to, subject: "Your account was closed", text }
}

/// Tells the owner of an account that a program may now act for them.
pub fn token_made(to: String, at: DateTime<Utc>) -> Message {
    let at = at.format("%-d %B %Y at %H:%M UTC");
    let text = format!(
        "Hello,\n\n\
         a personal API token for your account at StackMotive was made on {at}.\n\n\
         If that was not you, revoke it, change your password and end all sessions.\n"
    );
    Message { to, subject: "A personal API token was made", text }
}

/// Tells the owner of an account that its password is another one now, and how many personal API tokens were revoked
/// and still work.
pub fn password_changed(to: String, at: DateTime<Utc>, (revoked, live): (u64, u64)) -> Message {
    let at = at.format("%-d %B %Y at %H:%M UTC");
    let tokens = match (revoked, live) {
        (0, 0) => String::new(),
        (revoked, 0) => format!("It revoked the personal API tokens of your programs: {revoked}.\n"),
        (_, live) => format!("Personal API tokens that still work: {live}. Revoke those that you don't know.\n"),
    };
    let text = format!(
        "Hello,\n\n\
         the password of your account at StackMotive was changed on {at}.\n\
         {tokens}\n\
         If that was not you, somebody else has got in:\n\
         ask for a new password at once, which ends all sessions.\n"
    );
    Message { to, subject: "Your password was changed", text }
}
