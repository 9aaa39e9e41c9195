//! Administrators read the audit through the API, and nobody else does.

use serde_json::{Value, json};
use stackmotive::graphql::id;

use crate::support::{Api, Somebody, Statements};

/// Ada with a row in each table, and Root, who is an admin.
async fn two_people() -> (Api, Somebody, Somebody) {
    let api = Api::start().await;
    let (ada, root) = (api.somebody("ada").await, api.somebody("root").await);
    api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &ada.id.to_string())).await;
    api.sql(&format!(
        "UPDATE users SET is_admin = true WHERE id = '{}'; DELETE FROM audit_log WHERE actor_id IS NULL",
        root.id
    ))
    .await;
    (api, ada, root)
}

/// A list of the audit, as it is answered.
async fn log(api: &Api, who: &Somebody, arguments: &str, fields: &str) -> Value {
    let document = format!("{{ admin {{ auditLog{arguments} {{ totalCount nodes {{ {fields} }} }} }} }}");
    api.ask(Some(who), &document).await.data()["admin"]["auditLog"].clone()
}

#[tokio::test]
async fn an_admin_reads_everything_of_an_entry() {
    let (api, ada, root) = two_people().await;
    let fields = "operation scope tableName actorId ownerId rowId changes details requestId address \
                  actor { email } owner { email }";
    let found = log(&api, &root, "", fields).await;
    let row = found["nodes"][0]["rowId"].as_str().unwrap();
    assert!(row.starts_with("watchlist_"), "{row}");
    assert_eq!(
        found,
        json!({ "totalCount": 1, "nodes": [{
            "operation": "UPDATE", "scope": "USER", "tableName": "watchlists",
            "actorId": id::text("user", ada.id), "ownerId": id::text("user", ada.id), "rowId": row,
            "changes": { "is_public": { "old": false, "new": true } }, "details": null,
            "requestId": null, "address": null,
            "actor": { "email": ada.email }, "owner": { "email": ada.email }
        }] })
    );
}

#[tokio::test]
async fn entries_are_found_by_user_table_operation_row_request_and_time() {
    let (api, ada, root) = two_people().await;
    let request = "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";
    api.sql(&format!(
        "INSERT INTO audit_log (operation, scope, actor_id, request_id) VALUES ('REFUSED', 'user', '{}', '{request}')",
        root.id
    ))
    .await;
    let user = id::text("user", ada.id);
    let bare = ada.id;
    for (filter, count) in [
        (format!("ownerId: {{ eq: \"{user}\" }}"), 1),
        (format!("ownerId: {{ eq: \"{bare}\" }}"), 1),
        (format!("actorId: {{ ne: \"{user}\" }}"), 1),
        (format!("owner: {{ some: {{ email: {{ eq: \"{}\" }} }} }}", ada.email), 1),
        ("actor: { some: { email: { startsWith: \"root\" } } }".to_owned(), 1),
        ("tableName: { eq: \"watchlists\" }".to_owned(), 1),
        ("operation: { in: [REFUSED, DELETE] }".to_owned(), 1),
        ("operation: { eq: DELETE }".to_owned(), 0),
        (format!("requestId: {{ eq: \"{request}\" }}"), 1),
        ("at: { gt: \"2099-01-01T00:00:00Z\" }".to_owned(), 0),
        ("scope: { eq: USER }".to_owned(), 2),
    ] {
        let found = log(&api, &root, &format!("(filter: {{ {filter} }})"), "id").await;
        assert_eq!(found["totalCount"], json!(count), "{filter}");
    }
    let found = log(&api, &root, "(orderBy: [{ field: OPERATION, direction: DESC }], first: 1)", "operation").await;
    assert_eq!(found["nodes"], json!([{ "operation": "UPDATE" }]));
    let wrong = "{ admin { auditLog(filter: { actorId: { eq: \"ada\" } }) { totalCount } } }";
    assert_eq!(api.ask(Some(&root), wrong).await.code(), "INVALID");
}

#[tokio::test]
async fn nobody_else_reads_it() {
    let (api, ada, root) = two_people().await;
    let list = "{ admin { auditLog { totalCount } } }";
    assert_eq!(api.ask(Some(&ada), list).await.code(), "FORBIDDEN");
    assert_eq!(api.ask(None, list).await.code(), "UNAUTHENTICATED");
    let found = log(&api, &root, "(filter: { operation: { eq: UPDATE } })", "id").await;
    let entry = found["nodes"][0]["id"].as_str().unwrap();
    let node = format!("{{ node(id: \"{entry}\") {{ id }} }}");
    assert_eq!(api.ask(Some(&ada), &node).await.code(), "NOT_FOUND");
    assert_eq!(api.ask(Some(&root), &node).await.data()["node"]["id"], json!(entry));
}

#[tokio::test]
async fn a_page_with_its_people_is_two_statements_however_many_entries_there_are() {
    let (api, ada, root) = two_people().await;
    let document = "{ admin { auditLog(first: 50) { nodes { id actor { email } owner { email } } } } }";
    let mut counts = Vec::new();
    for _ in 0..2 {
        let statements = Statements::listen();
        api.ask(Some(&root), document).await.data();
        counts.push(statements.take().len());
        drop(statements);
        api.sql(&format!(
            "INSERT INTO audit_log (operation, scope, actor_id, owner_id) \
             SELECT 'REFUSED', 'user', '{}', '{}' FROM generate_series(1, 20)",
            root.id, ada.id
        ))
        .await;
    }
    // The token's own, and the page, which brings its people along.
    assert_eq!(counts, [2, 2]);
}
