//! Settings beside logs: YAML and JSON that programs write about their hyperparameters.

use super::label::LogSetting;
use super::python_json::strict;
use saphyr_parser::{Event, Parser};
use serde_json::Value;

/// Names of files with settings, in the folder of the logs or one above, the most telling first.
pub const NAMES: [&str; 12] = [
    "hparams.yaml",
    "hparams.yml",
    "hparams.json",
    "args.json",
    "args.yaml",
    "params.json",
    "config.json",
    "config.yaml",
    "config.yml",
    ".hydra/config.yaml",
    "training_args.json",
    "all_args.json",
];

/// Settings of a file beyond this number are left out.
const MOST: usize = 1000;
const DEPTH: usize = 6;

/// The scalars of a file by name, those of nested mappings with dots. What is no mapping has none. Lists are left out, as are
/// Python's objects.
pub fn settings(name: &str, bytes: &[u8]) -> Vec<(String, LogSetting)> {
    let mut found = Vec::new();
    if name.rsplit('.').next() == Some("json") {
        if let Ok(value) = serde_json::from_slice(&strict(bytes)) {
            of_json("", &value, DEPTH, &mut found);
        }
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        found = of_yaml(text);
    }
    found.truncate(MOST);
    found
}

fn of_json(name: &str, value: &Value, depth: usize, found: &mut Vec<(String, LogSetting)>) {
    match value {
        Value::Object(object) if depth > 0 => {
            for (key, value) in object {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                of_json(&name, value, depth - 1, found);
            }
        }
        Value::Bool(boolean) => found.push((name.into(), LogSetting::Text(boolean.to_string()))),
        Value::Number(number) => found.push((name.into(), LogSetting::of(&number.to_string()))),
        Value::String(text) => found.push((name.into(), LogSetting::of(text))),
        _ => {}
    }
}

/// A collection that the parser is in.
enum Inside {
    /// the key whose value comes next, once it was read
    Mapping(Option<String>),
    Sequence,
}

/// Reads events, not a tree: aliases, which may stand for more than memory holds, are never expanded. Reading ends at the
/// first error, with what was found until then.
fn of_yaml(text: &str) -> Vec<(String, LogSetting)> {
    let (mut found, mut inside) = (Vec::new(), Vec::<Inside>::new());
    for event in Parser::new_from_str(text) {
        let Ok((event, _)) = event else { break };
        match event {
            Event::Scalar(value, ..) => {
                let is_in_list = inside.iter().any(|inside| matches!(inside, Inside::Sequence));
                match inside.last_mut() {
                    Some(Inside::Mapping(key @ None)) => *key = Some(value.into_owned()),
                    Some(Inside::Mapping(Some(_))) => {
                        if !is_in_list && found.len() < MOST {
                            found.push((path(&inside), LogSetting::of(&value)));
                        }
                        end_value(&mut inside);
                    }
                    _ => {}
                }
            }
            Event::MappingStart(..) if inside.len() < DEPTH => inside.push(Inside::Mapping(None)),
            Event::SequenceStart(..) if inside.len() < DEPTH => inside.push(Inside::Sequence),
            Event::MappingStart(..) | Event::SequenceStart(..) => break,
            Event::MappingEnd | Event::SequenceEnd => {
                inside.pop();
                end_value(&mut inside);
            }
            Event::Alias(_) => match inside.last_mut() {
                Some(Inside::Mapping(key @ None)) => *key = Some(String::new()),
                _ => end_value(&mut inside),
            },
            _ => {}
        }
    }
    found.retain(
        |(_, value)| !matches!(value, LogSetting::Text(text) if text.is_empty() || text == "null" || text == "~"),
    );
    found
}

/// A value ended: the next scalar of the mapping around it is a key. A collection as a key counts as one without a name.
fn end_value(inside: &mut [Inside]) {
    if let Some(Inside::Mapping(key)) = inside.last_mut() {
        *key = if key.is_some() { None } else { Some(String::new()) };
    }
}

fn path(inside: &[Inside]) -> String {
    let keys = inside.iter().filter_map(|inside| match inside {
        Inside::Mapping(Some(key)) => Some(key.as_str()),
        _ => None,
    });
    // weights & biases writes `name: {value: 1, desc: null}`
    let path = keys.collect::<Vec<_>>().join(".");
    path.strip_suffix(".value").unwrap_or(&path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(name: &str, text: &str) -> Vec<String> {
        settings(name, text.as_bytes()).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn what_programs_write_about_themselves_is_read() {
        let lightning = "batch_size: 8\nlearning_rate: 1.0e-05\nname: null\nbetas:\n- 0.9\n- 0.999\n\
                         act: !!python/name:torch.relu ''\noptimizer:\n  lr: 0.1\n  kind: 'adam'\nseed: 3 # of all\n";
        let expected = ["batch_size=8", "learning_rate=0.00001", "optimizer.lr=0.1", "optimizer.kind=adam", "seed=3"];
        assert_eq!(read("hparams.yaml", lightning), expected);
        assert_eq!(read("config.yaml", "bs:\n  desc: null\n  value: 16\n"), ["bs=16"]);
        assert_eq!(read("config.json", "{\"a\": {\"b\": 1, \"c\": [1]}, \"d\": true}"), ["a.b=1", "d=true"]);
    }

    #[test]
    fn a_file_that_would_fill_the_memory_does_not() {
        let mut laughs = String::from("a0: &a0 [lol, lol]\n");
        (1..40).for_each(|n| laughs += &format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1));
        assert_eq!(read("config.yaml", &format!("{laughs}seed: 1\n")), ["seed=1"]);
        assert!(read("config.yaml", &"[".repeat(100_000)).is_empty());
        assert!(read("config.yaml", "a: b: c:\n").len() <= 1, "an error ends the reading");
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "(a|:| |\n|-|\\{|\\}|\\[|\\]|&a|\\*a|!!|'|\"|#|\\?|1){0,60}") {
            read("a.yaml", &text);
            read("a.json", &text);
        }
    }
}
