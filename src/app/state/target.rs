//! What a key acts on.

use crate::domain::command::Intent;
use crate::domain::id::RunId;
use crate::domain::sweep::{Row, Sweep};

/// What a key acts on.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// in words
    pub name: String,
    pub runs: Vec<RunId>,
    /// the arm, if the target is a whole arm
    pub arm: Option<String>,
}

impl Target {
    /// All of an arm.
    pub(in crate::app) fn of_arm(sweep: &Sweep, arm: &str) -> Self {
        let of_arm = sweep.rows().iter().filter(|row| row.label.arm() == arm);
        let runs = of_arm.map(|row| row.id.clone()).collect();
        Self { runs, name: arm.to_owned(), arm: Some(arm.to_owned()) }
    }

    /// Runs that are neither done nor out of the sweep.
    pub fn open(&self, sweep: &Sweep) -> Vec<RunId> {
        self.of(sweep, |row| row.is_open() && row.intent != Intent::Cancel)
    }

    /// The number of started runs.
    pub fn begun(&self, sweep: &Sweep) -> usize {
        let has_begun = |run: &&RunId| sweep.row(run).is_some_and(|row| row.history.step > 0);
        self.open(sweep).iter().filter(has_begun).count()
    }

    pub(in crate::app) fn of(&self, sweep: &Sweep, wanted: impl Fn(&Row) -> bool) -> Vec<RunId> {
        let is_wanted = |run: &&RunId| sweep.row(run).is_some_and(&wanted);
        self.runs.iter().filter(is_wanted).cloned().collect()
    }
}
