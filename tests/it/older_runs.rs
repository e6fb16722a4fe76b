//! Runs of an earlier version with other numerics: they are read and reported unchanged, and never mixed with runs of this
//! version.

use crate::support::World;
use batchscope::domain::identity::run_id;
use batchscope::store::Store;
use std::fs;

const SPEC: &str =
    "[train]\nbatch_sizes = [4, 8]\ninstances = 2\nepochs = 1\nlearning_rate = 1e-3\n[store]\nkeep_weights = \"all\"\n";

/// Gives every run of the store these numerics, and the name that follows from it.
fn make_older(world: &World, numerics: u32) {
    for (folder, mut spec) in Store::open(&world.store()).unwrap().runs().unwrap() {
        let newer = run_id(&spec);
        spec.numerics = numerics;
        let older = run_id(&spec);
        fs::write(folder.path().join("run.json"), serde_json::to_vec(&spec).unwrap()).unwrap();
        let result = folder.path().join("result.json");
        let text = fs::read_to_string(&result).unwrap().replace(newer.as_str(), older.as_str());
        fs::write(result, text).unwrap();
        fs::rename(folder.path(), folder.path().with_file_name(older.as_str())).unwrap();
    }
}

#[test]
fn older_runs_are_reported_until_newer_ones_are_there() {
    let world = World::new();
    world.write_spec(SPEC);
    world.run(&[]).expect(0);
    let slope = |answer: &serde_json::Value| answer["effect"]["slope"].as_f64().unwrap();
    let before = slope(&world.json(&["report", "--json"]));
    make_older(&world, 3);

    assert_eq!(world.json(&["runs", "--json"]).as_array().unwrap().len(), 4);
    let report = world.batchscope(&["report", "--json"]).expect(0);
    assert!(report.err.contains("of an earlier version (numerics 3, now"), "{}", report.err);
    assert!(!report.err.contains("planned runs are finished"), "{}", report.err);
    assert_eq!(slope(&serde_json::from_str(&report.out).unwrap()), before);
    let picture = world.path("picture.png").display().to_string();
    world.batchscope(&["export", "--format", "png", "--output", &picture]).expect(0);
    let (run, output) = (world.json(&["runs", "--json"])[0]["run"].as_str().unwrap().to_owned(), world.path("out"));
    world
        .batchscope(&["export", "--format", "checkpoint", "--run", &run, "--output", &output.display().to_string()])
        .expect(0);

    // the same spec makes runs of this version, and the report is theirs
    world.run(&["--set", "train.instances=1"]).expect(0);
    let report = world.batchscope(&["report", "--json"]).expect(0);
    assert!(!report.err.contains("earlier version"), "{}", report.err);
    assert_eq!(world.json(&["runs", "--json"]).as_array().unwrap().len(), 6);
}
