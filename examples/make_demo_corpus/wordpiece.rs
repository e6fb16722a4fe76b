//! Counts word pieces as BERT's uncased tokeniser does: lower case, split at white space and
//! around punctuation, then the longest piece that fits, again and again. The text is ASCII, so
//! accents and other scripts are not handled. It does not know where a vocabulary comes from.

use std::collections::BTreeSet;

pub const UNKNOWN: &str = "[UNK]";

pub struct WordPiece {
    pieces: BTreeSet<String>,
}

impl WordPiece {
    /// From the lines of a vocabulary file.
    pub fn new(vocabulary: &str) -> Self {
        Self { pieces: vocabulary.lines().map(String::from).collect() }
    }

    pub fn size(&self) -> usize {
        self.pieces.len()
    }

    pub fn split(&self, text: &str) -> Vec<String> {
        words(text).iter().flat_map(|word| self.split_word(word)).collect()
    }

    fn split_word(&self, word: &str) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < word.len() {
            let mark = if start == 0 { "" } else { "##" };
            let longest = (start + 1..=word.len())
                .rev()
                .map(|end| (end, format!("{mark}{}", &word[start..end])))
                .find(|(_, piece)| self.pieces.contains(piece));
            let Some((end, piece)) = longest else {
                // One unreadable stretch makes the whole word unknown.
                return vec![UNKNOWN.to_owned()];
            };
            pieces.push(piece);
            start = end;
        }
        pieces
    }
}

/// Lower-case words, every punctuation mark being a word of its own.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.to_ascii_lowercase().chars() {
        if character.is_alphanumeric() {
            word.push(character);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if !character.is_whitespace() {
            words.push(character.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
