//! `updatePersonalData`: the viewer's telephone and tax numbers, sealed before they meet a statement.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{MODULE, own_onboarding};
use crate::{
    access::Access,
    graphql::{
        call::Call,
        error::{Error, Result},
        input::Check,
        mutation::{Deed, Write},
        scalars::DateTime,
        table::{BY_ID, Record},
    },
    onboarding::{
        personal,
        store::{self, Change},
        types::Onboarding,
    },
    sealing::{
        KeyRing, SealedColumn,
        columns::{PHONE_NUMBER, TAX_FILE_NUMBER, TAX_IDENTIFICATION_NUMBER},
    },
};

/// Numbers that name the viewer.
#[derive(InputObject)]
pub struct UpdatePersonalDataInput {
    /// The telephone number with its country, such as +64 21 123 4567: + and 7 to 15 digits. Left out it stays, null
    /// clears it.
    #[graphql(secret)]
    pub phone_number: MaybeUndefined<String>,
    /// The tax number of the country of tax residency: 6 to 20 letters and digits, whatever separates them. Left out it
    /// stays, null clears it.
    #[graphql(secret)]
    pub tax_identification_number: MaybeUndefined<String>,
    /// The tax file number: 6 to 20 letters and digits, whatever separates them. Left out it stays, null clears it.
    #[graphql(secret)]
    pub tax_file_number: MaybeUndefined<String>,
    /// The onboarding's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// Numbers that were stored.
#[derive(SimpleObject)]
pub struct UpdatePersonalDataPayload {
    /// The viewer's onboarding, with the endings of the numbers.
    onboarding: Onboarding,
}

/// What becomes of one number: `None` keeps it, `Some(None)` clears it.
type Number = Option<Option<Zeroizing<String>>>;

const PHONE_FORM: &str = "A telephone number looks like +64 21 123 4567: + and 7 to 15 digits.";
const TAX_FORM: &str = "A tax number has 6 to 20 letters and digits.";

pub(super) async fn run(call: &Call, input: UpdatePersonalDataInput) -> Result<UpdatePersonalDataPayload> {
    let viewer = call.viewer()?;
    viewer.permit(MODULE, Access::Write)?;
    let user_id = viewer.user.id;
    let expected = input.expected_updated_at;
    let numbers = numbers(input)?;
    let summary = summary(&numbers);
    let changes = sealed(&call.app.keys, user_id, numbers)?;

    let write = Write::of_viewer(call, MODULE).await?;
    let (found, _) = own_onboarding(&write, expected).await?;
    store::change_numbers(write.transaction(), found.id, changes).await?;
    let deed = Deed::new(MODULE, "personal_data_updated", "Telephone and tax numbers were changed.");
    write.commit(deed.with_input(summary).updated::<Onboarding>(found.id)).await?;

    let row = call.one::<Onboarding>(BY_ID, vec![found.id.into()]).await?;
    let onboarding = Onboarding::from_row(row.ok_or_else(|| Error::not_found("onboarding"))?)?;
    Ok(UpdatePersonalDataPayload { onboarding })
}

/// The numbers as they are to be stored, in the order of [`COLUMNS`].
fn numbers(input: UpdatePersonalDataInput) -> Result<[(SealedColumn, Number); 3]> {
    let UpdatePersonalDataInput { phone_number, tax_identification_number, tax_file_number, expected_updated_at: _ } =
        input;
    let mut check = Check::new("input");
    let mut read = |field: &str, given: MaybeUndefined<String>, form: Form, sentence: &str| match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(text) => {
            let number = form(&Zeroizing::new(text));
            if number.is_none() {
                check.problem(field, "FORMAT", sentence);
            }
            Some(number)
        }
    };
    let phone_number = read("phoneNumber", phone_number, personal::phone_number, PHONE_FORM);
    let tax_identification_number =
        read("taxIdentificationNumber", tax_identification_number, personal::tax_number, TAX_FORM);
    let tax_file_number = read("taxFileNumber", tax_file_number, personal::tax_number, TAX_FORM);
    check.finish()?;
    Ok([
        (PHONE_NUMBER, phone_number),
        (TAX_IDENTIFICATION_NUMBER, tax_identification_number),
        (TAX_FILE_NUMBER, tax_file_number),
    ])
}

type Form = fn(&str) -> Option<Zeroizing<String>>;

/// What the activity keeps: which numbers were set or cleared, and nothing of them.
fn summary(numbers: &[(SealedColumn, Number)]) -> Value {
    let word = |number: &Option<_>| Value::from(if number.is_some() { "set" } else { "cleared" });
    let told = numbers.iter().filter_map(|(column, number)| {
        Some((crate::graphql::table::camel_case(column.column), word(number.as_ref()?)))
    });
    Value::Object(told.collect::<Map<_, _>>())
}

fn sealed(keys: &KeyRing, user_id: Uuid, numbers: [(SealedColumn, Number); 3]) -> Result<[Change; 3]> {
    let seal = |(column, number): (SealedColumn, Number)| -> Result<Change> {
        let Some(number) = number else { return Ok(None) };
        Ok(Some(number.map(|number| keys.seal(column, user_id, &number)).transpose()?))
    };
    let [first, second, third] = numbers;
    Ok([seal(first)?, seal(second)?, seal(third)?])
}
