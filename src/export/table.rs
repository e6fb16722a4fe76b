//! The sweep as a table of text, a line a cell.

use crate::domain::history::{EvaluationPoint, Progress};
use crate::domain::sweep::{Row, Sweep};
use std::fmt::Write;

/// Every cell with its finished instances: what a person wants to keep.
pub fn table(sweep: &Sweep) -> String {
    let arms = sweep.arms();
    let width = arms.iter().map(|arm| arm.len()).max().unwrap_or(0).max("arm".len());
    let mut text = format!("{:width$}  batch size  finished  mean accuracy  min     max     mean loss\n", "arm");
    for arm in arms {
        for size in sweep.batch_sizes() {
            let in_cell = |row: &&Row| row.planned.arm == arm && row.planned.spec.batch_size == size;
            let planned = sweep.rows().iter().filter(in_cell).count();
            let finished: Vec<_> = sweep
                .rows()
                .iter()
                .filter(in_cell)
                .filter(|row| row.history.progress == Progress::Finished)
                .filter_map(|row| row.history.last_evaluation())
                .collect();
            let _ = write!(text, "{arm:width$}  {size:>10}  {:>8}", format!("{}/{planned}", finished.len()));
            if !finished.is_empty() {
                let mean = |value: fn(&&EvaluationPoint) -> f64| {
                    finished.iter().map(value).sum::<f64>() / finished.len() as f64
                };
                let accuracies = finished.iter().map(|point| point.accuracy);
                let (low, high) = accuracies.fold((f64::MAX, f64::MIN), |(low, high), a| (low.min(a), high.max(a)));
                let (accuracy, loss) = (mean(|point| point.accuracy), mean(|point| point.loss));
                let _ = write!(text, "  {accuracy:>13.4}  {low:.4}  {high:.4}  {loss:>9.4}");
            }
            text.push('\n');
        }
    }
    text
}
