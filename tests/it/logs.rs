//! Logs of other programs: what their real writers wrote is read whole, also while it grows or is damaged.

use crate::support::screen::Screen;
use crate::support::{Finished, World, fixture};
use batchscope::event_file::EventWriter;
use batchscope::logs::{LogEvent, LogFormat, LogLabel, LogOptions, Pattern, Watcher};
use portable_pty::CommandBuilder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Points by step, of each tag.
type Tags = BTreeMap<String, BTreeMap<u64, f64>>;

/// What a reader knows who follows the rules of docs/JSON.md.
#[derive(Default)]
struct Reader {
    names: BTreeMap<usize, String>,
    runs: BTreeMap<String, (LogLabel, Tags)>,
    notes: Vec<String>,
}

impl Reader {
    fn apply(&mut self, event: LogEvent) {
        match event {
            LogEvent::Note(note) => self.notes.push(note),
            LogEvent::Run { run, name, label } => {
                self.names.insert(run, name.clone());
                self.runs.entry(name).or_default().0 = label;
            }
            LogEvent::Restart { run, prefix, step } => {
                let Some(name) = self.names.get(&run) else { return };
                let tags = &mut self.runs.get_mut(name).unwrap().1;
                for (_, points) in tags.iter_mut().filter(|(tag, _)| tag.starts_with(&prefix)) {
                    drop(points.split_off(&step));
                }
            }
            LogEvent::Point { run, tag, step, value, .. } => {
                let points = self.runs.get_mut(&self.names[&run]).unwrap().1.entry(tag).or_default();
                drop(points.split_off(&step));
                points.insert(step, value);
            }
        }
    }

    fn values(&self, run: &str, tag: &str) -> Vec<(u64, f64)> {
        self.runs[run].1[tag].iter().map(|(step, value)| (*step, *value)).collect()
    }
}

fn open(path: &Path, options: LogOptions) -> Watcher {
    Watcher::open(&[path.to_owned()], options).unwrap()
}

fn read(path: &Path, options: LogOptions) -> Reader {
    let (mut watcher, mut reader) = (open(path, options), Reader::default());
    watcher.poll(|event| reader.apply(event)).unwrap();
    reader.notes.extend(watcher.notes());
    reader
}

fn logs(path: &str) -> PathBuf {
    fixture("golden/logs").join(path)
}

#[test]
fn the_logs_are_those_that_their_writers_wrote() {
    let sums = fs::read_to_string(logs("SHA256SUMS")).unwrap();
    assert!(sums.lines().count() > 15);
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        let digest = Sha256::digest(fs::read(logs(path)).unwrap());
        assert_eq!(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), sum, "{path}");
    }
}

#[test]
fn every_value_that_real_writers_were_given_is_read() {
    let expected: BTreeMap<String, BTreeMap<String, Vec<(u64, f64)>>> =
        serde_json::from_slice(&fs::read(logs("expected.json")).unwrap()).unwrap();
    let found = read(&fixture("golden/logs"), LogOptions::default());
    assert!(expected.len() >= 11);
    for (run, tags) in expected {
        for (tag, values) in tags {
            let read = found.values(&run, &tag);
            assert_eq!(read.len(), values.len(), "{run} {tag}: {read:?}");
            for ((step, value), expected) in read.into_iter().zip(values) {
                // event files have 32 bits
                assert!(
                    step == expected.0 && (value - expected.1).abs() < 1e-6,
                    "{run} {tag} {step}: {value}, {expected:?}"
                );
            }
        }
    }
    // images, texts and histograms are no scalars, and folders of hyperparameters no runs
    let names: Vec<&String> = found.runs.keys().collect();
    assert_eq!(names.len(), 4 + 2 + 1 + 2 + 2, "{names:?}");
}

