//! Damaged files of a store: nothing panics or hangs, the other runs are listed, and the damaged file is named and, if
//! possible, repaired.

use crate::support::made_up::{planned, progress};
use crate::support::{World, counted, files_below, rounds};
use batchscope::domain::arm::Arm;
use batchscope::domain::event::RunEvent;
use batchscope::domain::identity::run_id;
use batchscope::domain::invariance::{Invariance, LogitShift};
use batchscope::domain::run::{PlannedRun, RunSpec};
use batchscope::domain::scores::Scores;
use batchscope::domain::spec::Spec;
use batchscope::resolve::{Experiment, Request, Which, history};
use batchscope::spec_file::{changes_of, parse, to_toml};
use batchscope::stats::Look;
use batchscope::store::{
    BeatWatch, Claim, Ended, ExperimentInputs, Journal, Owner, RunFolder, RunResult, Store, StoredRun,
};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const SPEC: &str = "name = \"mine\"\n[task]\npath = \"/nowhere\"\n[model]\nsource = \"/nowhere\"\n[train]\n\
                    batch_sizes = [2, 8]\ninstances = 2\nepochs = 5\nevaluations_per_epoch = 2\n";

/// A store of an experiment with three finished runs and one that was stopped behind a checkpoint, of which nobody
/// trained anything.
struct MadeUp {
    folder: tempfile::TempDir,
    spec: Spec,
    runs: Vec<RunSpec>,
}

impl MadeUp {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = parse("mine", SPEC, &[]).unwrap();
        let runs: Vec<RunSpec> = [(2, 0), (8, 0), (2, 1), (8, 1)].map(|(size, iid)| run(size, iid).spec).into();
        let made = Self { folder, spec, runs };
        let store = Store::open(&made.root()).unwrap();
        store.remember(&made.spec, &to_toml(&made.spec)).unwrap();
        let (data, model) = (made.runs[0].data.clone(), made.runs[0].model.clone());
        let shift = |norm| LogitShift { norm, difference: 0.5, largest: 1.0 };
        let invariance = Invariance {
            weights: model.weights.clone(),
            data: data.train.clone(),
            examples: 16,
            in_use: shift(made.spec.train.norm),
            with_batch_norm: shift(batchscope::domain::choice::Norm::Batch),
        };
        let name = Store::experiment_folder(&made.spec);
        let inputs = json!({ "data": data, "model": model, "majority_share": 0.6, "classes": ["no", "yes"] });
        store.remember_inputs(&made.spec, &serde_json::from_value::<ExperimentInputs>(inputs).unwrap()).unwrap();
        store.remember_invariance(&name, &invariance).unwrap();
        store.remember_look(&name, Look { instances: 1, causes: 1, ..Look::default() }).unwrap();
        let changes = changes_of("test", "dropout=off").unwrap();
        store.add_arm(&made.spec, &Arm { name: "no-dropout".into(), changes }).unwrap();
        store.add_instances(&made.spec, 2).unwrap();
        for (number, run) in made.runs.iter().enumerate() {
            train(&store, run, number < 3);
        }
        made
    }

    /// The same store again.
    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in files_below(&self.root()) {
            let copy = folder.path().join(file.strip_prefix(self.folder.path()).unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(file, copy).unwrap();
        }
        Self { folder, spec: self.spec.clone(), runs: self.runs.clone() }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Every file, and its path in the store.
    fn files(&self) -> Vec<PathBuf> {
        let root = self.root();
        let files = files_below(&root).into_iter().map(|path| path.strip_prefix(&root).unwrap().to_owned());
        files.filter(|path| path != Path::new("format")).collect()
    }
}

/// A short run.
fn run(batch_size: u32, iid: u32) -> PlannedRun {
    let mut run = planned("baseline", batch_size, iid);
    run.spec.data.train_examples = 40;
    PlannedRun { id: run_id(&run.spec), ..run }
}

