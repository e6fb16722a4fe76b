//! From final accuracies to an answer: intervals, shares, verdicts. docs/STATISTICS.md has the rules and their reasons.
//!
//! May import: no other room. Alone knows: `statrs`. Never uses: `std::fs`, `std::thread`. Pure functions on slices: knows no run, file, spec or front. The chance of
//! error is called `alpha` everywhere; an interval's level is 1 - alpha.

mod answer;
mod collapse;
mod contrast;
mod crossed;
mod curve;
mod estimate;
mod fieller;
mod judge;
mod judgement;
mod learning;
mod looks;
mod numbers;
mod outcomes;
mod p_value;
mod power;
mod question;
mod scale;
mod separation;
mod sequential;
mod verdict;
mod words;

pub use answer::{Answer, CauseRow, CurveRow, EffectRow, OneClassRow, OverExamplesRow};
pub use collapse::distance_apart;
pub use contrast::{contrast, slope_weights};
pub use crossed::OverExamples;
pub use curve::Curvature;
pub use estimate::{Estimate, Interval};
pub use fieller::{RatioInterval, ratio_interval};
pub use judge::judge;
pub use judgement::{BatchSizeEffect, CellRow, Finding, Judgement, Noise};
pub use learning::{Untestable, learns, untestable};
pub use looks::{ALPHA, Levels, Look, levels};
pub use numbers::{in_percent, in_points, level, p_equals, p_in_words, percent, points};
pub use outcomes::{Outcome, Outcomes};
pub use p_value::PValue;
pub use power::{MOST_INSTANCES, binomial_error, instances_needed, minimal_detectable, pooled_sd};
pub use question::{Cause, CauseKind, Evidence, KnownCause, Proof, Question};
pub use separation::{Accuracies, Contrasted, Control, Design, Difference, FACTORS, Role, Separation, separate};
pub use verdict::Verdict;
