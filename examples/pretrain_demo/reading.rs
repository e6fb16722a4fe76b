//! What the embedded model reads: an endless stream of freshly drawn events, each told twice, as two newspapers would.
//! This file knows sentences; it does not know what is learned from them.

use super::corpus::pairs;
use super::corpus::random::Random;
use batchscope::data::{DataError, PairTokenizer, PretrainingInput, Sequences, TokenPair};
use batchscope::domain::batch::Batch;
use std::collections::BTreeSet;

/// Pairs that are drawn together, ...
const DRAW: usize = 1024;
/// ... and how many of them are read: of those whose sentences tell the same event, a number that fills whole updates.
pub const READ: usize = 640;
/// Draw `n` has this seed plus `n`. Far from the seed of the fine-tuning pairs.
const SEED: u64 = 7_000_000_000;

/// Draws blocks, in any order.
pub struct Reader {
    pub tokenizer: PairTokenizer,
    /// sentences that must not be read
    pub reserved: BTreeSet<String>,
    pub input: PretrainingInput,
    /// draws of a block; a second sentence that does not belong comes from the same block
    pub draws: u64,
}

impl Reader {
    /// Pairs of a block.
    pub fn block(&self) -> usize {
        self.draws as usize * READ
    }

    /// Drawn pairs as text, both sentences of the same event. No sentence occurs twice in them (there are too few for a
    /// whole block) and none is reserved.
    pub fn draw(&self, number: u64) -> Vec<(String, String)> {
        let mut spoken = self.reserved.clone();
        let drawn = pairs::draw(DRAW, &mut spoken, &mut Random::new(SEED + number));
        let same = drawn.into_iter().filter(|pair| pair.same_meaning);
        same.map(|pair| (pair.first, pair.second)).take(READ).collect()
    }

    /// A block as batches of so many pairs; what is left over at its end is not read.
    pub fn batches(&self, number: u64, size: usize) -> Result<Vec<Batch>, DataError> {
        let draws = number * self.draws..(number + 1) * self.draws;
        let pairs = draws
            .flat_map(|draw| self.draw(draw))
            .map(|(first, second)| TokenPair::encode(&self.tokenizer, &first, &second))
            .collect::<Result<Vec<_>, _>>()?;
        let mut random = Random::new(SEED ^ number.rotate_left(32));
        // wraps after two thousand million pairs
        let first = (number as u32).wrapping_mul(self.block() as u32).wrapping_mul(2);
        Ok(Sequences::of(&pairs, self.input).batches(size, first, &mut |bound| random.below(bound)))
    }
}
