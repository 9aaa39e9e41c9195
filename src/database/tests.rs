//! The roles, the migrations and the embedded cluster, tried on a PostgreSQL of their own.

use sea_orm::sqlx;
use secrecy::{ExposeSecret, SecretString};

use super::embedded::Cluster;
use super::{Database, Failure, migrate, roles};
use crate::config::Settings;

async fn cluster_with(database: &str) -> Cluster {
    let cluster = Cluster::start_temporary(&Settings::for_tests()).await.expect("a cluster");
    cluster.create_database(database).await.expect("a database");
    cluster
}

async fn run(url: &SecretString, sql: &'static str) {
    let pool = sqlx::PgPool::connect(url.expose_secret()).await.expect("a connection");
    sqlx::raw_sql(sql).execute(&pool).await.expect(sql);
    pool.close().await;
}

async fn refusal(url: &SecretString) -> Failure {
    Database::connect(url, &Settings::for_tests()).await.expect_err("a refusal")
}

#[tokio::test]
async fn the_server_works_as_the_application_and_as_nobody_stronger() {
    let cluster = cluster_with("shop").await;
    let (admin, app) = (cluster.admin_url("shop"), cluster.app_url("shop"));
    assert!(refusal(&admin).await.to_string().contains("migrate up"), "before the migrations");

    migrate::up(&admin, None).await.expect("migrated");
    cluster.admit_application().await.expect("admitted");
    for url in [&app, &admin] {
        let database = Database::connect(url, &Settings::for_tests()).await.expect("connected");
        let role: String =
            sqlx::query_scalar("SELECT current_user::text").fetch_one(&*database.pool).await.expect("read");
        assert_eq!(role, roles::APPLICATION);
        let zone: String = sqlx::query_scalar("SHOW timezone").fetch_one(&*database.pool).await.expect("read");
        assert_eq!(zone, "UTC");
        database.close().await;
    }

    for (power, without) in [
        ("ALTER ROLE stackmotive_app SUPERUSER", "ALTER ROLE stackmotive_app NOSUPERUSER"),
        ("ALTER ROLE stackmotive_app BYPASSRLS", "ALTER ROLE stackmotive_app NOBYPASSRLS"),
        ("ALTER TABLE users OWNER TO stackmotive_app", "ALTER TABLE users OWNER TO postgres"),
    ] {
        run(&admin, power).await;
        assert!(refusal(&app).await.to_string().contains("would pass row-level security"), "{power}");
        run(&admin, without).await;
    }
    assert!(Database::connect(&app, &Settings::for_tests()).await.is_ok(), "without any power again");

    run(&admin, "CREATE ROLE stranger LOGIN").await;
    let stranger = SecretString::from(app.expose_secret().replace(roles::APPLICATION, "stranger"));
    assert!(refusal(&stranger).await.to_string().contains("GRANT stackmotive_app TO stranger"));
    cluster.stop().await;
}

#[tokio::test]
async fn migrations_go_up_once_and_down_to_nothing() {
    let cluster = cluster_with("shop").await;
    let admin = cluster.admin_url("shop");
    let known: Vec<String> = migrate::status(&admin).await.expect("read").into_iter().map(|step| step.name).collect();
    assert!(known.len() > 1);

    // Twelve servers that start together migrate once: each step is in exactly one of their answers.
    let racers = (0..12).map(|_| migrate::up(&admin, None));
    let answers = futures_util::future::join_all(racers).await;
    let applied: Vec<String> = answers.into_iter().flat_map(|answer| answer.expect("migrated")).collect();
    assert_eq!(applied, known);
    assert!(migrate::status(&admin).await.expect("read").iter().all(|step| step.is_applied));

    assert_eq!(migrate::down(&admin, Some(1)).await.expect("down").last(), known.last());
    assert_eq!(migrate::down(&admin, None).await.expect("down").len(), known.len() - 1);
    let pool = sqlx::PgPool::connect(admin.expose_secret()).await.expect("a connection");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        .fetch_one(&pool)
        .await
        .expect("read");
    assert_eq!(left, 0);
    cluster.stop().await;
}
