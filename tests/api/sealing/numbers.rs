//! Somebody stores the numbers that name them.

use serde_json::json;
use stackmotive::sealing::columns::{PHONE_NUMBER, TAX_FILE_NUMBER, TAX_IDENTIFICATION_NUMBER};

use super::{PHONE, TAX, TAX_FILE, endings, give_numbers, opened, stored, update};
use crate::{
    authentication::{issues, line, lines},
    support::{Api, Log},
};

#[tokio::test]
async fn are_stored_sealed_and_come_back_as_endings() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input = json!({
        "phoneNumber": " +64 (21) 555-0143 ", "taxIdentificationNumber": "49-091-850", "taxFileNumber": "865 414"
    });
    let answer = update(&api, Some(&ada), input).await;
    let onboarding = &answer.data()["updatePersonalData"]["onboarding"];
    assert_eq!(onboarding["phoneNumberEnding"], "0143");
    assert_eq!(onboarding["taxIdentificationNumberEnding"], "1850");
    assert_eq!(onboarding["taxFileNumberEnding"], "14", "of a short number two");

    for (column, number) in [(PHONE_NUMBER, PHONE), (TAX_IDENTIFICATION_NUMBER, TAX), (TAX_FILE_NUMBER, TAX_FILE)] {
        let text = stored(&api, column, ada.id).await.unwrap();
        assert!(text.starts_with("s1.test-1.") && !text.contains(number), "{text}");
        assert_eq!(opened(&api, &api.app.keys, column, ada.id).await.as_deref(), Some(number));
    }
    let activity = "SELECT concat_ws('|', user_id, block_id, action, user_input) FROM agent_memory";
    let told = r#"{"phoneNumber":"set","taxFileNumber":"set","taxIdentificationNumber":"set"}"#;
    assert_eq!(line(&api, activity).await, format!("{}|onboarding|personal_data_updated|{told}", ada.id));
}

#[tokio::test]
async fn stay_when_left_out_and_go_when_null() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    give_numbers(&api, &ada).await;
    let phone = stored(&api, PHONE_NUMBER, ada.id).await;
    update(&api, Some(&ada), json!({ "taxFileNumber": null, "taxIdentificationNumber": "AB123456C" })).await.data();
    assert_eq!(stored(&api, PHONE_NUMBER, ada.id).await, phone);
    assert_eq!(stored(&api, TAX_FILE_NUMBER, ada.id).await, None);
    let seen =
        json!({ "phoneNumberEnding": "0143", "taxIdentificationNumberEnding": "456C", "taxFileNumberEnding": null });
    assert_eq!(endings(&api, &ada).await.data()["viewer"]["onboarding"], seen);
    let last = "SELECT user_input FROM agent_memory ORDER BY timestamp DESC LIMIT 1";
    assert_eq!(line(&api, last).await, r#"{"taxFileNumber":"cleared","taxIdentificationNumber":"set"}"#);
}

