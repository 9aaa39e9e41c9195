//! Personal data and password hashes at rest: what is stored, who sees what of it, and how keys are changed.

mod numbers;
mod reveal;
mod rotation;
mod secrets;
mod start;
mod tables;

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use stackmotive::sealing::{KeyRing, SealedColumn};
use uuid::Uuid;

use crate::{
    authentication::lines,
    support::{Answer, Api, Somebody},
};

/// The numbers of whoever has some, as they are stored once they are opened.
const PHONE: &str = "+64215550143";
const TAX: &str = "49091850";
const TAX_FILE: &str = "865414";

async fn update(api: &Api, who: Option<&Somebody>, input: Value) -> Answer {
    let query = "mutation Update($input: UpdatePersonalDataInput!) {
        updatePersonalData(input: $input) {
            onboarding { phoneNumberEnding taxIdentificationNumberEnding taxFileNumberEnding updatedAt }
        }
    }";
    api.ask_with(who, query, json!({ "input": input })).await
}

/// Gives somebody all three numbers.
async fn give_numbers(api: &Api, who: &Somebody) {
    let input = json!({ "phoneNumber": PHONE, "taxIdentificationNumber": TAX, "taxFileNumber": TAX_FILE });
    update(api, Some(who), input).await.data();
}

async fn endings(api: &Api, who: &Somebody) -> Answer {
    let query = "{ viewer { onboarding { phoneNumberEnding taxIdentificationNumberEnding taxFileNumberEnding } } }";
    api.ask(Some(who), query).await
}

/// What stands in a column of somebody's row.
async fn stored(api: &Api, column: SealedColumn, who: Uuid) -> Option<String> {
    let SealedColumn { table, column, row } = column;
    let sql = format!("SELECT {column}::text FROM {table} WHERE {row} = '{who}' AND {column} IS NOT NULL");
    lines(api, &sql).await.pop()
}

/// The same, opened.
async fn opened(api: &Api, keys: &KeyRing, column: SealedColumn, who: Uuid) -> Option<String> {
    let stored = stored(api, column, who).await?;
    Some(keys.open(column, who, &stored).unwrap().expose_secret().to_owned())
}

/// The keys of tests in another order, or some of them.
fn ring(api: &Api, ids: &[&str]) -> KeyRing {
    let all = api.app.settings.keys.as_ref().unwrap().expose_secret().to_owned();
    let chosen = ids.iter().map(|id| all.split(',').find(|key| key.starts_with(&format!("{id}:"))).unwrap());
    KeyRing::read(&SecretString::from(chosen.collect::<Vec<_>>().join(",")), "the test").unwrap()
}

/// The ids of the keys that any value is sealed with.
async fn keys_in_use(api: &Api) -> BTreeSet<String> {
    let usage = stackmotive::sealing::usage(&api.app.database).await.unwrap();
    usage.into_iter().map(|usage| usage.key_id.unwrap_or_default()).collect()
}
