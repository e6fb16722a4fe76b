//! The initial classifier: the option of the spec, and the origin of the one used.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `model.head` of a spec. Without it, a checkpoint's classifier is kept if it fits the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadChoice {
    /// drawn for each instance, whatever the checkpoint has
    Fresh,
    /// the checkpoint's, or an error
    Keep,
}

/// The origin of the classifier of an experiment's runs. For display only: the digest of the weights covers its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classifier {
    /// from the checkpoint; else drawn
    pub kept: bool,
    /// how its rows were matched with the classes, or why it was not used
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Classifier {
    /// For a model without a classifier.
    pub const NONE: Classifier = Classifier { kept: false, detail: None };
}

impl fmt::Display for Classifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kept {
            true => "the checkpoint's, the same for every instance",
            false => "drawn anew for each instance",
        })?;
        self.detail.iter().try_for_each(|detail| write!(f, "; {detail}"))
    }
}