#[tokio::test]
async fn are_refused_all_at_once_when_they_are_none() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let wrong = json!({ "phoneNumber": "021 555 0143", "taxIdentificationNumber": "12345", "taxFileNumber": "ABCDEF" });
    let answer = update(&api, Some(&ada), wrong).await;
    let fields = ["phoneNumber", "taxIdentificationNumber", "taxFileNumber"];
    assert_eq!(issues(&answer), json!(fields.map(|field| json!([["input", field], "FORMAT"]))));
    for given in ["5550143", "555 0143", "12345", "ABCDEF"] {
        assert!(!answer.text.contains(given), "{}", answer.text);
    }
    assert_eq!(update(&api, None, json!({ "phoneNumber": PHONE })).await.code(), "UNAUTHENTICATED");
    for table in ["user_onboarding_progress", "agent_memory"] {
        assert_eq!(lines(&api, &format!("SELECT id::text FROM {table}")).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn are_not_written_over_what_was_not_seen() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let first = update(&api, Some(&ada), json!({ "phoneNumber": PHONE })).await;
    let seen = first.data()["updatePersonalData"]["onboarding"]["updatedAt"].clone();
    update(&api, Some(&ada), json!({ "phoneNumber": "+64215550199", "expectedUpdatedAt": seen })).await.data();
    let before = stored(&api, PHONE_NUMBER, ada.id).await;
    let late = update(&api, Some(&ada), json!({ "phoneNumber": null, "expectedUpdatedAt": seen })).await;
    assert_eq!(late.code(), "CONFLICT");
    let now = api.ask(Some(&ada), "{ viewer { onboarding { updatedAt } } }").await;
    let now = &now.data()["viewer"]["onboarding"]["updatedAt"];
    assert_eq!(&late.body["errors"][0]["extensions"]["current"]["updatedAt"], now);
    assert!(!late.text.contains("5550199"), "{}", late.text);
    assert_eq!(stored(&api, PHONE_NUMBER, ada.id).await, before);
    assert_eq!(lines(&api, "SELECT id::text FROM agent_memory").await.len(), 2);
}

#[tokio::test]
async fn do_not_open_where_they_were_not_put() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    give_numbers(&api, &ada).await;
    give_numbers(&api, &bob).await;
    // Bob gets Ada's telephone number, which would show its end, and her two tax numbers change places.
    api.sql(&format!(
        "UPDATE user_onboarding_progress SET phone_number = (
             SELECT phone_number FROM user_onboarding_progress WHERE user_id = '{}') WHERE user_id = '{}'",
        ada.id, bob.id
    ))
    .await;
    api.sql(&format!(
        "UPDATE user_onboarding_progress SET tax_file_number = tax_identification_number,
             tax_identification_number = overlay(tax_identification_number PLACING 'AAAA' FROM 40)
         WHERE user_id = '{}'",
        ada.id
    ))
    .await;
    let log = Log::listen("stackmotive=info");
    for (who, broken, whole) in [
        (&bob, vec!["phoneNumberEnding"], vec!["taxFileNumberEnding", "taxIdentificationNumberEnding"]),
        (&ada, vec!["taxFileNumberEnding", "taxIdentificationNumberEnding"], vec!["phoneNumberEnding"]),
    ] {
        let answer = endings(&api, who).await;
        assert_eq!(answer.code(), "INTERNAL");
        assert_eq!(answer.body["errors"].as_array().unwrap().len(), broken.len());
        let shown = &answer.body["data"]["viewer"]["onboarding"];
        assert!(broken.iter().all(|field| shown[field].is_null()), "{shown}");
        assert!(whole.iter().all(|field| shown[field].is_string()), "{shown}");
    }
    let told = log.text();
    assert!(told.contains("does not open with the key test-1"), "{told}");
    assert!(!told.contains(PHONE) && !told.contains(TAX) && !told.contains("s1.test"), "{told}");
}

#[tokio::test]
async fn are_not_even_by_their_ends_anybody_elses_to_see() {
    let api = Api::start().await;
    let (ada, root) = (api.somebody("ada").await, api.somebody("root").await);
    give_numbers(&api, &ada).await;
    api.sql(&format!("UPDATE users SET is_admin = true WHERE id = '{}'", root.id)).await;
    let users = "{ admin { users { nodes { email onboarding { id phoneNumberEnding taxFileNumberEnding } } } } }";
    let answer = api.ask(Some(&root), users).await;
    let nodes = answer.data()["admin"]["users"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert!(nodes.iter().all(|node| node["onboarding"].is_null()), "{nodes:?}");
    let id = line(&api, "SELECT id::text FROM user_onboarding_progress").await;
    let node = format!("{{ node(id: \"onboarding_{id}\") {{ ... on Onboarding {{ phoneNumberEnding }} }} }}");
    assert_eq!(api.ask(Some(&root), &node).await.code(), "NOT_FOUND");
    assert_eq!(api.ask(Some(&ada), &node).await.data()["node"]["phoneNumberEnding"], "0143");
    let schema = stackmotive::graphql::schema::sdl();
    let users_filter = schema.split("input UserFilter {").nth(1).unwrap().split("\n}").next().unwrap();
    assert!(users_filter.contains("email:") && !users_filter.contains("Ending"), "{users_filter}");
    for word in ["phoneNumberEnding:", "PHONE_NUMBER", "taxFileNumber:"] {
        let places = schema.matches(word).count();
        // The ending's own field; the tax file number in the input and the payload; and no order.
        assert_eq!(
            places,
            match word {
                "PHONE_NUMBER" => 0,
                "phoneNumberEnding:" => 1,
                _ => 2,
            },
            "{word}"
        );
    }
}
