//! From final accuracies to an answer: intervals, shares, verdicts. docs/STATISTICS.md has the rules and their reasons.
//!
//! May import: no other room. Alone knows: `statrs`. Never uses: `std::fs`, `std::thread`. Pure functions on slices: knows no run, file, spec or front. The chance of
//! error is called `alpha` everywhere; an interval's level is 1 - alpha.

mod answer;
mod collapse;
mod contrast;
mod estimate;
mod fieller;
mod judge;
mod learning;
mod multiplicity;
mod numbers;
mod outcomes;
mod power;
mod question;
mod verdict;
mod words;

pub use answer::{Answer, CauseRow, EffectRow, OneClassRow};
pub use collapse::distance_apart;
pub use contrast::{contrast, slope_weights};
pub use estimate::{Estimate, Interval};
pub use fieller::{RatioInterval, ratio_interval};
pub use judge::{BatchSizeEffect, CellRow, Finding, Judgement, Noise, judge};
pub use learning::{Untestable, untestable};
pub use multiplicity::{ALPHA, alpha_of_look, holm, look_number};
pub use numbers::{in_percent, in_points, level, percent, points};
pub use outcomes::{Outcome, Outcomes};
pub use power::{MOST_INSTANCES, binomial_error, instances_needed, minimal_detectable, pooled_sd};
pub use question::{Cause, CauseKind, Evidence, KnownCause, Proof, Question};
pub use verdict::Verdict;
