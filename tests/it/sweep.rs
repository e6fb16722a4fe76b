//! A sweep from the command line to the store.

use crate::support::{Finished, World, histories, status};
use batchscope::domain::history::Progress;
use batchscope::domain::metric::Metric;
use batchscope::event_file::{End, read};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every file of this name below a folder.
fn find(folder: &Path, starts: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(find(&path, starts));
        } else if path.file_name().unwrap().to_string_lossy().starts_with(starts) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_cell_is_trained_once() {
    let world = World::new();
    let finished = world.run(&[]).expect(0);
    let histories = world.histories();
    assert_eq!(histories.keys().copied().collect::<Vec<_>>(), [(2, 0), (2, 1), (8, 0), (8, 1)]);
    for ((batch_size, _), history) in &histories {
        let updates = u64::from(60 / batch_size) * 2;
        assert_eq!(history.progress, Progress::Finished);
        assert_eq!(history.updates.iter().map(|p| p.step).collect::<Vec<_>>(), (1..=updates).collect::<Vec<_>>());
        let evaluated: Vec<u64> = history.evaluations.iter().map(|point| point.step).collect();
        assert_eq!(evaluated, [0, updates / 2, updates]);
    }
    assert!(finished.out.contains("baseline bs 8 #1  finished"), "{}", finished.out);
    assert!(finished.out.contains("2/2"), "{}", finished.out);
    assert_eq!(find(&world.store(), "result.json").len(), 4);

    let again = world.run(&[]).expect(0);
    assert_eq!(again.out.matches("already in the store").count(), 4, "{}", again.out);
    assert!(!again.out.contains("started"), "{}", again.out);
    assert_eq!(world.histories(), histories);
}

#[test]
fn more_instances_train_only_what_is_new() {
    let world = World::new();
    world.run(&["--set", "train.instances=1"]).expect(0);
    let before = world.histories();
    let finished = world.run(&["--set", "train.instances=2", "--set", "train.batch_sizes=[2, 8, 16]"]).expect(0);
    assert_eq!(finished.out.matches("already in the store").count(), 2, "{}", finished.out);
    assert_eq!(finished.out.matches("  started, ").count(), 4, "{}", finished.out);
    let after = world.histories();
    assert!(before.iter().all(|(cell, history)| after[cell] == *history));
    assert_eq!(fs::read_dir(world.store().join("experiments")).unwrap().count(), 1, "still one experiment");
}

#[test]
fn the_number_of_workers_does_not_affect_results() {
    let (one, two) = (World::new(), World::new());
    one.run(&["--workers", "1"]).expect(0);
    two.run(&["--workers", "3"]).expect(0);
    assert_eq!(one.histories(), two.histories());
}

#[test]
fn instances_differ_and_are_paired_across_arms() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 2\nepochs = 1\nlearning_rate = 1e-3\n[arms]\nslow = { learning_rate = 1e-4 }\n");
    let finished = world.run(&["--json", "--workers", "1"]).expect(0);
    let first_losses: Vec<f64> = finished
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|event| event["event"] == "update" && event["step"] == 1)
        .map(|event| event["loss"].as_f64().unwrap())
        .collect();
    // planned order: instance 0 of both arms, then instance 1 of both
    let [baseline0, slow0, baseline1, slow1] = first_losses[..] else { panic!("{first_losses:?}") };
    assert_eq!(baseline0, slow0, "the same instance sees the same pairs, head and masks in every arm");
    assert_eq!(baseline1, slow1);
    assert_ne!(baseline0, baseline1);
}

