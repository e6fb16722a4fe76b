//! An arm in the making: edited key by key, in words before it costs anything.

use crate::domain::arm::{Arm, Changes, Dropout, Norm, Value};
use crate::domain::spec::Train;

/// Changes to the baseline that are not added yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    changes: Changes,
}

impl Draft {
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// On, off, left on at evaluation, and back. What the baseline has already is no change.
    pub fn cycle_dropout(&mut self, baseline: &Train) {
        let off_in_baseline = baseline.dropout == Dropout::Off;
        let other = if off_in_baseline { "on" } else { "off" };
        if self.changes.remove("dropout_at_evaluation").is_some() {
            return;
        }
        match self.changes.remove("dropout") {
            None => {
                self.changes.insert("dropout".into(), Value::Text(other.into()));
            }
            // without dropout there is nothing to leave on; where it is left on already, that is no change
            Some(_) if off_in_baseline || baseline.dropout_at_evaluation => {}
            Some(_) => {
                self.changes.insert("dropout_at_evaluation".into(), Value::Flag(true));
            }
        }
    }

    /// Layer, batch, rms, none, and back.
    pub fn cycle_norm(&mut self, baseline: &Train) {
        const ORDER: [(Norm, &str); 4] =
            [(Norm::Layer, "layer"), (Norm::Batch, "batch"), (Norm::Rms, "rms"), (Norm::None, "none")];
        let place = match self.changes.get("norm") {
            Some(Value::Text(name)) => ORDER.iter().position(|(_, known)| known == name),
            _ => ORDER.iter().position(|(norm, _)| *norm == baseline.norm),
        };
        let (norm, name) = ORDER[(place.unwrap_or(0) + 1) % ORDER.len()];
        if norm == baseline.norm {
            self.changes.remove("norm");
        } else {
            self.changes.insert("norm".into(), Value::Text(name.into()));
        }
    }

    /// The arm as it would be added: named by what it changes.
    pub fn arm(&self) -> Arm {
        let names = self.changes.iter().map(|(key, value)| match (key.as_str(), value) {
            ("dropout", Value::Text(text)) if text == "off" => "no-dropout".to_owned(),
            ("dropout", value) => format!("dropout-{value}"),
            ("dropout_at_evaluation", _) => "dropout-at-evaluation".to_owned(),
            ("norm", Value::Text(text)) if text == "none" => "no-norm".to_owned(),
            ("norm", value) => format!("{value}-norm"),
            (key, value) => format!("{key}={value}"),
        });
        Arm { name: names.collect::<Vec<_>>().join("-"), changes: self.changes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(cycle: impl Fn(&mut Draft), times: usize) -> Vec<String> {
        let mut draft = Draft::default();
        (0..times)
            .map(|_| {
                cycle(&mut draft);
                draft.arm().name
            })
            .collect()
    }

    #[test]
    fn keys_go_round_and_end_where_they_began() {
        let train = Train::default();
        assert_eq!(names(|draft| draft.cycle_dropout(&train), 3), ["no-dropout", "dropout-at-evaluation", ""]);
        assert_eq!(names(|draft| draft.cycle_norm(&train), 4), ["batch-norm", "rms-norm", "no-norm", ""]);
    }

    #[test]
    fn a_baseline_without_dropout_offers_to_switch_it_on() {
        let train = Train { dropout: Dropout::Off, norm: Norm::Batch, ..Train::default() };
        assert_eq!(names(|draft| draft.cycle_dropout(&train), 2), ["dropout-on", ""]);
        assert_eq!(names(|draft| draft.cycle_norm(&train), 4), ["rms-norm", "no-norm", "layer-norm", ""]);
    }

    #[test]
    fn keys_compose() {
        let mut draft = Draft::default();
        draft.cycle_dropout(&Train::default());
        draft.cycle_norm(&Train::default());
        assert_eq!(draft.arm().name, "no-dropout-batch-norm");
    }
}
