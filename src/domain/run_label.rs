//! What charts, tables, filters and statistics know a run by, whoever trained it.

use super::filter::FilterValue;
use super::id::RunId;
use super::run::RunSpec;
use super::symbol::Symbol;
use std::collections::BTreeMap;
use std::fmt;

/// Stands for what is not known.
pub const UNKNOWN: &str = "-";

/// What distinguishes a run from others. Of runs that another program trained, any of it may be unknown; of our own, all of
/// it follows from their specs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunLabel {
    /// what it is called elsewhere, such as the path of its logs; our own runs have no other name
    pub name: Option<String>,
    pub arm: Option<String>,
    pub batch_size: BatchSize,
    /// which instance of its cell
    pub iid: Option<u32>,
    pub length: Length,
    /// further settings by name, such as hyperparameters that were logged
    pub columns: BTreeMap<Symbol, String>,
}

/// Training pairs of a batch. An unknown size comes after all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BatchSize {
    Of(u32),
    #[default]
    Unknown,
}

/// How long a run is meant to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Length {
    /// where they are not the batch size
    pub pairs_per_update: Option<u32>,
    pub updates: Option<u64>,
    pub updates_per_epoch: Option<u64>,
    /// training pairs of an epoch, including those of a last partial batch that is dropped
    pub train_examples: Option<u32>,
    /// of the validation set, the one before the first update included
    pub evaluations: Option<u64>,
}

/// A run that another program trains.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledRun {
    pub id: RunId,
    pub label: RunLabel,
}

impl BatchSize {
    pub fn known(self) -> Option<u32> {
        match self {
            BatchSize::Of(size) => Some(size),
            BatchSize::Unknown => None,
        }
    }
}

impl From<u32> for BatchSize {
    fn from(size: u32) -> Self {
        BatchSize::Of(size)
    }
}

impl From<Option<u32>> for BatchSize {
    fn from(size: Option<u32>) -> Self {
        size.map_or(BatchSize::Unknown, BatchSize::Of)
    }
}

impl fmt::Display for BatchSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchSize::Of(size) => size.fmt(formatter),
            BatchSize::Unknown => formatter.pad(UNKNOWN),
        }
    }
}

impl Length {
    fn of(spec: &RunSpec) -> Self {
        Self {
            pairs_per_update: Some(spec.pairs_per_update()),
            updates: Some(spec.updates()),
            updates_per_epoch: Some(spec.updates_per_epoch()),
            train_examples: Some(spec.data.train_examples),
            evaluations: Some(spec.evaluations()),
        }
    }
}

impl RunLabel {
    /// Of our own run.
    pub fn of(arm: &str, spec: &RunSpec) -> Self {
        let arm = Some(arm.to_owned());
        let (batch_size, iid) = (spec.batch_size.into(), Some(spec.iid));
        Self { name: None, arm, batch_size, iid, length: Length::of(spec), columns: BTreeMap::new() }
    }

    /// The name of its arm, by which runs are grouped: those of which it is not known are one group.
    pub fn arm(&self) -> &str {
        self.arm.as_deref().unwrap_or(UNKNOWN)
    }

    /// Training pairs that went through the model when `step` updates are done.
    pub fn pairs_seen(&self, step: u64) -> Option<u64> {
        Some(step.saturating_mul(self.pairs_per_update()?.into()))
    }

    pub fn pairs_per_update(&self) -> Option<u32> {
        self.length.pairs_per_update.or(self.batch_size.known())
    }

    /// Pairs that smoothing counts for an update: of an unknown number it counts updates.
    pub fn weight(&self) -> u32 {
        self.pairs_per_update().unwrap_or(1).max(1)
    }

    pub fn epochs(&self, step: u64) -> Option<f64> {
        Some(step as f64 / self.length.updates_per_epoch?.max(1) as f64)
    }

    /// The part of all updates that `step` is.
    pub fn share(&self, step: u64) -> Option<f64> {
        Some(step as f64 / self.length.updates?.max(1) as f64)
    }

    /// Of a further column: a number where it can be read as one.
    pub fn column(&self, name: &str) -> FilterValue {
        match self.columns.get(name) {
            None => FilterValue::Missing,
            Some(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => FilterValue::Number(number),
                _ => FilterValue::Text(text.clone()),
            },
        }
    }

    /// What two runs have in common that are compared with each other, where it is known.
    pub fn pairing(&self) -> Option<(u32, u32)> {
        self.batch_size.known().zip(self.iid)
    }

    /// `bs 8 #0`: which run of its arm.
    pub fn within_arm(&self) -> String {
        let size = self.batch_size.known().map(|size| format!("bs {size}"));
        let parts: Vec<String> = size.into_iter().chain(self.iid.map(|iid| format!("#{iid}"))).collect();
        match &self.name {
            Some(name) if parts.len() < 2 => name.clone(),
            None if parts.is_empty() => UNKNOWN.into(),
            _ => parts.join(" "),
        }
    }
}

/// `baseline bs 8 #0`.
impl fmt::Display for RunLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.arm, &self.name, self.pairing()) {
            (_, Some(name), None) | (None, Some(name), _) => formatter.write_str(name),
            (Some(arm), ..) => write!(formatter, "{arm} {}", self.within_arm()),
            (None, None, _) => formatter.write_str(&self.within_arm()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::run::made_up;
    use super::*;

    #[test]
    fn the_label_of_our_own_run_follows_from_its_spec() {
        let run = made_up::planned("no-dropout", 8, 3);
        let label = RunLabel::of(&run.arm, &run.spec);
        assert_eq!(label.to_string(), "no-dropout bs 8 #3");
        assert_eq!(label.pairs_seen(10), Some(run.spec.pairs_seen(10)));
        let mut accumulated = run.clone();
        accumulated.spec.accumulate = 4;
        assert_eq!(RunLabel::of(&accumulated.arm, &accumulated.spec).pairs_seen(10), Some(320));
        assert_eq!(label.epochs(run.spec.updates()), Some(f64::from(run.spec.epochs)));
        assert_eq!((label.share(run.spec.updates()), label.pairing()), (Some(1.0), Some((8, 3))));
    }

    #[test]
    fn what_is_unknown_is_not_made_up() {
        let label = RunLabel { name: Some("runs/a".into()), ..RunLabel::default() };
        assert_eq!((label.to_string().as_str(), label.within_arm().as_str(), label.arm()), ("runs/a", "runs/a", "-"));
        assert_eq!((label.pairs_seen(1), label.epochs(1), label.share(1), label.pairing()), (None, None, None, None));
        let label = RunLabel { arm: Some("adam".into()), iid: Some(1), ..label };
        assert_eq!((label.to_string().as_str(), label.within_arm().as_str()), ("runs/a", "runs/a"));
        let label = RunLabel { batch_size: 4.into(), ..label };
        assert_eq!((label.to_string().as_str(), label.within_arm().as_str()), ("adam bs 4 #1", "bs 4 #1"));
        assert_eq!(RunLabel::default().to_string(), "-");
    }

    #[test]
    fn an_unknown_batch_size_comes_last() {
        let mut sizes = [BatchSize::Unknown, 64.into(), Some(2).into(), None.into()];
        sizes.sort();
        assert_eq!(sizes.map(|size| format!("{size:>3}")), ["  2", " 64", "  -", "  -"]);
    }
}
