//! The state that the Trainer of Hugging Face's transformers saves: its log, and what it was asked to do.

use super::count::count_of;
use super::item::LogItem;
use super::label::LogSetting;
use super::python_json::{number, strict};
use serde_json::{Map, Value};

pub const NAME: &str = "trainer_state.json";

/// Entries of a log that count something, and are no metrics.
const COUNTS: [&str; 2] = ["step", "epoch"];
/// Keys of the state that are settings.
const SETTINGS: [&str; 3] = ["train_batch_size", "max_steps", "num_train_epochs"];

/// Reads states of a run that were saved one after the other: each repeats the one before and adds to it.
#[derive(Debug, Default)]
pub struct TrainerState {
    /// entries of the log that were emitted
    emitted: Vec<Value>,
}

/// The file is no state of a Trainer.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("has no list `log_history`")]
    NoLog,
}

impl TrainerState {
    /// Emits the items that are new in the state.
    pub fn read(&mut self, bytes: &[u8], mut emit: impl FnMut(LogItem)) -> Result<(), StateError> {
        let mut state: Map<String, Value> = serde_json::from_slice(&strict(bytes))?;
        let Some(Value::Array(log)) = state.remove("log_history") else { return Err(StateError::NoLog) };
        let key = String::new;
        if self.emitted.is_empty() {
            for name in SETTINGS {
                let value = state.get(name).and_then(number);
                if let Some(value) = value {
                    emit(LogItem::Setting { key: key(), name: name.into(), value: LogSetting::Number(value) });
                }
            }
        }
        if !log.starts_with(&self.emitted) {
            // of another training in the same folder, or of one that went back to a checkpoint
            let same = log.iter().zip(&self.emitted).take_while(|(new, old)| new == old).count();
            let step = self.emitted.get(same).and_then(step).unwrap_or(0);
            emit(LogItem::Restart { key: key(), step });
            let kept = self.emitted[..same].iter().take_while(|entry| self::step(entry) < Some(step)).count();
            self.emitted.truncate(kept);
        }
        for entry in &log[self.emitted.len()..] {
            let Some(step) = step(entry) else { continue };
            for (name, value) in entry.as_object().into_iter().flatten() {
                if let Some(value) = number(value).filter(|_| !COUNTS.contains(&name.as_str())) {
                    emit(LogItem::Point { key: key(), tag: name.clone(), step, time: None, value });
                }
            }
        }
        self.emitted = log;
        Ok(())
    }
}

fn step(entry: &Value) -> Option<u64> {
    count_of(number(entry.get("step")?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state(entries: &[(u64, f64)]) -> Vec<u8> {
        let log: Vec<String> = entries
            .iter()
            .map(|(step, loss)| format!("{{\"step\": {step}, \"epoch\": 1.5, \"loss\": {loss}}}"))
            .collect();
        format!("{{\"train_batch_size\": 8, \"log_history\": [{}]}}", log.join(", ")).into_bytes()
    }

    fn items(states: &mut TrainerState, bytes: &[u8]) -> Vec<String> {
        let mut items = Vec::new();
        states
            .read(bytes, |item| {
                items.push(match item {
                    LogItem::Point { tag, step, value, .. } => format!("{tag} {step} {value}"),
                    LogItem::Setting { name, value, .. } => format!("{name}={value}"),
                    LogItem::Restart { step, .. } => format!("restart {step}"),
                });
            })
            .unwrap();
        items
    }

    #[test]
    fn a_later_state_says_what_is_new() {
        let mut states = TrainerState::default();
        assert_eq!(items(&mut states, &state(&[(1, 0.5)])), ["train_batch_size=8", "loss 1 0.5"]);
        assert_eq!(items(&mut states, &state(&[(1, 0.5), (2, f64::NAN)])), ["loss 2 NaN"]);
        assert!(items(&mut states, &state(&[(1, 0.5), (2, f64::NAN)])).is_empty());
        assert_eq!(items(&mut states, &state(&[(1, 0.5), (3, 0.25)])), ["restart 2", "loss 3 0.25"]);
        assert_eq!(items(&mut states, &state(&[(1, 0.75)])), ["restart 1", "loss 1 0.75"]);
    }

    #[test]
    fn what_is_no_state_is_refused_with_a_reason() {
        let error = |bytes: &[u8]| TrainerState::default().read(bytes, |_| ()).unwrap_err().to_string();
        assert_eq!(error(b"{\"log_history\": 1}"), "has no list `log_history`");
        assert!(error(b"{\"log_hist").starts_with("is not JSON: "));
    }

    proptest! {
        #[test]
        fn arbitrary_states_never_panic(text in "(\\{|\\}|\"log_history\":|\\[|\\]|\"step\":|1|,|NaN|\"a\":){0,40}") {
            let mut states = TrainerState::default();
            let _ = states.read(text.as_bytes(), |_| ());
            let _ = states.read(format!("{{\"log_history\":[{text}]}}").as_bytes(), |_| ());
        }
    }
}
