//! What a page of another site could make a browser send, and why none of it runs.
//!
//! A link, a picture, a form, and a `fetch` that asks nobody's leave send a GET, or a POST whose media type is one of
//! three (or none at all), and no header of their own choosing. Whatever else a page wants to send, its browser first
//! asks the server with a preflight, which [`cors`](super::cors) answers for configured origins alone.
//! So a request runs only if it has something that no page can send without that leave:
//!
//! - POST has the media type `application/json`, and no second one.
//! - POST with a file has the media type `multipart/form-data`, as a form of any page may have it; so it has one of the
//!   headers of GET besides.
//! - GET has [one of a few headers](PREFLIGHT_HEADERS), a bearer token, or the media type `application/json`.
//!   `Accept` is none of them: a page may set that to anything it likes.
//!
//! A WebSocket needs no leave, for a browser asks none: there [its own handshake](super::websocket) decides, after the
//! origin was checked here.
//!
//! A page can also have a name of its own lead to this machine; [`host`] tells those requests.
//!
//! Besides, the browser says itself where a request comes from, in `Sec-Fetch-Site` and `Origin`, which no script can
//! forge. What comes from an origin that is neither the server's own nor configured is refused, whatever it carries.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{
    answer::{JSON, refused},
    graphql::{media_type, not_acceptable},
    host, upload, websocket,
};
use crate::{app::App, graphql::error::Error};

/// Headers that no page can send to another origin without a preflight. Any value will do, but there must be one.
pub const PREFLIGHT_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("graphql-require-preflight"),
    HeaderName::from_static("apollo-require-preflight"),
    HeaderName::from_static("x-requested-with"),
];

/// Where documents come, with files too.
const GRAPHQL_PATH: &str = "/graphql";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who sent a request, as far as its headers tell. A client that is no browser can write what it likes, and harms
/// nobody: it has no cookies of somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A page of this server.
    OwnPage,
    /// A page whose origin the settings name.
    ConfiguredPage,
    /// Any other page, or one that hides its origin.
    ForeignPage,
    /// No page: another program, or somebody who typed the address. Its cookies, if any, prove nothing.
    NoPage,
}

impl Sender {
    /// Reads who sent a request; `configured` are the origins of the settings.
    pub fn of(headers: &HeaderMap, configured: &[String]) -> Self {
        let site = headers.get(SEC_FETCH_SITE).map(|site| site.to_str().unwrap_or_default());
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let origin = match (origins.next(), origins.next()) {
            (None, _) => return Self::without_origin(site),
            (Some(origin), None) => origin.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => return Self::ForeignPage,
        };
        if configured.iter().any(|known| known == origin) {
            return Self::ConfiguredPage;
        }
        let is_own = match site {
            // A page without an origin of its own, as in a sandbox, is nobody's.
            Some(site) => site == "same-origin" && origin != "null",
            // Browsers send the header to HTTPS and to this machine alone.
            None => is_origin_of(origin, headers),
        };
        if is_own { Self::OwnPage } else { Self::ForeignPage }
    }

    fn without_origin(site: Option<&str>) -> Self {
        match site {
            None | Some("none") => Self::NoPage,
            Some("same-origin") => Self::OwnPage,
            Some(_) => Self::ForeignPage,
        }
    }

    /// Whether a cookie may say who asks. Browsers add cookies on their own, so the request must come from a page that
    /// is known to be ours or configured.
    pub fn may_use_cookies(self) -> bool {
        matches!(self, Self::OwnPage | Self::ConfiguredPage)
    }
}

/// Whether this origin's host and port are those that the request was sent to.
fn is_origin_of(origin: &str, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else { return false };
    // A page of HTTP can't reach one of HTTPS under the same port, so the scheme that is not seen here follows.
    let schemes = [("https://", ":443"), ("http://", ":80")];
    let same = |(scheme, port): (&str, &str)| {
        let rest = origin.strip_prefix(scheme)?;
        Some(rest.eq_ignore_ascii_case(host.strip_suffix(port).unwrap_or(host)))
    };
    !host.is_empty() && schemes.into_iter().find_map(same).unwrap_or(false)
}

/// Refuses what a foreign page sent, and what it could have sent, before the body is read.
/// Handlers find the [`Sender`] among the request's extensions.
pub async fn refuse(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let sender = Sender::of(request.headers(), &app.settings.cors_origins);
    let media = media_type(request.headers());
    if sender == Sender::ForeignPage {
        let error = Error::forbidden("This server takes no requests from pages of this origin.");
        return refused(media.unwrap_or(JSON), StatusCode::FORBIDDEN, error);
    }
    let Some(media) = media else { return not_acceptable() };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if !host::is_meant(&app.settings, peer, request.headers()) {
        let text = "This server is for this machine alone, and was asked for another host's; \
                    behind a proxy, name that in STACKMOTIVE_TRUSTED_PROXIES.";
        return refused(media, StatusCode::MISDIRECTED_REQUEST, Error::forbidden(text));
    }
    if is_encoded(request.headers()) {
        let error = Error::invalid(&[], "FORMAT", "A request is sent as it is, without a Content-Encoding.");
        let mut response = refused(media, StatusCode::UNSUPPORTED_MEDIA_TYPE, error);
        response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        return response;
    }
    if let Some((status, error)) = fault(&request) {
        return refused(media, status, error);
    }
    request.extensions_mut().insert(sender);
    next.run(request).await
}

