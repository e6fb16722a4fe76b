//! Progress of downloads, and the listener that receives it.

use std::time::Duration;

/// Progress of a download.
#[derive(Clone, Debug, PartialEq)]
pub enum DownloadEvent<'n> {
    /// bytes of a file that are present; sent before the first arrives, and repeatedly after
    Fetched { file: &'n str, bytes: u64, of: u64 },
    /// a file is complete, verified and named
    Done { file: &'n str },
    /// another process is downloading the same file
    Waiting { file: &'n str },
    /// a temporary failure
    Retrying { file: &'n str, cause: String, after: Duration },
    /// the server is unavailable, so the cached files are used unchecked
    FromCache { repository: String, cause: String },
}

/// Receives progress on the downloading thread.
pub trait Listener: Send + Sync {
    fn on_event(&self, event: DownloadEvent<'_>);
}

impl<L: Listener + ?Sized> Listener for std::sync::Arc<L> {
    fn on_event(&self, event: DownloadEvent<'_>) {
        self.as_ref().on_event(event);
    }
}

/// Ignores all progress.
pub struct Silent;

impl Listener for Silent {
    fn on_event(&self, _: DownloadEvent<'_>) {}
}
