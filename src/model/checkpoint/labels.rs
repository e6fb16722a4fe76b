//! What `config.json` says of a checkpoint's classifier, and which of its rows is which class of a task.

use serde_json::Value;

/// Classes by row, and what the classifier is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// of each row; nothing where they are not given, or are transformers' `LABEL_0`, `LABEL_1`, ... in order
    names: Option<Vec<String>>,
    /// the class that saved the model, where its `classifier` is no sequence classifier's
    other_task: Option<String>,
    /// anything but one class out of several
    other_problem: Option<String>,
}

/// Why a classifier cannot be kept.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Unfit {
    #[error("the checkpoint has none")]
    None,
    #[error("`{name}` of the checkpoint has shape {found:?}, and a classifier of this model {expected:?}")]
    Shape { name: &'static str, found: Vec<usize>, expected: Vec<usize> },
    #[error("the checkpoint has `{found}` without `{missing}`")]
    Half { found: &'static str, missing: &'static str },
    #[error("the checkpoint's classifier has {found} classes, the task {expected}")]
    Classes { found: usize, expected: usize },
    #[error("the checkpoint's classifier reads a pooler, which the file lacks")]
    NoPooler,
    #[error("the checkpoint's classifier is that of a {0}")]
    OtherTask(String),
    #[error("the checkpoint's classifier was trained for {0}")]
    OtherProblem(String),
    #[error("config.json names {names} classes, and the checkpoint's classifier has {rows}")]
    Names { names: usize, rows: usize },
    #[error(
        "the checkpoint's classes are {}, the task's {}; task.classes can name the task's, in the order of its labels",
        found.join(", "), expected.join(", ")
    )]
    OtherNames { found: Vec<String>, expected: Vec<String> },
}

/// How rows become classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelOrder {
    /// row after row: the names say nothing
    Positional,
    /// of each class its row, by name
    Named(Vec<usize>),
}

/// transformers' classes of BERT whose `classifier` does not read a sequence.
const OTHER_CLASSIFIERS: [&str; 2] = ["BertForTokenClassification", "BertForMultipleChoice"];
const SINGLE_LABEL: &str = "single_label_classification";

impl Labels {
    /// Of a `config.json`. What is not as transformers writes it counts as not given: it describes a part that may never
    /// be used.
    pub fn of(config: &Value) -> Self {
        let saved_by = config.get("architectures").and_then(Value::as_array).into_iter().flatten();
        let other_task = saved_by.filter_map(Value::as_str).find(|class| OTHER_CLASSIFIERS.contains(class));
        let problem = config.get("problem_type").and_then(Value::as_str);
        let names = by_number(config.get("id2label")).or_else(|| by_name(config.get("label2id")));
        Self {
            names: names.filter(|names| !names.iter().enumerate().all(|(row, name)| number_of(name) == Some(row))),
            other_task: other_task.map(str::to_owned),
            other_problem: problem.filter(|problem| *problem != SINGLE_LABEL).map(str::to_owned),
        }
    }

    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// Which of so many rows is which class. Without names of the task's classes, row after row.
    pub fn order(&self, rows: usize, classes: usize, task: &[String]) -> Result<LabelOrder, Unfit> {
        if let Some(task) = &self.other_task {
            return Err(Unfit::OtherTask(task.clone()));
        }
        if let Some(problem) = &self.other_problem {
            return Err(Unfit::OtherProblem(problem.clone()));
        }
        if rows != classes {
            return Err(Unfit::Classes { found: rows, expected: classes });
        }
        let Some(names) = self.names.as_ref().filter(|_| !task.is_empty()) else { return Ok(LabelOrder::Positional) };
        if names.len() != rows {
            return Err(Unfit::Names { names: names.len(), rows });
        }
        let row_called = |name: &String| {
            let mut rows = (0..rows).filter(|row| plain(&names[*row]) == plain(name));
            rows.next().filter(|_| rows.next().is_none())
        };
        // LABEL_1 or "1" is what its author called the class of number 1
        let row_numbered = |class: usize| names.iter().position(|name| number_of(name) == Some(class));
        let by_name: Option<Vec<usize>> = task.iter().map(row_called).collect();
        let order = by_name.or_else(|| (0..classes).map(row_numbered).collect());
        let order = order.filter(|order| (0..rows).all(|row| order.contains(&row)));
        order.map(LabelOrder::Named).ok_or_else(|| Unfit::OtherNames { found: names.clone(), expected: task.to_vec() })
    }
}

/// A name as it is compared: `Not-Entailment` is `not_entailment`.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

