//! The playground in a real browser: it loads, signs in, runs the nested queries and asks no other machine for anything.
//!
//! Needs Chromium and chromedriver; without them the test says that it was skipped, and fails instead where
//! `STACKMOTIVE_REQUIRE_BROWSER` is set. With `STACKMOTIVE_RENEW_PICTURE` set it renews the README's picture.

mod policy;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
    wd::Capabilities,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::support;

/// How long the page may take for one step, on a machine whose cores are busy with the other tests.
const STEP_MAX: Duration = Duration::from_secs(60);

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A browser that talks to this machine alone, on a profile of its own.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,900",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const RESPONSE: &str = "return document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue() ?? ''";

#[tokio::test]
async fn signs_in_and_shows_nested_answers() {
    if installed().is_some() {
        let (server, demo) = support::Server::start_with_demo().await;
        run(&server.url(), &demo.email, &demo.password).await;
    }
}

/// Walks through the page at `base_url` (without a slash at its end) as a user who can sign in and has portfolios.
pub async fn run(base_url: &str, email: &str, password: &str) {
    let Some((browser, driver)) = installed() else { return };
    let profile = tempfile::tempdir().expect("a folder for the browser's profile");
    let (mut driver, driver_url) = start_driver(&driver, profile.path()).await;
    let client = open(&browser, profile.path(), &driver_url).await;
    policy::note_violations(&client, &driver_url).await;

    // In a task of its own, so that the browser is closed when a step fails too.
    let steps = steps(client.clone(), base_url.to_owned(), email.to_owned(), password.to_owned(), driver_url);
    let outcome = tokio::spawn(steps).await;
    client.close().await.expect("the browser closes");
    driver.kill().await.expect("chromedriver stops");
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

async fn steps(client: Client, base_url: String, email: String, password: String, driver_url: String) {
    client.goto(&format!("{base_url}/")).await.expect("the page opens");
    assert_eq!(client.title().await.expect("a title"), "StackMotive");
    until(&client, "the explorer", "return !!document.querySelector('.graphiql-explorer-root')").await;

    refuses_without_sign_in(&client).await;
    signs_in(&client, &email, &password).await;
    runs_the_dashboard(&client).await;
    renew_picture(&client).await;
    runs_an_example(&client).await;
    follows_changes(&client).await;
    policy::shows_markup(&client).await;
    stays_on_this_machine(&client, &base_url, &driver_url).await;
    policy::is_never_met(&client, &driver_url).await;
    signs_out(&client).await;
    policy::holds(&client).await;
}

async fn refuses_without_sign_in(client: &Client) {
    click(client, ".graphiql-execute-button").await;
    let answer = answer(client, "UNAUTHENTICATED").await;
    assert_eq!(answer.pointer("/errors/0/extensions/code"), Some(&json!("UNAUTHENTICATED")));
    let focused = "return document.activeElement.id === 'email'";
    until(client, "the sign-in panel with its first field focused", focused).await;
}

/// With the keyboard alone: first with a wrong password, then with the right one.
async fn signs_in(client: &Client, email: &str, password: &str) {
    let press = async |text: String| focused(client).await.send_keys(&text).await.expect("keys");
    press(format!("{email}{}", Key::Tab)).await;
    press(format!("not-{password}{}", Key::Enter)).await;
    let problem = "return document.querySelector('#sign-in-problem').checkVisibility()";
    until(client, "a wrong password to be refused", problem).await;
    until(client, "the password to be asked again", "return document.activeElement.id === 'password'").await;

    press(format!("{password}{}", Key::Enter)).await;
    until(client, "the user's name", "return document.querySelector('#signed-in').checkVisibility()").await;
    let title = client.find(Locator::Css("#user-name")).await.expect("the user's name");
    assert_eq!(title.attr("title").await.expect("an attribute").as_deref(), Some(email));
}

async fn runs_the_dashboard(client: &Client) {
    click(client, ".graphiql-query-editor").await;
    // As a keyboard does, to whatever has the focus: what the editor takes keys with is not always to be seen.
    let keys = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value: Key::Control.into() })
        .then(KeyAction::Down { value: Key::Enter.into() })
        .then(KeyAction::Up { value: Key::Enter.into() })
        .then(KeyAction::Up { value: Key::Control.into() });
    client.perform_actions(keys).await.expect("Ctrl-Enter");
    let answer = answer(client, "portfolioValue").await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let portfolios = answer.pointer("/data/viewer/portfolios/nodes").and_then(Value::as_array).expect("portfolios");
    let holdings = portfolios.iter().filter_map(|node| node.pointer("/holdings/nodes/0/symbol")?.as_str());
    assert!(holdings.count() > 0, "some portfolio has a holding: {answer:#}");

    let response = client.find(Locator::Css(".graphiql-response")).await.expect("the answer's pane");
    assert!(response.text().await.expect("text").contains("portfolioValue"), "the answer can be seen");
}

