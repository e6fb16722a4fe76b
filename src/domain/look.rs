//! Verdicts that were shown: each may err, so later ones must be surer (docs/STATISTICS.md).

use serde::{Deserialize, Serialize};

/// A verdict that was displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// of every cell
    pub instances: usize,
    /// number of causes judged
    pub causes: usize,
}
