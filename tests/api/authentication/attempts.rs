//! Attempts at a password are counted before they are tried: how many are free, how the waits grow, what is forgiven.

use futures_util::future::join_all;
use serde_json::json;

use super::{PASSWORD, assert_limited, assert_waits, bcrypts, count, line, member, outcome, raw, rows, sign_in, wait};
use crate::support::{Answer, Api, Log, Statements};
use stackmotive::authentication::hashing::Hashing;

const WRONG: (&str, Option<u64>) = ("UNAUTHENTICATED", None);
const HOME: &str = "203.0.113.9";
const HOMES: &str = "(VALUES ('203.0.113.9'::inet))";

#[tokio::test]
async fn five_are_free_and_then_each_waits_twice_as_long_up_to_a_quarter_of_an_hour() {
    let api = Api::start().await.at(HOME);
    let ada = member(&api, "ada").await;
    for _ in 0..5 {
        assert_eq!(outcome(&sign_in(&api, &ada.email, "wrong").await), WRONG);
    }
    let before = rows(&api).await;
    for seconds in [5, 10] {
        let log = Log::listen("trace");
        assert_waits(&api, &ada.email, seconds).await;
        assert_eq!(bcrypts(&log), 0);
        assert_eq!(rows(&api).await, before);
        wait(&api, &format!("{seconds} seconds")).await;
        assert_eq!(outcome(&sign_in(&api, &ada.email, "wrong").await), WRONG, "after {seconds} seconds");
    }
    // The rest of the way without the price of the hashes.
    for seconds in [20, 40, 80, 160, 320, 640, 900, 900, 900] {
        assert_waits(&api, &ada.email, seconds).await;
        wait(&api, &format!("{seconds} seconds")).await;
        count(&api, "password", &ada.email, HOMES, 1).await;
    }
    wait(&api, "15 minutes").await;
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn a_refusal_says_when_to_come_back() {
    let api = Api::start().await.at(HOME);
    let ada = member(&api, "ada").await;
    count(&api, "password", &ada.email, HOMES, 5).await;
    api.sql("UPDATE sign_in_attempts SET blocked_until = clock_timestamp() + interval '899.9 seconds'").await;
    let answer = sign_in(&api, &ada.email, PASSWORD).await;
    assert_limited(&answer, 900);
    let seconds = outcome(&answer).1.unwrap();
    assert_eq!(answer.message(), format!("There were too many attempts; try again in {seconds} seconds."));
    assert_eq!(answer.body["data"], json!({ "signIn": null }));
    let query = "mutation { signIn(input: { email: \"ada@example.com\", password: \"x\" }) { sessionId } }";
    let request = axum::http::Request::post("/graphql").header("content-type", "application/json");
    let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 9], 4711)));
    let request = request.extension(peer).body(axum::body::Body::from(json!({ "query": query }).to_string())).unwrap();
    let response = tower::ServiceExt::oneshot(api.router.clone(), request).await.unwrap();
    let header: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(header > seconds - 5 && header <= seconds, "{header} of {seconds}");
}

#[tokio::test]
async fn the_account_takes_note_of_wrong_ones_and_is_never_locked_by_them() {
    let api = Api::start().await.at(HOME);
    let ada = member(&api, "ada").await;
    let account =
        "SELECT concat_ws('|', failed_login_attempts, locked_until IS NULL, updated_by IS NULL, updated_at) FROM users";
    let untouched = line(&api, account).await;
    for count in 1..=3 {
        assert_eq!(outcome(&sign_in(&api, "ADA@example.com", "wrong").await), WRONG);
        assert_eq!(line(&api, account).await, format!("{count}{}", &untouched[1..]), "that is nobody's change");
    }
    sign_in(&api, &ada.email, PASSWORD).await.data();
    assert!(line(&api, account).await.starts_with("0|t|f|"));
}

#[tokio::test]
async fn a_burst_is_counted_one_by_one() {
    let api = Api::start_with(|app| app.hashing = Hashing::new(2, 200, std::time::Duration::from_secs(120))).await;
    let ada = member(&api, "ada").await;
    let log = Log::listen("trace");
    let answers = join_all((0..100).map(|_| sign_in(&api, &ada.email, "wrong"))).await;
    let mut codes: Vec<_> = answers.iter().map(Answer::code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [vec!["RATE_LIMITED"; 95], vec!["UNAUTHENTICATED"; 5]].concat());
    assert_eq!(bcrypts(&log), 5);
    assert_eq!(line(&api, "SELECT failed_login_attempts::text FROM users").await, "5");
}

#[tokio::test]
async fn the_aliases_of_one_document_are_counted_one_by_one() {
    let api = Api::start().await.at(HOME);
    let ada = member(&api, "ada").await;
    let fields: String = (0..10)
        .map(|n| {
            format!("a{n}: signIn(input: {{ email: \"{}\", password: \"guess {n}\" }}) {{ sessionId }} ", ada.email)
        })
        .collect();
    let answer = api.ask(None, &format!("mutation {{ {fields} }}")).await;
    let errors = answer.body["errors"].as_array().unwrap().iter();
    let codes: Vec<_> = errors.map(|error| error["extensions"]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, [["UNAUTHENTICATED"; 5], ["RATE_LIMITED"; 5]].concat());
    let counted = "SELECT string_agg(counter || ' ' || attempts, ', ' ORDER BY counter) FROM sign_in_attempts";
    assert_eq!(line(&api, counted).await, "account 5, account_at_address 5, address 5");
}

