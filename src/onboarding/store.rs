//! The statements on the numbers that name a person.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::user_onboarding_progress as onboarding;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use crate::{clock, graphql::error::Result};

/// The onboarding of the user whose scope the transaction has.
pub async fn onboarding_of(transaction: &impl ConnectionTrait, user_id: Uuid) -> Result<Option<onboarding::Model>> {
    Ok(onboarding::Entity::find().filter(onboarding::Column::UserId.eq(user_id)).one(transaction).await?)
}

/// What becomes of a number: `None` keeps it, `Some(None)` clears it, any other is sealed text.
pub type Change = Option<Option<String>>;

/// Changes the numbers of an onboarding.
pub async fn change_numbers(
    transaction: &impl ConnectionTrait,
    id: Uuid,
    [phone_number, tax_identification_number, tax_file_number]: [Change; 3],
) -> Result<()> {
    let to_set = |change: Change| change.map_or(NotSet, Set);
    let row = onboarding::ActiveModel {
        phone_number: to_set(phone_number),
        tax_identification_number: to_set(tax_identification_number),
        tax_file_number: to_set(tax_file_number),
        last_active_at: Set(clock::now().into()),
        ..Default::default()
    };
    onboarding::Entity::update_many().set(row).filter(onboarding::Column::Id.eq(id)).exec(transaction).await?;
    Ok(())
}
