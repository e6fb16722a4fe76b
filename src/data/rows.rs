//! The rows of the word table that a task uses.
//!
//! A task touches a part of the vocabulary; the rest of the table never gets a gradient. Training keeps only the rows
//! that are used, and examples name rows instead of words.

use super::Examples;

/// Word of each row, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordRows {
    words: Vec<u32>,
}

impl WordRows {
    /// The words of these sets.
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
    /// if a word is not among those this was made from.
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
    fn rows_point_back_to_their_words() {
        let mut examples = examples_of_lengths(&[2, 3]);
        let before = examples.tokens().to_vec();
        let rows = WordRows::used_by(&[&examples]);
        rows.renumber(&mut examples);
        assert_eq!(rows.words(), [0, 1, 100, 101, 102]);
        let words: Vec<u32> = examples.tokens().iter().map(|row| rows.words()[*row as usize]).collect();
        assert_eq!(words, before);
    }
}
