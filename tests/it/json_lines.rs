//! `run --json`, as another program reads it.

use crate::support::{World, status};
use serde_json::Value;
use std::collections::BTreeSet;

const SPEC: &str = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 2\nlearning_rate = 1e-3\n";

fn objects(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The plan, the events, and the summary.
#[track_caller]
fn parts(out: &str) -> (Value, Vec<Value>, Value) {
    let mut all = objects(out);
    let (summary, plan) = (all.pop().unwrap(), all.remove(0));
    assert_eq!((&plan["event"], &plan["version"]), (&"plan".into(), &1.into()));
    assert_eq!((&summary["event"], &summary["version"]), (&"summary".into(), &1.into()));
    (plan, all, summary)
}

fn states(plan: &Value) -> Vec<&str> {
    plan["runs"].as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect()
}

#[test]
fn a_plan_comes_first_and_a_summary_last_also_when_nothing_is_left_to_train() {
    let world = World::new();
    // at batch size 8 the arm is the baseline
    world.write_spec(&format!("{SPEC}[arms]\nequal = {{ updates_of = 8 }}\n"));
    let (plan, events, summary) = parts(&world.run(&["--json"]).expect(0).out);
    let folder = format!("tiny-{}", plan["experiment"]["digest"].as_str().unwrap());
    assert!(world.store().join("experiments").join(folder).is_dir());
    assert_eq!(plan["arms"][1], serde_json::json!({"name": "equal", "changes": {"updates_of": 8}}));
    assert_eq!((&plan["metric"], &plan["validation_examples"]), (&"valid-accuracy".into(), &20.into()));
    assert_eq!(states(&plan), ["waiting"; 6]);
    let runs = plan["runs"].as_array().unwrap();
    let shared: Vec<&Value> = runs.iter().filter(|run| run["also_in"] == serde_json::json!(["equal"])).collect();
    assert!(shared.len() == 2 && shared.iter().all(|run| run["batch_size"] == 8 && run["arm"] == "baseline"));
    let planned: BTreeSet<&str> = runs.iter().map(|run| run["run"].as_str().unwrap()).collect();
    let told: BTreeSet<&str> = events.iter().map(|event| event["run"].as_str().unwrap()).collect();
    assert_eq!(planned, told);
    for run in runs {
        let of_run = events.iter().filter(|event| event["run"] == run["run"] && event["event"] == "update");
        assert_eq!(of_run.count() as u64, run["updates"].as_u64().unwrap());
    }

    let counts =
        |summary: &Value| ["planned", "finished", "reused"].map(|count| summary["runs"][count].as_u64().unwrap());
    assert_eq!(counts(&summary), [6, 6, 0]);
    assert_eq!(summary["exit"], serde_json::json!({"code": 0, "meaning": "every run is finished"}));
    let cells = summary["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 4, "a shared run counts in every arm");
    let last = |history: &batchscope::domain::history::History| history.last_evaluation().unwrap().scores.accuracy;
    let accuracies = [0, 1].map(|iid| last(&world.histories()[&(8, iid)]));
    let mean = accuracies.iter().sum::<f64>() / 2.0;
    let cell = &cells[1];
    assert_eq!((&cell["arm"], &cell["batch_size"], &cell["finished"]), (&"baseline".into(), &8.into(), &2.into()));
    assert!((cell["accuracy"]["mean"].as_f64().unwrap() - mean).abs() < 1e-12);
    assert!(cell["accuracy"]["sd"].as_f64().is_some() && cell["loss"]["mean"].as_f64().is_some());

    let (plan, events, again) = parts(&world.run(&["--json"]).expect(0).out);
    assert_eq!((states(&plan), events.len()), (vec!["finished"; 6], 0));
    assert_eq!(counts(&again), [6, 6, 6]);
    assert_eq!(again["cells"], summary["cells"]);
}

#[test]
fn a_summary_names_what_failed() {
    let world = World::new();
    world.write_spec(&format!("{SPEC}norm = \"none\"\n[arms]\nwild = {{ learning_rate = 1e30 }}\n"));
    let (_, _, summary) = parts(&world.run(&["--json"]).expect(1).out);
    assert_eq!((&summary["runs"]["failed"], &summary["exit"]["code"]), (&4.into(), &1.into()));
    let failures = summary["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 4);
    assert!(failures.iter().all(|failure| failure["arm"] == "wild"));
    assert!(failures[0]["message"].as_str().unwrap().contains("try a lower learning rate"));
    let wild = summary["cells"].as_array().unwrap().iter().find(|cell| cell["arm"] == "wild").unwrap();
    assert_eq!((&wild["finished"], wild.get("accuracy")), (&0.into(), None));
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_ends_with_a_summary_too() {
    use std::io::{BufRead, BufReader};
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [2]\ninstances = 3\nepochs = 300\nlearning_rate = 1e-3\n");
    let mut child = world.command(&["--json", "--workers", "1"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut out = String::new();
    for line in lines.by_ref().take(30) {
        out += &format!("{line}\n");
    }
    let process = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    lines.for_each(|line| out += &format!("{line}\n"));
    assert_eq!(status(&mut child).code(), Some(130));
    let (_, _, summary) = parts(&out);
    let counts =
        ["planned", "finished", "interrupted", "waiting"].map(|count| summary["runs"][count].as_u64().unwrap());
    assert_eq!(counts, [3, 0, 1, 2]);
    assert_eq!(summary["exit"]["code"], 130);
    let (plan, _, _) =
        parts(&world.run(&["--json", "--set", "train.epochs=300", "--set", "train.instances=1"]).expect(0).out);
    assert_eq!(states(&plan), ["interrupted"]);
}
