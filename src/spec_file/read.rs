//! From TOML to a spec, and back.

use super::arms::{self, read_changes};
use super::check;
use super::document::Document;
use super::error::SpecError;
use crate::domain::arm::{Arm, BASELINE};
use crate::domain::name::{FolderName, NotAFolderName};
use crate::domain::spec::{Model, Spec, StoreOptions, Task};
use crate::domain::train::Train;
use serde::{Deserialize, Serialize};
use toml::Table;

/// A spec as written: everything but the task and the model is optional.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecFile {
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
    let mut document = Document::read(place, text)?;
    for given in overrides {
        document.set(given)?;
    }
    check::document(&document)?;
    let written: SpecFile = document.table.clone().try_into().map_err(|error: toml::de::Error| SpecError::Toml {
        place: place.to_owned(),
        message: error.message().to_owned(),
    })?;
    let arms = read_arms(&document, &written.train, &written.arms)?;
    check::runs(&document, written.train.batch_sizes.len(), written.train.instances, arms.len())?;
    let name =
        name_of(&written).map_err(|error| SpecError::Toml { place: place.to_owned(), message: error.to_string() })?;
    Ok(Spec { name, task: written.task, model: written.model, train: written.train, store: written.store, arms })
}

/// The given name, else the task's if it is a valid folder name.
fn name_of(written: &SpecFile) -> Result<FolderName, NotAFolderName> {
    match (&written.name, written.task.name.as_deref().map(FolderName::new)) {
        (Some(name), _) => FolderName::new(name),
        (None, Some(Ok(task))) => Ok(task),
        (None, _) => FolderName::new("experiment"),
    }
}

/// The spec as TOML that reads back to the same spec.
pub fn to_toml(spec: &Spec) -> String {
    let arms =
        spec.arms.iter().map(|arm| (arm.name.clone(), toml::Value::Table(arms::to_table(&arm.changes)))).collect();
    let written = SpecFile {
        name: Some(spec.name.to_string()),
        task: spec.task.clone(),
        model: spec.model.clone(),
        train: spec.train.clone(),
        store: spec.store.clone(),
        arms,
    };
    toml::to_string(&written).unwrap_or_default()
}

