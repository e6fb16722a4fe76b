//! The answer so far: the background of the question, and the judgement of the outcomes.

use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::invariance::Invariance;
use crate::plan::Background;
use crate::stats::Judgement;

/// What is known, and what follows from it.
#[derive(Clone, Debug, Default)]
pub struct Inquiry {
    pub(in crate::app) background: Background,
    pub(in crate::app) judgement: Option<Judgement>,
    /// something came in since it was judged
    pub(in crate::app) stale: bool,
}

impl Inquiry {
    pub fn new(background: Background) -> Self {
        Self { background, stale: true, ..Self::default() }
    }

    /// Nothing before the sweep is planned.
    pub fn judgement(&self) -> Option<&Judgement> {
        self.judgement.as_ref()
    }

    pub fn is_proved(&self) -> bool {
        self.background.invariance.is_some()
    }

    pub(in crate::app) fn receive(&mut self, event: &SweepEvent) {
        self.stale |= match event {
            SweepEvent::Run { entry, .. } => matches!(entry.event, RunEvent::Finished { .. }),
            SweepEvent::Planned(_) | SweepEvent::Found(_) | SweepEvent::Stored { .. } | SweepEvent::Replayed { .. } => {
                true
            }
            _ => false,
        };
    }

    /// Takes in what the invariance check found.
    pub fn proved(&mut self, invariance: Invariance) {
        self.background.invariance = Some(invariance);
        self.stale = true;
    }
}
