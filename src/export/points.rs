//! Points of runs of other programs as a tidy table, one value per line.

use crate::logs::RunLog;
use std::collections::BTreeSet;
use std::io::{Result, Write};

const COLUMNS: [&str; 8] = ["run", "arm", "batch_size", "iid", "step", "time", "metric", "value"];

/// Writes every point. Further settings of runs are columns at the end; what is unknown is empty.
pub fn points_to_csv<'h>(output: impl Write, runs: impl Iterator<Item = &'h RunLog> + Clone) -> Result<()> {
    let is_new = |name: &&String| !COLUMNS.contains(&name.as_str());
    let settings: BTreeSet<&String> = runs.clone().flat_map(|run| run.label.columns.keys()).filter(is_new).collect();
    let mut writer = csv::Writer::from_writer(output);
    writer.write_record(COLUMNS.iter().copied().chain(settings.iter().map(|name| name.as_str())))?;
    for run in runs {
        let label = &run.label;
        let number = |number: Option<u32>| number.map_or(String::new(), |number| number.to_string());
        let (size, iid) = (number(label.batch_size), number(label.iid));
        let arm = label.arm.clone().unwrap_or_default();
        let values =
            settings.iter().map(|name| label.columns.get(*name).map_or(String::new(), |value| value.to_string()));
        let values: Vec<String> = values.collect();
        for (tag, points) in &run.tags {
            for point in points {
                let (step, value) = (point.step.to_string(), point.value.to_string());
                let time = point.time.map_or(String::new(), |time| time.to_string());
                let first = [run.name.as_str(), &arm, &size, &iid, &step, &time, tag, &value];
                writer.write_record(first.into_iter().chain(values.iter().map(String::as_str)))?;
            }
        }
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::{LogLabel, LogPoint, LogSetting};

    #[test]
    fn a_point_is_a_line() {
        let mut label = LogLabel { batch_size: Some(8), ..LogLabel::default() };
        label.column("lr", &LogSetting::Number(1e-4));
        label.column("step", &LogSetting::Number(7.0));
        let points = vec![LogPoint { step: 3, time: None, value: f64::NAN }];
        let run = RunLog { name: "a,b".into(), label, tags: [("loss".into(), points)].into(), last_step: 3 };
        let other = RunLog { name: "c".into(), ..run.clone() };
        let mut bytes = Vec::new();
        points_to_csv(&mut bytes, [run, other].iter()).unwrap();
        let expected = "run,arm,batch_size,iid,step,time,metric,value,lr\n\"a,b\",,8,,3,,loss,NaN,0.0001\nc,,8,,3,,loss,NaN,0.0001\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
