//! What a figure shows as comma-separated values (RFC 4180), in full precision: one row per visible point of a curve, or per
//! instance of final scores.

use super::csv::known;
use super::view::SavedView;
use crate::domain::metric::Metric;
use crate::plot::{Band, Figure, FinalScores, Line};
use std::io;

/// One row per instance, with the mean of its cell and the ends of the 95 % t interval, which a single instance lacks.
pub fn of_final_scores(scores: Option<&FinalScores>, metric: Metric) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
    let name = column(metric.title());
    let columns = ["", "_mean", "_t95_low", "_t95_high"].map(|ending| format!("final_{name}{ending}"));
    writer.write_record(["arm", "batch_size", "instance"].into_iter().chain(columns.iter().map(String::as_str)))?;
    let end = |end: Option<f64>| end.map_or(String::new(), |end| end.to_string());
    if let Some(scores) = scores {
        for arm in &scores.arms {
            for cell in &arm.cells {
                let (low, high) = cell.interval.unzip();
                for instance in &cell.instances {
                    writer.write_record([
                        arm.name.clone(),
                        known(scores.batch_sizes[cell.size].known()),
                        known(instance.iid),
                        instance.value.to_string(),
                        cell.mean.to_string(),
                        end(low),
                        end(high),
                    ])?;
                }
            }
        }
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes)
}

pub fn of_curves(figure: &Figure, view: &SavedView) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
    let columns = PointColumns { figure, view, smoothed: view.smoothing > 0 && view.metric.is_of_a_batch() };
    writer.write_record(columns.names())?;
    for panel in &figure.panels {
        for line in &panel.lines {
            let size = known(figure.batch_sizes.get(line.colour).and_then(|size| size.known()));
            for place in line.curve.in_sight(panel.x_range) {
                let mut record = vec![panel.title.clone(), size.clone()];
                record.extend(columns.values(line, place));
                writer.write_record(record)?;
            }
        }
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes)
}

struct PointColumns<'c> {
    figure: &'c Figure,
    view: &'c SavedView,
    smoothed: bool,
}

impl PointColumns<'_> {
    fn names(&self) -> Vec<String> {
        let metric = self.view.metric;
        let unit = metric.unit().map_or(String::new(), |unit| format!("_{unit}"));
        let (x, y) = (column(&self.figure.x_label), column(metric.title()) + &unit);
        let smoothed = format!("{y}_smoothed_over_{}_pairs", self.view.smoothing);
        let of_mean = if self.smoothed { &smoothed } else { &y };
        let mean = |edges: [&str; 2]| {
            let edges = edges.map(|edge| format!("{of_mean}_{edge}"));
            ["n".into(), "step".into(), x.clone(), format!("{of_mean}_mean")].into_iter().chain(edges).collect()
        };
        let columns: Vec<String> = match self.view.band {
            Band::Runs if self.smoothed => vec!["instance".into(), "step".into(), x, y, smoothed],
            Band::Runs => vec!["instance".into(), "step".into(), x, y],
            Band::Range => mean(["min", "max"]),
            Band::Deviation => mean(["minus_sd", "plus_sd"]),
            Band::Interval => mean(["t95_low", "t95_high"]),
        };
        ["arm".into(), "batch_size".into()].into_iter().chain(columns).collect()
    }

    /// Of one point, behind arm and batch size.
    fn values(&self, line: &Line, place: usize) -> Vec<String> {
        let value = |curve: &crate::plot::Curve| curve.point(place).map_or(String::new(), |(_, y)| y.to_string());
        let x = line.curve.point(place).map_or(String::new(), |(x, _)| x.to_string());
        let step = line.curve.step(place).map_or(String::new(), |step| step.to_string());
        let y = value(&line.curve);
        match self.view.band {
            // nothing is smoothed at batch sizes beyond the smoothing window
            Band::Runs if self.smoothed => {
                let measured = line.raw.as_ref().map_or_else(|| y.clone(), |raw| value(raw));
                vec![known(line.instance), step, x, measured, y]
            }
            Band::Runs => vec![known(line.instance), step, x, y],
            _ => {
                let edges = line.band.as_ref().map_or_else(Default::default, |(low, high)| [value(low), value(high)]);
                let n = line.counts.get(place).map_or(String::new(), u32::to_string);
                [n, step, x, y].into_iter().chain(edges).collect()
            }
        }
    }
}

