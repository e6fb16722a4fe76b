//! From TOML to a spec, and back.

use super::arms::{self, train_of};
use super::check;
use super::error::SpecError;
use super::keys;
use crate::domain::arm::{Arm, BASELINE, Changes};
use crate::domain::spec::{Model, Spec, StoreOptions, Task, Train};
use serde::{Deserialize, Serialize};
use toml::Table;

/// A spec as it is written: everything but the task and the model may be left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    name: Option<String>,
    task: Task,
    model: Model,
    #[serde(default)]
    train: Train,
    #[serde(default)]
    store: StoreOptions,
    #[serde(default)]
    arms: Table,
}

/// Reads a spec. `place` names the text in errors; each override is `key=value` with a dotted key, the last one wins.
pub fn parse(place: &str, text: &str, overrides: &[String]) -> Result<Spec, SpecError> {
    check_keys(place, text)?;
    let mut place = place.to_owned();
    let written: Written = if overrides.is_empty() {
        // straight from the text, where errors know their lines
        toml::from_str(text).map_err(|error| toml_error(&place, text, &error))?
    } else {
        let mut table: Table = toml::from_str(text).map_err(|error| toml_error(&place, text, &error))?;
        for given in overrides {
            apply(&mut table, given)?;
        }
        place =
            format!("{place} with {}", overrides.iter().map(|o| format!("--set {o}")).collect::<Vec<_>>().join(" "));
        table.try_into().map_err(|error: toml::de::Error| SpecError::Toml {
            place: place.clone(),
            message: error.message().to_owned(),
        })?
    };
    let arms = read_arms(&place, &written.arms)?;
    let name = written.name.or(written.task.name.clone()).unwrap_or_else(|| "experiment".into());
    let spec =
        Spec { name, task: written.task, model: written.model, train: written.train, store: written.store, arms };
    check::spec(&place, &spec)?;
    for (number, arm) in spec.arms.iter().enumerate() {
        let train = train_of(&place, &spec.train, arm)?;
        for earlier in &spec.arms[..number] {
            if train_of(&place, &spec.train, earlier)? == train {
                let message = format!("means the same as `{}`", earlier.name);
                return Err(SpecError::Arm { place, arm: arm.name.clone(), message });
            }
        }
    }
    Ok(spec)
}

/// The spec as TOML that reads back to the same spec.
pub fn to_toml(spec: &Spec) -> String {
    let arms =
        spec.arms.iter().map(|arm| (arm.name.clone(), toml::Value::Table(arms::to_table(&arm.changes)))).collect();
    let written = Written {
        name: Some(spec.name.clone()),
        task: spec.task.clone(),
        model: spec.model.clone(),
        train: spec.train.clone(),
        store: spec.store.clone(),
        arms,
    };
    toml::to_string(&written).unwrap_or_default()
}

/// Arms in the order in which they are written, the baseline always first.
fn read_arms(place: &str, tables: &Table) -> Result<Vec<Arm>, SpecError> {
    let mut arms = vec![Arm::baseline()];
    for (name, changes) in tables {
        let wrong = |message: String| SpecError::Arm { place: place.into(), arm: name.clone(), message };
        let changes: Changes = changes
            .clone()
            .try_into()
            .map_err(|_| wrong("expected a table of changes, for example { dropout = \"off\" }".into()))?;
        if name == BASELINE {
            if !changes.is_empty() {
                return Err(wrong("the baseline changes nothing; put common settings into [train]".into()));
            }
            continue;
        }
        arms.push(Arm { name: name.clone(), changes });
    }
    Ok(arms)
}

/// `a.b=value`, where the value is TOML or, failing that, a string.
fn apply(table: &mut Table, given: &str) -> Result<(), SpecError> {
    let wrong = || SpecError::Override { given: given.to_owned() };
    let (path, value) = given.split_once('=').ok_or_else(wrong)?;
    let (path, value) = (path.trim(), value.trim());
    let value = toml::from_str::<Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let (parents, key) = path.rsplit_once('.').unwrap_or(("", path));
    if parents != "arms" && !parents.starts_with("arms.") {
        keys::known(|| format!("--set {given}"), parents.split('.').next().unwrap_or(""), table_names())?;
        let known = keys::of_table(parents).ok_or_else(wrong)?;
        keys::known(|| format!("--set {given}"), key, known)?;
    }
    let mut target = table;
    for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
        let entry = target.entry(parent).or_insert_with(|| toml::Value::Table(Table::new()));
        target = entry.as_table_mut().ok_or_else(wrong)?;
    }
    target.insert(key.to_owned(), value);
    Ok(())
}

fn table_names() -> Vec<String> {
    let mut names = keys::of_table("").unwrap_or_default();
    names.push(String::new());
    names
}

/// Finds unknown keys in the text itself, where their lines are known.
fn check_keys(place: &str, text: &str) -> Result<(), SpecError> {
    let table = toml::de::DeTable::parse(text).map_err(|error| toml_error(place, text, &error))?;
    for (key, value) in table.get_ref() {
        let top = key.get_ref().as_ref();
        keys::known(|| at(place, text, key.span().start), top, keys::of_table("").unwrap_or_default())?;
        let (Some(known), toml::de::DeValue::Table(inner)) = (keys::of_table(top), value.get_ref()) else { continue };
        for key in inner.keys() {
            keys::known(|| at(place, text, key.span().start), key.get_ref(), known.clone())?;
        }
    }
    Ok(())
}

fn at(place: &str, text: &str, offset: usize) -> String {
    let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    format!("{place}, line {line}")
}

