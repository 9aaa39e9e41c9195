//! Imports one after the other: what a file makes of what is there, and what stands in its way.

use serde_json::{Value, json};

use super::{done, overview, portfolio, refused};
use crate::support::{Api, Somebody};

const IMPORT: &str = "importPositions";
const COUNTS: &str = "created updated unchanged skipped failed removed";

/// What a run came to, as `SUCCESS 3: created updated unchanged skipped failed removed`, and each row as one line.
async fn imported(api: &Api, who: &Somebody, input: Value) -> Vec<String> {
    let selection = format!(
        "run {{ status recordsImported }} counts {{ {COUNTS} }} \
         rows {{ lines symbol account action field code position {{ quantity avgPrice currentPrice currency }} }}"
    );
    let payload = done(api, who, (IMPORT, &selection), input).await;
    lines(&payload)
}

fn lines(payload: &Value) -> Vec<String> {
    let counts: Vec<String> = COUNTS.split(' ').map(|count| payload["counts"][count].to_string()).collect();
    let run = &payload["run"];
    let head = format!("{} {}: {}", text(&run["status"]), run["recordsImported"], counts.join(" "));
    std::iter::once(head).chain(payload["rows"].as_array().unwrap().iter().map(line)).collect()
}

fn line(row: &Value) -> String {
    let numbers: Vec<String> = row["lines"].as_array().unwrap().iter().map(Value::to_string).collect();
    let position = &row["position"];
    let held = if position.is_null() {
        String::new()
    } else {
        let [quantity, cost, price] = ["quantity", "avgPrice", "currentPrice"].map(|field| short(&position[field]));
        format!(" {quantity}@{cost}@{price} {}", text(&position["currency"]))
    };
    let why: String = ["field", "code"]
        .into_iter()
        .filter_map(|field| row[field].as_str())
        .fold(String::new(), |all, word| all + " " + word);
    format!(
        "{} {} {} {}{held}{why}",
        numbers.join("+"),
        text(&row["symbol"]),
        text(&row["account"]),
        text(&row["action"])
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// A number without the places that say nothing.
fn short(value: &Value) -> String {
    let number = value.as_str().unwrap_or("?");
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

fn csv(rows: &str) -> Value {
    json!({ "content": format!("Symbol,Quantity,Avg Price,Current Price,Currency\n{rows}"), "account": "Main" })
}

fn with(mut input: Value, changes: &Value) -> Value {
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_later_file_replaces_the_positions_of_its_source() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let first = csv("aapl,10,150,180,USD\nVOO,5,400,410,USD\nBTC,1,,,\nTSLA,2,200,210,USD\n");
    let created = [
        "SUCCESS 4: 4 0 0 0 0 0",
        "2 AAPL Main CREATED 10@150@180 USD",
        "3 VOO Main CREATED 5@400@410 USD",
        "4 BTC Main CREATED 1@0@? USD",
        "5 TSLA Main CREATED 2@200@210 USD",
    ];
    // Trying writes nothing and answers the same.
    let before = api.picture().await;
    assert_eq!(imported(&api, &ada, with(first.clone(), &json!({ "dryRun": true }))).await, created);
    assert_eq!(api.picture().await, before);
    assert_eq!(imported(&api, &ada, first.clone()).await, created);
    assert_eq!(imported(&api, &eve, first.clone()).await, created);
    assert_eq!(
        overview(&api, &ada).await,
        ["Main USD 4270.00: AAPL 10@150@180 BTC 1@0@0 TSLA 2@200@210 VOO 5@400@410"]
    );

    // The same file into the same account, however it is asked for; not so into another account.
    for changes in [json!({}), json!({ "dryRun": true }), json!({ "filename": "again.csv" })] {
        assert_eq!(refused(&api, &ada, IMPORT, with(first.clone(), &changes)).await, "ALREADY_IMPORTED");
    }
    let document = super::document(IMPORT, "__typename");
    let answer = api.refused(&ada, &document, first.clone()).await;
    let current = &answer.body["errors"][0]["extensions"]["current"];
    assert_eq!((&current["status"], &current["recordsImported"]), (&json!("SUCCESS"), &json!(4)));
    let elsewhere = with(first.clone(), &json!({ "account": "Other", "dryRun": true }));
    assert_eq!(imported(&api, &ada, elsewhere).await[0], created[0]);

    // No average price leaves the earlier one; no price leaves the earlier price; what is gone is told, and kept.
    let second = csv("AAPL,12,,190,USD\nVOO,5,400,,USD\nBTC,1,30000,,USD\nGOLD,(3),1,1,USD\n");
    let updated = [
        "SUCCESS 3: 0 2 1 1 0 1",
        "2 AAPL Main UPDATED 12@150@190 USD",
        "3 VOO Main UNCHANGED 5@400@410 USD",
        "4 BTC Main UPDATED 1@30000@? USD",
        "5 GOLD Main SKIPPED quantity SHORT_POSITION",
        " TSLA Main REMOVED 2@200@210 USD KEPT",
    ];
    assert_eq!(imported(&api, &ada, second.clone()).await, updated);
    assert_eq!(overview(&api, &eve).await.len(), 1, "nobody else's positions change");
    // What was kept may be removed with the same file, once.
    let removing = with(second, &json!({ "removeMissing": true }));
    let removed = imported(&api, &ada, removing.clone()).await;
    assert_eq!((removed[0].as_str(), removed[5].as_str()), ("SUCCESS 3: 0 0 3 1 0 1", " TSLA Main REMOVED DELETED"));
    assert_eq!(refused(&api, &ada, IMPORT, removing).await, "ALREADY_IMPORTED");
    assert_eq!(overview(&api, &ada).await, ["Main USD 34330.00: AAPL 12@150@190 BTC 1@30000@30000 VOO 5@400@410"]);
    assert_eq!(
        overview(&api, &eve).await,
        ["Main USD 4270.00: AAPL 10@150@180 BTC 1@0@0 TSLA 2@200@210 VOO 5@400@410"]
    );
}

#[tokio::test]
async fn a_row_that_fails_holds_everything_up_or_itself() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let first = csv("AAPL,10,150,180,USD\nTSLA,2,200,210,USD\n");
    imported(&api, &ada, first).await;
    let faulty =
        with(csv("AAPL,11,150,180,USD\nVOO,five,400,410,USD\nNONE,0,1,1,USD\n"), &json!({ "removeMissing": true }));
    let rejected = [
        "ERROR 0: 0 0 0 2 1 0",
        "2 AAPL Main SKIPPED REJECTED",
        "3 VOO Main FAILED quantity NOT_A_NUMBER",
        "4 NONE Main SKIPPED quantity ZERO_QUANTITY",
    ];
    let before = overview(&api, &ada).await;
    // A run that took over nothing can come again.
    for _ in 0..2 {
        assert_eq!(imported(&api, &ada, faulty.clone()).await, rejected);
        assert_eq!(overview(&api, &ada).await, before);
    }
    // What a faulty file doesn't name may be in the row that cannot be read: nothing is deleted.
    let valid = with(faulty, &json!({ "errorPolicy": "IMPORT_VALID" }));
    assert_eq!(
        imported(&api, &ada, valid).await,
        [
            "PARTIAL 1: 0 1 0 1 1 1",
            "2 AAPL Main UPDATED 11@150@180 USD",
            "3 VOO Main FAILED quantity NOT_A_NUMBER",
            "4 NONE Main SKIPPED quantity ZERO_QUANTITY",
            " TSLA Main REMOVED 2@200@210 USD KEPT",
        ]
    );
    let document = "{ viewer { syncRuns(orderBy: [{ field: CREATED_AT }]) { nodes {
        syncSource status recordsImported errorMessage filename metadata } } } }";
    let answer = api.ask(Some(&ada), document).await;
    let runs = answer.data()["viewer"]["syncRuns"]["nodes"].as_array().unwrap().clone();
    let told: Vec<String> = runs
        .iter()
        .map(|run| format!("{} {} {}", text(&run["status"]), run["recordsImported"], text(&run["errorMessage"])))
        .collect();
    let complaint = "Line 3: five is no number such as 1234.5, 1,234.50 or (12.00).";
    assert_eq!(
        told,
        [
            "SUCCESS 2 ?".to_owned(),
            format!("ERROR 0 {complaint}"),
            format!("ERROR 0 {complaint}"),
            format!("PARTIAL 1 {complaint}")
        ]
    );
    assert_eq!(runs[3]["metadata"]["kept"], 1);
}