#[test]
fn ablations_change_what_they_say_and_nothing_else() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\nlearning_rate = 1e-3\n");
    let losses = |change: &str| {
        let store = world.path(&format!("store {change}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
        command.arg("run").arg(world.path("spec.toml")).arg("--store").arg(&store).args(["--set", change]);
        Finished::of(&mut command).expect(0);
        let history = histories(&store).remove(&(8, 0)).unwrap();
        (history.points(Metric::TrainLoss), history.points(Metric::ValidLoss))
    };
    let baseline = losses("train.norm=layer");
    for change in ["train.norm=batch", "train.norm=rms", "train.norm=none", "train.dropout=off", "train.precision=bf16"]
    {
        assert_ne!(losses(change).0, baseline.0, "{change} changes training");
    }
    let forgotten = losses("train.dropout_at_evaluation=true");
    assert_eq!(forgotten.0, baseline.0, "dropout left on at evaluation changes no update");
    assert_ne!(forgotten.1, baseline.1, "it changes the score");
}

#[test]
fn event_files_say_what_the_journal_says() {
    let world = World::new();
    world.run(&["--set", "train.instances=1", "--set", "train.batch_sizes=[8]"]).expect(0);
    let history = &world.histories()[&(8, 0)];
    let files = find(&world.store().join("runs"), "events.out.tfevents.");
    let [train, valid] = &files[..] else { panic!("{files:?}") };
    assert!(train.parent().unwrap().ends_with("train") && valid.parent().unwrap().ends_with("valid"));
    let scalars = |file: &Path, tag: &str| -> Vec<(u64, f32)> {
        let (scalars, end) = read(&fs::read(file).unwrap());
        assert_eq!(end, End::Clean);
        scalars.into_iter().filter(|s| s.tag == tag).map(|s| (s.step as u64, s.value)).collect()
    };
    let points =
        |metric| history.points(metric).into_iter().map(|(step, value)| (step, value as f32)).collect::<Vec<_>>();
    assert_eq!(scalars(train, "loss"), points(Metric::TrainLoss));
    assert_eq!(scalars(train, "accuracy"), points(Metric::TrainAccuracy));
    assert_eq!(scalars(train, "lr"), points(Metric::LearningRate));
    assert_eq!(scalars(valid, "loss"), points(Metric::ValidLoss));
    assert_eq!(scalars(valid, "accuracy"), points(Metric::ValidAccuracy));
    assert_eq!(scalars(valid, "f1"), points(Metric::ValidF1));
    assert_eq!(scalars(train, "loss").len(), 14);
}

#[test]
fn a_run_that_goes_wrong_fails_alone() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 2\nepochs = 1\n[arms]\nwild = { learning_rate = 1e30, norm = \"none\" }\n");
    let finished = world.run(&[]).expect(1);
    assert_eq!(finished.out.matches("failed at update").count(), 2, "{}", finished.out);
    assert!(finished.out.contains("try a lower learning rate"), "{}", finished.out);
    assert_eq!(finished.out.matches("  finished  80.0 %").count(), 2, "{}", finished.out);
    let again = world.run(&[]).expect(1);
    assert_eq!(again.out.matches("failed before").count(), 2, "{}", again.out);
    let retried = world.run(&["--retry-failed"]).expect(1);
    assert_eq!(retried.out.matches("failed at update").count(), 2, "{}", retried.out);
}

/// A score that is not a number was once written to the journal as null, which no reader took: the run's failure was
/// lost behind it, or the run was trained again and again.
#[test]
fn a_score_that_is_not_a_number_fails_its_run() {
    let world = World::new();
    // the only update is the last one: nothing but the evaluation can notice
    world.write_spec("[train]\nbatch_sizes = [60]\ninstances = 1\nepochs = 1\nlearning_rate = 1e30\nnorm = \"none\"\n");
    let finished = world.run(&[]).expect(1);
    assert!(finished.out.contains("the validation loss is"), "{}", finished.out);
    let again = world.run(&[]).expect(1);
    assert!(again.out.contains("failed before: update 1: the validation loss is"), "{}", again.out);
}

/// As `batchscope run | head -1` does.
#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_stops_the_sweep_without_loss() {
    use std::io::{BufRead, BufReader};
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [2]\ninstances = 2\nepochs = 30\nlearning_rate = 1e-3\n");
    let mut child = world.command(&["--json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("\"plan\""), "{first}");
    assert_eq!(status(&mut child).code(), Some(130));
    let left = world.histories();
    assert!(left.values().all(|history| history.progress != Progress::Running), "every run said how it ended");
    world.run(&[]).expect(0);
    assert!(world.histories().values().all(|history| history.progress == Progress::Finished));
}

#[test]
fn final_weights_stay_where_they_are_asked_for() {
    let world = World::new();
    world.run(&["--set", "store.keep_weights=none", "--set", "train.instances=1"]).expect(0);
    assert!(find(&world.store(), "weights.safetensors").is_empty());
    world.run(&["--set", "store.keep_weights=all", "--set", "train.instances=2"]).expect(0);
    assert_eq!(find(&world.store(), "weights.safetensors").len(), 2, "of the two new runs");
    assert!(find(&world.store(), "30.").is_empty(), "no checkpoint outlives its run");
}
