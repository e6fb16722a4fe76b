//! A requested file, and the errors about it.

use super::cache::Cache;
use super::error::HubError;
use super::http::Reply;
use super::repository::Repository;
use super::settings::HubSettings;
use std::time::Duration;

pub struct FileRequest<'w> {
    pub cache: Cache,
    /// as requested
    pub repository: &'w Repository,
    /// at the commit of its first use
    pub pinned: Repository,
    pub file: &'w str,
}

impl<'w> FileRequest<'w> {
    pub fn new(settings: &HubSettings, repository: &'w Repository, pinned: Repository, file: &'w str) -> Self {
        Self { cache: Cache::new(&settings.cache, repository), repository, pinned, file }
    }

    /// The file and its repository, for messages.
    fn names(&self) -> (String, String) {
        (self.file.to_owned(), self.repository.to_string())
    }

    pub fn no_file(&self) -> HubError {
        let (file, repository) = self.names();
        HubError::NoFile { repository, file }
    }

    pub fn offline(&self, settings: &HubSettings) -> HubError {
        let (file, repository) = self.names();
        HubError::Offline { file, repository, cache: settings.cache.clone() }
    }

    pub fn unreachable(&self, settings: &HubSettings, cause: String) -> HubError {
        let (endpoint, cache) = (settings.endpoint.to_string(), settings.cache.clone());
        HubError::Unreachable { endpoint, cause, wanted: format!("{} of {}", self.file, self.repository), cache }
    }

    /// The server does not send what is needed to verify the file.
    pub fn lacks(&self, what: &'static str) -> HubError {
        let (file, repository) = self.names();
        HubError::Unverifiable { file, repository, what }
    }

    pub fn status(&self, answer: &Reply) -> HubError {
        let (file, repository) = self.names();
        let retry_after = answer.number("retry-after").map(Duration::from_secs);
        HubError::Status { file, repository, status: answer.status(), retry_after }
    }

    /// The connection ended early.
    pub fn cut(&self, cause: String) -> HubError {
        let (file, repository) = self.names();
        HubError::Cut { file, repository, cause }
    }

    pub fn damaged(&self, found: &str, expected: &str) -> HubError {
        let (file, repository) = self.names();
        HubError::Damaged { file, repository, found: found.to_owned(), expected: expected.to_owned() }
    }
}
