//! What portfolios were worth when days ended.

use chrono::{DateTime, Utc};
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::{Value, json};
use stackmotive::{
    access::{Mode, Scope},
    database::transaction::Transaction,
    jobs::Regular,
    portfolio::jobs::TakeSnapshots,
};

use super::{amount, done, portfolio};
use crate::support::{Api, Somebody};

/// Lets a server look at this moment; answers how many snapshots it has taken.
async fn look(api: &Api, now: &str) -> u64 {
    let now: DateTime<Utc> = now.parse().unwrap();
    let transaction = Transaction::begin(&api.app.database.pool, &Scope::system(), Mode::Write).await.unwrap();
    let taken = TakeSnapshots.run(&transaction, now).await.unwrap();
    transaction.commit().await.unwrap();
    taken
}

/// Lets a portfolio be made and last changed at these moments, past the trigger that writes the latter.
async fn date(api: &Api, who: &Somebody, (made, changed): (&str, &str)) {
    let sql = format!(
        "SET session_replication_role = replica;
         UPDATE portfolio_summary SET created_at = '{made}', last_updated = '{changed}' WHERE user_id = '{}'",
        who.id
    );
    api.sql(&sql).await;
}

async fn history(api: &Api, who: &Somebody, arguments: &str) -> Vec<String> {
    let document = format!(
        "{{ viewer {{ portfolios {{ nodes {{ valueHistory{arguments} {{ nodes {{
            day portfolioValue investedAmount cashBalance currency takenAt isStale }} totalCount }} }} }} }} }}"
    );
    let answer = api.ask(Some(who), &document).await;
    let nodes = answer.data()["viewer"]["portfolios"]["nodes"][0]["valueHistory"]["nodes"].as_array().unwrap().clone();
    let line = |node: &Value| {
        let amounts = ["portfolioValue", "investedAmount", "cashBalance"].map(|field| amount(&node[field])).join(" ");
        let [day, currency, taken] = ["day", "currency", "takenAt"].map(|field| node[field].as_str().unwrap());
        format!("{day} {amounts} {currency} {taken}")
    };
    nodes.iter().map(line).collect()
}

#[tokio::test]
async fn a_day_is_kept_once_when_it_has_ended_where_its_user_lives() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let growth = portfolio(&api, &ada, ("Growth", "NZD"), &[("FPH", "10", "20")]).await;
    done(&api, &ada, ("updatePortfolio", "portfolio { id }"), json!({ "id": growth, "cashBalance": "50" })).await;
    portfolio(&api, &bob, ("Mine", "USD"), &[]).await;
    api.sql(&format!("INSERT INTO user_preferences (user_id, timezone) VALUES ('{}', 'Pacific/Auckland')", ada.id))
        .await;
    for who in [&ada, &bob] {
        date(&api, who, ("2026-03-01T10:00:00Z", "2026-03-02T10:30:00Z")).await;
    }
    // In Auckland the day ends at 11:00 UTC.
    assert_eq!(look(&api, "2026-03-02T10:59:00Z").await, 0, "what has changed since the last day's end is of today");
    assert_eq!(look(&api, "2026-03-02T11:03:00Z").await, 1);
    assert_eq!(look(&api, "2026-03-02T11:04:00Z").await, 0, "once");
    assert_eq!(history(&api, &ada, "").await, ["2026-03-02 250.00 200.00 50.00 NZD 2026-03-02T11:03:00Z"]);
    assert_eq!(history(&api, &bob, "").await, Vec::<String>::new());
    assert_eq!(look(&api, "2026-03-03T00:00:00Z").await, 1, "and in UTC then");
    assert_eq!(history(&api, &bob, "").await, ["2026-03-02 0.00 0.00 0.00 USD 2026-03-03T00:00:00Z"]);

    // Figures that have changed before anybody looked are the next day's, except right after its end.
    date(&api, &ada, ("2026-03-01T10:00:00Z", "2026-03-03T11:01:00Z")).await;
    assert_eq!(look(&api, "2026-03-03T11:15:00Z").await, 0);
    assert_eq!(look(&api, "2026-03-03T11:14:59Z").await, 1);
}

#[tokio::test]
async fn what_was_missed_is_made_up_as_far_as_it_is_known() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("FPH", "10", "20")]).await;
    date(&api, &ada, ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z")).await;
    // Nothing is known of days before the first snapshot, although the portfolio was there.
    assert_eq!(look(&api, "2026-03-05T12:00:00Z").await, 1);
    // Nobody looked for four days, in which nothing changed.
    assert_eq!(look(&api, "2026-03-09T12:00:00Z").await, 4);
    // Something changed on the 11th, which no server saw end; what the days before came to nobody knows any more.
    api.sql("SET session_replication_role = replica; UPDATE portfolio_summary SET portfolio_value = 300, last_updated = '2026-03-11T08:00:00Z'").await;
    assert_eq!(look(&api, "2026-03-13T12:00:00Z").await, 2);
    let days: Vec<String> = history(&api, &ada, "").await.iter().map(|line| line[..17].to_owned()).collect();
    let expected = [
        "2026-03-04 200.00",
        "2026-03-05 200.00",
        "2026-03-06 200.00",
        "2026-03-07 200.00",
        "2026-03-08 200.00",
        "2026-03-11 300.00",
        "2026-03-12 300.00",
    ];
    assert_eq!(days, expected);
    let some = history(&api, &ada, r#"(from: "2026-03-06", to: "2026-03-08")"#).await;
    assert_eq!(some.len(), 3, "both ends are part of it: {some:?}");
    assert_eq!(history(&api, &ada, "(last: 1)").await[0][..10], *"2026-03-12");

    // They follow the portfolio's name, and go with it.
    let id =
        api.ask(Some(&ada), "{ viewer { portfolios { nodes { id } } } }").await.data()["viewer"]["portfolios"]["nodes"]
            [0]["id"]
            .clone();
    done(&api, &ada, ("updatePortfolio", "portfolio { id }"), json!({ "id": id, "vaultId": "Renamed" })).await;
    assert_eq!(history(&api, &ada, "(first: 100)").await.len(), 7);
    done(&api, &ada, ("deletePortfolio", "portfolioId"), json!({ "id": id })).await;
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM portfolio_snapshots").fetch_one(&mut api.admin().await).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_servers_keep_each_day_once_with_the_same_statements_for_all() {
    let api = Api::start().await;
    let people = ["ada", "bob", "eve"];
    for name in people {
        let who = api.somebody(name).await;
        portfolio(&api, &who, ("Growth", "USD"), &[("FPH", "10", "20")]).await;
        date(&api, &who, ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z")).await;
    }
    let servers = [api.beside().await, api.beside().await, api.clone()];
    let looks = servers.iter().map(|server| look(server, "2026-03-05T00:01:00Z"));
    let taken: u64 = futures_util::future::join_all(looks).await.into_iter().sum();
    assert_eq!(taken, 3);
    let sql = AssertSqlSafe("SELECT count(*) FROM portfolio_snapshots".to_owned());
    let kept: i64 = sqlx::query_scalar(sql).fetch_one(&mut api.admin().await).await.unwrap();
    assert_eq!(kept, 3);
}
