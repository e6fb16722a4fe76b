//! The commands `runs list`, `show`, `diff` and `remove`.

use crate::support::{Finished, World};
use batchscope::store::{BeatWatch, Claim, Owner, Store};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Two finished runs of the baseline and a failed one, which learns too fast.
fn world() -> World {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [8]\ninstances = 2\nepochs = 1\n[arms]\nwild = { learning_rate = 1e30, norm = \"none\" }\n",
    );
    world.run(&[]).expect(1);
    world
}

fn ids(runs: &Value) -> Vec<String> {
    runs.as_array().unwrap().iter().map(|run| run["run"].as_str().unwrap().to_owned()).collect()
}

/// Every file below a folder with its size.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::metadata(&path).unwrap().len()));
        }
    }
    found.sort();
    found
}

/// A name that no text can have.
#[cfg(unix)]
#[test]
fn a_folder_whose_name_is_not_unicode_works() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let folder = world.path(".").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&folder).unwrap();
    for name in ["model", "task", "spec.toml"] {
        fs::rename(world.path(name), folder.join(name)).unwrap();
    }
    let program = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_batchscope"));
        Finished::of(command.current_dir(&folder).args(arguments).args(["--store", "store"]))
    };
    program(&["run", "spec.toml"]).expect(0);
    assert_eq!(program(&["run", "spec.toml"]).expect(0).out.matches("already in the store").count(), 4);
    program(&["run", "spec.toml", "--set", "model.source=model"]).expect(0);
    assert!(program(&["report", "spec.toml"]).expect(0).out.starts_with("# tiny"));
    assert!(program(&["runs"]).expect(0).out.contains("finished"));
}

#[test]
fn what_a_terminal_would_obey_is_spelled_out_in_what_is_shown_of_a_store() {
    let world = World::new();
    world.run(&["--set", "train.instances=1", "--set", "train.batch_sizes=[8, 30]"]).expect(0);
    let runs = Store::open(&world.store()).unwrap().runs().unwrap();
    let ids: Vec<String> =
        runs.iter().map(|(run, _)| run.path().file_name().unwrap().to_str().unwrap().into()).collect();
    for (run, _) in &runs {
        let path = run.path().join("attempts/1/owner.json");
        let mut owner: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        owner["host"] = "host\u{1b}]0;title\u{7}\u{202e}\u{2066}\u{9b}2J".into();
        fs::write(&path, owner.to_string()).unwrap();
    }
    for arguments in
        [&["runs", "show", &ids[0]][..], &["runs", "show", &ids[0], "--json"], &["runs", "diff", &ids[0], &ids[1]]]
    {
        let shown = world.batchscope(arguments).expect(0).out;
        let obeyed = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}".contains(c);
        assert!(!shown.contains(obeyed), "{arguments:?}: {shown:?}");
    }
    let shown = world.json(&["runs", "show", &ids[0], "--json"]);
    assert!(shown["attempts"][0]["owner"]["host"].as_str().unwrap().contains('\u{202e}'), "the value is what it was");
}

#[test]
fn runs_are_listed_filtered_and_sorted_and_nothing_is_touched() {
    let world = world();
    let before = files(&world.store());
    let table = world.batchscope(&["runs"]).expect(0).out;
    assert_eq!(table.lines().count(), 5, "a header and four runs:\n{table}");
    assert!(table.contains("the loss is") && table.contains("try a lower learning rate"), "why it failed:\n{table}");
    let all = world.json(&["runs", "--json"]);
    assert_eq!(all.as_array().unwrap().len(), 4);
    let failed = world.json(&["runs", "list", "state=failed", "norm=none", "--json"]);
    assert_eq!(failed.as_array().unwrap().len(), 2);
    assert!(failed[0]["message"].as_str().unwrap().contains("try a lower learning rate"));
    assert!(failed[0]["failed_step"].as_u64().is_some());
    let finished = world.json(&["runs", "list", "state=finished", "bs=8", "acc>1%", "--sort=-loss", "--json"]);
    let losses: Vec<f64> = finished.as_array().unwrap().iter().map(|run| run["loss"].as_f64().unwrap()).collect();
    assert!(losses.len() == 2 && losses[0] >= losses[1], "{losses:?}");
    assert_eq!(finished[0]["progress"], 1.0);
    let columns = world.batchscope(&["runs", "list", "--columns", "run,lr,dropout", "bs=8"]).expect(0).out;
    assert!(columns.starts_with("run "), "{columns}");
    assert_eq!(files(&world.store()), before, "looking changes nothing");
}

