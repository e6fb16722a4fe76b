//! An arm: a named set of changes to the baseline.

use super::ablation::Patch;
use super::train::Train;
use serde::{Deserialize, Serialize};

/// The name of the arm that changes nothing.
pub const BASELINE: &str = "baseline";

/// A named set of changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    pub name: String,
    pub changes: Patch,
}

impl Arm {
    pub fn baseline() -> Self {
        Self { name: BASELINE.into(), changes: Patch::default() }
    }

    /// How it trains where the baseline trains so.
    pub fn train(&self, baseline: &Train) -> Train {
        self.changes.apply(baseline)
    }
}
