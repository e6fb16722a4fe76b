//! An observer of training that ignores every event.

use batchscope::domain::event::RunEvent;
use batchscope::model::Interrupt;
use batchscope::train::{Observer, Snapshot, TrainError};

/// Ignores every event and asks for no checkpoint.
#[derive(Default)]
pub struct Unobserved(Interrupt);

impl Observer for Unobserved {
    fn event(&mut self, _: RunEvent) -> Result<(), TrainError> {
        Ok(())
    }

    fn checkpoint_due(&mut self, _: bool) -> bool {
        false
    }

    fn checkpoint(&mut self, _: &Snapshot<'_>) -> Result<(), TrainError> {
        Ok(())
    }

    fn interrupt(&self) -> &Interrupt {
        &self.0
    }
}
