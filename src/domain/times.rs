//! Times of the updates and evaluations of a run, on a clock that runs only during training.

use super::event::{JournalEntry, RunEvent};
use super::history::History;

/// Seconds of training, in step with the lists of a [`History`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    pub updates: Vec<f64>,
    pub evaluations: Vec<f64>,
    /// duration of every update
    pub spans: Vec<f32>,
    /// seconds of training that the newest attempt began with, and when that was
    began: (f64, f64),
    /// time of the newest event
    last: f64,
}

impl Times {
    /// `history` includes the event already.
    pub fn apply(&mut self, entry: &JournalEntry, history: &History) {
        match entry.event {
            RunEvent::Started { .. } => {
                self.updates.truncate(history.updates.len());
                self.spans.truncate(history.updates.len());
                self.evaluations.truncate(history.evaluations.len());
                self.began = (self.seconds(), entry.time);
                self.last = entry.time;
            }
            RunEvent::Update { .. } => {
                self.spans.push((entry.time - self.last).max(0.0) as f32);
                self.updates.push(self.since(entry.time));
            }
            RunEvent::Evaluation { .. } => self.evaluations.push(self.since(entry.time)),
            _ => {}
        }
        self.last = entry.time;
    }

    /// Seconds of training so far.
    pub fn seconds(&self) -> f64 {
        let last = |times: &[f64]| times.last().copied().unwrap_or(0.0);
        last(&self.updates).max(last(&self.evaluations))
    }

    /// Never decreases, even if the machine's clock is set back.
    fn since(&self, time: f64) -> f64 {
        (self.began.0 + time - self.began.1).max(self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_takes_no_time() {
        let (mut history, mut times) = (History::default(), Times::default());
        let mut tell = |time: f64, event: RunEvent| {
            let entry = JournalEntry { number: 0, time, event };
            history.apply(&entry.event);
            times.apply(&entry, &history);
        };
        let update = |step| RunEvent::Update { step, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
        tell(100.0, RunEvent::Started { step: 0 });
        tell(101.0, update(1));
        tell(103.0, update(2));
        tell(104.0, update(3));
        // cut off; the checkpoint was of update 2
        tell(900.0, RunEvent::Started { step: 2 });
        tell(900.5, update(3));
        assert_eq!(times.updates, [1.0, 3.0, 3.5]);
        assert_eq!(times.spans, [1.0, 2.0, 0.5]);
    }
}
