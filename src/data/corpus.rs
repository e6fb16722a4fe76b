//! Text for pre-training: pairs of consecutive sentences, from a file or a folder of files.
//!
//! A text has one sentence per line and an empty line between documents; consecutive sentences form pairs. A table has one
//! pair per row.

use super::text::{bytes, text};
use super::{DataError, DataTable, Format};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Names of the columns with the first and the second sentence of a pair.
const COLUMNS: [(&str, &str); 6] = [
    ("sentence1", "sentence2"),
    ("#1 String", "#2 String"),
    ("text1", "text2"),
    ("question1", "question2"),
    ("premise", "hypothesis"),
    ("question", "sentence"),
];
/// Names of columns with single sentences.
const ALONE: [&str; 2] = ["sentence", "text"];

/// Extension of text files.
const TEXT: &str = "txt";

/// Pairs of consecutive sentences. The second sentence is empty for a single one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corpus {
    pub pairs: Vec<(String, String)>,
}

impl Corpus {
    /// Reads a file, or all files of a folder with a known extension in the order of their names.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let mut corpus = Self::default();
        for file in files(path)? {
            corpus.add(&file)?;
        }
        match corpus.pairs.is_empty() {
            true => Err(DataError::NoSentences { path: path.to_owned() }),
            false => Ok(corpus),
        }
    }

    pub fn sentences(&self) -> Vec<&str> {
        let sentences = self.pairs.iter().flat_map(|(first, second)| [first.as_str(), second]);
        sentences.filter(|text| !text.is_empty()).collect()
    }

    /// SHA-256 over every sentence, in hexadecimal.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for sentence in self.pairs.iter().flat_map(|(first, second)| [first, second]) {
            hasher.update((sentence.len() as u64).to_le_bytes());
            hasher.update(sentence);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn add(&mut self, path: &Path) -> Result<(), DataError> {
        let (place, bytes) = (path.display().to_string(), bytes(path)?);
        match Format::of(path) {
            Some(format) => self.add_table(&place, &format.read(&place, &bytes)?),
            None => {
                self.add_text(text(&place, &bytes)?);
                Ok(())
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for document in lines.split(|line| line.is_empty()) {
            for neighbours in document.chunks(2) {
                let [first, rest @ ..] = neighbours else { continue };
                self.pairs.push(((*first).to_owned(), rest.first().copied().unwrap_or_default().to_owned()));
            }
        }
    }

    fn add_table(&mut self, place: &str, table: &DataTable) -> Result<(), DataError> {
        let find = |name: &str| table.columns.iter().position(|column| column == name);
        let pair = COLUMNS.iter().find_map(|(first, second)| Some((find(first)?, Some(find(second)?))));
        let (first, second) = pair
            .or_else(|| ALONE.iter().find_map(|name| Some((find(name)?, None))))
            .ok_or_else(|| DataError::NoSentenceColumns { place: place.into(), found: table.columns.join(", ") })?;
        for row in &table.rows {
            let value = |number: usize| row.values.get(number).and_then(Option::as_deref).unwrap_or_default().trim();
            let sentences = (value(first), second.map_or("", value));
            let (first, second) = if sentences.0.is_empty() { (sentences.1, "") } else { sentences };
            if !first.is_empty() {
                self.pairs.push((first.to_owned(), second.to_owned()));
            }
        }
        Ok(())
    }
}

/// The file itself, or the files of a folder.
fn files(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let unreadable = |cause| DataError::Read { path: path.to_owned(), cause };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    let is_known = |path: &PathBuf| Format::of(path).is_some() || path.extension().is_some_and(|ending| ending == TEXT);
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(is_known).collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, contents: &str) -> Result<Corpus, DataError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), contents).unwrap();
        Corpus::read(folder.path())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(first, second)| ((*first).to_owned(), (*second).to_owned())).collect()
    }

    #[test]
    fn consecutive_sentences_of_a_document_form_pairs() {
        let corpus = read("a.txt", "One.\nTwo.\nThree.\n\n\nFour.\r\nFive.\n").unwrap();
        assert_eq!(corpus.pairs, pairs(&[("One.", "Two."), ("Three.", ""), ("Four.", "Five.")]));
        assert_eq!(corpus.sentences().len(), 5);
    }

    #[test]
    fn tables_are_read_by_column_names_and_labels_are_ignored() {
        let corpus = read("a.tsv", "label\tsentence1\tsentence2\n1\tA b.\tC d.\n0\t\tE.\n").unwrap();
        assert_eq!(corpus.pairs, pairs(&[("A b.", "C d."), ("E.", "")]));
        let corpus = read("a.jsonl", "{\"text\": \"A b.\", \"label\": 3}\n").unwrap();
        assert_eq!(corpus.pairs, pairs(&[("A b.", "")]));
        let error = read("a.csv", "left,right\nA,B\n").unwrap_err().to_string();
        assert!(error.contains("a.csv: no column has a known name for sentences, found left, right"), "{error}");
    }

    #[test]
    fn a_folder_without_text_is_refused_with_what_was_expected() {
        let error = read("notes.md", "One.\n").unwrap_err().to_string();
        assert!(error.contains("contains no sentences; expected text files (.txt)"), "{error}");
    }
}
