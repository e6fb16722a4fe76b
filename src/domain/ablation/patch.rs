//! Changes to the baseline.

use super::table;
use super::{Ablation, Value};
use crate::domain::train::Train;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;

/// Keys of `[train]` with the values an arm gives them, each a value that its key takes. Empty: the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch(BTreeMap<&'static str, (&'static Ablation, Value)>);

/// Why something is no change.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotAChange {
    #[error("unknown key `{0}`")]
    Unknown(String),
    #[error("`{key}` is {value}, expected {expected}")]
    Value { key: &'static str, value: String, expected: &'static str },
    #[error("`{0}` and `{1}` say the same in two ways; leave one out")]
    Rivals(&'static str, &'static str),
}

impl Patch {
    /// A change, in place of what was changed before of the same key and of its rival. False, and all stays as it is, where
    /// the key does not take the value.
    pub fn set(&mut self, ablation: &'static Ablation, value: Value) -> bool {
        if !ablation.takes(&value) {
            return false;
        }
        self.0.retain(|key, _| Some(*key) != ablation.rival);
        self.0.insert(ablation.key, (ablation, value));
        true
    }

    /// The same of all these changes.
    pub fn extend(&mut self, changes: Patch) {
        for (ablation, value) in changes.0.into_values() {
            self.set(ablation, value);
        }
    }

    pub fn get(&self, ablation: &Ablation) -> Option<&Value> {
        self.0.get(ablation.key).map(|(_, value)| value)
    }

    /// Those of some keys alone.
    pub fn only(&self, keep: impl Fn(&Ablation) -> bool) -> Patch {
        Patch(self.0.iter().filter(|(_, (ablation, _))| keep(ablation)).map(|(k, v)| (*k, v.clone())).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Ablation, &Value)> {
        self.0.values().map(|(ablation, value)| (*ablation, value))
    }

    pub fn ablations(&self) -> impl Iterator<Item = &'static Ablation> {
        self.0.values().map(|(ablation, _)| *ablation)
    }

    /// The baseline's settings with these changes.
    pub fn apply(&self, baseline: &Train) -> Train {
        let mut train = baseline.clone();
        for (ablation, value) in self.iter() {
            // no value is in here that its key does not take
            let _ = ablation.write(&mut train, value);
        }
        train
    }

    /// In words: `dropout off, batch norm`.
    pub fn in_words(&self) -> String {
        match self.is_empty() {
            true => "no change".into(),
            false => self.iter().map(|(ablation, value)| ablation.words(value)).collect::<Vec<_>>().join(", "),
        }
    }

    /// The name of an arm that makes them: `no-dropout-batch-norm`.
    pub fn arm_name(&self) -> String {
        self.iter().map(|(ablation, value)| ablation.arm_name(value)).collect::<Vec<_>>().join("-")
    }

    /// What they test together: their keys, joined.
    pub fn cause(&self) -> String {
        self.0.keys().copied().collect::<Vec<_>>().join("+")
    }

    /// Whether they take away everything that they are about.
    pub fn removes(&self, baseline: &Train) -> bool {
        let arm = self.apply(baseline);
        self.ablations().all(|ablation| ablation.removes(baseline, &arm))
    }
}

impl TryFrom<BTreeMap<String, Value>> for Patch {
    type Error = NotAChange;

    fn try_from(changes: BTreeMap<String, Value>) -> Result<Self, NotAChange> {
        let mut patch = Patch::default();
        for (key, value) in changes {
            let ablation = table::named(&key).ok_or(NotAChange::Unknown(key))?;
            if let Some(other) = patch.ablations().find(|other| other.rival == Some(ablation.key)) {
                return Err(NotAChange::Rivals(other.key, ablation.key));
            }
            let given = value.to_string();
            if !patch.set(ablation, value) {
                return Err(NotAChange::Value { key: ablation.key, value: given, expected: ablation.expected });
            }
        }
        Ok(patch)
    }
}

impl Serialize for Patch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(ablation, value)| (ablation.key, value)))
    }
}

