//! The final accuracies of the instances of an arm.

use super::estimate::Estimate;
use std::collections::{BTreeMap, BTreeSet};

/// The final accuracy of one run on the examples that it validates on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub batch_size: u32,
    pub iid: u32,
    pub accuracy: f64,
    /// whether the run predicts the same class for every example
    pub one_class: bool,
}

/// Accuracies of an arm by instance and batch size, independent of the order of the runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    by_instance: BTreeMap<u32, BTreeMap<u32, f64>>,
    /// batch size and instance of the runs that predict one class only
    one_class: BTreeSet<(u32, u32)>,
    /// of some runs by batch size and instance, which examples they get right
    correct: BTreeMap<(u32, u32), Vec<bool>>,
}

impl FromIterator<Outcome> for Outcomes {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut all = Self::default();
        for outcome in outcomes.into_iter().filter(|outcome| outcome.accuracy.is_finite()) {
            let Outcome { batch_size, iid, accuracy, one_class } = outcome;
            all.by_instance.entry(iid).or_default().insert(batch_size, accuracy);
            if one_class {
                all.one_class.insert((batch_size, iid));
            }
        }
        all
    }
}

impl Outcomes {
    /// Accuracies of a cell by instance.
    pub fn by_instance(&self, batch_size: u32) -> BTreeMap<u32, f64> {
        let of = |(iid, instance): (&u32, &BTreeMap<u32, f64>)| Some((*iid, *instance.get(&batch_size)?));
        self.by_instance.iter().filter_map(of).collect()
    }

    /// Every accuracy of a cell.
    pub fn cell(&self, batch_size: u32) -> Vec<f64> {
        self.by_instance.values().filter_map(|instance| instance.get(&batch_size).copied()).collect()
    }

    /// How many runs of a cell predict one class only.
    pub fn of_one_class(&self, batch_size: u32) -> usize {
        self.one_class.iter().filter(|(size, _)| *size == batch_size).count()
    }

    /// Adds which examples a run gets right, unless that is not its accuracy.
    pub fn mark(&mut self, batch_size: u32, iid: u32, correct: &[bool]) {
        let accuracy = self.by_instance.get(&iid).and_then(|instance| instance.get(&batch_size));
        let share = correct.iter().filter(|right| **right).count() as f64 / correct.len().max(1) as f64;
        if accuracy.is_some_and(|accuracy| (accuracy - share).abs() < 1e-9) {
            self.correct.insert((batch_size, iid), correct.to_vec());
        }
    }

    /// Which examples a run gets right, where that is known.
    pub(super) fn marks(&self, batch_size: u32, iid: u32) -> Option<&[bool]> {
        self.correct.get(&(batch_size, iid)).map(Vec::as_slice)
    }

    /// Accuracies of the instances that have every batch size, in the order of the sizes.
    pub fn complete(&self, batch_sizes: &[u32]) -> BTreeMap<u32, Vec<f64>> {
        let accuracies = |instance: &BTreeMap<u32, f64>| -> Option<Vec<f64>> {
            batch_sizes.iter().map(|size| instance.get(size).copied()).collect()
        };
        self.by_instance.iter().filter_map(|(iid, instance)| Some((*iid, accuracies(instance)?))).collect()
    }
}

/// The instances that are complete in both of two arms.
pub(super) struct Pairs {
    pub iids: Vec<u32>,
    /// \[instance\]\[batch size\]
    pub baseline: Vec<Vec<f64>>,
    pub arm: Vec<Vec<f64>>,
}

impl Pairs {
    pub fn of(baseline: &Outcomes, arm: &Outcomes, batch_sizes: &[u32]) -> Self {
        let mut arms = arm.complete(batch_sizes);
        let both = |(iid, baseline)| Some((iid, (baseline, arms.remove(&iid)?)));
        let (iids, (baseline, arm)) = baseline.complete(batch_sizes).into_iter().filter_map(both).unzip();
        Self { iids, baseline, arm }
    }

    pub fn len(&self) -> usize {
        self.arm.len()
    }
}

/// Each batch size over the instances.
pub(super) fn cells(instances: &[Vec<f64>]) -> Vec<Estimate> {
    let sizes = instances.first().map_or(0, Vec::len);
    let column = |place: usize| -> Vec<f64> {
        instances.iter().filter_map(|accuracies| accuracies.get(place).copied()).collect()
    };
    (0..sizes).filter_map(|place| Estimate::of(&column(place))).collect()
}
