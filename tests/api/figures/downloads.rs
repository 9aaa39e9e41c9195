//! Trades, gains and statistics as files.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use sea_orm::sqlx;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::trades::trade;
use crate::support::{Api, Somebody};

struct File {
    status: u16,
    media_type: String,
    disposition: String,
    text: String,
}

async fn download(api: &Api, who: Option<&Somebody>, what: &str, body: &str) -> File {
    let mut request = Request::post(format!("/export/{what}")).header("content-type", "application/json");
    if let Some(who) = who {
        request = request.header("authorization", format!("Bearer {}", who.token));
    }
    let response = api.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (media_type, disposition) = (header("content-type"), header("content-disposition"));
    let status = response.status().as_u16();
    let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    File { status, media_type: media_type.unwrap_or_default(), disposition: disposition.unwrap_or_default(), text }
}

async fn logged(api: &Api) -> Vec<String> {
    let sql = "SELECT concat_ws(' ', block_id, action) FROM agent_memory ORDER BY id";
    sqlx::query_scalar(sql).fetch_all(&mut api.admin().await).await.unwrap()
}

/// The cells of a CSV file, without its header.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn gains_are_written_under_their_tax_years() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    trade(&api, &ada).await;
    trade(&api, &bob).await;
    api.sql(&format!(
        "INSERT INTO user_preferences (user_id, timezone) VALUES ('{0}', 'Pacific/Auckland'); \
         INSERT INTO user_onboarding_progress (user_id, tax_residency, tax_year_preference) VALUES ('{0}', 'NZ', 'financial'); \
         UPDATE manual_trade_logs SET broker = '=HYPERLINK(\"http://x\",\"y\")', exit_price = entry_price",
        ada.id
    ))
    .await;
    let file = download(&api, Some(&ada), "realised-gains", "{}").await;
    assert_eq!((file.status, file.media_type.as_str()), (200, "text/csv; charset=utf-8; header=present"));
    assert_eq!(file.disposition, "attachment; filename=\"stackmotive-realised-gains.csv\"");
    let rows = cells(&file.text);
    let line = |row: &Vec<String>| [&row[0], &row[1], &row[2], &row[6], &row[11]].map(String::as_str).join("|");
    let expected = [
        "2024/25|2025-03-05|AAA|NZD|300.00",
        "2024/25|2025-03-11|AAA|NZD|-100.00",
        "2024/25|2025-03-12|BBB|NZD|0.00",
        // 23:59 on 31 March and 00:30 on 1 April in Auckland.
        "2024/25|2025-03-31|BBB|NZD|-50.00",
        "2025/26|2025-04-01|AAA|NZD|50.01",
        "2026/27|2026-04-02|CCC|USD|7.00",
    ];
    assert_eq!(rows.iter().map(line).collect::<Vec<_>>(), expected);
    let first = &rows[0];
    assert_eq!(first[3..11], ["", "BUY", "10.00000000", "NZD", "100.0000", "1000.00", "100.0000", "2.00"]);
    assert_eq!(
        first[12..16],
        ["2025-03-03T10:00:00.000000Z", "2025-03-05T10:00:00.000000Z", "REAL", "'=HYPERLINK(\"http://x\",\"y\")"]
    );
    assert!(first[16].starts_with("trade_log_"), "{first:?}");

    // The same sums as the API's, under another country's years and within days.
    let body = json!({ "format": "JSON", "calendar": "UNITED_KINGDOM", "from": "2025-03-31", "to": "2025-04-01" });
    let file = download(&api, Some(&ada), "realised-gains", &body.to_string()).await;
    assert_eq!((file.status, file.media_type.as_str()), (200, "application/json; charset=utf-8"));
    let whole: Value = serde_json::from_str(&file.text).unwrap();
    assert_eq!(
        (&whole["format"], &whole["time_zone"]),
        (&json!("stackmotive-realised-gains-1"), &json!("Pacific/Auckland"))
    );
    let rows = whole["rows"].as_array().unwrap();
    let found: Vec<_> =
        rows.iter().map(|row| (row["tax_year"].clone(), row["gain"].clone(), row["asset_name"].clone())).collect();
    assert_eq!(
        found,
        [(json!("2024/25"), json!("-50.00"), Value::Null), (json!("2024/25"), json!("50.01"), Value::Null)]
    );
    assert_eq!(rows[0]["broker"], json!("=HYPERLINK(\"http://x\",\"y\")"), "JSON has no formulas");
    assert_eq!(logged(&api).await, ["journaling realised_gains_exported", "journaling realised_gains_exported"]);
}

