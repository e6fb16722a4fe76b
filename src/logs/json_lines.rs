//! One JSON object per line, each with a step: of any program, and our own: journals, `run --json` and `watch --json`.

use super::cell::{ColumnRole, key};
use super::count::count_of;
use super::item::LogItem;
use super::label::LogSetting;
use super::lines::GrowingLines;
use super::python_json::{number, strict};
use crate::event_file::Skipped;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How deep objects are read, as `eval.loss`.
const DEPTH: usize = 4;

/// Reads JSON lines while they grow.
#[derive(Debug, Default)]
pub struct JsonLines {
    lines: GrowingLines,
    /// runs whose settings were emitted
    known: BTreeSet<String>,
    bad_lines: u64,
}

impl JsonLines {
    pub fn skipped(&self) -> Skipped {
        let Skipped { parts, bytes } = self.lines.skipped;
        Skipped { parts: parts + self.bad_lines, bytes }
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(LogItem)) {
        let Self { lines, known, bad_lines } = self;
        lines.feed(bytes, false, |line| {
            if line.iter().all(u8::is_ascii_whitespace) {
                return;
            }
            match serde_json::from_slice(&strict(line)) {
                Ok(Value::Object(object)) => match object.get("event").and_then(Value::as_str) {
                    Some(event) => own(event, &object, &mut emit),
                    None => row(&object, known, &mut emit),
                },
                _ => *bad_lines += 1,
            }
        });
    }

    /// Whether a line is an object with a step, or an event of ours.
    pub fn is_one(line: &[u8]) -> bool {
        let Ok(Value::Object(object)) = serde_json::from_slice(&strict(line)) else { return false };
        step(&object).is_some() || object.get("event").is_some_and(Value::is_string)
    }
}

fn step(object: &Map<String, Value>) -> Option<u64> {
    let steps = object.iter().filter_map(|(name, value)| match ColumnRole::of(name) {
        ColumnRole::Step(rank) => Some((rank, count_of(number(value)?)?)),
        _ => None,
    });
    steps.min().map(|(_, step)| step)
}

/// A line of any program: settings are in the lines themselves, as in a table.
fn row(object: &Map<String, Value>, known: &mut BTreeSet<String>, emit: &mut impl FnMut(LogItem)) {
    let Some(step) = step(object) else { return };
    let texts = |wanted: fn(ColumnRole) -> bool| -> Vec<(&str, String)> {
        let named = object.iter().filter(|(name, _)| wanted(ColumnRole::of(name)));
        named.filter_map(|(name, value)| Some((name.as_str(), text(value)?))).collect()
    };
    let of_key = texts(ColumnRole::is_key);
    let key = key(of_key.iter().map(|(name, value)| (*name, value.as_str())));
    if !key.is_empty() && known.insert(key.clone()) {
        for (name, value) in texts(|role| matches!(role, ColumnRole::Part(_) | ColumnRole::Name)) {
            emit(LogItem::Setting { key: key.clone(), name: name.into(), value: LogSetting::of(&value) });
        }
    }
    let time =
        object.iter().filter(|(name, _)| ColumnRole::of(name) == ColumnRole::Time).find_map(|(_, value)| number(value));
    points(&key, "", object, step, time, DEPTH, emit);
}

