//! Commands to a running sweep: runs are paused, cancelled and trained again, and the number of workers changes. None of it
//! affects a result.

use crate::support::World;
use batchscope::domain::arm::Arm;
use batchscope::domain::command::{Command, Intent, QueuePosition};
use batchscope::domain::event::{RunEvent, SweepEvent};
use batchscope::domain::history::{History, Progress};
use batchscope::domain::id::RunId;
use batchscope::domain::sweep::{Row, Sweep};
use batchscope::engine::Engine;
use batchscope::resolve::{Opened, Request, Sources};
use batchscope::spec_file::changes_of;
use batchscope::store::{RunFolder, Store, read_journal};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Long enough to be met in the middle.
const SPEC: &str = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 60\nlearning_rate = 1e-3\n";

/// A sweep, and what was heard of it.
struct Steered {
    engine: Engine,
    sweep: Sweep,
    events: Vec<SweepEvent>,
}

fn open(world: &World, workers: usize) -> Opened {
    let spec = world.path("spec.toml").to_str().unwrap().to_owned();
    let request = Request { spec, store: Some(world.store()), workers: Some(workers), ..Request::default() };
    Request { with_added: true, ..request }.open(&Sources::cached()).unwrap()
}

impl Steered {
    fn start(world: &World, workers: usize) -> Self {
        Self { engine: Engine::start(&open(world, workers)), sweep: Sweep::default(), events: Vec::new() }
    }

    fn ask(&self, command: Command) {
        self.engine.commands.send(command).unwrap();
    }

    #[track_caller]
    fn until(&mut self, what: &str, holds: impl Fn(&Sweep) -> bool) {
        let begun = Instant::now();
        while !holds(&self.sweep) {
            assert!(begun.elapsed() < Duration::from_mins(1), "not {what}");
            if let Ok(event) = self.engine.events.recv_timeout(Duration::from_millis(20)) {
                self.events.push(event.clone());
                self.sweep.apply(event);
            }
        }
    }

    fn runs(&self, wanted: impl Fn(u32, u32) -> bool) -> Vec<RunId> {
        let is_wanted = |row: &&Row| row.label.pairing().is_some_and(|(size, iid)| wanted(size, iid));
        self.sweep.rows().iter().filter(is_wanted).map(|row| row.id.clone()).collect()
    }

    fn end(mut self) -> Sweep {
        self.ask(Command::Stop);
        self.until("closed", |sweep| sweep.closed);
        self.engine.wait();
        self.sweep
    }
}

fn step(sweep: &Sweep, run: &RunId) -> u64 {
    sweep.row(run).unwrap().history.step
}

fn running(sweep: &Sweep) -> usize {
    sweep.tally().running
}

fn finished(sweep: &Sweep) -> usize {
    sweep.tally().finished
}

fn progress<'s>(sweep: &'s Sweep, run: &RunId) -> &'s Progress {
    &sweep.row(run).unwrap().history.progress
}

#[test]
fn a_paused_run_leaves_its_worker_to_others_and_ends_with_the_same_numbers() {
    let (whole, paused) = (World::new(), World::new());
    whole.write_spec(SPEC);
    paused.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let mut steered = Steered::start(&paused, 1);
    steered.until("planned", |sweep| !sweep.rows().is_empty());
    let first = steered.runs(|batch_size, iid| (batch_size, iid) == (2, 0));
    let run = first[0].clone();
    steered.until("well under way", |sweep| step(sweep, &run) > 20);
    steered.ask(Command::Pause(first.clone()));
    steered.until("done but for it", |sweep| finished(sweep) == 3);
    let row = steered.sweep.row(&run).unwrap();
    assert_eq!((row.intent, &row.history.progress), (Intent::Pause, &Progress::Interrupted));
    assert!(!steered.sweep.idle, "what is kept back is still to be trained");
    steered.ask(Command::Resume(first));
    steered.until("done", |sweep| sweep.idle);
    let went_on = |event: &SweepEvent| {
        matches!(event, SweepEvent::Run { run: of, entry, .. } if *of == run
            && matches!(entry.event, RunEvent::Started { step } if step > 20))
    };
    assert!(steered.events.iter().any(went_on), "it began anew");
    steered.end();
    assert_eq!(paused.histories(), whole.histories());
}

