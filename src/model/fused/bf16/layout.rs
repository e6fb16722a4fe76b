//! The order in which the kernel reads an operand.

use std::ops::Range;

/// Inner elements that are summed in registers before the result is read and written. A panel of a block takes 96 KB of
/// the right operand, 16 KB of the left one, in the second cache.
const BLOCK: usize = 1024;

/// An operand \[outer, inner\] in blocks of the inner dimension, each in panels of the outer one, each a sequence of pairs of
/// adjacent inner elements: \[blocks, panels, pairs, PANEL\]. The last of an odd number of inner elements is paired with 0; what is
/// beyond the outer dimension may be anything, and takes part in no result.
#[derive(Clone, Copy, Default)]
pub struct PanelLayout<const PANEL: usize> {
    pub outer: usize,
    pub inner: usize,
}

impl<const PANEL: usize> PanelLayout<PANEL> {
    pub fn panels(self) -> usize {
        self.outer.div_ceil(PANEL)
    }

    /// Pairs of all elements.
    pub fn len(self) -> usize {
        self.inner.div_ceil(2) * self.panels() * PANEL
    }

    pub fn blocks(self) -> usize {
        self.inner.div_ceil(BLOCK)
    }

    /// Inner elements of a block.
    pub fn inner_of(self, block: usize) -> Range<usize> {
        block * BLOCK..self.inner.min((block + 1) * BLOCK)
    }

    /// Where the pairs of a panel are.
    pub fn panel_at(self, block: usize, panel: usize) -> Range<usize> {
        let length = self.inner_of(block).len().div_ceil(2) * PANEL;
        let start = block * BLOCK / 2 * self.panels() * PANEL + panel * length;
        start..start + length
    }
}
