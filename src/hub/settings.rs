//! Where the hub and its cache are, and how patient to be: from the variables that Python's tools read.

use super::error::HubError;
use super::http::Address;
use std::path::PathBuf;
use std::time::Duration;

/// The public hub.
const PUBLIC: &str = "https://huggingface.co";

/// Waits between tries: the first, each twice as long as the one before.
#[derive(Clone, Copy, Debug)]
pub struct BackOff {
    pub first: Duration,
    pub tries: u32,
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub endpoint: Address,
    /// the folder with a folder for each repository
    pub cache: PathBuf,
    pub token: Option<Token>,
    /// nothing is asked of the server
    pub offline: bool,
    /// longest silence of a server
    pub silence: Duration,
    pub back_off: BackOff,
}

/// A secret. Never shown.
#[derive(Clone)]
pub struct Token(pub(super) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Settings {
    /// Of these variables; [`Settings::from_environment`] passes those of the process.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, HubError> {
        let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let folder = |name: &str| given(name).map(|path| in_home(&path, given("HOME").as_deref()));
        let home =
            folder("HF_HOME").or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("huggingface"))).or_else(
                || given("HOME").or(given("USERPROFILE")).map(|home| PathBuf::from(home).join(".cache/huggingface")),
            );
        let cache = folder("HF_HUB_CACHE").or_else(|| home.as_ref().map(|home| home.join("hub")));
        let written = || {
            let path = folder("HF_TOKEN_PATH").or_else(|| home.as_ref().map(|home| home.join("token")))?;
            std::fs::read_to_string(path).ok()
        };
        let seconds = given("HF_HUB_DOWNLOAD_TIMEOUT").and_then(|seconds| seconds.trim().parse().ok());
        let token = given("HF_TOKEN").or_else(written).map(|token| token.trim().to_owned());
        if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(HubError::Token);
        }
        Ok(Self {
            endpoint: Address::parse(given("HF_ENDPOINT").as_deref().unwrap_or(PUBLIC).trim())?,
            cache: cache.ok_or(HubError::NoHome)?,
            token: token.filter(|token| !token.is_empty()).map(Token),
            offline: given("HF_HUB_OFFLINE").is_some_and(|value| is_yes(&value)),
            silence: Duration::from_secs(seconds.unwrap_or(10).clamp(1, 3600)),
            back_off: BackOff { first: Duration::from_millis(500), tries: 5 },
        })
    }

    pub fn from_environment() -> Result<Self, HubError> {
        Self::of(|name| std::env::var(name).ok())
    }
}

fn is_yes(value: &str) -> bool {
    ["1", "on", "yes", "true"].contains(&value.trim().to_ascii_lowercase().as_str())
}

fn in_home(path: &str, home: Option<&str>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, HubError> {
        Settings::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
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
        ] {
            assert_eq!(settings(&variables).unwrap().cache, PathBuf::from(expected), "{variables:?}");
        }
        assert!(matches!(settings(&[]), Err(HubError::NoHome)));
    }

    #[test]
    fn offline_is_what_python_takes_for_true() {
        for (value, offline) in [("1", true), ("ON", true), ("true", true), ("0", false), ("no", false), ("", false)] {
            assert_eq!(settings(&[("HOME", "/"), ("HF_HUB_OFFLINE", value)]).unwrap().offline, offline, "{value}");
        }
    }

    #[test]
    fn a_token_is_read_from_its_file_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join("token"), " hf_secret\n").unwrap();
        let read = settings(&[("HF_HOME", home)]).unwrap();
        assert_eq!(read.token.as_ref().unwrap().0, "hf_secret");
        assert!(!format!("{read:?}").contains("secret"));
        let given = settings(&[("HF_HOME", home), ("HF_TOKEN", "hf_other")]).unwrap();
        assert_eq!(given.token.unwrap().0, "hf_other");
        let error = settings(&[("HF_HOME", home), ("HF_TOKEN", "hf_sec\nret")]).unwrap_err().to_string();
        assert!(error.contains("HF_TOKEN") && !error.contains("sec"), "{error}");
    }
}