#[test]
fn cancelled_runs_keep_their_work_or_leave_the_store_and_can_be_trained_after_all() {
    let world = World::new();
    world.write_spec(SPEC);
    let mut steered = Steered::start(&world, 1);
    steered.until("planned", |sweep| !sweep.rows().is_empty());
    let (kept, discarded) = (steered.runs(|_, iid| iid == 0), steered.runs(|_, iid| iid == 1));
    let (at_work, next) = (kept[0].clone(), discarded[0].clone());
    steered.until("under way", |sweep| step(sweep, &at_work) > 10);
    steered.ask(Command::Cancel(kept.clone()));
    steered.until("the next", |sweep| step(sweep, &next) > 10);
    assert!(world.histories().contains_key(&(2, 0)), "a checkpoint stays");
    steered.ask(Command::Discard(discarded.clone()));
    steered.until("nothing to do", |sweep| sweep.idle);
    assert!(!world.histories().contains_key(&(2, 1)), "what was trained is gone");
    assert_eq!(step(&steered.sweep, &next), 0, "and nobody shows it any more");
    assert_eq!(steered.sweep.tally().cancelled, 4);

    steered.ask(Command::Again([kept, discarded].concat()));
    steered.until("taken up", |sweep| sweep.tally().to_train == 4);
    steered.until("done after all", |sweep| sweep.idle);
    steered.end();
    let whole = World::new();
    whole.write_spec(SPEC);
    whole.run(&[]).expect(0);
    assert_eq!(world.histories(), whole.histories());
}

#[test]
fn what_another_process_finishes_meanwhile_is_neither_discarded_nor_lost_from_sight() {
    let world = World::new();
    world.write_spec(SPEC);
    let mut steered = Steered::start(&world, 1);
    steered.until("planned", |sweep| !sweep.rows().is_empty());
    steered.ask(Command::Pause(steered.runs(|_, _| true)));
    steered.until("at rest", |sweep| sweep.tally().paused == 4 && running(sweep) == 0);
    world.run(&[]).expect(0);
    let (discarded, cancelled) = (steered.runs(|_, iid| iid == 0), steered.runs(|_, iid| iid == 1));
    steered.ask(Command::Cancel(cancelled.clone()));
    steered.ask(Command::Discard(discarded));
    steered.until("told that two are finished", |sweep| finished(sweep) == 2);
    steered.ask(Command::Again(cancelled));
    steered.until("told that all are", |sweep| finished(sweep) == 4 && sweep.idle);
    steered.end();
    let store = Store::open(&world.store()).unwrap();
    assert_eq!(store.runs().unwrap().iter().filter(|(folder, _)| folder.result().is_some()).count(), 4);
}

#[test]
fn an_arm_that_cannot_be_planned_is_not_remembered() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\n");
    let changes = changes_of("test", "updates_of=100000").unwrap();
    let mut steered = Steered::start(&world, 1);
    steered.ask(Command::AddArm(Arm { name: "too-large".into(), changes }, QueuePosition::Last));
    steered.until("told why not", |sweep| sweep.broken.as_ref().is_some_and(|words| words.contains("too-large")));
    steered.end();
    assert_eq!(open(&world, 1).prepared.spec.arms.len(), 1);
}

#[test]
fn a_failed_run_is_trained_again_when_asked() {
    let world = World::new();
    // a rate that leaves the numbers within an update or two
    world.write_spec("[train]\nbatch_sizes = [2]\ninstances = 1\nepochs = 2\nlearning_rate = 1e30\nwarmup_ratio = 0\n");
    let mut steered = Steered::start(&world, 1);
    steered.until("failed", |sweep| sweep.tally().failed == 1 && sweep.idle);
    steered.ask(Command::Again(steered.runs(|_, _| true)));
    steered.until("taken up", |sweep| !sweep.idle);
    steered.until("failed again", |sweep| sweep.tally().failed == 1 && sweep.idle);
    let sweep = steered.end();
    assert_eq!(sweep.rows()[0].attempts.all().len(), 2);
}

