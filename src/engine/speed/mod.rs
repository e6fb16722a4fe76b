//! How fast this machine trains, and how close that is to its peak.
//!
//! Every worker trains a BERT-mini of its own on batches with the lengths of MRPC's pairs, all at the same time, as a
//! sweep does. The peak is the speed of matrix products with every worker busy. Knows no store and no text.

mod measure;
mod peak;
mod workload;

pub use measure::{BatchSizeSpeed, Measurement, Speed, StepPart, measure};
