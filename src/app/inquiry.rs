//! The answer so far: the sweep's outcomes judged again whenever some came in.

use super::effect::Effect;
use super::state::App;
use crate::domain::arm::{Arm, BASELINE};
use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::history::Progress;
use crate::domain::invariance::Invariance;
use crate::plan::{Background, PlannedArm, would_show};
use crate::spec_file::{parse, preset};
use crate::stats::{Judgement, judge};
use crate::store::Look;

/// The preset whose arms ask why.
const INVESTIGATION: &str = "why-batch-size";

/// What is known, and what follows from it.
#[derive(Clone, Debug, Default)]
pub struct Inquiry {
    background: Background,
    judgement: Option<Judgement>,
    /// something came in since it was judged
    stale: bool,
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

    pub(super) fn hear(&mut self, event: &SweepEvent) {
        self.stale |= match event {
            SweepEvent::Run { entry, .. } => matches!(entry.event, RunEvent::Finished { .. }),
            SweepEvent::Planned(_) | SweepEvent::Replayed { .. } => true,
            _ => false,
        };
    }

    /// Takes in what the invariance check found.
    pub fn proved(&mut self, invariance: Invariance) {
        self.background.invariance = Some(invariance);
        self.stale = true;
    }
}

impl App {
    /// Judges what came in. A complete verdict that is about to be seen is counted as a look, once.
    pub fn settle(&mut self, answer_in_sight: bool) -> Option<Effect> {
        if std::mem::take(&mut self.inquiry.stale) {
            self.inquiry.judgement = (!self.sweep.rows().is_empty()).then(|| self.judged());
        }
        let look = Look { instances: self.spec.train.instances as usize, causes: self.arms.len().saturating_sub(1) };
        let seen = answer_in_sight && self.inquiry.judgement.as_ref().is_some_and(Judgement::is_complete);
        if !seen || self.inquiry.background.looks.contains(&look) {
            return None;
        }
        // a verdict on further instances, in this sitting too, is the next look
        self.inquiry.background.looks.push(look);
        Some(Effect::RememberLook(look))
    }

    fn judged(&self) -> Judgement {
        let arms: Vec<PlannedArm> = self.arms.iter().map(|arm| PlannedArm::of(arm, &self.spec.train)).collect();
        let finished = self.sweep.rows().iter().filter(|row| row.history.progress == Progress::Finished);
        let scored = finished.filter_map(|row| Some((&row.planned.spec, row.history.last_evaluation()?.scores)));
        judge(&self.inquiry.background.question(&self.spec, &arms, &scored.collect::<Vec<_>>()))
    }

    /// Arms that ask why batch size matters, those that this sweep does not have yet.
    pub(super) fn investigation(&self) -> Vec<Arm> {
        let Some(spec) = preset(INVESTIGATION).and_then(|text| parse(INVESTIGATION, text, &[]).ok()) else {
            return Vec::new();
        };
        let known: Vec<_> = self.arms.iter().map(|arm| arm.train(&self.spec.train)).collect();
        let is_new = |arm: &Arm| !known.contains(&arm.train(&self.spec.train));
        spec.arms
            .into_iter()
            .filter(|arm| arm.name != BASELINE && is_new(arm) && self.can_have(arm).is_ok())
            .map(|arm| self.named_anew(arm))
            .collect()
    }

    /// What an arm would show, in words.
    pub fn would_show(&self, arm: &Arm) -> String {
        would_show(&arm.changes, arm.changes.removes(&self.spec.train))
    }
}
