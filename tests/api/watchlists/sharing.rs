//! Sharing: who may do what with a list of somebody else, and how that ends.

use serde_json::{Value, json};
use stackmotive::access::FirstWall;

use super::{TABLES, list, mutate, rows, seen, share};
use crate::{
    authentication::{issues, lines},
    support::{Answer, Api, Somebody},
};

const SHARE: (&str, &str) =
    ("shareWatchlist", "share { id isReadOnly sharedWith { displayName } owner { displayName } }");
const UNSHARE: (&str, &str) = ("unshareWatchlist", "shareId watchlist { shares { totalCount } }");
const LEAVE: (&str, &str) = ("leaveWatchlist", "watchlistId");

#[tokio::test]
async fn a_list_is_shared_by_address_and_once_with_each_person() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let (banks, _) = list(&api, &ada, "Banks", &["ANZ"]).await;
    let at = seen(&api, &ada, &banks).await["updatedAt"].clone();
    let first = mutate(&api, &ada, SHARE, json!({ "watchlistId": banks, "email": "BOB@Example.com" })).await;
    let mut first = first.data()["shareWatchlist"]["share"].clone();
    let id = first.as_object_mut().unwrap().remove("id").unwrap();
    let people =
        json!({ "isReadOnly": true, "sharedWith": { "displayName": "bob" }, "owner": { "displayName": "ada" } });
    assert_eq!(first, people, "for reading, when nothing is said");
    let again = json!({ "watchlistId": banks, "email": bob.email, "isReadOnly": false });
    let again = mutate(&api, &ada, SHARE, again).await;
    let share = &again.data()["shareWatchlist"]["share"];
    assert_eq!((&share["id"], &share["isReadOnly"]), (&id, &json!(false)));
    let update = json!({ "id": id, "isReadOnly": true });
    let update = mutate(&api, &ada, ("updateWatchlistShare", "share { isReadOnly }"), update).await;
    assert_eq!(update.data()["updateWatchlistShare"]["share"]["isReadOnly"], true);

    let query = "{ viewer { sharedWithMe { nodes { id isReadOnly watchlist { name items { totalCount } } } } } }";
    let theirs = api.ask(Some(&bob), query).await;
    let expected =
        json!([{ "id": id, "isReadOnly": true, "watchlist": { "name": "Banks", "items": { "totalCount": 1 } } }]);
    assert_eq!(theirs.data()["viewer"]["sharedWithMe"]["nodes"], expected);
    assert_eq!(seen(&api, &ada, &banks).await["updatedAt"], at, "sharing is no change of the list");
    let told = lines(&api, "SELECT coalesce(user_input, '') FROM agent_memory").await.join(" ");
    assert!(!told.to_lowercase().contains("bob@"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_shared_says_why_and_shares_nothing() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let closed = api.somebody("closed").await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_active = false WHERE id = '{}'", closed.id))
        .await;
    let (banks, _) = list(&api, &ada, "Banks", &[]).await;
    let before = rows(&api, &TABLES).await;
    let to = |email: &str| json!({ "watchlistId": banks, "email": email });
    let nobody = mutate(&api, &ada, SHARE, to("nobody@example.com")).await;
    assert_eq!(issues(&nobody), json!([[["input", "email"], "NOT_FOUND"]]));
    let nobody = nobody.body["errors"][0]["extensions"].clone();
    let closed = mutate(&api, &ada, SHARE, to(&closed.email)).await;
    assert_eq!(closed.body["errors"][0]["extensions"], nobody, "a closed account is none");
    assert_eq!(issues(&mutate(&api, &ada, SHARE, to("ADA@example.com")).await), json!([[["input", "email"], "SELF"]]));
    assert_eq!(mutate(&api, &ada, SHARE, to("no address")).await.code(), "INVALID");
    assert_eq!(mutate(&api, &bob, SHARE, to(&ada.email)).await.code(), "NOT_FOUND", "it is not Bob's list");
    assert_eq!(rows(&api, &TABLES).await, before);
}

#[tokio::test]
async fn addresses_cannot_be_asked_for_in_numbers() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let (banks, _) = list(&api, &ada, "Banks", &[]).await;
    let to = |email: String| json!({ "watchlistId": banks, "email": email });
    for number in 0..20 {
        let answer = mutate(&api, &ada, SHARE, to(format!("nobody{number}@example.com"))).await;
        assert_eq!(answer.code(), "INVALID", "{number}");
    }
    let before = rows(&api, &["watchlist_shares", "agent_memory", "sign_in_attempts"]).await;
    // Right or wrong, nothing is told.
    for email in [bob.email.clone(), "nobody@example.com".to_owned()] {
        let answer = mutate(&api, &ada, SHARE, to(email)).await;
        assert_eq!(answer.code(), "RATE_LIMITED");
        assert!((1..=5).contains(&answer.body["errors"][0]["extensions"]["retryAfter"].as_u64().unwrap()));
    }
    assert_eq!(rows(&api, &["watchlist_shares", "agent_memory", "sign_in_attempts"]).await, before);

    let (theirs, _) = list(&api, &bob, "Miners", &[]).await;
    share(&api, &bob, &theirs, &ada.email, true).await;
    // Whoever has several accounts behind one address is counted there.
    api.sql(
        "UPDATE sign_in_attempts SET attempts = 60, blocked_until = now() + interval '5 minutes' \
             WHERE counter = 'share_at_address'",
    )
    .await;
    let eve = api.somebody("eve").await;
    let (hers, _) = list(&api, &eve, "Banks", &[]).await;
    let input = json!({ "watchlistId": hers, "email": ada.email });
    assert_eq!(mutate(&api, &eve, SHARE, input.clone()).await.code(), "RATE_LIMITED");
    mutate(&api.at("192.0.2.7"), &eve, SHARE, input).await.data();
}

