//! A store full of finished runs that nobody trained.

use super::made_up;
use batchscope::domain::arm::Arm;
use batchscope::domain::event::{JournalEntry, RunEvent};
use batchscope::domain::identity::run_id;
use batchscope::domain::run::{PlannedRun, RunSpec};
use batchscope::plan::PlannedArm;
use batchscope::resolve::{Request, Sources};
use batchscope::store::{Owner, RunResult, Store};
use serde_json::{json, to_vec, to_vec_pretty};
use std::fs::{create_dir_all, write};
use std::path::Path;

/// A spec on the embedded corpus: so many arms and instances, five batch sizes.
pub fn spec_of(arms: u32, instances: u32) -> String {
    let arm = |arm: &Arm| {
        let changes: Vec<String> =
            arm.changes.iter().map(|(ablation, value)| format!("{} = {value}", ablation.key)).collect();
        format!("{} = {{ {} }}\n", arm.name, changes.join(", "))
    };
    format!(
        "name = \"many\"\n[task]\nname = \"demo\"\nmax_length = 64\n[model]\nsource = \"embedded\"\n[train]\n\
         batch_sizes = [8, 16, 32, 64, 128]\ninstances = {instances}\nepochs = 1\nevaluations_per_epoch = 4\n\
         [store]\nkeep_weights = \"none\"\n[arms]\n{}",
        made_up::arms(arms).iter().map(arm).collect::<String>()
    )
}

/// Every run of the spec, finished.
pub fn fill(spec: &Path, root: &Path) {
    let spec = spec.display().to_string();
    let request = Request { spec, store: Some(root.to_owned()), ..Request::default() };
    let opened = request.open(&Sources::cached()).expect("a spec");
    let (spec, data, model) = (&opened.prepared.spec, &opened.prepared.data, &opened.prepared.model);
    for arm in &spec.arms {
        let planned = PlannedArm::of(arm, &spec.train);
        for run in planned.runs(spec.train.instances, data, model) {
            finish(&opened.store, &arm.name, run);
        }
    }
}

/// What the owner of a finished run leaves behind, written without a sync for each file.
fn finish(store: &Store, arm: &str, spec: RunSpec) {
    let id = run_id(&spec);
    let run = PlannedRun { id: id.clone(), arm: arm.to_owned(), spec, keep_weights: false };
    let folder = store.run(&id);
    let attempt = folder.path().join("attempts/1");
    for set in ["train", "valid"] {
        create_dir_all(attempt.join(set)).expect("a folder");
        write(attempt.join(set).join("events.out.tfevents.1.bench.1.0"), "").expect("events");
    }
    let events = made_up::progress(&run, 1.0);
    let scores = events.iter().rev().find_map(RunEvent::scores).expect("scores");
    let updates = run.spec.updates();
    let mut journal = Vec::new();
    for (number, event) in (0..).zip(events) {
        let entry = JournalEntry { number, time: 1.7e9 + event.step() as f64 / 50.0, event };
        journal.extend(to_vec(&entry).expect("an entry"));
        journal.push(b'\n');
    }
    let result = RunResult::of(id, 1, updates, scores, Vec::new(), 1.7e9 + updates as f64 / 50.0);
    let owner = Owner { process_start: 1, ..Owner::this_process() };
    let files = [
        (folder.path().join("run.json"), to_vec_pretty(&run.spec)),
        (folder.path().join("result.json"), to_vec_pretty(&result)),
        (attempt.join("owner.json"), to_vec_pretty(&owner)),
        (attempt.join("beat.json"), to_vec(&json!({ "beat": 1, "step": updates }))),
        (attempt.join("ended.json"), to_vec(&json!({ "ended": "finished" }))),
        (attempt.join("journal.ndjson"), Ok(journal)),
    ];
    for (path, bytes) in files {
        write(path, bytes.expect("plain values")).expect("a file");
    }
}
