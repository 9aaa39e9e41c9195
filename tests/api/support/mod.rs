//! What the tests stand on: one PostgreSQL for the whole run, a database for each test, people who are signed in.

mod log;
mod mail;
mod picture;
mod server;
mod statements;
pub mod upload;

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, request::Builder},
};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, PgConnection};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stackmotive::{
    app::App,
    config::Settings,
    database::{Database, embedded::Cluster, migrate},
    http,
    mail::Mailer,
    sealing::{Source, columns::HASHED_PASSWORD},
};
use tokio::sync::OnceCell;
use tower::ServiceExt;
use uuid::Uuid;

pub use log::Log;
pub use mail::{MailServer, Manner};
pub use server::Server;
pub use statements::Statements;

/// The migrated database that each test's own is copied from.
const TEMPLATE: &str = "template_migrated";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A server of one test, with a database of its own.
#[derive(Clone)]
pub struct Api {
    pub app: Arc<App>,
    pub router: Router,
    pub admin_url: String,
    pub app_url: SecretString,
    /// Where its requests come from; nobody knows unless a test says so.
    pub peer: Option<SocketAddr>,
}

/// Somebody with an account who is signed in.
#[derive(Clone)]
pub struct Somebody {
    pub id: Uuid,
    pub email: String,
    pub token: String,
}

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    /// The body as it came, for what JSON does not tell, such as the order of fields.
    pub text: String,
}

impl Api {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same, with a look at the app before it serves.
    pub async fn start_with(change: impl FnOnce(&mut App)) -> Self {
        Self::start_as(Settings::for_tests(), change).await
    }

    /// The same, under settings that its connections to the database know too.
    pub async fn start_as(settings: Settings, change: impl FnOnce(&mut App)) -> Self {
        let (admin_url, app_url) = new_database().await;
        Self::of(settings, admin_url, app_url, change).await
    }

    /// The same, where the server reaches its database in another way.
    pub async fn start_by_way_of(settings: Settings, way: impl FnOnce(&SecretString) -> SecretString) -> Self {
        let (admin_url, app_url) = new_database().await;
        let way = way(&app_url);
        Self::of(settings, admin_url, way, |_| ()).await
    }

    async fn of(settings: Settings, admin_url: String, app_url: SecretString, change: impl FnOnce(&mut App)) -> Self {
        let database = Database::connect(&app_url, &settings).await.unwrap();
        let keys = Source::of(&settings).and_then(|source| source.keys(&BTreeSet::new())).unwrap();
        let mailer = Mailer::new(&settings).unwrap();
        let app = App::new(settings, database, keys, mailer);
        let mut app = Arc::into_inner(app).expect("nobody else has it yet");
        change(&mut app);
        let app = Arc::new(app);
        Self { router: http::router(app.clone()), app, admin_url, app_url, peer: None }
    }

    /// A second server on the same database.
    pub async fn beside(&self) -> Self {
        self.beside_with(|_| ()).await
    }

    /// The same, with a look at the app before it serves.
    pub async fn beside_with(&self, change: impl FnOnce(&mut App)) -> Self {
        Self::of(self.app.settings.clone(), self.admin_url.clone(), self.app_url.clone(), change).await
    }

    /// The same server, asked from this address.
    pub fn at(&self, address: &str) -> Self {
        let address: IpAddr = address.parse().unwrap();
        Self { peer: Some(SocketAddr::from((address, 4711))), ..self.clone() }
    }

    /// Somebody new, signed in, without the price of a password hash.
    pub async fn somebody(&self, name: &str) -> Somebody {
        let (id, session) = (Uuid::now_v7(), Uuid::now_v7());
        let email = format!("{name}@example.com");
        let token = format!("token of {name} {session}");
        let mut admin = self.admin().await;
        sqlx::query("INSERT INTO users (id, email, hashed_password, display_name) VALUES ($1, $2, $4, $3)")
            .bind(id)
            .bind(&email)
            .bind(name)
            .bind(self.app.keys.seal(HASHED_PASSWORD, id, &format!("$2b$12${}", "a".repeat(53))).unwrap())
            .execute(&mut admin)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO user_sessions (id, user_id, session_token, expires_at, access_expires_at) \
             VALUES ($1, $2, $3, now() + interval '30 days', now() + interval '15 minutes')",
        )
        .bind(session)
        .bind(id)
        .bind(hash(&token))
        .execute(&mut admin)
        .await
        .unwrap();
        Somebody { id, email, token }
    }

    /// A connection as the role that owns the tables, which sees everything.
    pub async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.admin_url).await.unwrap()
    }

    /// Runs SQL as the role that owns the tables.
    pub async fn sql(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.admin().await).await.unwrap();
    }

    /// Asks as somebody, or as nobody.
    pub async fn ask(&self, who: Option<&Somebody>, query: &str) -> Answer {
        self.ask_with(who, query, json!({})).await
    }

    pub async fn ask_with(&self, who: Option<&Somebody>, query: &str, variables: Value) -> Answer {
        self.post(Request::post("/graphql"), who, query, variables).await
    }

    /// Asks under a key, so that it happens once however often it is sent.
    pub async fn ask_under(&self, key: &str, who: Option<&Somebody>, query: &str, variables: Value) -> Answer {
        self.post(Request::post("/graphql").header("idempotency-key", key), who, query, variables).await
    }

    async fn post(&self, request: Builder, who: Option<&Somebody>, query: &str, variables: Value) -> Answer {
        let mut request = request.header("content-type", "application/json");
        if let Some(who) = who {
            request = request.header("authorization", format!("Bearer {}", who.token));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The status of a page.
    pub async fn send_get(&self, path: &str) -> u16 {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await.status
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone()));
        Answer { status, body, text }
    }
}

impl Answer {
    /// The data of an answer without errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none_or(Value::is_null), "errors in {:#}", self.body);
        &self.body["data"]
    }

    /// The code of the first error.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code in {:#}", self.body))
    }

    pub fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or_default()
    }
}

/// With a single subscriber alive, tracing asks only the thread that meets an event first whether anybody listens, and
/// remembers its no for all threads. One that is always there makes it ask them all.
fn keep_listening() {
    static ALWAYS_THERE: std::sync::LazyLock<tracing::Dispatch> =
        std::sync::LazyLock::new(|| tracing::Dispatch::new(tracing_subscriber::registry()));
    std::sync::LazyLock::force(&ALWAYS_THERE);
}

/// A new database, worked with as the role that owns its tables.
pub async fn owner_pool() -> sqlx::PgPool {
    let api = Api::start().await;
    sqlx::PgPool::connect(&api.admin_url).await.unwrap()
}

/// The one cluster of this run.
pub async fn cluster() -> &'static Cluster {
    CLUSTER
        .get_or_init(|| async {
            let cluster = Cluster::start_temporary(&Settings::for_tests()).await.expect("a PostgreSQL for the tests");
            cluster.create_database(TEMPLATE).await.unwrap();
            migrate::up(&cluster.admin_url(TEMPLATE), None).await.unwrap();
            cluster.admit_application().await.unwrap();
            cluster
        })
        .await
}

/// An empty, migrated database; its address as the owner, and as the application.
async fn new_database() -> (String, SecretString) {
    let cluster = cluster().await;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(cluster.admin_url("postgres").expose_secret()).await.unwrap();
    let copy = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy");
    sqlx::raw_sql(AssertSqlSafe(copy)).execute(&mut admin).await.unwrap();
    (cluster.admin_url(&name).expose_secret().to_owned(), cluster.app_url(&name))
}

/// How a token is stored.
pub fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
