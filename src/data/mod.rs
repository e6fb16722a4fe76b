//! Text to integers: files of labelled sentence pairs become packed batches.
//!
//! May import: `domain`. Knows no tensor, no weights and no training; what it hands on are plain integers.

mod batching;
mod columns;
mod csv;
mod error;
mod examples;
mod format;
mod jsonl;
mod masking;
mod rows;
mod split;
mod table;
mod task;
mod text;
mod tokenizer;
mod tsv;

pub use batching::{epoch_order, evaluation_batches, gather};
pub use columns::{CLASSES, Columns, Pair};
pub use error::DataError;
pub use examples::Examples;
pub use format::Format;
pub use masking::{Masked, Masking};
pub use rows::WordRows;
pub use split::split;
pub use table::{Row, Table};
pub use task::{Sets, files_of, read_embedded, read_folder};
pub use tokenizer::PairTokenizer;
