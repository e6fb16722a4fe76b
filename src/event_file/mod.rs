//! TensorBoard's event files: bytes to and from scalars.
//!
//! May import: no other room. Alone knows: `prost`, `crc32c`. The handful of messages needed stand in `messages` as prost derives, after
//! `tensorboard/compat/proto/*.proto`; no .proto file and no compiler for it is needed. Knows nothing about runs.

mod decode;
mod frame;
mod messages;
mod read;
mod scalar;
mod write;

pub use decode::{Decoder, EventItem, Skipped};
pub use read::{End, Scalar, read};
pub use write::EventWriter;
