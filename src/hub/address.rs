//! Addresses of servers and of files on them.

use super::error::HubError;
use std::net::IpAddr;
use ureq::http::Uri;

/// The address of a server or of something on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Uri);

impl Address {
    /// Parses the address of a server.
    pub fn parse(given: &str) -> Result<Self, HubError> {
        let address = Self::absolute(given.trim_end_matches('/'));
        let plain = |address: &Self| address.0.query().is_none() && !given.contains('@');
        address.filter(plain).ok_or_else(|| HubError::Endpoint { given: without_user(given) })
    }

    fn absolute(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
        known.then_some(Self(uri))
    }

    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> (bool, String, u16) {
        (self.is_secure(), self.host(), self.port())
    }

    pub fn is_secure(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// The host in lower case; an IPv6 address without brackets.
    pub fn host(&self) -> String {
        self.0.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase()
    }

    pub fn port(&self) -> u16 {
        self.0.port_u16().unwrap_or(if self.is_secure() { 443 } else { 80 })
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// The address of a path on this server.
    pub fn page(&self, path: &str) -> Option<Self> {
        Self::absolute(&format!("{}/{path}", self.to_string().trim_end_matches('/')))
    }

    /// Resolves the location of a redirect.
    pub fn redirect(&self, location: &str) -> Option<Self> {
        let (scheme, authority) = (self.0.scheme_str()?, self.0.authority()?);
        if location.starts_with("//") {
            Self::absolute(&format!("{scheme}:{location}"))
        } else if location.starts_with('/') {
            Self::absolute(&format!("{scheme}://{authority}{location}"))
        } else {
            Self::absolute(location)
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.to_string().trim_end_matches('/'))
    }
}

/// The address without user and password, for messages.
pub fn without_user(given: &str) -> String {
    match given.rsplit_once('@') {
        Some((_, host)) => format!("...@{host}"),
        None => given.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_keep_or_change_the_origin() {
        let page = Address::parse("https://hub.example/mirror/").unwrap().page("a/b").unwrap();
        for (location, expected, same) in [
            ("/c", "https://hub.example/c", true),
            ("//other.example/c", "https://other.example/c", false),
            ("https://HUB.example:443/c", "https://HUB.example:443/c", true),
            ("http://hub.example/c", "http://hub.example/c", false),
            ("https://hub.example:8443/c", "https://hub.example:8443/c", false),
        ] {
            let next = page.redirect(location).unwrap();
            assert_eq!((next.to_string().as_str(), next.origin() == page.origin()), (expected, same));
        }
        assert_eq!(page.redirect("file:///etc/passwd"), None);
    }

    #[test]
    fn an_endpoint_is_an_address_and_shows_no_password() {
        for bad in ["", "huggingface.co", "ftp://x", "http://", "https://me:secret@hub.example", "http://x/?q=1"] {
            let error = Address::parse(bad).unwrap_err().to_string();
            assert!(error.contains("HF_ENDPOINT") && !error.contains("secret"), "{error}");
        }
    }
}
