//! Files by name from the Hugging Face Hub, or from a server that answers as it does.
//!
//! May import: `domain`. Alone knows: `ureq`, `rustls_native_certs`, `sha1`. Knows no tensors, texts or terminals. A file gets its name in
//! the cache only once its digest matches the one the server announced. The cache has the layout of Python's
//! `huggingface_hub`, so that the two share downloads.

mod address;
mod cache;
mod client;
mod digest;
mod download;
mod error;
mod http;
mod known;
mod event;
mod proxy;
mod repository;
mod settings;
mod trust;
mod wanted;

pub use client::Hub;
pub use error::HubError;
pub use event::{DownloadEvent, Listener, Silent};
pub use known::meant;
pub use repository::{Repository, RepositoryKind};
pub use settings::{BackOff, HubSettings};
