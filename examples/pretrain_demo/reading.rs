//! What the model reads: an endless stream of sequences out of freshly drawn pairs, without their labels. This file
//! knows sentences and their tokens; it does not know what is learned from them.

use super::corpus::pairs;
use super::corpus::random::Random;
use batchscope::data::{DataError, PairTokenizer};
use batchscope::domain::batch::Batch;
use std::collections::BTreeSet;

/// Pairs that are drawn together; a second sentence that does not belong comes from the same block.
pub const BLOCK: usize = 1024;
/// Block `n` is drawn from this seed plus `n`. Far from the seed of the fine-tuning pairs.
const SEED: u64 = 7_000_000_000;

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
}

/// Two sentences as tokens.
struct Pair {
    /// `[CLS] first [SEP]`
    first: Vec<u32>,
    /// `second [SEP]`
    second: Vec<u32>,
}

impl Reader {
    /// The pairs of a block as text. No sentence occurs twice in it and none is reserved.
    pub fn sentences(&self, number: u64) -> Vec<(String, String)> {
        let mut spoken = self.reserved.clone();
        let drawn = pairs::draw(BLOCK, &mut spoken, &mut Random::new(SEED + number));
        // what the pair's label would be is not looked at from here on
        drawn.into_iter().map(|pair| (pair.first, pair.second)).collect()
    }

    /// A block as batches of so many pairs; what is left over at its end is not read.
    pub fn batches(&self, number: u64, size: usize) -> Result<Vec<Batch>, DataError> {
        let pairs = self.sentences(number).iter().map(|pair| self.encode(pair)).collect::<Result<Vec<_>, _>>()?;
        let words: Vec<Words> = pairs.iter().map(|pair| Words::of(&pair.second)).collect();
        let mut random = Random::new(SEED ^ number.rotate_left(32));
        let places: Vec<usize> = (0..BLOCK).collect();
        let batches = places.chunks_exact(size).map(|places| {
            let mut batch = Batch::default();
            for &place in places {
                // wraps after two thousand million pairs
                let example = (number as u32).wrapping_mul(BLOCK as u32).wrapping_add(place as u32).wrapping_mul(2);
                self.read(place, &pairs, &words, &mut random, example, &mut batch);
            }
            batch
        });
        Ok(batches.collect())
    }

    fn encode(&self, (first, second): &(String, String)) -> Result<Pair, DataError> {
        let (tokens, types) = self.tokenizer.encode(first, second)?;
        let split = types.iter().filter(|kind| **kind == 0).count();
        let (first, second) = tokens.split_at(split);
        Ok(Pair { first: first.to_vec(), second: second.to_vec() })
    }

    /// One drawn pair becomes one sequence of two sentences, or two of one.
    fn read(
        &self,
        place: usize,
        pairs: &[Pair],
        words: &[Words],
        random: &mut Random,
        example: u32,
        batch: &mut Batch,
    ) {
        let Pair { first, second } = &pairs[place];
        let another = (place + 1 + random.below(BLOCK - 1)) % BLOCK;
        let (second, label) = match (self.diet, place % 9) {
            (Diet::SingleSentences, _) | (_, 0) => {
                let second: Vec<u32> = first.iter().take(1).chain(second).copied().collect();
                batch.push(example, BELONGS, first, &vec![0; first.len()]);
                batch.push(example + 1, BELONGS, &second, &vec![0; second.len()]);
                return;
            }
            (Diet::Pairs, 1..=4) => (second, BELONGS),
            (Diet::Pairs, 5..=6) => (&pairs[another].second, DOES_NOT),
            (Diet::Pairs, _) => (&pairs[most_alike(first, place, words)].second, DOES_NOT),
        };
        let types = [vec![0; first.len()], vec![1; second.len()]].concat();
        batch.push(example, label, &[&first[..], second].concat(), &types);
    }
}

/// Of all second sentences of a block but the pair's own, the one that shares the largest part of its words with the
/// first. It often tells of the same kind of event.
fn most_alike(first: &[u32], place: usize, seconds: &[Words]) -> usize {
    let first = Words::of(first);
    let others = seconds.iter().enumerate().filter(|(other, _)| *other != place);
    others.max_by_key(|(_, words)| first.shared_permille(words)).map_or(place, |(other, _)| other)
}

/// A set of words, as bits.
struct Words(Vec<u64>);

impl Words {
    fn of(tokens: &[u32]) -> Self {
        let mut bits = vec![0; 1 + tokens.iter().max().map_or(0, |largest| *largest as usize / 64)];
        for token in tokens {
            bits[*token as usize / 64] |= 1u64 << (token % 64);
        }
        Self(bits)
    }

    fn shared_permille(&self, other: &Self) -> u32 {
        let count = |bits: &[u64]| bits.iter().map(|bits| bits.count_ones()).sum::<u32>();
        let shared: u32 = self.0.iter().zip(&other.0).map(|(one, other)| (one & other).count_ones()).sum();
        1000 * shared / (count(&self.0) + count(&other.0) - shared).max(1)
    }
}
