//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

use crate::config::ForwardedHeader;

/// The most proxies that a request may have come through.
const MAX_HOPS: usize = 32;

/// The most bytes of the headers that proxies add which are looked at.
const MAX_BYTES: usize = 4_096;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request comes from: an extension of each request that the listener takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The client's address; behind trusted proxies, the one that they say. An IPv4 address in an IPv6 one is the former.
    pub address: IpAddr,
    /// Whom the connection is with: the client itself, or a proxy.
    pub peer: SocketAddr,
    /// Whether the client's connection is over TLS, here or, as a trusted proxy says, there. It says nothing about which
    /// name or URL was asked for.
    pub secure: bool,
}

/// The proxies that are believed about where a request comes from. Without networks, nobody is.
#[derive(Debug, Clone)]
pub struct TrustedProxies {
    networks: Box<[IpNet]>,
    header: ForwardedHeader,
}

impl Default for TrustedProxies {
    /// Nobody.
    fn default() -> TrustedProxies {
        TrustedProxies::new(Vec::new(), ForwardedHeader::XForwardedFor)
    }
}

impl TrustedProxies {
    /// Believes those in `networks`, and what they write into this one header: the other could be the client's own.
    #[must_use]
    pub fn new(networks: Vec<IpNet>, header: ForwardedHeader) -> TrustedProxies {
        TrustedProxies { networks: networks.into_boxed_slice(), header }
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client of a request with these headers on a connection with `peer`: the right-most address that is no trusted
    /// proxy's. What stands left of it is the client's own claim. Where a proxy's header cannot be read, it is the peer.
    #[must_use]
    pub fn client(&self, peer: SocketAddr, tls: bool, headers: &HeaderMap) -> Client {
        let address = peer.ip().to_canonical();
        let direct = Client { address, peer, secure: tls };
        if self.networks.is_empty() || !self.trust(address) {
            return direct;
        }
        match self.header {
            ForwardedHeader::XForwardedFor => Client {
                address: self.forwarded_for(headers).unwrap_or(address),
                secure: last(headers, &X_FORWARDED_PROTO).map_or(tls, is_https),
                peer,
            },
            ForwardedHeader::Forwarded => {
                let proto = last(headers, &header::FORWARDED).and_then(|element| parameter(element, "proto"));
                let secure = proto.map_or(tls, is_https);
                Client { address: self.forwarded(headers).unwrap_or(address), secure, peer }
            }
        }
    }

    fn forwarded_for(&self, headers: &HeaderMap) -> Option<IpAddr> {
        self.walk(elements(headers, &X_FORWARDED_FOR).map(|element| element.and_then(address_of)))
    }

    fn forwarded(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let hops = elements(headers, &header::FORWARDED);
        self.walk(hops.map(|element| address_of(parameter(element?, "for")?)))
    }

    /// The first untrusted of addresses from right to left; where all are trusted, the last of them.
    fn walk(&self, hops: impl Iterator<Item = Option<IpAddr>>) -> Option<IpAddr> {
        let mut farthest = None;
        for (number, hop) in hops.enumerate() {
            let address = hop.filter(|_| number < MAX_HOPS)?;
            if !self.trust(address) {
                return Some(address);
            }
            farthest = Some(address);
        }
        farthest
    }
}

fn is_https(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https")
}

fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    elements(headers, name).next().flatten()
}

/// The elements of all headers of a name, from right to left (RFC 9110, section 5.6.1); `None` once one is no text, or
/// too much was looked at.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Option<&'a str>> {
    let mut left = MAX_BYTES;
    headers
        .get_all(name)
        .iter()
        .rev()
        .flat_map(|value| {
            let mut rest = Some(value.to_str().ok());
            std::iter::from_fn(move || match rest.take()? {
                None => Some(None),
                Some(text) => {
                    let (before, element) = split_last(text);
                    rest = before.map(Some);
                    Some(Some(element))
                }
            })
        })
        .map(move |element| {
            let element = element?;
            left = left.checked_sub(element.len() + 1)?;
            Some(element.trim_matches([' ', '\t']))
        })
}

/// What stands before the last comma that is not within quotes, and what stands after it. From the right, so that quotes
/// which a client leaves open cannot swallow what a proxy added.
fn split_last(text: &str) -> (Option<&str>, &str) {
    let mut is_quoted = false;
    for (index, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'"' if !is_escaped(text, index) => is_quoted = !is_quoted,
            b',' if !is_quoted => return (text.get(..index), text.get(index + 1..).unwrap_or_default()),
            _ => {}
        }
    }
    // Quotes that are never opened: they are the client's, and the last comma counts.
    match text.rsplit_once(',') {
        Some((before, element)) if is_quoted => (Some(before), element),
        _ => (None, text),
    }
}

/// Whether the character at `index` stands behind an odd number of backslashes, as quotes within quotes do.
fn is_escaped(text: &str, index: usize) -> bool {
    let before = text.as_bytes().get(..index).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// A parameter of an element of `Forwarded` (RFC 7239, section 4), once.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let mut found = element.split(';').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim_matches([' ', '\t']);
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        key.trim_matches([' ', '\t']).eq_ignore_ascii_case(name).then_some(value)
    });
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

