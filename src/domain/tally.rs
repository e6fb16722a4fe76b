//! How many runs of a sweep are in which state, kept up with every event.

use super::command::Intent;
use super::history::Progress;
use super::row::Row;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub running: usize,
    /// of these, those that this process trains
    pub running_here: usize,
    pub finished: usize,
    pub failed: usize,
    /// neither finished nor failed, by what is intended
    pub to_train: usize,
    pub paused: usize,
    pub cancelled: usize,
}

impl Tally {
    /// Finished or failed.
    pub fn ended(&self) -> usize {
        self.finished + self.failed
    }

    pub(super) fn add(&mut self, row: &Row) {
        self.each(row, |count| *count += 1);
    }

    pub(super) fn remove(&mut self, row: &Row) {
        self.each(row, |count| *count -= 1);
    }

    /// Every count that the row is part of.
    fn each(&mut self, row: &Row, change: impl Fn(&mut usize)) {
        match row.history.progress {
            Progress::Running => {
                change(&mut self.running);
                if row.here {
                    change(&mut self.running_here);
                }
            }
            Progress::Finished => change(&mut self.finished),
            Progress::Failed(_) => change(&mut self.failed),
            Progress::Waiting | Progress::Interrupted => {}
        }
        if row.is_open() {
            change(match row.intent {
                Intent::Train => &mut self.to_train,
                Intent::Pause => &mut self.paused,
                Intent::Cancel => &mut self.cancelled,
            });
        }
    }
}
