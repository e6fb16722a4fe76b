//! Why a file is not there, each with what to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("`{given}` is no repository of the hub; expected OWNER/NAME or OWNER/NAME@REVISION")]
    Name { given: String },
    #[error("`{given}` is no name of a file in a repository")]
    File { given: String },
    #[error("HF_ENDPOINT is `{given}`, expected an address such as https://huggingface.co, without a password")]
    Endpoint { given: String },
    #[error("the token from {token} has characters that no token has; copy it again")]
    Token { token: String },
    #[error(
        "HF_ENDPOINT is {endpoint}, where anybody on the way could read the token from {token}: take https, send no token \
         with HF_HUB_DISABLE_IMPLICIT_TOKEN=1, or allow it with BATCHSCOPE_TOKEN_OVER_HTTP=1"
    )]
    PlainToken { endpoint: String, token: String },
    #[error("{variable} is `{given}`, expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT")]
    Proxy { variable: String, given: String },
    #[error("{given}, and no certificate can be read there: {cause}")]
    Certificates { given: String, cause: String },
    #[error("no home folder to keep downloads in; say where with HF_HOME")]
    NoHome,
    #[error("{endpoint} cannot be reached ({cause}), and {wanted} is not in the cache {}", .cache.display())]
    Unreachable { endpoint: String, cause: String, wanted: String, cache: PathBuf },
    #[error("{file} of {repository} is not in the cache {}, and nothing is to be downloaded now", .cache.display())]
    Offline { file: String, repository: String, cache: PathBuf },
    #[error("{endpoint} has no repository `{id}` that it shows you; check the spelling{}", match .token {
        Some(token) => format!("; where it is private, the token from {token} does not open it"),
        None => ", and where it is private set HF_TOKEN".into(),
    })]
    NoRepository { endpoint: String, id: String, token: Option<String> },
    #[error("{endpoint} asks for access to `{id}` first; accept its conditions on {page}{}", match .token {
        Some(token) => format!(" with the account of the token from {token}"),
        None => ", then set HF_TOKEN".into(),
    })]
    Gated { endpoint: String, id: String, page: String, token: Option<String> },
    #[error(
        "{endpoint} refuses the token from {token}; make another on {endpoint}/settings/tokens, or go without one: public \
         repositories need none"
    )]
    TokenRefused { endpoint: String, token: String },
    #[error("{endpoint} forbids access to `{id}` (403: {why}); a token of few rights, or a proxy, may be the cause")]
    Forbidden { endpoint: String, id: String, why: String },
    #[error("`{id}` has no revision `{revision}`; take a branch, a tag or a commit of it")]
    NoRevision { id: String, revision: String },
    #[error("{repository} has no file {file}")]
    NoFile { repository: String, file: String },
    #[error("{file} of {repository} cannot be fetched: the server answers {status}; try again later")]
    Status { file: String, repository: String, status: u16, retry_after: Option<Duration> },
    #[error("{file} of {repository} cannot be fetched: {cause}; try again, what is here already stays")]
    Cut { file: String, repository: String, cause: String },
    #[error("{file} of {repository} cannot be trusted: the server does not say {what}; nothing was kept")]
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
    /// Whether it says for certain that there is no such file, or that it is not to be had now.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::NoFile { .. } | Self::Offline { .. })
    }

    /// Whether trying again may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Cut { .. } | Self::Damaged { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }

    /// Why the server is of no use now, in words; nothing where it answers as it should.
    pub(super) fn outage(&self) -> Option<String> {
        match self {
            Self::Unreachable { cause, .. } => Some(cause.clone()),
            Self::Status { status, .. } if self.may_pass() => Some(format!("it answers {status}")),
            _ => None,
        }
    }

    /// How long the server asked to be left alone.
    pub(super) fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether nothing of the hub can be had now.
    pub fn is_disconnection(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Offline { .. })
    }
}

/// Puts the path to what failed.
pub trait At<T> {
    fn at(self, path: &std::path::Path) -> Result<T, HubError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T, HubError> {
        self.map_err(|cause| HubError::Cache { path: path.to_owned(), cause })
    }
}
