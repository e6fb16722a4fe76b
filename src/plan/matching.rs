//! Telling an arm's runs from others.

use super::arm::PlannedArm;
use super::run_spec::run_spec;
use crate::domain::run::RunSpec;
use std::collections::HashMap;

/// Compares runs with what an arm plans, on whatever data and weights, by this version of the program or another. The spec
/// that it expects is made once for each batch size, as thousands of runs may be compared.
pub struct Matching<'a> {
    arm: &'a PlannedArm,
    /// by batch size
    expected: HashMap<u32, RunSpec>,
}

impl<'a> Matching<'a> {
    pub fn new(arm: &'a PlannedArm) -> Self {
        Self { arm, expected: HashMap::new() }
    }

    /// Whether the arm plans this run.
    pub fn plans(&mut self, run: &RunSpec) -> bool {
        let train = self.arm.train();
        if !train.batch_sizes.contains(&run.batch_size) || run.iid >= train.instances {
            return false;
        }
        let planned = || run_spec(train, &run.data, &run.model, run.batch_size, run.iid);
        let expected = self.expected.entry(run.batch_size).or_insert_with(planned);
        if (&expected.data, &expected.model) != (&run.data, &run.model) {
            *expected = planned();
        }
        (expected.iid, expected.numerics) = (run.iid, run.numerics);
        expected == run
    }
}
