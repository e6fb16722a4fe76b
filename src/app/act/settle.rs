//! Judges the outcomes again whenever some came in.

use crate::app::state::{App, Effect};
use crate::domain::history::Progress;
use crate::plan::PlannedArm;
use crate::stats::{Judgement, judge};

/// Judges what came in. A complete verdict that is about to be seen is counted as a look, once.
pub(super) fn settle(app: &mut App, answer_in_sight: bool) -> Option<Effect> {
    if std::mem::take(&mut app.inquiry.stale) {
        app.inquiry.judgement = app.own_data().is_some().then(|| judged(app));
    }
    let complete = app.inquiry.judgement.as_ref().filter(|judgement| judgement.is_complete());
    let look = complete.filter(|_| answer_in_sight)?.look.clone();
    if app.inquiry.background.looks.iter().any(|earlier| earlier.covers(&look)) {
        return None;
    }
    // a verdict on anything else, in this sitting too, is the next look
    app.inquiry.background.looks.push(look.clone());
    Some(Effect::RememberLook(look))
}

fn judged(app: &App) -> Judgement {
    let arms: Vec<PlannedArm> = app.arms.iter().map(|arm| PlannedArm::of(arm, &app.spec.train)).collect();
    let finished = app.sweep.rows().iter().filter(|row| row.history.progress == Progress::Finished);
    let scored = finished.filter_map(|row| Some((row.spec.as_ref()?, row.history.last_evaluation()?.scores)));
    judge(&app.inquiry.background.question(&app.spec, &arms, &scored.collect::<Vec<_>>()))
}
