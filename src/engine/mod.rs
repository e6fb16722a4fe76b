//! The sweep at work: every thread and every channel of training is made here.
//!
//! May import: everything below it. Knows no front: it takes commands and sends events. A front that leaves ends it.

mod conductor;
mod prepare;
mod pretrainer;
mod priority;
mod recorder;
mod request;
mod signals;
mod wires;
mod worker;

pub use conductor::{Engine, Options};
pub use prepare::{PrepareError, Prepared, prepare};
pub use pretrainer::Pretrainer;
pub use request::{Opened, Request, RequestError};
pub use signals::stop_signals;