#[test]
fn slips_get_a_suggestion_and_a_store_that_is_not_there_is_not_made() {
    let world = world();
    let refused = |arguments: &[&str]| world.batchscope(arguments).expect(2).err;
    assert!(refused(&["runs", "list", "stat=failed"]).contains("did you mean `state`?"));
    assert!(refused(&["runs", "list", "failed"]).contains("for example bs=8"));
    assert!(refused(&["runs", "list", "--sort", "accurracy"]).contains("did you mean `accuracy`?"));
    assert!(refused(&["runs", "show", "zzz"]).contains("no run begins with `zzz`"));
    let ambiguous = refused(&["runs", "show", ""]);
    assert!(ambiguous.contains("begins the digests of 4 runs") && ambiguous.contains("wild/bs8/iid1"), "{ambiguous}");
    let empty = World::new();
    assert!(empty.batchscope(&["runs"]).expect(2).err.contains("no store at"));
    assert!(!empty.store().exists());
}

#[test]
fn a_run_shows_its_settings_attempts_result_and_curves() {
    let world = world();
    let finished = ids(&world.json(&["runs", "list", "state=finished", "--json"]));
    let page = world.batchscope(&["runs", "show", &finished[0][..12]]).expect(0).out;
    for part in [
        finished[0].as_str(),
        "baseline/bs8/iid0",
        "final evaluation: accuracy",
        "default 3",
        "attempts",
        "training loss",
        "validation accuracy",
    ] {
        assert!(page.contains(part), "`{part}` is missing:\n{page}");
    }
    assert!(page.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)), "a chart:\n{page}");
    assert!(!page.contains('\u{1b}'), "no escapes in a pipe");
    let failed = world.json(&["runs", "list", "state=failed", "--json"]);
    let shown = world.batchscope(&["runs", "show", failed[0]["run"].as_str().unwrap()]).expect(0).out;
    assert!(shown.contains("failed after update") && shown.contains("baseline layer"), "{shown}");
    let whole = world.json(&["runs", "show", &finished[0], "--json"]);
    assert_eq!(whole["attempts"][0]["ended"], "finished");
    assert_eq!(whole["metrics"]["train-loss"].as_array().unwrap().len(), 7);
    assert_eq!(whole["result"]["accuracy"], whole["accuracy"]);
}

#[test]
fn two_runs_differ_in_what_their_arms_changed() {
    let world = world();
    let one = |filter: &str| ids(&world.json(&["runs", "list", filter, "iid=0", "--json"])).remove(0);
    let (baseline, wild) = (one("arm=baseline"), one("arm=wild"));
    let diff = world.json(&["runs", "diff", &baseline, &wild, "--json"]);
    let keys: Vec<&str> = diff["differences"].as_array().unwrap().iter().map(|d| d["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["learning_rate", "norm"]);
    assert_eq!((&diff["first"]["state"], &diff["second"]["state"]), (&"finished".into(), &"failed".into()));
    let text = world.batchscope(&["runs", "diff", &baseline, &wild]).expect(0).out;
    assert!(text.contains("learning_rate") && text.contains("accuracy"), "{text}");
    assert!(world.batchscope(&["runs", "diff", &wild, &wild]).expect(0).out.contains("all settings are equal"));
}

#[test]
fn removing_needs_a_confirmation_and_removes_the_links_too() {
    let world = world();
    let before = files(&world.store());
    let asked = world.batchscope(&["runs", "remove", "state=failed"]).expect(2);
    assert!(asked.err.contains("remove 2 runs, ") && asked.err.contains("confirm with --yes"), "{}", asked.err);
    assert_eq!(files(&world.store()), before);
    let removed = world.batchscope(&["runs", "remove", "state=failed", "--yes"]).expect(0);
    assert!(removed.err.contains("removed 2 runs, freed "), "{}", removed.err);
    assert_eq!(world.json(&["runs", "--json"]).as_array().unwrap().len(), 2);
    let experiment = fs::read_dir(world.store().join("experiments")).unwrap().next().unwrap().unwrap().path();
    assert!(!experiment.join("wild").exists());
    assert!(!cfg!(unix) || experiment.join("baseline/bs8/iid0/run.json").exists());
    let again = world.run(&[]).expect(1);
    assert_eq!(again.out.matches("  started, ").count(), 2, "what was removed is trained anew:\n{}", again.out);
}

#[test]
fn a_run_that_is_being_trained_is_not_removed() {
    let world = world();
    let store = Store::open(&world.store()).unwrap();
    let failed = store.inspect().unwrap().into_iter().find(|run| run.result.is_none()).unwrap();
    // this process holds it
    let claim = failed.folder.claim(&Owner::this_process(), &mut BeatWatch::default(), true).unwrap();
    assert!(matches!(claim, Claim::Mine(_)));
    let refused = world.batchscope(&["runs", "remove", failed.id.as_str(), "--yes"]).expect(1);
    assert!(refused.err.contains(&format!("is kept: process {}", std::process::id())), "{}", refused.err);
    assert_eq!(world.json(&["runs", "list", "state=running", "--json"])[0]["run"], failed.id.as_str());
    assert!(failed.folder.path().exists());
}
