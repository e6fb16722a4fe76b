//! Chooses the proxy of a request from the environment variables that curl and Python's tools read.

use super::address::{Address, without_user};
use super::error::HubError;
use std::net::IpAddr;
use ureq::Proxy;

/// Proxies by URL scheme, and the hosts that are reached without one.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    direct: Vec<String>,
}

impl Proxies {
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, HubError> {
        // lower case wins, as in Python; an empty value means no proxy
        let value = |name: &str| {
            let small = name.to_ascii_lowercase();
            [small.as_str(), name].into_iter().find_map(|name| Some((name.to_owned(), variable(name)?)))
        };
        let proxy = |name: &str| match value(name).filter(|(_, given)| !given.trim().is_empty()) {
            None => Ok(None),
            Some((variable, given)) => match Proxy::new(given.trim()) {
                Ok(proxy) => Ok(Some(proxy)),
                Err(_) => Err(HubError::Proxy { variable, given: without_user(given.trim()) }),
            },
        };
        let all = proxy("ALL_PROXY")?;
        let or_all = |name: &str| Ok(proxy(name)?.or_else(|| all.clone()));
        let direct = value("NO_PROXY").map(|(_, hosts)| hosts).unwrap_or_default();
        let hosts = direct.split([',', ' ']).filter(|host| !host.is_empty());
        Ok(Self {
            http: or_all("HTTP_PROXY")?,
            https: or_all("HTTPS_PROXY")?,
            direct: hosts.map(str::to_ascii_lowercase).collect(),
        })
    }

    /// The one for an address, if any.
    pub fn to(&self, address: &Address) -> Option<&Proxy> {
        let proxy = if address.is_secure() { &self.https } else { &self.http };
        proxy.as_ref().filter(|_| !self.direct.iter().any(|entry| covers(entry, &address.host(), address.port())))
    }
}

/// Whether an entry of `NO_PROXY` covers this host: by name, domain, network or `*`.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        let (network, bits) = entry.split_once('/').unwrap_or((entry, ""));
        let network = network.trim_start_matches('[').split(']').next().unwrap_or_default();
        let network = network.parse::<IpAddr>().or_else(|_| network.rsplit_once(':').map_or("", |(ip, _)| ip).parse());
        return network.is_ok_and(|network| is_in(ip, network, bits.parse().ok()));
    }
    let (name, wanted): (&str, Option<u16>) = match entry.rsplit_once(':') {
        Some((name, digits)) if digits.parse::<u16>().is_ok() => (name, digits.parse().ok()),
        _ => (entry, None),
    };
    let name = name.trim_start_matches('*').trim_start_matches('.');
    let is_below = host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.is_empty() && is_below && wanted.is_none_or(|wanted| wanted == port)
}

fn is_in(ip: IpAddr, network: IpAddr, bits: Option<u32>) -> bool {
    let number = |ip| match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)) << 96, 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    };
    let ((one, width), (other, other_width)) = (number(ip), number(network));
    let differing = (one ^ other).leading_zeros();
    width == other_width && (one == other || bits.is_some_and(|bits| bits <= width && differing >= bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, HubError> {
        Proxies::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    fn to(variables: &[(&str, &str)], address: &str) -> Option<String> {
        let address = Address::parse(address).unwrap();
        proxies(variables).unwrap().to(&address).map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn the_scheme_of_the_address_selects_the_proxy() {
        let both = [("HTTP_PROXY", "http://plain:1"), ("HTTPS_PROXY", "http://secure:2")];
        assert_eq!(to(&both, "https://hub.example").as_deref(), Some("secure"));
        assert_eq!(to(&both, "http://hub.example").as_deref(), Some("plain"));
        let all = [("ALL_PROXY", "socks5://all:3"), ("https_proxy", "secure:2")];
        assert_eq!(to(&all, "https://hub.example").as_deref(), Some("secure"));
        assert_eq!(to(&all, "http://hub.example").as_deref(), Some("all"));
        assert_eq!(
            to(&[("https_proxy", ""), ("HTTPS_PROXY", "a:1")], "https://hub.example"),
            None,
            "the small one wins"
        );
    }

    #[test]
    fn no_proxy_covers_hosts_domains_networks_and_everything() {
        for (entries, address, is_direct) in [
            ("localhost, 127.0.0.1", "http://127.0.0.1:80", true),
            ("example.com", "http://hub.example.com", true),
            (".example.com", "http://hub.example.com", true),
            ("*.example.com", "http://EXAMPLE.com", true),
            ("example.com", "http://counterexample.com", false),
            ("example.com:8080", "http://example.com:80", false),
            ("example.com:8080", "http://example.com:8080", true),
            ("10.0.0.0/8", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://11.1.2.3", false),
            ("::1", "http://[::1]:80", true),
            ("*", "http://hub.example", true),
            ("", "http://hub.example", false),
        ] {
            let found = to(&[("http_proxy", "proxy:1"), ("NO_PROXY", entries)], address);
            assert_eq!(found.is_none(), is_direct, "{entries} {address}");
        }
    }

    #[test]
    fn an_unsupported_proxy_is_reported_without_its_password() {
        let error = proxies(&[("ALL_PROXY", "quic://me:secret@proxy:1")]).unwrap_err().to_string();
        assert!(error.contains("all_proxy") || error.contains("ALL_PROXY"), "{error}");
        assert!(error.contains("...@proxy:1") && !error.contains("secret"), "{error}");
    }
}
