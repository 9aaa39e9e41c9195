//! Categories, their order, and what is assigned to them.

use serde_json::{Value, json};

use crate::{
    sequences::assert_all_holds,
    support::{Api, Somebody},
};

const FIELDS: &str = "categoryName categoryCode categoryType categoryDescription categoryColor categoryIcon \
                      targetAllocationPercent minAllocationPercent maxAllocationPercent rebalanceThreshold \
                      rebalanceFrequency autoRebalanceEnabled riskLevel maxSinglePositionPercent volatilityLimit \
                      taxEfficiencyPriority taxLossHarvestingEnabled isActive displayOrder";

/// The document of a mutation with this selection.
fn document(name: &str, selection: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!("mutation ($input: {input}!) {{ {name}(input: $input) {{ {selection} }} }}")
}

/// Does something, and answers its payload.
async fn done(api: &Api, who: &Somebody, (name, selection): (&str, &str), input: Value) -> Value {
    let answer = api.ask_with(Some(who), &document(name, selection), json!({ "input": input })).await;
    answer.data()[name].clone()
}

/// An input with these fields besides.
fn with(input: &Value, changes: &Value) -> Value {
    let mut input = input.clone();
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

/// Makes a category, and answers its id.
async fn made(api: &Api, who: &Somebody, code: &str, changes: Value) -> String {
    let input = json!({ "categoryName": code, "categoryCode": code, "categoryType": "ASSET_CLASS" });
    let made =
        done(api, who, ("createVaultCategory", "vaultCategory { id }"), with(&input, &changes)).await["vaultCategory"]
            .clone();
    made["id"].as_str().unwrap().to_owned()
}

/// Assigns symbols, and answers the ids.
async fn assigned(api: &Api, who: &Somebody, category: &str, symbols: &[&str]) -> Vec<Value> {
    let items: Vec<Value> = symbols.iter().map(|symbol| json!({ "symbol": symbol })).collect();
    let input = json!({ "categoryId": category, "items": items });
    let selection = "results { categoryAssignment { id } }";
    let results = done(api, who, ("createCategoryAssignments", selection), input).await["results"].clone();
    results.as_array().unwrap().iter().map(|result| result["categoryAssignment"]["id"].clone()).collect()
}

async fn last_activity(api: &Api, who: &Somebody) -> Value {
    let answer = api.ask(Some(who), "{ viewer { activities(first: 1) { nodes { blockId action metadata } } } }").await;
    let last = &answer.data()["viewer"]["activities"]["nodes"][0];
    json!([last["blockId"], last["action"], last["metadata"]])
}

#[tokio::test]
async fn a_category_is_made_kept_cleared_and_replaced() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let selection = format!("vaultCategory {{ {FIELDS} }}");
    let (create, update) = (("createVaultCategory", selection.as_str()), ("updateVaultCategory", selection.as_str()));
    let least = json!({ "categoryName": "Shares", "categoryCode": " shares ", "categoryType": "ASSET_CLASS" });
    let defaults = json!({
        "categoryName": "Shares", "categoryCode": "shares", "categoryType": "ASSET_CLASS", "categoryDescription": null,
        "categoryColor": "#3B82F6", "categoryIcon": null, "targetAllocationPercent": null,
        "minAllocationPercent": "0.0000", "maxAllocationPercent": "100.0000", "rebalanceThreshold": "5.0000",
        "rebalanceFrequency": "MONTHLY", "autoRebalanceEnabled": true, "riskLevel": "MEDIUM",
        "maxSinglePositionPercent": "10.0000", "volatilityLimit": "25.0000", "taxEfficiencyPriority": 5,
        "taxLossHarvestingEnabled": true, "isActive": true, "displayOrder": 1
    });
    assert_eq!(done(&api, &ada, create, least.clone()).await["vaultCategory"], defaults);
    let all = json!({
        "categoryName": "Health", "categoryCode": "HEALTH", "categoryType": "SECTOR", "categoryDescription": "D",
        "categoryColor": "#00ff00", "categoryIcon": "heart", "targetAllocationPercent": "20.0000",
        "minAllocationPercent": "10.0000", "maxAllocationPercent": "30.5000", "rebalanceThreshold": "0.0000",
        "rebalanceFrequency": "NEVER", "autoRebalanceEnabled": false, "riskLevel": "VERY_HIGH",
        "maxSinglePositionPercent": "100.0000", "volatilityLimit": "0.0001", "taxEfficiencyPriority": 1,
        "taxLossHarvestingEnabled": false, "isActive": false, "displayOrder": 7
    });
    assert_eq!(done(&api, &ada, create, all.clone()).await["vaultCategory"], all);
    let answer = api.ask(Some(&ada), "{ viewer { vaultCategories { nodes { id categoryCode } } } }").await;
    let health = answer.data()["viewer"]["vaultCategories"]["nodes"][1]["id"].clone();
    let told = json!(["vault_categories", "vault_category_created", { "created": [health] }]);
    assert_eq!(last_activity(&api, &ada).await, told);

    let it = json!({ "id": health });
    assert_eq!(done(&api, &ada, update, it.clone()).await["vaultCategory"], all, "left out keeps, also everything");
    let mut cleared = all.clone();
    let clearable: Vec<String> = all.as_object().unwrap().keys().cloned().collect();
    let mut nulls = it.clone();
    for field in
        clearable.iter().filter(|field| !["categoryName", "categoryCode", "categoryType"].contains(&field.as_str()))
    {
        cleared[field] = Value::Null;
        nulls[field] = Value::Null;
    }
    assert_eq!(done(&api, &ada, update, nulls).await["vaultCategory"], cleared);
    let replaced =
        json!({ "categoryName": "Hauora", "categoryCode": "h", "categoryType": "CUSTOM", "displayOrder": 2 });
    let expected = with(&cleared, &replaced);
    assert_eq!(done(&api, &ada, update, with(&it, &replaced)).await["vaultCategory"], expected);
    // Another user's codes are their own, and the next place is behind the last.
    assert_eq!(done(&api, &eve, create, least.clone()).await["vaultCategory"], defaults);
    let third = with(&least, &json!({ "categoryCode": "third" }));
    assert_eq!(done(&api, &ada, create, third).await["vaultCategory"]["displayOrder"], 3);
    let stranger = api.refused(&eve, &document(update.0, "vaultCategory { id }"), it.clone()).await;
    assert_eq!(stranger.refusal(), "NOT_FOUND");
    assert_all_holds(&api, "after categories were changed").await;
}

