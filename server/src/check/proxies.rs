//! Whom the server believes about where people come from, beside the address it serves on: counting by address (see
//! [`crate::door::address`]) is worth no more than that.

use std::net::IpAddr;

use crate::{config::Config, door::address::Network};

/// What is wrong with `ROUNDTABLE_TRUSTED_PROXIES`.
pub(super) fn wrong(config: &Config) -> Option<String> {
    let trusted = &config.limits.trusted_proxies;
    let is_behind_one = config.url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let listens = config.addr.ip();
    let hears = |address: &str| address.parse::<IpAddr>().is_ok_and(|ip| trusted.iter().any(|net| net.contains(ip)));
    // A proxy beside the server comes from the address of its own kind.
    let here = if listens.is_ipv4() { "127.0.0.1" } else { "::1" };
    if trusted.iter().any(Network::is_of_strangers) {
        Some(
            "ROUNDTABLE_TRUSTED_PROXIES names a network of strangers, which is too wide: each of them could say to come \
             from anywhere. Name the address of your proxy alone, such as 10.1.2.3"
                .to_owned(),
        )
    } else if trusted.is_empty() && is_behind_one {
        Some(
            "people come through a proxy, as ROUNDTABLE_URL is https, and none is named, so all of them look alike and \
             one who guesses passwords cannot be told from the others: set ROUNDTABLE_TRUSTED_PROXIES to the address \
             your proxy connects from, such as 127.0.0.1"
                .to_owned(),
        )
    } else if !trusted.is_empty() && !is_behind_one {
        Some(
            "proxies are named in ROUNDTABLE_TRUSTED_PROXIES, and ROUNDTABLE_URL says of none that people come through: \
             set it to the https address in front of your proxy, or name no proxy, because whoever connects from there \
             is believed about who they are"
                .to_owned(),
        )
    } else if !trusted.is_empty() && listens.is_loopback() && !hears(here) {
        Some(format!(
            "the server listens at {listens}, where this machine alone can connect, and ROUNDTABLE_TRUSTED_PROXIES names \
             other machines: add {here} to it, or set ROUNDTABLE_ADDR to an address your proxy can reach"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::config, wrong};

    #[test]
    fn whom_the_server_believes_agrees_with_how_people_come() {
        let (url, here) = (["--url", "https://meetings.example"], ["--trusted-proxies", "127.0.0.1"]);
        assert_eq!(wrong(&config(&[])), None, "on this machine, without any");
        assert_eq!(wrong(&config(&[url, here].concat())), None);
        let elsewhere = ["--addr", "0.0.0.0:3000", "--trusted-proxies", "10.0.0.0/8"];
        assert_eq!(wrong(&config(&[&url[..], &elsewhere].concat())), None, "a proxy on another machine");
        for near in ["127.0.0.1,203.0.113.7", "127.0.0.0/8,192.168.0.0/16", "127.0.0.1,fd00::/8,2001:db8::/64"] {
            assert_eq!(wrong(&config(&[&url[..], &["--trusted-proxies", near]].concat())), None, "{near}");
        }
        for (arguments, said) in [
            (url.to_vec(), "none is named"),
            (here.to_vec(), "says of none that people come through"),
            ([&url[..], &["--trusted-proxies", "10.1.2.3"]].concat(), "add 127.0.0.1 to it"),
            ([&url[..], &["--trusted-proxies", "0.0.0.0/0"]].concat(), "a network of strangers"),
            ([&url[..], &["--trusted-proxies", "127.0.0.1,::/0"]].concat(), "a network of strangers"),
            ([&url[..], &["--trusted-proxies", "0.0.0.0/1"]].concat(), "too wide"),
            ([&url[..], &["--trusted-proxies", "127.0.0.1,8.8.8.0/8"]].concat(), "too wide"),
            ([&url[..], &["--trusted-proxies", "127.0.0.1,203.0.113.0/24"]].concat(), "too wide"),
            ([&url[..], &["--trusted-proxies", "127.0.0.1,10.0.0.0/7"]].concat(), "too wide"),
            ([&url[..], &["--trusted-proxies", "127.0.0.1,2001:db8::/32"]].concat(), "too wide"),
            ([&url[..], &["--addr", "[::1]:3000"], &here[..]].concat(), "add ::1 to it"),
        ] {
            let found = wrong(&config(&arguments)).unwrap_or_default();
            assert!(found.contains(said), "{arguments:?}: {found}");
        }
    }
}
