//! Runs of other programs, read from their logs while they grow: TensorBoard's event files, the Trainer's states, tables in
//! CSV and JSON lines. A folder becomes runs with labels, as far as these are known, and points (docs/WATCH.md).
//!
//! May import: `domain`, `event_file`, `files`. Alone knows: `saphyr_parser`. Never uses: `std::thread`, `crossbeam_channel`.
//! Polling only: nothing here waits, and nothing is written.

mod cell;
mod config;
mod count;
mod format;
mod history;
mod item;
mod json_lines;
mod label;
mod lines;
mod names;
mod convert;
mod outcomes;
mod pattern;
mod python_json;
mod scan;
mod source;
mod table;
mod tail;
mod trainer;
mod watcher;

pub use convert::EventConverter;
pub use format::LogFormat;
pub use history::{LogPoint, RunLog, RunLogs};
pub use item::LogItem;
pub use json_lines::JsonLines;
pub use label::{LogLabel, LogSetting};
pub use outcomes::{OutcomeError, OutcomeRow, is_outcome_table, read_outcomes};
pub use pattern::{Pattern, PatternError};
pub use table::LogTable;
pub use trainer::TrainerState;
pub use watcher::{LogError, LogEvent, LogOptions, Watcher};