#[tokio::test]
async fn two_servers_count_together() {
    let one = Api::start().await.at(HOME);
    let other = one.beside().await.at(HOME);
    let ada = member(&one, "ada").await;
    for api in [&one, &other, &one, &other, &one] {
        assert_eq!(outcome(&sign_in(api, &ada.email, "wrong").await), WRONG);
    }
    for api in [&one, &other] {
        assert_waits(api, &ada.email, 5).await;
    }
}

#[tokio::test]
async fn a_right_one_begins_anew_here_and_takes_only_itself_from_the_address() {
    let api = Api::start().await.at(HOME);
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    let counted =
        "SELECT string_agg(counter || ' ' || attempts, ', ' ORDER BY counter, attempts) FROM sign_in_attempts";
    for _ in 0..4 {
        assert_eq!(outcome(&sign_in(&api, &ada.email, "wrong").await), WRONG);
    }
    // Somebody with an account of their own cannot wash off their guesses at others.
    sign_in(&api, &bob.email, PASSWORD).await.data();
    assert_eq!(
        line(&api, counted).await,
        "account 0, account 4, account_at_address 0, account_at_address 4, address 4"
    );
    sign_in(&api, &ada.email, PASSWORD).await.data();
    assert_eq!(
        line(&api, counted).await,
        "account 0, account 4, account_at_address 0, account_at_address 0, address 4"
    );
    assert_eq!(outcome(&sign_in(&api, &ada.email, "wrong").await), WRONG);
}

#[tokio::test]
async fn each_quarter_of_an_hour_forgives_one_and_what_is_forgiven_goes() {
    let api = Api::start().await.at(HOME);
    let ada = member(&api, "ada").await;
    count(&api, "password", &ada.email, HOMES, 5).await;
    count(&api, "password", "nobody@example.com", "(VALUES ('198.51.100.1'::inet))", 1).await;
    wait(&api, "31 minutes").await;
    assert_eq!(outcome(&sign_in(&api, &ada.email, "wrong").await), WRONG);
    let counted = "SELECT string_agg(counter || ' ' || attempts, ', ' ORDER BY counter) FROM sign_in_attempts";
    // The three rows of nobody's one attempt are gone.
    assert_eq!(line(&api, counted).await, "account 4, account_at_address 4, address 4");
    wait(&api, "61 minutes").await;
    sign_in(&api, "other@example.com", "wrong").await;
    assert_eq!(line(&api, counted).await, "account 1, account_at_address 1, address 1");
}

#[tokio::test]
async fn whatever_an_account_is_like_a_wrong_password_says_and_costs_the_same() {
    let api = Api::start().await.at(HOME);
    for (name, change) in [
        ("plain", "display_name = 'Plain'"),
        ("closed", "is_active = false"),
        ("locked", "locked_until = now() + interval '1 day'"),
        ("guarded", "totp_secret = 's1.key.' || repeat('a', 60), totp_enabled_at = now()"),
        ("admin", "is_admin = true"),
    ] {
        member(&api, name).await;
        api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET {change} WHERE email LIKE '{name}@%'")).await;
    }
    let query = "mutation($i: SignInInput!) { signIn(input: $i) { accessToken } }";
    let ask = async |name: &str| {
        let input = json!({ "email": format!("{name}@example.com"), "password": "wrong" });
        raw(&api, json!({ "query": query, "variables": { "i": input } })).await
    };
    let names = ["plain", "closed", "locked", "guarded", "admin", "nobody"];
    let (mut answers, mut statements, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    let heard = Statements::listen();
    for name in names {
        answers.push(ask(name).await);
        statements.push(heard.take());
    }
    drop(heard);
    let log = Log::listen("trace");
    for name in names {
        answers.push(ask(name).await);
        hashes.push(bcrypts(&log));
    }
    drop(log);
    let expected =
        ["SELECT * FROM auth_reserve($1, $2, $3)", "SELECT * FROM auth_credentials($1)", "SELECT auth_failed($1)"];
    assert_eq!(statements, vec![expected.map(String::from).to_vec(); names.len()]);
    assert_eq!(hashes, [1; 6]);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // Behind the free ones they wait alike, too.
    for name in names {
        count(&api, "password", &format!("{name}@example.com"), "(VALUES (NULL::inet))", 3).await;
        api.sql("UPDATE sign_in_attempts SET blocked_until = clock_timestamp() + interval '15 minutes'").await;
        answers.push(ask(name).await);
        api.sql("UPDATE sign_in_attempts SET blocked_until = last_at WHERE counter = 'address'").await;
    }
    let limited = answers[2 * names.len()..].iter().map(|(headers, body)| {
        let body = String::from_utf8_lossy(body).replace(|letter: char| letter.is_ascii_digit(), "#");
        assert!(body.contains("RATE_LIMITED") && body.contains("try again in ### seconds"), "{body}");
        (headers.iter().filter(|(name, _)| name != "retry-after").collect::<Vec<_>>(), body)
    });
    let limited: Vec<_> = limited.collect();
    assert!(limited.iter().all(|answer| *answer == limited[0]), "{limited:#?}");
}

#[tokio::test]
async fn a_closed_account_and_a_locked_one_show_themselves_to_their_password_alone_and_uncounted() {
    let api = Api::start().await.at(HOME);
    let ada = member(&api, "ada").await;
    for change in ["is_active = false", "is_active = true, locked_until = now() + interval '1 minute'"] {
        api.sql(&format!("UPDATE users SET {change}")).await;
        for _ in 0..6 {
            assert_eq!(outcome(&sign_in(&api, &ada.email, PASSWORD).await), ("FORBIDDEN", None), "{change}");
        }
    }
    let counted = "SELECT string_agg(counter || ' ' || attempts, ', ' ORDER BY counter) FROM sign_in_attempts";
    assert_eq!(line(&api, counted).await, "account 0, account_at_address 0, address 0");
}