/// What one mutation is answered to the owner's reader, writer, and to somebody who sees the list because it is public.
struct Try {
    name: &'static str,
    selection: &'static str,
    input: Value,
    writer: Result<(), &'static str>,
}

#[tokio::test]
async fn readers_read_writers_write_and_the_owner_alone_does_the_rest() {
    for wall in [FirstWall::Standing, FirstWall::Removed] {
        let api = Api::start_with(|app| app.first_wall = wall).await;
        let (ada, bob, eve) = (api.somebody("ada").await, api.somebody("bob").await, api.somebody("eve").await);
        let (banks, items) = list(&api, &ada, "Banks", &["ANZ", "WBC", "NAB"]).await;
        let publish = json!({ "id": banks, "isPublic": true });
        mutate(&api, &ada, ("updateWatchlist", "watchlist { id }"), publish).await.data();
        let id = share(&api, &ada, &banks, &bob.email, true).await;

        let before = rows(&api, &TABLES).await;
        for attempt in attempts(&banks, &items, &id, &eve) {
            for (who, whose) in [(&bob, "the reader"), (&eve, "whoever sees it because it is public")] {
                let answer = run(&api, who, &attempt).await;
                assert_eq!(answer.code(), "NOT_FOUND", "{} of {whose}", attempt.name);
            }
        }
        assert_eq!(rows(&api, &TABLES).await, before, "{wall:?}");
        assert_eq!(seen(&api, &eve, &banks).await["shares"]["nodes"], json!([]), "with whom is the owner's to know");

        let writing = json!({ "id": id, "isReadOnly": false });
        mutate(&api, &ada, ("updateWatchlistShare", "share { id }"), writing).await.data();
        for attempt in attempts(&banks, &items, &id, &eve) {
            let before = rows(&api, &TABLES).await;
            let answer = run(&api, &bob, &attempt).await;
            match attempt.writer {
                Ok(()) => {
                    answer.data();
                    assert_ne!(rows(&api, &TABLES).await, before, "{}", attempt.name);
                }
                Err(code) => {
                    assert_eq!(answer.code(), code, "{}", attempt.name);
                    assert_eq!(rows(&api, &TABLES).await, before, "{}", attempt.name);
                }
            }
        }
        let list = seen(&api, &ada, &banks).await;
        assert_eq!(list["name"], "Ours");
        assert_eq!(super::symbols(&api, &ada, &banks).await, "WBC ANZ CBA");
    }
}

async fn run(api: &Api, who: &Somebody, attempt: &Try) -> Answer {
    mutate(api, who, (attempt.name, attempt.selection), attempt.input.clone()).await
}