/// An address, with or without a port; an IPv6 address may be in brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok();
    address.ok().or_else(|| bracketed().map(IpAddr::V6)).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proxies(header: ForwardedHeader) -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()], header)
    }

    fn client(header: ForwardedHeader, peer: &str, headers: &[(&'static str, &str)]) -> Client {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        proxies(header).client(SocketAddr::new(peer.parse().unwrap(), 1), false, &map)
    }

    fn x(peer: &str, values: &[&str]) -> String {
        let headers: Vec<_> = values.iter().map(|value| ("x-forwarded-for", *value)).collect();
        client(ForwardedHeader::XForwardedFor, peer, &headers).address.to_string()
    }

    fn forwarded(values: &[&str]) -> String {
        let headers: Vec<_> = values.iter().map(|value| ("forwarded", *value)).collect();
        client(ForwardedHeader::Forwarded, "10.0.0.1", &headers).address.to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(x("192.0.2.1", &["1.1.1.1"]), "192.0.2.1");
        assert_eq!(x("10.0.0.1", &["1.1.1.1"]), "1.1.1.1");
        assert_eq!(x("::ffff:10.0.0.1", &["1.1.1.1"]), "1.1.1.1");
        let nobody = TrustedProxies::default();
        let headers = [(X_FORWARDED_FOR, "1.1.1.1".parse().unwrap())].into_iter().collect();
        let peer: SocketAddr = "127.0.0.1:9".parse().unwrap();
        assert_eq!(nobody.client(peer, true, &headers), Client { address: peer.ip(), peer, secure: true });
        // The header that was not chosen is the client's own.
        let other = client(ForwardedHeader::XForwardedFor, "10.0.0.1", &[("forwarded", "for=1.1.1.1")]);
        assert_eq!(other.address.to_string(), "10.0.0.1");
    }

    #[test]
    fn the_client_is_the_right_most_address_that_is_no_proxy_s() {
        assert_eq!(x("10.0.0.1", &["9.9.9.9, 1.1.1.1, 10.0.0.2"]), "1.1.1.1");
        assert_eq!(x("10.0.0.1", &["9.9.9.9", "1.1.1.1", "10.0.0.2, 10.0.0.3"]), "1.1.1.1");
        assert_eq!(x("10.0.0.1", &["nonsense, 1.1.1.1"]), "1.1.1.1");
        assert_eq!(x("10.0.0.1", &["10.0.0.9,10.0.0.2"]), "10.0.0.9");
        assert_eq!(x("10.0.0.1", &["1.1.1.1:443"]), "1.1.1.1");
        assert_eq!(x("10.0.0.1", &["[2606:4700::1]:443"]), "2606:4700::1");
        assert_eq!(x("10.0.0.1", &["::ffff:1.1.1.1"]), "1.1.1.1");
    }

    #[test]
    fn what_cannot_be_read_is_the_peer() {
        for values in [&[][..], &[""], &["unknown"], &["1.1.1.1, "], &["1.1.1"], &["1.1.1.1, x, 10.0.0.2"]] {
            assert_eq!(x("10.0.0.1", values), "10.0.0.1", "{values:?}");
        }
        let long = format!("1.1.1.1{}", ", 10.0.0.2".repeat(MAX_HOPS));
        assert_eq!(x("10.0.0.1", &[&long]), "10.0.0.1");
        for values in [&["for=_hidden"][..], &["for=unknown"], &["by=1.1.1.1"], &["for=1.1.1.1;for=2.2.2.2"]]
        {
            assert_eq!(forwarded(values), "10.0.0.1", "{values:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        assert_eq!(forwarded(&["for=192.0.2.60;proto=http;by=203.0.113.43"]), "192.0.2.60");
        assert_eq!(forwarded(&["For=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::17");
        assert_eq!(forwarded(&["for=9.9.9.9, for=\"1.1.1.1:80\" ; by=\"a,b\", for=10.0.0.2"]), "1.1.1.1");
        // A host that a client chose, and a proxy quoted, is no further element.
        for host in [r#"x\", for=9.9.9.9;by=\"y"#, r#"x, for=9.9.9.9;by=\\"#] {
            assert_eq!(forwarded(&[&format!("for=1.1.1.1;host=\"{host}\"")]), "1.1.1.1", "{host}");
        }
        // What a client leaves open does not swallow what a proxy adds.
        assert_eq!(forwarded(&["for=\"9.9.9.9, for=1.1.1.1"]), "1.1.1.1");
    }

    #[test]
    fn only_a_trusted_proxy_says_that_a_connection_was_over_tls() {
        let secure =
            |header, peer: &str, headers: &[(&'static str, &str)]| client(header, peer, headers).secure;
        let (x, forwarded) = (ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded);
        assert!(secure(x, "10.0.0.1", &[("x-forwarded-proto", "https")]));
        assert!(!secure(x, "10.0.0.1", &[("x-forwarded-proto", "https, http")]));
        assert!(!secure(x, "192.0.2.1", &[("x-forwarded-proto", "https")]));
        assert!(secure(forwarded, "10.0.0.1", &[("forwarded", "for=1.1.1.1;proto=https")]));
        assert!(!secure(forwarded, "10.0.0.1", &[("x-forwarded-proto", "https")]));
    }

    proptest! {
        /// Whatever a client sends before it, the address that the proxy adds is the one that counts.
        #[test]
        fn a_client_cannot_choose_its_address(own in "[ -~]{0,40}", is_standard: bool) {
            let (header, added) = match is_standard {
                true => (ForwardedHeader::Forwarded, ("forwarded", format!("{own}, for=1.1.1.1"))),
                false => (ForwardedHeader::XForwardedFor, ("x-forwarded-for", format!("{own}, 1.1.1.1"))),
            };
            let client = client(header, "10.0.0.1", &[(added.0, &added.1)]);
            prop_assert_eq!(client.address.to_string(), "1.1.1.1");
        }
    }
}
