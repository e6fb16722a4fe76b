//! Events of logs, as the events of a sweep that the dashboard shows.

use super::watcher::LogEvent;
use crate::domain::event::SweepEvent;
use crate::domain::history::Progress;
use crate::domain::id::RunId;
use crate::domain::identity::id_of_name;
use crate::domain::run_label::LabelledRun;
use crate::domain::series::Sample;
use crate::domain::symbol::Symbol;
use std::collections::HashMap;

/// Samples of one event.
const BATCH: usize = 4096;
/// Metrics that are shown. Programs that log a value per layer have thousands.
const MOST_METRICS: usize = 10_000;
/// Seconds without a new point after which a run no longer counts as running.
const QUIET: f64 = 600.0;

/// Turns events of logs into events of a sweep.
#[derive(Debug, Default)]
pub struct EventConverter {
    runs: Vec<WatchedRun>,
    metrics: HashMap<String, Symbol>,
    /// whether some are left out
    is_cut: bool,
    /// the run of these samples
    run: usize,
    samples: Vec<(Symbol, Sample)>,
    /// runs that were found since the last event: labels of all may change at once
    found: Vec<LabelledRun>,
}

#[derive(Clone, Debug, Default)]
struct WatchedRun {
    id: Option<RunId>,
    updates: Option<u64>,
    step: u64,
    /// when its first point was logged
    begin: Option<f64>,
    /// when the newest point was logged, or else read
    newest: f64,
    is_running: bool,
}

impl WatchedRun {
    /// The state of a run at this time, by its steps and times: logs do not record that a run has ended.
    fn progress(&self, now: f64) -> Progress {
        match self.updates {
            // steps may be counted from 0
            Some(updates) if self.step + 1 >= updates => Progress::Finished,
            _ if now - self.newest < QUIET => Progress::Running,
            Some(_) => Progress::Interrupted,
            None => Progress::Finished,
        }
    }
}

impl EventConverter {
    /// `now` in seconds since 1970.
    pub fn convert(&mut self, event: LogEvent, now: f64, mut emit: impl FnMut(SweepEvent)) {
        match event {
            LogEvent::Note(words) => emit(SweepEvent::Damaged(words)),
            LogEvent::Run { run, name, label } => {
                self.flush_samples(now, &mut emit);
                if run >= self.runs.len() {
                    self.runs.resize(run + 1, WatchedRun::default());
                }
                let id = id_of_name(&name);
                self.runs[run].updates = label.updates;
                self.runs[run].id = Some(id.clone());
                self.found.push(LabelledRun { id, label: label.of_run(&name) });
            }
            LogEvent::Restart { run, prefix, step } => {
                self.flush(now, &mut emit);
                if let Some(id) = self.runs.get(run).and_then(|known| known.id.clone()) {
                    emit(SweepEvent::Rewound { run: id, prefix, step });
                }
            }
            LogEvent::Point { run, tag, step, time, value } => {
                if run != self.run || self.samples.len() >= BATCH || !self.found.is_empty() {
                    self.flush(now, &mut emit);
                    self.run = run;
                }
                let Some(known) = self.runs.get_mut(run) else { return };
                known.step = known.step.max(step);
                known.newest = time.unwrap_or(now);
                let begin = *known.begin.get_or_insert(known.newest);
                let seconds = time.map_or(0.0, |time| (time - begin).max(0.0));
                if self.metrics.len() >= MOST_METRICS && !self.metrics.contains_key(&tag) {
                    if !std::mem::replace(&mut self.is_cut, true) {
                        emit(SweepEvent::Noted(format!("more than {MOST_METRICS} metrics: the others are left out")));
                    }
                    return;
                }
                let metric = *self.metrics.entry(tag).or_insert_with_key(|tag| Symbol::of(tag));
                self.samples.push((metric, Sample { step, seconds, value }));
            }
        }
    }

    /// Emits the samples collected so far, and the runs that have stopped logging.
    pub fn end_poll(&mut self, now: f64, mut emit: impl FnMut(SweepEvent)) {
        self.flush(now, &mut emit);
        for known in self.runs.iter_mut().filter(|known| known.is_running) {
            let progress = known.progress(now);
            if let Some(run) = known.id.clone().filter(|_| progress != Progress::Running) {
                known.is_running = false;
                emit(SweepEvent::Logged { run, samples: Vec::new(), progress });
            }
        }
    }

    fn flush(&mut self, now: f64, emit: &mut impl FnMut(SweepEvent)) {
        self.flush_samples(now, emit);
        if !self.found.is_empty() {
            emit(SweepEvent::Found(std::mem::take(&mut self.found)));
        }
    }

    fn flush_samples(&mut self, now: f64, emit: &mut impl FnMut(SweepEvent)) {
        let samples = std::mem::take(&mut self.samples);
        let Some(known) = self.runs.get_mut(self.run).filter(|_| !samples.is_empty()) else { return };
        let Some(run) = known.id.clone() else { return };
        let progress = known.progress(now);
        known.is_running = progress == Progress::Running;
        emit(SweepEvent::Logged { run, samples, progress });
    }
}

#[cfg(test)]
mod tests {
    use super::super::label::LogLabel;
    use super::*;

    #[test]
    fn points_are_emitted_in_batches_with_the_state_of_their_run() {
        let (mut converter, mut events) = (EventConverter::default(), Vec::new());
        let label = LogLabel { updates: Some(10), ..LogLabel::default() };
        let point = |step, time| LogEvent::Point { run: 0, tag: "loss".into(), step, time: Some(time), value: 0.5 };
        for event in [LogEvent::Run { run: 0, name: "a".into(), label }, point(1, 100.0), point(2, 103.0)] {
            converter.convert(event, 110.0, |event| events.push(event));
        }
        converter.end_poll(110.0, |event| events.push(event));
        converter.end_poll(120.0, |event| events.push(event));
        converter.end_poll(2000.0, |event| events.push(event));
        converter.convert(point(10, 2001.0), 2002.0, |event| events.push(event));
        converter.end_poll(2002.0, |event| events.push(event));
        let logged: Vec<(usize, Progress)> = events
            .iter()
            .filter_map(|event| match event {
                SweepEvent::Logged { samples, progress, .. } => Some((samples.len(), progress.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(logged, [(2, Progress::Running), (0, Progress::Interrupted), (1, Progress::Finished)]);
        let SweepEvent::Logged { samples, .. } = &events[1] else { panic!("{events:?}") };
        assert_eq!((samples[1].1.step, samples[1].1.seconds), (2, 3.0));
    }
}
