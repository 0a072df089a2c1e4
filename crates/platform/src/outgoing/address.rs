//! Which addresses are public.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address that is not public is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPublic {
    /// This machine.
    Loopback,
    /// A network of one's own (RFC 1918, RFC 4193).
    Private,
    /// The network at hand, where clouds answer with the machine's credentials (RFC 3927, RFC 4291).
    LinkLocal,
    /// A provider's own network (RFC 6598).
    Shared,
    /// Many machines at once.
    Multicast,
    /// A cloud's own service, at an address that looks public.
    Cloud,
    /// Reserved, for documentation, or of a mechanism that hides another address.
    Reserved,
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotPublic::Loopback => "this machine",
            NotPublic::Private => "a private network",
            NotPublic::LinkLocal => "the local link, where clouds serve credentials",
            NotPublic::Shared => "a provider's own network",
            NotPublic::Multicast => "a multicast group",
            NotPublic::Cloud => "a cloud's own service",
            NotPublic::Reserved => "reserved",
        })
    }
}

/// What the address is for, where it is not public (IANA's special-purpose registries, RFC 6890). An IPv4 address inside
/// an IPv6 one (RFC 4291, section 2.5.5.2; RFC 6052) is judged itself.
#[must_use]
pub fn not_public(address: IpAddr) -> Option<NotPublic> {
    match plain(address) {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

/// The address that is really meant: the IPv4 address that an IPv6 one stands for, if it does.
pub(super) fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return IpAddr::V4(v4);
    }
    match v6.segments() {
        // 64:ff9b::/96, NAT64.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        _ => address,
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<NotPublic> {
    match address.octets() {
        [127, ..] => Some(NotPublic::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some(NotPublic::Private),
        [169, 254, ..] => Some(NotPublic::LinkLocal),
        [100, 64..=127, ..] => Some(NotPublic::Shared),
        [224..=239, ..] => Some(NotPublic::Multicast),
        [168, 63, 129, 16] => Some(NotPublic::Cloud),
        [0, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Some(NotPublic::Reserved),
        _ => None,
    }
}

fn not_public_v6(address: Ipv6Addr) -> Option<NotPublic> {
    let [first, second, ..] = address.segments();
    match (first, second) {
        _ if address.is_loopback() => Some(NotPublic::Loopback),
        (0xfc00..=0xfdff, _) => Some(NotPublic::Private),
        (0xfe80..=0xfebf, _) => Some(NotPublic::LinkLocal),
        (0xff00..=0xffff, _) => Some(NotPublic::Multicast),
        // Protocol assignments with Teredo, documentation, 6to4, documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff) => Some(NotPublic::Reserved),
        (0x2000..=0x3fff, _) => None,
        _ => Some(NotPublic::Reserved),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judge(text: &str) -> Option<NotPublic> {
        not_public(text.parse().unwrap())
    }

    #[test]
    fn addresses_that_only_this_machine_reaches_are_not_public() {
        for (text, kind) in [
            ("127.0.0.1", NotPublic::Loopback),
            ("127.255.255.255", NotPublic::Loopback),
            ("::1", NotPublic::Loopback),
            ("10.0.0.1", NotPublic::Private),
            ("172.16.0.1", NotPublic::Private),
            ("172.31.255.255", NotPublic::Private),
            ("192.168.1.1", NotPublic::Private),
            ("fd00:ec2::254", NotPublic::Private),
            ("169.254.169.254", NotPublic::LinkLocal),
            ("fe80::1", NotPublic::LinkLocal),
            ("100.100.100.200", NotPublic::Shared),
            ("224.0.0.1", NotPublic::Multicast),
            ("ff02::1", NotPublic::Multicast),
            ("168.63.129.16", NotPublic::Cloud),
            ("0.0.0.0", NotPublic::Reserved),
            ("::", NotPublic::Reserved),
            ("192.0.0.192", NotPublic::Reserved),
            ("255.255.255.255", NotPublic::Reserved),
            ("::ffff:127.0.0.1", NotPublic::Loopback),
            ("64:ff9b::10.0.0.1", NotPublic::Private),
            ("64:ff9b:1::1", NotPublic::Reserved),
            ("::127.0.0.1", NotPublic::Reserved),
            ("2002:7f00:1::", NotPublic::Reserved),
            ("2001:0:7f00:1::", NotPublic::Reserved),
            ("2001:db8::1", NotPublic::Reserved),
            ("5f00::1", NotPublic::Reserved),
        ] {
            assert_eq!(judge(text), Some(kind), "{text}");
        }
        for text in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1"] {
            assert_eq!(judge(text), None, "{text}");
        }
    }

    proptest! {
        /// The standard library judges some of the same ranges: what it calls local is never public here.
        #[test]
        fn no_address_that_the_standard_library_calls_local_is_public(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let local = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified();
            prop_assert!(!local || not_public(v4.into()).is_some());
        }

        #[test]
        fn every_local_network_is_refused_wherever_the_address_lies_in_it(bits: u32, wide: u128) {
            for (network, length) in [
                (0x0000_0000_u32, 8), (0x0a00_0000, 8), (0x6440_0000, 10), (0x7f00_0000, 8), (0xa9fe_0000, 16),
                (0xac10_0000, 12), (0xc000_0000, 24), (0xc0a8_0000, 16), (0xc612_0000, 15), (0xe000_0000, 3),
            ] {
                let address = Ipv4Addr::from(network | (bits & (u32::MAX >> length)));
                prop_assert!(not_public(address.into()).is_some(), "{address}");
                prop_assert!(not_public(address.to_ipv6_mapped().into()).is_some(), "{address}");
            }
            // Outside 2000::/3, only the forms that stand for an IPv4 address can be public.
            let v6 = Ipv6Addr::from(wide);
            if wide >> 125 != 1 && plain(v6.into()) == IpAddr::V6(v6) {
                prop_assert!(not_public(v6.into()).is_some(), "{v6}");
            }
        }

        #[test]
        fn an_address_within_an_address_is_judged_like_itself(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let nat64 = Ipv6Addr::from((0x0064_ff9b_u128 << 96) | u128::from(bits));
            prop_assert_eq!(not_public(v4.into()), not_public(v4.to_ipv6_mapped().into()));
            prop_assert_eq!(not_public(v4.into()), not_public(nat64.into()));
        }
    }
}
