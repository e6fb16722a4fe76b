//! Masking for masked language modelling (Devlin et al. 2019, section 3.1).

use super::{DataError, PairTokenizer};
use crate::domain::batch::Batch;
use crate::domain::random::Key;

/// The share of the tokens of a sequence to predict; at least one.
const SHARE: f64 = 0.15;
/// The share of these replaced by `[MASK]`.
const HIDDEN: f64 = 0.8;
/// The share of these replaced by a random word; the rest are unchanged.
const REPLACED: f64 = 0.1;

/// A batch with masked tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// as the model sees it
    pub batch: Batch,
    /// \[M\] positions in the packed tokens, ascending
    pub places: Vec<u32>,
    /// \[M\] the original tokens
    pub words: Vec<u32>,
}

/// BERT's masking rule for a vocabulary.
pub struct Masking {
    mask: u32,
    /// `[CLS]` and `[SEP]`, which are never masked
    frame: [u32; 2],
    words: u64,
}

impl Masking {
    /// # Errors
    /// when the vocabulary lacks a required special token.
    pub fn of(tokenizer: &PairTokenizer) -> Result<Self, DataError> {
        let special = |token: &'static str| {
            let missing = || DataError::SpecialToken { place: "the vocabulary".into(), token: token.into() };
            tokenizer.special(token).ok_or_else(missing)
        };
        Ok(Self {
            mask: special("[MASK]")?,
            frame: [special("[CLS]")?, special("[SEP]")?],
            words: tokenizer.vocabulary_size() as u64,
        })
    }

    /// Selects and masks tokens. The result for an example depends only on the key and its number.
    pub fn mask(&self, mut batch: Batch, key: Key) -> Masked {
        let (mut places, mut words) = (Vec::new(), Vec::new());
        let sequences: Vec<_> = batch.sequences().collect();
        for (sequence, &example) in sequences.into_iter().zip(&batch.examples) {
            let stream = key.with(example.into());
            let choices: Vec<u32> = sequence
                .map(|place| place as u32)
                .filter(|place| !self.frames(batch.tokens[*place as usize]))
                .collect();
            let count = ((choices.len() as f64 * SHARE).round() as usize).max(1);
            let order = stream.with(0).permutation(choices.len());
            let mut chosen: Vec<u32> = order.into_iter().take(count).map(|choice| choices[choice as usize]).collect();
            chosen.sort_unstable();
            for (number, place) in chosen.into_iter().enumerate() {
                let token = &mut batch.tokens[place as usize];
                places.push(place);
                words.push(*token);
                let draw = stream.with(1).uniform(number as u64);
                if draw < HIDDEN {
                    *token = self.mask;
                } else if draw < HIDDEN + REPLACED {
                    *token = (stream.with(2).bits64(number as u64) % self.words) as u32;
                }
            }
        }
        Masked { batch, places, words }
    }

    fn frames(&self, token: u32) -> bool {
        self.frame.contains(&token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Purpose;

    const MASKING: Masking = Masking { mask: 4, frame: [2, 3], words: 50 };

    fn hidden(examples: std::ops::Range<u32>) -> (Batch, Masked) {
        let mut batch = Batch::default();
        for example in examples {
            let words = (0..17).map(|place| 5 + (example * 7 + place) % 45);
            let tokens: Vec<u32> = [2].into_iter().chain(words).chain([3]).collect();
            batch.push(example, 0, &tokens, &vec![0; tokens.len()]);
        }
        (batch.clone(), MASKING.mask(batch, Key::new(1, Purpose::Masking)))
    }

    #[test]
    fn fifteen_per_cent_are_selected_and_most_of_them_masked() {
        let (before, after) = hidden(0..400);
        // 3 of 17 a sequence
        assert_eq!(after.places.len(), 1200);
        let (mut masked, mut kept) = (0, 0);
        for (place, word) in after.places.iter().zip(&after.words) {
            let (was, is) = (before.tokens[*place as usize], after.batch.tokens[*place as usize]);
            assert_eq!(was, *word);
            assert!(was > 4, "marks are not guessed");
            masked += usize::from(is == 4);
            kept += usize::from(is == was);
        }
        // 960 and 120 expected; standard deviations 14 and 10
        assert!((890..1030).contains(&masked) && (70..175).contains(&kept), "{masked} masked, {kept} kept");
        let changed = before.tokens.iter().zip(&after.batch.tokens).filter(|(was, is)| was != is).count();
        assert_eq!(changed, 1200 - kept, "nothing changes but what is to be guessed");
    }

    #[test]
    fn masking_does_not_depend_on_the_rest_of_the_batch() {
        let ((_, alone), (_, among)) = (hidden(7..8), hidden(6..9));
        let of_second: Vec<u32> = among.places.iter().filter(|p| (19..38).contains(*p)).map(|p| p - 19).collect();
        assert_eq!(of_second, alone.places);
        assert_eq!(among.batch.tokens[19..38], alone.batch.tokens);
    }

    #[test]
    fn a_sequence_without_words_has_nothing_to_predict() {
        let mut batch = Batch::default();
        batch.push(0, 0, &[2, 3, 3], &[0, 0, 1]);
        let masked = MASKING.mask(batch.clone(), Key::new(1, Purpose::Masking));
        assert_eq!((masked.batch, masked.places), (batch, vec![]));
    }
}
