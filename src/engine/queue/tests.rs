//! Which run comes next, whatever happened before.

use super::*;
use crate::domain::identity::run_id;
use crate::domain::run::made_up::spec as example;
use crate::store::Store;

/// Runs of two instances at two batch sizes.
fn jobs() -> Vec<Job> {
    let store = Store::open(tempfile::tempdir().unwrap().path()).unwrap();
    let cells = [(2, 1), (8, 1), (2, 0), (8, 0)];
    let job = |(batch_size, iid)| {
        let spec = crate::domain::run::RunSpec { iid, ..example(batch_size, 80) };
        let planned = PlannedRun { id: run_id(&spec), arm: "baseline".into(), spec, keep_weights: false };
        let folder = store.run(&planned.id);
        Job { planned, folder, place: None, weights_of: None, asked_before: false, retry: false }
    };
    cells.map(job).into()
}

fn queue(workers: usize) -> Queue {
    let queue = Queue::default();
    assert_eq!(queue.set_workers(workers), workers);
    queue.add(jobs());
    queue
}

fn next(queue: &Queue) -> Assignment {
    queue.next().expect("a run waits")
}

fn cell(assignment: &Assignment) -> (u32, u32) {
    (assignment.job.planned.spec.batch_size, assignment.job.planned.spec.iid)
}

#[test]
fn an_instance_of_every_cell_comes_before_the_next() {
    let queue = queue(1);
    let order: Vec<_> = (0..4).map(|_| cell(&next(&queue))).collect();
    assert_eq!(order, [(2, 0), (8, 0), (2, 1), (8, 1)]);
}

#[test]
fn a_paused_run_frees_its_worker_and_comes_back_at_its_turn() {
    let queue = queue(1);
    let first = next(&queue);
    let run = [first.job.planned.id.clone()];
    assert_eq!(queue.pause(&run), run);
    assert!(first.interrupt.is_asked());
    queue.release(first, Release::Stopped);
    let second = next(&queue);
    assert_eq!(cell(&second), (8, 0));
    queue.release(second, Release::Done);
    assert_eq!(queue.resume(&run), run);
    assert_eq!(cell(&next(&queue)), (2, 0), "before those of the next instance");
}

/// Two instances of another arm.
fn other_arm() -> Vec<Job> {
    let mut jobs = jobs();
    for job in &mut jobs {
        job.planned.spec.learning_rate = 1e-4;
        job.planned.arm = "other".into();
        job.planned.id = run_id(&job.planned.spec);
    }
    jobs
}

fn planned(jobs: &[Job]) -> Vec<PlannedRun> {
    jobs.iter().map(|job| job.planned.clone()).collect()
}

fn arms(queue: &Queue, count: usize) -> Vec<String> {
    let assignment = |_| {
        let assignment = next(queue);
        let (arm, iid) = (assignment.job.planned.arm.clone(), assignment.job.planned.spec.iid);
        queue.release(assignment, Release::Done);
        format!("{arm} {iid}")
    };
    (0..count).map(assignment).collect()
}

#[test]
fn the_first_instance_of_a_preferred_arm_comes_first_and_the_rest_alternate_with_the_others() {
    let expected = ["other 0", "other 0", "baseline 0", "other 1", "baseline 0", "other 1", "baseline 1", "baseline 1"];
    let before = queue(1);
    before.prefer(&planned(&other_arm()));
    before.add(other_arm());
    assert_eq!(arms(&before, 8), expected);
    let after = queue(1);
    after.add(other_arm());
    after.prefer(&planned(&other_arm()));
    assert_eq!(arms(&after, 8), expected, "whether it waits already or not");
}

