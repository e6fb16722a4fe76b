//! Encoded examples: the tokens of a set, concatenated.

use super::{DataError, Example, PairTokenizer};
use crate::domain::batch::Batch;
use sha2::{Digest, Sha256};

/// The range of the start offsets of a packed batch.
const MOST_TOKENS: u32 = u32::MAX;

/// The examples of one set: a `Batch` of all of them, as a separate type because batches are only gathered from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    pub(super) all: Batch,
}

impl Examples {
    pub fn encode(examples: &[Example], tokenizer: &PairTokenizer) -> Result<Self, DataError> {
        let mut all = Batch::default();
        for (number, example) in examples.iter().enumerate() {
            let (tokens, token_types) = tokenizer.encode(&example.first, example.second.as_deref())?;
            if all.token_count() + tokens.len() > MOST_TOKENS as usize {
                return Err(DataError::TooManyTokens { most: MOST_TOKENS });
            }
            all.push(number as u32, example.label, &tokens, &token_types);
        }
        Ok(Self { all })
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn token_types(&self) -> &[u32] {
        &self.all.token_types
    }

    pub fn tokens(&self) -> &[u32] {
        &self.all.tokens
    }

    /// Mean number of tokens per example, special tokens included.
    pub fn mean_length(&self) -> f64 {
        self.all.token_count() as f64 / self.len().max(1) as f64
    }

    /// Tokens of the longest example.
    pub fn longest(&self) -> usize {
        self.all.longest()
    }

    /// SHA-256 of everything that a model sees of the set, in hexadecimal. Computed before words are renumbered.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for column in [&self.all.labels, &self.all.starts, &self.all.tokens, &self.all.token_types] {
            hasher.update((column.len() as u64).to_le_bytes());
            for value in column {
                hasher.update(value.to_le_bytes());
            }
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The examples with these numbers, in this order, renumbered from 0.
    pub(super) fn select(&self, numbers: &[u32]) -> Self {
        let mut all = gather(self, numbers);
        all.examples = (0..numbers.len() as u32).collect();
        Self { all }
    }
}

/// The examples with these numbers as a packed batch, in this order.
pub fn gather(examples: &Examples, numbers: &[u32]) -> Batch {
    let all = &examples.all;
    let mut batch = Batch::default();
    for &number in numbers {
        let place = number as usize;
        let tokens = all.starts[place] as usize..all.starts[place + 1] as usize;
        batch.push(all.examples[place], all.labels[place], &all.tokens[tokens.clone()], &all.token_types[tokens]);
    }
    batch
}