/// What is wrong with a request that a page could have sent without leave.
fn fault(request: &Request) -> Option<(StatusCode, Error)> {
    let headers = request.headers();
    match *request.method() {
        Method::POST if request.uri().path() == GRAPHQL_PATH && upload::boundary(headers).is_some() => {
            let text = "A file is sent with the header GraphQL-Require-Preflight, or with a token.";
            let error = || (StatusCode::BAD_REQUEST, Error::invalid(&[], "REQUIRED", text));
            (!asks_leave(headers)).then(error)
        }
        Method::POST if !is_json(headers) => {
            let error = Error::invalid(&[], "FORMAT", "A request is sent as application/json.");
            Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, error))
        }
        // A WebSocket runs nothing before its first message, and the check of its origin was above.
        Method::GET if websocket::is_wanted(headers) => None,
        Method::GET | Method::HEAD if !asks_leave(headers) => {
            let text = "A query in the address is sent with the header GraphQL-Require-Preflight, or with a token.";
            Some((StatusCode::BAD_REQUEST, Error::invalid(&[], "REQUIRED", text)))
        }
        _ => None,
    }
}

/// Whether a browser would have asked the server's leave before it sent this for a page.
fn asks_leave(headers: &HeaderMap) -> bool {
    let is_set = |name: &HeaderName| headers.get(name).is_some_and(|value| !value.is_empty());
    // Other schemes than bearer are what browsers add on their own, where a proxy asks for a password.
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().split_at_checked(7));
    let has_token = token.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty());
    has_token || PREFLIGHT_HEADERS.iter().any(is_set) || is_json(headers)
}

/// Whether the request's body is packed in some way. None is taken: a few bytes could unpack to any number.
fn is_encoded(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = codings.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    codings.any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

/// Whether the request says once, and rightly, that it holds JSON in UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next().and_then(|kind| kind.to_str().ok()), kinds.next()) else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(JSON));
    json && parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")));
        pairs.collect()
    }

    #[test]
    fn a_sender_is_what_the_browser_says() {
        use Sender::{ConfiguredPage, ForeignPage, NoPage, OwnPage};
        let configured = ["https://app.example.com".to_owned()];
        let host = ("host", "api.example.com");
        let site = |site| ("sec-fetch-site", site);
        let origin = |origin| ("origin", origin);
        for (lines, sender) in [
            (vec![], NoPage),
            (vec![host], NoPage),
            (vec![host, site("none")], NoPage),
            (vec![host, site("same-origin")], OwnPage),
            (vec![host, site("same-site")], ForeignPage),
            (vec![host, site("cross-site")], ForeignPage),
            (vec![host, site("")], ForeignPage),
            (vec![host, site("same-origin"), origin("https://api.example.com")], OwnPage),
            // A development server that passes requests on under another name.
            (vec![host, site("same-origin"), origin("http://localhost:5173")], OwnPage),
            (vec![host, site("same-site"), origin("http://api.example.com")], ForeignPage),
            (vec![host, site("none"), origin("https://api.example.com")], ForeignPage),
            (vec![host, site("cross-site"), origin("https://app.example.com")], ConfiguredPage),
            (vec![host, origin("https://app.example.com")], ConfiguredPage),
            (vec![host, origin("https://APP.example.com")], ForeignPage),
            (vec![host, origin("https://app.example.com.evil.example")], ForeignPage),
            (vec![host, origin("http://app.example.com")], ForeignPage),
            (vec![host, origin("https://app.example.com:8443")], ForeignPage),
            (vec![host, origin("https://api.example.com")], OwnPage),
            (vec![host, origin("http://api.example.com")], OwnPage),
            (vec![host, origin("https://api.example.com:8443")], ForeignPage),
            (vec![host, origin("https://api.example.com.evil.example")], ForeignPage),
            (vec![host, origin("api.example.com")], ForeignPage),
            (vec![host, origin("ftp://api.example.com")], ForeignPage),
            (vec![host, origin("")], ForeignPage),
            (vec![host, origin("null")], ForeignPage),
            (vec![host, site("same-origin"), origin("null")], ForeignPage),
            (vec![origin("https://api.example.com")], ForeignPage),
            (vec![("host", "API.example.com:443"), origin("https://api.example.com")], OwnPage),
            (vec![("host", "api.example.com:80"), origin("https://api.example.com")], ForeignPage),
            (vec![("host", "[::1]:8000"), origin("http://[::1]:8000")], OwnPage),
            (vec![("host", ""), origin("http://")], ForeignPage),
        ] {
            assert_eq!(Sender::of(&headers(&lines), &configured), sender, "{lines:?}");
        }
        let mut two = headers(&[host, site("same-origin"), origin("https://app.example.com")]);
        two.append(header::ORIGIN, "https://api.example.com".parse().expect("a value"));
        assert_eq!(Sender::of(&two, &configured), ForeignPage);
    }

    #[test]
    fn only_what_needs_leave_counts_as_leave() {
        for (name, value, leave) in [
            ("graphql-require-preflight", "1", true),
            ("apollo-require-preflight", "true", true),
            ("x-requested-with", "XMLHttpRequest", true),
            ("graphql-require-preflight", "", false),
            ("authorization", "Bearer abc", true),
            ("authorization", "bearer abc", true),
            ("authorization", "Bearer ", false),
            ("authorization", "Basic YWRhOmFkYQ==", false),
            ("authorization", "Negotiate YII", false),
            ("content-type", "application/json", true),
            ("content-type", "text/plain", false),
            ("accept", "application/graphql-response+json", false),
            ("accept-language", "en", false),
            ("cookie", "a=b", false),
        ] {
            assert_eq!(asks_leave(&headers(&[(name, value)])), leave, "{name}: {value}");
        }
    }
}
