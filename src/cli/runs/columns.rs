//! The columns of a list: names, values and their text.

use super::listed::Listed;
use crate::cli::exit::BadInput;
use crate::domain::filter::FilterValue;
use crate::domain::metric::Metric;
use crate::domain::nearest::suggestion;
use crate::domain::printable::printable;
use crate::domain::property::Property;
use crate::domain::scores::ONE_CLASS;
use std::cmp::Ordering;

/// A property of runs that can be shown, filtered and sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListColumn {
    Run,
    Experiment,
    Arm,
    State,
    Progress,
    Score(Metric),
    /// number of classes predicted
    Predicted,
    Age,
    Message,
    Step,
    Spec(Property),
}

use ListColumn::*;

/// Each with its name on the command line and its key in JSON. Scores, and columns of a spec, have their own tables.
const NAMES: [(ListColumn, [&str; 2]); 9] = [
    (Run, ["run", "run"]),
    (Experiment, ["experiment", "experiments"]),
    (Arm, ["arm", "arms"]),
    (State, ["state", "state"]),
    (Progress, ["progress", "progress"]),
    (Predicted, ["predicted", "predicted_classes"]),
    (Age, ["age", "age"]),
    (Message, ["message", "message"]),
    (Step, ["step", "step"]),
];

fn all() -> impl Iterator<Item = (ListColumn, [&'static str; 2])> {
    let (first, last) = NAMES.split_at(5);
    let scores = Metric::SCORES.map(|metric| (Score(metric), metric.names()));
    let of_spec = Property::all().map(|property| (Spec(property), property.names()));
    first.iter().copied().chain(scores).chain(last.iter().copied()).chain(of_spec)
}

/// The default columns; the message only where there is one.
pub const SHOWN: [ListColumn; 12] = [
    Run,
    Experiment,
    Arm,
    Spec(Property::BatchSize),
    Spec(Property::Instance),
    State,
    Progress,
    Score(Metric::ValidAccuracy),
    Score(Metric::ValidLoss),
    Score(Metric::ValidF1),
    Age,
    Message,
];

/// Columns dropped on a narrow screen, in this order.
pub const SHED: [ListColumn; 5] = [Score(Metric::ValidF1), Age, Score(Metric::ValidLoss), Progress, Experiment];

/// Digits of a digest that are shown; ten are enough for any store that fits a disk.
const DIGITS: usize = 10;

/// All names of columns.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = all().flat_map(|(_, names)| names).collect();
    names.dedup();
    names
}

impl ListColumn {
    pub fn named(name: &str) -> Result<Self, BadInput> {
        Self::find(name).ok_or_else(|| {
            let suggestion = suggestion(name, names());
            BadInput(format!("unknown column `{name}`{suggestion}; known are {}", names().join(", ")))
        })
    }

    fn find(name: &str) -> Option<Self> {
        all().find(|(_, names)| names.contains(&name)).map(|(column, _)| column)
    }

    /// The value of a named column.
    pub fn value_of(name: &str, run: &Listed) -> FilterValue {
        Self::find(name).map_or(FilterValue::Missing, |column| column.value(run))
    }

    pub fn title(self) -> &'static str {
        all().find(|(column, _)| *column == self).map_or("", |(_, [name, _])| name)
    }

    pub fn value(self, listed: &Listed) -> FilterValue {
        let number = |value: Option<f64>| value.map_or(FilterValue::Missing, FilterValue::Number);
        match self {
            Run => FilterValue::Text(listed.run.id.to_string()),
            Experiment => FilterValue::Several(listed.experiments()),
            Arm => FilterValue::Several(listed.arms()),
            State => FilterValue::Text(listed.state().into()),
            Progress => number(listed.share()),
            Score(metric) => number(listed.score(metric)),
            Predicted => number(listed.scores.and_then(|scores| scores.predicted_classes).map(f64::from)),
            Age => number(listed.age()),
            Message => match (listed.damage(), &listed.failure) {
                (Some(damage), _) => FilterValue::Text(damage),
                (None, Some((_, message))) => FilterValue::Text(message.clone()),
                (None, None) if listed.ends_with_one_class() => FilterValue::Text(ONE_CLASS.into()),
                (None, None) => FilterValue::Missing,
            },
            Step => FilterValue::Number(listed.step as f64),
            Spec(property) => match (&listed.run.spec, property, listed.cell()) {
                (Some(spec), property, _) => property.value(spec),
                (None, Property::BatchSize, Some((batch_size, _))) => FilterValue::Number(batch_size.into()),
                (None, Property::Instance, Some((_, iid))) => FilterValue::Number(iid.into()),
                _ => FilterValue::Missing,
            },
        }
    }

    /// The value as readable text.
    pub fn text(self, listed: &Listed) -> String {
        let text = match (self, self.value(listed)) {
            (Message, FilterValue::Missing) => String::new(),
            (_, FilterValue::Missing) => "-".into(),
            (Run, FilterValue::Text(digest)) => digest.chars().take(DIGITS).collect(),
            (Progress, FilterValue::Number(share)) => format!("{:.0} %", 100.0 * share),
            (Score(_), FilterValue::Number(score)) => format!("{score:.4}"),
            (Age, FilterValue::Number(seconds)) => age(seconds),
            (Message, FilterValue::Text(message)) => message.replace('\n', " "),
            (Spec(Property::LearningRate), FilterValue::Number(rate)) => format!("{rate:e}"),
            (_, FilterValue::Number(number)) => number.to_string(),
            (_, FilterValue::Text(text)) => text,
            (_, FilterValue::Several(all)) if all.is_empty() => "-".into(),
            (_, FilterValue::Several(all)) => all.join(", "),
        };
        printable(&text).into_owned()
    }

    /// Whether the column is right-aligned.
    pub fn is_number(self, listed: &[Listed]) -> bool {
        listed.iter().any(|listed| matches!(self.value(listed), FilterValue::Number(_)))
    }

    /// Numbers by size, text alphabetically; missing values last in either direction.
    pub fn compare(self, a: &Listed, b: &Listed, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match (self.value(a), self.value(b)) {
            (FilterValue::Missing, FilterValue::Missing) => Ordering::Equal,
            (FilterValue::Missing, _) => Ordering::Greater,
            (_, FilterValue::Missing) => Ordering::Less,
            (FilterValue::Number(a), FilterValue::Number(b)) => turned(a.total_cmp(&b)),
            _ => turned(self.text(a).cmp(&self.text(b))),
        }
    }
}

/// A duration in its largest unit.
pub fn age(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s if s < 36.0 * 3600.0 => format!("{:.0} h", s / 3600.0),
        s => format!("{:.0} d", s / 86400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_unique() {
        let all = names();
        let mut distinct = all.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(all.len(), distinct.len());
        for name in all {
            assert!(ListColumn::named(name).is_ok());
        }
        let error = ListColumn::named("accurracy").unwrap_err().to_string();
        assert!(error.starts_with("unknown column `accurracy`; did you mean `accuracy`?"), "{error}");
    }

    #[test]
    fn ages_use_one_unit() {
        for (seconds, text) in [(3.0, "3 s"), (180.0, "3 min"), (7200.0, "2 h"), (200_000.0, "2 d")] {
            assert_eq!(age(seconds), text);
        }
    }
}
