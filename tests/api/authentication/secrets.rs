//! What may stand nowhere but with its owner: passwords and tokens.

use serde_json::json;

use super::{TOKENS, Tokens, lines, refresh, tokens};
use crate::support::{Api, Log, Somebody};

#[tokio::test]
async fn are_in_no_column_and_in_no_line_of_the_log() {
    let api = Api::start().await;
    let log = Log::listen("trace");
    let (password, wrong, next) = ("the first passphrase", "a mistaken passphrase", "the second passphrase");
    let input = json!({ "email": "ada@example.com", "password": password });
    let registered = Tokens::of(&tokens(&api, "register", input).await.data()["register"]);
    let input = json!({ "email": "ada@example.com", "password": wrong });
    assert_eq!(tokens(&api, "signIn", input).await.code(), "UNAUTHENTICATED");
    let refreshed = Tokens::of(&refresh(&api, &registered.refresh).await.data()["refreshSession"]);
    assert_eq!(refresh(&api, &registered.refresh).await.code(), "CONFLICT");
    let ada = Somebody { id: refreshed.session, email: String::new(), token: refreshed.access.clone() };
    // In the document itself, where a log of documents would show them.
    let change = format!(
        "mutation Change {{ changePassword(input: {{ currentPassword: \"{password}\", newPassword: \"{next}\" }})
         {{ sessionsEnded }} }}"
    );
    api.ask(Some(&ada), &change).await.data();
    let sign_in =
        format!("mutation In {{ signIn(input: {{ email: \"ada@example.com\", password: \"{next}\" }}) {TOKENS} }}");
    let again = Tokens::of(&api.ask(None, &sign_in).await.data()["signIn"]);

    let log = log.text();
    assert!(log.contains("auth_rotate") && log.contains("\"operation_name\":\"Change\""), "the log was heard");
    let tables = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
                  AND relnamespace = 'public'::regnamespace";
    let tables = lines(&api, tables).await;
    assert!(tables.iter().any(|table| table == "audit_log") && tables.len() > 22, "{tables:?}");
    let tokens = [&registered, &refreshed, &again].into_iter().flat_map(|tokens| [&*tokens.access, &*tokens.refresh]);
    for secret in tokens.chain([password, wrong, next]) {
        assert!(!log.contains(secret), "the log holds {secret}");
        for table in &tables {
            let found =
                lines(&api, &format!("SELECT t::text FROM {table} t WHERE strpos(t::text, '{secret}') > 0")).await;
            assert_eq!(found, Vec::<String>::new(), "{table} holds {secret}");
        }
    }
}
