//! Rows of the word table that no example uses: no gradient, only weight decay.

use crate::domain::run::RunSpec;

/// The total factor of weight decay on such a row. Each factor is the optimiser's own, in its precision; their product is
/// computed in a higher one.
pub fn untouched_scale(spec: &RunSpec) -> f64 {
    let schedule = spec.schedule();
    (0..spec.updates()).map(|done| f64::from(1.0 - schedule.rate(done) as f32 * spec.weight_decay as f32)).product()
}
