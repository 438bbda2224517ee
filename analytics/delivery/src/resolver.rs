//! Names to addresses, of which only public ones are handed to the connection.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::target::{TargetRefusal, is_public};

/// Resolves by the system and leaves out what is not public.
///
/// The connection uses the very addresses that were checked, so a name that changes its mind between check and
/// connection gains nothing.
#[derive(Debug, Clone, Copy)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Addrs = Box::new(public_only(found)?.into_iter());
            Ok(addresses)
        })
    }
}

/// The public ones of the addresses of a name; an error where there are others only.
///
/// A name without any address is not an error here: the connection reports that itself.
pub fn public_only(
    found: impl IntoIterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, TargetRefusal> {
    let (public, inside): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| is_public(address.ip()));
    match inside.first() {
        Some(address) if public.is_empty() => Err(TargetRefusal::PrivateAddress(address.ip())),
        _ => Ok(public),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|text| text.parse().expect("an address")).collect()
    }

    #[test]
    fn a_name_that_leads_inside_is_refused() {
        for inside in ["127.0.0.1:0", "10.1.1.1:0", "[::1]:0", "[::ffff:10.0.0.1]:0"] {
            assert!(public_only(addresses(&[inside])).is_err(), "{inside}");
        }
    }

    #[test]
    fn of_a_mixed_answer_only_the_public_part_is_used() {
        let mixed = addresses(&["10.0.0.1:0", "8.8.8.8:0", "[fe80::1]:0", "[2a00::1]:0"]);
        assert_eq!(public_only(mixed), Ok(addresses(&["8.8.8.8:0", "[2a00::1]:0"])));
    }
}