#[tokio::test]
async fn a_wrong_category_is_refused() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let bounds = json!({
        "minAllocationPercent": "10", "targetAllocationPercent": "20", "maxAllocationPercent": "30"
    });
    let id = made(&api, &ada, "shares", bounds).await;
    made(&api, &ada, "bonds", json!({})).await;
    let both = [
        (
            json!({ "categoryName": " ", "categoryCode": "x".repeat(51) }),
            "INVALID, input.categoryName BLANK, input.categoryCode TOO_LONG",
        ),
        (json!({ "categoryCode": " bonds" }), "CONFLICT, input.categoryCode TAKEN"),
        (json!({ "categoryColor": "red" }), "INVALID, input.categoryColor FORMAT"),
        (
            json!({ "targetAllocationPercent": "100.0001", "rebalanceThreshold": "-0.0001" }),
            "INVALID, input.targetAllocationPercent OUT_OF_RANGE, input.rebalanceThreshold OUT_OF_RANGE",
        ),
        (json!({ "minAllocationPercent": "1.00001" }), "INVALID, input.minAllocationPercent TOO_PRECISE"),
        (
            json!({ "maxSinglePositionPercent": "0", "volatilityLimit": "0" }),
            "INVALID, input.maxSinglePositionPercent OUT_OF_RANGE, input.volatilityLimit OUT_OF_RANGE",
        ),
        (
            json!({ "taxEfficiencyPriority": 11, "displayOrder": 0 }),
            "INVALID, input.taxEfficiencyPriority OUT_OF_RANGE, input.displayOrder OUT_OF_RANGE",
        ),
        (
            json!({ "minAllocationPercent": "60", "maxAllocationPercent": "50" }),
            "INVALID, input.minAllocationPercent OUT_OF_RANGE",
        ),
        (
            json!({ "targetAllocationPercent": "50", "maxAllocationPercent": "40" }),
            "INVALID, input.targetAllocationPercent OUT_OF_RANGE",
        ),
        (
            json!({ "targetAllocationPercent": "50", "minAllocationPercent": "60", "maxAllocationPercent": null }),
            "INVALID, input.targetAllocationPercent OUT_OF_RANGE",
        ),
    ];
    let create = document("createVaultCategory", "vaultCategory { id }");
    let least = json!({ "categoryName": "X", "categoryCode": "x", "categoryType": "CUSTOM" });
    let update = document("updateVaultCategory", "vaultCategory { id }");
    for (changes, refusal) in &both {
        for (document, input) in [(&create, &least), (&update, &json!({ "id": id }))] {
            assert_eq!(api.refused(&ada, document, with(input, changes)).await.refusal(), *refusal, "{changes}");
        }
    }
    assert_eq!(
        api.refused(&ada, &create, with(&least, &json!({ "id": id }))).await.refusal(),
        "CONFLICT, input.id TAKEN"
    );
    for (changes, refusal) in [
        (
            json!({ "categoryName": null, "categoryCode": null, "categoryType": null }),
            "INVALID, input.categoryName REQUIRED, input.categoryCode REQUIRED, input.categoryType REQUIRED",
        ),
        // Together with what stands there: 10, 20 and 30.
        (json!({ "targetAllocationPercent": "9.9999" }), "INVALID, input.targetAllocationPercent OUT_OF_RANGE"),
        (json!({ "targetAllocationPercent": "30.0001" }), "INVALID, input.targetAllocationPercent OUT_OF_RANGE"),
        (json!({ "minAllocationPercent": "20.0001" }), "INVALID, input.minAllocationPercent OUT_OF_RANGE"),
        (json!({ "maxAllocationPercent": "19.9999" }), "INVALID, input.maxAllocationPercent OUT_OF_RANGE"),
        (json!({ "maxAllocationPercent": "5" }), "INVALID, input.maxAllocationPercent OUT_OF_RANGE"),
        (json!({ "categoryName": "Y", "expectedUpdatedAt": "2020-01-01T00:00:00Z" }), "CONFLICT"),
    ] {
        let input = with(&json!({ "id": id }), &changes);
        assert_eq!(api.refused(&ada, &update, input).await.refusal(), refusal, "{changes}");
    }
    // What is at the edge is in order.
    let edge = json!({ "id": id, "minAllocationPercent": "20", "maxAllocationPercent": "20" });
    done(&api, &ada, ("updateVaultCategory", "vaultCategory { id }"), edge).await;
}

