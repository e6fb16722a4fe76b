//! The attempts at a run: start, progress and end of each.

use super::event::{JournalEntry, RunEvent};

#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// times of its first and newest event, in seconds since 1970
    pub began: f64,
    pub last: f64,
    /// updates done at its start, and now
    pub from: u64,
    pub to: u64,
    pub end: AttemptEnd,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AttemptEnd {
    /// in progress, or cut off
    None,
    Finished,
    Stopped,
    Failed(String),
}

/// The attempts in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempts(Vec<Attempt>);

impl Attempts {
    pub fn all(&self) -> &[Attempt] {
        &self.0
    }

    pub fn apply(&mut self, entry: &JournalEntry) {
        if let RunEvent::Started { step } = entry.event {
            let (began, last) = (entry.time, entry.time);
            self.0.push(Attempt { began, last, from: step, to: step, end: AttemptEnd::None });
        }
        let Some(attempt) = self.0.last_mut() else { return };
        (attempt.last, attempt.to) = (entry.time, entry.event.step());
        match &entry.event {
            RunEvent::Finished { .. } => attempt.end = AttemptEnd::Finished,
            RunEvent::Stopped { .. } => attempt.end = AttemptEnd::Stopped,
            RunEvent::Failed { message, .. } => attempt.end = AttemptEnd::Failed(message.clone()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_is_an_attempt_with_its_own_end() {
        let events = [
            RunEvent::Started { step: 0 },
            RunEvent::Stopped { step: 4 },
            RunEvent::Started { step: 4 },
            // killed: nothing says so
            RunEvent::Started { step: 4 },
            RunEvent::Failed { step: 6, message: "the loss is NaN".into() },
        ];
        let mut attempts = Attempts::default();
        for (number, event) in events.into_iter().enumerate() {
            attempts.apply(&JournalEntry { number: number as u64, time: 10.0 * number as f64, event });
        }
        let told: Vec<_> = attempts.all().iter().map(|a| (a.from, a.to, a.last - a.began, a.end.clone())).collect();
        let failed = AttemptEnd::Failed("the loss is NaN".into());
        let expected = [(0, 4, 10.0, AttemptEnd::Stopped), (4, 4, 0.0, AttemptEnd::None), (4, 6, 10.0, failed)];
        assert_eq!(told, expected);
    }
}
