//! Killed and stopped runs go on, and end as if nothing had happened.

use crate::support::{World, journals};
use batchscope::domain::event::RunEvent;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Long enough to be hit in the middle, many times.
const SPEC: &str = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 60\nlearning_rate = 1e-3\n[store]\ncheckpoint_seconds = 0\n";

fn start(world: &World) -> Child {
    world.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Events on disk so far. No store yet, no events.
fn events(world: &World) -> usize {
    if world.store().exists() { journals(&world.store()).values().map(Vec::len).sum() } else { 0 }
}

#[test]
fn a_killed_sweep_ends_bit_identical() {
    let (whole, killed) = (World::new(), World::new());
    whole.write_spec(SPEC);
    killed.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let mut kills = 0;
    loop {
        let mut child = start(&killed);
        // after more progress than last time and another moment every time, whatever the speed of the machine
        let enough = events(&killed) + 150 + 40 * (kills % 5);
        while events(&killed) < enough && child.try_wait().unwrap().is_none() {
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

#[cfg(unix)]
#[test]
fn a_terminated_sweep_checkpoints_and_leaves_at_once() {
    let (whole, stopped) = (World::new(), World::new());
    whole.write_spec(SPEC);
    stopped.write_spec(SPEC);
    whole.run(&[]).expect(0);
    let mut child = start(&stopped);
    let begun = Instant::now();
    while events(&stopped) < 40 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing was trained");
        std::thread::sleep(Duration::from_millis(20));
    }
    let asked = Instant::now();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(child.id() as i32).unwrap(),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(2), "took {:?} to leave", asked.elapsed());
    let left = journals(&stopped.store());
    assert!(left.values().flatten().any(|event| matches!(event, RunEvent::Stopped { step } if *step > 0)));
    stopped.run(&[]).expect(0);
    assert_eq!(stopped.histories(), whole.histories());
}

#[test]
fn two_processes_on_one_store_share_the_work() {
    let (alone, shared) = (World::new(), World::new());
    alone.write_spec(SPEC);
    shared.write_spec(SPEC);
    alone.run(&[]).expect(0);
    let mut other = start(&shared);
    shared.run(&[]).expect(0);
    assert!(other.wait().unwrap().success());
    assert_eq!(shared.histories(), alone.histories());
    for (cell, events) in journals(&shared.store()) {
        let starts = events.iter().filter(|event| matches!(event, RunEvent::Started { .. })).count();
        assert_eq!(starts, 1, "{cell:?} was trained {starts} times");
    }
}
