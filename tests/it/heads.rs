//! The initial classifier of a run: the checkpoint's if it fits the task's classes, else a random one; it is reported in every
//! front.

use crate::support::{Finished, World, fixture};
use batchscope::domain::classifier::HeadChoice;
use batchscope::domain::event::RunEvent;
use batchscope::model::{ModelError, ModelRequest, Pretrained, read_folder};
use candle_core::{Device, Tensor};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

const ONE_EPOCH: &str = "[train]\nbatch_sizes = [8]\ninstances = 2\nepochs = 1\nlearning_rate = 1e-3\n";
const CLASSES: [&str; 2] = ["--set", "task.classes=[\"no\", \"yes\"]"];

/// Changes keys of a model's configuration.
fn configure(model: &Path, keys: &Value) {
    let path = model.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    config.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    fs::write(path, config.to_string()).unwrap();
}

/// Changes the tensors of a model.
fn change(model: &Path, change: impl FnOnce(&mut HashMap<String, Tensor>)) {
    let path = model.join("model.safetensors");
    let mut tensors = candle_core::safetensors::load(&path, &Device::Cpu).unwrap();
    change(&mut tensors);
    candle_core::safetensors::save(&tensors, path).unwrap();
}

/// The rows of a classifier in this order.
fn reorder(model: &Path, rows: &[u32]) {
    let rows = Tensor::new(rows, &Device::Cpu).unwrap();
    change(model, |tensors| {
        for name in ["classifier.weight", "classifier.bias"] {
            let chosen = tensors[name].index_select(&rows, 0).unwrap();
            tensors.insert(name.into(), chosen);
        }
    });
}

/// The tiny checkpoint after these changes, read for the classes `no` and `yes`.
fn read(keys: &Value, rows: &[u32], head: Option<HeadChoice>) -> Result<Pretrained, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "model.safetensors"] {
        fs::copy(fixture("golden/tiny").join(name), folder.path().join(name)).unwrap();
    }
    configure(folder.path(), keys);
    reorder(folder.path(), rows);
    let names = ["no", "yes"].map(str::to_owned);
    read_folder(folder.path(), ModelRequest { classes: 2, names: &names, head })
}

/// Loss before the first update, of each instance.
fn first_losses(world: &World) -> Vec<f64> {
    let journals = crate::support::journals(&world.store());
    let first = |events: &Vec<RunEvent>| {
        events.iter().find_map(|event| match event {
            RunEvent::Evaluation { step: 0, scores } => Some(scores.loss),
            _ => None,
        })
    };
    journals.values().filter_map(first).collect()
}

fn show(world: &World) -> Finished {
    let run = world.json(&["runs", "--json"])[0]["run"].as_str().unwrap().to_owned();
    world.batchscope(&["runs", "show", &run]).expect(0)
}

#[test]
fn rows_follow_the_names_of_their_classes() {
    let plain = read(&json!({"id2label": {"0": "no", "1": "yes"}}), &[0, 1], None).unwrap();
    let turned = read(&json!({"id2label": {"0": "Yes", "1": "NO"}}), &[1, 0], None).unwrap();
    assert_eq!(turned.weights, plain.weights, "values and identity");
    assert_eq!(plain.classifier.to_string(), "the checkpoint's, the same for every instance");
    assert!(turned.classifier.to_string().ends_with("its rows (Yes, NO) are reordered as the task's classes"));
    let unnamed = read(&json!({}), &[0, 1], Some(HeadChoice::Keep)).unwrap();
    assert_eq!(unnamed.weights, plain.weights);
    assert!(unnamed.classifier.to_string().ends_with("its classes have no names and are taken in order"));
}

#[test]
fn a_classifier_of_something_else_is_left_alone() {
    let headless = read(&json!({}), &[0, 1], Some(HeadChoice::Fresh)).unwrap();
    assert!(!headless.weights.tensors.contains_key("classifier.weight"));
    for (keys, rows, words) in [
        (json!({"id2label": {"0": "good", "1": "bad"}}), &[0, 1][..], "classes are good, bad, the task's no, yes"),
        (json!({"id2label": {"0": "no", "1": "yes"}}), &[0, 1, 1], "has 3 classes, the task 2"),
        (json!({"architectures": ["BertForTokenClassification"]}), &[0, 1], "that of a BertForTokenClassification"),
        (json!({"architectures": ["BertForMultipleChoice"]}), &[0], "that of a BertForMultipleChoice"),
        (json!({"problem_type": "regression"}), &[0], "was trained for regression"),
    ] {
        let drawn = read(&keys, rows, None).unwrap();
        assert_eq!(drawn.weights, headless.weights, "as if the file had none: the same runs");
        let said = drawn.classifier.to_string();
        assert!(said.starts_with("drawn anew for each instance; ") && said.contains(words), "{said}");
        let refused = read(&keys, rows, Some(HeadChoice::Keep)).unwrap_err().to_string();
        assert!(refused.contains("model.head is \"keep\"") && refused.contains(words), "{refused}");
    }
}

