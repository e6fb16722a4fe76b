//! Runs of logs with their points: what was read, without points that a restarted run has replaced.

use super::label::LogLabel;
use super::watcher::LogEvent;
use std::collections::BTreeMap;

/// Tags of a run beyond this number are left out.
const MOST_TAGS: usize = 100_000;

/// Runs with the points of the tags that are wanted.
#[derive(Debug, Default)]
pub struct RunLogs {
    runs: Vec<RunLog>,
    /// the only tags to keep points of; empty: all
    wanted: Vec<String>,
}

/// A run with its points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunLog {
    pub name: String,
    pub label: LogLabel,
    /// of all tags; without points where they are not wanted
    pub tags: BTreeMap<String, Vec<LogPoint>>,
    /// the greatest of any tag
    pub last_step: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogPoint {
    pub step: u64,
    /// seconds since 1970
    pub time: Option<f64>,
    pub value: f64,
}

impl RunLogs {
    pub fn of_tags(wanted: Vec<String>) -> Self {
        Self { runs: Vec::new(), wanted }
    }

    /// Those of which a point was read.
    pub fn runs(&self) -> impl Iterator<Item = &RunLog> {
        self.runs.iter().filter(|run| !run.name.is_empty())
    }

    /// Adds what is new.
    pub fn apply(&mut self, event: LogEvent) {
        match event {
            LogEvent::Note(_) => {}
            LogEvent::Run { run, name, label } => {
                let history = self.run(run);
                (history.name, history.label) = (name, label);
            }
            LogEvent::Restart { run, prefix, step } => {
                let points = self.run(run).tags.iter_mut().filter(|(tag, _)| tag.starts_with(&prefix));
                points.for_each(|(_, points)| points.truncate(points.partition_point(|point| point.step < step)));
            }
            LogEvent::Point { run, tag, step, time, value } => {
                let is_wanted = self.wanted.is_empty() || self.wanted.contains(&tag);
                let history = self.run(run);
                history.last_step = history.last_step.max(step);
                if !history.tags.contains_key(&tag) && history.tags.len() >= MOST_TAGS {
                    return;
                }
                let points = history.tags.entry(tag).or_default();
                if is_wanted {
                    if points.last().is_some_and(|last| last.step >= step) {
                        points.truncate(points.partition_point(|point| point.step < step));
                    }
                    points.push(LogPoint { step, time, value });
                }
            }
        }
    }

    fn run(&mut self, run: usize) -> &mut RunLog {
        if run >= self.runs.len() {
            self.runs.resize(run + 1, RunLog::default());
        }
        &mut self.runs[run]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_points_are_gone() {
        let mut histories = RunLogs::of_tags(vec!["a".into(), "x/b".into()]);
        let point = |tag: &str, step, value| LogEvent::Point { run: 0, tag: tag.into(), step, time: None, value };
        histories.apply(LogEvent::Run { run: 0, name: "one".into(), label: LogLabel::default() });
        for event in [point("a", 1, 0.1), point("a", 2, 0.2), point("x/b", 2, 0.3), point("c", 9, 0.0)] {
            histories.apply(event);
        }
        let values = |histories: &RunLogs, tag: &str| -> Vec<f64> {
            let run = histories.runs().next().unwrap();
            run.tags[tag].iter().map(|point| point.value).collect()
        };
        histories.apply(LogEvent::Restart { run: 0, prefix: "x/".into(), step: 2 });
        assert_eq!((values(&histories, "a"), values(&histories, "x/b")), (vec![0.1, 0.2], vec![]));
        histories.apply(point("a", 2, 0.5));
        assert_eq!((values(&histories, "a"), values(&histories, "c")), (vec![0.1, 0.5], vec![]), "c is not wanted");
        assert_eq!(histories.runs().next().unwrap().last_step, 9);
    }
}