/// Arms in the order in which they are written, the baseline always first. No two may mean the same.
fn read_arms(document: &Document, baseline: &Train, tables: &Table) -> Result<Vec<Arm>, SpecError> {
    let mut arms = vec![Arm::baseline()];
    let mut trained = vec![baseline.clone()];
    for (name, changes) in tables {
        let place = document.place(&format!("arms.{name}"));
        let wrong = |message: String| SpecError::Arm { place: place.clone(), arm: name.clone(), message };
        let changes = match changes {
            toml::Value::Table(table) => read_changes(&place, name, table)?,
            _ => return Err(wrong("expected a table of changes".into())),
        };
        if name == BASELINE {
            if !changes.is_empty() {
                return Err(wrong("the baseline changes nothing; put common settings into [train]".into()));
            }
            continue;
        }
        let arm = Arm { name: name.clone(), changes };
        let train = arm.train(baseline);
        if let Some(same) = trained.iter().position(|earlier| *earlier == train) {
            return Err(wrong(format!("means the same as `{}`; leave one of them out", arms[same].name)));
        }
        trained.push(train);
        arms.push(arm);
    }
    Ok(arms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ablation;
    use crate::domain::choice::Dropout;
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
    fn the_name_of_a_task_names_the_experiment_where_it_can_be_a_folders() {
        let named = |task: &str| {
            let text = format!("[task]\nname = \"{task}\"\n[model]\nsource = \"model\"\n");
            parse("my.toml", &text, &[]).unwrap().name.to_string()
        };
        assert_eq!(named("mrpc"), "mrpc");
        for elsewhere in ["../../../x", "/x", ".x", "a b"] {
            assert_eq!(named(elsewhere), "experiment");
        }
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
        assert_eq!(spec.arms[1].changes.get(ablation::DROPOUT), Some(&"off".into()));
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
        for odd in ["epochs", "train..epochs=3", ".=3", "..=3", "=3", "train.epochs=3\nseed=4"] {
            assert!(message(LEAST, &[odd]).contains("expected key=value"), "{odd}");
        }
        assert!(message(LEAST, &["armsx.y=1"]).contains("unknown key `armsx`"));
    }

    #[test]
    fn a_wrong_override_is_named_and_not_the_line_it_replaces() {
        let text = format!("{LEAST}[train]\nepochs = 3\n[arms]\nodd = {{ epochs = 2 }}\n");
        assert_eq!(
            message(&text, &["train.epochs=many"]),
            "--set train.epochs=many: `train.epochs` is \"many\", expected a whole number from 1 to 1000000"
        );
        assert_eq!(
            message(&text, &["arms.odd.epochs=-1"]),
            "--set arms.odd.epochs=-1: `arms.odd.epochs` is -1, expected a whole number from 1 to 1000000"
        );
        assert!(
            message(&text, &["train={ epochs = 0 }"]).starts_with("--set train={ epochs = 0 }: `train.epochs` is 0")
        );
        assert!(message(&text, &["train=3"]).contains("`train` is 3, expected a table"));
        assert!(message(&text, &["task.path.x=3"]).contains("expected key=value"));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(message("", &[]).starts_with("my.toml: [task] is incomplete, expected path = \"FOLDER\""));
        assert!(
            message("[task]\nname = \"demo\"\n[model]\n", &[]).starts_with("my.toml, line 3: [model] is incomplete")
        );
    }

    #[test]
    fn a_sweep_that_would_not_fit_in_memory_is_refused() {
        let text = format!("{LEAST}[train]\ninstances = 10000\nbatch_sizes = {:?}\n", (1..=20).collect::<Vec<u32>>());
        assert!(message(&text, &[]).contains("line 6: `train.instances` is 10000, expected fewer"));
    }

    #[test]
    fn an_override_can_give_what_the_text_lacks() {
        let spec = parse("my.toml", "[task]\npath = \"data\"\n", &["model.source=embedded".into()]).unwrap();
        assert_eq!(spec.model.source, "embedded");
    }

    #[test]
    fn values_that_cannot_be_trained_are_refused() {
        for (line, part) in [
            ("epochs = 0", "`train.epochs` is 0, expected a whole number from 1"),
            ("learning_rate = -1.0", "`train.learning_rate` is -1.0, expected a positive"),
            ("batch_sizes = []", "`train.batch_sizes` is []"),
            ("batch_sizes = [8, 8]", "each once"),
            ("epochs = \"three\"", "line 6: `train.epochs` is \"three\", expected a whole number"),
            ("dropout = \"maybe\"", "\"on\", \"off\" or a rate"),
            ("dropout = 1.5", "a rate of at least 0 and below 1"),
            ("updates = 0", "`train.updates` is 0, expected a whole number from 1"),
            ("updates = 10\nupdates_of = 8", "line 7: `train.updates_of` is 8, expected only one of it and `updates`"),
            ("learning_rate_scaling = \"log\"", "is \"log\", expected \"none\", \"sqrt\", \"linear\" or \"adam-sqrt\""),
            ("learning_rate_reference = 0", "expected a batch size from 1"),
            ("norm = \"group\"", "`train.norm` is \"group\", expected \"layer\", \"batch\", \"rms\" or \"none\""),
        ] {
            let message = message(&format!("{LEAST}[train]\n{line}\n"), &[]);
            assert!(message.contains(part), "{line}: {message}");
            assert!(message.contains("my.toml"), "{line}: {message}");
        }
    }

    #[test]
    fn an_arm_is_named_as_a_folder_can_be() {
        let long = "a".repeat(61);
        for name in ["", ".", "..", ".hidden", "a/b", "a b", "a\\u001b[31m", long.as_str()] {
            let message = message(&format!("{LEAST}[arms]\n\"{name}\" = {{ dropout = \"off\" }}\n"), &[]);
            assert!(message.contains("line 6: arm") && message.contains("expected a name of 1 to 60"), "{message}");
        }
        for name in ["spec.toml", "arms.json", "instances.json", "inputs.json", "looks.json"] {
            let message = message(&format!("{LEAST}[arms]\n\"{name}\" = {{ dropout = \"off\" }}\n"), &[]);
            assert!(message.contains("folder end so"), "{message}");
        }
        let fine = format!("{LEAST}[arms]\n\"dropout=off_v1.5\" = {{ dropout = \"off\" }}\n");
        assert!(parse("my.toml", &fine, &[]).is_ok());
    }

    #[test]
    fn an_arm_can_change_only_what_a_run_has() {
        let text = |arm: &str| format!("{LEAST}[arms]\nodd = {arm}\n");
        assert!(message(&text("{ instances = 3 }"), &[]).contains("unknown key `instances`"));
        assert!(message(&text("{ epochs = 0 }"), &[]).contains("line 6: `arms.odd.epochs` is 0"));
        assert!(message(&text("3"), &[]).contains("expected a table of changes"));
        assert!(message(&text("{ dropout = \"on\" }"), &[]).contains("arm `odd`: means the same as `baseline`"));
        assert!(message(&format!("{LEAST}[arms]\nbaseline = {{ epochs = 1 }}\n"), &[]).contains("changes nothing"));
    }

    #[test]
    fn an_arm_has_its_own_way_to_give_the_number_of_updates() {
        let text = format!("{LEAST}[train]\nupdates_of = 8\n[arms]\nfew = {{ updates = 10 }}\n");
        let spec = parse("my.toml", &text, &[]).unwrap();
        let train = spec.arms[1].train(&spec.train);
        assert_eq!((train.updates, train.updates_of), (Some(10), None));
    }

    #[test]
    fn a_spec_survives_being_written() {
        let text = format!(
            "name = \"x\"\n{LEAST}[train]\ndropout = 0.2\nupdates_of = 8\nlearning_rate_scaling = \"linear\"\n\
             [arms]\na = {{ dropout = \"off\", epochs = 2 }}\n"
        );
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
