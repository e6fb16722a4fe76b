//! Assigns examples to batches.

use super::examples::{Examples, gather};
use crate::domain::batch::Batch;
use crate::domain::random::{Key, Purpose};

/// The order of the training examples in an epoch, which is the same for every batch size, so that instances are paired.
pub fn epoch_order(examples: usize, shuffle: bool, seed: u32, iid: u32, epoch: u32) -> Vec<u32> {
    if shuffle {
        Key::new(seed.into(), Purpose::Shuffle).with(iid.into()).with(epoch.into()).permutation(examples)
    } else {
        (0..examples as u32).collect()
    }
}

/// The whole set in batches of at most `most` examples, sorted by length because the cost of attention grows with the
/// longest sequence of a batch. Grouping does not change scores beyond rounding.
pub fn evaluation_batches(examples: &Examples, most: usize) -> Vec<Batch> {
    let mut by_length: Vec<u32> = (0..examples.len() as u32).collect();
    by_length.sort_by_key(|number| {
        let place = *number as usize;
        (examples.all.starts[place + 1] - examples.all.starts[place], *number)
    });
    by_length.chunks(most.max(1)).map(|numbers| gather(examples, numbers)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Examples of the given lengths; token and label values are arbitrary but distinct enough.
    pub fn examples_of_lengths(lengths: &[usize]) -> Examples {
        let mut all = Batch::default();
        for (number, length) in lengths.iter().enumerate() {
            let tokens: Vec<u32> = (0..*length as u32).map(|place| number as u32 * 100 + place).collect();
            all.push(number as u32, number as u32 % 2, &tokens, &vec![0; *length]);
        }
        Examples { all }
    }

    #[test]
    fn a_batch_lays_its_sequences_end_to_end() {
        let batch = gather(&examples_of_lengths(&[3, 1, 2]), &[2, 0]);
        assert_eq!(batch.examples, [2, 0]);
        assert_eq!(batch.starts, [0, 2, 5]);
        assert_eq!(batch.tokens, [200, 201, 0, 1, 2]);
        assert_eq!(batch.longest(), 3);
    }

    #[test]
    fn every_example_is_evaluated_once() {
        let examples = examples_of_lengths(&[5, 1, 4, 2, 3, 1, 7]);
        let batches = evaluation_batches(&examples, 3);
        assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), [3, 3, 1]);
        let mut seen: Vec<u32> = batches.iter().flat_map(|batch| batch.examples.clone()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..7).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_depends_on_instance_and_epoch_alone() {
        assert_eq!(epoch_order(5, false, 1, 2, 3), [0, 1, 2, 3, 4]);
        assert_eq!(epoch_order(50, true, 1, 2, 3), epoch_order(50, true, 1, 2, 3));
        assert_ne!(epoch_order(50, true, 1, 2, 3), epoch_order(50, true, 1, 2, 4));
        assert_ne!(epoch_order(50, true, 1, 2, 3), epoch_order(50, true, 1, 3, 3));
    }
}