#[tokio::test]
async fn targets_are_summed_for_each_type() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let sums = "{ viewer { targetSums { categoryType sum isComplete } } }";
    assert_eq!(api.ask(Some(&ada), sums).await.data()["viewer"]["targetSums"], json!([]));
    for (code, changes) in [
        ("shares", json!({ "targetAllocationPercent": "60.5" })),
        ("bonds", json!({ "targetAllocationPercent": "39.5" })),
        ("resting", json!({ "targetAllocationPercent": "10", "isActive": false })),
        ("health", json!({ "categoryType": "SECTOR", "targetAllocationPercent": "33.3333" })),
        ("mine", json!({ "categoryType": "CUSTOM" })),
    ] {
        made(&api, &ada, code, changes).await;
    }
    let expected = json!([
        { "categoryType": "ASSET_CLASS", "sum": "100.0000", "isComplete": true },
        { "categoryType": "SECTOR", "sum": "33.3333", "isComplete": false },
        { "categoryType": "CUSTOM", "sum": "0.0000", "isComplete": false }
    ]);
    assert_eq!(api.ask(Some(&ada), sums).await.data()["viewer"]["targetSums"], expected);
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", eve.id)).await;
    let others = "{ admin { users { nodes { email targetSums { sum } } } } }";
    let answer = api.ask(Some(&eve), others).await;
    let users = answer.data()["admin"]["users"]["nodes"].as_array().unwrap();
    let hers = users.iter().find(|user| user["email"] == json!(ada.email)).unwrap();
    assert_eq!(hers["targetSums"], Value::Null, "an admin sees no one else's");
}

