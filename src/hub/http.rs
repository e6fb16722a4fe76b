//! One request. The token goes to the endpoint and nowhere else, wherever a redirect points.

use super::error::HubError;
use super::settings::Settings;
use ureq::http::{Request, Response, Uri, header};
use ureq::{Agent, Body};

/// Redirects of one request.
const MOST_REDIRECTS: usize = 8;

/// The address of a server or of something on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Uri);

impl Address {
    /// A server's.
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

    /// Scheme, host and port: who is talked to.
    fn origin(&self) -> (Option<&str>, Option<String>, Option<u16>) {
        let usual = if self.0.scheme_str() == Some("https") { 443 } else { 80 };
        let port = self.0.port_u16().unwrap_or(usual);
        (self.0.scheme_str(), self.0.host().map(str::to_ascii_lowercase), Some(port))
    }

    /// A page of this server.
    pub fn page(&self, path: &str) -> Option<Self> {
        Self::absolute(&format!("{}/{path}", self.to_string().trim_end_matches('/')))
    }

    /// Where a redirect of this page points.
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

/// An address as it may be shown.
fn without_user(given: &str) -> String {
    match given.rsplit_once('@') {
        Some((_, host)) => format!("...@{host}"),
        None => given.to_owned(),
    }
}

/// A path with every byte escaped that an address gives a meaning.
pub fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub fn agent(settings: &Settings) -> Agent {
    let patience = Some(settings.silence);
    Agent::config_builder()
        // followed here, for the token's sake and the cache's
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_connect(Some(settings.silence.min(std::time::Duration::from_secs(10))))
        .timeout_recv_response(patience)
        .timeout_per_read(patience)
        .user_agent(concat!("batchscope/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// An answer, and the address that gave it.
pub struct Answer {
    pub response: Response<Body>,
    pub from: Address,
}

impl Answer {
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

/// Asks about a file, without its body. Follows a repository that was renamed, but not to where large files lie: it is
/// the answer before that names their digest.
pub fn head(agent: &Agent, settings: &Settings, address: Address) -> Result<Answer, ureq::Error> {
    follow(agent, settings, "HEAD", address, None, |answer| answer.header("x-linked-etag").is_none())
}

/// Asks for a file's body from this byte on.
pub fn get(agent: &Agent, settings: &Settings, address: Address, from: u64) -> Result<Answer, ureq::Error> {
    follow(agent, settings, "GET", address, Some(from).filter(|from| *from > 0), |_| true)
}

fn follow(
    agent: &Agent,
    settings: &Settings,
    method: &str,
    mut address: Address,
    from_byte: Option<u64>,
    onwards: impl Fn(&Answer) -> bool,
) -> Result<Answer, ureq::Error> {
    for _ in 0..MOST_REDIRECTS {
        let mut request = Request::builder()
            .method(method)
            .uri(address.0.clone())
            // the digest is of the file, not of something packed
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some(token) = &settings.token
            && address.origin() == settings.endpoint.origin()
        {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.0));
        }
        if let Some(from) = from_byte {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let answer = Answer { response: agent.run(request.body(())?)?, from: address };
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
    fn a_redirect_stays_with_its_server_or_is_another() {
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
