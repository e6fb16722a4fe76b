//! The sweep as a text table, one line per cell.

use crate::domain::history::Progress;
use crate::domain::scores::{ONE_CLASS_MEANS, Scores};
use crate::domain::sweep::{Row, Sweep};
use std::fmt::Write;

/// Columns of an arm's name, so that a line fits 80.
const WIDEST_ARM: usize = 20;

/// All cells with their finished instances, then the failed runs.
pub fn table(sweep: &Sweep) -> String {
    let arms = sweep.arms();
    let width = arms.iter().map(|arm| arm.chars().count()).max().unwrap_or(0).clamp("arm".len(), WIDEST_ARM);
    let mut text = format!("{:width$}  batch size  finished  mean accuracy  min     max     mean loss\n", "arm");
    for arm in arms {
        for size in sweep.batch_sizes() {
            let in_cell = |row: &&Row| row.label.arm() == arm && row.label.batch_size == *size;
            let planned = sweep.rows().iter().filter(in_cell).count();
            let finished: Vec<_> = sweep
                .rows()
                .iter()
                .filter(in_cell)
                .filter(|row| row.history.progress == Progress::Finished)
                .filter_map(|row| Some(row.history.last_evaluation()?.scores))
                .collect();
            let name: String = arm.chars().take(width).collect();
            let _ = write!(text, "{name:width$}  {size:>10}  {:>8}", format!("{}/{planned}", finished.len()));
            if !finished.is_empty() {
                let mean = |value: fn(&Scores) -> f64| finished.iter().map(value).sum::<f64>() / finished.len() as f64;
                let accuracies = finished.iter().map(|scores| scores.accuracy);
                let (low, high) = accuracies.fold((f64::MAX, f64::MIN), |(low, high), a| (low.min(a), high.max(a)));
                let (accuracy, loss) = (mean(|scores| scores.accuracy), mean(|scores| scores.loss));
                let _ = write!(text, "  {accuracy:>13.4}  {low:.4}  {high:.4}  {loss:>9.4}");
            }
            text.push('\n');
        }
    }
    let one_class = sweep.rows().iter().filter(|row| row.history.ends_with_one_class()).count();
    if one_class > 0 {
        let finished = sweep.tally().finished;
        let predict = if one_class == 1 { "predicts" } else { "predict" };
        let _ =
            writeln!(text, "\n{one_class} of {finished} finished runs {predict} one class only:\n{ONE_CLASS_MEANS}");
    }
    for row in sweep.rows() {
        if let Progress::Failed(message) = &row.history.progress {
            let _ = writeln!(text, "failed: {}: {message}", row.label);
        }
    }
    text
}
