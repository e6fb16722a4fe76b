//! The words of the program as plain values: what a sweep is, what a run is, what happens in it.
//!
//! May import: no other room. Alone knows: `serde_jcs`. Never uses: `std::fs`, `std::thread`, `crossbeam_channel`. Knows no file, thread, tensor or terminal; rooms
//! that are strangers to one another meet through these values.

pub mod ablation;
pub mod arm;
pub mod attempts;
pub mod batch;
pub mod choice;
pub mod classifier;
pub mod clock;
pub mod command;
pub mod contents;
pub mod correct;
pub mod event;
pub mod filter;
pub mod glue;
pub mod history;
pub mod id;
pub mod identity;
pub mod invariance;
pub mod metric;
pub mod model;
pub mod name;
pub mod nearest;
pub mod numbers;
pub mod pace;
pub mod point;
pub mod printable;
pub mod progress;
pub mod property;
pub mod random;
pub mod rates;
pub mod row;
pub mod run;
pub mod run_label;
pub mod schedule;
pub mod scores;
pub mod series;
pub mod settings;
pub mod spec;
pub mod speeds;
pub mod sweep;
pub mod symbol;
pub mod tally;
pub mod times;
pub mod train;
pub mod value;
