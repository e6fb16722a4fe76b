//! An arm in the making: edited key by key, in words before it costs anything.

use crate::domain::ablation::{Ablation, Patch};
use crate::domain::arm::Arm;
use crate::domain::train::Train;

/// Changes to the baseline that are not added yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    changes: Patch,
    /// what the last edit changed or took back
    newest: Vec<&'static Ablation>,
}

impl Draft {
    pub fn changes(&self) -> &Patch {
        &self.changes
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub fn newest(&self) -> &[&'static Ablation] {
        &self.newest
    }

    /// Records which key an edit changed. If one key replaced another, only the new one.
    pub(in crate::app) fn compare_with(&mut self, before: &Patch) {
        let changed = self.changes.iter().filter(|(ablation, value)| before.get(ablation) != Some(*value));
        self.newest = changed.map(|(ablation, _)| ablation).collect();
        if self.newest.is_empty() {
            self.newest = before.ablations().filter(|ablation| self.changes.get(ablation).is_none()).collect();
        }
    }

    /// Further changes; what was changed before is changed anew.
    pub fn change(&mut self, changes: Patch) {
        self.changes.extend(changes);
    }

    /// The next change in the cycle of the ablation's key; after the last one, the baseline.
    pub fn cycle(&mut self, ablation: &Ablation, baseline: &Train) {
        let round = ablation.press.map(|press| (press.round)(baseline)).unwrap_or_default();
        let is_of_round = |ablation: &Ablation| round.iter().any(|(other, _)| *other == ablation);
        let now = self.changes.only(is_of_round);
        let is_now = |(other, value): &(&Ablation, _)| now.get(other) == Some(value);
        let next = match (now.is_empty(), round.iter().position(is_now)) {
            (true, _) => round.first(),
            (false, Some(place)) => round.get(place + 1),
            // typed, and none of them
            (false, None) => None,
        };
        self.changes = self.changes.only(|ablation| !is_of_round(ablation));
        if let Some((ablation, value)) = next {
            self.changes.set(ablation, value.clone());
        }
    }

    /// The arm as it would be added: named by what it changes.
    pub fn arm(&self) -> Arm {
        Arm { name: self.changes.arm_name(), changes: self.changes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ablation::{
        DROPOUT, DROPOUT_AT_EVALUATION, EVALUATION, LEARNING_RATE_SCALING, NORM, UPDATES, UPDATES_OF, Value,
    };
    use crate::domain::choice::{Dropout, Norm};

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
        assert_eq!(names(|draft| draft.cycle(DROPOUT, &train), 3), ["no-dropout", "dropout-at-evaluation", ""]);
        assert_eq!(names(|draft| draft.cycle(NORM, &train), 4), ["batch-norm", "rms-norm", "no-norm", ""]);
    }

    #[test]
    fn a_baseline_without_dropout_offers_to_switch_it_on() {
        let train = Train { dropout: Dropout::Off, norm: Norm::Batch, ..Train::default() };
        assert_eq!(names(|draft| draft.cycle(DROPOUT, &train), 2), ["dropout-on", ""]);
        assert_eq!(names(|draft| draft.cycle(NORM, &train), 4), ["rms-norm", "no-norm", "layer-norm", ""]);
    }

    #[test]
    fn every_ablation_has_a_key_that_goes_round() {
        let train = Train::default();
        assert_eq!(names(|draft| draft.cycle(LEARNING_RATE_SCALING, &train), 3), ["linear-rate", "sqrt-rate", ""]);
        assert_eq!(names(|draft| draft.cycle(EVALUATION, &train), 2), ["full-batches", ""]);
        let sizes = ["updates-of-8", "updates-of-2", "updates-of-16", "updates-of-32", "updates-of-64", ""];
        assert_eq!(names(|draft| draft.cycle(UPDATES_OF, &train), 6), sizes, "the reference comes first");
        let train = Train { updates_of: Some(2), batch_sizes: vec![2, 8], ..Train::default() };
        assert_eq!(names(|draft| draft.cycle(UPDATES_OF, &train), 2), ["updates-of-8", ""]);
    }

    #[test]
    fn the_newer_way_to_give_the_number_of_updates_holds() {
        let mut draft = Draft::default();
        draft.cycle(UPDATES_OF, &Train::default());
        let mut updates = Patch::default();
        assert!(updates.set(UPDATES, Value::Integer(500)));
        draft.change(updates);
        assert_eq!(draft.arm().name, "updates=500");
        draft.cycle(UPDATES_OF, &Train::default());
        assert_eq!(draft.arm().name, "updates-of-8");
    }

    #[test]
    fn keys_compose() {
        let mut draft = Draft::default();
        draft.cycle(DROPOUT, &Train::default());
        draft.cycle(NORM, &Train::default());
        assert_eq!(draft.arm().name, "no-dropout-batch-norm");
    }

    #[test]
    fn what_was_typed_leads_back_to_the_baseline() {
        let mut draft = Draft::default();
        let mut typed = Patch::default();
        assert!(typed.set(DROPOUT, Value::Number(0.2)) && typed.set(DROPOUT_AT_EVALUATION, Value::Flag(true)));
        draft.change(typed.only(|ablation| ablation == DROPOUT));
        draft.cycle(DROPOUT, &Train::default());
        assert!(draft.is_empty());
    }
}
