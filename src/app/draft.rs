//! An arm in the making: edited key by key, in words before it costs anything.

use crate::domain::arm::{Arm, Changes, Dropout, LearningRateScaling, Norm, Value};
use crate::domain::spec::{Evaluation, Train};

/// Changes to the baseline that are not added yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    changes: Changes,
    /// keys that the last edit changed or took back
    newest: Vec<String>,
}

impl Draft {
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub fn newest(&self) -> &[String] {
        &self.newest
    }

    /// Notes what an edit changed. Where it put one key in the place of another, the new one tells it all.
    pub(super) fn compare_with(&mut self, before: &Changes) {
        let differs = |(key, value): &(&String, &Value)| before.get(*key) != Some(*value);
        self.newest = self.changes.iter().filter(differs).map(|(key, _)| key.clone()).collect();
        if self.newest.is_empty() {
            self.newest = before.keys().filter(|key| !self.changes.contains_key(*key)).cloned().collect();
        }
    }

    /// Further changes; what was changed before is changed anew.
    pub fn change(&mut self, changes: Changes) {
        changes.keys().for_each(|key| self.make_way(key));
        self.changes.extend(changes);
    }

    /// Of the two ways to give the number of updates, the newer holds.
    fn make_way(&mut self, key: &str) {
        match key {
            "updates" => self.changes.remove("updates_of"),
            "updates_of" => self.changes.remove("updates"),
            _ => None,
        };
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
        let order = [Norm::Layer, Norm::Batch, Norm::Rms, Norm::None].map(|norm| Value::Text(norm.name().into()));
        self.cycle("norm", &order, Some(&Value::Text(baseline.norm.name().into())));
    }

    /// One rate, one that grows with the batch size, one that grows with its root, and back.
    pub fn cycle_scaling(&mut self, baseline: &Train) {
        use LearningRateScaling as Scaling;
        let order = [Scaling::None, Scaling::Linear, Scaling::Sqrt].map(|scaling| Value::Text(scaling.name().into()));
        self.cycle("learning_rate_scaling", &order, Some(&Value::Text(baseline.learning_rate_scaling.name().into())));
    }

    /// As many updates at every batch size as that of the reference has, then as another has, and back to epochs.
    pub fn cycle_updates(&mut self, baseline: &Train) {
        let mut sizes = baseline.batch_sizes.clone();
        sizes.sort_by_key(|size| (*size != baseline.learning_rate_reference, *size));
        let order: Vec<Value> = sizes.into_iter().map(|size| Value::Integer(size.into())).collect();
        let known = baseline.updates_of.map(|size| Value::Integer(size.into()));
        self.cycle("updates_of", &order, known.as_ref());
    }

    /// Scored on the whole validation set, on full batches only, and back.
    pub fn cycle_evaluation(&mut self, baseline: &Train) {
        let order = [Evaluation::Whole, Evaluation::FullBatches].map(|kind| Value::Text(kind.name().into()));
        self.cycle("evaluation", &order, Some(&Value::Text(baseline.evaluation.name().into())));
    }

    /// Goes round in this order, beginning behind the baseline's value, which is no change.
    fn cycle(&mut self, key: &str, order: &[Value], baseline: Option<&Value>) {
        let place = |value: &Value| order.iter().position(|other| other == value);
        let start = baseline.and_then(place).map_or(0, |place| place + 1);
        let mut round = order[start..].iter().chain(&order[..start]).filter(|value| Some(*value) != baseline);
        let next = match self.changes.get(key) {
            None => round.next(),
            Some(now) => round.skip_while(|value| *value != now).nth(1),
        };
        self.make_way(key);
        match next {
            Some(value) => self.changes.insert(key.into(), value.clone()),
            None => self.changes.remove(key),
        };
    }

    /// The arm as it would be added: named by what it changes.
    pub fn arm(&self) -> Arm {
        let names = self.changes.iter().map(|(key, value)| match (key.as_str(), value) {
            ("dropout", Value::Text(text)) if text == "off" => "no-dropout".to_owned(),
            ("dropout", value) => format!("dropout-{value}"),
            ("dropout_at_evaluation", _) => "dropout-at-evaluation".to_owned(),
            ("norm", Value::Text(text)) if text == "none" => "no-norm".to_owned(),
            ("norm", value) => format!("{value}-norm"),
            ("learning_rate_scaling", Value::Text(text)) if text == "none" => "one-rate".to_owned(),
            ("learning_rate_scaling", value) => format!("{value}-rate"),
            ("updates_of", value) => format!("updates-of-{value}"),
            ("evaluation", value) => value.to_string(),
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
    fn every_ablation_has_a_key_that_goes_round() {
        let train = Train::default();
        assert_eq!(names(|draft| draft.cycle_scaling(&train), 3), ["linear-rate", "sqrt-rate", ""]);
        assert_eq!(names(|draft| draft.cycle_evaluation(&train), 2), ["full-batches", ""]);
        let sizes = ["updates-of-8", "updates-of-2", "updates-of-16", "updates-of-32", "updates-of-64", ""];
        assert_eq!(names(|draft| draft.cycle_updates(&train), 6), sizes, "the reference comes first");
        let train = Train { updates_of: Some(2), batch_sizes: vec![2, 8], ..Train::default() };
        assert_eq!(names(|draft| draft.cycle_updates(&train), 2), ["updates-of-8", ""]);
    }

    #[test]
    fn the_newer_way_to_give_the_number_of_updates_holds() {
        let mut draft = Draft::default();
        draft.cycle_updates(&Train::default());
        draft.change(Changes::from([("updates".into(), Value::Integer(500))]));
        assert_eq!(draft.arm().name, "updates=500");
        draft.cycle_updates(&Train::default());
        assert_eq!(draft.arm().name, "updates-of-8");
    }

    #[test]
    fn keys_compose() {
        let mut draft = Draft::default();
        draft.cycle_dropout(&Train::default());
        draft.cycle_norm(&Train::default());
        assert_eq!(draft.arm().name, "no-dropout-batch-norm");
    }
}
