//! What the model reads: an endless stream of sequences out of freshly drawn events, each told twice, as two
//! newspapers would. This file knows sentences and their tokens; it does not know what is learned from them.

use super::corpus::pairs;
use super::corpus::random::Random;
use super::search::Index;
use batchscope::data::{DataError, PairTokenizer};
use batchscope::domain::batch::Batch;
use std::collections::BTreeSet;

/// Pairs that are drawn together, ...
const DRAW: usize = 1024;
/// ... and how many of them are read: of those whose sentences tell the same event, a number that fills whole updates.
pub const READ: usize = 640;
/// Draw `n` has this seed plus `n`. Far from the seed of the fine-tuning pairs.
const SEED: u64 = 7_000_000_000;

/// A second sentence that is hard to tell from the right one is one of this many that search finds nearest.
const NEAREST: usize = 8;

/// Labels of the pair objective.
const BELONGS: u32 = 0;
const DOES_NOT: u32 = 1;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diet {
    /// pairs, pairs with another second sentence, and single sentences
    Pairs,
    /// the same sentences one by one
    SingleSentences,
}

/// Draws blocks, in any order.
pub struct Reader {
    pub tokenizer: PairTokenizer,
    /// sentences that must not be read
    pub reserved: BTreeSet<String>,
    pub diet: Diet,
    /// draws of a block; a second sentence that does not belong comes from the same block
    pub draws: u64,
}

/// Two sentences as tokens.
struct Pair {
    /// `[CLS] first [SEP]`
    first: Vec<u32>,
    /// `second [SEP]`
    second: Vec<u32>,
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
        let pairs =
            draws.flat_map(|draw| self.draw(draw)).map(|pair| self.encode(&pair)).collect::<Result<Vec<_>, _>>()?;
        let index = Index::of(pairs.iter().map(|pair| &pair.second[..]));
        let mut random = Random::new(SEED ^ number.rotate_left(32));
        let places: Vec<usize> = (0..pairs.len()).collect();
        let batches = places.chunks_exact(size).map(|places| {
            let mut batch = Batch::default();
            for &place in places {
                // wraps after two thousand million pairs
                let example =
                    (number as u32).wrapping_mul(self.block() as u32).wrapping_add(place as u32).wrapping_mul(2);
                self.read(place, &pairs, &index, &mut random, example, &mut batch);
            }
            batch
        });
        Ok(batches.collect())
    }

    fn encode(&self, (first, second): &(String, String)) -> Result<Pair, DataError> {
        let (tokens, types) = self.tokenizer.encode(first, Some(second))?;
        let split = types.iter().filter(|kind| **kind == 0).count();
        let (first, second) = tokens.split_at(split);
        Ok(Pair { first: first.to_vec(), second: second.to_vec() })
    }

    /// One drawn pair becomes one sequence of two sentences, or two of one.
    fn read(&self, place: usize, pairs: &[Pair], index: &Index, random: &mut Random, example: u32, batch: &mut Batch) {
        let Pair { first, second } = &pairs[place];
        let another = (place + 1 + random.below(pairs.len() - 1)) % pairs.len();
        let (second, label) = match (self.diet, place % 9) {
            (Diet::SingleSentences, _) | (_, 0) => {
                let second: Vec<u32> = first.iter().take(1).chain(second).copied().collect();
                batch.push(example, BELONGS, first, &vec![0; first.len()]);
                batch.push(example + 1, BELONGS, &second, &vec![0; second.len()]);
                return;
            }
            (Diet::Pairs, 1..=4) => (second, BELONGS),
            (Diet::Pairs, 5) => (&pairs[another].second, DOES_NOT),
            (Diet::Pairs, _) => {
                // half of the words are searched for, so that the others may differ
                let asked: Vec<u32> = first.iter().copied().filter(|_| random.one_in(2)).collect();
                // among those found may be the right sentence again, or the first
                let mut found = index.nearest(&asked, 4 * NEAREST);
                found.retain(|other| pairs[*other].second != *second && pairs[*other].second != first[1..]);
                found.truncate(NEAREST);
                let found = if found.is_empty() { another } else { *random.pick(&found) };
                (&pairs[found].second, DOES_NOT)
            }
        };
        let types = [vec![0; first.len()], vec![1; second.len()]].concat();
        batch.push(example, label, &[&first[..], second].concat(), &types);
    }
}
