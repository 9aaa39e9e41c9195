//! A page in a browser signs in by cookies, and keeps no secret in script.

use axum::{body::Body, http::Request};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{PASSWORD, line, member};
use crate::support::{Api, hash};

const SIGN_IN: &str = "mutation($input: SignInInput!) {
    signIn(input: $input) { accessToken refreshToken user { email } } }";
const REFRESH: &str = "mutation($input: RefreshSessionInput!) {
    refreshSession(input: $input) { accessToken refreshToken user { email } } }";
const VIEWER: &str = "{ viewer { email } }";
const OWN: &[(&str, &str)] = &[("host", "api.example.com"), ("origin", "https://api.example.com")];

/// A browser: what it holds, and what it was last answered.
#[derive(Clone, Default)]
struct Browser {
    cookies: Vec<(String, String)>,
    set: Vec<String>,
}

impl Browser {
    /// Asks with the cookies that it holds, and keeps what is set.
    async fn ask(&mut self, api: &Api, headers: &[(&str, &str)], query: &str, input: Value) -> Value {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", format!("theme=dark; {}", cookies.join("; ")));
        }
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let response = api.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let set = response.headers().get_all("set-cookie").iter();
        self.set = set.map(|value| value.to_str().unwrap().to_owned()).collect();
        for cookie in self.set.clone() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(held, _)| held != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    async fn signed_in(api: &Api) -> Self {
        member(api, "ada").await;
        let mut browser = Self::default();
        let answer = browser.ask(api, OWN, SIGN_IN, by_cookie()).await;
        assert_eq!(answer["data"]["signIn"]["user"]["email"], "ada@example.com", "{answer:#}");
        browser
    }

    fn held(&self, name: &str) -> &str {
        &self.cookies.iter().find(|(held, _)| held == name).unwrap().1
    }
}

fn by_cookie() -> Value {
    json!({ "email": "ada@example.com", "password": PASSWORD, "tokenDelivery": "COOKIE" })
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer:#}"))
}

#[tokio::test]
async fn tokens_come_in_cookies_that_no_script_reads_and_nowhere_else() {
    let api = Api::start().await;
    member(&api, "ada").await;
    let mut browser = Browser::default();
    let answer = browser.ask(&api, OWN, SIGN_IN, by_cookie()).await;
    let payload = json!({ "accessToken": null, "refreshToken": null, "user": { "email": "ada@example.com" } });
    assert_eq!(answer["data"]["signIn"], payload, "{answer:#}");
    assert_eq!(browser.set.len(), 2);
    for (cookie, (name, least)) in
        browser.set.iter().zip([("__Host-stackmotive-access", 890), ("__Host-stackmotive-refresh", 2_591_990)])
    {
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        for attribute in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute} is missing: {cookie}");
        }
        let age = cookie.split("; ").find_map(|part| part.strip_prefix("Max-Age=")).unwrap();
        assert!((least..=least + 10).contains(&age.parse::<i32>().unwrap()), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let stored = line(&api, "SELECT session_token FROM user_sessions ORDER BY created_at DESC LIMIT 1").await;
    assert_eq!(stored, hash(browser.held("__Host-stackmotive-access")));
}

#[tokio::test]
async fn a_cookie_says_who_asks_for_own_and_configured_pages_alone() {
    let api = Api::start_with(|app| app.settings.cors_origins = vec!["https://app.example.com".to_owned()]).await;
    let browser = Browser::signed_in(&api).await;
    let configured = [("host", "api.example.com"), ("origin", "https://app.example.com")];
    let same_origin = [("host", "api.example.com"), ("sec-fetch-site", "same-origin")];
    for page in [OWN, &configured, &same_origin] {
        let answer = browser.clone().ask(&api, page, VIEWER, json!(null)).await;
        assert_eq!(answer["data"]["viewer"]["email"], "ada@example.com", "{page:?}");
    }
    for (page, refused) in [
        (&[("host", "api.example.com")] as &[_], "UNAUTHENTICATED"),
        (&[("host", "api.example.com"), ("sec-fetch-site", "none")], "UNAUTHENTICATED"),
        (&[("host", "api.example.com"), ("origin", "https://evil.example")], "FORBIDDEN"),
        (&[("host", "api.example.com"), ("origin", "null")], "FORBIDDEN"),
        (&[("host", "api.example.com"), ("sec-fetch-site", "cross-site")], "FORBIDDEN"),
    ] {
        let answer = browser.clone().ask(&api, page, VIEWER, json!(null)).await;
        assert_eq!(code(&answer), refused, "{page:?}");
    }
}

