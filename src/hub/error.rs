//! Reasons why a file is not available, each with a remedy.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("`{given}` is not a repository of the hub; expected OWNER/NAME or OWNER/NAME@REVISION")]
    Name { given: String },
    #[error("`{given}` is not the name of a file in a repository")]
    File { given: String },
    #[error("HF_ENDPOINT is `{given}`, expected an address such as https://huggingface.co, without a password")]
    Endpoint { given: String },
    #[error("the token from {token} contains invalid characters; copy it again")]
    Token { token: String },
    #[error(
        "HF_ENDPOINT is {endpoint}, an unencrypted connection that exposes the token from {token}: use https, send no \
         token with HF_HUB_DISABLE_IMPLICIT_TOKEN=1, or allow it with BATCHSCOPE_TOKEN_OVER_HTTP=1"
    )]
    PlainToken { endpoint: String, token: String },
    #[error("{variable} is `{given}`, expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT")]
    Proxy { variable: String, given: String },
    #[error("{given}, and no certificate can be read there: {cause}")]
    Certificates { given: String, cause: String },
    #[error("no home folder for downloads; set HF_HOME")]
    NoHome,
    #[error("{endpoint} cannot be reached ({cause}), and {wanted} is not in the cache {}", .cache.display())]
    Unreachable { endpoint: String, cause: String, wanted: String, cache: PathBuf },
    #[error("{file} of {repository} is not in the cache {}, and downloads are turned off", .cache.display())]
    Offline { file: String, repository: String, cache: PathBuf },
    #[error("{endpoint} has no repository `{id}`, or hides it; check the spelling{}", match .token {
        Some(token) => format!("; if it is private, the token from {token} has no access"),
        None => ", and set HF_TOKEN if it is private".into(),
    })]
    NoRepository { endpoint: String, id: String, token: Option<String> },
    #[error("{endpoint} restricts access to `{id}`; accept its conditions on {page}{}", match .token {
        Some(token) => format!(" with the account of the token from {token}"),
        None => ", then set HF_TOKEN".into(),
    })]
    Gated { endpoint: String, id: String, page: String, token: Option<String> },
    #[error(
        "{endpoint} rejects the token from {token}; create another on {endpoint}/settings/tokens, or use none: public \
         repositories need no token"
    )]
    TokenRefused { endpoint: String, token: String },
    #[error(
        "{endpoint} forbids access to `{id}` (403: {why}); the token may lack permissions, or a proxy may block it"
    )]
    Forbidden { endpoint: String, id: String, why: String },
    #[error("`{id}` has no revision `{revision}`; use a branch, a tag or a commit")]
    NoRevision { id: String, revision: String },
    #[error("{repository} has no file {file}")]
    NoFile { repository: String, file: String },
    #[error("{file} of {repository} cannot be downloaded: the server responds {status}; try again later")]
    Status { file: String, repository: String, status: u16, retry_after: Option<Duration> },
    #[error("{file} of {repository} cannot be downloaded: {cause}; try again, the download resumes")]
    Cut { file: String, repository: String, cause: String },
    #[error("{file} of {repository} cannot be verified: the server does not state {what}; nothing was kept")]
    Unverifiable { file: String, repository: String, what: &'static str },
    #[error(
        "{file} of {repository} arrived damaged: its digest is {found}, expected {expected}; nothing was kept, try \
         again"
    )]
    Damaged { file: String, repository: String, found: String, expected: String },
    #[error("cannot write the cache at {}: {cause}", .path.display())]
    Cache { path: PathBuf, cause: io::Error },
}

impl HubError {
    /// Whether the file certainly does not exist or is not available offline.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::NoFile { .. } | Self::Offline { .. })
    }

    /// Whether a retry may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Cut { .. } | Self::Damaged { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }

    /// Why the server is unavailable; `None` if it answers as expected.
    pub(super) fn outage(&self) -> Option<String> {
        match self {
            Self::Unreachable { cause, .. } => Some(cause.clone()),
            Self::Status { status, .. } if self.may_pass() => Some(format!("it responds {status}")),
            _ => None,
        }
    }

    /// The wait that the server asked for.
    pub(super) fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the hub cannot be reached at all.
    pub fn is_disconnection(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Offline { .. })
    }
}

/// Adds the path to an I/O error.
pub trait CacheContext<T> {
    fn at(self, path: &std::path::Path) -> Result<T, HubError>;
}

impl<T> CacheContext<T> for io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T, HubError> {
        self.map_err(|cause| HubError::Cache { path: path.to_owned(), cause })
    }
}
