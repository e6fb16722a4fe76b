//! Finds the sentences most similar to a given one by inverse document frequency (Sparck Jones 1972). Integer arithmetic
//! gives the same result on every machine.

/// An inverted index of sentences.
pub struct SentenceIndex {
    /// for each word: the sentences that contain it, ascending
    places: Vec<Vec<u32>>,
    /// for each word: its inverse document frequency, as a binary logarithm
    weights: Vec<u32>,
    /// for each sentence: the total weight of its words
    totals: Vec<u32>,
}

impl SentenceIndex {
    pub fn of<'s>(sentences: impl Iterator<Item = &'s [u32]>) -> Self {
        let sentences: Vec<Vec<u32>> = sentences.map(distinct).collect();
        let words = sentences.iter().flatten().max().map_or(0, |largest| *largest as usize + 1);
        let mut places = vec![Vec::new(); words];
        for (number, sentence) in (0..).zip(&sentences) {
            for word in sentence {
                places[*word as usize].push(number);
            }
        }
        let weights: Vec<u32> =
            places.iter().map(|held| (sentences.len() / held.len().max(1)).max(1).ilog2()).collect();
        let total = |sentence: &Vec<u32>| sentence.iter().map(|word| weights[*word as usize]).sum();
        let totals = sentences.iter().map(total).collect();
        Self { places, weights, totals }
    }

    /// The most similar sentences, best first, by the weight of the common words relative to the weight of both. Ties go to
    /// the earlier sentence.
    pub fn nearest(&self, words: &[u32], most: usize) -> Vec<usize> {
        let mut shared = vec![0u32; self.totals.len()];
        let mut total = 0;
        for word in distinct(words) {
            let Some(places) = self.places.get(word as usize) else { continue };
            let weight = self.weights[word as usize];
            total += weight;
            for place in places {
                shared[*place as usize] += weight;
            }
        }
        let mut nearest: Vec<(u32, usize)> = Vec::with_capacity(most + 1);
        for (place, shared) in shared.into_iter().enumerate() {
            let permille = 1000 * shared / (total + self.totals[place] - shared).max(1);
            if nearest.len() < most || nearest.last().is_some_and(|(least, _)| permille > *least) {
                let rank = nearest.partition_point(|(other, _)| *other >= permille);
                nearest.insert(rank, (permille, place));
                nearest.truncate(most);
            }
        }
        nearest.into_iter().map(|(_, place)| place).collect()
    }
}

fn distinct(words: &[u32]) -> Vec<u32> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_count_more_than_common_ones() {
        let sentences: [&[u32]; 5] = [&[1, 2, 3], &[1, 2, 4], &[1, 9, 5], &[1, 2, 3], &[1, 2, 7]];
        let index = SentenceIndex::of(sentences.into_iter());
        assert_eq!(index.nearest(&[1, 9, 3], 4), [2, 0, 3, 1]);
        assert_eq!(index.nearest(&[1, 100], 2), [0, 1]);
        assert!(SentenceIndex::of(std::iter::empty()).nearest(&[1], 3).is_empty());
    }
}
