//! Personal API tokens: making them, what they open, how often, and when they end.

mod calls;
mod life;
mod scopes;

use sea_orm::sqlx;
use stackmotive::authentication::personal_token;
use uuid::Uuid;

use crate::support::{Api, Somebody, hash};

/// Switches access by tokens on, and makes the person's calls as many as they like.
pub async fn admit(api: &Api, who: &Somebody) {
    api.sql(&format!(
        "INSERT INTO user_preferences (user_id, api_access_enabled) VALUES ('{0}', true);
         SET stackmotive.system = 'on'; UPDATE users SET tier = 'enterprise' WHERE id = '{0}'",
        who.id
    ))
    .await;
}

/// The same person, asking with a token of these scopes.
pub async fn with_token(api: &Api, who: &Somebody, scopes: &[&str]) -> (Somebody, Uuid) {
    let id = Uuid::now_v7();
    let token = personal_token::whole(&format!("{}{}", "a".repeat(7), id));
    sqlx::query(
        "INSERT INTO personal_tokens (id, user_id, name, token_hash, ending, scopes, expires_at) \
         VALUES ($1, $2, 'test', $3, 'abcd', $4, now() + interval '1 day')",
    )
    .bind(id)
    .bind(who.id)
    .bind(hash(&token))
    .bind(scopes)
    .execute(&mut api.admin().await)
    .await
    .unwrap();
    (Somebody { token, ..who.clone() }, id)
}
