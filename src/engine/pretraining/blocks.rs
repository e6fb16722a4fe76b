//! What is read in a pre-training, block after block, without an end.

use super::{BATCH_SIZE, PAIRS_AN_UPDATE};
use crate::data::{DataError, Diet, Sequences, TokenPair};
use crate::domain::batch::Batch;
use crate::domain::random::{Key, Purpose};

/// Pairs of a block at most: a second sentence that does not belong is searched for among them.
const MOST: usize = 480 * PAIRS_AN_UPDATE;
const SEED: u64 = 0;

type Read = dyn Fn(u64) -> Result<Vec<Batch>, DataError> + Send;

pub struct Blocks {
    /// updates that a block is enough for
    pub updates: u64,
    /// the batches of a block, each of [`BATCH_SIZE`] pairs
    pub read: Box<Read>,
}

impl Blocks {
    /// Reads all pairs in an order of chance, then again in another. Nothing when they are too few for an update.
    pub fn of(pairs: Vec<TokenPair>, diet: Diet) -> Option<Self> {
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
                // the high half of the product is spread evenly
                ((u128::from(key.bits64(drawn)) * bound as u128) >> 64) as usize
            };
            // wraps after two thousand million pairs
            let first = (number as u32).wrapping_mul(2 * block as u32);
            Ok(Sequences::of(&pairs, diet).batches(BATCH_SIZE, first, &mut below))
        };
        Some(Self { updates: updates as u64, read: Box::new(read) })
    }
}
