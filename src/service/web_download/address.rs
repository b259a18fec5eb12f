//! Which addresses are the internet's, and not somebody's own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether anybody may reach it: none of the special ones of the registries of IANA.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        // This host, private networks, loopback, multicast, and what is reserved.
        [0 | 10 | 127 | 224..=255, ..]
        // Behind a provider's translation.
        | [100, 64..=127, ..]
        // Link-local: where clouds keep their metadata.
        | [169, 254, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        // Protocols, documentation, relays, benchmarks.
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
    )
}

/// Of all the others some have an IPv4 address in them, which nobody looked at.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocols (Teredo among them), documentation, 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}
