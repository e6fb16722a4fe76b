//! Training data for measurements: random words in pairs as long as MRPC's.

use crate::domain::batch::Batch;
use crate::domain::random::{Key, Purpose};

/// Rows of the word table that MRPC's training set uses with BERT's vocabulary.
pub const ROWS: usize = 11_563;

/// Tokens of the shortest pair.
const SHORTEST: usize = 19;

/// How many of MRPC's 3,668 training pairs are 19, 20, ... 103 tokens long with BERT's vocabulary.
const COUNTS: [u16; 85] = [
    2, 0, 2, 3, 2, 2, 11, 15, 12, 29, 19, 20, 31, 46, 37, 46, 46, 63, 70, 82, 61, 72, 86, 73, 74, 92, 112, 97, 91, 76,
    88, 93, 105, 84, 109, 109, 95, 91, 86, 97, 115, 104, 119, 89, 74, 106, 73, 69, 69, 59, 68, 56, 44, 43, 36, 40, 26,
    24, 19, 23, 13, 11, 14, 5, 10, 8, 1, 3, 4, 2, 3, 1, 1, 0, 0, 0, 0, 2, 1, 1, 0, 2, 0, 0, 1,
];

/// An endless stream of batches, the same for the same worker.
pub struct Workload {
    lengths: Vec<usize>,
    key: Key,
    drawn: u64,
}

impl Workload {
    pub fn new(worker: usize) -> Self {
        let lengths = COUNTS.iter().enumerate();
        let lengths = lengths.flat_map(|(more, count)| std::iter::repeat_n(SHORTEST + more, usize::from(*count)));
        Self { lengths: lengths.collect(), key: Key::new(0, Purpose::Shuffle).with(worker as u64), drawn: 0 }
    }

    pub fn batch(&mut self, size: u32) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..size {
            let stream = self.key.with(self.drawn);
            self.drawn += 1;
            let length = self.lengths[stream.bits(0) as usize % self.lengths.len()];
            let tokens: Vec<u32> = (0..length as u32).map(|place| stream.bits(1 + place) % ROWS as u32).collect();
            let types: Vec<u32> = (0..length).map(|place| u32::from(place >= length / 2)).collect();
            batch.push(self.drawn as u32, stream.bits(u32::MAX) % 2, &tokens, &types);
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_as_long_as_those_of_the_corpus() {
        let workload = Workload::new(0);
        assert_eq!(workload.lengths.len(), 3668);
        let mean = workload.lengths.iter().sum::<usize>() as f64 / 3668.0;
        assert!((mean - 53.24).abs() < 0.01, "{mean}");
        let batch = Workload::new(0).batch(64);
        assert!((30.0..80.0).contains(&(batch.token_count() as f64 / 64.0)));
        assert_ne!(batch, Workload::new(1).batch(64));
    }
}