#[tokio::test]
async fn categories_are_put_into_order() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let mut ids = Vec::new();
    for code in ["a", "b", "c"] {
        ids.push(made(&api, &ada, code, json!({})).await);
    }
    let foreign = made(&api, &eve, "a", json!({})).await;
    let order = ("orderVaultCategories", "vaultCategories { categoryCode displayOrder }");
    let document = document(order.0, order.1);
    for (wanted, refusal) in [
        (json!([ids[0], ids[1]]), "INVALID, input.categoryIds MISSING"),
        (json!([ids[0], ids[1], ids[2], ids[1]]), "INVALID, input.categoryIds.3 REPEATED"),
        (json!([ids[0], ids[1], ids[2], foreign]), "INVALID, input.categoryIds.3 NOT_FOUND"),
        (json!(vec![ids[0].clone(); 1001]), "INVALID, input.categoryIds TOO_MANY"),
    ] {
        assert_eq!(api.refused(&ada, &document, json!({ "categoryIds": wanted })).await.refusal(), refusal);
    }
    let wanted = json!({ "categoryIds": [ids[2], ids[1], ids[0]] });
    let places = |codes: [&str; 3]| -> Value {
        codes.iter().zip(1..).map(|(code, place)| json!({ "categoryCode": code, "displayOrder": place })).collect()
    };
    assert_eq!(done(&api, &ada, order, wanted).await["vaultCategories"], places(["c", "b", "a"]));
    let told = last_activity(&api, &ada).await;
    let mut moved: Vec<&str> = told[2]["updated"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    moved.sort_unstable();
    assert_eq!(moved, [&ids[0], &ids[2]], "only what moved was changed");
    let shown = api.ask(Some(&ada), "{ viewer { vaultCategories { nodes { categoryCode displayOrder } } } }").await;
    assert_eq!(shown.data()["viewer"]["vaultCategories"]["nodes"], places(["c", "b", "a"]));
}

