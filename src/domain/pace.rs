//! How fast runs go, measured from the times of their events, and what that says of runs not yet measured.

use super::event::{JournalEntry, RunEvent};

/// A gap this long between two updates, and far from their mean, is a machine that slept.
const SLEPT: f64 = 60.0;
/// How far from the mean that is.
const FAR: f64 = 20.0;
/// What an update costs beside its pairs, in pairs, while only one batch size is measured (docs/PERFORMANCE.md).
const OVERHEAD: f64 = 2.0;

/// Something that was done several times, and how long that took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timed {
    seconds: f64,
    /// the same as it would have been on a core of its own
    alone: f64,
    pub(super) count: u64,
}

impl Timed {
    fn mean(self) -> Option<f64> {
        (self.count > 0 && self.seconds > 0.0).then(|| self.seconds / self.count as f64)
    }

    pub(super) fn mean_alone(self) -> Option<f64> {
        (self.count > 0 && self.alone > 0.0).then(|| self.alone / self.count as f64)
    }

    fn add(&mut self, seconds: f64, sharing: f64) {
        if seconds > SLEPT && self.mean().is_some_and(|mean| seconds > FAR * mean) {
            return;
        }
        self.lengthen(seconds, sharing);
        self.count += 1;
    }

    fn lengthen(&mut self, seconds: f64, sharing: f64) {
        self.seconds += seconds.max(0.0);
        self.alone += seconds.max(0.0) / sharing;
    }

    pub(super) fn join(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.alone += other.alone;
        self.count += other.count;
    }
}

/// How fast the newest attempt of a run goes: updates and evaluations apart, for they come at different times.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    last: Option<f64>,
    pub(super) updates: Timed,
    pub(super) evaluations: Timed,
}

impl Pace {
    /// `sharing`: how many runs shared a core meanwhile, at least 1.
    pub fn apply(&mut self, entry: &JournalEntry, sharing: f64) {
        if let RunEvent::Started { .. } = entry.event {
            *self = Self::default();
        }
        let since = self.last.replace(entry.time).map(|last| entry.time - last);
        match (&entry.event, since) {
            (RunEvent::Update { .. }, Some(seconds)) => self.updates.add(seconds, sharing),
            (RunEvent::Evaluation { .. }, Some(seconds)) => self.evaluations.add(seconds, sharing),
            // what comes with updates, and not with every one
            (RunEvent::Checkpointed { .. }, Some(seconds)) => self.updates.lengthen(seconds, sharing),
            _ => {}
        }
    }

    pub fn updates_per_second(&self) -> Option<f64> {
        self.updates.mean().map(f64::recip)
    }

    /// Seconds that these many updates and evaluations take at this pace.
    pub fn seconds(&self, updates: u64, evaluations: u64) -> Option<f64> {
        Some(updates as f64 * self.updates.mean()? + evaluations as f64 * self.evaluations.mean().unwrap_or(0.0))
    }
}

/// Seconds of an update at a batch size, on straight lines through those measured: an update has a fixed cost and one
/// for every pair. Outside the measured sizes a larger batch is never faster, and never slower for each of its pairs.
pub fn along(curve: &[(f64, f64)], size: f64) -> Option<f64> {
    let next = curve.partition_point(|(known, _)| *known < size);
    let (first, last) = (curve.first()?, curve.last()?);
    let [(low, slow), (high, fast)] = match curve {
        [(known, seconds)] => return Some(seconds * (size + OVERHEAD) / (known + OVERHEAD)),
        _ => {
            let start = next.clamp(1, curve.len() - 1);
            [curve[start - 1], curve[start]]
        }
    };
    let seconds = slow + (fast - slow) * (size - low) / (high - low);
    let within = |nearest: &(f64, f64)| {
        let proportional = nearest.1 * size / nearest.0;
        seconds.clamp(proportional.min(nearest.1), proportional.max(nearest.1))
    };
    Some(if size < first.0 {
        within(first)
    } else if size > last.0 {
        within(last)
    } else {
        seconds
    })
}

