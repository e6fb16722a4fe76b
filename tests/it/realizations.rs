//! Nothing is trained twice, and additions are trained.

use crate::support::World;
use std::fs;

fn table(instances: u32, batch_sizes: &str, arms: &str) -> String {
    format!(
        "[train]\nbatch_sizes = {batch_sizes}\ninstances = {instances}\nepochs = 1\nlearning_rate = 1e-3\n[arms]\n{arms}"
    )
}

/// Runs that a sweep began, and runs that it found.
#[track_caller]
fn sweep(world: &World, tables: &str) -> (usize, usize) {
    world.write_spec(tables);
    let out = world.run(&[]).expect(0).out;
    (out.matches("  started, ").count(), out.matches("already in the store").count())
}

fn experiments(world: &World) -> usize {
    fs::read_dir(world.store().join("experiments")).unwrap().count()
}

#[test]
fn five_instances_with_three_in_the_store_train_two() {
    let world = World::new();
    assert_eq!(sweep(&world, &table(3, "[8]", "")), (3, 0));
    let before = world.histories();
    assert_eq!(sweep(&world, &table(5, "[8]", "")), (2, 3));
    let after = world.histories();
    assert_eq!(after.len(), 5);
    assert!(before.iter().all(|(cell, history)| after[cell] == *history), "what was there is as it was");
    assert_eq!(sweep(&world, &table(2, "[8]", "")), (0, 2), "fewer than there are: nothing to do");
    assert_eq!(experiments(&world), 1);
}

#[test]
fn added_arms_and_batch_sizes_train_only_what_is_new_in_the_same_experiment() {
    let world = World::new();
    assert_eq!(sweep(&world, &table(2, "[8]", "")), (2, 0));
    assert_eq!(sweep(&world, &table(2, "[8, 16]", "")), (2, 2));
    assert_eq!(sweep(&world, &table(2, "[8, 16]", "no-dropout = { dropout = \"off\" }\n")), (4, 4));
    assert_eq!(experiments(&world), 1);
}

#[test]
fn two_specs_that_mean_the_same_run_share_it_and_both_show_it() {
    let world = World::new();
    assert_eq!(sweep(&world, &table(1, "[8]", "no-dropout = { dropout = \"off\" }\n")), (2, 0));
    // what is an arm there is the baseline here
    let other = "[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\nlearning_rate = 1e-3\ndropout = \"off\"\n";
    assert_eq!(sweep(&world, other), (0, 1));
    assert_eq!(experiments(&world), 2);
    if cfg!(unix) {
        let shared = world.json(&["runs", "list", "dropout=off", "--json"]);
        assert_eq!(shared[0]["arms"], serde_json::json!(["baseline", "no-dropout"]));
    }
}
