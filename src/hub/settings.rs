//! Endpoint, cache, token and timeouts, from the environment variables that Python's tools read.

use super::address::Address;
use super::error::HubError;
use super::proxy::Proxies;
use super::trust::Trust;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The public hub.
const PUBLIC: &str = "https://huggingface.co";

/// Waits between retries, doubling each time.
#[derive(Clone, Copy, Debug)]
pub struct BackOff {
    pub first: Duration,
    pub tries: u32,
}

#[derive(Clone, Debug)]
pub struct HubSettings {
    pub endpoint: Address,
    /// contains one folder per repository
    pub cache: PathBuf,
    pub token: Option<AccessToken>,
    /// never contact the server
    pub offline: bool,
    /// timeout of a metadata request
    pub patience: Duration,
    /// timeout without data during a download
    pub silence: Duration,
    pub back_off: BackOff,
    pub proxies: Proxies,
    pub trust: Trust,
}

/// A token and its source. The secret is never displayed.
#[derive(Clone)]
pub struct AccessToken {
    pub(super) secret: String,
    pub(super) source: String,
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessToken(from {})", self.source)
    }
}

impl HubSettings {
    /// Reads the given variables; [`HubSettings::from_environment`] passes those of the process.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, HubError> {
        let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let is_on = |name: &str| given(name).is_some_and(|value| is_yes(&value));
        let own = given("HOME").or_else(|| given("USERPROFILE"));
        let folder = |name: &str| given(name).map(|path| expanded(&path, own.as_deref(), &variable));
        let home = folder("HF_HOME")
            .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("huggingface")))
            .or_else(|| own.as_ref().map(|own| PathBuf::from(own).join(".cache/huggingface")));
        let cache = folder("HF_HUB_CACHE").or_else(|| folder("HUGGINGFACE_HUB_CACHE"));
        let token_file = folder("HF_TOKEN_PATH").or_else(|| home.as_ref().map(|home| home.join("token")));
        let endpoint = Address::parse(given("HF_ENDPOINT").as_deref().unwrap_or(PUBLIC).trim())?;
        let token = match is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            true => None,
            false => find_token(given, token_file.as_deref())?,
        };
        if let Some(token) = &token
            && !endpoint.is_secure()
            && !endpoint.is_loopback()
            && !is_on("BATCHSCOPE_TOKEN_OVER_HTTP")
        {
            return Err(HubError::PlainToken { endpoint: endpoint.to_string(), token: token.source.clone() });
        }
        let seconds = |name: &str| {
            let seconds = given(name).and_then(|seconds| seconds.trim().parse().ok()).unwrap_or(10);
            Duration::from_secs(seconds.clamp(1, 3600))
        };
        // the older name is a fallback
        let offline = given("HF_HUB_OFFLINE").or_else(|| given("TRANSFORMERS_OFFLINE"));
        Ok(Self {
            endpoint,
            cache: cache.or_else(|| home.map(|home| home.join("hub"))).ok_or(HubError::NoHome)?,
            token,
            offline: offline.is_some_and(|value| is_yes(&value)),
            patience: seconds("HF_HUB_ETAG_TIMEOUT"),
            silence: seconds("HF_HUB_DOWNLOAD_TIMEOUT"),
            back_off: BackOff { first: Duration::from_millis(500), tries: 5 },
            proxies: Proxies::of(&variable)?,
            trust: Trust::of(given)?,
        })
    }

    pub fn from_environment() -> Result<Self, HubError> {
        Self::of(|name| std::env::var(name).ok())
    }
}

/// The token of a variable, else of the file that Python's `hf auth login` writes.
fn find_token(given: impl Fn(&str) -> Option<String>, file: Option<&Path>) -> Result<Option<AccessToken>, HubError> {
    let of_variable = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]
        .into_iter()
        .find_map(|name| Some(AccessToken { secret: given(name)?, source: name.to_owned() }));
    let written = || {
        let file = file?;
        let secret = std::fs::read_to_string(file).ok()?;
        Some(AccessToken { secret, source: format!("the file {}", file.display()) })
    };
    let Some(AccessToken { secret, source }) = of_variable.or_else(written) else { return Ok(None) };
    let secret = secret.trim().to_owned();
    match secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(Some(AccessToken { secret, source }).filter(|token| !token.secret.is_empty())),
        false => Err(HubError::Token { token: source }),
    }
}

fn is_yes(value: &str) -> bool {
    ["1", "on", "yes", "true"].contains(&value.trim().to_ascii_lowercase().as_str())
}

