//! Which positions of a layer's output are used. The others are not computed and get no gradient.

use crate::domain::batch::Batch;
use std::ops::Range;

/// R rows are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputPositions {
    /// every token: R = T
    All,
    /// `[CLS]`, the first token of each sequence, which is all that a classifier reads: R = B
    ClsOnly,
}

impl OutputPositions {
    /// The rows of each sequence among the R.
    pub fn rows(self, batch: &Batch) -> Vec<Range<usize>> {
        match self {
            Self::All => batch.sequences().collect(),
            Self::ClsOnly => (0..batch.len()).map(|number| number..number + 1).collect(),
        }
    }

    /// R
    pub fn count(self, batch: &Batch) -> usize {
        match self {
            Self::All => batch.token_count(),
            Self::ClsOnly => batch.len(),
        }
    }
}
