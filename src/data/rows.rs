//! The rows of the word table that a task uses.
//!
//! A task uses part of the vocabulary; the other rows of the word table never get a gradient. Training keeps only the used
//! rows, and examples refer to rows instead of words.

use super::Examples;

/// Word of each row, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordRows {
    words: Vec<u32>,
}

impl WordRows {
    /// The words used by these sets.
    pub fn used_by(sets: &[&Examples]) -> Self {
        let mut words: Vec<u32> = sets.iter().flat_map(|set| set.tokens()).copied().collect();
        words.sort_unstable();
        words.dedup();
        Self { words }
    }

    /// \[V\] word of each row
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Replaces every word by its row.
    ///
    /// # Panics
    /// if a word was in none of the sets.
    pub fn renumber(&self, examples: &mut Examples) {
        for token in &mut examples.all.tokens {
            let row = self.words.binary_search(token).expect("rows are made from the same sets");
            *token = row as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::batching::tests::examples_of_lengths;
    use super::*;

    #[test]
    fn rows_map_back_to_their_words() {
        let mut examples = examples_of_lengths(&[2, 3]);
        let before = examples.tokens().to_vec();
        let rows = WordRows::used_by(&[&examples]);
        rows.renumber(&mut examples);
        assert_eq!(rows.words(), [0, 1, 100, 101, 102]);
        let words: Vec<u32> = examples.tokens().iter().map(|row| rows.words()[*row as usize]).collect();
        assert_eq!(words, before);
    }
}
