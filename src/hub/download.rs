//! Downloads one file into the cache: resumed from a partial file, verified, then renamed. The process may end at any
//! moment: the partial file stays, and the system releases the lock.

use super::address::Address;
use super::digest::Digest;
use super::error::{CacheContext, HubError};
use super::event::{DownloadEvent, Listener};
use super::http::{Agents, Reply, get, plain};
use super::settings::HubSettings;
use super::wanted::FileRequest;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::time::Duration;

/// How often a process that waits for the lock of another polls.
const POLL: Duration = Duration::from_millis(100);

/// Metadata of a file on the server.
pub struct FileMetadata {
    pub digest: Digest,
    /// bytes
    pub size: u64,
    pub page: Address,
}

/// A file to download.
pub struct Download<'d> {
    pub settings: &'d HubSettings,
    pub agents: &'d Agents,
    pub listener: &'d dyn Listener,
    pub wanted: &'d FileRequest<'d>,
    pub entry: &'d FileMetadata,
}

impl Download<'_> {
    /// Returns once the blob is complete in the cache. `bytes` counts the bytes present, also after an error.
    pub fn run(&self, bytes: &mut u64) -> Result<(), HubError> {
        let (cache, FileMetadata { digest, size, .. }) = (&self.wanted.cache, self.entry);
        // released when the file is closed
        let _lock = self.lock()?;
        if cache.has_blob(digest) {
            return Ok(());
        }
        let partial = cache.partial(digest);
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
            return Err(self.wanted.damaged(found.as_str(), digest.as_str()));
        }
        cache.keep_blob(digest)?;
        self.listener.on_event(DownloadEvent::Done { file: self.wanted.file });
        Ok(())
    }

    /// Takes the lock, waiting for another process that downloads the same file.
    fn lock(&self) -> Result<File, HubError> {
        let lock = self.wanted.cache.lock(&self.entry.digest)?;
        let mut told = false;
        loop {
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    if !std::mem::replace(&mut told, true) {
                        self.listener.on_event(DownloadEvent::Waiting { file: self.wanted.file });
                    }
                    std::thread::sleep(POLL);
                }
                // the file system has no locks: if two processes write at once, the digest will not match
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(lock),
            }
        }
    }

    /// Appends the missing bytes.
    fn receive(&self, output: &mut File, bytes: &mut u64) -> Result<(), HubError> {
        let (partial, size) = (self.wanted.cache.partial(&self.entry.digest), self.entry.size);
        let answer = get(self.agents, self.settings, self.entry.page.clone(), *bytes)
            .map_err(|error| self.wanted.cut(plain(&error)))?;
        match answer.status() {
            206 if starts_at(&answer, *bytes) => {}
            // the whole file: the server does not support ranges
            200 => {
                output.set_len(0).at(&partial)?;
                *bytes = 0;
            }
            206 | 416 => {
                output.set_len(0).at(&partial)?;
                return Err(self.wanted.cut("the server sent another range than requested".into()));
            }
            _ => return Err(self.wanted.status(&answer)),
        }
        // one byte more than expected shows that the file is too long
        let most = size.saturating_add(1) - *bytes;
        let mut body = answer.response.into_body().into_with_config().limit(u64::MAX).reader().take(most);
        let ended = |bytes: u64, how: &str| self.wanted.cut(format!("{how} after {bytes} of {size} bytes"));
        let tell = |bytes: u64| {
            self.listener.on_event(DownloadEvent::Fetched { file: self.wanted.file, bytes: bytes.min(size), of: size });
        };
        tell(*bytes);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = body.read(&mut buffer).map_err(|error| ended(*bytes, &error.to_string()))?;
            if count == 0 {
                break;
            }
            output.write_all(&buffer[..count]).at(&partial)?;
            *bytes += count as u64;
            tell(*bytes);
        }
        match *bytes < size {
            true => Err(ended(*bytes, "the connection ended")),
            false => Ok(()),
        }
    }
}

/// Whether a partial response starts at the requested byte.
fn starts_at(answer: &Reply, byte: u64) -> bool {
    let range = answer.header("content-range").and_then(|range| range.trim().strip_prefix("bytes "));
    range.and_then(|range| range.split_once('-')).is_some_and(|(from, _)| from.parse() == Ok(byte))
}
