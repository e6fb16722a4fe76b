//! A packed batch: sequences laid end to end, no padding anywhere.
//!
//! The shape alphabet of the whole program: B sequences, T tokens in the packed batch, H hidden size, A heads, D head
//! size, F feed-forward size, V rows of the word table, C classes.

/// B sequences of T tokens in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// \[B\] number of each example in its set: names its dropout masks
    pub examples: Vec<u32>,
    /// \[B\] class of each example
    pub labels: Vec<u32>,
    /// \[B + 1\] where each sequence starts in the packed tokens; the last entry is T
    pub starts: Vec<u32>,
    /// \[T\] row of the word table of each token
    pub tokens: Vec<u32>,
    /// \[T\] 0 in the first sentence, 1 in the second
    pub token_types: Vec<u32>,
}

impl Batch {
    /// B
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// T
    pub fn token_count(&self) -> usize {
        self.tokens.len()
    }

    /// Token range of each sequence, in order.
    pub fn sequences(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.starts.windows(2).map(|pair| pair[0] as usize..pair[1] as usize)
    }

    /// Tokens of the longest sequence; 0 when there is none.
    pub fn longest(&self) -> usize {
        self.sequences().map(|range| range.len()).max().unwrap_or(0)
    }

    /// Appends one sequence.
    pub fn push(&mut self, example: u32, label: u32, tokens: &[u32], token_types: &[u32]) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.examples.push(example);
        self.labels.push(label);
        self.tokens.extend_from_slice(tokens);
        self.token_types.extend_from_slice(token_types);
        self.starts.push(self.tokens.len() as u32);
    }
}
