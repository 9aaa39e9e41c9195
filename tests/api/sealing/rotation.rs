//! A new key takes over while servers go on working.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::json;
use stackmotive::sealing::{
    columns::{HASHED_PASSWORD, PHONE_NUMBER, TAX_IDENTIFICATION_NUMBER},
    rotation::{self, Summary},
};
use uuid::Uuid;

use super::{PHONE, give_numbers, keys_in_use, opened, ring, stored, update};
use crate::{
    authentication::{PASSWORD, line, lines, member, sign_in},
    support::Api,
};

#[tokio::test]
async fn seals_everything_anew_and_changes_nothing_else() {
    let api = Api::start().await;
    let (ada, bob) = (member(&api, "ada").await, api.somebody("bob").await);
    give_numbers(&api, &ada).await;
    let secret = api.app.keys.seal(stackmotive::sealing::columns::TOTP_SECRET, bob.id, "JBSWY3DPEHPK3PXP").unwrap();
    api.sql(&format!("UPDATE users SET totp_secret = '{secret}' WHERE id = '{}'", bob.id)).await;
    let others = "SELECT (to_jsonb(u) - 'hashed_password' - 'totp_secret')::text FROM users u \
                  UNION ALL SELECT (to_jsonb(o) - 'phone_number' - 'tax_identification_number' - 'tax_file_number')::text \
                  FROM user_onboarding_progress o ORDER BY 1";
    let before = lines(&api, others).await;

    let (both, new) = (ring(&api, &["test-2", "test-1"]), ring(&api, &["test-2"]));
    let seen = Mutex::new(Vec::new());
    let done = rotation::rotate(&api.app.database, &both, |count| seen.lock().unwrap().push(count)).await.unwrap();
    assert_eq!(done, Summary { resealed: 6, in_use: 0, unopened: 0 });
    assert_eq!(seen.into_inner().unwrap(), [2, 3, 4, 5, 6]);
    assert_eq!(keys_in_use(&api).await, BTreeSet::from(["test-2".to_owned()]));
    assert_eq!(opened(&api, &new, PHONE_NUMBER, ada.id).await.as_deref(), Some(PHONE));
    assert_eq!(lines(&api, others).await, before, "nor the times of change");
    sign_in(&api, &ada.email, PASSWORD).await.data();

    let audit = "SELECT scope || ' ' || details::text FROM audit_log WHERE operation = 'KEYS_ROTATED'";
    assert_eq!(line(&api, audit).await, r#"system {"in_use": 0, "resealed": 6, "unopened": 0}"#);

    let again = rotation::rotate(&api.app.database, &both, |_| panic!("nothing is left")).await.unwrap();
    assert_eq!(again, Summary::default());
}

#[tokio::test]
async fn leaves_what_is_locked_and_does_not_open_and_goes_on_later() {
    let api = Api::start().await;
    let people = [api.somebody("ada").await, api.somebody("bob").await, api.somebody("eve").await];
    let [ada, bob, eve] = people.each_ref().map(|who| who.id);
    // Bob's hash stands in Eve's row, where it does not open.
    api.sql(&format!(
        "UPDATE users SET hashed_password = (SELECT hashed_password FROM users WHERE id = '{bob}') WHERE id = '{eve}'"
    ))
    .await;
    let mut holder = api.admin().await;
    let lock = format!("BEGIN; SELECT FROM users WHERE id = '{ada}' FOR UPDATE");
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut holder).await.unwrap();

    let both = ring(&api, &["test-2", "test-1"]);
    let done = rotation::rotate(&api.app.database, &both, |_| ()).await.unwrap();
    assert_eq!(done, Summary { resealed: 1, in_use: 1, unopened: 1 });
    let kept = [stored(&api, HASHED_PASSWORD, ada).await.unwrap(), stored(&api, HASHED_PASSWORD, eve).await.unwrap()];
    assert!(kept.iter().all(|text| text.starts_with("s1.test-1.")), "{kept:?}");
    assert!(stored(&api, HASHED_PASSWORD, bob).await.unwrap().starts_with("s1.test-2."));

    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    let done = rotation::rotate(&api.app.database, &both, |_| ()).await.unwrap();
    assert_eq!(done, Summary { resealed: 1, in_use: 0, unopened: 1 });
}

#[tokio::test]
async fn loses_no_change_that_is_made_meanwhile() {
    const PEOPLE: usize = 8;
    let api = Api::start().await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(api.somebody(&format!("person{number}")).await);
    }
    let stop = AtomicBool::new(false);
    let last: Mutex<BTreeMap<Uuid, String>> = Mutex::default();
    let both = ring(&api, &["test-2", "test-1"]);
    // Each person's own client changes the number again and again; what was answered is remembered.
    let writers = join_all(people.iter().enumerate().map(async |(place, who)| {
        let mut round = 0;
        while !stop.load(Ordering::Relaxed) {
            round += 1;
            let phone = format!("+64{:03}{round:06}", 100 + place);
            update(
                &api,
                Some(who),
                json!({ "phoneNumber": phone, "taxIdentificationNumber": phone.trim_start_matches('+') }),
            )
            .await
            .data();
            last.lock().unwrap().insert(who.id, phone);
        }
        round
    }));
    let rotating = async {
        let mut resealed = 0;
        let until = Instant::now() + Duration::from_secs(3);
        while Instant::now() < until {
            resealed += rotation::rotate(&api.app.database, &both, |_| ()).await.unwrap().resealed;
        }
        stop.store(true, Ordering::Relaxed);
        resealed
    };
    let (rounds, resealed) = tokio::join!(writers, rotating);
    assert!(rounds.iter().all(|round| *round > 0) && resealed > PEOPLE as u64, "{rounds:?} {resealed}");

    rotation::rotate(&api.app.database, &both, |_| ()).await.unwrap();
    let new = ring(&api, &["test-2"]);
    for (id, phone) in last.into_inner().unwrap() {
        assert_eq!(opened(&api, &new, PHONE_NUMBER, id).await.as_deref(), Some(&*phone));
        let tax = opened(&api, &new, TAX_IDENTIFICATION_NUMBER, id).await;
        assert_eq!(tax.as_deref(), Some(phone.trim_start_matches('+')));
    }
}

#[tokio::test]
async fn lets_a_sign_in_through_whose_hash_is_sealed_anew_meanwhile() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let hash = opened(&api, &api.app.keys, HASHED_PASSWORD, ada.id).await.unwrap();
    let anew = ring(&api, &["test-2"]).seal(HASHED_PASSWORD, ada.id, &hash).unwrap();
    let mut rotating = api.admin().await;
    let sql = format!("BEGIN; UPDATE users SET hashed_password = '{anew}'");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut rotating).await.unwrap();
    let waiting = async {
        let waits =
            "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while lines(&api, waits).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sqlx::raw_sql("COMMIT").execute(&mut rotating).await.unwrap();
    };
    let (answer, ()) = tokio::join!(sign_in(&api, &ada.email, PASSWORD), waiting);
    answer.data();
    assert_eq!(line(&api, "SELECT hashed_password::text FROM users").await, anew);
}