/// What an owner that has gone since leaves behind.
fn train(store: &Store, spec: &RunSpec, finished: bool) {
    let folder = store.run(&run_id(spec));
    folder.create(spec).unwrap();
    let here = Owner::this_process();
    let gone = Owner { process_start: here.process_start.wrapping_sub(1), ..here };
    let claim = folder.claim(&gone, &mut BeatWatch::default(), false).unwrap();
    let Claim::Mine(attempt) = claim else { panic!("{claim:?}") };
    attempt.beat(1, 0).unwrap();
    let mut journal = Journal::create(&attempt).unwrap();
    let events = progress(&run(spec.batch_size, spec.iid), if finished { 1.0 } else { 0.5 });
    let (last, scores) = (events.last().unwrap().step(), events.iter().rev().find_map(RunEvent::scores).unwrap());
    events.into_iter().for_each(|event| drop(journal.append(1000.5, event).unwrap()));
    journal.sync().unwrap();
    if finished {
        let Scores { loss, accuracy, .. } = scores;
        let scores = Scores { f1: scores.f1, ..Scores::of(loss, accuracy) };
        folder.commit_result(&RunResult::of(run_id(spec), 1, last, scores, Vec::new(), 1000.5)).unwrap();
        attempt.end(&Ended::Finished).unwrap();
    } else {
        let staged = attempt.stage_checkpoint(last, |file| file.write_all(&[1; 64])).unwrap();
        attempt.commit_checkpoint(&folder, staged).unwrap();
        attempt.end(&Ended::Stopped).unwrap();
    }
}

/// Numbers that are the same in every run of the tests.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most.max(1)
    }
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mutation {
    Cut,
    Garbage,
    Empty,
    Folder,
    Link,
    Pipe,
    Absent,
    /// a value has another type
    Type,
    /// a number is another one
    Number,
}

const MUTATIONS: [Mutation; 9] = [
    Mutation::Cut,
    Mutation::Garbage,
    Mutation::Empty,
    Mutation::Folder,
    Mutation::Link,
    Mutation::Pipe,
    Mutation::Absent,
    Mutation::Type,
    Mutation::Number,
];

/// Every value in a JSON value that holds no others.
fn leaves(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(all) => all.iter_mut().flat_map(leaves).collect(),
        Value::Object(all) => all.values_mut().flat_map(leaves).collect(),
        leaf => vec![leaf],
    }
}

/// Changes a value in a line of JSON, or in the one that the whole file is; false where there is none to change.
fn change(path: &Path, dice: &mut Dice, mutation: Mutation) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let is_lines = path.extension().is_some_and(|ending| ending == "ndjson");
    let mut lines: Vec<String> = if is_lines { text.lines().map(str::to_owned).collect() } else { vec![text] };
    let place = dice.below(lines.len());
    let Ok(mut value) = serde_json::from_str::<Value>(&lines[place]) else { return false };
    let mut leaves = leaves(&mut value);
    leaves.retain(|leaf| mutation == Mutation::Type || leaf.is_number());
    if leaves.is_empty() {
        return false;
    }
    let chosen = dice.below(leaves.len());
    *leaves[chosen] = match mutation {
        Mutation::Type => json!({ "of another": "type" }),
        _ => [json!(-1), json!(0), json!(2.5), json!(1e300), json!(4_294_967_295u32), json!(u64::MAX)][dice.below(6)]
            .clone(),
    };
    lines[place] = value.to_string();
    fs::write(path, lines.join("\n") + "\n").unwrap();
    true
}

/// Does it to a file; false where it cannot be done.
fn mutate(path: &Path, mutation: Mutation, dice: &mut Dice, elsewhere: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    match mutation {
        Mutation::Cut => fs::write(path, &bytes[..=dice.below(bytes.len() - 2)]).unwrap(),
        Mutation::Empty => fs::write(path, "").unwrap(),
        Mutation::Garbage => {
            let at = dice.below(bytes.len() - 1);
            fs::write(path, [&bytes[..at], b"\0garbage\n\xff", &bytes[at..]].concat()).unwrap();
        }
        Mutation::Type | Mutation::Number => return change(path, dice, mutation),
        gone => {
            fs::remove_file(path).unwrap();
            match gone {
                Mutation::Folder => fs::create_dir(path).unwrap(),
                Mutation::Link => std::os::unix::fs::symlink(elsewhere, path).unwrap(),
                Mutation::Pipe => {
                    rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU).unwrap();
                }
                _ => {}
            }
        }
    }
    true
}

