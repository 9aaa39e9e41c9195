//! `revealPersonalData`: the viewer's telephone and tax numbers in full, for their password.

use async_graphql::{InputObject, SimpleObject};
use secrecy::ExposeSecret;

use super::MODULE;
use crate::{
    authentication::attempts::{self, Tried},
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, Write},
        table::Record,
    },
    logging::{
        audit::{Event, record_in},
        types::AuditOperation,
    },
    onboarding::{store, types::Onboarding},
    sealing::{
        SealedColumn,
        columns::{PHONE_NUMBER, TAX_FILE_NUMBER, TAX_IDENTIFICATION_NUMBER},
    },
};

/// The proof that it is the viewer who asks.
#[derive(InputObject)]
pub struct RevealPersonalDataInput {
    /// The viewer's password.
    #[graphql(secret)]
    pub password: String,
}

/// The numbers in full. They are asked for anew each time, and no list, filter or node shows them.
#[derive(SimpleObject)]
pub struct RevealPersonalDataPayload {
    /// The telephone number, + and digits, null while none is stored.
    phone_number: Option<String>,
    /// The tax number, null while none is stored.
    tax_identification_number: Option<String>,
    /// The tax file number, null while none is stored.
    tax_file_number: Option<String>,
}

pub(super) async fn run(call: &Call, input: RevealPersonalDataInput) -> Result<RevealPersonalDataPayload> {
    let viewer = call.viewer()?;
    viewer.session_id()?;
    let user_id = viewer.user.id;
    let Tried::Right(attempt, _) = attempts::try_password(call, &viewer.user.email, &input.password).await? else {
        return Err(Error::invalid(&["input", "password"], "WRONG", "This is not the password of the account."));
    };
    let write = Write::of_viewer(call, MODULE).await?;
    let found = store::onboarding_of(write.transaction(), user_id).await?;
    let open = |column: SealedColumn, stored: Option<String>| -> Result<Option<String>> {
        let Some(stored) = stored else { return Ok(None) };
        Ok(Some(call.app.keys.open(column, user_id, &stored)?.expose_secret().to_owned()))
    };
    let mut event = Event::of(call, AuditOperation::Revealed).about(user_id);
    let mut deed = Deed::new(MODULE, "personal_data_revealed", "Telephone and tax numbers were shown in full.");
    let mut shown =
        RevealPersonalDataPayload { phone_number: None, tax_identification_number: None, tax_file_number: None };
    if let Some(row) = found {
        shown.phone_number = open(PHONE_NUMBER, row.phone_number)?;
        shown.tax_identification_number = open(TAX_IDENTIFICATION_NUMBER, row.tax_identification_number)?;
        shown.tax_file_number = open(TAX_FILE_NUMBER, row.tax_file_number)?;
        deed = deed.updated::<Onboarding>(row.id);
        event = event.on(Onboarding::TABLE.sql, row.id);
    }
    attempt.succeeded(write.transaction()).await?;
    record_in(write.transaction(), &event).await?;
    write.commit(deed).await?;
    Ok(shown)
}
