//! What is known of a run beside its values.

use super::count::count_of;
use crate::domain::run_label::{Length, RunLabel};
use crate::domain::symbol::Symbol;
use std::collections::BTreeMap;
use std::fmt;

/// The label of a run. What is unknown is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogLabel {
    pub arm: Option<String>,
    pub batch_size: Option<u32>,
    pub iid: Option<u32>,
    /// updates that are planned
    pub updates: Option<u64>,
    /// further settings by name
    pub columns: BTreeMap<String, LogSetting>,
}

/// A setting: a number where it can be one.
#[derive(Clone, Debug, PartialEq)]
pub enum LogSetting {
    Number(f64),
    Text(String),
}

/// Settings of a run beyond this number are left out.
const MOST_COLUMNS: usize = 200;
/// Longer texts are no settings that anybody would group by.
const LONGEST_TEXT: usize = 200;

/// The part of a label that a setting gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Arm,
    BatchSize,
    Iid,
    Updates,
}

/// Names of settings that programs use for a part, the best first. Of dotted names, the last segment counts.
const PARTS: [(Part, &[&str]); 4] = [
    (Part::Arm, &["arm", "variant", "condition", "ablation"]),
    (Part::BatchSize, &["batch_size", "train_batch_size", "per_device_train_batch_size", "batchsize", "bs", "bsz"]),
    (Part::Iid, &["iid", "instance", "seed", "random_seed", "replicate", "rep"]),
    (Part::Updates, &["updates", "max_steps", "total_steps", "num_training_steps"]),
];

impl Part {
    /// The part that a name stands for, and how well: 0 is best.
    pub fn of(name: &str) -> Option<(Self, usize)> {
        let last = name.rsplit(['.', '/']).next().unwrap_or(name);
        let last = last.trim().to_lowercase().replace(['-', ' '], "_");
        PARTS.iter().find_map(|(part, names)| Some((*part, names.iter().position(|known| *known == last)?)))
    }
}

impl LogSetting {
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let is_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
        match text.parse::<f64>() {
            Ok(number) if is_number && number.is_finite() => LogSetting::Number(number),
            _ => LogSetting::Text(text.to_owned()),
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            LogSetting::Number(number) => Some(*number),
            LogSetting::Text(_) => None,
        }
    }

    /// A whole number that is not negative.
    pub fn count(&self) -> Option<u64> {
        count_of(self.number()?)
    }
}

impl fmt::Display for LogSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogSetting::Number(number) => number.fmt(formatter),
            LogSetting::Text(text) => formatter.write_str(text),
        }
    }
}

impl LogLabel {
    /// The same for charts and tables.
    pub fn of_run(&self, name: &str) -> RunLabel {
        RunLabel {
            name: Some(name.to_owned()),
            arm: self.arm.clone(),
            batch_size: self.batch_size.into(),
            iid: self.iid,
            length: Length { updates: self.updates, ..Length::default() },
            columns: self.columns.iter().map(|(name, value)| (Symbol::of(name), value.to_string())).collect(),
        }
    }

    /// Sets a part, if the value can be one. Returns whether it could.
    pub fn set(&mut self, part: Part, value: &LogSetting) -> bool {
        let count = || value.count().and_then(|count| u32::try_from(count).ok());
        match part {
            Part::Arm => self.arm = Some(value.to_string()).filter(|arm| !arm.is_empty()),
            Part::BatchSize => self.batch_size = count().filter(|size| *size > 0),
            Part::Iid => self.iid = count(),
            Part::Updates => self.updates = value.count().filter(|updates| *updates > 0),
        }
        self.has(part)
    }

    pub fn has(&self, part: Part) -> bool {
        match part {
            Part::Arm => self.arm.is_some(),
            Part::BatchSize => self.batch_size.is_some(),
            Part::Iid => self.iid.is_some(),
            Part::Updates => self.updates.is_some(),
        }
    }

    /// Keeps a setting as a column, unless there are too many or it is too long.
    pub fn column(&mut self, name: &str, value: &LogSetting) {
        let is_long = matches!(value, LogSetting::Text(text) if text.len() > LONGEST_TEXT);
        if !is_long && name.len() <= LONGEST_TEXT && self.columns.len() < MOST_COLUMNS {
            self.columns.insert(name.to_owned(), value.clone());
        }
    }

    /// Takes settings in: those with the name of a part set it, where it is not known yet, and all others become columns.
    /// Returns the names that set a part.
    pub fn take<'s>(&mut self, settings: impl IntoIterator<Item = (&'s str, &'s LogSetting)>) -> Vec<&'s str> {
        let mut best: BTreeMap<usize, (usize, &str, &LogSetting)> = BTreeMap::new();
        for (name, value) in settings {
            match Part::of(name) {
                Some((part, rank)) => {
                    let candidate = (rank, name, value);
                    let place = best.entry(part as usize).or_insert(candidate);
                    if rank < place.0 {
                        self.column(place.1, place.2);
                        *place = candidate;
                    } else if name != place.1 {
                        self.column(name, value);
                    }
                }
                None => self.column(name, value),
            }
        }
        let mut used = Vec::new();
        for (_, name, value) in best.into_values() {
            let Some((part, _)) = Part::of(name) else { continue };
            if !self.has(part) && self.set(part, value) {
                used.push(name);
            }
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_other_programs_become_parts_and_columns() {
        let settings = [
            ("per_device_train_batch_size", LogSetting::of("8")),
            ("optimizer.lr", LogSetting::of("1e-4")),
            ("trainer.seed", LogSetting::of("3")),
            ("data.name", LogSetting::of("mrpc")),
            ("batch-size", LogSetting::of("16")),
        ];
        let mut label = LogLabel::default();
        let used = label.take(settings.iter().map(|(name, value)| (*name, value)));
        assert_eq!(used, ["batch-size", "trainer.seed"]);
        assert_eq!((label.batch_size, label.iid, &label.arm), (Some(16), Some(3), &None));
        let columns: Vec<String> = label.columns.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(columns, ["data.name=mrpc", "optimizer.lr=0.0001", "per_device_train_batch_size=8"]);
    }

    #[test]
    fn what_cannot_be_a_part_stays_unknown() {
        let mut label = LogLabel::default();
        for text in ["0", "-8", "8.5", "auto", "1e300", "nan"] {
            assert!(!label.set(Part::BatchSize, &LogSetting::of(text)), "{text}");
        }
        assert!(label.set(Part::Iid, &LogSetting::of("0")));
    }
}