/// Whether a mutation of this file can always be told: the file is read when runs are listed, and no owner can have left
/// it so.
fn must_be_named(file: &str, mutation: Mutation) -> bool {
    match (file, mutation) {
        (_, Mutation::Folder | Mutation::Link | Mutation::Pipe) => true,
        // its bytes are checked when a run resumes from it
        (checkpoint, _) if checkpoint.ends_with(".safetensors") => false,
        ("run.json" | "owner.json", Mutation::Absent) => true,
        (_, Mutation::Absent) => false,
        // a kill leaves it so
        ("journal.ndjson", Mutation::Cut | Mutation::Empty) => false,
        ("run.json", _) => true,
        // another number can be as good as the one before
        (_, Mutation::Number) => false,
        _ => true,
    }
}

fn find<'r>(runs: &'r [StoredRun], spec: &RunSpec) -> &'r StoredRun {
    runs.iter().find(|run| run.id == run_id(spec)).unwrap_or_else(|| panic!("run {} is not listed", run_id(spec)))
}

#[cfg(unix)]
#[test]
fn damage_to_a_file_is_named_and_does_not_affect_other_runs() {
    let sound = MadeUp::new();
    let files = sound.files();
    assert!(files.len() > 20, "{files:?}");
    let mut dice = Dice(1);
    let (mut tried, mut told) = (0, 0);
    for file in std::iter::repeat_n(&files, rounds() as usize).flatten() {
        for mutation in MUTATIONS {
            let made = sound.copy();
            let elsewhere = made.folder.path().join("elsewhere");
            fs::write(&elsewhere, "a thesis").unwrap();
            if !mutate(&made.root().join(file), mutation, &mut dice, &elsewhere) {
                continue;
            }
            tried += 1;
            let what = format!("{} {mutation:?}", file.display());
            let of_run = made.runs.iter().find(|run| file.starts_with(Path::new("runs").join(run_id(run).as_str())));
            let store = Store::existing(&made.root()).unwrap();
            let listed = store.inspect().unwrap();
            for run in &made.runs {
                let stored = find(&listed, run);
                if Some(run) == of_run {
                    let name = file.file_name().unwrap().to_str().unwrap();
                    assert!(!stored.damages.is_empty() || !must_be_named(name, mutation), "{what} is not named");
                    assert!(stored.damages.iter().all(|damage| !damage.reason.is_empty()), "{what}");
                    told += stored.damages.len();
                } else {
                    assert!(stored.damages.is_empty() && stored.spec.as_ref() == Some(run), "{what}: {stored:?}");
                }
                stored.history(&stored.journal());
            }
            told += answered(&made, of_run.is_none(), &what);
            for run in &made.runs {
                let folder = store.run(&run_id(run));
                folder.mend(run).unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(folder.read_spec().unwrap().as_ref(), Some(run), "{what}");
                assert!(folder.read_result().is_ok(), "{what}");
                let claim = folder.claim(&Owner::this_process(), &mut BeatWatch::default(), true).unwrap();
                assert!(matches!(claim, Claim::Done(_) | Claim::Mine(_) | Claim::Elsewhere(_)), "{what}: {claim:?}");
            }
            let mended =
                store.mend_experiment(&made.spec, |text| parse("", text, &[]).map(drop).map_err(|e| e.to_string()));
            mended.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "a thesis", "{what}");
        }
    }
    assert!(told > 100, "only {told} damages were told: is the mutator broken?");
    counted(&format!("{tried} mutations of {} files of a store; no other run affected", files.len()));
}

/// The number of unusable files of the experiment; it must not be zero if one of its own files is damaged.
fn answered(made: &MadeUp, of_experiment: bool, what: &str) -> usize {
    let request = Request { store: Some(made.root()), ..Request::default() };
    match Experiment::find(&request, Which::Only) {
        Ok(experiment) => {
            let question = experiment.question();
            assert!(experiment.sweep().is_ok(), "{what}");
            experiment.arms.iter().flat_map(|arm| &arm.runs).for_each(|(run, _)| drop(history(run).unwrap()));
            if !of_experiment {
                assert!(question.is_ok(), "{what}");
                assert_eq!(experiment.arms[0].runs.len(), 4, "{what}: a run is not found");
            }
            experiment.damages.len() + usize::from(question.is_err())
        }
        Err(error) => {
            assert!(of_experiment, "{what}: {error}");
            1
        }
    }
}

