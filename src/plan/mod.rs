//! What a sweep is made of: arms become runs, and runs a question to their outcomes. Pure functions of values.
//!
//! May import: `domain`, `stats`, `spec_file`, `store` for the digest of a run. Knows no file, thread, channel or tensor.

mod question;
mod runs;

pub use question::{Background, PlannedArm, proof_of, tested};
pub use runs::{SizeError, check_sizes, rates, run_spec, run_specs};