#[tokio::test]
async fn what_was_entered_by_hand_is_left_alone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let by_hand = json!({ "symbol": "AAPL", "account": "Main", "quantity": "1", "avgPrice": "5", "currency": "USD" });
    done(&api, &ada, ("createPosition", "position { id }"), by_hand).await;
    let main = portfolio(&api, &ada, "Fund", "USD").await;
    let holding = json!({ "portfolioId": main, "symbol": "VOO", "quantity": "1", "avgCost": "7" });
    done(&api, &ada, ("createHolding", "holding { id }"), holding).await;
    done(
        &api,
        &ada,
        ("setAccountPortfolio", "accountPortfolio { id }"),
        json!({ "account": "Main", "portfolioId": main }),
    )
    .await;
    portfolio(&api, &ada, "Fund EUR", "GBP").await;
    let file = csv("AAPL,10,150,180,USD\nVOO,5,400,410,USD\nSAP,3,100,110,EUR\nBTC,1,10,20,USD\nNZ1,1,10,20,NZD\n");
    let before = overview(&api, &ada).await;
    assert_eq!(imported(&api, &ada, file.clone()).await[0], "ERROR 0: 0 0 0 2 3 0");
    assert_eq!(overview(&api, &ada).await, before);
    let valid = with(file, &json!({ "errorPolicy": "IMPORT_VALID" }));
    assert_eq!(
        imported(&api, &ada, valid.clone()).await,
        [
            "PARTIAL 2: 2 0 0 0 3 0",
            "2 AAPL Main FAILED symbol HELD_BY_HAND",
            "3 VOO Main FAILED symbol HELD_BY_HAND",
            "4 SAP Main FAILED symbol OTHER_CURRENCY",
            "5 BTC Main CREATED 1@10@20 USD",
            "6 NZ1 Main CREATED 1@10@20 NZD",
        ]
    );
    assert_eq!(
        overview(&api, &ada).await,
        [
            "Fund USD 32.00: AAPL 1@5@5 BTC 1@10@20 VOO! 1@7@7",
            "Fund EUR GBP 0.00:",
            "Fund NZD NZD 20.00: NZ1 1@10@20",
            "Main USD 0.00:"
        ]
    );
    // What stood in the way is gone, and the same file takes over the rest.
    let found =
        api.ask(Some(&ada), "{ viewer { positions(filter: { symbol: { eq: \"AAPL\" } }) { nodes { id } } } }").await;
    let id = found.data()["viewer"]["positions"]["nodes"][0]["id"].clone();
    done(&api, &ada, ("deletePosition", "positionId"), json!({ "id": id })).await;
    let again = imported(&api, &ada, valid).await;
    assert_eq!(again[0], "PARTIAL 3: 1 0 2 0 2 0");
    assert_eq!(again[1], "2 AAPL Main CREATED 10@150@180 USD");
}

