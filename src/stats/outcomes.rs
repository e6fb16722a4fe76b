//! How the instances of one arm ended.

use super::contrast::contrast;
use super::estimate::Estimate;
use std::collections::BTreeMap;

/// The final accuracy of one run on the examples that it validates on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub batch_size: u32,
    pub iid: u32,
    pub accuracy: f64,
}

/// Accuracies of an arm by instance and batch size, the order in which they came forgotten.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes(BTreeMap<u32, BTreeMap<u32, f64>>);

impl FromIterator<Outcome> for Outcomes {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut by_instance: BTreeMap<u32, BTreeMap<u32, f64>> = BTreeMap::new();
        for outcome in outcomes.into_iter().filter(|outcome| outcome.accuracy.is_finite()) {
            by_instance.entry(outcome.iid).or_default().insert(outcome.batch_size, outcome.accuracy);
        }
        Self(by_instance)
    }
}

impl Outcomes {
    /// Every accuracy of a cell.
    pub fn cell(&self, batch_size: u32) -> Vec<f64> {
        self.0.values().filter_map(|instance| instance.get(&batch_size).copied()).collect()
    }

    /// Accuracies of the instances that have every batch size, in the order of the sizes.
    pub fn complete(&self, batch_sizes: &[u32]) -> BTreeMap<u32, Vec<f64>> {
        let accuracies = |instance: &BTreeMap<u32, f64>| -> Option<Vec<f64>> {
            batch_sizes.iter().map(|size| instance.get(size).copied()).collect()
        };
        self.0.iter().filter_map(|(iid, instance)| Some((*iid, accuracies(instance)?))).collect()
    }
}

/// The instances that are complete in both of two arms.
pub(super) struct Pairs {
    /// \[instance\]\[batch size\]
    pub baseline: Vec<Vec<f64>>,
    pub arm: Vec<Vec<f64>>,
}

impl Pairs {
    pub fn of(baseline: &Outcomes, arm: &Outcomes, batch_sizes: &[u32]) -> Self {
        let mut arms = arm.complete(batch_sizes);
        let pairs = baseline.complete(batch_sizes).into_iter().filter_map(|(iid, b)| Some((b, arms.remove(&iid)?)));
        let (baseline, arm) = pairs.unzip();
        Self { baseline, arm }
    }

    pub fn len(&self) -> usize {
        self.arm.len()
    }
}

/// One contrast an instance.
pub(super) fn contrasts(weights: &[f64], instances: &[Vec<f64>]) -> Vec<f64> {
    instances.iter().map(|accuracies| contrast(weights, accuracies)).collect()
}

/// Each batch size over the instances.
pub(super) fn cells(instances: &[Vec<f64>]) -> Vec<Estimate> {
    let sizes = instances.first().map_or(0, Vec::len);
    let column = |place: usize| -> Vec<f64> {
        instances.iter().filter_map(|accuracies| accuracies.get(place).copied()).collect()
    };
    (0..sizes).filter_map(|place| Estimate::of(&column(place))).collect()
}
