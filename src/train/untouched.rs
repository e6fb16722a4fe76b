//! What training does to rows of the word table that no example uses: they get no gradient, weight decay alone.

use super::schedule::LinearSchedule;
use crate::domain::run::RunSpec;

/// By how much such a row is scaled from its beginning to the end of the run. Every factor is the optimiser's own, in
/// its precision; their product is taken in a higher one.
pub fn untouched_scale(spec: &RunSpec) -> f64 {
    let updates = spec.updates();
    let schedule = LinearSchedule::new(spec.learning_rate, spec.warmup_ratio, updates);
    (0..updates).map(|done| f64::from(1.0 - schedule.rate(done) as f32 * spec.weight_decay as f32)).product()
}
