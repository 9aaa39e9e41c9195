//! A transaction that begins with its scope in one round trip.
//!
//! SeaORM's own transactions take no statement to begin with, so this is a small [`ConnectionTrait`] over sqlx's.

use std::borrow::Cow;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{self, AssertSqlSafe, PgPool, Postgres, postgres::PgRow},
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::Mutex;

use crate::access::{Mode, Scope};

type Inner = sqlx::Transaction<'static, Postgres>;

/// A transaction in a scope. Dropped without a commit, it is rolled back.
pub struct Transaction {
    inner: Mutex<Inner>,
}

impl Transaction {
    pub async fn begin(pool: &PgPool, scope: &Scope, mode: Mode) -> Result<Self, sqlx::Error> {
        let inner = on_live_connection(pool, || pool.begin_with(AssertSqlSafe(scope.begin(mode)))).await?;
        Ok(Self { inner: Mutex::new(inner) })
    }

    /// Reads all rows of a statement.
    pub async fn rows(&self, sql: &str, values: Values) -> Result<Vec<PgRow>, sqlx::Error> {
        let mut inner = self.inner.lock().await;
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values));
        query.fetch_all(&mut **inner).await
    }

    /// Goes on in another scope: that of somebody whom a statement of this transaction has just made known.
    pub async fn enter(&self, scope: &Scope) -> Result<(), sqlx::Error> {
        let settings = scope.settings();
        let mut inner = self.inner.lock().await;
        sqlx::raw_sql(AssertSqlSafe(settings.trim_start_matches(';').to_owned())).execute(&mut **inner).await?;
        Ok(())
    }

    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.inner.into_inner().commit().await
    }
}

/// Does something that may be done again, on a connection that still lives.
///
/// After PostgreSQL has restarted, every connection of the pool is dead, and each is noticed only when it is used. So the
/// first statement of a request goes through them, as often as there are some; when PostgreSQL is gone the pool says so.
pub async fn on_live_connection<T, F>(pool: &PgPool, attempt: impl Fn() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    for _ in 0..pool.size() {
        match attempt().await {
            Err(error) if is_cut(&error) => {}
            outcome => return outcome,
        }
    }
    attempt().await
}

/// Whether an error is about the connection and not about what was asked.
fn is_cut(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let (sql, values) = parts(statement);
        let mut inner = self.inner.lock().await;
        let query = sqlx::query_with(AssertSqlSafe(sql.as_ref()), SqlxValues(values));
        let result = query.execute(&mut **inner).await;
        result.map(Into::into).map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut inner = self.inner.lock().await;
        let result = sqlx::Executor::execute(&mut **inner, AssertSqlSafe(sql)).await;
        result.map(Into::into).map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (sql, values) = parts(statement);
        let rows = self.rows(&sql, values).await;
        let rows = rows.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }
}

fn parts(statement: Statement) -> (Cow<'static, str>, Values) {
    (Cow::Owned(statement.sql), statement.values.unwrap_or(Values(Vec::new())))
}
