//! What a model reads in pre-training: sequences of two sentences that belong together, of two that do not, and of one.
//! It does not know where sentences come from, nor what is learned from them.

use super::search::Index;
use super::{DataError, PairTokenizer};
use crate::domain::batch::Batch;

/// A second sentence that is hard to tell from the right one is one of this many that search finds nearest.
const NEAREST: usize = 8;

/// Labels of the pair objective.
const BELONGS: u32 = 0;
const DOES_NOT: u32 = 1;

/// Which sequences are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diet {
    /// pairs, pairs with another second sentence, and single sentences
    Pairs,
    /// the same sentences one by one
    SingleSentences,
}

/// Two sentences that belong together, as tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// `[CLS] first [SEP]`
    first: Vec<u32>,
    /// `second [SEP]`; nothing where the first stands alone
    second: Vec<u32>,
}

impl TokenPair {
    /// An empty second sentence is none.
    pub fn encode(tokenizer: &PairTokenizer, first: &str, second: &str) -> Result<Self, DataError> {
        let (tokens, types) = tokenizer.encode(first, (!second.is_empty()).then_some(second))?;
        let split = types.iter().filter(|kind| **kind == 0).count();
        let (first, second) = tokens.split_at(split);
        Ok(Self { first: first.to_vec(), second: second.to_vec() })
    }
}

/// A block of pairs, from which wrong second sentences are taken too.
pub struct Sequences<'p> {
    pairs: &'p [TokenPair],
    index: Index,
    diet: Diet,
}

impl<'p> Sequences<'p> {
    pub fn of(pairs: &'p [TokenPair], diet: Diet) -> Self {
        Self { pairs, index: Index::of(pairs.iter().map(|pair| &pair.second[..])), diet }
    }

    /// Batches of so many pairs; what is left over at the end is not read. Examples are numbered from `first` on, two a
    /// pair. `below` draws a number under its argument.
    pub fn batches(&self, size: usize, first: u32, below: &mut dyn FnMut(usize) -> usize) -> Vec<Batch> {
        let places: Vec<usize> = (0..self.pairs.len()).collect();
        let batches = places.chunks_exact(size).map(|places| {
            let mut batch = Batch::default();
            for &place in places {
                // wraps after two thousand million pairs
                self.read(place, first.wrapping_add((place as u32).wrapping_mul(2)), below, &mut batch);
            }
            batch
        });
        batches.collect()
    }

    /// A pair becomes one sequence of two sentences, or two of one.
    fn read(&self, place: usize, example: u32, below: &mut dyn FnMut(usize) -> usize, batch: &mut Batch) {
        let TokenPair { first, second } = &self.pairs[place];
        let another = (place + 1 + below(self.pairs.len() - 1)) % self.pairs.len();
        let (second, label) = match (self.diet, place % 9) {
            (Diet::SingleSentences, _) | (_, 0) => {
                let second: Vec<u32> = first.iter().take(1).chain(second).copied().collect();
                batch.push(example, BELONGS, first, &vec![0; first.len()]);
                if second.len() > 1 {
                    batch.push(example + 1, BELONGS, &second, &vec![0; second.len()]);
                }
                return;
            }
            (Diet::Pairs, 1..=4) => (second, BELONGS),
            (Diet::Pairs, 5) => (&self.pairs[another].second, DOES_NOT),
            (Diet::Pairs, _) => {
                // half of the words are searched for, so that the others may differ
                let asked: Vec<u32> = first.iter().copied().filter(|_| below(2) == 0).collect();
                // among those found may be the right sentence again, or the first
                let mut found = self.index.nearest(&asked, 4 * NEAREST);
                found.retain(|other| {
                    let other = &self.pairs[*other].second;
                    !other.is_empty() && other != second && *other != first[1..]
                });
                found.truncate(NEAREST);
                let found = if found.is_empty() { another } else { found[below(found.len())] };
                (&self.pairs[found].second, DOES_NOT)
            }
        };
        if second.is_empty() {
            batch.push(example, BELONGS, first, &vec![0; first.len()]);
            return;
        }
        let types = [vec![0; first.len()], vec![1; second.len()]].concat();
        batch.push(example, label, &[&first[..], second].concat(), &types);
    }
}
