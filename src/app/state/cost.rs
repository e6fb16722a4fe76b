//! The cost of further arms or instances, shown before they are added.

use super::app::App;
use super::words::runs;
use crate::domain::arm::Arm;
use crate::domain::clock::clock;
use crate::domain::command::Intent;
use crate::domain::history::Progress;
use crate::domain::run::RunSpec;
use crate::domain::sweep::{Row, Sweep};
use crate::plan::PlannedArm;
use std::collections::HashMap;

/// Runs, by what has to be done for them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// trained from the beginning
    pub trained: usize,
    /// of these: that would only be scored again, had the weights been kept
    pub without_weights: usize,
    /// only scored again, with weights that are there or to come
    pub scored: usize,
    /// the same as runs that are there
    pub shared: usize,
    /// of all runs together; `None` while no speed is known
    pub seconds: Option<f64>,
}

impl App {
    /// What adding the draft would cost.
    pub fn draft_cost(&self) -> Cost {
        self.cost_of(&[self.draft.arm()], self.spec.train.instances)
    }

    /// The additional cost of this number of instances of these arms.
    pub fn cost_of(&self, arms: &[Arm], instances: u32) -> Cost {
        let mut cost = Cost::default();
        let Some(first) = self.sweep.rows().iter().find_map(|row| row.spec.as_ref()) else { return cost };
        let (data, model) = (&first.data, &first.model);
        let known = Known::of(&self.sweep);
        let planned = arms.iter().map(|arm| PlannedArm::of(arm, &self.spec.train));
        // of arms that mean the same runs, the first counts
        let mut further: Vec<(RunSpec, bool)> = Vec::new();
        let mut cells: HashMap<(u32, u32), Vec<usize>> = HashMap::new();
        for run in planned.flat_map(|arm| arm.runs(instances, data, model).collect::<Vec<_>>()) {
            let of_cell = cells.entry((run.batch_size, run.iid)).or_default();
            if known.row(&run).is_some() || of_cell.iter().any(|place| further[*place].0 == run) {
                cost.shared += 1;
                continue;
            }
            of_cell.push(further.len());
            let plain = run.scored_plainly();
            let has_weights = plain.as_ref().is_some_and(|plain| known.row(plain).is_some_and(will_have_weights));
            cost.scored += usize::from(has_weights);
            cost.trained += usize::from(!has_weights);
            cost.without_weights += usize::from(!has_weights && plain.is_some());
            further.push((run, has_weights));
        }
        cost.seconds =
            self.sweep.further_seconds(self.workers, further.iter().map(|(run, only_scored)| (run, *only_scored)));
        cost
    }
}

/// The runs of a sweep by their specs.
struct Known<'s>(HashMap<(u32, u32), Vec<&'s Row>>);

impl<'s> Known<'s> {
    fn of(sweep: &'s Sweep) -> Self {
        let mut known: HashMap<_, Vec<&Row>> = HashMap::new();
        for row in sweep.rows() {
            if let Some(spec) = &row.spec {
                known.entry((spec.batch_size, spec.iid)).or_default().push(row);
            }
        }
        Self(known)
    }

    fn row(&self, run: &RunSpec) -> Option<&'s Row> {
        self.0.get(&(run.batch_size, run.iid))?.iter().find(|row| row.spec.as_ref() == Some(run)).copied()
    }
}

/// Whether the store has a run's final weights, or will have them when it is done.
fn will_have_weights(row: &Row) -> bool {
    let will_be_done = !matches!(row.history.progress, Progress::Failed(_)) && row.intent != Intent::Cancel;
    row.keep_weights && (row.history.progress == Progress::Finished || will_be_done)
}

impl Cost {
    /// `trains 20 runs, about 2:10; 5 already exist`.
    pub fn in_words(&self) -> String {
        let mut words = Vec::new();
        if self.trained > 0 {
            words.push(format!("trains {}", runs(self.trained)));
        }
        if self.scored > 0 {
            words.push(format!("scores {} again without training", runs(self.scored)));
        }
        let mut text = words.join(", ");
        match self.seconds {
            Some(seconds) if !text.is_empty() => text += &format!(", about {}", clock(seconds)),
            _ => {}
        }
        if self.without_weights > 0 {
            text += &format!("; {} because their weights were not kept", self.without_weights);
        }
        if self.shared > 0 {
            let separator = if text.is_empty() { "" } else { "; " };
            text +=
                &format!("{separator}{} already {}", self.shared, if self.shared == 1 { "exists" } else { "exist" });
        }
        text
    }
}

impl Cost {
    /// The shortest form: `20 runs, about 2:10`.
    pub fn briefly(&self) -> String {
        let words = match (self.trained, self.scored) {
            (0, 0) => return self.in_words(),
            (0, scored) => format!("{} scored again", runs(scored)),
            (trained, scored) => runs(trained + scored),
        };
        let time = self.seconds.map_or(String::new(), |seconds| format!(", about {}", clock(seconds)));
        words + &time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_told_by_what_has_to_be_done() {
        let train = Cost { trained: 20, shared: 5, seconds: Some(130.0), ..Cost::default() };
        assert_eq!(train.in_words(), "trains 20 runs, about 2:10; 5 already exist");
        let score = Cost { scored: 25, seconds: Some(9.0), ..Cost::default() };
        assert_eq!(score.in_words(), "scores 25 runs again without training, about 0:09");
        assert_eq!([train.briefly(), score.briefly()], ["20 runs, about 2:10", "25 runs scored again, about 0:09"]);
        let lost = Cost { trained: 1, without_weights: 1, ..Cost::default() };
        assert_eq!(lost.in_words(), "trains 1 run; 1 because their weights were not kept");
    }
}
