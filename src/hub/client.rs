//! From a repository and a file name to a local path: the cache first, then the server, with retries.

use super::digest::Digest;
use super::download::{Download, FileMetadata};
use super::error::HubError;
use super::event::{DownloadEvent, Listener};
use super::http::{Agents, Reply, escaped, head, plain};
use super::repository::{Repository, is_commit, is_path};
use super::settings::HubSettings;
use super::wanted::FileRequest;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bound of a wait that the server asks for.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How many downloads with a wrong digest are tolerated.
const MOST_DAMAGED: u32 = 2;

/// A server and its cache. All files of a branch that one `Hub` returns come from the same commit.
pub struct Hub {
    settings: HubSettings,
    agents: Agents,
    listener: Box<dyn Listener>,
    /// whether the server has answered yet
    reached: AtomicBool,
    /// the commit of each branch or tag at its first use
    commits: Mutex<BTreeMap<Repository, String>>,
}

impl Hub {
    pub fn new(settings: HubSettings, listener: impl Listener + 'static) -> Self {
        let (agents, commits) = (Agents::default(), Mutex::default());
        Self { settings, agents, listener: Box::new(listener), reached: AtomicBool::new(false), commits }
    }

    /// The path of a file of a repository, downloaded if needed and verified against the digest that the server announces.
    pub fn file(&self, repository: &Repository, file: &str) -> Result<PathBuf, HubError> {
        if !is_path(file) {
            return Err(HubError::File { given: file.to_owned() });
        }
        let wanted = FileRequest::new(&self.settings, repository, self.pinned(repository), file);
        let known = wanted.cache.commit(wanted.pinned.revision());
        if let Some(commit) = known.as_deref().filter(|_| wanted.pinned.is_pinned() || self.settings.offline) {
            let found = wanted.cache.file(commit, file);
            if found.is_some() || wanted.cache.is_known_missing(commit, file) {
                self.pin(repository, commit);
                return found.ok_or_else(|| wanted.no_file());
            }
        }
        if self.settings.offline {
            return Err(wanted.offline(&self.settings));
        }
        let fetched = self.fetch(&wanted);
        let Some(cause) = fetched.as_ref().err().and_then(HubError::outage) else { return fetched };
        let cached = known.and_then(|commit| wanted.cache.file(&commit, file).map(|path| (commit, path)));
        let Some((commit, path)) = cached else { return fetched };
        self.listener.on_event(DownloadEvent::FromCache { repository: repository.to_string(), cause });
        self.pin(repository, &commit);
        Ok(path)
    }

    /// The repository at the commit of its first use.
    fn pinned(&self, repository: &Repository) -> Repository {
        let commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.get(repository).map_or_else(|| repository.clone(), |commit| repository.at(commit))
    }

    fn pin(&self, repository: &Repository, commit: &str) {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.insert(repository.clone(), commit.to_owned());
    }

    /// Retries until the file is complete or a retry cannot help. Progress resets the retry count.
    fn fetch(&self, wanted: &FileRequest<'_>) -> Result<PathBuf, HubError> {
        let (mut failed, mut damaged, mut furthest) = (0, 0, 0);
        loop {
            let mut bytes = 0;
            let error = match self.fetch_once(wanted, &mut bytes) {
                Ok(path) => return Ok(path),
                Err(error) => error,
            };
            damaged += u32::from(matches!(error, HubError::Damaged { .. }));
            failed = if bytes > furthest { 1 } else { failed + 1 };
            furthest = furthest.max(bytes);
            let hopeless = !error.may_pass()
                || failed >= self.settings.back_off.tries
                || damaged >= MOST_DAMAGED
                // without a network the first failure is reported at once
                || !self.reached.load(Ordering::Relaxed);
            if hopeless {
                return Err(error);
            }
            let wait = self.settings.back_off.first * 2u32.pow(failed.min(8) - 1);
            let after = error.asked_wait().unwrap_or(wait).min(LONGEST_WAIT);
            self.listener.on_event(DownloadEvent::Retrying { file: wanted.file, cause: error.to_string(), after });
            std::thread::sleep(after);
        }
    }