#[test]
fn workers_come_and_go_and_what_one_leaves_the_others_take_up() {
    let (whole, changed) = (World::new(), World::new());
    whole.write_spec(SPEC);
    changed.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let mut steered = Steered::start(&changed, 1);
    steered.until("one at work", |sweep| running(sweep) == 1);
    steered.ask(Command::Workers(3));
    steered.until("three at work", |sweep| running(sweep) == 3);
    steered.ask(Command::Workers(1));
    steered.until("one left", |sweep| running(sweep) == 1);
    steered.until("done", |sweep| sweep.idle);
    steered.end();
    assert_eq!(changed.histories(), whole.histories());
}

#[test]
fn further_instances_and_forgotten_arms_are_remembered_by_the_experiment() {
    const TRAIN: &str = "[train]\nbatch_sizes = [2, 8]\ninstances = 1\nepochs = 2\nlearning_rate = 1e-3\n";
    let world = World::new();
    world.write_spec(TRAIN);
    let no_dropout = changes_of("test", "dropout=off").unwrap();
    let arm = Arm { name: "no-dropout".into(), changes: no_dropout };
    let mut steered = Steered::start(&world, 2);
    steered.until("done", |sweep| sweep.idle);
    steered.ask(Command::AddArm(arm.clone(), QueuePosition::Last));
    steered.until("the arm", |sweep| sweep.rows().len() == 4);
    steered.ask(Command::Instances { instances: 2, arms: vec![Arm::baseline(), arm.clone()] });
    steered.until("the instance of both", |sweep| sweep.rows().len() == 8 && sweep.idle);
    steered.end();
    let again = open(&world, 1).prepared;
    assert_eq!((again.spec.train.instances, again.spec.arms.len()), (2, 2));
    let report = world.json(&["report", world.path("spec.toml").to_str().unwrap(), "--json"]);
    assert_eq!(report["effect"]["n"], 2, "{report}");
    let (_, spec) = Store::open(&world.store()).unwrap().specs().unwrap().remove(0);
    assert!(!spec.contains("no-dropout"), "what was added stands beside the spec: {spec}");

    // the same arm by another name, in the spec now: one cause, not two
    world.write_spec(&format!("{TRAIN}[arms]\nwithout-dropout = {{ dropout = \"off\" }}\n"));
    let report = world.json(&["report", world.path("spec.toml").to_str().unwrap(), "--json"]);
    let is_arm = |cause: &&serde_json::Value| cause["kind"] != "proof";
    assert_eq!(report["causes"].as_array().unwrap().iter().filter(is_arm).count(), 1, "{report}");
    world.write_spec(TRAIN);

    let mut steered = Steered::start(&world, 1);
    steered.until("nothing to do", |sweep| sweep.idle);
    steered.ask(Command::ForgetArm(arm.name));
    steered.end();
    assert_eq!(open(&world, 1).prepared.spec.arms.len(), 1);
    assert_eq!(Store::open(&world.store()).unwrap().runs().unwrap().len(), 8, "finished runs stay");
}

/// The arm starts at once, the run that it displaced resumes, and no result changes.
#[test]
fn an_arm_that_is_trained_next_gets_a_worker_at_once_and_changes_no_number() {
    let (whole, steered_world) = (World::new(), World::new());
    let arm = Arm { name: "no-dropout".into(), changes: changes_of("test", "dropout=off").unwrap() };
    steered_world.write_spec(SPEC);
    let mut steered = Steered::start(&steered_world, 1);
    steered.until("planned", |sweep| !sweep.rows().is_empty());
    let first = steered.runs(|_, _| true)[0].clone();
    steered.until("under way", |sweep| step(sweep, &first) > 20);
    steered.ask(Command::AddArm(arm.clone(), QueuePosition::Next));
    let has_begun =
        |sweep: &Sweep| sweep.rows().iter().any(|row| row.label.arm() == "no-dropout" && row.history.step > 0);
    steered.until("at the new arm", has_begun);
    assert_eq!(finished(&steered.sweep), 0, "nobody waited for an end");
    assert_eq!(progress(&steered.sweep, &first), &Progress::Interrupted, "it gave way with a checkpoint");
    steered.until("done", |sweep| sweep.idle);
    let of_arm = |event: &SweepEvent| match event {
        SweepEvent::Run { run, entry, .. } if matches!(entry.event, RunEvent::Finished { .. }) => Some(run.clone()),
        _ => None,
    };
    let ended: Vec<RunId> = steered.events.iter().filter_map(of_arm).collect();
    let order = ended.iter().map(|run| {
        let label = &steered.sweep.row(run).unwrap().label;
        (label.arm(), label.iid.unwrap())
    });
    let (new, old) = ("no-dropout", "baseline");
    let expected = [(new, 0), (new, 0), (old, 0), (new, 1), (old, 0), (new, 1), (old, 1), (old, 1)];
    assert_eq!(order.collect::<Vec<_>>(), expected);
    steered.end();

    whole.write_spec(&format!("{SPEC}[arms]\nno-dropout = {{ dropout = \"off\" }}\n"));
    whole.run(&[]).expect(0);
    assert_eq!(curves(&steered_world), curves(&whole));
}

