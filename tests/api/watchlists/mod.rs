//! Lists to watch: writing them, their items and their shares, and what others see of them.

mod items;
mod lists;
mod public;
mod sharing;

use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use serde_json::{Value, json};

use crate::support::{Answer, Api, Somebody};

/// Asks for a mutation by its name; its input's type is named after it.
pub(crate) async fn mutate(api: &Api, who: &Somebody, (name, selection): (&str, &str), input: Value) -> Answer {
    let (first, rest) = name.split_at(1);
    let upper = first.to_uppercase();
    let query = format!("mutation ($input: {upper}{rest}Input!) {{ {name}(input: $input) {{ {selection} }} }}");
    api.ask_with(Some(who), &query, json!({ "input": input })).await
}

/// Every row of these tables, to see that a refusal changed none.
pub(crate) async fn rows(api: &Api, tables: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for table in tables {
        let sql = format!("SELECT '{table} ' || to_jsonb(t)::text FROM {table} t ORDER BY 1");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut api.admin().await).await.unwrap();
        all.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    all
}

const TABLES: [&str; 4] = ["watchlists", "watchlist_items", "watchlist_shares", "agent_memory"];

/// A list with these symbols; its id, and the ids of its items in their order.
async fn list(api: &Api, who: &Somebody, name: &str, symbols: &[&str]) -> (Value, Vec<Value>) {
    let items: Vec<Value> = symbols.iter().map(|symbol| json!({ "symbol": symbol })).collect();
    let made = mutate(
        api,
        who,
        ("createWatchlist", "watchlist { id items { nodes { id } } }"),
        json!({ "name": name, "items": items }),
    )
    .await;
    let list = &made.data()["createWatchlist"]["watchlist"];
    let ids = list["items"]["nodes"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    (list["id"].clone(), ids)
}

/// A list as its reader sees it.
async fn seen(api: &Api, who: &Somebody, list: &Value) -> Value {
    let query = "query ($id: ID!) { node(id: $id) { ... on Watchlist {
        name updatedAt items { nodes { symbol position name notes } } shares { nodes { id isReadOnly } } } } }";
    api.ask_with(Some(who), query, json!({ "id": list })).await.body["data"]["node"].clone()
}

/// Its symbols in their order, in one line.
async fn symbols(api: &Api, who: &Somebody, list: &Value) -> String {
    let list = seen(api, who, list).await;
    let symbols = list["items"]["nodes"].as_array().unwrap().iter().map(|item| item["symbol"].as_str().unwrap());
    symbols.collect::<Vec<_>>().join(" ")
}

/// Shares a list with somebody; the id of the share.
async fn share(api: &Api, who: &Somebody, list: &Value, email: &str, is_read_only: bool) -> Value {
    let input = json!({ "watchlistId": list, "email": email, "isReadOnly": is_read_only });
    let answer = mutate(api, who, ("shareWatchlist", "share { id }"), input).await;
    answer.data()["shareWatchlist"]["share"]["id"].clone()
}