/// The number in `LABEL_1` or `1`: such a name has no other meaning.
fn number_of(name: &str) -> Option<usize> {
    let name = plain(name);
    name.strip_prefix("label_").unwrap_or(&name).parse().ok()
}

/// `{"0": "negative", "1": "positive"}`
fn by_number(id2label: Option<&Value>) -> Option<Vec<String>> {
    let table = id2label?.as_object().filter(|table| !table.is_empty())?;
    (0..table.len()).map(|row| table.get(&row.to_string()).and_then(text)).collect()
}

/// `{"negative": 0, "positive": 1}`
fn by_name(label2id: Option<&Value>) -> Option<Vec<String>> {
    let table = label2id?.as_object().filter(|table| !table.is_empty())?;
    let called = |row: usize| table.iter().find(|(_, number)| number.as_u64() == Some(row as u64));
    (0..table.len()).map(|row| called(row).map(|(name, _)| name.clone())).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const INFERENCE: [&str; 3] = ["entailment", "neutral", "contradiction"];

    fn order(config: &Value, rows: usize, task: &[&str]) -> Result<LabelOrder, String> {
        let task: Vec<String> = task.iter().map(|name| (*name).to_owned()).collect();
        Labels::of(config).order(rows, task.len(), &task).map_err(|unfit| unfit.to_string())
    }

    #[test]
    fn rows_are_matched_by_name_whatever_their_order_and_spelling() {
        let named = |names: [&str; 3]| json!({"id2label": {"0": names[0], "1": names[1], "2": names[2]}});
        let found = order(&named(["contradiction", "entailment", "neutral"]), 3, &INFERENCE);
        assert_eq!(found.unwrap(), LabelOrder::Named(vec![1, 2, 0]));
        let found = order(&named(["CONTRADICTION", "Neutral", " entailment"]), 3, &INFERENCE);
        assert_eq!(found.unwrap(), LabelOrder::Named(vec![2, 1, 0]));
        let config = json!({"id2label": {"0": "Not Entailment", "1": "entailment"}});
        assert_eq!(order(&config, 2, &["entailment", "not_entailment"]).unwrap(), LabelOrder::Named(vec![1, 0]));
        let config = json!({"label2id": {"positive": 0, "negative": 1}});
        assert_eq!(order(&config, 2, &["negative", "positive"]).unwrap(), LabelOrder::Named(vec![1, 0]));
    }

    #[test]
    fn names_that_are_only_numbers_go_by_the_number() {
        for config in [
            json!({}),
            json!({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}),
            json!({"id2label": {"0": 0, "1": 1}, "problem_type": "single_label_classification"}),
            json!({"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}}),
            json!({"id2label": ["a", "b"], "label2id": "no table"}),
        ] {
            assert_eq!(order(&config, 2, &["unequal", "equal"]).unwrap(), LabelOrder::Positional, "{config}");
        }
        let config = json!({"id2label": {"0": "LABEL_1", "1": "LABEL_0"}});
        assert_eq!(order(&config, 2, &["unequal", "equal"]).unwrap(), LabelOrder::Named(vec![1, 0]));
        let config = json!({"id2label": {"0": "1", "1": "0"}});
        assert_eq!(order(&config, 2, &["0", "1"]).unwrap(), LabelOrder::Named(vec![1, 0]));
    }

    #[test]
    fn what_does_not_fit_says_why() {
        let binary = json!({"id2label": {"0": "negative", "1": "positive"}});
        for (config, rows, task, words) in [
            (binary.clone(), 2, &["0", "1"][..], "classes are negative, positive, the task's 0, 1; task.classes"),
            (binary.clone(), 2, &["negative", "negative "], "classes are negative, positive, the task's"),
            (binary.clone(), 2, &INFERENCE, "has 2 classes, the task 3"),
            (binary, 3, &INFERENCE, "config.json names 2 classes, and the checkpoint's classifier has 3"),
            (json!({"id2label": {"0": "yes", "1": "YES"}}), 2, &["no", "yes"], "classes are yes, YES"),
            (json!({"architectures": ["BertForTokenClassification"]}), 2, &["a", "b"], "BertForTokenClassification"),
            (json!({"problem_type": "multi_label_classification"}), 2, &["a", "b"], "multi_label_classification"),
        ] {
            let message = order(&config, rows, task).unwrap_err();
            assert!(message.contains(words), "{message}");
        }
    }

    /// As the program took it before names were looked at; what was trained so can still be exported.
    #[test]
    fn without_names_of_the_task_rows_stay_as_they_are() {
        let named = json!({"id2label": {"0": "negative", "1": "positive"}});
        assert_eq!(Labels::of(&named).order(2, 2, &[]).unwrap(), LabelOrder::Positional);
    }
}
