//! The cookies of a browser's session: a page that signs in by them keeps no secret where a script could read it.
//!
//! Browsers send cookies on their own, whoever made the request. So they count only where [`Sender`] is a page of this
//! server or of a configured origin, besides all that [`cross_site`](super::cross_site) asks of every request, and they
//! are `SameSite=Strict`. `__Host-` binds them to this host and to HTTPS; on this machine itself browsers take HTTP too.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};
use secrecy::{ExposeSecret, SecretString};

use super::cross_site::Sender;
use crate::{
    clock,
    graphql::cookies::{Change, Cookies, Kept},
};

/// Holds the access token.
pub const ACCESS: &str = "__Host-stackmotive-access";
/// Holds the refresh token.
pub const REFRESH: &str = "__Host-stackmotive-refresh";

/// The cookies of a request; none where they may not say who asks.
pub fn read(headers: &HeaderMap, sender: Sender) -> Cookies {
    if !sender.may_use_cookies() {
        return Cookies::default();
    }
    // The answers on a WebSocket have no headers that could set one.
    let may_be_set = !headers.contains_key(header::SEC_WEBSOCKET_KEY);
    Cookies::received(may_be_set, value(headers, ACCESS), value(headers, REFRESH))
}

/// Puts into an answer's headers what became of the cookies.
pub fn write(change: Change, headers: &mut HeaderMap) {
    let cookies = match change {
        Change::Set { access, refresh } => [kept(ACCESS, &access), kept(REFRESH, &refresh)],
        Change::Forget => [ACCESS, REFRESH].map(|name| made(name, String::new(), Duration::ZERO)),
    };
    for cookie in cookies {
        if let Ok(mut value) = HeaderValue::from_str(&cookie.to_string()) {
            // So that no log of headers shows it.
            value.set_sensitive(true);
            headers.append(header::SET_COOKIE, value);
        }
    }
}

fn value(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).filter_map(Result::ok);
    let found = cookies.find(|cookie| cookie.name() == name)?;
    (!found.value().is_empty()).then(|| SecretString::from(found.value()))
}

fn kept(name: &'static str, Kept { token, until }: &Kept) -> Cookie<'static> {
    let seconds = (*until - clock::now()).num_seconds().max(0);
    made(name, token.expose_secret().to_owned(), Duration::seconds(seconds))
}

fn made(name: &'static str, value: String, lifetime: Duration) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(lifetime)
        .build()
}
