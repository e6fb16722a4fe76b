//! What a store records about an experiment beside its spec: the inputs of its runs, and the invariance check of its model.

use super::damage::Damage;
use super::error::StoreError;
use super::layout::{INPUTS, INVARIANCE, Store};
use super::stored::{self, Stored};
use crate::domain::classifier::Classifier;
use crate::domain::invariance::Invariance;
use crate::domain::name::FolderName;
use crate::domain::run::{DataIdentity, ModelIdentity};
use crate::domain::spec::Spec;
use serde::{Deserialize, Serialize};

/// The inputs of an experiment's runs, which identify the runs when the data is no longer available.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentInputs {
    pub data: DataIdentity,
    pub model: ModelIdentity,
    /// of the most frequent class in the validation set
    pub majority_share: f64,
    /// names of the classes in the order of their numbers
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// origin of the classifier; the digest of the weights covers its values
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<Classifier>,
    /// notes on the data, such as rows that were left out
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Stored for ExperimentInputs {
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

impl Store {
    /// Records the inputs of an experiment, replacing earlier ones.
    pub fn remember_inputs(&self, spec: &Spec, inputs: &ExperimentInputs) -> Result<(), StoreError> {
        stored::write(&self.experiment_of(spec), INPUTS, inputs)
    }

    /// The recorded inputs of an experiment.
    pub fn inputs(&self, experiment: &FolderName) -> Result<Option<ExperimentInputs>, Damage> {
        stored::read(&self.experiment(experiment), INPUTS)
    }

    /// Records the result of an invariance check.
    pub fn remember_invariance(&self, experiment: &FolderName, invariance: &Invariance) -> Result<(), StoreError> {
        let folder = self.experiment(experiment);
        folder.create()?;
        stored::write(&folder, INVARIANCE, invariance)
    }

    /// The recorded result of the invariance check.
    pub fn invariance(&self, experiment: &FolderName) -> Result<Option<Invariance>, Damage> {
        stored::read(&self.experiment(experiment), INVARIANCE)
    }
}