#[test]
fn labels_come_from_hyperparameters_files_and_names() {
    let found = read(&fixture("golden/logs"), LogOptions::default());
    let label = |run: &str| &found.runs[run].0;
    let parts = |run: &str| (label(run).batch_size, label(run).iid);
    assert_eq!(parts("torch/bs8/baseline/seed1"), (Some(8), Some(1)));
    assert_eq!(parts("tensorboardx/run-1"), (Some(16), Some(1)));
    assert_eq!(label("tensorboardx/run-1").columns["learning_rate"].number(), Some(1e-4));
    assert_eq!(label("tensorboardx/run-1").columns["optimizer"].to_string(), "adam");
    assert_eq!(parts("tensorflow/bs32-seed0"), (Some(32), Some(0)));
    assert_eq!(parts("trainer/bs4-seed0"), (Some(4), Some(0)));
    assert_eq!(label("trainer/bs4-seed0").updates, Some(12));
    assert_eq!(parts("lightning/version_1"), (Some(8), Some(0)));
    let torch = read(&logs("torch"), LogOptions::default());
    assert!(torch.runs.values().all(|(label, _)| label.arm.is_none()), "one arm is no arm that differs");
    let pattern = Some(Pattern::parse("bs{batch_size}/{arm}/seed{lucky_number}").unwrap());
    let torch = read(&logs("torch"), LogOptions { pattern, ..LogOptions::default() });
    let label = &torch.runs["bs8/baseline/seed1"].0;
    assert_eq!((label.arm.as_deref(), label.batch_size, label.iid), (Some("baseline"), Some(8), None));
    assert_eq!(label.columns["lucky_number"].number(), Some(1.0));
    assert!(torch.notes.iter().any(|note| note.contains("fits 4 of 4")), "{:?}", torch.notes);
}

#[test]
fn a_format_can_be_asked_for() {
    let only = |format| read(&fixture("golden/logs"), LogOptions { format: Some(format), pattern: None });
    assert_eq!(only(LogFormat::Trainer).runs.len(), 2);
    assert_eq!(only(LogFormat::Table).runs.len(), 2);
    assert_eq!(only(LogFormat::EventFiles).runs.len(), 7);
}

fn scalars(path: &Path, steps: std::ops::RangeInclusive<u64>, value: f32) {
    let mut writer = EventWriter::new(File::create(path).unwrap(), 1.5).unwrap();
    for step in steps {
        writer.scalars(1.5, step, &[("loss", value)]).unwrap();
    }
}

#[test]
fn files_may_grow_be_damaged_cut_and_replaced_while_they_are_watched() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (mut watcher, mut reader) = (open(folder.path(), LogOptions::default()), Reader::default());
    let mut poll = |reader: &mut Reader, any: bool| {
        assert_eq!(watcher.poll(|event| reader.apply(event)).unwrap(), any);
        watcher.skipped().parts
    };
    assert_eq!(poll(&mut reader, false), 0);
    fs::create_dir(path("a")).unwrap();
    scalars(&path("a/events.out.tfevents.1"), 1..=4, 1.0);
    poll(&mut reader, true);
    poll(&mut reader, false);
    // the writer was killed within a record; another goes on from an earlier step
    let mut bytes = fs::read(path("a/events.out.tfevents.1")).unwrap();
    bytes.truncate(bytes.len() - 5);
    fs::write(path("a/events.out.tfevents.1"), &bytes).unwrap();
    scalars(&path("a/events.out.tfevents.2"), 3..=5, 2.0);
    poll(&mut reader, true);
    assert_eq!(reader.values("a", "loss"), [(1, 1.0), (2, 1.0), (3, 2.0), (4, 2.0), (5, 2.0)]);
    // a byte in the middle of a file that was not read yet
    scalars(&path("a/events.out.tfevents.3"), 6..=9, 3.0);
    let mut bytes = fs::read(path("a/events.out.tfevents.3")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 8;
    fs::write(path("a/events.out.tfevents.3"), &bytes).unwrap();
    assert_eq!(poll(&mut reader, true), 1);
    assert_eq!(reader.values("a", "loss").len(), 8);
    // a table that is written anew with a further column, as Lightning does
    fs::create_dir(path("b")).unwrap();
    fs::write(path("b/metrics.csv"), "step,loss\n1,0.5\n2,0.4\n").unwrap();
    poll(&mut reader, true);
    fs::write(path("b/metrics.csv"), "step,loss,acc\n1,0.5,\n2,0.4,\n2,,0.75\n").unwrap();
    poll(&mut reader, true);
    assert_eq!((reader.values("b", "loss"), reader.values("b", "acc")), (vec![(1, 0.5), (2, 0.4)], vec![(2, 0.75)]));
    // and one that begins again, shorter
    fs::write(path("b/metrics.csv"), "step,acc\n1,0.25\n").unwrap();
    poll(&mut reader, true);
    assert!(reader.values("b", "loss").is_empty());
    assert_eq!(reader.values("b", "acc"), [(1, 0.25)]);
}

#[test]
fn a_run_may_have_a_hundred_thousand_tags() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    let mut writer = EventWriter::new(&mut bytes, 1.5).unwrap();
    for number in 0..100_000 {
        writer.scalars(1.5, 1, &[(&format!("layer/{number}/norm"), number as f32)]).unwrap();
    }
    fs::write(folder.path().join("events.out.tfevents.1"), bytes).unwrap();
    let reader = read(folder.path(), LogOptions::default());
    assert_eq!(reader.runs.values().map(|(_, tags)| tags.len()).sum::<usize>(), 100_000);
}