#[tokio::test]
async fn a_price_gives_way_to_a_later_one_alone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let file = |price: &str, at: &str| {
        let content =
            format!("Symbol,Quantity,Avg Price,Current Price,Price As Of,Currency\nAAPL,1,10,{price},{at},USD\n");
        json!({ "content": content, "account": "Main" })
    };
    for (price, at, stands) in [
        ("20", "", "20"),
        ("21", "2026-01-02", "21"),
        ("22", "2026-01-01", "21"),
        ("23", "", "21"),
        ("24", "2026-01-02T00:00:01Z", "24"),
    ] {
        let rows = imported(&api, &ada, file(price, at)).await;
        assert!(rows[1].contains(&format!("1@10@{stands} USD")), "{price} at {at}: {rows:?}");
    }
    // Figures in another currency are no longer true, and a time that has not come yet is now.
    let euros = json!({ "content": "Symbol,Quantity,Currency\nAAPL,1,EUR\n", "account": "Main" });
    assert_eq!(imported(&api, &ada, euros).await[1], "2 AAPL Main UPDATED 1@0@? EUR");
    imported(&api, &ada, file("25", "2150-01-01")).await;
    let answer = api.ask(Some(&ada), "{ viewer { positions { nodes { priceAsOf } } } }").await;
    let at = answer.data()["viewer"]["positions"]["nodes"][0]["priceAsOf"].as_str().unwrap().to_owned();
    assert!(at.as_str() < "2149", "{at}");
}

