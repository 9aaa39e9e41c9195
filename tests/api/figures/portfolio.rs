//! How a portfolio is spread, and how its holdings did.

use serde_json::{Value, json};

use super::{first, portfolio};
use crate::support::{Api, Statements};

const HOLDINGS: [(&str, &str, &str, &str, &str); 4] = [
    ("AAA", "equity", "10", "20", "40"),
    ("BBB", "fund", "10", "40", "30"),
    ("CCC", "bond", "100", "0", "2"),
    ("DDD", "equity", "1", "50", "100"),
];
const CONCENTRATION: &str = "concentration {
    sampleSize hhi diversification largestWeight topThreeWeight reason isStale
}";

fn parts(allocation: &Value) -> Vec<(Value, &str, Value, Value, i64)> {
    let parts = allocation["parts"].as_array().unwrap().iter();
    parts
        .map(|part| {
            let value = part["value"].as_str().unwrap();
            let count = part["count"].as_i64().unwrap();
            (part["key"].clone(), value, part["weight"].clone(), part["weightWithCash"].clone(), count)
        })
        .collect()
}

#[tokio::test]
async fn a_value_is_taken_apart_by_any_key() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    let id = ada.id;
    api.sql(&format!(
        "INSERT INTO vault_categories (id, user_id, category_name, category_code, category_type, is_active) VALUES \
         ('018f3c1e-0000-7000-8000-000000000001', '{id}', 'Tech', 'tech', 'sector', true), \
         ('018f3c1e-0000-7000-8000-000000000002', '{id}', 'Growth', 'growth', 'strategy', true), \
         ('018f3c1e-0000-7000-8000-000000000003', '{id}', 'Old', 'old', 'strategy', false); \
         INSERT INTO asset_category_assignment (user_id, category_id, symbol, sector, is_active) VALUES \
         ('{id}', '018f3c1e-0000-7000-8000-000000000001', 'AAA', 'Technology', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000002', 'AAA', 'Technology', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000002', 'BBB', NULL, true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000003', 'CCC', 'Finance', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000001', 'DDD', 'Technology', false)"
    ))
    .await;
    let part = "{ currency total cash reason isStale parts { key value weight weightWithCash count category { categoryName } } }";
    let found = first(
        &api,
        &ada,
        &format!(
            "class: allocation(by: ASSET_CLASS) {part} symbol: allocation(by: SYMBOL) {part} \
             category: allocation(by: CATEGORY) {part} strategy: allocation(by: CATEGORY, categoryType: STRATEGY) {part} \
             sector: allocation(by: SECTOR) {part}"
        ),
    )
    .await;
    for key in ["class", "symbol", "category", "strategy", "sector"] {
        let all = ["currency", "total", "cash", "reason", "isStale"].map(|field| found[key][field].clone());
        assert_eq!(all, [json!("NZD"), json!("1000.00"), json!("1000.00"), Value::Null, json!(false)], "{key}");
    }
    let row = |key: Value, value, weight, with_cash, count| (key, value, json!(weight), json!(with_cash), count);
    assert_eq!(
        parts(&found["class"]),
        [
            row(json!("equity"), "500.00", "50.0000", "25.0000", 2),
            row(json!("fund"), "300.00", "30.0000", "15.0000", 1),
            row(json!("bond"), "200.00", "20.0000", "10.0000", 1),
        ]
    );
    let symbols: Vec<_> = parts(&found["symbol"]).into_iter().map(|(key, value, ..)| (key, value)).collect();
    let expected = [("AAA", "400.00"), ("BBB", "300.00"), ("CCC", "200.00"), ("DDD", "100.00")];
    assert_eq!(symbols, expected.map(|(symbol, value)| (json!(symbol), value)));
    // AAA counts for both of its categories; what rests sorts nothing.
    assert_eq!(
        parts(&found["category"]),
        [
            row(json!("growth"), "700.00", "70.0000", "35.0000", 2),
            row(json!("tech"), "400.00", "40.0000", "20.0000", 1),
            row(Value::Null, "300.00", "30.0000", "15.0000", 2),
        ]
    );
    assert_eq!(found["category"]["parts"][0]["category"], json!({ "categoryName": "Growth" }));
    assert_eq!(found["category"]["parts"][2]["category"], Value::Null);
    let strategies: Vec<_> = parts(&found["strategy"]).into_iter().map(|(key, value, ..)| (key, value)).collect();
    assert_eq!(strategies, [(json!("growth"), "700.00"), (Value::Null, "300.00")]);
    let sectors: Vec<_> = parts(&found["sector"]).into_iter().map(|(key, value, ..)| (key, value)).collect();
    assert_eq!(sectors, [(json!("Technology"), "400.00"), (Value::Null, "400.00"), (json!("Finance"), "200.00")]);
}

