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
        let update = along(&self.updates, run.pairs_per_update().into())?;
        Some(run.updates() as f64 * update + run.evaluations() as f64 * self.evaluation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::made_up::spec;

    #[test]
    fn an_update_costs_what_its_pairs_do() {
        let timing = Timing { updates: vec![(8.0, 1.0), (64.0, 8.0)], evaluation: 0.5 };
        let mut run = spec(8, 80);
        assert_eq!(timing.seconds(&run), Some(20.0 + 1.5));
        run.accumulate = 8;
        // one update of 64 pairs an epoch
        assert_eq!(timing.seconds(&run), Some(2.0 * 8.0 + 1.5));
    }
}
