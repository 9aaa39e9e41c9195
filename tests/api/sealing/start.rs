//! A server looks at its keys before it serves.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use stackmotive::sealing::{KeyRing, Source, columns::HASHED_PASSWORD};

use super::{give_numbers, keys_in_use, ring, stored};
use crate::{
    authentication::{PASSWORD, member, sign_in},
    support::Api,
};

async fn refusal(api: &Api, keys: KeyRing) -> String {
    Source::Given(keys).open(&api.app.database).await.unwrap_err().to_string()
}

fn other_key(id: &str, byte: u8) -> KeyRing {
    KeyRing::read(&SecretString::from(format!("{id}:{}", STANDARD.encode([byte; 32]))), "the test").unwrap()
}

#[tokio::test]
async fn it_says_which_keys_are_missing() {
    let api = Api::start().await;
    let sentence = Source::Given(other_key("other", 1)).open(&api.app.database).await;
    assert!(sentence.is_ok(), "an empty database needs none");
    let ada = api.somebody("ada").await;
    give_numbers(&api, &ada).await;
    assert_eq!(
        refusal(&api, ring(&api, &["test-2"])).await,
        "The database holds values that were sealed with the key test-1, which this server lacks: add it to the keys, \
         behind the first one."
    );
    stackmotive::sealing::rotation::rotate(&api.app.database, &ring(&api, &["test-2", "test-1"]), |_| ())
        .await
        .unwrap();
    give_numbers(&api, &ada).await;
    let sentence = refusal(&api, other_key("other", 1)).await;
    assert!(sentence.contains("with the keys test-1 and test-2, which"), "{sentence}");
    Source::Given(ring(&api, &["test-2", "test-1"])).open(&api.app.database).await.unwrap();
}

#[tokio::test]
async fn it_notices_another_key_of_the_same_name() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let sentence = refusal(&api, other_key("test-1", 1)).await;
    assert!(sentence.starts_with("The key test-1 does not open what the key of that name has sealed"), "{sentence}");

    // One value that was changed is no reason to serve nobody.
    api.somebody("bob").await;
    api.sql(&format!(
        "UPDATE users SET hashed_password = overlay(hashed_password PLACING 'AAAA' FROM 40) WHERE id = '{}'",
        ada.id
    ))
    .await;
    Source::Given(ring(&api, &["test-1"])).open(&api.app.database).await.unwrap();
}

#[tokio::test]
async fn it_seals_the_hashes_of_before_and_accepts_none_that_is_not_sealed() {
    let api = Api::start().await;
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    for who in [&ada, &bob] {
        let hash = super::opened(&api, &api.app.keys, HASHED_PASSWORD, who.id).await.unwrap();
        api.sql(&format!("UPDATE users SET hashed_password = '{hash}' WHERE id = '{}'", who.id)).await;
    }
    assert_eq!(keys_in_use(&api).await, BTreeSet::from([String::new()]));
    assert_eq!(sign_in(&api, &ada.email, PASSWORD).await.code(), "INTERNAL");

    let before = crate::authentication::lines(&api, "SELECT updated_at::text FROM users ORDER BY id").await;
    Source::Given(api.app.keys.clone()).open(&api.app.database).await.unwrap();
    assert_eq!(keys_in_use(&api).await, BTreeSet::from(["test-1".to_owned()]));
    assert!(stored(&api, HASHED_PASSWORD, bob.id).await.unwrap().starts_with("s1.test-1."));
    assert_eq!(crate::authentication::lines(&api, "SELECT updated_at::text FROM users ORDER BY id").await, before);
    sign_in(&api, &ada.email, PASSWORD).await.data();
    assert_eq!(sign_in(&api, &ada.email, "correct horse").await.code(), "UNAUTHENTICATED");
}