#[test]
fn an_urgent_run_takes_the_worker_that_began_last_and_no_other() {
    let queue = queue(2);
    let (first, second) = (next(&queue), next(&queue));
    queue.prefer(&planned(&other_arm()));
    assert!(!second.interrupt.is_asked(), "nothing of it is here yet");
    queue.add(other_arm());
    assert!(!first.interrupt.is_asked() && second.interrupt.is_asked());
    queue.release(second, Release::Stopped);
    let urgent = next(&queue);
    assert_eq!(urgent.job.planned.arm, "other");
    queue.prefer(&planned(&other_arm()));
    assert!(!first.interrupt.is_asked(), "one is running already");
    queue.release(urgent, Release::Done);
    queue.release(first, Release::Done);
    assert_eq!(arms(&queue, 2), ["other 0", "baseline 0"], "what was set aside is the first of the others");
}

#[test]
fn an_idle_worker_takes_an_urgent_run_and_no_other_run_stops() {
    let queue = queue(2);
    queue.cancel(&planned(&jobs()[1..]).into_iter().map(|run| run.id).collect::<Vec<_>>(), false);
    let only = next(&queue);
    queue.prefer(&planned(&other_arm()));
    queue.add(other_arm());
    assert!(!only.interrupt.is_asked());
    assert_eq!(next(&queue).job.planned.arm, "other");
}

#[test]
fn the_latest_preference_comes_first() {
    let queue = queue(1);
    let all = planned(&jobs());
    queue.prefer(&all[..1]);
    queue.prefer(&all[1..2]);
    assert_eq!((cell(&next(&queue)), cell(&next(&queue))), ((8, 1), (2, 1)));
}

#[test]
fn everything_paused_is_not_the_end() {
    let queue = queue(1);
    let all: Vec<RunId> = jobs().into_iter().map(|job| job.planned.id).collect();
    assert_eq!(queue.pause(&all).len(), 4);
    assert!(!queue.is_empty());
    let (cancelled, gone) = queue.cancel(&all, true);
    assert_eq!((cancelled.len(), gone.len(), queue.is_empty()), (4, 4, true));
}

#[test]
fn a_run_that_is_resumed_while_it_stops_is_trained_on() {
    let queue = queue(1);
    let first = next(&queue);
    let run = [first.job.planned.id.clone()];
    queue.pause(&run);
    assert_eq!(queue.resume(&run), run);
    queue.release(first, Release::Stopped);
    assert_eq!(cell(&next(&queue)), (2, 0));
}

#[test]
fn a_cancelled_run_stops_and_is_not_given_again() {
    let queue = queue(2);
    let first = next(&queue);
    let run = [first.job.planned.id.clone()];
    let (cancelled, gone) = queue.cancel(&run, true);
    assert!(cancelled == run && gone.is_empty() && queue.is_discarded(&run[0]));
    assert!(queue.pause(&run).is_empty(), "a cancelled run cannot be paused");
    queue.release(first, Release::Stopped);
    assert!(!queue.holds(&run[0]));
    assert_eq!(cell(&next(&queue)), (8, 0));
}

#[test]
fn of_too_many_workers_the_one_that_began_last_leaves() {
    let queue = queue(2);
    let (first, second) = (next(&queue), next(&queue));
    assert_eq!(queue.set_workers(1), 0);
    assert!(!first.interrupt.is_asked() && second.interrupt.is_asked());
    queue.release(second, Release::Stopped);
    assert!(queue.next().is_none());
    queue.release(first, Release::Done);
    assert_eq!(cell(&next(&queue)), (8, 0), "given back, it is the next");
    assert_eq!(queue.set_workers(3), 2);
}

#[test]
fn what_only_scores_otherwise_waits_for_the_weights_or_their_end() {
    let queue = Queue::default();
    queue.set_workers(1);
    let mut jobs = jobs();
    jobs.truncate(2);
    let plain = jobs[0].planned.id.clone();
    jobs[0].planned.keep_weights = true;
    jobs[1].weights_of = Some(plain.clone());
    // its turn is first
    jobs[1].planned.spec.iid = 0;
    queue.add(jobs);
    let assignment = next(&queue);
    assert_eq!(assignment.job.planned.id, plain);
    queue.cancel(&[plain], false);
    queue.release(assignment, Release::Stopped);
    assert_eq!(next(&queue).job.planned.spec.iid, 0, "weights that will not come are not waited for");
}
