//! Faults around and within a sweep: a full disk, a read-only store, a store of a newer version, a failing run.

use crate::support::{Finished, World, skipped};
use batchscope::domain::history::{History, Progress};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Every file below a folder with its contents.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
            found.insert(path, Vec::new());
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// The interrupted world must end with the results of the undisturbed one.
fn goes_on_as_if_nothing_had_happened(world: &World, arguments: &[&str]) {
    let whole = World::new();
    fs::copy(world.path("spec.toml"), whole.path("spec.toml")).unwrap();
    whole.run(&[]).expect(0);
    world.run(arguments).expect(0);
    assert_eq!(world.histories(), whole.histories());
}

/// The journals are small, the checkpoints are not.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_ends_the_sweep_and_loses_nothing() {
    let world = World::new();
    let command = world.command(&[]);
    let mut limited = Command::new("sh");
    // the signal ignored, writing beyond 64 or 128 kilobytes is an error like any other
    limited.args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "sh"]).arg(command.get_program());
    let finished = Finished::of(limited.args(command.get_args())).expect(1);
    assert!(finished.err.contains("the sweep stopped with an error: cannot write"), "{}", finished.err);
    assert!(finished.err.contains("free some space and rerun the same command to resume"), "{}", finished.err);
    goes_on_as_if_nothing_had_happened(&world, &[]);
}

/// Training into a store that was moved or deleted ends with a message, and no new store is created.
#[cfg(unix)]
#[test]
fn a_store_that_is_moved_or_deleted_during_training_is_reported_and_not_recreated() {
    for deleted in [false, true] {
        let world = World::new();
        world.write_spec(
            "[train]\nbatch_sizes = [2, 8]\ninstances = 3\nepochs = 20\nlearning_rate = 1e-3\n\
             [store]\ncheckpoint_seconds = 0.05\n",
        );
        let mut child = world.command(&["--workers", "1"]);
        let child = child.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while world.events() < 40 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let aside = world.path("aside");
        fs::rename(world.store(), &aside).unwrap();
        if deleted {
            fs::remove_dir_all(&aside).unwrap();
        }
        let finished = Finished::of_child(child).expect(1);
        let words = format!("the store {} was moved or deleted while it was in use", world.store().display());
        assert!(finished.err.contains(&words), "{}", finished.err);
        assert!(!world.store().exists(), "nothing is begun anew");
        if !deleted {
            fs::rename(&aside, world.store()).unwrap();
        }
        goes_on_as_if_nothing_had_happened(&world, &[]);
    }
}

/// A separate file system mounted at a world's store, until dropped.
struct Mount(PathBuf);

