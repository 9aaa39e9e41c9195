//! Which hosts may be asked for at a server that this machine alone can reach.
//!
//! A page of another site can have its own name lead to this machine, while it is open ("DNS rebinding"). To the browser
//! its requests are then those of a page of this very server, and so they are to [`cross_site`](super::cross_site).
//! What gives them away is the name. A server that listens on the machine's own address takes requests for the names of
//! this machine, for an address, which no name server leads elsewhere, and for hosts that the settings name.
//! What a trusted proxy passes on carries the name of the proxy, which has judged it.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Uri, header, uri::Authority};

use crate::config::Settings;

/// Whether a request may be meant for this server.
pub fn is_meant(settings: &Settings, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
    let peer = peer.map(|peer| peer.to_canonical());
    let is_from_here = peer.is_some_and(|peer| peer.is_loopback());
    let is_passed_on = peer.is_some_and(|peer| settings.trusted_proxies.iter().any(|proxy| proxy.contains(peer)));
    if !is_from_here || is_passed_on || !is_for_this_machine_alone(&settings.listen) {
        return true;
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let asked = match (hosts.next(), hosts.next()) {
        // A browser always names one.
        (None, _) => return true,
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()),
        (Some(_), Some(_)) => None,
    };
    let pages = || settings.cors_origins.iter().chain(&settings.public_url);
    asked.is_some_and(|asked| is_of_this_machine(asked.host()) || pages().any(|page| is_host_of(page, asked.host())))
}

fn is_for_this_machine_alone(listen: &str) -> bool {
    let address = listen.parse::<SocketAddr>().map(|address| address.ip().is_loopback());
    address.unwrap_or_else(|_| listen.rsplit_once(':').is_some_and(|(host, _)| is_localhost(host)))
}

fn is_of_this_machine(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    address.parse::<IpAddr>().is_ok() || is_localhost(host)
}

/// Browsers look `localhost` and the names under it up nowhere (RFC 6761).
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

fn is_host_of(page: &str, host: &str) -> bool {
    page.parse::<Uri>().is_ok_and(|page| page.host().is_some_and(|named| named.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(settings: &Settings, peer: &str, host: &str) -> bool {
        let headers = HeaderMap::from_iter([(header::HOST, host.parse().expect("a value"))]);
        is_meant(settings, Some(peer.parse().expect("an address")), &headers)
    }

    #[test]
    fn a_server_of_this_machine_alone_is_asked_for_by_the_names_of_this_machine() {
        let settings = Settings {
            cors_origins: vec!["https://app.example.com".into()],
            public_url: Some("http://money.test:8000/app".into()),
            ..Settings::for_tests()
        };
        for (host, taken) in [
            ("localhost", true),
            ("localhost:8000", true),
            ("LOCALHOST.:8000", true),
            ("app.localhost:5173", true),
            ("127.0.0.1:8000", true),
            ("192.0.2.7", true),
            ("[::1]:8000", true),
            ("app.example.com", true),
            ("money.test:8000", true),
            ("evil.example", false),
            ("evil.example:8000", false),
            ("localhost.evil.example", false),
            ("notlocalhost", false),
            ("127.0.0.1.evil.example", false),
            ("127.0.0.1@evil.example", false),
            ("", false),
            ("a b", false),
        ] {
            for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                assert_eq!(is_taken(&settings, peer, host), taken, "{host:?} from {peer}");
            }
        }
        let mut two = HeaderMap::from_iter([(header::HOST, "localhost".parse().expect("a value"))]);
        two.append(header::HOST, "evil.example".parse().expect("a value"));
        let peer = Some(IpAddr::from([127, 0, 0, 1]));
        assert!(!is_meant(&settings, peer, &two));
        assert!(is_meant(&settings, peer, &HeaderMap::new()), "what names no host is no browser");
    }

    #[test]
    fn other_servers_and_what_a_proxy_passes_on_are_asked_for_by_any_name() {
        let behind = |proxy: &str| Settings {
            trusted_proxies: vec![proxy.parse().expect("a network")],
            ..Settings::for_tests()
        };
        assert!(is_taken(&behind("127.0.0.0/8"), "127.0.0.1", "api.example.com"));
        assert!(!is_taken(&behind("10.0.0.0/8"), "127.0.0.1", "api.example.com"));
        for (listen, taken) in [
            ("0.0.0.0:8000", true),
            ("[::]:8000", true),
            ("192.0.2.7:8000", true),
            ("api.example.com:8000", true),
            ("127.0.0.1:8000", false),
            ("127.8.0.1:0", false),
            ("[::1]:8000", false),
            ("localhost:8000", false),
        ] {
            let settings = Settings { listen: listen.into(), ..Settings::for_tests() };
            assert_eq!(is_taken(&settings, "127.0.0.1", "api.example.com"), taken, "{listen}");
        }
    }
}
