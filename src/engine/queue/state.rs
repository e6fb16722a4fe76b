//! What the queue knows, and how it chooses the next run. Changed under one lock.

use super::{Assignment, Job};
use crate::domain::command::Intent;
use crate::domain::id::RunId;
use crate::model::Interrupt;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

#[derive(Default)]
pub struct State {
    pub waiting: BTreeMap<Turn, Waiting>,
    pub paused: BTreeMap<Turn, Job>,
    pub running: HashMap<RunId, Running>,
    /// unfinished runs that will keep their final weights, which other runs may wait for
    pub will_keep_weights: HashSet<RunId>,
    /// until they are done
    pub preferred: HashMap<RunId, Preference>,
    /// number of preferences so far
    pub preferences: u32,
    /// whether the run that was started last was a preferred one: then it is the others' turn
    pub preferred_started: bool,
    /// how many plans were added so far
    pub plans: u32,
    /// how many runs were started so far
    pub started: u64,
    pub workers: usize,
    pub workers_allowed: usize,
    pub is_closed: bool,
}

/// Place among those that wait: number of the plan, turn of the run, place within that turn.
pub type Turn = (u32, u32, usize);

/// How a run is preferred to the others that wait.
#[derive(Clone, Copy)]
pub struct Preference {
    /// counts up: the latest preference comes first
    pub number: u32,
    /// of the first instance: all others wait for it
    pub is_urgent: bool,
}

pub struct Waiting {
    pub job: Job,
    /// another process was training it: it is not claimed again before then
    pub not_before: Option<Instant>,
}

pub struct Running {
    pub interrupt: Interrupt,
    pub intent: Intent,
    /// what was trained of it leaves the store
    pub discard: bool,
    /// counts up
    pub started: u64,
}

impl State {
    /// Starts the next run. One that another process was training is tried only when there is no other.
    pub fn start_next(&mut self) -> Option<Assignment> {
        let of = |fresh: bool| self.ready().filter(move |(_, waiting)| waiting.not_before.is_none() == fresh);
        let turn = self.first_of(of(true)).or_else(|| self.first_of(of(false)))?;
        let job = self.waiting.remove(&turn)?.job;
        let interrupt = Interrupt::default();
        self.preferred_started = self.preferred.contains_key(&job.planned.id);
        self.started += 1;
        let run =
            Running { interrupt: interrupt.clone(), intent: Intent::Train, discard: false, started: self.started };
        self.running.insert(job.planned.id.clone(), run);
        Some(Assignment { job, interrupt, turn })
    }

    /// Those that may be started.
    fn ready(&self) -> impl Iterator<Item = (&Turn, &Waiting)> {
        let now = Instant::now();
        self.waiting.iter().filter(move |(_, waiting)| {
            waiting.job.weights_of.as_ref().is_none_or(|plain| !self.will_keep_weights.contains(plain))
                && waiting.not_before.is_none_or(|time| time <= now)
        })
    }

    /// An urgent run; else a preferred run and another in turn.
    fn first_of<'w>(&self, ready: impl Iterator<Item = (&'w Turn, &'w Waiting)>) -> Option<Turn> {
        let (mut urgent, mut preferred, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (turn, waiting) in ready {
            match self.preferred.get(&waiting.job.planned.id) {
                Some(Preference { number, is_urgent: true }) => urgent.push((Reverse(*number), *turn)),
                Some(Preference { number, is_urgent: false }) => preferred.push((Reverse(*number), *turn)),
                None => others.push(*turn),
            }
        }
        let first = |turns: Vec<(Reverse<u32>, Turn)>| turns.into_iter().min().map(|(_, turn)| turn);
        let (urgent, preferred, others) = (first(urgent), first(preferred), others.into_iter().min());
        urgent.or(if self.preferred_started { others.or(preferred) } else { preferred.or(others) })
    }

    /// Where an urgent run waits and every worker is busy with others, the run that was started last stops.
    pub fn make_room(&mut self) {
        let is_urgent = |run: &RunId| self.preferred.get(run).is_some_and(|preference| preference.is_urgent);
        let waits = self.ready().any(|(_, waiting)| is_urgent(&waiting.job.planned.id));
        let is_served = self.running.iter().any(|(id, run)| is_urgent(id) || run.interrupt.is_asked());
        if waits && !is_served && self.running.len() >= self.workers {
            let newest = self.running.values().max_by_key(|run| run.started);
            newest.into_iter().for_each(|run| run.interrupt.ask());
        }
    }

    /// Removes those of the runs that are paused.
    pub fn take_paused(&mut self, runs: &[RunId]) -> BTreeMap<Turn, Job> {
        let (taken, kept) =
            std::mem::take(&mut self.paused).into_iter().partition(|(_, job)| runs.contains(&job.planned.id));
        self.paused = kept;
        taken
    }

    /// Places of those of the runs that wait.
    pub fn turns(&self, runs: &[RunId]) -> Vec<Turn> {
        let waiting = self.waiting.iter().filter(|(_, waiting)| runs.contains(&waiting.job.planned.id));
        waiting.map(|(turn, _)| *turn).collect()
    }

    /// Asks those of the runs that are running to stop. Returns them.
    pub fn stop(&mut self, runs: &[RunId], intent: Intent, discard: bool) -> Vec<RunId> {
        let mut stopped = Vec::new();
        for run in runs {
            // a cancelled run cannot be paused
            let Some(found) = self.running.get_mut(run).filter(|run| run.intent != Intent::Cancel) else { continue };
            (found.intent, found.discard) = (intent, discard);
            found.interrupt.ask();
            stopped.push(run.clone());
        }
        stopped
    }
}