fn toml_error(place: &str, text: &str, error: &toml::de::Error) -> SpecError {
    let place = error.span().map_or_else(|| place.to_owned(), |span| at(place, text, span.start));
    SpecError::Toml { place, message: error.message().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arm::{Dropout, Value};
    use crate::domain::spec::{NamedSet, Validation};
    use proptest::prelude::*;

    const LEAST: &str = "[task]\npath = \"data\"\n[model]\nsource = \"model\"\n";

    fn message(text: &str, overrides: &[&str]) -> String {
        let overrides: Vec<String> = overrides.iter().map(|o| (*o).to_owned()).collect();
        parse("my.toml", text, &overrides).expect_err("must be refused").to_string()
    }

    #[test]
    fn what_is_left_out_has_the_documented_default() {
        let spec = parse("my.toml", LEAST, &[]).unwrap();
        assert_eq!(spec.train, Train::default());
        assert_eq!(spec.train.batch_sizes, [2, 8, 16, 32, 64]);
        assert_eq!(spec.task.max_length, 128);
        assert_eq!(spec.task.validation, Validation::Set(NamedSet::Dev));
        assert_eq!(spec.arms, [Arm::baseline()]);
        assert_eq!(spec.name, "experiment");
    }

    #[test]
    fn arms_keep_their_order_behind_the_baseline() {
        let text = format!(
            "{LEAST}[arms]\nzebra = {{ dropout = \"off\" }}\nbaseline = {{}}\nantelope = {{ learning_rate = 1e-4 }}\n"
        );
        let spec = parse("my.toml", &text, &[]).unwrap();
        assert_eq!(
            spec.arms.iter().map(|arm| arm.name.as_str()).collect::<Vec<_>>(),
            ["baseline", "zebra", "antelope"]
        );
        assert_eq!(spec.arms[1].changes["dropout"], Value::Text("off".into()));
    }

    #[test]
    fn the_last_override_wins() {
        let overrides = ["train.epochs=3", "train.epochs=4", "train.dropout=off", "train.batch_sizes=[4, 8]"];
        let overrides = overrides.map(String::from);
        let spec = parse("my.toml", LEAST, &overrides).unwrap();
        assert_eq!(spec.train.epochs, 4);
        assert_eq!(spec.train.dropout, Dropout::Off);
        assert_eq!(spec.train.batch_sizes, [4, 8]);
    }

    #[test]
    fn unknown_keys_name_their_line_and_the_nearest_known_one() {
        assert_eq!(
            message(&format!("{LEAST}[train]\nepoch = 3\n"), &[]),
            "my.toml, line 6: unknown key `epoch`; did you mean `epochs`?"
        );
        assert_eq!(
            message(&format!("{LEAST}[train]\n[trian]\n"), &[]),
            "my.toml, line 6: unknown key `trian`; did you mean `train`?"
        );
        assert_eq!(
            message(LEAST, &["train.epoch=3"]),
            "--set train.epoch=3: unknown key `epoch`; did you mean `epochs`?"
        );
        assert!(message(LEAST, &["epochs"]).contains("expected key=value"));
        assert!(message(LEAST, &["armsx.y=1"]).contains("unknown key `armsx`"));
    }

    #[test]
    fn an_override_can_give_what_the_text_lacks() {
        let spec = parse("my.toml", "[task]\npath = \"data\"\n", &["model.source=embedded".into()]).unwrap();
        assert_eq!(spec.model.source, "embedded");
    }

    #[test]
    fn values_that_cannot_be_trained_are_refused() {
        for (line, part) in [
            ("epochs = 0", "`epochs` is 0, expected at least 1"),
            ("learning_rate = -1.0", "`learning_rate` is -1, expected"),
            ("batch_sizes = []", "`batch_sizes` is []"),
            ("batch_sizes = [8, 8]", "each once"),
            ("epochs = \"three\"", "invalid type"),
            ("dropout = \"maybe\"", "\"on\", \"off\" or a rate"),
            ("dropout = 1.5", "a rate of at least 0 and below 1"),
            ("norm = \"group\"", "unknown variant `group`"),
        ] {
            let message = message(&format!("{LEAST}[train]\n{line}\n"), &[]);
            assert!(message.contains(part), "{line}: {message}");
            assert!(message.contains("my.toml"), "{line}: {message}");
        }
    }

    #[test]
    fn an_arm_can_change_only_what_a_run_has() {
        let text = |arm: &str| format!("{LEAST}[arms]\nodd = {arm}\n");
        assert!(message(&text("{ instances = 3 }"), &[]).contains("unknown key `instances`"));
        assert!(message(&text("{ epochs = 0 }"), &[]).contains("`epochs` is 0"));
        assert!(message(&text("3"), &[]).contains("expected a table of changes"));
        assert!(message(&text("{ dropout = \"on\" }"), &[]).contains("arm `odd`: means the same as `baseline`"));
        assert!(message(&format!("{LEAST}[arms]\nbaseline = {{ epochs = 1 }}\n"), &[]).contains("changes nothing"));
    }

    #[test]
    fn a_spec_survives_being_written() {
        let text =
            format!("name = \"x\"\n{LEAST}[train]\ndropout = 0.2\n[arms]\na = {{ dropout = \"off\", epochs = 2 }}\n");
        let spec = parse("my.toml", &text, &[]).unwrap();
        assert_eq!(parse("again", &to_toml(&spec), &[]).unwrap(), spec);
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,200}", given in "\\PC{0,40}") {
            let _ = parse("my.toml", &text, std::slice::from_ref(&given));
            let _ = parse("my.toml", LEAST, &[given]);
        }
    }
}
