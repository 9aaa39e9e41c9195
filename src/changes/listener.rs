//! Hearing what all servers tell, on one connection that is begun anew whenever it is lost.

use std::{convert::Infallible, sync::Arc, time::Duration};

use sea_orm::sqlx;
use serde::Deserialize;

use super::{hub::Hub, progress::News};
use crate::{
    database::{Pool, listening::Listening},
    graphql::mutation::deed::Notice,
    logging::store::CHANNEL,
};

/// How long is waited between two attempts.
const RETRY_PAUSE: Duration = Duration::from_millis(250);

/// What servers tell each other.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Import(News),
    Changes(Notice),
}

/// Hears for as long as the server lives.
pub async fn keep(hub: Arc<Hub>, pool: Pool) {
    let mut is_failing = false;
    loop {
        let error = match Listening::begin(&pool, CHANNEL).await {
            Ok(listening) => {
                if is_failing {
                    tracing::info!("changes are heard again");
                }
                is_failing = false;
                hub.begin();
                let Err(error) = hear(&hub, listening).await;
                hub.end();
                error
            }
            Err(error) => error,
        };
        if !is_failing {
            tracing::warn!(%error, "changes are not heard until the database answers");
        }
        is_failing = true;
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

async fn hear(hub: &Hub, mut listening: Listening) -> Result<Infallible, sqlx::Error> {
    loop {
        let text = listening.next().await?;
        match serde_json::from_str(&text) {
            Ok(Word::Import(news)) => hub.report(news.user, &news.import),
            Ok(Word::Changes(notice)) => hub.tell(&notice),
            // Whoever may connect to the database may say anything there.
            Err(error) => tracing::warn!(%error, "something was told that is no notice"),
        }
    }
}
