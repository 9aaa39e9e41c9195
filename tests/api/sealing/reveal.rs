//! Somebody sees their numbers in full.

use serde_json::json;

use super::{PHONE, TAX, TAX_FILE, give_numbers};
use crate::{
    authentication::{PASSWORD, issues, line, lines, member},
    support::{Answer, Api, Somebody},
};

const LAST: &str = "SELECT concat_ws('|', user_id, block_id, action, coalesce(user_input, '-')) FROM agent_memory \
                    ORDER BY timestamp DESC LIMIT 1";

async fn reveal(api: &Api, who: Option<&Somebody>, password: &str) -> Answer {
    let query = "mutation($input: RevealPersonalDataInput!) {
        revealPersonalData(input: $input) { phoneNumber taxIdentificationNumber taxFileNumber }
    }";
    api.ask_with(who, query, json!({ "input": { "password": password } })).await
}

#[tokio::test]
async fn for_their_password_and_on_record() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let nothing = json!({ "phoneNumber": null, "taxIdentificationNumber": null, "taxFileNumber": null });
    assert_eq!(reveal(&api, Some(&ada), PASSWORD).await.data()["revealPersonalData"], nothing, "while there are none");

    give_numbers(&api, &ada).await;
    let all = json!({ "phoneNumber": PHONE, "taxIdentificationNumber": TAX, "taxFileNumber": TAX_FILE });
    assert_eq!(reveal(&api, Some(&ada), PASSWORD).await.data()["revealPersonalData"], all);
    assert_eq!(line(&api, LAST).await, format!("{}|onboarding|personal_data_revealed|-", ada.id));
    let audit = "SELECT concat_ws('|', actor_id, owner_id, table_name, row_id IS NOT NULL, details IS NULL) FROM audit_log \
                 WHERE operation = 'REVEALED' ORDER BY at DESC LIMIT 1";
    assert_eq!(line(&api, audit).await, format!("{0}|{0}|user_onboarding_progress|t|t", ada.id));
}

#[tokio::test]
async fn but_not_without_it() {
    let api = Api::start().await;
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    give_numbers(&api, &ada).await;
    let before = lines(&api, "SELECT t::text FROM agent_memory t").await;
    for wrong in ["", "correct horse batterie"] {
        let answer = reveal(&api, Some(&ada), wrong).await;
        assert_eq!(issues(&answer), json!([[["input", "password"], "WRONG"]]));
        assert_eq!(answer.body["data"], json!({ "revealPersonalData": null }));
    }
    assert_eq!(reveal(&api, None, PASSWORD).await.code(), "UNAUTHENTICATED");
    assert_eq!(lines(&api, "SELECT t::text FROM agent_memory t").await, before);
    let audited = lines(&api, "SELECT at::text FROM audit_log WHERE operation = 'REVEALED'").await;
    assert_eq!(audited, Vec::<String>::new());
    let bobs = reveal(&api, Some(&bob), PASSWORD).await;
    assert_eq!(bobs.data()["revealPersonalData"]["phoneNumber"], json!(null), "everybody sees their own alone");
}

#[tokio::test]
async fn and_nothing_of_them_when_one_does_not_open() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    give_numbers(&api, &ada).await;
    api.sql("UPDATE user_onboarding_progress SET tax_file_number = phone_number").await;
    let before = lines(&api, "SELECT t::text FROM agent_memory t").await;
    let answer = reveal(&api, Some(&ada), PASSWORD).await;
    assert_eq!(answer.code(), "INTERNAL");
    assert_eq!(answer.message(), "Something went wrong on the server.");
    assert!(!answer.text.contains(TAX), "{}", answer.text);
    assert_eq!(lines(&api, "SELECT t::text FROM agent_memory t").await, before);
}
