//! Whom counted attempts keep out, and whom not: the one who guesses, and never the one who is guessed at.

use super::{PASSWORD, assert_limited, assert_waits, count, issues, line, member, outcome, sign_in, tokens, wait};
use crate::support::{Api, Somebody};
use serde_json::json;

const ATTACKER: &str = "198.51.100.1";
const HOME: &str = "203.0.113.9";
const TRAIN: &str = "192.0.2.77";

/// Ada, who signed in from home some days ago and signed out again.
async fn ada_of_home(api: &Api) -> Somebody {
    let ada = member(api, "ada").await;
    sign_in(&api.at(HOME), &ada.email, PASSWORD).await.data();
    api.sql(
        "UPDATE user_sessions SET last_activity_at = now() - interval '29 days', is_active = false, revoked_at = now();
         DELETE FROM sign_in_attempts",
    )
    .await;
    ada
}

#[tokio::test]
async fn one_who_hammers_an_account_keeps_nobody_else_out() {
    let api = Api::start().await;
    let ada = ada_of_home(&api).await;
    for _ in 0..5 {
        assert_eq!(outcome(&sign_in(&api.at(ATTACKER), &ada.email, "guess").await), ("UNAUTHENTICATED", None));
    }
    assert_waits(&api.at(ATTACKER), &ada.email, 5).await;
    // As long as they please, as often as they are let: each time at the very end of their wait.
    let addresses = format!("(VALUES ('{ATTACKER}'::inet))");
    for _ in 0..60 {
        let left =
            "SELECT ceil(extract(epoch FROM max(blocked_until) - clock_timestamp()))::text FROM sign_in_attempts";
        wait(&api, &format!("{} seconds", line(&api, left).await)).await;
        count(&api, "password", &ada.email, &addresses, 1).await;
    }
    assert_waits(&api.at(ATTACKER), &ada.email, 900).await;
    sign_in(&api.at(TRAIN), &ada.email, PASSWORD).await.data();
    sign_in(&api.at(HOME), &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn many_who_do_keep_out_new_addresses_for_a_while_and_never_a_known_one() {
    let api = Api::start().await;
    let ada = ada_of_home(&api).await;
    let crowd = "(SELECT ('198.51.100.' || n)::inet FROM generate_series(1, 10) n)";
    count(&api, "password", &ada.email, crowd, 5).await;
    assert_waits(&api.at(TRAIN), &ada.email, 5).await;
    sign_in(&api.at(HOME), &ada.email, PASSWORD).await.data();
    // However many there are, the wait never grows past a quarter of an hour.
    for (n, seconds) in [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900].into_iter().enumerate() {
        assert_waits(&api.at(TRAIN), &ada.email, seconds).await;
        wait(&api, &format!("{seconds} seconds")).await;
        count(&api, "password", &ada.email, &format!("(VALUES ('198.51.101.{n}'::inet))"), 1).await;
    }
    sign_in(&api.at(HOME), &ada.email, PASSWORD).await.data();
    // Other accounts are no concern of theirs.
    let bob = member(&api, "bob").await;
    sign_in(&api.at(TRAIN), &bob.email, PASSWORD).await.data();
    wait(&api, "15 minutes").await;
    sign_in(&api.at(TRAIN), &ada.email, PASSWORD).await.data();
    count(&api, "password", &ada.email, crowd, 5).await;
    // By then the train is known.
    sign_in(&api.at(TRAIN), &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn a_known_address_is_one_of_the_last_30_days_and_has_free_attempts_of_its_own() {
    let api = Api::start().await;
    let ada = ada_of_home(&api).await;
    let crowd = "(SELECT ('198.51.100.' || n)::inet FROM generate_series(1, 10) n)";
    count(&api, "password", &ada.email, crowd, 5).await;
    for _ in 0..5 {
        assert_eq!(outcome(&sign_in(&api.at(HOME), &ada.email, "guess").await), ("UNAUTHENTICATED", None));
    }
    assert_waits(&api.at(HOME), &ada.email, 5).await;
    wait(&api, "5 seconds").await;
    api.sql("UPDATE user_sessions SET last_activity_at = now() - interval '30 days'").await;
    count(&api, "password", &ada.email, "(VALUES ('198.51.100.200'::inet))", 1).await;
    assert_waits(&api.at(HOME), &ada.email, 10).await;
}

#[tokio::test]
async fn one_who_tries_many_accounts_waits_for_all_of_them_but_not_whom_the_address_knows() {
    let api = Api::start().await;
    let ada = ada_of_home(&api).await;
    let bob = member(&api, "bob").await;
    for n in 0..20 {
        count(&api, "password", &format!("guess{n}@example.com"), &format!("(VALUES ('{HOME}'::inet))"), 1).await;
    }
    assert_waits(&api.at(HOME), &bob.email, 5).await;
    assert_waits(&api.at(HOME), "nobody@example.com", 5).await;
    sign_in(&api.at(HOME), &ada.email, PASSWORD).await.data();
    sign_in(&api.at(TRAIN), &bob.email, PASSWORD).await.data();
}

#[tokio::test]
async fn ipv6_counts_by_its_first_64_bits_and_ipv4_whole_however_it_is_written() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let guesses = "(SELECT ('2001:db8:1:1::' || n)::inet FROM generate_series(1, 5) n)";
    count(&api, "password", &ada.email, guesses, 1).await;
    let attacker = api.at("2001:db8:1:1:ffff:ffff:ffff:ffff");
    assert_waits(&attacker, &ada.email, 5).await;
    sign_in(&api.at("2001:db8:1:2::1"), &ada.email, PASSWORD).await.data();
    count(&api, "password", &ada.email, &format!("(VALUES ('{ATTACKER}'::inet))"), 5).await;
    let mapped = api.at(&format!("::ffff:{ATTACKER}"));
    assert_waits(&mapped, &ada.email, 5).await;
    sign_in(&api.at("198.51.100.2"), &ada.email, PASSWORD).await.data();
    // The whole /64 of the sign-in above is known by now, and nothing of its neighbour.
    count(&api, "password", &ada.email, "(SELECT ('198.51.101.' || n)::inet FROM generate_series(1, 50) n)", 1).await;
    sign_in(&api.at("2001:db8:1:2:abcd::9"), &ada.email, PASSWORD).await.data();
    assert_waits(&api.at("2001:db8:1:3::1"), &ada.email, 5).await;
}

#[tokio::test]
async fn ten_accounts_are_made_from_an_address_and_then_each_waits() {
    let api = Api::start().await;
    member(&api, "ada").await;
    let register = |address: &str, email: &str| {
        let api = api.at(address);
        let input = json!({ "email": email, "password": "longenough" });
        async move { tokens(&api, "register", input).await }
    };
    count(&api, "register", "", &format!("(VALUES ('{HOME}'::inet))"), 9).await;
    // Finding out who has an account costs an attempt like any other.
    let taken = register(HOME, "ada@example.com").await;
    assert_eq!(issues(&taken), json!([[["input", "email"], "TAKEN"]]));
    for email in ["ada@example.com", "new@example.com"] {
        assert_limited(&register(HOME, email).await, 5);
    }
    assert_eq!(line(&api, "SELECT count(*)::text FROM users").await, "1");
    register(TRAIN, "new@example.com").await.data();
    wait(&api, "5 seconds").await;
    register(HOME, "newer@example.com").await.data();
    assert_limited(&register(HOME, "newest@example.com").await, 10);
}
