//! BERT for sequence classification: shapes, weights, and one forward pass that candle can differentiate.
//!
//! May import: `domain`. Alone knows: `candle_core` and `candle_nn` (with `train`), `gemm`, `half`, `zip`. Knows no file layout but a checkpoint folder's, no optimiser, no schedule and no text.
//!
//! Every shape comment uses the alphabet of [`crate::domain::batch`]: B sequences, T tokens in the packed batch, H hidden,
//! A heads, D head size, F feed-forward, V rows of the word table, C classes; here also L, tokens of the longest
//! sequence of a batch, and R, rows used of a layer's output.

mod activation;
mod attention;
mod bert;
mod blocks;
mod checkpoint;
mod context;
mod dropout;
pub mod fused;
mod interrupt;
mod layout;
mod linear;
mod norm;
mod outputs;
mod parameters;
mod pretraining;
mod processor;
mod rounded_product;
mod rows;
pub(crate) mod vectorised;
mod weights;

pub use bert::{Bert, BertOutput, Implementation, NamedTensor, Pass};
/// What comes of a tensor operation, and what can be wrong with one.
pub use candle_core::{Error as TensorError, Result as TensorResult};
pub use checkpoint::{
    ModelError, ModelRequest, Pretrained, TooFewLayers, Unfit, WEIGHTS, draw_embedded, embedded_config, read_config,
    read_embedded, read_folder, shards,
};
pub use dropout::Masks;
pub use interrupt::Interrupt;
pub use layout::{Layout, TensorView};
pub use norm::RunningStatistics;
pub use parameters::Group;
pub use processor::Processor;
pub use rows::TableRows;
pub use vectorised::Simd;
pub use weights::{WORD_TABLE, Weights, layouts};
