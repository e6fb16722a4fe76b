//! An encoder layer as one operation with a hand-written backward pass, for the CPU.
//!
//! The composed blocks are the definition; this is the same arithmetic in few passes over reused buffers, and tests
//! hold the two equal (`tests/it/fused.rs`). Only the GELU activation is here: other models run composed.

mod attention;
mod batch_norm;
pub mod elementwise;
mod layer;
pub mod matmul;
pub mod normalize;
mod operation;
mod workspace;

pub use layer::Shape;
pub use normalize::Statistics;
pub use operation::EncoderLayerOperation;
pub use workspace::Workspace;
