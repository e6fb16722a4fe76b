//! Bad input ends with exit code 2 and a message, before training, and leaves nothing in the store.

use crate::support::{World, pairs};
use std::fs;

#[track_caller]
fn refuse(world: &World, arguments: &[&str], words: &[&str]) {
    let finished = world.run(arguments).expect(2);
    for word in words {
        assert!(finished.err.contains(word), "no `{word}` in: {}", finished.err);
    }
    assert!(!world.store().exists(), "the store was touched");
}

#[test]
fn specs() {
    let world = World::new();
    refuse(&world, &["--set", "train.epoch=3"], &["unknown key `epoch`", "did you mean `epochs`?"]);
    refuse(&world, &["--set", "train.epochs=0"], &["`epochs` is 0, expected at least 1"]);
    refuse(
        &world,
        &["--set", "train.batch_sizes=[61]"],
        &["batch size 61 is larger than the training set of 60 pairs"],
    );
    refuse(&world, &["--set", "task.validation=0.001"], &["leaves 60 to train on and 0 to validate on"]);
    refuse(&world, &["--set", "task.path=/no/such/folder"], &["cannot read /no/such/folder/train.tsv"]);
    world.write_spec("[arms]\nodd = { norm = \"group\" }\n");
    refuse(&world, &[], &["arm `odd`", "group"]);
    fs::remove_file(world.path("spec.toml")).unwrap();
    refuse(&world, &[], &["neither a preset (demo) nor a file that can be read"]);
}

#[test]
fn data() {
    let world = World::new();
    let train = world.path("task/train.tsv");
    let good = pairs(60, 1);
    fs::write(&train, good.replacen("\tw", "\nw", 5)).unwrap();
    refuse(&world, &[], &["task/train.tsv, line 2: expected 5 columns separated by tabs, found 3"]);
    fs::write(&train, good.replace("\n1\t", "\n0\t")).unwrap();
    refuse(&world, &[], &["every pair has the label 0"]);
    fs::write(&train, "").unwrap();
    refuse(&world, &[], &["task/train.tsv: no pairs in it"]);
    fs::write(&train, &good).unwrap();
    fs::remove_file(world.path("task/dev.tsv")).unwrap();
    refuse(&world, &[], &["no dev.tsv to validate on", "task.validation"]);
}

#[test]
fn models() {
    let world = World::new();
    let weights = world.path("model/model.safetensors");
    let good = fs::read(&weights).unwrap();
    fs::write(&weights, &good[..good.len() / 2]).unwrap();
    refuse(&world, &[], &["model.safetensors: not a usable safetensors file"]);
    let mut lying = good.clone();
    lying[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(&weights, lying).unwrap();
    refuse(&world, &[], &["not a usable safetensors file"]);
    fs::write(&weights, &good).unwrap();

    let vocabulary = fs::read_to_string(world.path("model/vocab.txt")).unwrap();
    fs::write(world.path("model/vocab.txt"), vocabulary.replacen("w5\n", &"extra\n".repeat(50), 1)).unwrap();
    refuse(&world, &[], &["the model's word table has 97 rows; they do not belong together"]);
    fs::write(world.path("model/vocab.txt"), vocabulary).unwrap();

    let config = fs::read_to_string(world.path("model/config.json")).unwrap();
    fs::write(world.path("model/config.json"), config.replace("\"bert\"", "\"gpt2\"")).unwrap();
    refuse(&world, &[], &["describes a `gpt2` model"]);
    fs::write(world.path("model/config.json"), config.replace("40", "10")).unwrap();
    refuse(&world, &[], &["`bert.embeddings.position_embeddings.weight` has shape [40, 32], expected [10, 32]"]);
}
