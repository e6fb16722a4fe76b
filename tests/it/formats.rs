//! The same pairs are the same task, whatever their file format.

use crate::support::parquet_file::parquet_pairs;
use crate::support::{World, csv, jsonl, pairs};
use std::fs;

/// The names of the runs that a spec of this task makes: digests of all that determines them, data included.
fn runs(world: &World) -> Vec<String> {
    world.run(&["--set", "train.epochs=1", "--set", "train.batch_sizes=[30]"]).expect(0);
    let names = fs::read_dir(world.store().join("runs")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_same_pairs_in_any_format_are_the_same_runs() {
    let expected = runs(&World::new());
    assert_eq!(expected.len(), 2);
    let (train, dev) = (pairs(60, 1), pairs(20, 2));
    let (csv_world, jsonl_world) = (World::new(), World::new());
    csv_world.write_sets(&[("train.csv", &csv(&train)), ("dev.csv", &csv(&dev))]);
    assert_eq!(runs(&csv_world), expected);
    // the hub's name for the set that GLUE calls dev, and a mixture of formats
    jsonl_world.write_sets(&[("train.jsonl", &jsonl(&train)), ("validation.csv", &csv(&dev))]);
    assert_eq!(runs(&jsonl_world), expected);
    // and the hub's names for both
    let parquet_world = World::new();
    parquet_world.write_sets(&[]);
    for (name, tsv) in [("train", &train), ("validation", &dev)] {
        let path = parquet_world.path("task").join(format!("{name}-00000-of-00001.parquet"));
        fs::write(path, parquet_pairs(tsv)).unwrap();
    }
    assert_eq!(runs(&parquet_world), expected);
}

#[test]
fn columns_go_by_the_names_in_the_spec() {
    let expected = runs(&World::new());
    let world = World::new();
    let named =
        |text: String| text.replace("sentence1", "question").replace("sentence2", "answer").replace("label", "same");
    world.write_sets(&[("train.csv", &named(csv(&pairs(60, 1)))), ("dev.jsonl", &named(jsonl(&pairs(20, 2))))]);
    let spec = fs::read_to_string(world.path("spec.toml")).unwrap();
    let columns = "[task]\nsentence1 = \"question\"\nsentence2 = \"answer\"\nlabel = \"same\"\n";
    fs::write(world.path("spec.toml"), spec.replace("[task]\n", columns)).unwrap();
    assert_eq!(runs(&world), expected);
}
