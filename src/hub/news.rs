//! What is told while files are fetched, and whoever listens.

use std::time::Duration;

/// Something that happened on the way to a file.
#[derive(Clone, Debug, PartialEq)]
pub enum News<'n> {
    /// so many bytes of a file are here; told before the first comes, and as it grows
    Fetched { file: &'n str, bytes: u64, of: u64 },
    /// a file is whole, verified, and has its name
    Done { file: &'n str },
    /// another process fetches the same file
    Waiting { file: &'n str },
    /// something went wrong that may pass
    Retrying { file: &'n str, cause: String, after: Duration },
    /// the server is of no use now, so that what the cache has is taken as it is
    FromCache { repository: String, cause: String },
}

/// Whoever is told, on the thread that fetches.
pub trait Listener: Send + Sync {
    fn hear(&self, news: News<'_>);
}

impl<L: Listener + ?Sized> Listener for std::sync::Arc<L> {
    fn hear(&self, news: News<'_>) {
        self.as_ref().hear(news);
    }
}

/// Nobody.
pub struct Silent;

impl Listener for Silent {
    fn hear(&self, _: News<'_>) {}
}
