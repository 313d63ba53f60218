//! Whose address a request comes from, and how often or how many from there.
//!
//! What must stay true: `X-Forwarded-For` is believed only of a proxy that was named, because anybody can
//! send one; a table of addresses has an end, however many there are on the network.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use axum::http::HeaderMap;

/// An address, or all that begin like it: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address like 10.1.2.3, nor a network like 10.0.0.0/8")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| NotANetwork)?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(NotANetwork) }
    }
}

impl Network {
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let (ours, theirs, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (u128::from(ours.to_bits()), u128::from(theirs.to_bits()), 32),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits(), theirs.to_bits(), 128),
            _ => return false,
        };
        // All of them begin alike when nothing is compared.
        let differ = ours ^ theirs;
        differ.checked_shr(width - self.bits).unwrap_or(0) == 0
    }

    /// Whether it reaches beyond one’s own machines: addresses of the internet, more of them than one house has.
    pub(crate) fn is_of_strangers(&self) -> bool {
        // This machine, private networks, a provider’s own, the wire alone.
        const OWN: [(IpAddr, u32); 9] = [
            (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
            (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
            (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
            (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
            (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
            (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
            (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
            (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
            (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
        ];
        let one_house = if self.address.is_ipv4() { 28 } else { 64 };
        let is_within = |(address, bits)| bits <= self.bits && Self { address, bits }.contains(self.address);
        self.bits < one_house && !OWN.into_iter().any(is_within)
    }
}

/// The address to count by. Nobody’s, if it is this machine itself that asks: that is a proxy nobody told us
/// of, before which all people look alike, or somebody who can do worse than connect.
pub fn of_client(peer: IpAddr, headers: Option<&HeaderMap>, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if is_trusted(peer) {
        // Each proxy adds whom it saw at the end: the last one that is not a proxy of ours is the client.
        let seen = headers?.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let mut seen: Vec<_> = seen.flat_map(|value| value.split(',')).map(str::trim).collect();
        seen.reverse();
        let client =
            seen.into_iter().map_while(|address| address.parse::<IpAddr>().ok()).find(|ip| !is_trusted(*ip))?;
        return Some(household(client));
    }
    (!peer.is_loopback()).then(|| household(peer))
}

/// Of the newer kind of address everybody has millions: they count as one.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address => address,
    }
}

/// How many are in, by address.
#[derive(Debug, Default)]
pub(super) struct Crowd(HashMap<IpAddr, usize>);

impl Crowd {
    /// No, if there are so many from there already.
    pub(super) fn enter(&mut self, address: IpAddr, most: usize) -> bool {
        let here = self.0.entry(address).or_default();
        let enters = *here < most;
        *here += usize::from(enters);
        enters
    }

    pub(super) fn leave(&mut self, address: IpAddr) {
        if let Some(here) = self.0.get_mut(&address) {
            *here -= 1;
            if *here == 0 {
                self.0.remove(&address);
            }
        }
    }
}

/// Addresses that are remembered. Beyond it those that are not known yet share one count.
const REMEMBERED: usize = 20_000;

/// How often, by address: so many a minute, and as many at once.
#[derive(Debug)]
pub struct Handshakes {
    per_minute: u32,
    recent: Mutex<HashMap<IpAddr, Bucket>>,
}

impl Handshakes {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, recent: Mutex::default() }
    }

    pub fn allow(&self, address: IpAddr, now: Instant) -> bool {
        let (rate, burst) = (f64::from(self.per_minute) / 60.0, f64::from(self.per_minute));
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut address = address;
        if recent.len() >= REMEMBERED && !recent.contains_key(&address) {
            // Whoever was quiet for long enough is as good as new.
            recent.retain(|_, bucket| !bucket.is_full(now));
            if recent.len() >= REMEMBERED {
                address = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            }
        }
        recent.entry(address).or_insert_with(|| Bucket::new(rate, burst, now)).take(1.0, now)
    }
}

/// How much may be taken at once, and how quickly it grows back.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: f64,
    burst: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn new(rate: f64, burst: f64, now: Instant) -> Self {
        Self { rate, burst, left: burst, at: now }
    }

    pub(crate) fn take(&mut self, much: f64, now: Instant) -> bool {
        self.left = self.grown(now);
        self.at = now;
        let enough = self.left >= much;
        if enough {
            self.left -= much;
        }
        enough
    }

    fn is_full(&self, now: Instant) -> bool {
        self.grown(now) >= self.burst
    }

    fn grown(&self, now: Instant) -> f64 {
        (self.left + now.saturating_duration_since(self.at).as_secs_f64() * self.rate).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| ("x-forwarded-for".parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_network_is_what_begins_alike() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        assert!(network("10.0.0.0/8").contains(ip("10.9.8.7")) && !network("10.0.0.0/8").contains(ip("11.0.0.1")));
        assert!(network("10.1.2.3").contains(ip("10.1.2.3")) && !network("10.1.2.3").contains(ip("10.1.2.4")));
        assert!(network("0.0.0.0/0").contains(ip("8.8.8.8")) && !network("0.0.0.0/0").contains(ip("::2")));
        assert!(network("fd00::/8").contains(ip("fd12::1")) && network("10.0.0.0/8").contains(ip("::ffff:10.1.1.1")));
        for bad in ["", "10.0.0.0/33", "example.org", "10.0.0.0/x", "::/129"] {
            assert_eq!(bad.parse::<Network>(), Err(NotANetwork));
        }
    }

    #[test]
    fn what_somebody_says_of_themselves_is_believed_of_a_named_proxy_alone() {
        let headers = forwarded(&["1.1.1.1, 203.0.113.5", "10.0.0.2"]);
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(of_client(ip("198.51.100.7"), Some(&headers), &proxies), Some(ip("198.51.100.7")));
        assert_eq!(of_client(ip("10.0.0.1"), Some(&headers), &proxies), Some(ip("203.0.113.5")));
        assert_eq!(of_client(ip("10.0.0.1"), Some(&forwarded(&["nonsense"])), &proxies), None);
        assert_eq!(of_client(ip("127.0.0.1"), Some(&headers), &proxies), None);
        assert_eq!(of_client(ip("127.0.0.1"), Some(&headers), &["127.0.0.1".parse().unwrap()]), Some(ip("10.0.0.2")));
        assert_eq!(of_client(ip("2001:db8::7:1"), None, &[]), of_client(ip("2001:db8::8:2"), None, &[]));
    }

    #[test]
    fn a_burst_is_let_in_and_going_on_like_that_is_not() {
        let start = Instant::now();
        let handshakes = Handshakes::new(60);
        assert!((0..60).all(|_| handshakes.allow(ip("203.0.113.5"), start)));
        assert!(!handshakes.allow(ip("203.0.113.5"), start));
        assert!(handshakes.allow(ip("203.0.113.6"), start), "somebody else");
        assert!(handshakes.allow(ip("203.0.113.5"), start + Duration::from_secs(1)));
    }

    #[test]
    fn a_whole_network_of_addresses_does_not_fill_the_memory() {
        let start = Instant::now();
        let handshakes = Handshakes::new(60);
        for n in 0..=REMEMBERED as u32 {
            assert!(handshakes.allow(IpAddr::V4((0x0b00_0000 + n).into()), start));
        }
        assert!(handshakes.recent.lock().unwrap().len() <= REMEMBERED + 1);
    }
}