/// When the last is done: those under way go on, and whoever is free takes the next in line. What each takes is meant
/// for a core of its own; where there are more runs than cores, they share them evenly.
pub fn last_done(
    workers: usize,
    cores: Option<usize>,
    under_way: Vec<f64>,
    mut waiting: impl Iterator<Item = f64>,
) -> f64 {
    // all runs advance alike: one clock of work done, by which each run has its end
    let (mut ends, mut work, mut time) = (under_way, 0.0, 0.0);
    loop {
        while ends.len() < workers.max(1) {
            match waiting.next() {
                Some(seconds) => ends.push(work + seconds),
                None => break,
            }
        }
        let first = ends.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((place, end)) = first else { return time };
        time += (end - work) * sharing(ends.len(), cores);
        work = end;
        ends.swap_remove(place);
    }
}

/// How many of so many runs share a core, at least 1.
pub fn sharing(runs: usize, cores: Option<usize>) -> f64 {
    cores.map_or(1.0, |cores| (runs as f64 / cores.max(1) as f64).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_free_takes_the_next_in_line() {
        assert_eq!(last_done(2, None, vec![5.0, 1.0], [3.0, 3.0].into_iter()), 7.0);
        // one long run at the end of the queue: the others idle
        assert_eq!(last_done(3, None, vec![], [1.0, 1.0, 1.0, 9.0].into_iter()), 10.0);
        assert_eq!(last_done(0, None, vec![], std::iter::empty()), 0.0);
        // one worker too many finishes its run and takes no other
        assert_eq!(last_done(1, None, vec![4.0, 1.0], [1.0].into_iter()), 5.0);
    }

    #[test]
    fn more_workers_than_cores_are_no_faster() {
        let runs = || [4.0; 12].into_iter();
        assert_eq!(last_done(1, Some(2), vec![], runs()), 48.0);
        for workers in [2, 3, 4, 6, 12, 100] {
            assert_eq!(last_done(workers, Some(2), vec![], runs()), 24.0, "{workers} workers");
        }
        assert_eq!(last_done(4, Some(4), vec![], runs()), 12.0);
        // the last has the other core to itself, and cannot use it
        assert_eq!(last_done(3, Some(2), vec![2.0, 2.0, 6.0], std::iter::empty()), 3.0 + 4.0);
    }

    #[test]
    fn unmeasured_batch_sizes_lie_on_lines_through_the_measured() {
        assert_eq!(along(&[], 8.0), None);
        assert_eq!(along(&[(8.0, 10.0)], 18.0), Some(20.0));
        let curve = [(2.0, 12.0), (8.0, 18.0), (64.0, 74.0)];
        for (size, seconds) in [(2.0, 12.0), (5.0, 15.0), (16.0, 26.0), (128.0, 138.0), (1.0, 11.0)] {
            assert_eq!(along(&curve, size), Some(seconds), "batch size {size}");
        }
        // noise that says larger batches are faster is not followed beyond what was measured
        assert_eq!(along(&[(2.0, 12.0), (8.0, 10.0)], 64.0), Some(10.0));
        assert_eq!(along(&[(2.0, 1.0), (8.0, 10.0)], 64.0), Some(80.0), "nor that each of their pairs is slower");
    }

    #[test]
    fn a_machine_that_slept_is_not_slow() {
        let mut pace = Pace::default();
        let update = |number: u64, time: f64| {
            let event =
                RunEvent::Update { step: number, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
            JournalEntry { number, time, event }
        };
        for step in 1..=11 {
            pace.apply(&update(step, step as f64), 1.0);
        }
        pace.apply(&update(12, 8.0 * 3600.0), 1.0);
        assert_eq!(pace.updates_per_second(), Some(1.0));
    }
}
