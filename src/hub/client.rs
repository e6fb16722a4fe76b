//! From a repository and a file's name to a local path: the cache first, then the server, again and again where that
//! may help.

use super::cache::Cache;
use super::digest::Digest;
use super::download::{Download, Entry};
use super::error::HubError;
use super::http::{Answer, agent, escaped, head};
use super::news::{Listener, News};
use super::repository::{Repository, is_commit, is_path};
use super::settings::Settings;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use ureq::Agent;

/// How often a wait looks whether somebody wants to leave.
const SLICE: Duration = Duration::from_millis(50);
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often a file may arrive damaged.
const MOST_DAMAGED: u32 = 2;

/// A server and its cache. All files that one of these gives of a branch are of the same commit.
pub struct Hub {
    settings: Settings,
    agent: Agent,
    listener: Box<dyn Listener>,
    /// whether the server answered anything yet
    reached: AtomicBool,
    /// commits of branches and tags, as they were found first
    commits: Mutex<BTreeMap<Repository, String>>,
}

impl Hub {
    pub fn new(settings: Settings, listener: impl Listener + 'static) -> Self {
        let (agent, commits) = (agent(&settings), Mutex::default());
        Self { settings, agent, listener: Box::new(listener), reached: AtomicBool::new(false), commits }
    }

    /// The path of a file of a repository, fetched if need be. What it holds is what the server says that it must.
    pub fn file(&self, repository: &Repository, file: &str) -> Result<PathBuf, HubError> {
        if !is_path(file) {
            return Err(HubError::File { given: file.to_owned() });
        }
        let cache = Cache::new(&self.settings.cache, repository);
        let pinned = self.pinned(repository);
        let known = cache.commit(pinned.revision());
        if let Some(commit) = known.as_deref().filter(|_| pinned.is_pinned() || self.settings.offline) {
            if let Some(path) = cache.file(commit, file) {
                self.pin(repository, commit);
                return Ok(path);
            }
            if cache.is_known_missing(commit, file) {
                self.pin(repository, commit);
                return Err(HubError::NoFile { repository: repository.to_string(), file: file.to_owned() });
            }
        }
        if self.settings.offline {
            let cache = self.settings.cache.clone();
            return Err(HubError::Offline { file: file.to_owned(), repository: repository.to_string(), cache });
        }
        let fetched = self.fetch(&cache, repository, &pinned, file);
        let Err(HubError::Unreachable { cause, .. }) = &fetched else { return fetched };
        let cached = known.and_then(|commit| cache.file(&commit, file).map(|path| (commit, path)));
        let Some((commit, path)) = cached else { return fetched };
        self.listener.hear(News::FromCache { repository: repository.to_string(), cause: cause.clone() });
        self.pin(repository, &commit);
        Ok(path)
    }

    /// At the commit where its files were found so far.
    fn pinned(&self, repository: &Repository) -> Repository {
        let commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.get(repository).map_or_else(|| repository.clone(), |commit| repository.at(commit))
    }

    fn pin(&self, repository: &Repository, commit: &str) {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.insert(repository.clone(), commit.to_owned());
    }

    /// Tries until it is there, or until trying again is no use. What brings a file further is no failed try.
    fn fetch(
        &self,
        cache: &Cache,
        repository: &Repository,
        pinned: &Repository,
        file: &str,
    ) -> Result<PathBuf, HubError> {
        let (mut failed, mut damaged, mut furthest) = (0, 0, 0);
        loop {
            let mut bytes = 0;
            let error = match self.fetch_once(cache, repository, pinned, file, &mut bytes) {
                Ok(path) => return Ok(path),
                Err(error) => error,
            };
            damaged += u32::from(matches!(error, HubError::Damaged { .. }));
            failed = if bytes > furthest { 1 } else { failed + 1 };
            furthest = furthest.max(bytes);
            let hopeless = !error.may_pass()
                || failed >= self.settings.back_off.tries
                || damaged >= MOST_DAMAGED
                // somebody without a network wants to hear so at once
                || !self.reached.load(Ordering::Relaxed);
            if hopeless {
                return Err(error);
            }
            let wait = self.settings.back_off.first * 2u32.pow(failed.min(8) - 1);
            let after = error.asked_wait().unwrap_or(wait).min(LONGEST_WAIT);
            self.listener.hear(News::Retrying { file, cause: error.to_string(), after });
            self.pause(after)?;
        }
    }

