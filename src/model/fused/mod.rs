//! An encoder layer, and the embeddings, as one operation each with a hand-written backward pass, for the CPU.
//!
//! The composed blocks are the definition; this is the same arithmetic in few passes over reused buffers, and tests
//! hold the two equal (`tests/it/fused.rs`). Only the GELU activation is here: other models run composed.

mod attention;
mod batch_norm;
pub mod elementwise;
mod embeddings;
mod first_attention;
mod layer;
pub mod matmul;
mod norm;
pub mod normalize;
mod operation;
mod workspace;

pub use embeddings::{EmbeddingsOperation, EmbeddingsShape, EmbeddingsWorkspace};
pub use layer::Shape;
pub use normalize::Statistics;
pub use operation::EncoderLayerOperation;
pub use workspace::{Scratch, Workspace};
