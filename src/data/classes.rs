//! Classes and labels: the number and names of classes, and the labels that mean "no label".

use super::DataError;
use super::text::excerpt;
use crate::domain::spec::MOST_CLASSES;
use std::collections::BTreeMap;

/// GLUE's order of the three inference classes.
const INFERENCE: [&str; 3] = ["entailment", "neutral", "contradiction"];
/// Markers of a missing gold label: SNLI's hyphen, and pandas' spellings of a missing value.
const BLANK: [&str; 3] = ["-", "nan", "<na>"];
/// Further markers, unless a class has that name.
const ABSENT: [&str; 7] = ["none", "null", "na", "n/a", "hidden", "unlabeled", "unlabelled"];

/// The label of a row, as written in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label<'l> {
    pub place: &'l str,
    pub column: &'l str,
    pub line: u64,
    pub text: Option<&'l str>,
}

impl Label<'_> {
    /// The label as a whole number: `1`, or `1.0` as pandas writes a column with missing values.
    fn whole(&self) -> Option<i64> {
        let text = self.text?;
        let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
        fraction.bytes().all(|digit| digit == b'0').then(|| digits.parse().ok())?
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        self.text.is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
    }

    /// Whether it marks a missing label in any task. GLUE and the hub write -1.
    fn is_blank(&self) -> bool {
        self.text.is_none() || self.whole() == Some(-1) || self.is_one_of(&BLANK)
    }

    /// Whether it marks a missing label, unless a class has that name.
    fn is_absent(&self) -> bool {
        self.is_blank() || self.is_one_of(&ABSENT)
    }

    /// The label as quoted in messages.
    pub fn shown(&self) -> Box<str> {
        self.text.map_or("nothing".into(), |text| format!("`{}`", excerpt(text, 40)).into())
    }

    fn unexpected(&self, mut expected: String) -> DataError {
        if self.text.is_some_and(|text| text.contains('.') && is_number(text)) && self.whole().is_none() {
            expected += "; fractions are for regression, and batchscope trains classifiers";
        }
        let (place, column, line) = (self.place.into(), self.column.into(), self.line);
        DataError::Label { place, line, column, found: self.shown(), expected: expected.into(), more: 0 }
    }
}

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

    /// The classes of a training set's labels: numbers from 0 on, or -1 and 1, or else words in alphabetical order. `None` if
    /// no row has a label.
    pub(super) fn of<'l>(labels: impl Iterator<Item = Label<'l>> + Clone) -> Result<Option<Self>, DataError> {
        let Some(first) = labels.clone().find(|label| !label.is_blank()) else { return Ok(None) };
        let classes = match first.text.is_some_and(is_number) {
            true => Self::of_numbers(labels)?,
            false => Self::of_words(first, labels)?,
        };
        match &classes.names[..] {
            [only] => Err(DataError::SingleClass { place: first.place.into(), label: only.clone() }),
            _ => Ok(Some(classes)),
        }
    }

    fn of_numbers<'l>(labels: impl Iterator<Item = Label<'l>>) -> Result<Self, DataError> {
        let mut found = BTreeMap::new();
        for label in labels.filter(|label| label.text.is_some()) {
            match label.whole() {
                Some(number) => drop(found.entry(number).or_insert(label)),
                None if label.is_absent() => {}
                None => return Err(label.unexpected("a whole number from 0 on".into())),
            }
        }
        if !found.keys().eq(&[-1, 1]) {
            found.remove(&-1);
        }
        let names: Vec<String> = found.keys().map(i64::to_string).collect();
        let (Some((least, label)), Some(most)) = (found.first_key_value(), found.keys().next_back()) else {
            return Ok(Self { names });
        };
        if names.len() > MOST_CLASSES {
            return Err(too_many(label, names.len()));
        }
        let is_counted = *least == 0 && *most == names.len() as i64 - 1;
        if is_counted || names.len() == 1 || names == ["-1", "1"] {
            return Ok(Self { names });
        }
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        Err(DataError::Gap {
            place: label.place.into(),
            column: label.column.into(),
            missing: (0..).find(|number| !found.contains_key(number)).unwrap_or(0),
            names: quoted.join(", ").into(),
        })
    }

    fn of_words<'l>(first: Label<'l>, labels: impl Iterator<Item = Label<'l>>) -> Result<Self, DataError> {
        let words = labels.filter(|label| !label.is_blank()).filter_map(|label| label.text);
        let mut names: Vec<&str> = words.collect();
        names.sort_unstable();
        names.dedup();
        if names.len() > MOST_CLASSES {
            return Err(too_many(&first, names.len()));
        }
        if INFERENCE.iter().all(|name| names.contains(name)) && names.len() == INFERENCE.len() {
            names = INFERENCE.to_vec();
        }
        Ok(Self::named(&names))
    }

    /// The class of a label, by name or number; `None` for a missing label.
    pub(super) fn number(&self, label: &Label<'_>) -> Result<Option<u32>, DataError> {
        let place_of = |text: &str| self.names.iter().position(|name| name == text);
        let whole = label.whole();
        let named = label.text.and_then(place_of).or_else(|| place_of(&whole?.to_string()));
        // names that are numbers take precedence
        let numbered = || usize::try_from(whole?).ok().filter(|class| !self.has_number() && *class < self.names.len());
        match named.or_else(numbered) {
            Some(class) => Ok(Some(class as u32)),
            None if label.is_absent() => Ok(None),
            None => Err(label.unexpected(self.expected())),
        }
    }

    /// Whether a class has a number as its name.
    fn has_number(&self) -> bool {
        self.names.iter().any(|name| is_number(name))
    }

    fn expected(&self) -> String {
        let numbers = format!("a whole number from 0 to {}", self.names.len().saturating_sub(1));
        let names = self.names.join(", ");
        if self.names.iter().enumerate().all(|(class, name)| *name == class.to_string()) {
            numbers
        } else if self.has_number() {
            format!("one of {names}")
        } else {
            format!("{numbers}, or one of {names}")
        }
    }
}