/// A column name: letters and digits, anything else becomes `_`.
fn column(words: &str) -> String {
    words.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{JournalEntry, RunEvent, SweepEvent};
    use crate::domain::id::RunId;
    use crate::domain::metric::Metric;
    use crate::domain::run::PlannedRun;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::sweep::Sweep;
    use crate::export::{Content, PictureTheme};
    use crate::plot::{Curves, View};

    /// Two instances of a cell, the second of which is behind.
    fn sweep() -> Sweep {
        let mut sweep = Sweep::default();
        let run = |iid: u32| {
            let id = RunId::from_digest(&format!("{iid:020}"));
            let spec = crate::domain::run::RunSpec { iid, ..example(8, 80) };
            PlannedRun { id, arm: "no dropout, \"off\"".into(), spec, keep_weights: false }
        };
        let runs = [run(0), run(1)];
        sweep.apply(SweepEvent::Planned(runs.to_vec()));
        for (iid, steps) in [(0, 3), (1, 2)] {
            for step in 1..=steps {
                let loss = if (iid, step) == (0, 3) { f32::NAN } else { 0.1 * step as f32 + iid as f32 };
                let event = RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 1e-3, gradient_norm: 1.0 };
                let entry = JournalEntry { number: step, time: 0.0, event };
                sweep.apply(SweepEvent::Run { run: runs[iid].id.clone(), attempt: 1, entry });
            }
        }
        sweep
    }

    fn written(metric: Metric, view: View, x_range: (f64, f64)) -> String {
        let sweep = sweep();
        let view = View { window: Some(x_range), ..view };
        let figure = Figure::of(sweep.rows(), metric, &view, &mut Curves::default());
        let view = SavedView::of("mine".into(), &sweep, &|_| true, (metric, &view, &figure), PictureTheme::Light);
        let Content::Curves(figure) = view.content(&sweep) else { panic!("a view of curves") };
        String::from_utf8(of_curves(&figure, &view).unwrap()).unwrap()
    }

    #[test]
    fn runs_have_a_row_a_point_with_what_was_measured_and_what_is_drawn() {
        let expected = "arm,batch_size,instance,step,pairs_seen,training_loss_nats,\
             training_loss_nats_smoothed_over_16_pairs\r\n\
             \"no dropout, \"\"off\"\"\",8,0,1,8,0.10000000149011612,0.10000000149011612\r\n\
             \"no dropout, \"\"off\"\"\",8,0,2,16,0.20000000298023224,0.16666666915019354\r\n\
             \"no dropout, \"\"off\"\"\",8,0,3,24,NaN,NaN\r\n\
             \"no dropout, \"\"off\"\"\",8,1,1,8,1.100000023841858,1.100000023841858\r\n\
             \"no dropout, \"\"off\"\"\",8,1,2,16,1.2000000476837158,1.1666667064030964\r\n";
        assert_eq!(written(Metric::TrainLoss, View { smoothing: 16, ..View::default() }, (0.0, 160.0)), expected);
    }

    #[test]
    fn means_say_how_many_runs_each_point_is_of() {
        let view = View { band: Band::Range, x: crate::plot::XAxis::Updates, ..View::default() };
        let expected = "arm,batch_size,n,step,updates,learning_rate_mean,learning_rate_min,learning_rate_max\r\n\
             \"no dropout, \"\"off\"\"\",8,2,1,1,0.001,0.001,0.001\r\n\
             \"no dropout, \"\"off\"\"\",8,2,2,2,0.001,0.001,0.001\r\n\
             \"no dropout, \"\"off\"\"\",8,1,3,3,0.001,0.001,0.001\r\n";
        assert_eq!(written(Metric::LearningRate, view, (0.0, 20.0)), expected);
    }

    #[test]
    fn of_a_window_there_is_what_its_lines_go_through() {
        let rows = |x_range| written(Metric::LearningRate, View::default(), x_range).lines().count() - 1;
        assert_eq!((rows((0.0, 160.0)), rows((14.0, 18.0)), rows((17.0, 18.0))), (5, 5, 3));
    }
}