impl Mount {
    fn new(path: PathBuf, kilobytes: usize) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(path));
        }
        skipped("mounting a file system needs root on Linux");
        None
    }

    fn again(&self, option: &str) {
        let option = format!("remount,{option}");
        assert!(Command::new("mount").args(["-o", &option]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_ends_the_sweep_and_loses_nothing() {
    const SIZE: usize = 2048;
    // from too little for a store to too little for the last checkpoint
    for room in [4, 24, 60, 110, 230] {
        let world = World::new();
        let Some(mount) = Mount::new(world.store(), SIZE) else { return };
        fs::create_dir(world.store().join("runs")).unwrap();
        let filler = world.store().join("runs/filler");
        fs::write(&filler, vec![0; (SIZE - room) * 1024]).unwrap();
        let finished = world.run(&[]);
        assert!(matches!(finished.code, Some(1 | 2)), "room {room}: {:?} {}", finished.code, finished.err);
        assert!(finished.err.contains("No space left on device"), "room {room}: {}", finished.err);
        assert!(finished.err.contains("free some space and rerun"), "room {room}: {}", finished.err);
        fs::remove_file(&filler).unwrap();
        goes_on_as_if_nothing_had_happened(&world, &[]);
        drop(mount);
    }
}

#[test]
fn a_read_only_store_is_reported_and_unchanged() {
    let world = World::new();
    let Some(mount) = Mount::new(world.store(), 4096) else { return };
    world.run(&["--set", "train.instances=1"]).expect(0);
    mount.again("ro");
    let before = contents(&world.store());
    let finished = world.run(&[]).expect(2);
    assert!(finished.err.contains("Read-only file system"), "{}", finished.err);
    assert!(finished.err.contains("must be writable: name another with --store"), "{}", finished.err);
    assert_eq!(contents(&world.store()), before);
    mount.again("rw");
    goes_on_as_if_nothing_had_happened(&world, &[]);
}

#[test]
fn a_file_in_place_of_a_folder_is_reported() {
    let world = World::new();
    fs::write(world.store(), "a thesis").unwrap();
    let finished = world.run(&[]).expect(2);
    assert!(finished.err.contains("name a folder with --store"), "{}", finished.err);
    assert_eq!(fs::read_to_string(world.store()).unwrap(), "a thesis");

    let world = World::new();
    world.run(&["--set", "train.instances=1"]).expect(0);
    fs::rename(world.store().join("runs"), world.path("aside")).unwrap();
    fs::write(world.store().join("runs"), "").unwrap();
    let finished = world.run(&[]).expect(2);
    assert!(finished.err.contains("store/runs: ") && finished.err.contains("name a folder"), "{}", finished.err);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let world = World::new();
    world.run(&["--set", "train.instances=1"]).expect(0);
    fs::write(world.store().join("format"), "batchscope-store 2\n").unwrap();
    fs::remove_dir_all(world.store().join("experiments")).unwrap();
    let before = contents(&world.store());
    let finished = world.run(&[]).expect(2);
    assert!(
        finished.err.contains("contains `batchscope-store 2`, this version reads `batchscope-store 1`"),
        "{}",
        finished.err
    );
    assert!(finished.err.contains("use another --store or a newer batchscope"), "{}", finished.err);
    assert_eq!(contents(&world.store()), before, "nothing is touched");
}

#[test]
fn a_loss_that_is_not_finite_fails_its_run_only() {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [8, 16]\ninstances = 2\nepochs = 2\nlearning_rate = 1e30\nnorm = \"none\"\n\
         [arms]\ntame = { learning_rate = 1e-3 }\n",
    );
    let finished = world.run(&["--json"]).expect(1);
    let events: Vec<serde_json::Value> = finished.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (failed, done): (Vec<_>, Vec<_>) = ["failed", "finished"]
        .map(|name| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>())
        .into();
    assert_eq!((failed.len(), done.len()), (4, 4));
    for event in failed {
        let (step, message) = (event["step"].as_u64().unwrap(), event["message"].as_str().unwrap());
        assert!(message.contains("is NaN; try a lower learning rate"), "{message}");
        // the update that failed is the one after the last reported one
        assert!(message.starts_with(&format!("update {}: ", step + 1)), "{step}: {message}");
    }
    let again = world.run(&[]).expect(1);
    assert_eq!((again.out.matches("failed before").count(), again.out.matches("started").count()), (4, 0));
    let retried = world.run(&["--retry-failed"]).expect(1);
    assert_eq!(
        (retried.out.matches("failed at update").count(), retried.out.matches("already in the store").count()),
        (4, 4)
    );
}

/// A world whose first run was interrupted after a checkpoint at this step, which was then replaced by an empty one.
fn with_a_forged_checkpoint(step: u64) -> (World, PathBuf) {
    let world = World::new();
    world.run(&["--workers", "1"]).expect(0);
    let run = first_run(&world);
    for name in ["result.json", "attempts/1/ended.json"] {
        fs::remove_file(run.join(name)).unwrap();
    }
    let checkpoint = run.join(format!("attempts/1/checkpoint/{step}.safetensors"));
    fs::create_dir_all(checkpoint.parent().unwrap()).unwrap();
    let header = format!("{{\"__metadata__\":{{\"step\":\"{step}\"}}}}");
    fs::write(&checkpoint, [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat()).unwrap();
    (world, checkpoint)
}

#[test]
fn a_checkpoint_that_does_not_fit_fails_its_run_alone_until_it_is_removed() {
    let (world, checkpoint) = with_a_forged_checkpoint(7);
    let finished = world.run(&[]).expect(1);
    assert_eq!(finished.out.matches("failed at update").count(), 1, "{}", finished.out);
    let path = checkpoint.display().to_string();
    for words in ["failed at update 0: the checkpoint does not fit this run: `values.0` is missing", &path] {
        assert!(finished.out.contains(words), "no `{words}` in {}", finished.out);
    }
    let failed = |history: &&History| matches!(history.progress, Progress::Failed(_));
    assert_eq!(world.histories().values().filter(failed).count(), 1);
    let journal = fs::read_to_string(first_run(&world).join("attempts/2/journal.ndjson")).unwrap();
    assert!(journal.contains("\"event\":\"failed\"") && journal.contains("\"step\":0"), "{journal}");
    world.run(&[]).expect(1);
    fs::remove_file(&checkpoint).unwrap();
    goes_on_as_if_nothing_had_happened(&world, &["--retry-failed"]);
}

#[test]
fn a_checkpoint_beyond_the_end_fails_the_run() {
    let (world, _) = with_a_forged_checkpoint(1_000_000);
    let finished = world.run(&[]).expect(1);
    assert!(finished.out.contains("it is of update 1000000, the run has"), "{}", finished.out);
}

fn first_run(world: &World) -> PathBuf {
    let mut runs: Vec<PathBuf> =
        fs::read_dir(world.store().join("runs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    runs.sort();
    runs.remove(0)
}
