//! What labels mean: how many classes there are, and how each is called.

use super::DataError;
use super::columns::{Label, excerpt};

/// The label of an example that nobody labelled, by GLUE's custom.
const UNLABELLED: &str = "-1";
/// Classes of the largest task.
const MOST: usize = 3;
/// GLUE's order where three sorts of inference are told apart, which is the alphabet's turned round.
const INFERENCE: [&str; 3] = ["entailment", "neutral", "contradiction"];

/// The classes of a task in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    names: Vec<String>,
}

impl Classes {
    pub fn named(names: &[impl AsRef<str>]) -> Self {
        Self { names: names.iter().map(|name| name.as_ref().to_owned()).collect() }
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Those of a training set's labels: numbers from 0 on, or else words, which count in the alphabet's order.
    pub(super) fn of<'r>(
        label: &Label<'_>,
        labels: impl Iterator<Item = (u64, Option<&'r str>)>,
    ) -> Result<Self, DataError> {
        let numbers = Self::named(&(0..MOST).map(|class| class.to_string()).collect::<Vec<_>>());
        let mut labels = labels.peekable();
        // a number that is none of them is told as such, and not as a word
        let first = labels.peek().and_then(|(_, first)| *first);
        if first.is_none_or(is_number) {
            let mut seen = [false; MOST];
            for (line, found) in labels {
                if let Some(seen) = seen.get_mut(numbers.number(label, line, found)? as usize) {
                    *seen = true;
                }
            }
            let count = seen.iter().rposition(|seen| *seen).map_or(0, |last| last + 1);
            if let Some(missing) = seen.iter().take(count).position(|seen| !seen) {
                let (place, column) = (label.place.to_owned(), label.column.to_owned());
                return match seen.iter().filter(|seen| **seen).count() {
                    1 => Err(DataError::SingleClass { place, label: (count - 1).to_string() }),
                    _ => Err(DataError::NoExample { place, column, missing, last: count - 1 }),
                };
            }
            return Self { names: numbers.names.into_iter().take(count).collect() }.several(label.place);
        }
        let mut names: Vec<&str> = Vec::new();
        for (line, found) in labels {
            let word = match found {
                Some(UNLABELLED) => return Err(DataError::Unlabelled { place: label.place.into(), line }),
                Some(word) => word,
                None => return Err(numbers.wrong(label, line, found)),
            };
            if !names.contains(&word) {
                if names.len() == MOST {
                    let (place, column, found) = (label.place.into(), label.column.into(), excerpt(word, 40));
                    return Err(DataError::TooManyClasses { place, line, column, found: found.into() });
                }
                names.push(word);
            }
        }
        names.sort_unstable();
        if INFERENCE.iter().all(|name| names.contains(name)) {
            names = INFERENCE.to_vec();
        }
        Self::named(&names).several(label.place)
    }

    /// A label's class, by its name or its number.
    pub(super) fn number(&self, label: &Label<'_>, line: u64, found: Option<&str>) -> Result<u32, DataError> {
        let named = found.and_then(|found| self.names.iter().position(|name| name == found));
        // where names are numbers themselves, they alone count
        let numbered = || (0..self.names.len()).find(|class| found == Some(class.to_string().as_str()));
        let class = named.or_else(|| if self.has_number() { None } else { numbered() });
        match class {
            Some(class) => Ok(class as u32),
            None if found == Some(UNLABELLED) => Err(DataError::Unlabelled { place: label.place.into(), line }),
            None => Err(self.wrong(label, line, found)),
        }
    }

    /// Whether a class is called by a number.
    fn has_number(&self) -> bool {
        self.names.iter().any(|name| is_number(name))
    }

    fn several(self, place: &str) -> Result<Self, DataError> {
        match &self.names[..] {
            [only] => Err(DataError::SingleClass { place: place.into(), label: only.clone() }),
            _ => Ok(self),
        }
    }

    fn wrong(&self, label: &Label<'_>, line: u64, found: Option<&str>) -> DataError {
        let (place, column) = (label.place.to_owned(), label.column.to_owned());
        let fraction = found.is_some_and(|found| is_number(found) && found.contains('.'));
        let numbers = format!("a whole number from 0 to {}", self.names.len().saturating_sub(1));
        let names = self.names.join(", ");
        let mut expected = if self.names.iter().enumerate().all(|(class, name)| *name == class.to_string()) {
            numbers
        } else if self.has_number() {
            format!("one of {names}")
        } else {
            format!("{numbers}, or one of {names}")
        };
        if fraction {
            expected += "; fractions are a regression's, and batchscope trains classifiers";
        }
        let found = found.map_or("nothing".to_owned(), |found| format!("`{}`", excerpt(found, 40)));
        DataError::Label { place, line, column, found: found.into(), expected: expected.into() }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[&str]) -> Result<Vec<String>, String> {
        let label = Label { place: "a.tsv", column: "label" };
        let labels = labels.iter().enumerate().map(|(row, label)| (row as u64 + 2, Some(*label)));
        Classes::of(&label, labels).map(|classes| classes.names).map_err(|error| error.to_string())
    }

    #[test]
    fn there_are_as_many_classes_as_labels() {
        assert_eq!(of(&["0", "1", "0"]).unwrap(), ["0", "1"]);
        assert_eq!(of(&["2", "1", "0"]).unwrap(), ["0", "1", "2"]);
        assert_eq!(of(&["true", "false"]).unwrap(), ["false", "true"]);
        assert_eq!(of(&["not_entailment", "entailment"]).unwrap(), ["entailment", "not_entailment"]);
        assert_eq!(of(&["neutral", "contradiction", "entailment"]).unwrap(), INFERENCE);
    }

    #[test]
    fn labels_that_make_no_classes_are_refused() {
        assert!(of(&["0", "0"]).unwrap_err().starts_with("a.tsv: every example has the label 0"));
        assert!(of(&["1", "1"]).unwrap_err().starts_with("a.tsv: every example has the label 1"));
        assert!(of(&["same", "same"]).unwrap_err().starts_with("a.tsv: every example has the label same"));
        assert!(of(&["1", "2"]).unwrap_err().contains("none has 0; labels count from 0 to 2 without a gap"));
        assert!(of(&["3.8", "1.2"]).unwrap_err().contains("fractions are a regression's"));
        assert!(of(&["a", "b", "c", "d"]).unwrap_err().starts_with("a.tsv, line 5: `d` is the fourth"));
    }

    #[test]
    fn a_known_class_goes_by_its_name_or_its_number() {
        let (classes, label) = (Classes::named(&INFERENCE), Label { place: "a.tsv", column: "gold_label" });
        assert_eq!(classes.number(&label, 2, Some("contradiction")).unwrap(), 2);
        assert_eq!(classes.number(&label, 2, Some("1")).unwrap(), 1);
        let message = |classes: &Classes, found| classes.number(&label, 2, Some(found)).unwrap_err().to_string();
        let hidden = message(&classes, "hidden");
        assert!(hidden.ends_with("from 0 to 2, or one of entailment, neutral, contradiction"), "{hidden}");
        assert!(message(&classes, "-1").contains("these examples have no labels"));
    }

    #[test]
    fn classes_that_are_called_by_numbers_go_by_their_names_alone() {
        let label = Label { place: "a.tsv", column: "label" };
        let number = |names: [&str; 2], found| Classes::named(&names).number(&label, 2, Some(found));
        assert_eq!((number(["1", "0"], "0").unwrap(), number(["1", "0"], "1").unwrap()), (1, 0));
        assert_eq!((number(["-1", "1"], "-1").unwrap(), number(["-1", "1"], "1").unwrap()), (0, 1));
        assert!(number(["1", "2"], "0").unwrap_err().to_string().ends_with("is `0`, expected one of 1, 2"));
    }
}