fn attempts(list: &Value, items: &[Value], share: &Value, eve: &Somebody) -> [Try; 11] {
    let attempt = |name, selection, input, writer| Try { name, selection, input, writer };
    let (watchlist, forbidden) = ("watchlist { id }", Err("FORBIDDEN"));
    let of = |more: Value| {
        let mut input = more;
        input["watchlistId"] = list.clone();
        input
    };
    [
        attempt("updateWatchlist", watchlist, json!({ "id": list, "name": "Ours", "description": "x" }), Ok(())),
        attempt("updateWatchlist", watchlist, json!({ "id": list, "isPublic": false }), forbidden),
        attempt("updateWatchlistItem", "item { id }", json!({ "id": items[0], "notes": "Ours." }), Ok(())),
        attempt("removeWatchlistItems", watchlist, of(json!({ "itemIds": [items[2]] })), Ok(())),
        attempt("orderWatchlistItems", watchlist, of(json!({ "itemIds": [items[1], items[0]] })), Ok(())),
        attempt("addWatchlistItems", watchlist, of(json!({ "items": [{ "symbol": "CBA" }] })), Ok(())),
        attempt("shareWatchlist", "share { id }", of(json!({ "email": eve.email })), forbidden),
        attempt("unshareWatchlist", "shareId", of(json!({ "shareId": share })), forbidden),
        attempt("unshareWatchlist", "shareId", of(json!({ "email": "bob@example.com" })), forbidden),
        attempt("updateWatchlistShare", "share { id }", json!({ "id": share, "isReadOnly": false }), forbidden),
        attempt("deleteWatchlist", "watchlistId", json!({ "id": list }), forbidden),
    ]
}

#[tokio::test]
async fn whoever_is_no_longer_shared_with_sees_nothing_at_once() {
    let api = Api::start().await;
    let (ada, bob, eve) = (api.somebody("ada").await, api.somebody("bob").await, api.somebody("eve").await);
    let (banks, _) = list(&api, &ada, "Banks", &["ANZ"]).await;
    let (miners, _) = list(&api, &ada, "Miners", &["BHP"]).await;
    let id = share(&api, &ada, &banks, &bob.email, false).await;
    let hers = share(&api, &ada, &miners, &eve.email, false).await;

    let before = rows(&api, &TABLES).await;
    let by = |more: Value| {
        let mut input = more;
        input["watchlistId"] = banks.clone();
        input
    };
    let told = json!([[["input", "shareId"], "ONE_OF"], [["input", "email"], "ONE_OF"]]);
    for input in [json!({}), json!({ "shareId": id, "email": bob.email })] {
        assert_eq!(issues(&mutate(&api, &ada, UNSHARE, by(input)).await), told);
    }
    let mut answers = Vec::new();
    for input in [json!({ "email": "nobody@example.com" }), json!({ "email": eve.email }), json!({ "shareId": hers })] {
        let answer = mutate(&api, &ada, UNSHARE, by(input)).await;
        answers.push((answer.code().to_owned(), answer.message().to_owned()));
    }
    let alike = ("NOT_FOUND".to_owned(), "There is no such watchlist share.".to_owned());
    assert_eq!(answers, vec![alike; 3], "whether there is an account is not told");
    assert_eq!(rows(&api, &TABLES).await, before);

    assert_eq!(seen(&api, &bob, &banks).await["name"], "Banks");
    let ended = mutate(&api, &ada, UNSHARE, by(json!({ "email": "Bob@example.com" }))).await;
    assert_eq!(
        ended.data()["unshareWatchlist"],
        json!({ "shareId": id, "watchlist": { "shares": { "totalCount": 0 } } })
    );
    assert_eq!(seen(&api, &bob, &banks).await, Value::Null);
    let change = json!({ "id": banks, "name": "Mine" });
    assert_eq!(mutate(&api, &bob, ("updateWatchlist", "watchlist { id }"), change).await.code(), "NOT_FOUND");

    let again = share(&api, &ada, &banks, &bob.email, true).await;
    mutate(&api, &ada, UNSHARE, by(json!({ "shareId": again }))).await.data();
    assert_eq!(seen(&api, &bob, &banks).await, Value::Null);
}

#[tokio::test]
async fn somebody_leaves_what_is_shared_with_them() {
    let api = Api::start().await;
    let (ada, bob, eve) = (api.somebody("ada").await, api.somebody("bob").await, api.somebody("eve").await);
    let (banks, _) = list(&api, &ada, "Banks", &["ANZ"]).await;
    for who in [&bob, &eve] {
        share(&api, &ada, &banks, &who.email, true).await;
    }
    let before = rows(&api, &TABLES).await;
    assert_eq!(mutate(&api, &ada, LEAVE, json!({ "id": banks })).await.code(), "NOT_FOUND", "it is her own");
    assert_eq!(rows(&api, &TABLES).await, before);
    let left = mutate(&api, &bob, LEAVE, json!({ "id": banks })).await;
    assert_eq!(left.data()["leaveWatchlist"]["watchlistId"], banks);
    assert_eq!(mutate(&api, &bob, LEAVE, json!({ "id": banks })).await.code(), "NOT_FOUND");
    assert_eq!(seen(&api, &bob, &banks).await, Value::Null);
    assert_eq!(seen(&api, &eve, &banks).await["name"], "Banks", "another's share stays");
    assert_eq!(seen(&api, &ada, &banks).await["shares"]["nodes"].as_array().unwrap().len(), 1);
}
