//! One request. The token goes to the endpoint and nowhere else, wherever a redirect points.

use super::error::HubError;
use super::settings::Settings;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use ureq::http::{Request, Response, Uri, header};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, Proxy};

/// Upper bound of redirects per request.
const MOST_REDIRECTS: usize = 8;

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

    /// Scheme, host and port.
    fn origin(&self) -> (bool, String, u16) {
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
    fn redirect(&self, location: &str) -> Option<Self> {
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

/// Percent-encodes a path.
pub fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// One agent per route, created on first use because loading the system's certificates is slow.
#[derive(Default)]
pub struct Agents(Mutex<Vec<(Route, Agent)>>);

/// Proxy and timeout of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Route {
    proxy: Option<Proxy>,
    is_secure: bool,
    silence: Duration,
}

impl Agents {
    fn to(&self, settings: &Settings, address: &Address, silence: Duration) -> Agent {
        let proxy = settings.proxies.to(address).cloned();
        let is_secure =
            address.is_secure() || proxy.as_ref().is_some_and(|proxy| proxy.uri().scheme_str() == Some("https"));
        let way = Route { proxy, is_secure, silence };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, agent)) = known.iter().find(|(known, _)| *known == way) {
            return agent.clone();
        }
        let agent = agent(settings, &way);
        known.push((way, agent.clone()));
        agent
    }
}

fn agent(settings: &Settings, way: &Route) -> Agent {
    let patience = Some(way.silence);
    let mut tls = TlsConfig::builder();
    if way.is_secure {
        tls = tls.root_certs(settings.trust.roots());
    }
    Agent::config_builder()
        // redirects are followed by this module, which decides where the token goes
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(way.proxy.clone())
        .tls_config(tls.build())
        .timeout_connect(Some(way.silence.min(Duration::from_secs(10))))
        .timeout_recv_response(patience)
        .timeout_per_read(patience)
        .user_agent(concat!("batchscope/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// A response and the address it came from.
pub struct Reply {
    pub response: Response<Body>,
    pub from: Address,
}

impl Reply {
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }
}

/// Requests the metadata of a file. Follows the redirect of a renamed repository, but not the one to the storage of large
/// files: only the response before that has their digest.
pub fn head(agents: &Agents, settings: &Settings, address: Address) -> Result<Reply, ureq::Error> {
    let to = |address: &Address| agents.to(settings, address, settings.patience);
    follow(to, settings, "HEAD", address, None, |answer| answer.header("x-linked-etag").is_none())
}

/// Requests the content of a file from a byte offset on.
pub fn get(agents: &Agents, settings: &Settings, address: Address, from: u64) -> Result<Reply, ureq::Error> {
    let to = |address: &Address| agents.to(settings, address, settings.silence);
    follow(to, settings, "GET", address, Some(from).filter(|from| *from > 0), |_| true)
}

fn follow(
    agent_to: impl Fn(&Address) -> Agent,
    settings: &Settings,
    method: &str,
    mut address: Address,
    from_byte: Option<u64>,
    onwards: impl Fn(&Reply) -> bool,
) -> Result<Reply, ureq::Error> {
    for _ in 0..MOST_REDIRECTS {
        let mut request = Request::builder()
            .method(method)
            .uri(address.0.clone())
            // the digest is that of the uncompressed file
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some(token) = &settings.token
            && address.origin() == settings.endpoint.origin()
        {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.secret));
        }
        if let Some(from) = from_byte {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let answer = Reply { response: agent_to(&address).run(request.body(())?)?, from: address };
        let next = match answer.header("location") {
            Some(location) if answer.response.status().is_redirection() && onwards(&answer) => {
                answer.from.redirect(location)
            }
            _ => return Ok(answer),
        };
        address = next.ok_or(ureq::Error::RedirectFailed)?;
    }
    Err(ureq::Error::TooManyRedirects)
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