#[tokio::test]
async fn concentration_and_performers_are_told_with_their_sample() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    let selection = format!(
        "{CONCENTRATION} performers(count: 2) {{ best {{ symbol totalGainLossPercent }} worst {{ symbol }} sampleSize costUnknown }}"
    );
    let found = first(&api, &ada, &selection).await;
    // 0.4² + 0.3² + 0.2² + 0.1² = 0.3
    let expected = json!({
        "sampleSize": 4, "hhi": "0.3", "diversification": "70", "largestWeight": "40", "topThreeWeight": "90",
        "reason": null, "isStale": false
    });
    assert_eq!(plain(&found["concentration"]), expected);
    let best = [("AAA", "100.0000"), ("DDD", "100.0000")];
    let best = best.map(|(symbol, gain)| json!({ "symbol": symbol, "totalGainLossPercent": gain }));
    let expected = json!({
        "best": best, "worst": [{ "symbol": "BBB" }, { "symbol": "AAA" }], "sampleSize": 3, "costUnknown": 1
    });
    assert_eq!(found["performers"], expected);
    let refused =
        api.ask(Some(&ada), "{ viewer { portfolios { nodes { performers(count: 0) { sampleSize } } } } }").await;
    assert_eq!(refused.code(), "INVALID");
    assert_eq!(refused.body["errors"][0]["extensions"]["issues"][0]["path"], json!(["count"]));
}

#[tokio::test]
async fn where_there_is_no_figure_there_is_a_reason() {
    let api = Api::start().await;
    for (name, cash, holdings, reason) in [
        ("empty", "0", &[][..], "EMPTY"),
        ("cash", "5", &[], "CASH_ONLY"),
        ("worthless", "5", &[("AAA", "equity", "1", "1", "0")], "NO_VALUE"),
    ] {
        let who = api.somebody(name).await;
        portfolio(&api, &who, "main", cash, holdings).await;
        let selection = format!("{CONCENTRATION} allocation(by: ASSET_CLASS) {{ total reason parts {{ weight }} }}");
        let found = first(&api, &who, &selection).await;
        let (concentration, allocation) = (&found["concentration"], &found["allocation"]);
        assert_eq!((&concentration["reason"], &allocation["reason"]), (&json!(reason), &json!(reason)), "{name}");
        assert_eq!(concentration["hhi"], Value::Null, "{name}");
        assert_eq!(allocation["parts"].as_array().unwrap().len(), holdings.len(), "{name}");
        assert_eq!(allocation["parts"][0]["weight"], Value::Null, "{name}");
    }
}

#[tokio::test]
async fn figures_of_many_portfolios_cost_one_statement() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for vault in ["a", "b", "c"] {
        portfolio(&api, &ada, vault, "0", &HOLDINGS).await;
    }
    let statements = Statements::listen();
    let document = "{ viewer { portfolios { nodes { allocation(by: SYMBOL) { total } concentration { hhi } performers { sampleSize } } } } }";
    let answer = api.ask(Some(&ada), document).await;
    let totals = answer.data()["viewer"]["portfolios"]["nodes"].as_array().unwrap().iter();
    assert_eq!(totals.map(|one| one["allocation"]["total"].clone()).collect::<Vec<_>>(), vec![json!("1000.00"); 3]);
    // The token, the portfolios, and all their holdings at once.
    let heard = statements.take();
    assert_eq!(heard.len(), 3, "{heard:#?}");
}

/// The decimals of an object without trailing zeros.
fn plain(object: &Value) -> Value {
    let mut object = object.clone();
    for value in object.as_object_mut().unwrap().values_mut() {
        if let Some(number) = value.as_str().and_then(|text| text.parse::<rust_decimal::Decimal>().ok()) {
            *value = json!(number.normalize().to_string());
        }
    }
    object
}

