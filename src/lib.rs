//! batchscope: a terminal microscope for fine-tuning sweeps.
//!
//! Rooms from the ground up; imports point down only (docs/ARCHITECTURE.md, `tests/it/layers.rs`).

pub mod cli;
pub mod data; // L1: text -> packed integer batches
pub mod domain; // L0: plain values
pub mod engine;
pub mod event_file; // L1: TensorBoard's format, bytes <-> scalars
pub mod model; // L1: BERT, its weights, one differentiable pass
pub mod spec_file; // L1: TOML <-> a checked spec
pub mod store; // L1: runs on disk
pub mod train; // L2: one run, a spec in and events out // L3: every thread and channel of training // L5: the fronts without a screen