#[tokio::test]
async fn symbols_are_assigned_once_for_each_category() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let category = made(&api, &ada, "shares", json!({})).await;
    let items = json!([
        { "symbol": " fph ", "assetName": "Fisher & Paykel", "market": "NZX", "targetWeightInCategory": "12.5" },
        { "symbol": "FPH" },
        { "symbol": "TOO LONG TO BE A SYMBOL", "assignmentConfidence": "1.1" },
        { "symbol": "VTI" }
    ]);
    let name = "createCategoryAssignments";
    let selection = "vaultCategory { categoryCode } results { index categoryAssignment { symbol assetName market \
                     assignmentType assignmentConfidence targetWeightInCategory isActive } problems { path code } }";
    let create = document(name, selection);
    let input = json!({ "categoryId": category, "items": items });
    let problems = "INVALID, input.items.1.symbol TAKEN, input.items.2.symbol TOO_LONG, \
                    input.items.2.assignmentConfidence OUT_OF_RANGE";
    assert_eq!(api.refused(&ada, &create, input.clone()).await.refusal(), problems);
    assert_eq!(api.refused(&eve, &create, input.clone()).await.refusal(), "NOT_FOUND");
    for (items, refusal) in [
        (json!([]), "INVALID, input.items EMPTY"),
        (json!(vec![json!({ "symbol": "A" }); 101]), "INVALID, input.items TOO_MANY"),
    ] {
        let input = json!({ "categoryId": category, "items": items });
        assert_eq!(api.refused(&ada, &create, input).await.refusal(), refusal);
    }
    let valid = with(&input, &json!({ "errorPolicy": "APPLY_VALID" }));
    let payload = done(&api, &ada, (name, selection), valid).await;
    assert_eq!(payload["vaultCategory"]["categoryCode"], "shares");
    let results = payload["results"].as_array().unwrap();
    let first = json!({
        "symbol": "FPH", "assetName": "Fisher & Paykel", "market": "NZX", "assignmentType": "MANUAL",
        "assignmentConfidence": "1.0000", "targetWeightInCategory": "12.5000", "isActive": true
    });
    assert_eq!(results[0], json!({ "index": 0, "categoryAssignment": first, "problems": [] }));
    let taken = json!([{ "path": ["input", "items", "1", "symbol"], "code": "TAKEN" }]);
    assert_eq!(results[1], json!({ "index": 1, "categoryAssignment": null, "problems": taken }));
    assert_eq!(results[2]["problems"].as_array().unwrap().len(), 2);
    let bare = json!({
        "symbol": "VTI", "assetName": null, "market": null, "assignmentType": "MANUAL", "assignmentConfidence": "1.0000",
        "targetWeightInCategory": null, "isActive": true
    });
    assert_eq!(results[3]["categoryAssignment"], bare);
    assert_eq!(last_activity(&api, &ada).await[2]["created"].as_array().unwrap().len(), 2);

    // A resting one holds its place.
    api.sql("SET stackmotive.system = 'on'; UPDATE asset_category_assignment SET is_active = false").await;
    let again = json!({ "categoryId": category, "items": [{ "symbol": "VTI" }] });
    let refused = api.refused(&ada, &create, again).await;
    assert_eq!(refused.refusal(), "INVALID, input.items.0.symbol TAKEN");
    let other = made(&api, &ada, "other", json!({})).await;
    assert_eq!(assigned(&api, &ada, &other, &["VTI"]).await.len(), 1, "in another category it is another assignment");
    assert_all_holds(&api, "after symbols were assigned").await;
}