#[test]
fn the_same_classifier_in_another_order_makes_the_same_runs() {
    let world = World::new();
    world.write_spec(ONE_EPOCH);
    configure(&world.path("model"), &json!({"id2label": {"0": "no", "1": "yes"}}));
    world.run(&CLASSES).expect(0);
    reorder(&world.path("model"), &[1, 0]);
    configure(&world.path("model"), &json!({"id2label": {"0": "yes", "1": "no"}}));
    let again = world.run(&CLASSES).expect(0);
    assert_eq!(again.out.matches("already in the store").count(), 2, "{}", again.out);
    // the order is no part of the run: what it is exported with is found in either
    let run = world.json(&["runs", "--json"])[0]["run"].as_str().unwrap().to_owned();
    let output = world.path("out").display().to_string();
    world.batchscope(&["export", "--format", "checkpoint", "--run", &run, "--output", &output]).expect(0);
}

#[test]
fn the_origin_of_the_classifier_is_reported() {
    let world = World::new();
    world.write_spec(ONE_EPOCH);
    let kept = "classifier: the checkpoint's, the same for every instance";
    let finished = world.run(&[]).expect(0);
    assert!(finished.err.contains(kept), "{}", finished.err);
    let losses = first_losses(&world);
    assert_eq!(losses[0], losses[1], "instances begin with the same classifier");
    assert!(show(&world).out.contains(kept));
    let report = world.batchscope(&["report"]).expect(0).out;
    assert!(report.contains("- Classifier: the checkpoint's, the same for every instance"), "{report}");
    assert_eq!(world.json(&["report", "--json"])["classifier"]["kept"], true);

    let world = World::new();
    world.write_spec(ONE_EPOCH);
    let finished = world.run(&["--set", "model.head=fresh"]).expect(0);
    let drawn = "classifier: drawn anew for each instance; model.head is \"fresh\"";
    assert!(finished.err.contains(drawn), "{}", finished.err);
    let losses = first_losses(&world);
    assert_ne!(losses[0], losses[1], "a classifier an instance");
    assert!(show(&world).out.contains(drawn));
    // the dashboard's log has it too
    let mut screen = world.dashboard(120, 40);
    screen.press("6");
    screen.wait_for("classifier: the checkpoint's");
}

#[test]
fn a_classifier_that_must_be_kept_and_is_not_there_is_refused() {
    let world = World::new();
    for source in ["embedded", "embedded-random"] {
        let source = format!("model.source={source}");
        let refused = world.run(&["--set", &source, "--set", "model.head=keep"]).expect(2).err;
        assert!(refused.contains("the classifier cannot be kept: the checkpoint has none"), "{refused}");
    }
    assert!(!world.store().exists());
}

#[test]
fn a_model_of_three_classes_that_was_exported_here_starts_a_task_of_two() {
    let world = World::new();
    world.write_spec(ONE_EPOCH);
    let table = |classes: usize| -> String {
        let row = |n: usize| format!("w{} w{},w{} w{},{}\n", 5 + n, 6 + n, 7 + n, 8 + n, ["a", "b", "c"][n % classes]);
        std::iter::once("sentence1,sentence2,label\n".to_owned()).chain((0..60).map(row)).collect()
    };
    world.write_sets(&[("train.csv", &table(3)), ("dev.csv", &table(3))]);
    world.run(&[]).expect(0);
    let run = world.json(&["runs", "--json"])[0]["run"].as_str().unwrap().to_owned();
    let output = world.path("exported").display().to_string();
    world.batchscope(&["export", "--format", "checkpoint", "--run", &run, "--output", &output]).expect(0);
    let source = format!("model.source={output}");
    // on its own task the model keeps its classifier
    let same = world.run(&["--set", &source]).expect(0).err;
    assert!(same.contains("classifier: the checkpoint's"), "{same}");
    world.write_sets(&[("train.csv", &table(2)), ("dev.csv", &table(2))]);
    let other = world.run(&["--set", &source]).expect(0).err;
    assert!(other.contains("drawn anew for each instance; the checkpoint's classifier has 3 classes"), "{other}");
}
