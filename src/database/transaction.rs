//! A transaction that begins with its scope in one round trip.
//!
//! SeaORM's own transactions take no statement to begin with, so this is a small [`ConnectionTrait`] over sqlx's.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{self, AssertSqlSafe, PgConnection, postgres::PgRow},
};
use sea_query_sqlx::SqlxValues;
use tokio::{sync::Mutex, time::timeout};
use tracing::Instrument;

pub use super::pool::on_live_connection;
use super::pool::{Pool, RELEASE_PATIENCE};
use super::seat::Seat;
use crate::access::{Mode, Scope};

/// A transaction in a scope. Dropped without a commit, it is rolled back.
pub struct Transaction {
    /// Empty once it has ended.
    seat: Mutex<Option<Seat>>,
    pool: Pool,
    /// Set once the database has not answered a statement of it: whatever comes after it would not be answered either.
    is_lost: AtomicBool,
}

impl Transaction {
    pub async fn begin(pool: &Pool, scope: &Scope, mode: Mode) -> Result<Self, sqlx::Error> {
        let begin = scope.begin(mode);
        let seat = on_live_connection(pool, || begun(pool, &begin)).await?;
        Ok(Self { seat: Mutex::new(Some(seat)), pool: pool.clone(), is_lost: AtomicBool::new(false) })
    }

    /// Reads all rows of a statement.
    pub async fn rows(&self, sql: &str, values: Values) -> Result<Vec<PgRow>, sqlx::Error> {
        let mut seat = self.seat.lock().await;
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values));
        self.answer_of(query.fetch_all(open(&mut seat)?)).await
    }

    /// Hands over the rows of a statement one at a time, so that memory does not grow with their number.
    pub async fn each<E: From<sqlx::Error>>(
        &self,
        sql: &str,
        values: Values,
        mut take: impl FnMut(PgRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut seat = self.seat.lock().await;
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values));
        let mut taken = Ok(());
        let reading = async {
            let mut rows = query.fetch(open(&mut seat)?);
            while let Some(row) = rows.try_next().await? {
                taken = take(row);
                if taken.is_err() {
                    break;
                }
            }
            Ok(())
        };
        self.answer_of(reading).await?;
        taken
    }

    /// Goes on in another scope: that of somebody whom a statement of this transaction has just made known.
    pub async fn enter(&self, scope: &Scope) -> Result<(), sqlx::Error> {
        let settings = scope.entering();
        let mut seat = self.seat.lock().await;
        let statement = sqlx::raw_sql(AssertSqlSafe(settings));
        self.answer_of(statement.execute(open(&mut seat)?)).await?;
        Ok(())
    }

    /// Where this fails for want of an answer, the transaction may have been committed or not.
    /// After this no statement is taken any more.
    pub async fn commit(&self) -> Result<(), sqlx::Error> {
        let mut seat = self.seat.lock().await;
        self.answer_of(sqlx::raw_sql("COMMIT").execute(open(&mut seat)?)).await?;
        if let Some(seat) = seat.take() {
            seat.park();
        }
        Ok(())
    }

    async fn answer_of<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        if self.is_lost.load(Ordering::Acquire) {
            return Err(sqlx::Error::PoolTimedOut);
        }
        let outcome = self.pool.answer_of(work).await;
        if matches!(outcome, Err(sqlx::Error::PoolTimedOut)) {
            self.is_lost.store(true, Ordering::Release);
        }
        outcome
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(seat) = self.seat.get_mut().take() else { return };
        // Without a runtime the program is ending, and the connection with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(taken_back(seat).in_current_span());
        }
    }
}

/// Ends what was not committed, and leaves the seat for the next one. Where a statement still runs, whoever asked for it
/// has gone away; then the connection is closed, upon which PostgreSQL ends the statement and takes back its transaction.
async fn taken_back(mut seat: Seat) {
    match timeout(RELEASE_PATIENCE, sqlx::raw_sql("ROLLBACK").execute(&mut *seat)).await {
        Ok(Ok(_)) => seat.park(),
        _ => seat.close().await,
    }
}

async fn begun(pool: &Pool, begin: &str) -> Result<Seat, sqlx::Error> {
    let mut seat = pool.acquire().await?;
    // Scopes are made of UUIDs, addresses and words of ours.
    sqlx::raw_sql(AssertSqlSafe(begin.to_owned())).execute(&mut *seat).await?;
    Ok(seat)
}

/// The connection of a transaction that has not ended.
fn open(seat: &mut Option<Seat>) -> Result<&mut PgConnection, sqlx::Error> {
    seat.as_mut().map(|seat| &mut **seat).ok_or(sqlx::Error::PoolClosed)
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let (sql, values) = parts(statement);
        let mut seat = self.seat.lock().await;
        let query = sqlx::query_with(AssertSqlSafe(sql.as_ref()), SqlxValues(values));
        let result = match open(&mut seat) {
            Ok(connection) => self.answer_of(query.execute(connection)).await,
            Err(error) => Err(error),
        };
        result.map(Into::into).map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut seat = self.seat.lock().await;
        let result = match open(&mut seat) {
            Ok(connection) => self.answer_of(sqlx::Executor::execute(connection, AssertSqlSafe(sql))).await,
            Err(error) => Err(error),
        };
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