fn too_many(label: &Label<'_>, count: usize) -> DataError {
    DataError::TooManyClasses { place: label.place.into(), column: label.column.into(), count, most: MOST_CLASSES }
}

fn is_number(text: &str) -> bool {
    // Rust parses `nan` and `inf` as numbers
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Label<'_> {
        Label { place: "a.tsv", column: "label", line: 2, text: Some(text).filter(|text| !text.is_empty()) }
    }

    fn of(labels: &[&str]) -> Result<Vec<String>, String> {
        let labels = labels.iter().zip(2..).map(|(text, line)| Label { line, ..label(text) });
        Classes::of(labels).map(|classes| classes.unwrap().names).map_err(|error| error.to_string())
    }

    #[test]
    fn there_are_as_many_classes_as_labels() {
        assert_eq!(of(&["0", "1", "0"]).unwrap(), ["0", "1"]);
        assert_eq!(of(&["2", "1", "0"]).unwrap(), ["0", "1", "2"]);
        assert_eq!(of(&["0.0", "1.0", "", "1.0"]).unwrap(), ["0", "1"], "as pandas writes a column with gaps");
        assert_eq!(of(&["-1", "1"]).unwrap(), ["-1", "1"]);
        assert_eq!(of(&["-1.0", "1.0"]).unwrap(), ["-1", "1"]);
        assert_eq!(of(&["true", "false"]).unwrap(), ["false", "true"]);
        assert_eq!(of(&["not_entailment", "entailment"]).unwrap(), ["entailment", "not_entailment"]);
        assert_eq!(of(&["neutral", "contradiction", "entailment"]).unwrap(), INFERENCE);
        let many: Vec<String> = (0..64).rev().map(|class| class.to_string()).collect();
        assert_eq!(of(&many.iter().map(String::as_str).collect::<Vec<_>>()).unwrap().len(), 64);
    }

    #[test]
    fn unlabelled_rows_add_no_class() {
        assert_eq!(of(&["-1", "0", "1", "-1", "None", "NaN"]).unwrap(), ["0", "1"]);
        assert_eq!(of(&["-", "neutral", "contradiction", "", "entailment"]).unwrap(), INFERENCE);
        assert_eq!(of(&["against", "none", "favor"]).unwrap(), ["against", "favor", "none"], "a stance");
        assert_eq!(Classes::of([label("-1"), label(""), label("-")].into_iter()).unwrap(), None);
    }

    #[test]
    fn labels_that_make_no_classes_are_refused() {
        assert!(of(&["0", "0"]).unwrap_err().starts_with("a.tsv: every example has the label 0"));
        assert!(of(&["1", "-", "1"]).unwrap_err().starts_with("a.tsv: every example has the label 1"));
        assert!(of(&["same", "same"]).unwrap_err().starts_with("a.tsv: every example has the label same"));
        let gap = of(&["2", "1", "5"]).unwrap_err();
        assert!(
            gap.contains("is 0, but class numbers") && gap.ends_with("task.classes = [\"1\", \"2\", \"5\"]"),
            "{gap}"
        );
        assert!(of(&["3.8", "1.2"]).unwrap_err().contains("fractions are for regression"));
        assert!(of(&["0", "yes"]).unwrap_err().starts_with("a.tsv, line 3: the label in `label` is `yes`"));
        for many in [(0..65).map(|n| n.to_string()).collect::<Vec<_>>(), (0..65).map(|n| format!("w{n}")).collect()] {
            let error = of(&many.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_err();
            assert!(
                error.contains("65 distinct labels") && error.contains("more than the 64 classes supported"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_class_is_found_by_name_or_number() {
        let classes = Classes::named(&INFERENCE);
        let number = |text| classes.number(&label(text));
        assert_eq!(number("contradiction").unwrap(), Some(2));
        assert_eq!((number("1").unwrap(), number("1.0").unwrap()), (Some(1), Some(1)));
        let wrong = number("maybe").unwrap_err().to_string();
        assert!(wrong.ends_with("from 0 to 2, or one of entailment, neutral, contradiction"), "{wrong}");
        for text in ["-1", "-", "", "hidden", "None"] {
            assert_eq!(number(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn classes_named_by_numbers_are_found_by_name_only() {
        let number = |names: [&str; 2], text| Classes::named(&names).number(&label(text));
        assert_eq!((number(["1", "0"], "0").unwrap(), number(["1", "0"], "1").unwrap()), (Some(1), Some(0)));
        assert_eq!((number(["-1", "1"], "-1").unwrap(), number(["-1", "1"], "1.0").unwrap()), (Some(0), Some(1)));
        assert!(number(["1", "2"], "0").unwrap_err().to_string().ends_with("is `0`, expected one of 1, 2"));
    }
}
