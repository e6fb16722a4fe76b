//! The content of one file, into the cache: from where an earlier try ended, verified, then named.

use super::cache::Cache;
use super::client::{Hub, plain};
use super::digest::Digest;
use super::error::{At, HubError};
use super::http::{Address, Answer, get};
use super::news::News;
use super::repository::Repository;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::time::Duration;

/// How often somebody who waits for another process looks.
const LOOK: Duration = Duration::from_millis(100);

/// What the server says of a file.
pub struct Entry {
    pub digest: Digest,
    /// bytes
    pub size: u64,
    pub page: Address,
}

/// A file on its way.
pub struct Download<'d> {
    pub hub: &'d Hub,
    pub cache: &'d Cache,
    pub repository: &'d Repository,
    pub file: &'d str,
    pub entry: &'d Entry,
}

impl Download<'_> {
    /// Ends with the blob in the cache, whole. `bytes` is how far it came, whatever the end.
    pub fn run(&self, bytes: &mut u64) -> Result<(), HubError> {
        let Entry { digest, size, .. } = self.entry;
        // let go when this file is closed
        let _lock = self.lock()?;
        if self.cache.has_blob(digest) {
            return Ok(());
        }
        let partial = self.cache.partial(digest);
        let mut output = File::options().create(true).append(true).open(&partial).at(&partial)?;
        *bytes = output.metadata().at(&partial)?.len();
        if *bytes > *size {
            output.set_len(0).at(&partial)?;
            *bytes = 0;
        }
        if *bytes < *size {
            self.receive(&mut output, bytes)?;
        }
        output.sync_all().at(&partial)?;
        let found = digest.of_file(&partial).at(&partial)?;
        if found != *digest {
            fs::remove_file(&partial).at(&partial)?;
            let (found, expected) = (found.as_str().to_owned(), digest.as_str().to_owned());
            let (file, repository) = (self.file.to_owned(), self.repository.to_string());
            return Err(HubError::Damaged { file, repository, found, expected });
        }
        self.cache.keep_blob(digest)?;
        self.hub.listener().hear(News::Done { file: self.file });
        Ok(())
    }

    /// Waits for another process that fetches the same.
    fn lock(&self) -> Result<File, HubError> {
        let lock = self.cache.lock(&self.entry.digest)?;
        let mut told = false;
        loop {
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    if !std::mem::replace(&mut told, true) {
                        self.hub.listener().hear(News::Waiting { file: self.file });
                    }
                    self.hub.pause(LOOK)?;
                }
                // a file system that knows no locks: should two write at once, the digest tells
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(lock),
            }
        }
    }

    /// Appends what is missing.
    fn receive(&self, output: &mut File, bytes: &mut u64) -> Result<(), HubError> {
        let partial = self.cache.partial(&self.entry.digest);
        let answer = self.ask(*bytes)?;
        match answer.status() {
            206 if starts_at(&answer, *bytes) => {}
            // all of it: a server that knows no parts
            200 => {
                output.set_len(0).at(&partial)?;
                *bytes = 0;
            }
            206 | 416 => {
                output.set_len(0).at(&partial)?;
                return Err(self.cut("the server gives other bytes than were asked for".into()));
            }
            _ => return Err(self.hub.status(&answer, self.repository, self.file)),
        }
        let size = self.entry.size;
        // a byte more than expected is enough to know that it is too long
        let most = size.saturating_add(1) - *bytes;
        let mut body = answer.response.into_body().into_with_config().limit(u64::MAX).reader().take(most);
        let mut buffer = vec![0; 1 << 16];
        loop {
            self.hub.pause(Duration::ZERO)?;
            let count = body.read(&mut buffer).map_err(|error| self.cut(error.to_string()))?;
            if count == 0 {
                break;
            }
            output.write_all(&buffer[..count]).at(&partial)?;
            *bytes += count as u64;
            self.hub.listener().hear(News::Fetched { file: self.file, bytes: (*bytes).min(size), of: size });
        }
        match *bytes < size {
            true => Err(self.cut(format!("the connection ended after {bytes} of {size} bytes"))),
            false => Ok(()),
        }
    }

    fn ask(&self, from: u64) -> Result<Answer, HubError> {
        get(self.hub.agent(), self.hub.settings(), self.entry.page.clone(), from)
            .map_err(|error| self.cut(plain(&error)))
    }

    fn cut(&self, cause: String) -> HubError {
        HubError::Cut { file: self.file.to_owned(), repository: self.repository.to_string(), cause }
    }
}

/// Whether a part of a file begins where it was asked to.
fn starts_at(answer: &Answer, byte: u64) -> bool {
    let range = answer.header("content-range").and_then(|range| range.trim().strip_prefix("bytes "));
    range.and_then(|range| range.split_once('-')).is_some_and(|(from, _)| from.parse() == Ok(byte))
}
