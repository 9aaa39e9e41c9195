//! What people hear of lists that are shared: all who see one, whoever of them changes it, on whichever server.

use serde_json::{Value, json};

use super::{follow, hears_nothing, told};
use crate::{
    authentication::{PASSWORD, member},
    support::{Server, Somebody},
    watchlists::mutate,
    websocket::Socket,
};

const FOLLOW: &str = "subscription { viewerChanges(types: [WATCHLIST, WATCHLIST_ITEM, WATCHLIST_SHARE]) { kind id } }";

async fn following(server: &Server, who: &Somebody) -> Socket {
    let mut socket = Socket::open(server, Some(who)).await;
    follow(&mut socket, "1", FOLLOW).await;
    socket
}

/// What is told next, and nothing besides.
async fn hears(socket: &mut Socket, expected: &[(&str, &Value)]) {
    for (kind, id) in expected {
        assert_eq!(told(socket, "1").await, json!({ "kind": kind, "id": id }));
    }
    hears_nothing(socket).await;
}

async fn share(server: &Server, owner: &Somebody, list: &Value, guest: &Somebody, is_read_only: bool) -> Value {
    let input = json!({ "watchlistId": list, "email": guest.email, "isReadOnly": is_read_only });
    let answer = mutate(&server.api, owner, ("shareWatchlist", "share { id }"), input).await;
    answer.data()["shareWatchlist"]["share"]["id"].clone()
}

async fn create(server: &Server, owner: &Somebody) -> Value {
    let made = mutate(&server.api, owner, ("createWatchlist", "watchlist { id }"), json!({ "name": "Banks" })).await;
    made.data()["createWatchlist"]["watchlist"]["id"].clone()
}

#[tokio::test]
async fn everybody_who_sees_a_list_hears_of_it_whoever_of_them_changes_it() {
    let server = Server::two().await;
    let api = &server.api;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let (carol, eve) = (api.somebody("carol").await, api.somebody("eve").await);
    let list = create(&server, &ada).await;
    let mut of_bob = following(&server, &bob).await;
    let of_carol = share(&server, &ada, &list, &carol, true).await;
    let with_bob = share(&server, &ada, &list, &bob, false).await;
    hears(&mut of_bob, &[("CREATED", &with_bob), ("CREATED", &list)]).await;
    let mut sockets =
        [of_bob, following(&server, &ada).await, following(&server, &carol).await, following(&server, &eve).await];

    // The owner, and then a guest.
    let mut items = Vec::new();
    for (who, symbol) in [(&ada, "ANZ"), (&bob, "WBC")] {
        let input = json!({ "watchlistId": list, "items": [{ "symbol": symbol }] });
        let added = mutate(api, who, ("addWatchlistItems", "results { item { id } }"), input).await;
        let item = added.data()["addWatchlistItems"]["results"][0]["item"]["id"].clone();
        for socket in &mut sockets[..3] {
            hears(socket, &[("CREATED", &item), ("UPDATED", &list)]).await;
        }
        items.push(item);
    }
    let rename = json!({ "id": list, "name": "Big banks" });
    mutate(api, &bob, ("updateWatchlist", "watchlist { id }"), rename).await.data();
    for socket in &mut sockets[..3] {
        hears(socket, &[("UPDATED", &list)]).await;
    }
    let note = json!({ "id": items[0], "notes": "Dear." });
    mutate(api, &bob, ("updateWatchlistItem", "item { id }"), note).await.data();
    for socket in &mut sockets[..3] {
        hears(socket, &[("UPDATED", &items[0]), ("UPDATED", &list)]).await;
    }
    let order = json!({ "watchlistId": list, "itemIds": [items[1], items[0]] });
    mutate(api, &bob, ("orderWatchlistItems", "watchlist { id }"), order).await.data();
    for socket in &mut sockets[..3] {
        hears(socket, &[("UPDATED", &items[0]), ("UPDATED", &items[1]), ("UPDATED", &list)]).await;
    }
    let remove = json!({ "watchlistId": list, "itemIds": [items[1]] });
    mutate(api, &bob, ("removeWatchlistItems", "watchlist { id }"), remove).await.data();
    for socket in &mut sockets[..3] {
        hears(socket, &[("DELETED", &items[1]), ("UPDATED", &list)]).await;
    }
    hears_nothing(&mut sockets[3]).await;

    // What one guest may do is no business of another.
    let writes = json!({ "id": of_carol, "isReadOnly": false });
    mutate(api, &ada, ("updateWatchlistShare", "share { id }"), writes).await.data();
    let [of_bob, of_ada, with_carol, of_eve] = &mut sockets;
    for socket in [of_ada, with_carol] {
        hears(socket, &[("UPDATED", &of_carol)]).await;
    }
    for socket in [of_bob, of_eve] {
        hears_nothing(socket).await;
    }
}

#[tokio::test]
async fn who_no_longer_sees_a_list_is_told_that_it_is_gone_and_hears_no_more() {
    let server = Server::two().await;
    let api = &server.api;
    let (ada, bob) = (member(api, "ada").await, member(api, "bob").await);
    let (carol, dora) = (api.somebody("carol").await, api.somebody("dora").await);
    let list = create(&server, &ada).await;
    let with_bob = share(&server, &ada, &list, &bob, true).await;
    let with_carol = share(&server, &ada, &list, &carol, true).await;
    share(&server, &ada, &list, &dora, true).await;
    let other = create(&server, &carol).await;
    let to_bob = share(&server, &carol, &other, &bob, true).await;
    let (mut of_ada, mut of_bob) = (following(&server, &ada).await, following(&server, &bob).await);
    let (mut of_carol, mut of_dora) = (following(&server, &carol).await, following(&server, &dora).await);

    mutate(api, &carol, ("leaveWatchlist", "watchlistId"), json!({ "id": list })).await.data();
    hears(&mut of_carol, &[("DELETED", &with_carol), ("DELETED", &list)]).await;
    hears(&mut of_ada, &[("DELETED", &with_carol)]).await;
    let unshare = json!({ "watchlistId": list, "shareId": with_bob });
    mutate(api, &ada, ("unshareWatchlist", "shareId"), unshare).await.data();
    hears(&mut of_bob, &[("DELETED", &with_bob), ("DELETED", &list)]).await;
    hears(&mut of_ada, &[("DELETED", &with_bob)]).await;
    mutate(api, &ada, ("updateWatchlist", "watchlist { id }"), json!({ "id": list, "name": "Mine" })).await.data();
    hears(&mut of_ada, &[("UPDATED", &list)]).await;
    hears(&mut of_dora, &[("UPDATED", &list)]).await;
    for socket in [&mut of_bob, &mut of_carol] {
        hears_nothing(socket).await;
    }

    // Somebody's account goes: with it the lists that they share, and the shares of lists of others.
    let close = async |who: &Somebody| {
        let input = json!({ "password": PASSWORD });
        let gone = mutate(api, who, ("closeAccount", "closed"), input).await;
        assert_eq!(gone.data()["closeAccount"]["closed"], true);
    };
    close(&ada).await;
    hears(&mut of_dora, &[("DELETED", &list)]).await;
    hears_nothing(&mut of_carol).await;
    close(&bob).await;
    hears(&mut of_carol, &[("DELETED", &to_bob)]).await;
}
