//! The values of one metric of a run, in the order of its steps.

/// A value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// updates done
    pub step: u64,
    /// of training, until then; 0 where it is not known
    pub seconds: f64,
    pub value: f64,
}

/// Samples of ascending steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series(Vec<Sample>);

impl Series {
    /// Adds a sample. A step that is not beyond the last is of a run that was resumed from before it: the sample then
    /// replaces those of its step and of all later ones. Returns whether it replaced any.
    pub fn push(&mut self, sample: Sample) -> bool {
        let replaces = self.last().is_some_and(|last| last.step >= sample.step) && self.truncate(sample.step);
        self.0.push(sample);
        replaces
    }

    /// Drops samples of this step and later ones. Returns whether there were any.
    pub fn truncate(&mut self, step: u64) -> bool {
        let kept = self.0.partition_point(|known| known.step < step);
        let had_more = kept < self.0.len();
        self.0.truncate(kept);
        had_more
    }

    pub fn samples(&self) -> &[Sample] {
        &self.0
    }

    pub fn last(&self) -> Option<&Sample> {
        self.0.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_run_replaces_what_it_repeats() {
        let mut series = Series::default();
        let mut push = |step: u64, value: f64| series.push(Sample { step, seconds: 0.0, value });
        assert!(![(1, 0.1), (5, 0.5), (9, 0.9)].map(|(step, value)| push(step, value)).contains(&true));
        assert!(push(5, 0.6));
        assert!(!push(7, 0.7));
        let values: Vec<(u64, f64)> = series.samples().iter().map(|sample| (sample.step, sample.value)).collect();
        assert_eq!(values, [(1, 0.1), (5, 0.6), (7, 0.7)]);
    }
}
