//! A spec for the user's own examples, with comments on what was found and assumed.

use crate::domain::spec::EMBEDDED_LEARNING_RATE;
use crate::domain::train::Train;
use std::fmt::Write;
use toml::Value;

/// Share of the rows to validate on if there is no dev set.
pub const VALIDATION: f64 = 0.1;

/// What is known of a folder or file of examples.
pub struct OwnSpec<'o> {
    /// of the experiment
    pub name: &'o str,
    /// as it was given
    pub path: &'o str,
    /// description of the examples, on one line
    pub about: &'o str,
    pub columns: OwnColumns,
    /// whether the folder has a set to validate on
    pub has_dev: bool,
    /// examples to train on
    pub examples: usize,
}

/// Which columns hold sentences and the label.
pub enum OwnColumns {
    /// their names tell it
    Recognised,
    /// with the spec's keys for them: a guess by what the columns hold
    Guessed(Vec<(&'static str, String)>),
}

impl OwnSpec<'_> {
    /// The spec as TOML, with comments. Where the rate is that of another model than the embedded one, it is left out.
    pub fn to_toml(&self, is_embedded: bool) -> String {
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        let mut text = format!("# {}\nname = {}\n\n", self.about, quoted(self.name));
        let mut line = |line: String, comment: &str| {
            let _ =
                if comment.is_empty() { writeln!(text, "{line}") } else { writeln!(text, "{line:<32} # {comment}") };
        };
        line("[task]".into(), "");
        line(format!("path = {}", quoted(self.path)), "");
        if let OwnColumns::Guessed(columns) = &self.columns {
            let comments = ["a guess by what the columns hold: check it"].into_iter().chain(std::iter::repeat(""));
            for ((key, column), comment) in columns.iter().zip(comments) {
                line(format!("{key} = {}", quoted(column)), comment);
            }
        }
        match self.has_dev {
            true => line("validation = \"dev\"".into(), "scored while training"),
            false => line(format!("validation = {VALIDATION}"), "this share of the rows, the same in every run"),
        }
        line("max_length = 128".into(), "tokens of an example");
        line("\n[model]".into(), "");
        line("source = \"embedded\"".into(), "small; knows some English. Of the hub, for instance:");
        line(String::new(), "google/bert_uncased_L-4_H-256_A-4");
        line("\n[train]".into(), "");
        line(format!("batch_sizes = {:?}", self.batch_sizes()), "");
        line("instances = 5".into(), "runs of every batch size");
        line("epochs = 5".into(), "");
        if is_embedded {
            line(format!("learning_rate = {EMBEDDED_LEARNING_RATE:e}"), "suits the embedded model;");
            line(String::new(), "a pre-trained BERT wants 2e-5 to 5e-5");
        }
        text
    }

    /// The usual ones, but for those larger than the training set.
    fn batch_sizes(&self) -> Vec<u32> {
        let fits = |size: &u32| *size as usize <= self.examples;
        let usual = Train::default().batch_sizes;
        // one that fits nothing says so when it is trained
        let fitting: Vec<u32> = usual.iter().copied().filter(fits).collect();
        if fitting.is_empty() { usual } else { fitting }
    }
}

/// A name that a spec may have, made of a file's or folder's.
pub fn own_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
    let name: String =
        name.split('.').find(|part| !part.is_empty()).unwrap_or("").chars().map(plain).take(60).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "own-data".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::domain::spec::Validation;

    fn own(columns: OwnColumns, has_dev: bool, examples: usize) -> OwnSpec<'static> {
        OwnSpec { name: "reviews", path: "my \"reviews\".csv", about: "400 sentences", columns, has_dev, examples }
    }

    #[test]
    fn the_written_text_is_a_valid_spec() {
        let guessed = OwnColumns::Guessed(vec![("sentence", "the text".into()), ("label", "stars".into())]);
        let spec = parse("reviews", &own(guessed, false, 360).to_toml(true), &[]).unwrap();
        assert_eq!(spec.task.path.unwrap().to_str(), Some("my \"reviews\".csv"));
        assert_eq!((spec.task.sentence.as_deref(), spec.task.label.as_deref()), (Some("the text"), Some("stars")));
        assert_eq!(spec.task.validation, Validation::Fraction(VALIDATION));
        assert_eq!((spec.model.source.as_str(), spec.train.learning_rate), ("embedded", EMBEDDED_LEARNING_RATE));
        let spec = parse("reviews", &own(OwnColumns::Recognised, true, 20).to_toml(false), &[]).unwrap();
        assert_eq!(spec.train.batch_sizes, [2, 8, 16]);
        assert_eq!(spec.train.learning_rate, Train::default().learning_rate);
        assert_eq!(spec.task.validation, Validation::default());
    }

    #[test]
    fn every_file_name_gives_a_valid_name() {
        let named = ["reviews.csv", "My data (2).csv.gz", ".hidden", "日本.csv", "-"].map(own_name);
        assert_eq!(named, ["reviews", "My-data--2", "hidden", "own-data", "own-data"]);
    }
}