    fn fetch_once(
        &self,
        cache: &Cache,
        repository: &Repository,
        pinned: &Repository,
        file: &str,
        bytes: &mut u64,
    ) -> Result<PathBuf, HubError> {
        let (entry, commit) = self.ask(cache, repository, pinned, file)?;
        let path = match cache.file(&commit, file) {
            Some(path) => path,
            None => {
                Download { hub: self, cache, repository, file, entry: &entry }.run(bytes)?;
                cache.link(&commit, file, &entry.digest)?
            }
        };
        cache.remember_commit(pinned.revision(), &commit)?;
        self.pin(repository, &commit);
        Ok(path)
    }

    /// What the server says of a file, and of which commit it is.
    fn ask(
        &self,
        cache: &Cache,
        repository: &Repository,
        pinned: &Repository,
        file: &str,
    ) -> Result<(Entry, String), HubError> {
        let escaped_file = file.split('/').map(escaped).collect::<Vec<_>>().join("/");
        let page = format!("{}/resolve/{}/{escaped_file}", pinned.page(), escaped(pinned.revision()));
        let name = |cause: String| HubError::Unreachable {
            endpoint: self.settings.endpoint.to_string(),
            cause,
            file: file.to_owned(),
            repository: repository.to_string(),
            cache: self.settings.cache.clone(),
        };
        let address = self.settings.endpoint.page(&page).ok_or_else(|| name("its address is none".into()))?;
        let answer = head(&self.agent, &self.settings, address).map_err(|error| name(plain(&error)))?;
        self.reached.store(true, Ordering::Relaxed);
        let commit = answer.header("x-repo-commit").filter(|commit| is_commit(commit)).map(str::to_owned);
        let linked = answer.response.status().is_redirection() && answer.header("x-linked-etag").is_some();
        if !answer.response.status().is_success() && !linked {
            let error = self.refusal(&answer, repository, file);
            if let (HubError::NoFile { .. }, Some(commit)) = (&error, &commit) {
                // a cache that cannot be written is found out when there is something to keep
                let _ = cache.remember_missing(commit, file);
                let _ = cache.remember_commit(pinned.revision(), commit);
                self.pin(repository, commit);
            }
            return Err(error);
        }
        let lacks = |what| HubError::Unverifiable { file: file.to_owned(), repository: repository.to_string(), what };
        let tag = answer.header("x-linked-etag").or_else(|| answer.header("etag"));
        let digest = tag.and_then(Digest::parse).ok_or_else(|| lacks("what its digest is"))?;
        let commit = commit.ok_or_else(|| lacks("of which commit it is"))?;
        let length = || answer.number("content-length").filter(|_| !linked);
        let size = answer.number("x-linked-size").or_else(length).ok_or_else(|| lacks("how long it is"))?;
        Ok((Entry { digest, size, page: answer.from }, commit))
    }

    fn refusal(&self, answer: &Answer, repository: &Repository, file: &str) -> HubError {
        let (endpoint, id) = (self.settings.endpoint.to_string(), repository.id().to_owned());
        match (answer.status(), answer.header("x-error-code")) {
            (401 | 403, Some("GatedRepo")) | (403, _) => HubError::Gated { endpoint, id },
            (401, _) | (404, Some("RepoNotFound")) => HubError::NoRepository { endpoint, id },
            (404, Some("RevisionNotFound")) => HubError::NoRevision { id, revision: repository.revision().to_owned() },
            (404, _) => HubError::NoFile { repository: repository.to_string(), file: file.to_owned() },
            _ => self.status(answer, repository, file),
        }
    }

    pub(super) fn status(&self, answer: &Answer, repository: &Repository, file: &str) -> HubError {
        HubError::Status {
            file: file.to_owned(),
            repository: repository.to_string(),
            status: answer.status(),
            retry_after: answer.number("retry-after").map(Duration::from_secs),
        }
    }

    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn listener(&self) -> &dyn Listener {
        self.listener.as_ref()
    }

    /// Waits, unless somebody wants to leave.
    pub(super) fn pause(&self, time: Duration) -> Result<(), HubError> {
        let begin = Instant::now();
        loop {
            if self.listener.wants_to_leave() {
                return Err(HubError::Left);
            }
            match time.checked_sub(begin.elapsed()) {
                Some(rest) if !rest.is_zero() => std::thread::sleep(rest.min(SLICE)),
                _ => return Ok(()),
            }
        }
    }
}

/// What went wrong, in words.
pub(super) fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(cause) => cause.to_string(),
        ureq::Error::Timeout(_) => "it does not answer in time".into(),
        ureq::Error::HostNotFound => "no server of that name is found".into(),
        other => other.to_string(),
    }
}
