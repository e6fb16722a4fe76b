//! One request. The token goes to the endpoint and nowhere else, wherever a redirect points.

use super::address::Address;
use super::settings::HubSettings;
use super::trust::UNKNOWN_AUTHORITY;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use ureq::http::{Request, Response, header};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, Proxy};

/// Upper bound of redirects per request.
const MOST_REDIRECTS: usize = 8;

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
    fn to(&self, settings: &HubSettings, address: &Address, silence: Duration) -> Agent {
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

fn agent(settings: &HubSettings, way: &Route) -> Agent {
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
pub fn head(agents: &Agents, settings: &HubSettings, address: Address) -> Result<Reply, ureq::Error> {
    let to = |address: &Address| agents.to(settings, address, settings.patience);
    follow(to, settings, "HEAD", address, None, |answer| answer.header("x-linked-etag").is_none())
}

/// Requests the content of a file from a byte offset on.
pub fn get(agents: &Agents, settings: &HubSettings, address: Address, from: u64) -> Result<Reply, ureq::Error> {
    let to = |address: &Address| agents.to(settings, address, settings.silence);
    follow(to, settings, "GET", address, Some(from).filter(|from| *from > 0), |_| true)
}

fn follow(
    agent_to: impl Fn(&Address) -> Agent,
    settings: &HubSettings,
    method: &str,
    mut address: Address,
    from_byte: Option<u64>,
    onwards: impl Fn(&Reply) -> bool,
) -> Result<Reply, ureq::Error> {
    for _ in 0..MOST_REDIRECTS {
        let mut request = Request::builder()
            .method(method)
            .uri(address.uri().clone())
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

/// What went wrong, in words.
pub fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time".into(),
        untrusted if untrusted.to_string().contains("UnknownIssuer") => UNKNOWN_AUTHORITY.into(),
        ureq::Error::Io(cause) => cause.to_string(),
        ureq::Error::HostNotFound => "the host name cannot be resolved".into(),
        other => other.to_string(),
    }
}
