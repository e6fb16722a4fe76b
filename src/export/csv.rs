//! All measured numbers as a tidy table, one value per line, written run by run.

use crate::domain::history::History;
use crate::domain::run::RunSpec;
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

    /// Adds all measurements of a run.
    pub fn run(&mut self, experiment: &str, arm: &str, spec: &RunSpec, history: &History) -> Result<()> {
        let (batch_size, iid) = (spec.batch_size.to_string(), spec.iid.to_string());
        let per_epoch = spec.updates_per_epoch().max(1) as f64;
        let mut value = |step: u64, split: &str, metric: &str, value: String| {
            let (pairs, epoch) = (spec.pairs_seen(step).to_string(), (step as f64 / per_epoch).to_string());
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
        for point in &history.evaluations {
            for (tag, score) in point.scores.by_tag() {
                value(point.step, "valid", tag, score.to_string())?;
            }
        }
        for (set, scores) in &history.further_sets {
            for (tag, score) in scores.by_tag() {
                value(spec.updates(), set.name(), tag, score.to_string())?;
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::RunEvent;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::scores::Scores;
    use crate::domain::spec::NamedSet;

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
        table.run("mine", "batch,norm", &example(8, 30), &history).unwrap();
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
}
