//! Input of pre-training: sequences of two consecutive sentences, of two unrelated ones, and of single ones.

use super::search::SentenceIndex;
use super::{DataError, PairTokenizer};
use crate::domain::batch::Batch;

/// A hard negative is drawn from this many most similar sentences.
const NEAREST: usize = 8;

/// Labels of next-sentence prediction, as in BERT.
const IS_NEXT: u32 = 0;
const NOT_NEXT: u32 = 1;

/// The sequences to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PretrainingInput {
    /// pairs, pairs with another second sentence, and single sentences
    Pairs,
    /// single sentences only
    SingleSentences,
}

/// Two consecutive sentences as tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// `[CLS] first [SEP]`
    first: Vec<u32>,
    /// `second [SEP]`; empty for a single sentence
    second: Vec<u32>,
}

impl TokenPair {
    /// An empty second sentence means a single sentence.
    pub fn encode(tokenizer: &PairTokenizer, first: &str, second: &str) -> Result<Self, DataError> {
        let (tokens, types) = tokenizer.encode(first, (!second.is_empty()).then_some(second))?;
        let split = types.iter().filter(|kind| **kind == 0).count();
        let (first, second) = tokens.split_at(split);
        Ok(Self { first: first.to_vec(), second: second.to_vec() })
    }
}

/// A block of pairs, from which negatives are drawn too.
pub struct Sequences<'p> {
    pairs: &'p [TokenPair],
    index: SentenceIndex,
    input: PretrainingInput,
}

impl<'p> Sequences<'p> {
    pub fn of(pairs: &'p [TokenPair], input: PretrainingInput) -> Self {
        Self { pairs, index: SentenceIndex::of(pairs.iter().map(|pair| &pair.second[..])), input }
    }

    /// Batches of `size` pairs; a partial batch at the end is dropped. Examples are numbered from `first` on, two per pair.
    /// `below` draws a random number below its argument.
    pub fn batches(&self, size: usize, first: u32, below: &mut dyn FnMut(usize) -> usize) -> Vec<Batch> {
        let places: Vec<usize> = (0..self.pairs.len()).collect();
        let batches = places.chunks_exact(size).map(|places| {
            let mut batch = Batch::default();
            for &place in places {
                // wraps after 2^31 pairs
                self.read(place, first.wrapping_add((place as u32).wrapping_mul(2)), below, &mut batch);
            }
            batch
        });
        batches.collect()
    }

    /// Turns a pair into one sequence of two sentences, or into two single ones.
    fn read(&self, place: usize, example: u32, below: &mut dyn FnMut(usize) -> usize, batch: &mut Batch) {
        let TokenPair { first, second } = &self.pairs[place];
        let another = (place + 1 + below(self.pairs.len() - 1)) % self.pairs.len();
        let (second, label) = match (self.input, place % 9) {
            (PretrainingInput::SingleSentences, _) | (_, 0) => {
                let second: Vec<u32> = first.iter().take(1).chain(second).copied().collect();
                batch.push(example, IS_NEXT, first, &vec![0; first.len()]);
                if second.len() > 1 {
                    batch.push(example + 1, IS_NEXT, &second, &vec![0; second.len()]);
                }
                return;
            }
            (PretrainingInput::Pairs, 1..=4) => (second, IS_NEXT),
            (PretrainingInput::Pairs, 5) => (&self.pairs[another].second, NOT_NEXT),
            (PretrainingInput::Pairs, _) => {
                // search for half of the words, so that the others may differ
                let query: Vec<u32> = first.iter().copied().filter(|_| below(2) == 0).collect();
                // the search may return the original second sentence, or the first
                let mut found = self.index.nearest(&query, 4 * NEAREST);
                found.retain(|other| {
                    let other = &self.pairs[*other].second;
                    !other.is_empty() && other != second && *other != first[1..]
                });
                found.truncate(NEAREST);
                let found = if found.is_empty() { another } else { found[below(found.len())] };
                (&self.pairs[found].second, NOT_NEXT)
            }
        };
        if second.is_empty() {
            batch.push(example, IS_NEXT, first, &vec![0; first.len()]);
            return;
        }
        let types = [vec![0; first.len()], vec![1; second.len()]].concat();
        batch.push(example, label, &[&first[..], second].concat(), &types);
    }
}