fn watch(paths: &[&Path], arguments: &[&str]) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    Finished::of(command.args(["watch", "--json"]).args(arguments).args(paths))
}

fn objects(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn what_watch_prints_can_be_watched() {
    let lines = watch(&[&fixture("golden/logs")], &[]).expect(0);
    let printed = objects(&lines.out);
    assert_eq!((&printed[0]["event"], &printed[0]["version"]), (&"watch".into(), &1.into()));
    let last = printed.last().unwrap();
    assert_eq!((&last["event"], &last["runs"]), (&"caught_up".into(), &11.into()));
    assert!(lines.err.contains("11 runs"), "{}", lines.err);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log.jsonl"), &lines.out).unwrap();
    let again = objects(&watch(&[folder.path()], &[]).expect(0).out);
    let points = |objects: &[Value]| -> Vec<(String, String, u64)> {
        let points = objects.iter().filter(|object| object["event"] == "point");
        let text = |point: &Value, key: &str| point[key].as_str().unwrap().to_owned();
        points
            .map(|point| (text(point, "run"), text(point, "tag"), point["value"].as_f64().unwrap().to_bits()))
            .map(|(run, tag, bits)| (run.rsplit('/').next().unwrap().to_owned(), tag, bits))
            .collect()
    };
    assert_eq!(points(&printed), points(&again));
}

#[test]
fn a_store_is_watched_by_the_names_of_its_runs() {
    let world = World::new();
    world.run(&[]).expect(0);
    let reader = read(&world.store(), LogOptions::default());
    assert_eq!(reader.runs.len(), 4);
    for (name, (label, tags)) in &reader.runs {
        let own = format!("baseline/bs{}/iid{}", label.batch_size.unwrap(), label.iid.unwrap());
        assert!(name.ends_with(&own), "{name}");
        assert!(tags["valid/accuracy"].contains_key(&0) && tags["train/loss"].contains_key(&1), "{name}");
    }
}

#[test]
fn the_dashboard_shows_logs_as_they_grow() {
    let folder = tempfile::tempdir().unwrap();
    let path = |seed: u32| folder.path().join(format!("adam/bs8/seed{seed}"));
    for seed in [0, 1] {
        fs::create_dir_all(path(seed)).unwrap();
        fs::write(path(seed).join("log.jsonl"), "{\"step\": 10, \"eval_accuracy\": 0.5}\n").unwrap();
    }
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
    command.arg("watch");
    command.arg(folder.path());
    let mut screen = Screen::open(command, 100, 30);
    screen.wait_for("eval_accuracy");
    screen.wait_for("0.500");
    let mut file = OpenOptions::new().append(true).open(path(1).join("log.jsonl")).unwrap();
    file.write_all(b"{\"step\": 20, \"eval_accuracy\": 0.875}\n").unwrap();
    screen.wait_until("the new value", |screen| ["0.875", "87.5"].iter().any(|value| screen.text().contains(value)));
    screen.press("q");
    assert_eq!(screen.code(), 0);
    screen.assert_given_back();
}

#[test]
fn a_growing_file_is_followed_until_the_reader_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    fs::write(&path, "{\"step\": 1, \"loss\": 0.5}\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    command.args(["watch", "--json", "--follow"]).arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = |event: &str| -> Value {
        let mut objects = lines.by_ref().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        objects.find(|object| object["event"] == event).unwrap()
    };
    assert_eq!(next("point")["value"], 0.5);
    next("caught_up");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"step\": 2, \"loss\": NaN}\n{\"step\": 3, \"lo").unwrap();
    assert_eq!(next("point")["value"], "NaN");
    file.write_all(b"ss\": 0.25}\n").unwrap();
    assert_eq!(next("point")["step"], 3);
    drop(lines);
    file.write_all(b"{\"step\": 4, \"loss\": 0.25}\n").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_cannot_be_watched_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let error = |path: &Path, arguments: &[&str]| watch(&[path], arguments).expect(2).err;
    assert!(error(folder.path(), &[]).contains("no logs found in"));
    assert!(error(&folder.path().join("gone"), &[]).contains("cannot look at"));
    assert!(error(folder.path(), &["--pattern", "bs{batch_size"]).contains("a brace is not closed"));
    assert!(error(folder.path(), &["--format", "tb"]).contains("tensorboard"));
}
