//! An endless stream of training batches for pre-training, block by block.

use super::{BATCH_SIZE, PAIRS_AN_UPDATE};
use crate::data::{DataError, PretrainingInput, Sequences, TokenPair};
use crate::domain::batch::Batch;
use crate::domain::random::{Key, Purpose};

/// Largest number of pairs in a block. Negative examples for next-sentence prediction are drawn from the same block.
const MOST: usize = 480 * PAIRS_AN_UPDATE;
const SEED: u64 = 0;

type Read = dyn Fn(u64) -> Result<Vec<Batch>, DataError> + Send;

pub struct Blocks {
    /// updates per block
    pub updates: u64,
    /// the batches of a block, each of [`BATCH_SIZE`] pairs
    pub read: Box<Read>,
}

impl Blocks {
    /// Passes over all pairs again and again, each time in a new random order. Nothing where there are fewer than an update needs.
    pub fn of(pairs: Vec<TokenPair>, input: PretrainingInput) -> Option<Self> {
        let updates = pairs.len().min(MOST) / PAIRS_AN_UPDATE;
        if updates == 0 {
            return None;
        }
        let block = updates * PAIRS_AN_UPDATE;
        let in_epoch = (pairs.len() / block) as u64;
        let read = move |number: u64| {
            let order = Key::new(SEED, Purpose::Shuffle).with(number / in_epoch).permutation(pairs.len());
            let chosen = order.chunks_exact(block).nth((number % in_epoch) as usize).unwrap_or_default();
            let pairs: Vec<TokenPair> = chosen.iter().map(|place| pairs[*place as usize].clone()).collect();
            let (key, mut drawn) = (Key::new(SEED, Purpose::Split).with(number), 0);
            let mut below = |bound: usize| {
                drawn += 1;
                // multiply-shift: uniform below the bound, up to 2^-64
                ((u128::from(key.bits64(drawn)) * bound as u128) >> 64) as usize
            };
            // wraps after two billion pairs
            let first = (number as u32).wrapping_mul(2 * block as u32);
            Ok(Sequences::of(&pairs, input).batches(BATCH_SIZE, first, &mut below))
        };
        Some(Self { updates: updates as u64, read: Box::new(read) })
    }
}
