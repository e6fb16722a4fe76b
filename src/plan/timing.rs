//! How fast runs go before any of them was trained.

use crate::domain::pace::along;
use crate::domain::run::RunSpec;

/// Seconds of one worker while all of them are busy.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// of an update, by batch size; other batch sizes are linearly interpolated and extrapolated
    pub updates: Vec<(f64, f64)>,
    /// of one evaluation on the validation set
    pub evaluation: f64,
}

impl Timing {
    /// Of a whole run; nothing where no update was timed.
    pub fn seconds(&self, run: &RunSpec) -> Option<f64> {
        let update = along(&self.updates, run.batch_size.into())?;
        Some(run.updates() as f64 * update + run.evaluations() as f64 * self.evaluation)
    }
}
