//! Every run of a sweep: of each arm, batch size and instance.

use super::run_spec::run_specs;
use super::sizes::{TooFewExamples, check_sizes};
use crate::domain::arm::{Arm, BASELINE};
use crate::domain::identity::run_id;
use crate::domain::run::{DataIdentity, ModelIdentity, PlannedRun, RunSpec};
use crate::domain::spec::{KeepWeights, Spec};
use std::collections::HashMap;

/// A spec, and the data and weights that it names.
#[derive(Clone, Copy)]
pub struct SweepPlan<'p> {
    pub spec: &'p Spec,
    pub data: &'p DataIdentity,
    pub model: &'p ModelIdentity,
}

impl SweepPlan<'_> {
    /// The runs of an arm: every batch size of the first instance, then of the next.
    pub fn runs(&self, arm: &Arm) -> Result<Vec<PlannedRun>, TooFewExamples> {
        self.instances(arm, self.spec.train.instances)
    }

    /// The same with so many instances.
    pub fn instances(&self, arm: &Arm, instances: u32) -> Result<Vec<PlannedRun>, TooFewExamples> {
        let train = arm.train(&self.spec.train);
        let keep_weights = match self.spec.store.keep_weights {
            KeepWeights::All => true,
            KeepWeights::Baseline => arm.name == BASELINE,
            KeepWeights::None => false,
        };
        check_sizes(&arm.name, &train, self.data)?;
        let planned = |spec: RunSpec| PlannedRun { id: run_id(&spec), arm: arm.name.clone(), spec, keep_weights };
        Ok(run_specs(&train, instances, self.data, self.model).map(planned).collect())
    }

    /// Every run of the sweep, in the order of the queue, with the arms that plan it: the first is the one it is kept
    /// under.
    pub fn all(&self) -> Result<Vec<(PlannedRun, Vec<String>)>, TooFewExamples> {
        let mut all: Vec<(PlannedRun, Vec<String>)> = Vec::new();
        let mut places = HashMap::new();
        for arm in &self.spec.arms {
            for run in self.runs(arm)? {
                let place = *places.entry(run.id.clone()).or_insert(all.len());
                match all.get_mut(place) {
                    Some((_, arms)) => arms.push(arm.name.clone()),
                    None => all.push((run, vec![arm.name.clone()])),
                }
            }
        }
        all.sort_by_key(|(run, _)| run.turn());
        Ok(all)
    }

    /// Training examples that all runs go through, including those that are finished.
    pub fn examples_to_train(&self) -> u64 {
        let runs = self.spec.arms.iter().filter_map(|arm| self.runs(arm).ok()).flatten();
        runs.map(|run| run.spec.pairs_seen(run.spec.updates())).sum()
    }
}
