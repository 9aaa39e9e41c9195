//! For whom a proxy asks.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use ipnetwork::IpNetwork;

use crate::config::ProxyHeader;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// Which proxies are believed, and in which header.
///
/// Every proxy adds the address that it was asked from at the end of the list; what stands before was sent to it, by
/// anybody. So the list is read from its end, for as long as the one who added an address is trusted. Only one header
/// is read, because a proxy passes the other one through as the client wrote it.
#[derive(Clone, Copy)]
pub struct Proxies<'a> {
    pub trusted: &'a [IpNetwork],
    pub header: ProxyHeader,
}

impl Proxies<'_> {
    /// The address of the client behind the other end of a connection.
    pub fn client(self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let name = match self.header {
            ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
            ProxyHeader::Forwarded => FORWARDED,
        };
        let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default()).collect();
        for added in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            // An address that can't be read hides whoever is behind the proxy that added it.
            let Some(address) = self.address(added) else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    fn trusts(self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    fn address(self, added: &str) -> Option<IpAddr> {
        match self.header {
            ProxyHeader::XForwardedFor => address(added),
            ProxyHeader::Forwarded => added.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                if name.trim().eq_ignore_ascii_case("for") { address(value) } else { None }
            }),
        }
    }
}

/// An address as proxies write it: perhaps in quotes, IPv6 perhaps in brackets, and perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        // More than one colon is an IPv6 address; one divides a port from what stands before.
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => host,
            _ => text,
        },
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::Proxies;
    use crate::config::ProxyHeader::{self, Forwarded, XForwardedFor};

    fn client(header: ProxyHeader, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let trusted = ["10.0.0.0/8", "192.168.1.1", "fd00::/8"].map(|text| text.parse().expect("a network"));
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header's value");
            headers.append(HeaderName::from_static(name), value);
        }
        Proxies { trusted: &trusted, header }.client(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn the_last_address_that_nobody_trusted_added_is_the_clients() {
        for (peer, sent, expected) in [
            // A stranger is believed nothing.
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            // What stands before came from the client itself.
            ("10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.2.3.4, 192.168.1.1", "198.51.100.1"),
            ("10.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            ("fd00::1", "2001:db8::1", "2001:db8::1"),
            ("fd00::1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
            // A proxy that hides its client answers for it.
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "198.51.100.1,", "10.0.0.1"),
            ("10.0.0.1", "6.6.6.6, \u{e4}", "10.0.0.1"),
        ] {
            assert_eq!(client(XForwardedFor, peer, &[("x-forwarded-for", sent)]), expected, "{peer} with {sent:?}");
        }
        assert_eq!(client(XForwardedFor, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.1, 10.0.0.2")];
        assert_eq!(client(XForwardedFor, "10.0.0.1", &lines), "198.51.100.1");
    }

    #[test]
    fn the_standard_header_is_read_when_the_proxies_write_that() {
        for (sent, expected) in [
            ("for=198.51.100.1", "198.51.100.1"),
            ("For=\"[2001:db8::1]:4711\";proto=https", "2001:db8::1"),
            ("for=6.6.6.6, proto=https; by=10.0.0.1; for=198.51.100.1", "198.51.100.1"),
            ("for=\"6.6.6.6, for=198.51.100.1", "198.51.100.1"),
            ("for=_hidden", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
            ("198.51.100.1", "10.0.0.1"),
        ] {
            assert_eq!(client(Forwarded, "10.0.0.1", &[("forwarded", sent)]), expected, "{sent:?}");
        }
    }

    #[test]
    fn the_header_that_the_proxies_do_not_write_is_the_clients_own() {
        let lines = [("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "198.51.100.1")];
        assert_eq!(client(XForwardedFor, "10.0.0.1", &lines), "198.51.100.1");
        let lines = [("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "6.6.6.6")];
        assert_eq!(client(Forwarded, "10.0.0.1", &lines), "198.51.100.1");
    }
}