impl<'de> Deserialize<'de> for Patch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).and_then(|changes| Self::try_from(changes).map_err(de::Error::custom))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DROPOUT, LEARNING_RATE, NORM, UPDATES, UPDATES_OF, named};
    use super::*;

    fn patch(changes: &[(&str, Value)]) -> Result<Patch, NotAChange> {
        Patch::try_from(
            changes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<BTreeMap<_, _>>(),
        )
    }

    #[test]
    fn a_patch_has_only_what_its_keys_take() {
        assert_eq!(patch(&[("dropuot", "off".into())]), Err(NotAChange::Unknown("dropuot".into())));
        let error = patch(&[("epochs", Value::Integer(0))]).unwrap_err().to_string();
        assert_eq!(error, "`epochs` is 0, expected a whole number from 1 to 1000000");
        let both = patch(&[("updates", Value::Integer(5)), ("updates_of", Value::Integer(8))]);
        assert_eq!(both, Err(NotAChange::Rivals("updates", "updates_of")));
        let mut changes = Patch::default();
        assert!(!changes.set(NORM, "group".into()) && changes.is_empty());
    }

    #[test]
    fn the_newer_way_to_give_the_number_of_updates_holds() {
        let baseline = Train { updates_of: Some(8), ..Train::default() };
        let mut changes = Patch::default();
        assert!(changes.set(UPDATES_OF, Value::Integer(2)) && changes.set(UPDATES, Value::Integer(500)));
        let train = changes.apply(&baseline);
        assert_eq!((changes.arm_name().as_str(), train.updates, train.updates_of), ("updates=500", Some(500), None));
    }

    #[test]
    fn it_is_stored_as_it_was_written() {
        for text in
            [r#"{"dropout":"off","norm":"batch"}"#, r#"{"learning_rate":1,"shuffle":false}"#, r#"{"dropout":0.2}"#]
        {
            let read: Patch = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        assert!(serde_json::from_str::<Patch>(r#"{"norm":"group"}"#).is_err());
    }

    #[test]
    fn a_setting_and_a_change_have_words() {
        let setting = |key: &str, changes: &[(&str, Value)]| {
            let (name, value) = named(key).unwrap().setting(&patch(changes).unwrap().apply(&Train::default()));
            format!("{name} {value}")
        };
        assert_eq!(setting("dropout", &[]), "dropout on");
        assert_eq!(setting("dropout", &[("dropout", Value::Number(0.2))]), "dropout 0.2");
        assert_eq!(setting("dropout_at_evaluation", &[]), "dropout at evaluation off");
        assert_eq!(setting("learning_rate", &[("learning_rate", Value::Number(5e-5))]), "learning rate 5e-5");
        assert_eq!(setting("updates_of", &[("updates_of", Value::Integer(8))]), "updates as at batch size 8");
        assert_eq!(setting("updates_of", &[("updates", Value::Integer(500))]), "updates 500");
        assert_eq!(setting("evaluation", &[]), "evaluation whole");
        for ablation in table::all() {
            assert!(!setting(ablation.key, &[]).ends_with(' '), "{ablation:?}");
        }
        let changes =
            patch(&[("dropout", "off".into()), ("norm", "batch".into()), ("epochs", Value::Integer(2))]).unwrap();
        assert_eq!(changes.in_words(), "dropout off, epochs 2, batch norm");
        assert_eq!(changes.arm_name(), "no-dropout-epochs=2-batch-norm");
        assert_eq!(
            (changes.cause().as_str(), Patch::default().in_words().as_str()),
            ("dropout+epochs+norm", "no change")
        );
    }

    #[test]
    fn a_suspect_is_taken_away_by_all_changes_or_not_at_all() {
        let train = Train::default();
        let removes = |changes: &[(&str, Value)]| patch(changes).unwrap().removes(&train);
        assert!(removes(&[(DROPOUT.key, "off".into())]) && removes(&[(DROPOUT.key, Value::Integer(0))]));
        assert!(!removes(&[(DROPOUT.key, "off".into()), (LEARNING_RATE.key, Value::Number(1e-4))]));
        assert!(!removes(&[(NORM.key, "batch".into())]));
    }
}