#[tokio::test]
async fn a_header_wins_over_the_cookie() {
    let api = Api::start().await;
    let browser = Browser::signed_in(&api).await;
    let bob = api.somebody("bob").await;
    let bearer = format!("Bearer {}", bob.token);
    let with_header = [OWN, &[("authorization", bearer.as_str())]].concat();
    let answer = browser.clone().ask(&api, &with_header, VIEWER, json!(null)).await;
    assert_eq!(answer["data"]["viewer"]["email"], "bob@example.com");
    let with_bad_header = [OWN, &[("authorization", "Bearer wrong")]].concat();
    let answer = browser.clone().ask(&api, &with_bad_header, VIEWER, json!(null)).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_session_goes_on_by_its_cookie_and_never_leaves_it() {
    let api = Api::start().await;
    let mut browser = Browser::signed_in(&api).await;
    let old = browser.clone();
    // Whatever a script asks for, the tokens stay where it cannot read them.
    let answer = browser.ask(&api, OWN, REFRESH, json!({ "tokenDelivery": "BEARER" })).await;
    let payload = json!({ "accessToken": null, "refreshToken": null, "user": { "email": "ada@example.com" } });
    assert_eq!(answer["data"]["refreshSession"], payload, "{answer:#}");
    assert_ne!(browser.held("__Host-stackmotive-refresh"), old.held("__Host-stackmotive-refresh"));
    let answer = browser.ask(&api, OWN, VIEWER, json!(null)).await;
    assert_eq!(answer["data"]["viewer"]["email"], "ada@example.com");
    let answer = old.clone().ask(&api, OWN, VIEWER, json!(null)).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
}

#[tokio::test]
async fn of_twelve_tabs_that_refresh_at_once_one_wins_and_the_session_lives_on() {
    let api = Api::start().await;
    let browser = Browser::signed_in(&api).await;
    let tabs = join_all((0..12).map(|_| async {
        let mut tab = browser.clone();
        let answer = tab.ask(&api, OWN, REFRESH, json!({})).await;
        (tab, answer)
    }))
    .await;
    let (mut won, lost): (Vec<_>, Vec<_>) = tabs.into_iter().partition(|(_, answer)| answer["errors"].is_null());
    assert_eq!(won.len(), 1);
    for (tab, answer) in &lost {
        assert_eq!(code(answer), "CONFLICT");
        assert_eq!(tab.set, Vec::<String>::new(), "who loses keeps the cookies that the winner set");
    }
    let answer = won[0].0.ask(&api, OWN, VIEWER, json!(null)).await;
    assert_eq!(answer["data"]["viewer"]["email"], "ada@example.com");
}

#[tokio::test]
async fn signing_out_forgets_the_cookies() {
    let api = Api::start().await;
    let mut browser = Browser::signed_in(&api).await;
    let held = browser.clone();
    let answer = browser.ask(&api, OWN, "mutation { signOut { sessionId } }", json!(null)).await;
    assert!(answer["errors"].is_null(), "{answer:#}");
    assert_eq!(browser.cookies, []);
    assert!(browser.set.iter().all(|cookie| cookie.contains("Max-Age=0")), "{:?}", browser.set);
    let answer = held.clone().ask(&api, OWN, VIEWER, json!(null)).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
}

#[tokio::test]
async fn who_is_no_page_gets_no_cookies_and_no_session_is_made() {
    let api = Api::start().await;
    member(&api, "ada").await;
    let count = "SELECT count(*)::text FROM user_sessions";
    let before = line(&api, count).await;
    let mut program = Browser::default();
    let answer = program.ask(&api, &[], SIGN_IN, by_cookie()).await;
    assert_eq!(code(&answer), "INVALID");
    assert_eq!(answer["errors"][0]["extensions"]["issues"][0]["path"], json!(["input", "tokenDelivery"]));
    assert_eq!(program.set, Vec::<String>::new());
    assert_eq!(line(&api, count).await, before);
    let answer = program.ask(&api, &[], REFRESH, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["issues"][0]["path"], json!(["input", "refreshToken"]));
    assert_eq!(answer["errors"][0]["extensions"]["issues"][0]["code"], "REQUIRED");
}
