//! What a store knows of an experiment beside its spec: what its runs read, what a check of its model found, and how
//! often its answer was looked at.

use super::damage::Damage;
use super::error::StoreError;
use super::layout::Store;
use super::stored::{self, Stored};
use crate::domain::classifier::Classifier;
use crate::domain::invariance::Invariance;
use crate::domain::name::FolderName;
use crate::domain::run::{DataIdentity, ModelIdentity};
use crate::domain::spec::Spec;
use serde::{Deserialize, Serialize};

pub(super) const INPUTS: &str = "inputs.json";
pub(super) const INVARIANCE: &str = "invariance.json";
pub(super) const LOOKS: &str = "looks.json";

/// What the runs of an experiment read: with it they can be told from others when the data is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    pub data: DataIdentity,
    pub model: ModelIdentity,
    /// of the most frequent class in the validation set
    pub majority_share: f64,
    /// names of the classes in the order of their numbers
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// where that of the model comes from; the digest of the weights covers its values
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<Classifier>,
}

/// A verdict that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// of every cell
    pub instances: usize,
    /// how many causes were asked about
    pub causes: usize,
}

impl Stored for Inputs {
    fn check(&self) -> Result<(), String> {
        self.data.check()?;
        self.model.config.check()?;
        match (0.0..=1.0).contains(&self.majority_share) {
            true => Ok(()),
            false => Err(format!("`majority_share` is {}, expected a number from 0 to 1", self.majority_share)),
        }
    }
}

impl Stored for Invariance {}

impl Stored for Vec<Look> {
    fn check(&self) -> Result<(), String> {
        match self.iter().find(|look| look.instances == 0) {
            Some(_) => Err("`instances` of a look is 0, expected a number from 1".into()),
            None => Ok(()),
        }
    }
}

impl Store {
    /// Remembers what an experiment's runs read. The newest wins, as its spec does.
    pub fn remember_inputs(&self, spec: &Spec, inputs: &Inputs) -> Result<(), StoreError> {
        stored::write(&self.experiment_of(spec), INPUTS, inputs)
    }

    /// What the runs of the experiment in this folder read, where that was remembered.
    pub fn inputs(&self, experiment: &FolderName) -> Result<Option<Inputs>, Damage> {
        stored::read(&self.experiment(experiment), INPUTS)
    }

    /// Remembers what a check of an experiment's model found.
    pub fn remember_invariance(&self, experiment: &FolderName, invariance: &Invariance) -> Result<(), StoreError> {
        let folder = self.experiment(experiment);
        folder.create()?;
        stored::write(&folder, INVARIANCE, invariance)
    }

    /// What that found, where it was remembered.
    pub fn invariance(&self, experiment: &FolderName) -> Result<Option<Invariance>, Damage> {
        stored::read(&self.experiment(experiment), INVARIANCE)
    }

    /// Every verdict on an experiment that was shown, the oldest first.
    pub fn looks(&self, experiment: &FolderName) -> Result<Vec<Look>, Damage> {
        // looks that cannot be read must not count as none
        Ok(stored::read(&self.experiment(experiment), LOOKS)?.unwrap_or_default())
    }

    /// Adds a look, unless it is there.
    pub fn remember_look(&self, experiment: &FolderName, look: Look) -> Result<(), StoreError> {
        let mut looks = self.looks(experiment)?;
        if looks.contains(&look) {
            return Ok(());
        }
        looks.push(look);
        let folder = self.experiment(experiment);
        folder.create()?;
        stored::write(&folder, LOOKS, &looks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn looks_are_counted_once_and_never_forgotten() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let mine = FolderName::new("mine").unwrap();
        assert!(store.looks(&mine).unwrap().is_empty());
        let (first, second) = (Look { instances: 5, causes: 2 }, Look { instances: 10, causes: 2 });
        for look in [first, first, second, first] {
            store.remember_look(&mine, look).unwrap();
        }
        assert_eq!(store.looks(&mine).unwrap(), [first, second]);
        fs::write(root.path().join("experiments/mine/looks.json"), "[{").unwrap();
        assert!(store.looks(&mine).is_err(), "unreadable looks are not none");
        assert!(store.remember_look(&mine, first).is_err());
    }
}
