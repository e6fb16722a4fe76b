//! A validation set cut out of the training set.

use super::{DataError, Examples};
use crate::domain::random::{Key, Purpose};

/// Splits off `share` of the examples, rounded down and drawn by the seed, as validation set. The split is the same for
/// every instance, so that all are scored on the same examples.
pub fn split(examples: &Examples, share: f64, seed: u32) -> Result<(Examples, Examples), DataError> {
    let count = examples.len();
    let validation = (count as f64 * share).floor().clamp(0.0, count as f64) as usize;
    if validation == 0 || validation == count {
        return Err(DataError::Split { share, examples: count, train: count - validation, validation });
    }
    let order = Key::new(seed.into(), Purpose::Split).permutation(count);
    let (mut chosen, mut rest) = (order[..validation].to_vec(), order[validation..].to_vec());
    chosen.sort_unstable();
    rest.sort_unstable();
    Ok((examples.select(&rest), examples.select(&chosen)))
}

#[cfg(test)]
mod tests {
    use super::super::batching::tests::examples_of_lengths;
    use super::*;

    #[test]
    fn the_split_is_a_partition() {
        let examples = examples_of_lengths(&[1; 40]);
        let (train, validation) = split(&examples, 0.05, 0).unwrap();
        assert_eq!((train.len(), validation.len()), (38, 2));
        let mut tokens = [train.tokens(), validation.tokens()].concat();
        tokens.sort_unstable();
        assert_eq!(tokens, examples.tokens());
        assert_eq!(train.all.examples, (0..38).collect::<Vec<_>>());
    }

    #[test]
    fn a_share_that_leaves_an_empty_set_is_refused() {
        let examples = examples_of_lengths(&[1; 10]);
        assert!(split(&examples, 0.01, 0).is_err());
        assert!(split(&examples, 1.0, 0).is_err());
        assert!(split(&examples, f64::NAN, 0).is_err());
    }
}
