//! Where a webhook may go: not into the network in which meterwatch itself stands.
//!
//! An administrator types the address, but a name can be made to lead anywhere later; so the literal address is checked
//! here and every resolved one in [`crate::resolver`], at the moment of connecting. Ranges: the IANA special-purpose
//! registries of IPv4 and IPv6 addresses (RFC 6890 and successors).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Why nothing is sent to an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetRefusal {
    /// Not understood as an address at all.
    #[error("the address is not a URL such as https://example.org/hook")]
    NotAUrl,
    /// Neither http nor https.
    #[error("the address begins with `{0}:`, but webhooks go by https")]
    Scheme(String),
    /// Unencrypted.
    #[error(
        "the address begins with http:, so alerts would travel unencrypted; use https, or set allow_private for a receiver inside your own network"
    )]
    NotEncrypted,
    /// A user name or password inside the address.
    #[error("the address contains a user name or password; requests are signed, none is needed")]
    Credentials,
    /// A name that only means something inside.
    #[error("`{0}` is a name inside the network; set allow_private if alerts may go there")]
    PrivateName(String),
    /// A loopback, private, link-local, metadata or other reserved address.
    #[error("{0} is not a public address; set allow_private if alerts may go there")]
    PrivateAddress(IpAddr),
}

/// Checks the address of an endpoint as far as it can be checked without resolving its name.
pub fn check(url: &str, allow_private: bool) -> Result<Url, TargetRefusal> {
    let url = Url::parse(url.trim()).map_err(|_| TargetRefusal::NotAUrl)?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err(TargetRefusal::NotEncrypted),
        other => return Err(TargetRefusal::Scheme(other.to_owned())),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetRefusal::Credentials);
    }
    let host = url.host_str().ok_or(TargetRefusal::NotAUrl)?;
    if !allow_private {
        // The parser has already turned decimal, octal and hexadecimal spellings into the usual one.
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !is_public(address) => {
                return Err(TargetRefusal::PrivateAddress(address));
            }
            Err(_) if is_private_name(host) => {
                return Err(TargetRefusal::PrivateName(host.to_owned()));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(url)
}

/// Whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_private_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    !host.contains('.') || matches!(last, "localhost" | "local" | "internal" | "localdomain")
}

/// What is not the public internet, as network and length of its prefix.
const RESERVED_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),            // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carrier-grade NAT; metadata at some providers
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // looks public, leads to a platform's own services
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside = |(network, length): (Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0
    };
    !RESERVED_V4.into_iter().any(inside)
}

/// Global unicast is `2000::/3`; all else (loopback, mapped, NAT64, unique local, link-local, multicast) is refused, and
/// of `2000::/3` what is reserved or carries an IPv4 address inside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global_unicast = first & 0xE000 == 0x2000;
    let reserved = match first {
        0x2001 => second < 0x0200 || second == 0x0DB8, // protocol assignments with Teredo; documentation
        0x2002 => true,                                // 6to4
        0x3FFF => second < 0x1000,                     // documentation
        _ => false,
    };
    global_unicast && !reserved
}

#[cfg(test)]
mod tests;
