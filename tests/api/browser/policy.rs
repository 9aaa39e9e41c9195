//! The page under its Content-Security-Policy: it needs nothing that is forbidden, and what is forbidden is stopped.

use fantoccini::{Client, key::Key};
use serde_json::{Value, json};

use super::{click, devtools, log, strings, until};

/// Notes what the policy stops, from before the page's first byte, in the page and in the documents that it makes.
const NOTE: &str = "globalThis.violations = []; \
     document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push( \
       `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`))";

/// Things that the policy forbids, each with the directive that says so.
const FORBIDDEN: [(&str, &str); 11] = [
    ("script-src-elem", "import('data:text/javascript,globalThis.ran = true').catch(() => {})"),
    ("require-trusted-types-for", "make('script', { src: 'data:text/javascript,globalThis.ran = true' })"),
    ("require-trusted-types-for", "make('script', { text: 'globalThis.ran = true' })"),
    ("require-trusted-types-for", "eval('globalThis.ran = true')"),
    ("require-trusted-types-for", "new Worker('data:text/javascript,0')"),
    ("require-trusted-types-for", "document.body.setAttributeNS(null, 'onclick', 'globalThis.ran = true')"),
    ("trusted-types", "trustedTypes.createPolicy('another', {})"),
    ("style-src-attr", "document.body.setAttribute('style', 'color: red')"),
    ("connect-src", "fetch('https://evil.example/').catch(() => {})"),
    ("frame-src", "make('iframe', { src: 'https://evil.example/' })"),
    ("form-action", "make('form', { action: 'https://evil.example/' }).submit()"),
];

/// From here on every page of this browser notes what its policy stops.
pub async fn note_violations(client: &Client, driver_url: &str) {
    let parameters = json!({ "source": NOTE });
    devtools(client, driver_url, "Page.addScriptToEvaluateOnNewDocument", parameters).await;
}

/// Descriptions of the schema, which come as text and go through the page's trusted types, and the editor's search bar.
pub async fn shows_markup(client: &Client) {
    click(client, "[aria-label='Show Documentation Explorer']").await;
    click(client, ".graphiql-doc-explorer-content .graphiql-doc-explorer-type-name").await;
    let described = "return [...document.querySelectorAll('.graphiql-doc-explorer-content .graphiql-markdown-description p')]\
                     .some((paragraph) => paragraph.textContent.length > 20)";
    until(client, "a description from the schema", described).await;
    click(client, ".graphiql-query-editor .CodeMirror").await;
    let editor = client.active_element().await.expect("the editor");
    editor.send_keys(&format!("{}f{}", Key::Control + "", Key::Null + "")).await.expect("Ctrl-F");
    until(client, "the search bar", "return !!document.querySelector('.CodeMirror-search-field')").await;
    client.active_element().await.expect("the search bar").send_keys(&(Key::Escape + "")).await.expect("Escape");
    click(client, "[aria-label='Hide Documentation Explorer']").await;
}

/// Everything that was done so far needed nothing that is forbidden, and nothing else went wrong.
pub async fn is_never_met(client: &Client, driver_url: &str) {
    assert_eq!(violations(client).await, Vec::<String>::new());
    // What the explorer says of arguments that are variables is no fault of the page.
    let is_remark = |entry: &Value| {
        entry["source"] == "console-api"
            && entry["message"].as_str().is_some_and(|text| text.contains("\"arg mismatch"))
    };
    let console = log(client, driver_url, "browser").await;
    let faults: Vec<_> = console.iter().filter(|entry| !is_remark(entry)).collect();
    assert_eq!(faults, Vec::<&Value>::new());
}

/// The policy does what it says: none of these runs, loads or leaves.
pub async fn holds(client: &Client) {
    let mut stopped = Vec::new();
    for (_, script) in FORBIDDEN {
        let before = violations(client).await.len();
        let make = "const make = (name, properties) => document.body.appendChild( \
                        Object.assign(document.createElement(name), properties));";
        // Later, because what the driver itself runs may do more than the page.
        let attempt = format!("setTimeout(() => {{ {make} try {{ {script} }} catch {{}} }})");
        client.execute(&attempt, Vec::new()).await.expect("the script runs");
        until(client, script, &format!("return globalThis.violations.length > {before}")).await;
        let found = violations(client).await;
        stopped.push((found[before].split(' ').next().unwrap_or_default().to_owned(), script));
    }
    assert_eq!(stopped, FORBIDDEN.map(|(directive, script)| (directive.to_owned(), script)));
    let markup = r#"<img src=x onerror=alert(1)><a href="javascript:1" style="color: red">x</a><script>1</script>"#;
    let clean = "const place = document.createElement('div'); place.innerHTML = arguments[0]; return place.innerHTML";
    let cleaned = client.execute(clean, vec![json!(markup)]).await.expect("the script runs");
    assert_eq!(cleaned, json!("<a>x</a>"));
    let ran = client.execute("return globalThis.ran === undefined", Vec::new()).await.expect("the script runs");
    assert_eq!(ran, json!(true), "something ran that the policy forbids");
}

async fn violations(client: &Client) -> Vec<String> {
    let found: Value = client.execute("return globalThis.violations", Vec::new()).await.expect("the script runs");
    assert!(found.is_array(), "the page notes what is stopped");
    strings(&found)
}
