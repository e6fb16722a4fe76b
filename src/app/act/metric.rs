//! Goes through the metrics.

use crate::app::state::App;
use crate::domain::glue::{fits, task_of};
use crate::domain::metric::Metric;

/// The next metric that this sweep has, and that says something of its task.
pub(super) fn after(app: &mut App, step: fn(Metric) -> Metric) -> Metric {
    let classes = app.sweep.rows().first().map_or(2, |row| row.planned.spec.data.classes);
    let task = task_of(app.spec.task.name.as_deref());
    let mut metric = step(app.metric);
    let offered = |metric: Metric| fits(metric, task, classes) && (metric.compared().is_none() || app.arms.len() > 1);
    while !offered(metric) {
        metric = step(metric);
    }
    app.view.forget_y();
    metric
}