/// The table holds a percentage up to 999,999.9999, and the API tells what it is: read ahead and field by field, in its
/// order, behind a cursor, by a filter, and among figures over many.
#[tokio::test]
async fn a_percentage_is_exact_beyond_what_its_column_holds() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let make = "mutation ($input: CreatePortfolioInput!) { createPortfolio(input: $input) { portfolio {
        totalGainLossPercent holdings { nodes { totalGainLossPercent } } } } }";
    let holding = |symbol: &str, quantity: &str, cost: &str, price: &str| json!({ "symbol": symbol, "quantity": quantity, "avgCost": cost, "currentPrice": price });
    // They cost 0.01, 0.10 and 1,000.00, and gain 49,999.99, 299,999.90 and 500.00.
    let holdings = [
        holding("A", "100", "0.0001", "500"),
        holding("B", "1000", "0.0001", "300"),
        holding("C", "10", "100", "150"),
        holding("D", "1", "0", "7"),
    ];
    // What costs less than half a cent has no cost to the cent, and gains all the same.
    let dust = json!({ "vaultId": "dust", "currency": "NZD", "holdings": [holding("E", "0.00001", "100", "150")] });
    let dust = api.ask_with(Some(&ada), make, json!({ "input": dust })).await;
    let dust = &dust.data()["createPortfolio"]["portfolio"];
    assert_eq!(
        (&dust["totalGainLossPercent"], &dust["holdings"]["nodes"][0]["totalGainLossPercent"]),
        (&Value::Null, &json!("0.0000"))
    );
    let dust = json!({ "vaultId": "more dust", "currency": "NZD", "holdings": [holding("E", "0.1", "0.0001", "500")] });
    let dust = api.ask_with(Some(&ada), make, json!({ "input": dust })).await;
    assert_eq!(
        dust.data()["createPortfolio"]["portfolio"]["holdings"]["nodes"][0]["totalGainLossPercent"],
        "500000000.0000"
    );
    let input = json!({ "vaultId": "early", "currency": "USD", "holdings": holdings[..2] });
    let early = api.ask_with(Some(&ada), make, json!({ "input": input })).await;
    // 349,999.89 / 0.11.
    assert_eq!(early.data()["createPortfolio"]["portfolio"]["totalGainLossPercent"], "318181718.1818");
    let input = json!({ "vaultId": "mixed", "currency": "USD", "holdings": holdings });
    api.ask_with(Some(&ada), make, json!({ "input": input })).await.data();

    let percents = ["499999900.0000", "299999900.0000", "50.0000"];
    // `costBasis` is worked out, so that each field has its resolver.
    for more in ["", "costBasis"] {
        let list = |arguments: &str| {
            format!(
                "holdings({arguments}) {{ pageInfo {{ endCursor }} nodes {{ symbol totalGainLossPercent {more} }} }}"
            )
        };
        let mut found = Vec::new();
        let mut after = String::new();
        for _ in 0..4 {
            let page =
                list(&format!("first: 1, orderBy: [{{ field: TOTAL_GAIN_LOSS_PERCENT, direction: DESC }}] {after}"));
            let document = format!(
                "{{ viewer {{ portfolios(filter: {{ vaultId: {{ eq: \"mixed\" }} }}) {{ nodes {{ {page} }} }} }} }}"
            );
            let answer = api.ask(Some(&ada), &document).await;
            let page = answer.data()["viewer"]["portfolios"]["nodes"][0]["holdings"].clone();
            found.push(page["nodes"][0]["totalGainLossPercent"].clone());
            after = format!("after: {}", page["pageInfo"]["endCursor"]);
        }
        let known: Vec<&str> = found.iter().filter_map(Value::as_str).collect();
        assert_eq!((known.as_slice(), found.iter().filter(|percent| percent.is_null()).count()), (&percents[..], 1));
        let filtered = list("filter: { totalGainLossPercent: { gt: \"299999900\" } }");
        let answer = api.ask(Some(&ada), &format!("{{ viewer {{ {filtered} }} }}")).await;
        let nodes = answer.data()["viewer"]["holdings"]["nodes"].as_array().unwrap().clone();
        assert_eq!(nodes.iter().map(|node| &node["symbol"]).collect::<Vec<_>>(), ["A", "A", "E"]);
    }
    let figures = "{ viewer {
        holdings { aggregate { max { totalGainLossPercent { value } } } }
        portfolios { aggregate { max { totalGainLossPercent { value } } } } } }";
    let answer = api.ask(Some(&ada), figures).await;
    let greatest =
        |list: &str| answer.data()["viewer"][list]["aggregate"]["max"]["totalGainLossPercent"]["value"].clone();
    assert_eq!(greatest("holdings"), "500000000.0000");
    assert_eq!(greatest("portfolios"), "318181718.1818");
}
