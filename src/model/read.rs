//! Which tokens of a layer's output somebody reads. The others need neither be computed nor have a gradient.

use crate::domain::batch::Batch;
use std::ops::Range;

/// R rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// every token: R = T
    Every,
    /// the first token of each sequence, all that a classifier looks at: R = B
    First,
}

impl Read {
    /// The rows of each sequence among the R.
    pub fn rows(self, batch: &Batch) -> Vec<Range<usize>> {
        match self {
            Self::Every => batch.sequences().collect(),
            Self::First => (0..batch.len()).map(|number| number..number + 1).collect(),
        }
    }

    /// R
    pub fn count(self, batch: &Batch) -> usize {
        match self {
            Self::Every => batch.token_count(),
            Self::First => batch.len(),
        }
    }
}
