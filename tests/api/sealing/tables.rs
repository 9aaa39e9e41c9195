//! What the tables themselves refuse, whoever writes.

use sea_orm::{ConnectionTrait, DbErr, RuntimeErr};
use stackmotive::{
    access::{Mode, Scope},
    database::transaction::Transaction,
    sealing::columns::{ALL, HASHED_PASSWORD},
};

use super::give_numbers;
use crate::support::Api;

const BCRYPT: &str = "'$2b$12$' || repeat('b', 53)";

/// The constraint that refuses a statement of the server's own role.
async fn refused_by(api: &Api, scope: &Scope, sql: &str) -> Option<String> {
    let transaction = Transaction::begin(&api.app.database.pool, scope, Mode::Write).await.unwrap();
    match transaction.execute_unprepared(sql).await {
        Ok(done) => {
            assert_eq!(done.rows_affected(), 1, "{sql}");
            None
        }
        Err(DbErr::Exec(RuntimeErr::SqlxError(error))) => {
            Some(error.as_database_error().unwrap().constraint().unwrap().to_owned())
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn never_hold_what_was_not_sealed() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    give_numbers(&api, &ada).await;
    for scope in [Scope::user(ada.id), Scope::system()] {
        for column in ALL {
            let set = |value: &str| {
                format!("UPDATE {} SET {} = {value} WHERE {} = '{}'", column.table, column.column, column.row, ada.id)
            };
            let check = format!("{}_{}_check", column.table, column.column);
            for plain in ["'+64215550143'", "'s1'", "'s1.k.short'", "''", BCRYPT] {
                assert_eq!(refused_by(&api, &scope, &set(plain)).await.as_deref(), Some(&*check), "{plain}");
            }
            assert_eq!(refused_by(&api, &scope, &set("'s1.k.' || repeat('a', 54)")).await, None);
        }
    }
    let insert = format!("INSERT INTO users (email, hashed_password) VALUES ('eve@example.com', {BCRYPT})");
    assert_eq!(refused_by(&api, &Scope::system(), &insert).await.as_deref(), Some("users_hashed_password_check"));
    // Whoever owns the tables can bring back a backup from before.
    api.sql(&format!("UPDATE users SET hashed_password = {BCRYPT}")).await;
    let stored = super::stored(&api, HASHED_PASSWORD, ada.id).await.unwrap();
    assert!(stored.starts_with("$2b$12$bbb"), "{stored}");
}
