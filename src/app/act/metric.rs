//! Goes through the metrics.

use crate::app::state::App;
use crate::domain::glue::{fits, task_of};
use crate::domain::metric::Metric;

/// The next or previous metric that the runs have and that suits their task.
pub(super) fn change(app: &mut App, forwards: bool) {
    let logged = app.sweep.series().iter().map(|name| Metric::Logged(*name));
    let all: Vec<Metric> = Metric::ALL.into_iter().chain(logged).collect();
    let classes = app.own_data().map_or(2, |data| data.classes);
    let task = task_of(app.spec.task.name.as_deref());
    let has_own = app.own_data().is_some() || app.sweep.rows().is_empty();
    let is_offered = |metric: &Metric| match metric {
        Metric::Logged(_) => true,
        own => has_own && fits(*own, task, classes) && (own.compared().is_none() || app.arms.len() > 1),
    };
    let place = all.iter().position(|metric| *metric == app.metric).unwrap_or(0);
    let (before, after) = (all[..place].iter(), all[place..].iter().skip(1));
    let next = match forwards {
        true => after.chain(before).copied().find(is_offered),
        false => before.rev().chain(after.rev()).copied().find(is_offered),
    };
    app.metric = next.unwrap_or(app.metric);
    app.view.forget_y();
}