#[tokio::test]
async fn every_trade_is_written_however_many_there_are() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // Several batches, with many trades at one moment.
    api.sql(&format!(
        "INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, quantity, total_value, \
         execution_time, trade_date, exit_reason) SELECT '{}', 'S' || i, 'NZD', 'buy', 1.5, 2, 3, \
         timestamptz '2025-01-01Z' + interval '1 hour' * (i / 300), '2025-01-01', '+1' || chr(10) || '\"' \
         FROM generate_series(1, 1500) AS i",
        ada.id
    ))
    .await;
    let rows = cells(&download(&api, Some(&ada), "trades", "{}").await.text);
    let symbols: std::collections::BTreeSet<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!((rows.len(), symbols.len()), (1500, 1500));
    assert_eq!(rows[0][4..13], ["BUY", "OPEN", "REAL", "", "MARKET", "2.00000000", "1.5000", "3.00", "0.00"]);
    assert_eq!(rows[0][24], "'+1\n\"");
    let json = download(&api, Some(&ada), "trades", r#"{"format": "JSON"}"#).await.text;
    let whole: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(whole["rows"].as_array().unwrap().len(), 1500);
    assert_eq!(
        (&whole["rows"][0]["conviction_level"], &whole["rows"][0]["exit_reason"]),
        (&json!(5), &json!("+1\n\""))
    );
    let none = download(&api, Some(&ada), "trades", r#"{"from": "2025-01-02"}"#).await.text;
    assert_eq!(cells(&none).len(), 0);
    assert!(none.starts_with("id,symbol,asset_name,currency,"), "{none}");
}

#[tokio::test]
async fn statistics_are_those_of_the_api() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    let file = download(&api, Some(&ada), "trade-statistics", r#"{"groupBy": "SYMBOL", "to": "2025-12-31"}"#).await;
    let expected = "key,currency,count,wins,losses,break_even,win_rate,won,lost,gross_pnl,net_pnl,fees,average_win,average_loss,\
        largest_win,largest_loss,payoff,profit_factor,expectancy,average_r,average_r_sample,average_holding_seconds\r\n\
        AAA,NZD,3,2,1,0,66.6667,350.01,-100.00,254.01,250.01,4.00,175.01,-100.00,300.00,-100.00,1.7501,3.5001,83.34,0.5000,2,378600\r\n\
        BBB,NZD,2,0,1,1,0.0000,0.00,-50.00,-49.00,-50.00,1.00,,-50.00,,-50.00,,0.0000,-25.00,0.0000,1,822570\r\n";
    assert_eq!((file.status, file.text.as_str()), (200, expected));
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_and_not_recorded() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    for (who, what, body, status, code) in [
        (None, "trades", "{}", 401, "UNAUTHENTICATED"),
        (Some(&ada), "trades", "", 400, "INVALID"),
        (Some(&ada), "trades", "[]", 400, "INVALID"),
        (Some(&ada), "trades", r#"{"format": "XML"}"#, 400, "INVALID"),
        (Some(&ada), "trades", r#"{"calendar": "AUSTRALIA"}"#, 400, "INVALID"),
        (Some(&ada), "trades", r#"{"from": "yesterday"}"#, 400, "INVALID"),
        (Some(&ada), "trades", r#"{"from": "2025-02-01", "to": "2025-01-01"}"#, 400, "INVALID"),
        (Some(&ada), "realised-gains", r#"{"calendar": "MARS"}"#, 400, "INVALID"),
        (Some(&ada), "realised-gains", r#"{"groupBy": "SYMBOL"}"#, 400, "INVALID"),
        (Some(&ada), "trade-statistics", r#"{"groupBy": "a b"}"#, 400, "INVALID"),
    ] {
        let file = download(&api, who, what, body).await;
        let answer: Value = serde_json::from_str(&file.text).unwrap();
        assert_eq!((file.status, &answer["errors"][0]["extensions"]["code"]), (status, &json!(code)), "{what} {body}");
    }
    let turned = download(&api, Some(&ada), "trades", r#"{"from": "2025-02-01", "to": "2025-01-01"}"#).await;
    let turned: Value = serde_json::from_str(&turned.text).unwrap();
    assert_eq!(turned["errors"][0]["extensions"]["issues"][0]["path"], json!(["to"]));
    let token = stackmotive::authentication::personal_token::whole(&"a".repeat(43));
    api.sql(&format!(
        "INSERT INTO user_preferences (user_id, api_access_enabled) VALUES ('{0}', true);
         INSERT INTO personal_tokens (user_id, name, token_hash, ending, scopes, expires_at)
         VALUES ('{0}', 'x', '{1}', 'abcd', '{{journaling:read}}', now() + interval '1 day')",
        ada.id,
        crate::support::hash(&token)
    ))
    .await;
    let program = Somebody { token, ..ada.clone() };
    assert_eq!(download(&api, Some(&program), "trades", "{}").await.status, 403);
    let form = Request::post("/export/trades").header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(api.router.clone().oneshot(form).await.unwrap().status().as_u16(), 415);
    assert_eq!(logged(&api).await, Vec::<String>::new());
}