    fn fetch_once(&self, wanted: &FileRequest<'_>, bytes: &mut u64) -> Result<PathBuf, HubError> {
        let (entry, commit) = self.ask(wanted)?;
        let path = match wanted.cache.file(&commit, wanted.file) {
            Some(path) => path,
            None => {
                let (settings, agents, listener) = (&self.settings, &self.agents, &*self.listener);
                Download { settings, agents, listener, wanted, entry: &entry }.run(bytes)?;
                wanted.cache.link(&commit, wanted.file, &entry.digest)?
            }
        };
        wanted.cache.remember_commit(wanted.pinned.revision(), &commit)?;
        self.pin(wanted.repository, &commit);
        Ok(path)
    }

    /// Metadata of a file, and its commit.
    fn ask(&self, wanted: &FileRequest<'_>) -> Result<(FileMetadata, String), HubError> {
        let unreachable = |cause| wanted.unreachable(&self.settings, cause);
        let (pinned, file) = (&wanted.pinned, wanted.file.split('/').map(escaped).collect::<Vec<_>>().join("/"));
        let page = format!("{}/resolve/{}/{file}", pinned.page(), escaped(pinned.revision()));
        let address = self.settings.endpoint.page(&page).ok_or_else(|| unreachable("no address".into()))?;
        let answer = head(&self.agents, &self.settings, address).map_err(|error| unreachable(plain(&error)))?;
        self.reached.store(true, Ordering::Relaxed);
        let commit = answer.header("x-repo-commit").filter(|commit| is_commit(commit)).map(str::to_owned);
        // the digest of a large file is in the same response as its location
        let linked = answer.response.status().is_redirection() && answer.header("x-linked-etag").is_some();
        if !answer.response.status().is_success() && !linked {
            let error = self.refusal(&answer, wanted);
            if let (HubError::NoFile { .. }, Some(commit)) = (&error, &commit) {
                // an unwritable cache is reported when a file is to be stored
                let _ = wanted.cache.remember_missing(commit, wanted.file);
                let _ = wanted.cache.remember_commit(pinned.revision(), commit);
                self.pin(wanted.repository, commit);
            }
            return Err(error);
        }
        let tag = answer.header("x-linked-etag").or_else(|| answer.header("etag"));
        let digest = tag.and_then(Digest::parse).ok_or_else(|| wanted.lacks("its digest"))?;
        let commit = commit.ok_or_else(|| wanted.lacks("its commit"))?;
        let length = || answer.number("content-length").filter(|_| !linked);
        let size = answer.number("x-linked-size").or_else(length).ok_or_else(|| wanted.lacks("its length"))?;
        Ok((FileMetadata { digest, size, page: answer.from }, commit))
    }

    fn refusal(&self, answer: &Reply, wanted: &FileRequest<'_>) -> HubError {
        let (endpoint, id) = (self.settings.endpoint.to_string(), wanted.repository.id().to_owned());
        let token = self.settings.token.as_ref().map(|token| token.source.clone());
        match (answer.status(), answer.header("x-error-code"), token) {
            (401 | 403, Some("GatedRepo"), token) => {
                HubError::Gated { page: format!("{endpoint}/{}", wanted.repository.page()), endpoint, id, token }
            }
            (403, ..) => {
                let why = answer.header("x-error-message").unwrap_or("it gives no reason").to_owned();
                HubError::Forbidden { endpoint, id, why }
            }
            (401 | 404, Some("RepoNotFound"), token) | (401, _, token @ None) => {
                HubError::NoRepository { endpoint, id, token }
            }
            (401, _, Some(token)) => HubError::TokenRefused { endpoint, token },
            (404, Some("RevisionNotFound"), _) => {
                HubError::NoRevision { id, revision: wanted.repository.revision().to_owned() }
            }
            (404, ..) => wanted.no_file(),
            _ => wanted.status(answer),
        }
    }
}
