//! Text to integers: files of labelled sentences, one or two per example, and text for pre-training become packed
//! batches.
//!
//! May import: `domain`. Alone knows: `tokenizers`, `parquet`, `flate2`. Knows no tensors, weights or training; its output
//! is plain integers.

mod batching;
mod classes;
mod column_layout;
mod columns;
mod corpus;
mod csv;
mod error;
mod examples;
mod format;
mod jsonl;
mod masking;
mod packed;
mod parquet;
mod rows;
mod search;
mod separator;
mod sequences;
mod set_file;
mod split;
mod table;
mod task;
mod text;
mod tokenizer;
mod tsv;
mod vocabulary;

pub use batching::{epoch_order, evaluation_batches};
pub use classes::Classes;
pub use columns::{Columns, Example, Set, SetPart};
pub use corpus::Corpus;
pub use error::DataError;
pub use examples::{Examples, gather};
pub use format::Format;
pub use masking::{Masked, Masking};
pub use rows::WordRows;
pub use sequences::{PretrainingInput, Sequences, TokenPair};
pub use set_file::SetFile;
pub use split::split;
pub use table::{Choose, DataRow, DataTable, Selection};
pub use task::{SetFiles, Sets, files_of, find_in_folder, read_embedded, read_files};
pub use tokenizer::{PairTokenizer, check_tokenizer_class};
pub use vocabulary::train_vocabulary;
