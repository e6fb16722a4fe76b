//! Curves under readable names, in one piece however often a run was interrupted.

use crate::support::{World, python};
use batchscope::domain::metric::Metric;
use batchscope::event_file::read;
use std::fs;
use std::path::PathBuf;

#[cfg(unix)]
#[test]
fn a_run_is_shown_under_its_arm_batch_size_and_instance() {
    let world = World::new();
    world.run(&["--set", "train.batch_sizes=[8]", "--set", "train.instances=1"]).expect(0);
    let curve = experiment(&world).join("baseline/bs8/iid0/valid");
    let file = fs::read_dir(&curve).unwrap().next().unwrap().unwrap().path();
    assert!(fs::read_link(&file).unwrap().is_relative(), "a store can be moved");
    let scalars = read(&fs::read(file).unwrap()).0;
    let shown: Vec<i64> = scalars.iter().filter(|scalar| scalar.tag == "accuracy").map(|scalar| scalar.step).collect();
    let evaluated = world.histories()[&(8, 0)].points(Metric::ValidAccuracy);
    assert_eq!(shown, evaluated.iter().map(|(step, _)| *step as i64).collect::<Vec<_>>());
}

fn experiment(world: &World) -> PathBuf {
    fs::read_dir(world.store().join("experiments")).unwrap().next().unwrap().unwrap().path()
}

/// Prints, for every curve, its steps as TensorBoard has them.
const READER: &str = r#"
import json, sys
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
reader = EventMultiplexer(size_guidance={"tensors": 0}).AddRunsFromDirectory(sys.argv[1])
reader.Reload()
steps = lambda run, tag: [event.step for event in reader.Tensors(run, tag)]
print(json.dumps({run: steps(run, "loss") for run in reader.Runs()}))
"#;

#[cfg(unix)]
#[test]
fn tensorboard_shows_one_curve_of_an_interrupted_run() {
    let Some(mut python) = python("to read curves with it") else { return };
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [2]\ninstances = 1\nepochs = 40\nlearning_rate = 1e-3\n[store]\ncheckpoint_seconds = 0\n");
    // killed when some checkpoint is behind it, and something after that
    let mut child = world.command(&[]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let updates = || if world.store().exists() { world.histories().values().map(|h| h.updates.len()).sum() } else { 0 };
    while updates() < 100 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    world.run(&[]).expect(0);
    let output = python.args(["-c", READER]).arg(experiment(&world)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let curves: std::collections::BTreeMap<String, Vec<u64>> = serde_json::from_slice(&output.stdout).unwrap();
    let history = &world.histories()[&(2, 0)];
    let steps = |metric| history.points(metric).into_iter().map(|(step, _)| step).collect::<Vec<_>>();
    let expected = [("train", Metric::TrainLoss), ("valid", Metric::ValidLoss)]
        .map(|(set, metric)| (format!("baseline/bs2/iid0/{set}"), steps(metric)));
    assert_eq!(curves, expected.into());
}
