//! batchscope: a terminal microscope for fine-tuning sweeps.
//!
//! Rooms from the ground up; imports point down only (docs/ARCHITECTURE.md, `tests/it/layers.rs`).
#![cfg_attr(not(test), warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

// the fixture that unit tests share with tests/it and benches/ names the program as these do
#[cfg(test)]
extern crate self as batchscope;

pub mod domain; // L0: the words of the program as plain values
pub mod event_file; // L0: TensorBoard's format, bytes <-> scalars
pub mod files; // L0: files whole or not at all, reading with a bound, no links followed
pub mod stats; // L0: outcomes -> intervals and verdicts

pub mod data; // L1: text -> packed integer batches
pub mod hub; // L1: files by name from the hub
pub mod logs; // L1: runs of other programs, from their logs
pub mod model; // L1: BERT, its weights, one differentiable pass
pub mod plot; // L1: runs -> figures
pub mod spec_file; // L1: TOML <-> a checked spec
pub mod store; // L1: runs on disk
pub mod theme; // L1: colours by meaning

pub mod export; // L2: pictures and tables
pub mod plan; // L2: arms -> runs -> a question
pub mod train; // L2: one run, a spec in and events out

pub mod resolve; // L3: what a spec and a store name, found and checked

pub mod engine; // L4: every thread and channel of training

pub mod app; // L5: the dashboard's model

pub mod cli; // L6: the fronts without a screen
pub mod tui; // L6: the dashboard on a terminal
