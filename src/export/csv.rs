//! All measured numbers as a tidy table, one value per line, written run by run.

use crate::domain::history::History;
use crate::domain::metric::{Metric, Source};
use crate::domain::run_label::RunLabel;
use std::io::{Result, Write};

const COLUMNS: [&str; 10] =
    ["experiment", "arm", "batch_size", "iid", "step", "pairs_seen", "epoch", "split", "metric", "value"];

/// Writes the table.
pub struct CsvTable<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvTable<W> {
    pub fn new(output: W) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(COLUMNS)?;
        Ok(Self { writer })
    }

    /// Adds all measurements of a run. What is unknown of it is left empty.
    pub fn run(&mut self, experiment: &str, label: &RunLabel, history: &History) -> Result<()> {
        let arm = label.arm.as_deref().unwrap_or_default();
        let (batch_size, iid) = (known(label.batch_size.known()), known(label.iid));
        let mut value = |step: u64, split: &str, metric: &str, value: String| {
            let (pairs, epoch) = (known(label.pairs_seen(step)), known(label.epochs(step)));
            let step = step.to_string();
            let record = [experiment, arm, &batch_size, &iid, &step, &pairs, &epoch, split, metric, &value];
            self.writer.write_record(record).map_err(std::io::Error::from)
        };
        for point in &history.updates {
            value(point.step, "train", "loss", point.loss.to_string())?;
            value(point.step, "train", "accuracy", point.accuracy.to_string())?;
            value(point.step, "train", "learning_rate", point.learning_rate.to_string())?;
            value(point.step, "train", "gradient_norm", point.gradient_norm.to_string())?;
        }
        let of_gradient = |metric: &Metric| matches!(metric.source(), Source::Gradient(_));
        for metric in Metric::ALL.into_iter().filter(of_gradient) {
            for (step, number) in history.points(metric) {
                value(step, "train", metric.tag(), number.to_string())?;
            }
        }
        for point in &history.evaluations {
            for (tag, score) in point.scores.by_tag() {
                value(point.step, "valid", tag, score.to_string())?;
            }
        }
        for (set, scores) in &history.further_sets {
            for (tag, score) in scores.by_tag() {
                let step = label.length.updates.unwrap_or(history.step);
                value(step, set.name(), tag, score.to_string())?;
            }
        }
        for (metric, series) in &history.series {
            for sample in series.samples() {
                value(sample.step, "logged", metric.as_str(), sample.value.to_string())?;
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<()> {
        self.writer.flush()
    }
}

/// Of what is unknown nothing is written.
pub(super) fn known(number: Option<impl ToString>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::RunEvent;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::scores::Scores;
    use crate::domain::series::Sample;
    use crate::domain::spec::NamedSet;
    use crate::domain::symbol::Symbol;

    #[test]
    fn a_run_is_a_line_a_value() {
        let scores = Scores::of(0.5, 0.75);
        let history = History::replay(&[
            RunEvent::Started { step: 0 },
            RunEvent::Evaluation { step: 0, scores: Scores::of(0.7, 1.0 / 3.0) },
            RunEvent::Update { step: 3, loss: 0.1, accuracy: 0.5, learning_rate: 2e-5, gradient_norm: 1.5 },
            RunEvent::Evaluation {
                step: 6,
                scores: Scores { f1: Some(0.25), matthews: Some(-0.5), ..Scores::of(0.6, 0.5) },
            },
            RunEvent::AlsoEvaluated { step: 6, set: NamedSet::Dev, scores },
        ]);
        let mut bytes = Vec::new();
        let mut table = CsvTable::new(&mut bytes).unwrap();
        table.run("mine", &RunLabel::of("batch,norm", &example(8, 30)), &history).unwrap();
        table.finish().unwrap();
        let expected = r#"experiment,arm,batch_size,iid,step,pairs_seen,epoch,split,metric,value
mine,"batch,norm",8,0,3,24,1,train,loss,0.1
mine,"batch,norm",8,0,3,24,1,train,accuracy,0.5
mine,"batch,norm",8,0,3,24,1,train,learning_rate,0.00002
mine,"batch,norm",8,0,3,24,1,train,gradient_norm,1.5
mine,"batch,norm",8,0,0,0,0,valid,loss,0.7
mine,"batch,norm",8,0,0,0,0,valid,accuracy,0.3333333333333333
mine,"batch,norm",8,0,6,48,2,valid,loss,0.6
mine,"batch,norm",8,0,6,48,2,valid,accuracy,0.5
mine,"batch,norm",8,0,6,48,2,valid,f1,0.25
mine,"batch,norm",8,0,6,48,2,valid,matthews,-0.5
mine,"batch,norm",8,0,6,48,2,dev,loss,0.5
mine,"batch,norm",8,0,6,48,2,dev,accuracy,0.75
"#;
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn of_a_run_of_another_program_there_is_what_is_known() {
        let mut history = History::default();
        let sample = |step, value| Sample { step, seconds: 0.0, value };
        history.log(&[(Symbol::of("eval/loss"), sample(10, 0.5)), (Symbol::of("loss"), sample(5, 0.75))]);
        let label = RunLabel { batch_size: 4.into(), iid: Some(1), ..RunLabel::default() };
        let mut bytes = Vec::new();
        let mut table = CsvTable::new(&mut bytes).unwrap();
        table.run("logs", &label, &history).unwrap();
        table.run("logs", &RunLabel { arm: Some("adam".into()), ..RunLabel::default() }, &history).unwrap();
        table.finish().unwrap();
        let expected = r"experiment,arm,batch_size,iid,step,pairs_seen,epoch,split,metric,value
logs,,4,1,10,40,,logged,eval/loss,0.5
logs,,4,1,5,20,,logged,loss,0.75
logs,adam,,,10,,,logged,eval/loss,0.5
logs,adam,,,5,,,logged,loss,0.75
";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