/// The history of every run, by its name.
fn curves(world: &World) -> BTreeMap<String, History> {
    let runs = Store::open(&world.store()).unwrap().runs().unwrap();
    let events = |folder: &RunFolder| {
        let attempts = read_journal(folder).unwrap().into_iter();
        attempts.flat_map(|(_, entries)| entries).map(|entry| entry.event).collect::<Vec<_>>()
    };
    runs.iter()
        .map(|(folder, _)| {
            (folder.path().file_name().unwrap().to_string_lossy().into(), History::replay(&events(folder)))
        })
        .collect()
}

#[test]
fn steering_is_quick_while_every_worker_trains() {
    let world = World::new();
    world.write_spec(SPEC);
    let mut steered = Steered::start(&world, 2);
    steered.until("under way", |sweep| running(sweep) == 2);
    let all = steered.runs(|_, _| true);
    steered.ask(Command::Pause(all));
    steered.until("at rest", |sweep| sweep.tally().paused == 4 && running(sweep) == 0);
    let sweep = steered.end();
    let rows = sweep.rows().iter();
    assert!(rows.clone().all(|row| progress(&sweep, &row.id) != &Progress::Finished), "nobody waited for an end");
}

/// A front that takes nothing, as behind a terminal that was stopped with Ctrl-S, beside another process on the same
/// store: that one ends only once every run is finished, those of the first included.
#[test]
fn a_front_that_takes_nothing_does_not_hold_up_training() {
    let frozen = World::new();
    // a run has more entries than the channels of an engine hold
    frozen.write_spec("[train]\nbatch_sizes = [2]\ninstances = 2\nepochs = 300\nlearning_rate = 1e-3\n");
    let engine = Engine::start(&open(&frozen, 1));
    let begun = Instant::now();
    while frozen.events() < 40 {
        assert!(begun.elapsed() < Duration::from_mins(1), "not under way");
        std::thread::sleep(Duration::from_millis(10));
    }
    frozen.run(&["--workers", "1"]).expect(0);
    let store = Store::existing(&frozen.store()).unwrap();
    let runs = store.runs().unwrap();
    assert!(runs.len() == 2 && runs.iter().all(|(run, _)| run.result().is_some()), "everything is trained");
    // the front receives what it missed now, each entry once and in order
    let mut steered = Steered { engine, sweep: Sweep::default(), events: Vec::new() };
    steered.until("told everything", |sweep| sweep.idle && finished(sweep) == 2);
    let mut told = 0;
    for (run, _) in &runs {
        for (attempt, entries) in read_journal(run).unwrap() {
            let here = |event: &SweepEvent| match event {
                SweepEvent::Run { run: of, attempt: number, entry } if of == run.id() && *number == attempt => {
                    Some(entry.clone())
                }
                _ => None,
            };
            let heard: Vec<_> = steered.events.iter().filter_map(here).collect();
            assert!(heard.is_empty() || heard == entries, "attempt {attempt} of {}", run.id());
            told += heard.len();
        }
    }
    assert!(told > 9000, "only {told} entries of its own: the front was never full");
    steered.end();
}
