//! Text to integers: files of labelled sentences, one or two an example, become packed batches.
//!
//! May import: `domain`. Knows no tensor, no weights and no training; what it hands on are plain integers.

mod batching;
mod classes;
mod columns;
mod csv;
mod error;
mod examples;
mod format;
mod jsonl;
mod masking;
mod parquet;
mod rows;
mod split;
mod table;
mod task;
mod text;
mod tokenizer;
mod tsv;

pub use batching::{epoch_order, evaluation_batches, gather};
pub use classes::Classes;
pub use columns::{Columns, Example, Set};
pub use error::DataError;
pub use examples::Examples;
pub use format::{Format, SetFile};
pub use masking::{Masked, Masking};
pub use rows::WordRows;
pub use split::split;
pub use table::{Choice, Choose, Row, Table};
pub use task::{SetFiles, Sets, files_of, find_in_folder, read_embedded, read_files};
pub use tokenizer::PairTokenizer;
