//! Judges the outcomes again whenever some came in.

use crate::app::state::{App, Effect};
use crate::domain::history::Progress;
use crate::domain::look::Look;
use crate::plan::PlannedArm;
use crate::stats::{Judgement, judge};

/// Judges what came in. A complete verdict that is about to be seen is counted as a look, once.
pub(super) fn settle(app: &mut App, answer_in_sight: bool) -> Option<Effect> {
    if std::mem::take(&mut app.inquiry.stale) {
        app.inquiry.judgement = app.own_data().is_some().then(|| judged(app));
    }
    let look = Look { instances: app.spec.train.instances as usize, causes: app.arms.len().saturating_sub(1) };
    let seen = answer_in_sight && app.inquiry.judgement.as_ref().is_some_and(Judgement::is_complete);
    if !seen || app.inquiry.background.looks.contains(&look) {
        return None;
    }
    // a verdict on further instances, in this sitting too, is the next look
    app.inquiry.background.looks.push(look);
    Some(Effect::RememberLook(look))
}

fn judged(app: &App) -> Judgement {
    let arms: Vec<PlannedArm> = app.arms.iter().map(|arm| PlannedArm::of(arm, &app.spec.train)).collect();
    let finished = app.sweep.rows().iter().filter(|row| row.history.progress == Progress::Finished);
    let scored = finished.filter_map(|row| Some((row.spec.as_ref()?, row.history.last_evaluation()?.scores)));
    judge(&app.inquiry.background.question(&app.spec, &arms, &scored.collect::<Vec<_>>()))
}
