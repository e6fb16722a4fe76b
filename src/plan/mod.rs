//! What a sweep is made of: arms become runs, runs a price, and their outcomes a question. Pure functions of values.
//!
//! May import: `domain`, `stats`, `spec_file`. Never uses: `std::fs`, `std::thread`, `crossbeam_channel`. Knows no tensor.

mod arm;
mod design;
mod estimate;
mod labelled;
mod matching;
mod outcomes;
mod price;
mod question;
mod run_spec;
mod sizes;
mod suspects;
mod sweep;
mod timing;

pub use arm::PlannedArm;
pub use estimate::{CostEstimate, Reference, estimate};
pub use labelled::{CannotJudge, Comparison, LabelledOutcome, LabelledQuestion, labelled_question};
pub use matching::Matching;
pub use outcomes::outcomes;
pub use price::{ArmPrice, Availability, Price, Remaining};
pub use question::{Background, proof_of};
pub use run_spec::dropout_rates;
pub use sizes::{TooFewExamples, check_sizes};
pub use suspects::{known_causes, would_show};
pub use sweep::SweepPlan;
pub use timing::Timing;