fn points(
    key: &str,
    before: &str,
    object: &Map<String, Value>,
    step: u64,
    time: Option<f64>,
    depth: usize,
    emit: &mut impl FnMut(LogItem),
) {
    for (name, value) in object {
        if before.is_empty()
            && !matches!(
                ColumnRole::of(name),
                ColumnRole::Other | ColumnRole::Value | ColumnRole::Metric | ColumnRole::Split
            )
        {
            continue;
        }
        let tag = format!("{before}{name}");
        match value {
            Value::Object(inner) if depth > 0 => points(key, &format!("{tag}."), inner, step, time, depth - 1, emit),
            value => {
                if let Some(value) = number(value) {
                    emit(LogItem::Point { key: key.to_owned(), tag, step, time, value });
                }
            }
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}

/// An event of `run --json`, of a journal or of `watch --json`.
fn own(event: &str, object: &Map<String, Value>, emit: &mut impl FnMut(LogItem)) {
    let string = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let key: String = string("run").into();
    let step = object.get("step").and_then(number).and_then(count_of);
    let time = object.get("time").and_then(number);
    match (event, step) {
        ("plan", _) => {
            let runs = object.get("runs").and_then(Value::as_array);
            for run in runs.into_iter().flatten().filter_map(Value::as_object) {
                let key = run.get("run").and_then(Value::as_str).unwrap_or_default();
                settings(key, run, &["arm", "batch_size", "iid", "updates"], emit);
            }
        }
        ("run", _) => {
            settings(&key, object, &["arm", "batch_size", "iid", "updates"], emit);
            if let Some(columns) = object.get("columns").and_then(Value::as_object) {
                let names: Vec<&str> = columns.keys().map(String::as_str).collect();
                settings(&key, columns, &names, emit);
            }
        }
        // those of some tags follow from their points
        ("restart", Some(step)) if string("tags").is_empty() => emit(LogItem::Restart { key, step }),
        ("point", Some(step)) => {
            if let Some(value) = object.get("value").and_then(number) {
                emit(LogItem::Point { key, tag: string("tag").into(), step, time, value });
            }
        }
        ("update" | "evaluation" | "also_evaluated", Some(step)) => {
            let prefix = match event {
                "update" => "train",
                "evaluation" => "valid",
                _ => string("set"),
            };
            let scores = object.iter().filter(|(name, _)| ColumnRole::of(name) == ColumnRole::Other);
            for (name, value) in scores {
                if let Some(value) = number(value) {
                    emit(LogItem::Point { key: key.clone(), tag: format!("{prefix}/{name}"), step, time, value });
                }
            }
        }
        _ => {}
    }
}

fn settings(key: &str, object: &Map<String, Value>, names: &[&str], emit: &mut impl FnMut(LogItem)) {
    for name in names {
        if let Some(text) = object.get(*name).and_then(text) {
            emit(LogItem::Setting { key: key.into(), name: (*name).into(), value: LogSetting::of(&text) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (Vec<String>, u64) {
        let (mut lines, mut items) = (JsonLines::default(), Vec::new());
        lines.feed(text.as_bytes(), |item| {
            items.push(match item {
                LogItem::Point { key, tag, step, value, .. } => format!("{key}|{tag} {step} {value}"),
                LogItem::Setting { key, name, value } => format!("{key}|{name}={value}"),
                LogItem::Restart { key, step } => format!("{key}|restart {step}"),
            });
        });
        (items, lines.skipped().parts)
    }

    #[test]
    fn a_line_is_a_step_with_its_numbers() {
        let (items, bad) = read(
            "{\"step\": 1, \"loss\": NaN, \"eval\": {\"acc\": 0.5}, \"note\": \"x\", \"epoch\": 0}\n{\"loss\": 1}\nnot JSON\n{\"step\": 2",
        );
        assert_eq!((items, bad), (vec!["|eval.acc 1 0.5".into(), "|loss 1 NaN".into()], 1));
    }

    #[test]
    fn our_own_events_are_read() {
        let (items, _) = read(concat!(
            "{\"event\":\"plan\",\"runs\":[{\"run\":\"ab\",\"arm\":\"baseline\",\"batch_size\":8,\"iid\":1,\"updates\":20}]}\n",
            "{\"number\":0,\"time\":1.5,\"event\":\"started\",\"step\":0,\"run\":\"ab\",\"attempt\":1}\n",
            "{\"number\":1,\"time\":1.5,\"event\":\"evaluation\",\"step\":0,\"loss\":0.5,\"accuracy\":0.25,\"run\":\"ab\"}\n",
            "{\"event\":\"restart\",\"run\":\"cd\",\"tags\":\"\",\"step\":3}\n",
            "{\"event\":\"point\",\"run\":\"cd\",\"tag\":\"a\",\"step\":3,\"value\":0.5}\n",
        ));
        assert_eq!(items[..4], ["ab|arm=baseline", "ab|batch_size=8", "ab|iid=1", "ab|updates=20"]);
        assert_eq!(items[4..], ["ab|valid/accuracy 0 0.25", "ab|valid/loss 0 0.5", "cd|restart 3", "cd|a 3 0.5"]);
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "(\\{|\\}|\"step\":|\"run\":|1|\"event\":|\"plan\"|,|\n|\\[|NaN|é){0,60}") {
            read(&text);
        }
    }
}