/// A world with finished runs, and one of them.
fn finished_world() -> (World, RunFolder) {
    let world = World::new();
    world.run(&["--set", "train.batch_sizes=[8]"]).expect(0);
    let (run, _) = Store::open(&world.store()).unwrap().runs().unwrap().remove(0);
    (world, run)
}

#[test]
fn what_can_be_repaired_is_repaired_and_nothing_is_trained_again() {
    let (world, run) = finished_world();
    let (spec, result) = ("run.json", "result.json");
    let before: Vec<Vec<u8>> = [spec, result].map(|name| fs::read(run.path().join(name)).unwrap()).into();
    let before_histories = world.histories();
    let of_accuracy = |text: &str| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        value["accuracy"] = 2.0.into();
        value.to_string()
    };
    let text = |name: &str| fs::read_to_string(run.path().join(name)).unwrap();
    let damages = [
        (spec, text(spec)[..40].to_owned(), "EOF"),
        (spec, text(spec).replace("\"batch_size\": 8", "\"batch_size\": 0"), "`batch_size` is 0"),
        (spec, text(spec).replace("\"iid\": ", "\"iid\": 7"), "it belongs to run"),
        (result, text(result)[..40].to_owned(), "EOF"),
        (result, of_accuracy(&text(result)), "`accuracy` is 2, expected a number from 0 to 1"),
    ];
    for (name, damaged, reason) in damages {
        fs::write(run.path().join(name), &damaged).unwrap();
        let id = run.path().file_name().unwrap().to_str().unwrap().to_owned();
        let listed = world.batchscope(&["runs"]).expect(0);
        assert!(listed.out.contains(" damaged ") && listed.out.contains(" finished "), "{}", listed.out);
        assert!(listed.err.contains(reason) && listed.err.contains(name), "{reason}: {}", listed.err);
        let all = world.json(&["runs", "--json"]);
        assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
        let damaged_run = all.as_array().unwrap().iter().find(|run| run["run"] == id.as_str()).unwrap();
        assert_eq!((&damaged_run["state"], &damaged_run["batch_size"]), (&"damaged".into(), &8.into()));
        world.batchscope(&["report"]).expect(0);
        let again = world.run(&["--set", "train.batch_sizes=[8]"]).expect(0);
        assert!(again.out.contains("set aside as") && again.out.contains("restored"), "{}", again.out);
        assert!(!again.out.contains("started"), "{}", again.out);
        let is_rewritten = name == result;
        for (name, before) in [spec, result].iter().zip(&before) {
            let now: Value = serde_json::from_slice(&fs::read(run.path().join(name)).unwrap()).unwrap();
            let mut expected: Value = serde_json::from_slice(before).unwrap();
            if *name == result {
                expected["finished"] = now["finished"].clone();
                if is_rewritten {
                    // a journal has the scores, but not which examples are right
                    expected.as_object_mut().unwrap().remove("correct");
                }
            }
            assert_eq!(now, expected, "{name}");
        }
    }
    assert_eq!(world.histories(), before_histories);
    assert!(!world.batchscope(&["runs"]).expect(0).err.contains("damaged"));
}

#[test]
fn a_run_that_cannot_be_repaired_is_trained_again_beside_what_is_left_of_it() {
    let (world, run) = finished_world();
    fs::remove_file(run.path().join("result.json")).unwrap();
    fs::remove_dir_all(run.path().join("attempts")).unwrap();
    fs::write(run.path().join("attempts"), "a thesis").unwrap();
    let listed = world.batchscope(&["runs"]).expect(0);
    assert!(listed.err.contains("attempts: is a file where a folder is expected"), "{}", listed.err);
    let again = world.run(&["--set", "train.batch_sizes=[8]"]).expect(0);
    assert!(again.out.contains("set aside as attempts.damaged-1"), "{}", again.out);
    assert_eq!(fs::read_to_string(run.path().join("attempts.damaged-1")).unwrap(), "a thesis");
    assert_eq!(again.out.matches("started,").count(), 1, "{}", again.out);
}

