//! Text to integers: files of labelled sentence pairs become packed batches.
//!
//! May import: `domain`. Knows no tensor, no weights and no training; what it hands on are plain integers.

mod batching;
mod error;
mod examples;
mod masking;
mod rows;
mod split;
mod task;
mod tokenizer;
mod tsv;

pub use batching::{epoch_order, evaluation_batches, gather};
pub use error::DataError;
pub use examples::Examples;
pub use masking::{Masked, Masking};
pub use rows::WordRows;
pub use split::split;
pub use task::{Sets, read_embedded, read_folder};
pub use tokenizer::PairTokenizer;
pub use tsv::{Pair, parse_pairs};