#[tokio::test]
async fn an_assignment_changes_rests_and_goes() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let category = made(&api, &ada, "shares", json!({})).await;
    let ids = assigned(&api, &ada, &category, &["VTI", "FPH", "ANZ"]).await;
    let details = json!({
        "assetName": "Vanguard", "assetClass": "fund", "sector": "All", "market": "NYSE", "assignmentType": "AI_SUGGESTED",
        "assignmentRule": "R", "assignmentConfidence": "0.5000", "targetWeightInCategory": "100.0000", "isActive": false
    });
    let fields: Vec<&str> = details.as_object().unwrap().keys().map(String::as_str).collect();
    let selection = format!("categoryAssignment {{ {} }}", fields.join(" "));
    let update = ("updateCategoryAssignment", selection.as_str());
    let it = json!({ "id": ids[0] });
    assert_eq!(done(&api, &ada, update, with(&it, &details)).await["categoryAssignment"], details);
    assert_eq!(done(&api, &ada, update, it.clone()).await["categoryAssignment"], details, "left out keeps");
    let nulls: Value = fields.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    assert_eq!(done(&api, &ada, update, with(&it, &nulls)).await["categoryAssignment"], nulls);
    let change = document(update.0, "categoryAssignment { id }");
    for (changes, refusal) in [
        (
            json!({ "assetName": " ", "market": "x".repeat(51), "assignmentConfidence": "-0.1" }),
            "INVALID, input.assetName BLANK, input.market TOO_LONG, input.assignmentConfidence OUT_OF_RANGE",
        ),
        (json!({ "targetWeightInCategory": "100.0001" }), "INVALID, input.targetWeightInCategory OUT_OF_RANGE"),
        (json!({ "isActive": true, "expectedUpdatedAt": "2020-01-01T00:00:00Z" }), "CONFLICT"),
    ] {
        assert_eq!(api.refused(&ada, &change, with(&it, &changes)).await.refusal(), refusal, "{changes}");
    }
    assert_eq!(api.refused(&eve, &change, it).await.refusal(), "NOT_FOUND");

    let selection = "results { index categoryAssignmentId problems { path code } }";
    let remove = document("removeCategoryAssignments", selection);
    let twice = json!({ "ids": [ids[0], ids[1], ids[0]] });
    assert_eq!(api.refused(&ada, &remove, twice.clone()).await.refusal(), "INVALID, input.ids.2 NOT_FOUND");
    let foreign = api.refused(&eve, &remove, json!({ "ids": [ids[0]] })).await;
    assert_eq!(foreign.refusal(), "INVALID, input.ids.0 NOT_FOUND");
    assert_eq!(api.refused(&ada, &remove, json!({ "ids": [] })).await.refusal(), "INVALID, input.ids EMPTY");
    let valid = with(&twice, &json!({ "errorPolicy": "APPLY_VALID" }));
    let results = done(&api, &ada, ("removeCategoryAssignments", selection), valid).await["results"].clone();
    let gone = |index: usize| json!({ "index": index, "categoryAssignmentId": ids[index], "problems": [] });
    let missing = json!([{ "path": ["input", "ids", "2"], "code": "NOT_FOUND" }]);
    assert_eq!(results, json!([gone(0), gone(1), { "index": 2, "categoryAssignmentId": null, "problems": missing }]));
    let told = json!(["vault_categories", "category_assignments_removed", { "deleted": [ids[0], ids[1]] }]);
    assert_eq!(last_activity(&api, &ada).await, told);
}

#[tokio::test]
async fn a_deleted_category_takes_its_assignments() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let category = made(&api, &ada, "shares", json!({})).await;
    let ids = assigned(&api, &ada, &category, &["VTI", "FPH"]).await;
    let selection = "vaultCategoryId assignments { categoryAssignmentId symbol }";
    let name = "deleteVaultCategory";
    let delete = document(name, selection);
    assert_eq!(api.refused(&eve, &delete, json!({ "id": category })).await.refusal(), "NOT_FOUND");
    let stale = json!({ "id": category, "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(api.refused(&ada, &delete, stale).await.refusal(), "CONFLICT");
    let expected = json!({ "vaultCategoryId": category, "assignments": [
        { "categoryAssignmentId": ids[1], "symbol": "FPH" }, { "categoryAssignmentId": ids[0], "symbol": "VTI" }
    ] });
    let before = api.picture().await;
    let shown = done(&api, &ada, (name, selection), json!({ "id": category, "dryRun": true })).await;
    assert_eq!((&shown, api.picture().await), (&expected, before));
    assert_eq!(done(&api, &ada, (name, selection), json!({ "id": category })).await, expected);
    let told = json!(["vault_categories", "vault_category_deleted", { "deleted": [category, ids[1], ids[0]] }]);
    assert_eq!(last_activity(&api, &ada).await, told);
    let left =
        api.ask(Some(&ada), "{ viewer { vaultCategories { totalCount } categoryAssignments { totalCount } } }").await;
    let none = json!({ "totalCount": 0 });
    assert_eq!(left.data()["viewer"], json!({ "vaultCategories": none, "categoryAssignments": none }));
    assert_eq!(api.refused(&ada, &delete, json!({ "id": category })).await.refusal(), "NOT_FOUND");
}
