//! Which rows of the embedding tables take part in a step.

use super::parameters::Group;
use crate::domain::batch::Batch;

/// Rows of each table, in the order in which the tables lie in their groups; ascending, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows(Vec<Vec<u32>>);

impl TableRows {
    /// What the embeddings of a batch read: words, positions, segments. No other row gets a gradient from it.
    pub fn read_by(batch: &Batch) -> Self {
        Self::read_by_all(std::slice::from_ref(batch))
    }

    /// What the embeddings of any of these batches read.
    pub fn read_by_all(batches: &[Batch]) -> Self {
        let distinct = |numbers: fn(&Batch) -> &Vec<u32>| {
            let mut rows: Vec<u32> = batches.iter().flat_map(numbers).copied().collect();
            rows.sort_unstable();
            rows.dedup();
            rows
        };
        let longest = batches.iter().map(Batch::longest).max().unwrap_or(0);
        Self(vec![distinct(|batch| &batch.tokens), (0..longest as u32).collect(), distinct(|batch| &batch.token_types)])
    }

    /// Every row of every table.
    pub fn all(groups: &[Group]) -> Self {
        let tables = groups.iter().flat_map(|group| group.layout().views()).filter(|view| view.is_table);
        Self(tables.map(|table| (0..table.shape[0] as u32).collect()).collect())
    }

    /// Rows of each table, ascending, each once.
    pub fn from_rows(rows: Vec<Vec<u32>>) -> Self {
        Self(rows)
    }

    /// Of the table with this number; none when it is not known.
    pub fn of(&self, table: usize) -> &[u32] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_reads_each_of_its_words_and_as_many_positions_as_its_longest_sequence() {
        let mut batch = Batch::default();
        batch.push(0, 1, &[7, 3, 7], &[0, 0, 1]);
        batch.push(1, 0, &[9, 3], &[0, 0]);
        let rows = TableRows::read_by(&batch);
        assert_eq!([rows.of(0), rows.of(1), rows.of(2)], [&[3, 7, 9][..], &[0, 1, 2], &[0, 1]]);
    }
}
