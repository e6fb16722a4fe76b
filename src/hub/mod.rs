//! Files by name from the Hugging Face Hub, or from a server that answers as it does.
//!
//! May import: `domain`. Knows no tensor, no text and no terminal. A file has its name in
//! the cache only once its digest is that which the server names; the cache's layout is that of Python's
//! `huggingface_hub`, so that either finds what the other fetched.

mod cache;
mod client;
mod digest;
mod download;
mod error;
mod http;
mod known;
mod news;
mod proxy;
mod repository;
mod settings;
mod trust;
mod wanted;

pub use client::Hub;
pub use error::HubError;
pub use known::meant;
pub use news::{Listener, News, Silent};
pub use repository::{Kind, Repository};
pub use settings::{BackOff, Settings};
