//! Killed and stopped runs resume and end with the same bits.

use crate::support::{Finished, World, counted, journals, pairs, rounds, status};
use batchscope::domain::event::RunEvent;
use batchscope::domain::history::History;
use batchscope::domain::random::{Key, Purpose};
use batchscope::model::Interrupt;
use batchscope::resolve::{Sources, prepare};
use batchscope::spec_file::parse;
use batchscope::store::{RunFolder, Store, read_journal};
use batchscope::train::{Ending, Observer, OwnedSnapshot, RunInputs, Snapshot, TrainError, train};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Long enough to be hit in the middle, many times.
const SPEC: &str = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 60\nlearning_rate = 1e-3\n[store]\ncheckpoint_seconds = 0\n";

fn start(world: &World) -> Child {
    world.command(&[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_killed_sweep_ends_bit_identical() {
    kill_until_the_end(SPEC);
}

#[test]
fn a_killed_sweep_in_bfloat16_ends_bit_identical() {
    kill_until_the_end(&SPEC.replace("[train]", "[train]\nprecision = \"bf16\""));
}

fn kill_until_the_end(spec: &str) {
    let (whole, killed) = (World::new(), World::new());
    whole.write_spec(spec);
    killed.write_spec(spec);
    whole.run(&[]).expect(0);
    let mut kills = 0;
    loop {
        let mut child = start(&killed);
        // after more progress than last time and another moment every time, whatever the speed of the machine
        let enough = killed.events() + 150 + 40 * (kills % 5);
        while killed.events() < enough && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(kills as u64 * 7 % 31));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert!(kills < 60, "killed {kills} times without getting to the end");
    }
    killed.run(&[]).expect(0);
    assert!(kills >= 2, "the kills came too late to test anything: {kills}");
    let events = journals(&killed.store());
    let continued = events.values().flatten().filter(|event| matches!(event, RunEvent::Started { step } if *step > 0));
    assert!(continued.count() > 0, "no run went on from a checkpoint");
    assert_eq!(killed.histories(), whole.histories());
}

/// One epoch of 3000 updates with evaluations within it, with both kinds of norm: running statistics, moments and rows
/// of the word table that are behind must all come back.
const LONG_EPOCH: &str = "[train]\nbatch_sizes = [2]\ninstances = 1\nepochs = 1\nevaluations_per_epoch = 7\n\
    learning_rate = 1e-3\n[store]\nkeep_weights = \"all\"\n[arms]\nbatch-norm = { norm = \"batch\" }\n";

fn world_of_a_long_epoch() -> World {
    let world = World::new();
    let dev = std::fs::read_to_string(world.path("task/dev.tsv")).unwrap();
    world.write_sets(&[("train.tsv", &pairs(6000, 1)), ("dev.tsv", &dev)]);
    world.write_spec(LONG_EPOCH);
    world
}

/// Every run of a store, in the order of their digests.
fn runs(world: &World) -> Vec<RunFolder> {
    let runs = Store::existing(&world.store()).map(|store| store.runs().unwrap()).unwrap_or_default();
    runs.into_iter().map(|(run, _)| run).collect()
}

/// The step of the newest checkpoint of every run that has one.
fn checkpoints(world: &World) -> Vec<u64> {
    let newest = |run: &RunFolder| run.checkpoints().unwrap().first().map(|checkpoint| checkpoint.step);
    runs(world).iter().filter_map(newest).collect()
}

/// What a run wrote down, attempt after attempt, and its final weights.
fn left_behind(run: &RunFolder) -> (Vec<RunEvent>, Vec<u8>) {
    let entries = read_journal(run).unwrap().into_iter().flat_map(|(_, entries)| entries);
    (entries.map(|entry| entry.event).collect(), run.weights(run.kept_weights().unwrap()).unwrap().unwrap())
}

#[test]
fn kills_within_an_epoch_cost_little_and_change_no_bit() {
    const KILLS: u32 = 8;
    let whole = world_of_a_long_epoch();
    whole.run(&[]).expect(0);
    for round in 0..rounds() {
        kill_within_an_epoch(KILLS, Key::new(round.into(), Purpose::Shuffle), &whole);
    }
    counted(&format!("{} kills within an epoch of two runs, each resumed; the same bits at the end", KILLS * rounds()));
}

fn kill_within_an_epoch(kills: u32, random: Key, whole: &World) {
    let killed = world_of_a_long_epoch();
    // of both runs, one each sitting
    let mut reached = vec![vec![0], vec![0]];
    for kill in 0..kills {
        let mut child = killed.command(&["--workers", "2", "--set", "store.checkpoint_seconds=0.001"]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let is_further = |checkpoints: &[u64]| {
            checkpoints.len() == 2 && checkpoints.iter().zip(&reached).all(|(now, before)| Some(now) > before.last())
        };
        while !is_further(&checkpoints(&killed)) {
            assert!(child.try_wait().unwrap().is_none(), "it should be killed before the end");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(u64::from(random.bits(kill) % 20_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        reached.iter_mut().zip(checkpoints(&killed)).for_each(|(reached, now)| reached.push(now));
    }
    killed.run(&[]).expect(0);
    for ((killed, whole), reached) in runs(&killed).iter().zip(runs(whole)).zip(reached) {
        let (events, weights) = left_behind(killed);
        let starts = events.iter().filter_map(|event| match event {
            RunEvent::Started { step } => Some(*step),
            _ => None,
        });
        assert_eq!(starts.collect::<Vec<_>>(), reached, "every sitting goes on where the one before was killed");
        let (untouched, untouched_weights) = left_behind(&whole);
        assert_eq!(History::replay(&events), History::replay(&untouched));
        assert!(weights == untouched_weights, "other weights after {reached:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_terminated_sweep_checkpoints_and_leaves_at_once() {
    let (whole, stopped) = (World::new(), World::new());
    whole.write_spec(SPEC);
    stopped.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let mut child = start(&stopped);
    let begun = Instant::now();
    while stopped.events() < 40 {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing was trained");
        std::thread::sleep(Duration::from_millis(20));
    }
    let asked = Instant::now();
    signal(&child, rustix::process::Signal::TERM);
    assert_eq!(status(&mut child).code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(2), "took {:?} to leave", asked.elapsed());
    let left = journals(&stopped.store());
    assert!(left.values().flatten().any(|event| matches!(event, RunEvent::Stopped { step } if *step > 0)));
    stopped.run(&[]).expect(0);
    assert_eq!(stopped.histories(), whole.histories());
}

#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_raw(child.id() as i32).unwrap(), signal).unwrap();
}

/// A reader that takes nothing, as a pager does, holds up neither training nor an exit.
#[cfg(unix)]
#[test]
fn a_reader_that_does_not_read_does_not_prevent_an_exit() {
    let (whole, stuck) = (World::new(), World::new());
    whole.write_spec(SPEC);
    stuck.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let mut child = stuck.command(&["--json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // a line is more than 100 bytes, and a pipe holds 64 kilobytes
    while stuck.events() < 1500 {
        assert!(child.try_wait().unwrap().is_none(), "it should wait for its reader");
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, rustix::process::Signal::INT);
    assert_eq!(status(&mut child).code(), Some(130));
    let left = journals(&stuck.store());
    assert!(left.values().flatten().any(|event| matches!(event, RunEvent::Stopped { .. })), "in good order");
    stuck.run(&[]).expect(0);
    assert_eq!(stuck.histories(), whole.histories());
}

/// A disk that does not answer, as a lost file server's, keeps the program from leaving in good order: a second Ctrl-C
/// must not depend on it.
#[cfg(unix)]
#[test]
fn a_second_interrupt_leaves_at_once_and_loses_nothing() {
    let (whole, stuck) = (World::new(), World::new());
    let one_run = ["--set", "train.instances=1", "--set", "train.batch_sizes=[8]"];
    whole.run(&one_run).expect(0);
    stuck.run(&one_run).expect(0);
    let run = std::fs::read_dir(stuck.store().join("runs")).unwrap().next().unwrap().unwrap().path();
    for name in ["result.json", "attempts/1/ended.json"] {
        std::fs::remove_file(run.join(name)).unwrap();
    }
    // of holes alone, and read to its end for its digest: longer than anybody waits
    let checkpoint = run.join(format!("attempts/1/checkpoint/7-{}.safetensors", "0".repeat(64)));
    std::fs::create_dir_all(checkpoint.parent().unwrap()).unwrap();
    std::fs::File::create(&checkpoint).unwrap().set_len(1 << 36).unwrap();
    let mut child = stuck.command(&one_run).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !run.join("attempts/2/owner.json").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it should go on with the run");
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, rustix::process::Signal::INT);
    // signals within a second count as one
    std::thread::sleep(Duration::from_millis(1200));
    assert!(child.try_wait().unwrap().is_none(), "it should wait for the disk");
    signal(&child, rustix::process::Signal::INT);
    assert_eq!(status(&mut child).code(), Some(130));
    std::fs::remove_file(&checkpoint).unwrap();
    stuck.run(&one_run).expect(0);
    assert_eq!(stuck.histories(), whole.histories());
}

/// Hears a run, and asks it to leave a while after it began.
struct Impatient {
    patience: Option<Duration>,
    interrupt: Interrupt,
    events: Vec<RunEvent>,
    newest: Option<OwnedSnapshot>,
}

impl Observer for Impatient {
    fn event(&mut self, event: RunEvent) -> Result<(), TrainError> {
        if let (RunEvent::Started { .. }, Some(patience), interrupt) = (&event, self.patience, self.interrupt.clone()) {
            std::thread::spawn(move || {
                std::thread::sleep(patience);
                interrupt.ask();
            });
        }
        self.events.push(event);
        Ok(())
    }

    fn checkpoint_due(&mut self, _: bool) -> bool {
        false
    }

    fn checkpoint(&mut self, snapshot: &Snapshot<'_>) -> Result<(), TrainError> {
        self.newest = Some(Snapshot::from_bytes(&snapshot.to_bytes()?)?);
        Ok(())
    }

    fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }
}

/// Wherever the request comes, between two layers of a pass too: the run ends with the same bits. Batch norm's running
/// statistics are what a pass changes before its update. The last epoch is left in its middle.
#[test]
fn an_update_given_up_halfway_leaves_no_trace() {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [30]\ninstances = 1\nupdates = 13\nlearning_rate = 1e-3\nnorm = \"batch\"\n",
    );
    let text = std::fs::read_to_string(world.path("spec.toml")).unwrap();
    let overrides = ["task.path", "model.source"].map(|key| {
        let folder = world.path(if key == "task.path" { "task" } else { "model" });
        format!("{key}={}", folder.display())
    });
    let prepared = prepare(parse("spec.toml", &text, &overrides).unwrap(), &Sources::cached()).unwrap();
    let planned = prepared.plan().runs(&prepared.spec.arms[0]).unwrap().remove(0);
    let inputs = RunInputs {
        spec: &planned.spec,
        weights: &prepared.weights,
        words: &prepared.words,
        train: &prepared.train,
        validation: &prepared.validation,
        further_sets: &prepared.further_sets,
    };
    let observer = |patience| Impatient { patience, interrupt: Interrupt::default(), events: vec![], newest: None };
    let mut patient = observer(None);
    assert!(matches!(train(&inputs, None, &mut patient).unwrap(), Ending::Finished(_)));
    let whole = History::replay(&patient.events);

    let random = Key::new(1, Purpose::Shuffle);
    let (mut events, mut snapshot, mut given_up) = (Vec::new(), None, 0);
    for sitting in 0.. {
        // more of it each time, whatever the speed of the machine
        let patience = Duration::from_micros(u64::from(random.bits(sitting) % 4000) + u64::from(sitting) * 100);
        let mut impatient = observer(Some(patience));
        let ending = train(&inputs, snapshot, &mut impatient).unwrap();
        events.extend(impatient.events);
        snapshot = impatient.newest;
        match ending {
            Ending::Finished(_) => break,
            Ending::Stopped { .. } => given_up += 1,
        }
    }
    assert!(given_up > 1, "it was never asked to leave in time");
    assert_eq!(History::replay(&events), whole);
}

/// An owner that sleeps while another host takes its run over: it leaves that run alone, trains the others, and takes the
/// run up again when the other host leaves it.
#[cfg(unix)]
#[test]
fn an_owner_that_was_superseded_gives_up_that_run_alone() {
    let (whole, slept) = (World::new(), World::new());
    whole.write_spec(SPEC);
    slept.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let output = slept.path("output");
    let lines = || std::fs::read_to_string(&output).unwrap_or_default();
    let mut child = slept.command(&["--workers", "1"]);
    let mut child = child.stdout(std::fs::File::create(&output).unwrap()).stderr(Stdio::null()).spawn().unwrap();
    // asleep in the middle of a run that has a checkpoint
    let run = loop {
        assert!(child.try_wait().unwrap().is_none(), "it should train");
        std::thread::sleep(Duration::from_millis(5));
        signal(&child, rustix::process::Signal::STOP);
        if let Some(run) = runs(&slept).into_iter().find(|run| !run.checkpoints().unwrap().is_empty()) {
            break run;
        }
        signal(&child, rustix::process::Signal::CONT);
    };
    let attempts = run.path().join("attempts");
    let owner = std::fs::read_to_string(attempts.join("1/owner.json")).unwrap();
    let mut owner: serde_json::Value = serde_json::from_str(&owner).unwrap();
    owner["host"] = "another".into();
    std::fs::create_dir(attempts.join("new")).unwrap();
    std::fs::write(attempts.join("new/owner.json"), owner.to_string()).unwrap();
    std::fs::rename(attempts.join("new"), attempts.join("2")).unwrap();
    // as the first checkpoint of the other host does
    std::fs::remove_dir_all(attempts.join("1/checkpoint")).unwrap();
    signal(&child, rustix::process::Signal::CONT);
    while runs(&slept).iter().filter(|run| run.result().is_some()).count() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "it should go on with the other runs:\n{}", lines());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(lines().contains("taken over by process") && lines().contains("on another"), "{}", lines());
    assert!(run.result().is_none());
    std::fs::write(attempts.join("2/ended.json"), r#"{"ended":"stopped"}"#).unwrap();
    assert_eq!(status(&mut child).code(), Some(0), "{}", lines());
    assert_eq!(run.attempts().unwrap(), [1, 2, 3]);
    assert_eq!(slept.histories(), whole.histories());
}

/// Several rounds, as what goes wrong between processes depends on moments.
#[test]
fn processes_on_one_store_share_the_work_and_never_end_each_other() {
    let alone = World::new();
    alone.run(&[]).expect(0);
    let (random, rounds) = (Key::new(3, Purpose::Shuffle), 6 * rounds());
    for round in 0..rounds {
        let shared = World::new();
        let mut processes: Vec<Child> = (0..4).map(|_| start(&shared)).collect();
        // in every other round one of them is killed at some moment, and the others do its work
        if round % 2 == 1 {
            let mut killed = processes.remove(0);
            std::thread::sleep(Duration::from_millis(u64::from(random.bits(round) % 300)));
            killed.kill().unwrap();
            killed.wait().unwrap();
        }
        for process in processes {
            let finished = Finished::of_child(process);
            assert_eq!(finished.code, Some(0), "{}", finished.err);
        }
        assert_eq!(shared.histories(), alone.histories());
    }
    counted(&format!(
        "{rounds} rounds of four processes on one store, one of them killed in half of these; none ended"
    ));
}

#[test]
fn two_processes_on_one_store_share_the_work() {
    let (alone, shared) = (World::new(), World::new());
    alone.write_spec(SPEC);
    shared.write_spec(SPEC);
    alone.run(&[]).expect(0);
    let mut other = start(&shared);
    shared.run(&[]).expect(0);
    assert!(status(&mut other).success());
    assert_eq!(shared.histories(), alone.histories());
    for (cell, events) in journals(&shared.store()) {
        let starts = events.iter().filter(|event| matches!(event, RunEvent::Started { .. })).count();
        assert_eq!(starts, 1, "{cell:?} was trained {starts} times");
    }
}