async fn runs_an_example(client: &Client) {
    click(client, "#examples-button").await;
    click(client, "#examples [data-example='2-journal.graphql']").await;
    until(client, "the example in a tab", "return document.querySelectorAll('.graphiql-tab').length === 2").await;
    is_ready(client, "Journal").await;
    click(client, ".graphiql-execute-button").await;
    let answer = answer(client, "journalEntries").await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    assert!(answer.pointer("/data/viewer/journalEntries/nodes").is_some_and(Value::is_array), "{answer:#}");
}

/// Over a WebSocket, which the page's policy lets through.
async fn follows_changes(client: &Client) {
    click(client, "#examples-button").await;
    click(client, "#examples [data-example='4-live.graphql']").await;
    until(client, "the example in a tab", "return document.querySelectorAll('.graphiql-tab').length === 3").await;
    is_ready(client, "Live").await;
    click(client, ".graphiql-execute-button").await;
    let told = answer(client, "RESYNC").await;
    assert_eq!(told.pointer("/data/viewerChanges/kind"), Some(&json!("RESYNC")), "{told:#}");
    // The same button stops it.
    click(client, ".graphiql-execute-button").await;
}

/// What the page loaded, by its own account and by the browser's, and what its policy would have stopped.
async fn stays_on_this_machine(client: &Client, base_url: &str, driver_url: &str) {
    let loaded = "return performance.getEntriesByType('resource').map((entry) => entry.name)";
    let mut addresses = strings(&client.execute(loaded, Vec::new()).await.expect("the loaded files"));
    assert!(addresses.len() > 3, "the page loads its files and asks the API: {addresses:?}");

    let events = log(client, driver_url, "performance").await;
    let requests = events.iter().filter_map(|event| {
        let event: Value = serde_json::from_str(event["message"].as_str()?).ok()?;
        let message = event.get("message").filter(|message| message["method"] == "Network.requestWillBeSent")?;
        Some(message.pointer("/params/request/url")?.as_str()?.to_owned())
    });
    let before = addresses.len();
    addresses.extend(requests);
    assert!(addresses.len() > before, "the browser logs its requests");
    // `data:` stands in the page, and the others in the browser: its own first tab.
    let own = [&format!("{base_url}/"), "data:", "chrome:", "chrome-untrusted:"];
    let foreign: Vec<_> = addresses.iter().filter(|url| !own.iter().any(|start| url.starts_with(start))).collect();
    assert!(foreign.is_empty(), "requests left for {foreign:?}");
}

async fn signs_out(client: &Client) {
    click(client, "#sign-out-button").await;
    let button = "return document.querySelector('#sign-in-button').checkVisibility() \
        && !!document.querySelector('.graphiql-execute-button')";
    until(client, "the page without a user", button).await;
    let empty = RESPONSE.replacen("return ", "return (", 1) + ") === ''";
    until(client, "nothing of the user", &empty).await;
    let kept = "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])";
    let kept = client.execute(kept, Vec::new()).await.expect("the browser's stores");
    assert!(!kept.to_string().contains("oken"), "no token was stored: {kept}");
}

/// Both programs, or none after saying so; a machine that must have them fails here.
fn installed() -> Option<(PathBuf, PathBuf)> {
    let found = BROWSERS.iter().find_map(|name| on_path(name)).zip(on_path("chromedriver"));
    if found.is_none() {
        assert!(!is_set("STACKMOTIVE_REQUIRE_BROWSER"), "Chromium and chromedriver must be installed here");
        // Straight to the terminal: of a test that passes, cargo shows nothing that was printed.
        let note = writeln!(std::io::stderr(), "SKIPPED: the playground's test needs Chromium and chromedriver.");
        note.expect("a terminal to write to");
    }
    found
}