#[test]
fn a_checkpoint_with_a_flipped_bit_is_reported_and_skipped() {
    let (world, run) = finished_world();
    let before = world.histories();
    for name in ["result.json", "attempts/1/ended.json"] {
        fs::remove_file(run.path().join(name)).unwrap();
    }
    let folder = run.path().join("attempts/1/checkpoint");
    fs::create_dir_all(&folder).unwrap();
    let name = format!("7-{}.safetensors", "0123456789abcdef".repeat(4));
    let header = "{\"__metadata__\":{\"step\":\"7\"}}";
    fs::write(folder.join(&name), [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat()).unwrap();
    let again = world.run(&["--set", "train.batch_sizes=[8]"]).expect(0);
    assert!(again.out.contains(&name) && again.out.contains("does not go on from it"), "{}", again.out);
    assert_eq!(world.histories(), before);
}

#[test]
fn what_an_experiment_remembers_is_never_written_over() {
    let (world, _) = finished_world();
    let experiment = fs::read_dir(world.store().join("experiments")).unwrap().next().unwrap().unwrap().path();
    for name in ["arms.json", "instances.json", "inputs.json", "spec.toml"] {
        fs::write(experiment.join(name), "[{\"name\": \"../../../x\"").unwrap();
        let again = world.run(&["--set", "train.batch_sizes=[8]"]).expect(0);
        assert!(again.err.contains(&format!("{name}: ")) && again.err.contains("set aside"), "{}", again.err);
        let aside = fs::read_to_string(experiment.join(format!("{name}.damaged-1"))).unwrap();
        assert_eq!(aside, "[{\"name\": \"../../../x\"");
    }
    fs::write(experiment.join("looks.json"), "[{").unwrap();
    world.run(&["--set", "train.batch_sizes=[8]"]).expect(0);
    let report = world.batchscope(&["report"]);
    assert!(report.code != Some(0) && report.err.contains("looks.json"), "{}", report.err);
    assert_eq!(fs::read_to_string(experiment.join("looks.json")).unwrap(), "[{");
}

#[cfg(unix)]
#[test]
fn nothing_outside_a_store_is_touched() {
    use std::os::unix::fs::symlink;
    let (world, run) = finished_world();
    let outside = world.path("outside");
    fs::create_dir_all(outside.join("inside")).unwrap();
    fs::write(outside.join("thesis"), "years").unwrap();
    let before = files_below(&outside);
    symlink(&outside, world.store().join("removed")).unwrap();
    let id = run.path().file_name().unwrap().to_str().unwrap();
    let refused = world.batchscope(&["runs", "remove", id, "--yes"]).expect(1);
    assert!(refused.err.contains("removed: is a symbolic link where a folder is expected"), "{}", refused.err);
    assert!(run.path().join("run.json").exists());
    fs::remove_file(world.store().join("removed")).unwrap();
    // a run that is a link, for example to another disk
    let kept = world.path("kept");
    fs::rename(run.path(), &kept).unwrap();
    symlink(&kept, run.path()).unwrap();
    let listed = world.batchscope(&["runs"]).expect(0);
    assert!(listed.err.contains("is a symbolic link where a folder is expected"), "{}", listed.err);
    world.batchscope(&["runs", "remove", id, "--yes"]).expect(0);
    assert!(!run.path().exists() && kept.join("run.json").exists());
    // a store that is reached through a link is like any other
    symlink(world.store(), world.path("linked")).unwrap();
    let linked = world.anything(&["runs", "--store", "linked", "--json"]).expect(0);
    assert_eq!(serde_json::from_str::<Value>(&linked.out).unwrap().as_array().unwrap().len(), 1);
    assert_eq!(files_below(&outside), before);
}

#[test]
fn a_spec_without_a_name_stays_in_the_store() {
    let world = World::new();
    let text = "[task]\nname = \"../../../x\"\n[model]\nsource = \"embedded\"\n";
    fs::write(world.path("spec.toml"), text).unwrap();
    world.run(&[]).expect(2);
    Store::open(&world.store()).unwrap();
    let before: Vec<PathBuf> = files_below(world.path(".").as_path());
    let spec = world.path("spec.toml");
    world.batchscope(&["report", spec.to_str().unwrap()]);
    let after = files_below(world.path(".").as_path());
    let outside = after.iter().filter(|path| !path.starts_with(world.path("./store")) && !before.contains(path));
    assert_eq!(outside.count(), 0, "{after:?}");
}
