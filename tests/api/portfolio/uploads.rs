//! Files that come as files.

use axum::body::Body;
use sea_orm::sqlx;
use serde_json::{Value, json};

use super::{IMPORT_ROWS, checker, document, overview};
use crate::support::{
    Api, Somebody, Statements,
    upload::{IMPORT, Upload},
};

const FILE_MAX: usize = 20 * 1024 * 1024;
const CSV: &str = "Symbol,Quantity,Avg Price,Current Price,Currency\nAAPL,10,150,180,USD\nVOO,5,400,410,USD\n";

/// What comes of a file, whose rows are told.
async fn imported(api: &Api, who: &Somebody, file: impl Into<Vec<u8>>, input: Value) -> Value {
    let upload = Upload::of(&document("importPositions", IMPORT_ROWS), file, &input);
    let answer = api.upload(who, upload.body()).await;
    let payload = answer.data()["importPositions"].clone();
    assert_eq!(checker::differences(api).await, Vec::<String>::new());
    payload
}

/// The code and the problems that a file meets, which changes nothing.
async fn refused(api: &Api, who: &Somebody, file: impl Into<Vec<u8>>, input: Value) -> String {
    let before = api.picture().await;
    let answer = api.upload(who, Upload::of(IMPORT, file, &input).body()).await;
    assert_eq!(api.picture().await, before, "{input} was refused and changed something");
    format!("{} {}", answer.status, answer.refusal())
}

#[tokio::test]
async fn a_file_comes_in_like_its_text() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let input = json!({ "account": "Main", "filename": "positions.csv" });
    let mut as_text = input.clone();
    as_text["content"] = json!(CSV);
    let text = api.ask_with(Some(&ada), &document("importPositions", IMPORT_ROWS), json!({ "input": as_text })).await;
    assert_eq!(imported(&api, &eve, CSV, input.clone()).await, text.data()["importPositions"]);
    let held = ["Main USD 3850.00: AAPL 10@150@180 VOO 5@400@410"];
    assert_eq!(
        (overview(&api, &ada).await, overview(&api, &eve).await),
        (held.map(str::to_owned).into(), held.map(str::to_owned).into())
    );
    // It is the same file, in whichever way it comes.
    assert_eq!(refused(&api, &ada, CSV, input.clone()).await, "200 ALREADY_IMPORTED");
    let again = api.refused(&eve, IMPORT, as_text).await;
    assert_eq!(again.code(), "ALREADY_IMPORTED");

    // With ten thousand rows, and more than a text may have.
    let long = "x".repeat(100);
    let rows: String = (0..10_000).map(|row| format!("S{row},{long},1.5,10,12,USD\n")).collect();
    let file = format!("\u{feff}Symbol,Name,Quantity,Avg Price,Current Price,Currency\n{rows}");
    assert!(file.len() > 1_000_000);
    let payload = imported(&api, &ada, file, json!({ "account": "Large" })).await;
    assert_eq!((&payload["run"]["status"], payload["rows"].as_array().unwrap().len()), (&json!("SUCCESS"), 10_000));
    assert!(overview(&api, &ada).await[0].starts_with("Large USD 180000.00: S0 1.5@10@12 S1 1.5@10@12"));
}

#[tokio::test]
async fn a_file_is_refused_with_what_is_wrong_with_it() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(CSV.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin = b"Symbol,Name,Quantity\nA,Caf\xe9,1\n".to_vec();
    for (file, input, refusal) in [
        (Vec::new(), json!({}), "200 INVALID, input.file EMPTY"),
        (wide, json!({}), "200 INVALID, input.file NOT_UTF8"),
        (latin, json!({}), "200 INVALID, input.file NOT_UTF8"),
        (b"PK\x03\x04".to_vec(), json!({}), "200 INVALID, input.file UNKNOWN_FORMAT"),
        (CSV.into(), json!({ "source": "TIGER" }), "200 INVALID, input.file MISSING_SECTION"),
        (CSV.into(), json!({ "content": CSV }), "200 INVALID, input.file NOT_BOTH"),
        (vec![b' '; FILE_MAX + 1], json!({}), "413 INVALID,  TOO_LARGE"),
        (vec![b' '; FILE_MAX + 500_000], json!({}), "413 INVALID,  TOO_LARGE"),
        (vec![b' '; FILE_MAX], json!({}), "200 INVALID, input.file EMPTY"),
    ] {
        assert_eq!(refused(&api, &ada, file, input.clone()).await, refusal, "{input}");
    }
    // A file of exactly as much as it may have.
    let mut file = CSV.as_bytes().to_vec();
    file.resize(FILE_MAX, b'\n');
    assert_eq!(imported(&api, &ada, file, json!({ "dryRun": true })).await["run"]["recordsImported"], 2);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let body = Upload::of(IMPORT, CSV, &json!({ "account": "Main" })).body();
    let before = api.picture().await;
    // The line end behind the last boundary is nothing that could be missed.
    for end in 0..body.len() - 2 {
        let answer = api.upload(&ada, body[..end].to_vec()).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (400, "INVALID,  FORMAT"), "cut at {end}");
    }
    assert_eq!(api.picture().await, before);
    assert_eq!(api.upload(&ada, body).await.data()["importPositions"]["run"]["status"], "SUCCESS");
}

#[tokio::test]
async fn of_a_file_its_digest_is_kept_and_a_key_makes_it_happen_once() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let send = async |file: &str| {
        let token = format!("Bearer {}", ada.token);
        let headers = [("authorization", token.as_str()), ("idempotency-key", "once")];
        let body = Upload::of(IMPORT, file, &json!({ "account": "Main" })).body();
        api.send(Upload::request(&headers).body(Body::from(body)).unwrap()).await
    };
    assert_eq!(send(CSV).await.data()["importPositions"]["run"]["status"], "SUCCESS");
    assert_eq!(send(CSV).await.data()["importPositions"]["run"]["status"], "SUCCESS");
    assert_eq!(send("Symbol,Quantity\nA,1\n").await.code(), "CONFLICT");
    let sql = "SELECT user_input FROM agent_memory WHERE action = 'positions_imported'";
    let kept: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut api.admin().await).await.unwrap();
    let input: Value = serde_json::from_str(&kept[0]).unwrap();
    assert_eq!((kept.len(), input["file"].as_str().unwrap().len(), &input["account"]), (1, 43, &json!("Main")));
}

#[tokio::test]
async fn statements_do_not_grow_with_the_rows() {
    let api = Api::start().await;
    let statements = Statements::listen();
    let mut counts = Vec::new();
    for rows in [2, 2_000] {
        let ada = api.somebody(&format!("ada{rows}")).await;
        let mut files = Vec::new();
        for price in [10, 11] {
            let rows: String = (0..rows).map(|row| format!("S{row},1.5,{price},12,USD\n")).collect();
            files.push(format!("Symbol,Quantity,Avg Price,Current Price,Currency\n{rows}"));
        }
        files.push("Symbol,Quantity,Avg Price,Current Price,Currency\nS0,1,1,1,USD\n".to_owned());
        for file in files {
            statements.take();
            let answer = api.upload(&ada, Upload::of(IMPORT, file, &json!({ "removeMissing": true })).body()).await;
            assert_eq!(answer.data()["importPositions"]["run"]["status"], "SUCCESS");
            counts.push(statements.take().len());
        }
    }
    let (few, many) = counts.split_at(3);
    assert_eq!(few, many, "statements of making, changing and removing");
}