#[allow(clippy::disallowed_methods, reason = "switches of the tests are no settings of the server")]
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

#[allow(clippy::disallowed_methods, reason = "where programs stand is no setting of the server")]
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Starts chromedriver on a free port and reads from its output which one that is.
async fn start_driver(driver: &Path, home: &Path) -> (Child, String) {
    let mut child = Command::new(driver)
        .arg("--port=0")
        .env("HOME", home)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("chromedriver starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let port = loop {
        let line = lines.next_line().await.expect("its output").expect("chromedriver names its port");
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    // Somebody has to read on, or the driver stops at a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, format!("http://127.0.0.1:{port}"))
}

async fn open(browser: &Path, profile: &Path, driver_url: &str) -> Client {
    let mut arguments: Vec<_> = ARGUMENTS.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.join("profile").display()));
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), json!({ "binary": browser, "args": arguments }));
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL", "performance": "ALL" }));
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities).connect(driver_url).await.expect("the browser starts")
}

async fn renew_picture(client: &Client) {
    if is_set("STACKMOTIVE_RENEW_PICTURE") {
        let picture = client.screenshot().await.expect("a picture");
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/playground.png"), picture).expect("a written file");
    }
}

/// Clicks what is there or comes. The page may just put another element in its place or move something over it, so a
/// click that does not arrive is tried again.
async fn click(client: &Client, css: &str) {
    let start = Instant::now();
    loop {
        let clicked = match client.find(Locator::Css(css)).await {
            Ok(element) => element.click().await,
            Err(missing) => Err(missing),
        };
        let Err(problem) = clicked else { return };
        assert!(start.elapsed() < STEP_MAX, "{css}: {problem}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The editor takes over a tab's document a little after the tab is there; until then it would run the one before.
async fn is_ready(client: &Client, operation: &str) {
    let named = format!(
        "const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror; \
         return editor.operationName === '{operation}' && editor.getValue().includes('{operation}')"
    );
    until(client, &format!("the operation {operation} in the editor"), &named).await;
}

async fn focused(client: &Client) -> fantoccini::elements::Element {
    client.active_element().await.expect("an element with the focus")
}

/// The answer on the page, once it holds this text.
async fn answer(client: &Client, text: &str) -> Value {
    let there = format!("{} .includes('{text}')", RESPONSE.replace("return ", "return (") + ")");
    until(client, &format!("an answer with {text}"), &there).await;
    let shown = client.execute(RESPONSE, Vec::new()).await.expect("the answer's pane");
    serde_json::from_str(shown.as_str().unwrap_or_default()).expect("an answer in JSON")
}

async fn until(client: &Client, what: &str, script: &str) {
    let start = Instant::now();
    while client.execute(script, Vec::new()).await.expect("the script runs") != json!(true) {
        assert!(start.elapsed() < STEP_MAX, "the page did not show {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// chromedriver's own record of what the browser did; the WebDriver standard has none.
async fn log(client: &Client, driver_url: &str, kind: &str) -> Vec<Value> {
    let entries = driver(client, driver_url, "se/log", json!({ "type": kind })).await;
    entries.as_array().expect("entries of the log").clone()
}

/// A command for the browser's own tools for developers.
async fn devtools(client: &Client, driver_url: &str, command: &str, parameters: Value) -> Value {
    driver(client, driver_url, "goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
}

/// What chromedriver answers beyond the WebDriver standard.
async fn driver(client: &Client, driver_url: &str, path: &str, body: Value) -> Value {
    let session = client.session_id().await.expect("an answer").expect("an open session");
    let request = axum::http::Request::post(format!("{driver_url}/session/{session}/{path}"))
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body.to_string()))
        .expect("a request");
    let plain = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let response = plain.request(request).await.expect("an answer").into_body();
    let bytes = axum::body::to_bytes(axum::body::Body::new(response), usize::MAX).await.expect("an answer");
    let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
    answer["value"].clone()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|item| Some(item.as_str()?.to_owned())).collect()
}
