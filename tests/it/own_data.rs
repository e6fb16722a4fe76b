//! Training on a folder or a file of examples without a spec.

use crate::support::{Finished, World, csv, pairs};
use std::fs;

/// Small and quick, whatever the data.
const SMALL: [&str; 10] = [
    "--store",
    "store",
    "--set",
    "model.source=model",
    "--set",
    "task.max_length=40",
    "--set",
    "train.instances=1",
    "--set",
    "train.epochs=1",
];

fn run(world: &World, given: &str, further: &[&str]) -> Finished {
    world.anything(&[&["run", given], &SMALL[..], further].concat())
}

fn experiments(world: &World) -> Vec<String> {
    let folder = world.store().join("experiments");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.rsplit_once('-').unwrap().0.to_owned()).collect()
}

#[test]
fn a_file_is_trained_on_and_the_spec_that_does_so_can_be_written_down() {
    let world = World::new();
    fs::write(world.path("my pairs.csv"), csv(&pairs(80, 1))).unwrap();
    let finished = run(&world, "my pairs.csv", &[]).expect(0);
    for words in [
        "my pairs.csv: 80 pairs of sentences in 2 classes (0, 1), 10 % of them to validate on",
        "batchscope init 'my pairs.csv' > my-pairs.toml",
    ] {
        assert!(finished.err.contains(words), "{}", finished.err);
    }
    assert_eq!(finished.out.matches("  started, ").count(), 5, "{}", finished.out);
    assert_eq!(experiments(&world), ["my-pairs"]);
    let spec = world.anything(&["init", "my pairs.csv"]).expect(0).out;
    assert!(spec.contains("source = \"embedded\"") && spec.contains("learning_rate = 1e-4"), "{spec}");
    // the rate belongs to the embedded model, which this is not
    fs::write(world.path("my-pairs.toml"), spec.replace("learning_rate = 1e-4", "learning_rate = 2e-5")).unwrap();
    let again = run(&world, "my-pairs.toml", &[]).expect(0);
    assert_eq!(again.out.matches("already in the store").count(), 5, "{}", again.out);
    assert_eq!(experiments(&world), ["my-pairs"], "the same experiment");
}

#[test]
fn a_folder_is_trained_on_and_validated_on_its_own_set_where_it_has_one() {
    let world = World::new();
    let finished = run(&world, "task", &["--set", "train.batch_sizes=[8]"]).expect(0);
    assert!(
        finished.err.contains("task: 60 pairs of sentences in 2 classes (0, 1), 20 more in dev"),
        "{}",
        finished.err
    );
    world.write_sets(&[("whatever.csv", &csv(&pairs(30, 1)))]);
    let finished = run(&world, "task", &[]).expect(0);
    assert!(finished.err.contains("whatever.csv: 30 pairs of sentences"), "{}", finished.err);
    assert!(!finished.out.contains("bs 32"), "no batch is larger than the set:\n{}", finished.out);
}

#[test]
fn columns_that_are_not_recognised_are_asked_for_with_a_guess_that_works() {
    let world = World::new();
    let text = csv(&pairs(60, 1)).replacen("sentence1,sentence2,label", "claim,evidence,verdict", 1);
    fs::write(world.path("facts.csv"), text).unwrap();
    let refused = run(&world, "facts.csv", &[]).expect(2);
    let guess = "--set task.sentence1=claim --set task.sentence2=evidence --set task.label=verdict";
    for words in ["found claim, evidence, verdict", "batchscope init facts.csv > facts.toml", guess] {
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    assert!(!world.store().exists());
    let small = ["--set", "train.batch_sizes=[8]"];
    run(&world, "facts.csv", &[&guess.split(' ').collect::<Vec<_>>(), &small[..]].concat()).expect(0);
    let spec = world.anything(&["init", "facts.csv"]).expect(0).out;
    assert!(spec.contains("sentence1 = \"claim\"") && spec.contains("label = \"verdict\""), "{spec}");
    fs::write(world.path("facts.toml"), spec).unwrap();
    run(&world, "facts.toml", &small).expect(0);
}

#[test]
fn what_is_neither_a_preset_nor_data_is_refused_with_what_there_is() {
    let world = World::new();
    let refused = world.anything(&["init", "demmo"]).expect(2);
    assert!(
        refused.err.contains("did you mean `demo`?") && refused.err.contains("a folder or file"),
        "{}",
        refused.err
    );
    fs::create_dir(world.path("empty")).unwrap();
    for command in ["run", "init"] {
        let refused = world.anything(&[command, "empty"]).expect(2);
        assert!(refused.err.contains("no training set") && refused.err.contains("train.tsv"), "{}", refused.err);
    }
}

#[test]
fn the_usual_rate_is_noted_as_low_for_the_embedded_model() {
    let world = World::new();
    let note = |rate: &[&str]| {
        let small = ["--set", "train.instances=1", "--set", "train.batch_sizes=[16]", "--set", "train.epochs=1"];
        let finished = world.run(&[&["--set", "model.source=embedded"], &small[..], rate].concat()).expect(0);
        finished.err.contains("learning_rate is 2e-5, which is low for the embedded model")
    };
    assert!(note(&["--set", "train.learning_rate=2e-5"]));
    assert!(!note(&["--set", "train.learning_rate=1e-4"]));
}