#[tokio::test]
async fn wrong_inputs_are_refused_with_their_fields() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let good = csv("AAPL,10,150,180,USD\n");
    for (changes, refusal) in [
        (json!({ "content": null }), "INVALID, input.file REQUIRED"),
        (json!({ "progressKey": "two words" }), "INVALID, input.progressKey FORMAT"),
        (json!({ "progressKey": "x".repeat(65) }), "INVALID, input.progressKey FORMAT"),
        // A file is no text, whatever the text looks like.
        (json!({ "file": "#__graphql_file__:0" }), "INVALID, input.file FORMAT"),
        (json!({ "content": "" }), "INVALID, input.content EMPTY"),
        (json!({ "content": "hello" }), "INVALID, input.content UNKNOWN_FORMAT"),
        (json!({ "content": "x".repeat(100 * 1024 + 1) }), "INVALID, input.content TOO_LONG"),
        (json!({ "content": "Symbol,Quantity\n" }), "INVALID, input.content NO_ROWS"),
        (json!({ "source": "KRAKEN_LEDGERS" }), "INVALID, input.content MISSING_COLUMN"),
        (json!({ "mapping": { "symbol": "Ticker" } }), "INVALID, input.content MISSING_COLUMN"),
        (json!({ "source": "TIGER", "mapping": {} }), "INVALID, input.mapping NOT_TAKEN"),
        (
            json!({ "account": " ", "filename": "x".repeat(501), "mapping": { "name": "" } }),
            "INVALID, input.account BLANK, input.filename TOO_LONG, input.mapping.name BLANK",
        ),
        (json!({ "account": "x".repeat(101) }), "INVALID, input.account TOO_LONG"),
    ] {
        let input = with(good.clone(), &changes);
        assert_eq!(refused(&api, &ada, IMPORT, input).await, refusal, "{changes}");
    }
    // Amounts that are fine one by one and too large together take everything back.
    let huge = csv("A,1000,1,900000000000000,USD\nB,1000,1,900000000000000,USD\n");
    assert_eq!(refused(&api, &ada, IMPORT, huge).await, "INVALID, input.content OUT_OF_RANGE");
}

#[tokio::test]
async fn ten_thousand_rows_come_in_at_once() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let rows: String = (0..10_000).map(|row| format!("S{row},1\n")).collect();
    let input = json!({ "content": format!("Symbol,Quantity\n{rows}"), "account": "Main", "currency": "NZD" });
    let payload = done(&api, &ada, (IMPORT, &format!("run {{ recordsImported }} counts {{ {COUNTS} }}")), input).await;
    assert_eq!((&payload["run"]["recordsImported"], &payload["counts"]["created"]), (&json!(10_000), &json!(10_000)));
    let answer = api.ask(Some(&ada), "{ viewer { portfolios { nodes { currency numberOfHoldings } } } }").await;
    assert_eq!(
        answer.data()["viewer"]["portfolios"]["nodes"],
        json!([{ "currency": "NZD", "numberOfHoldings": 10_000 }])
    );
}

#[tokio::test]
async fn a_portfolio_is_kept_in_the_currency_of_most_positions() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let content = "Symbol,Quantity,Avg Price,Currency\nA,1,5,EUR\nB,1,5,GBP\nC,1,5,GBP\n";
    imported(&api, &ada, json!({ "content": content, "account": "Mixed" })).await;
    assert_eq!(overview(&api, &ada).await, ["Mixed GBP 10.00: B 1@5@5 C 1@5@5", "Mixed EUR EUR 5.00: A 1@5@5"]);
    // The preferred one comes first, however few they are.
    let content = "Symbol,Quantity,Avg Price,Currency\nA,1,5,USD\nB,1,5,GBP\nC,1,5,GBP\n";
    imported(&api, &ada, json!({ "content": content, "account": "Other" })).await;
    assert_eq!(overview(&api, &ada).await[2..], ["Other USD 5.00: A 1@5@5", "Other GBP GBP 10.00: B 1@5@5 C 1@5@5"]);
}

#[tokio::test]
async fn a_row_that_breaks_off_before_its_account_is_about_none() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    imported(&api, &ada, json!({ "content": "Symbol,Quantity,Currency\nA,1,USD\n" })).await;
    let content = "Symbol,Quantity,Currency,Account\nB,1,USD,Main\nC,1\n";
    let rows = imported(&api, &ada, json!({ "content": content, "errorPolicy": "IMPORT_VALID" })).await;
    assert_eq!(rows.len(), 3, "{rows:#?}");
    assert!(rows[2].contains("FAILED"), "{rows:#?}");
}