/// A path with `~`, `$NAME` and `${NAME}` replaced, as Python's `expanduser` and `expandvars` do; unknown names
/// are kept.
fn expanded(path: &str, own: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    let path = match (path.strip_prefix('~'), own) {
        (Some(rest), Some(own)) if rest.is_empty() || rest.starts_with('/') => format!("{own}{rest}"),
        _ => path.to_owned(),
    };
    let (mut whole, mut rest) = (String::new(), path.as_str());
    while let Some((before, after)) = rest.split_once('$') {
        whole += before;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, behind) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some(braced) => braced,
            None => after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len())),
        };
        match variable(name).filter(|_| !name.is_empty()) {
            Some(value) => {
                whole += &value;
                rest = behind;
            }
            None => {
                whole.push('$');
                rest = after;
            }
        }
    }
    PathBuf::from(whole + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<HubSettings, HubError> {
        HubSettings::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_cache_is_where_python_looks() {
        let home = ("HOME", "/home/me");
        for (variables, expected) in [
            (vec![home], "/home/me/.cache/huggingface/hub"),
            (vec![home, ("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (vec![home, ("XDG_CACHE_HOME", "/x"), ("HF_HOME", "~/hf")], "/home/me/hf/hub"),
            (vec![home, ("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/c")], "/c"),
            (vec![home, ("HF_HOME", "")], "/home/me/.cache/huggingface/hub"),
            (vec![home, ("HF_HOME", "~")], "/home/me/hub"),
            (vec![home, ("HF_HOME", "$WORK/${USER}/hf"), ("WORK", "/w"), ("USER", "u")], "/w/u/hf/hub"),
            (vec![home, ("HF_HOME", "/a$NONE/$")], "/a$NONE/$/hub"),
            (vec![home, ("HUGGINGFACE_HUB_CACHE", "/old")], "/old"),
            (vec![home, ("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "/new")], "/new"),
        ] {
            assert_eq!(settings(&variables).unwrap().cache, PathBuf::from(expected), "{variables:?}");
        }
        assert!(matches!(settings(&[]), Err(HubError::NoHome)));
    }

    #[test]
    fn offline_accepts_what_python_accepts_as_true() {
        for (value, offline) in [("1", true), ("ON", true), ("true", true), ("0", false), ("no", false), ("", false)] {
            assert_eq!(settings(&[("HOME", "/"), ("HF_HUB_OFFLINE", value)]).unwrap().offline, offline, "{value}");
            let older = settings(&[("HOME", "/"), ("TRANSFORMERS_OFFLINE", value)]).unwrap().offline;
            assert_eq!(older, offline, "{value}");
        }
        let both = [("HOME", "/"), ("HF_HUB_OFFLINE", "0"), ("TRANSFORMERS_OFFLINE", "1")];
        assert!(!settings(&both).unwrap().offline, "the newer one counts");
    }

    #[test]
    fn a_token_is_read_from_its_file_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join("token"), " hf_secret\n").unwrap();
        let read = settings(&[("HF_HOME", home)]).unwrap();
        assert_eq!(read.token.as_ref().unwrap().secret, "hf_secret");
        assert!(!format!("{read:?}").contains("secret"));
        let given = settings(&[("HF_HOME", home), ("HF_TOKEN", "hf_other")]).unwrap();
        assert_eq!(given.token.unwrap().secret, "hf_other");
        let older = settings(&[("HF_HOME", home), ("HUGGING_FACE_HUB_TOKEN", "hf_old")]).unwrap();
        assert_eq!(older.token.unwrap().secret, "hf_old");
        let without = settings(&[("HF_HOME", home), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]).unwrap();
        assert!(without.token.is_none());
        let error = settings(&[("HF_HOME", home), ("HF_TOKEN", "hf_sec\nret")]).unwrap_err().to_string();
        assert!(error.contains("HF_TOKEN") && !error.contains("sec"), "{error}");
    }
    #[test]
    fn a_token_goes_over_plain_http_to_this_machine_only_unless_allowed() {
        let at = |endpoint, more: &[(&str, &str)]| {
            settings(&[&[("HOME", "/none"), ("HF_TOKEN", "hf_secret"), ("HF_ENDPOINT", endpoint)], more].concat())
        };
        for endpoint in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://mirror.example"] {
            assert!(at(endpoint, &[]).unwrap().token.is_some(), "{endpoint}");
        }
        let error = at("http://mirror.example", &[]).unwrap_err().to_string();
        assert!(error.contains("the token from HF_TOKEN") && !error.contains("secret"), "{error}");
        assert!(at("http://mirror.example", &[("BATCHSCOPE_TOKEN_OVER_HTTP", "1")]).unwrap().token.is_some());
        assert!(at("http://mirror.example", &[("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]).unwrap().token.is_none());
    }

    #[test]
    fn unreadable_certificates_are_reported_with_their_variable() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none.pem");
        for missing in [&file, folder.path()] {
            let error = settings(&[("HOME", "/"), ("SSL_CERT_FILE", missing.to_str().unwrap())]).unwrap_err();
            assert!(error.to_string().starts_with("SSL_CERT_FILE is "), "{error}");
        }
    }
}
