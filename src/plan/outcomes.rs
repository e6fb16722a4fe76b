//! Which finished runs a verdict is made of, by one rule for every front, wherever its runs come from: the results in a
//! store or the events of a sweep under way.

use super::arm::PlannedArm;
use super::matching::Matching;
use crate::domain::run::RunSpec;
use crate::domain::scores::Scores;
use crate::stats::{Outcome, Outcomes};

/// A finished run counts in every arm that plans it, under whichever arm it was trained, with the accuracy of its final
/// evaluation. Runs of other settings, batch sizes or instances than the arm's do not count.
pub fn outcomes<'r>(arm: &PlannedArm, finished: impl IntoIterator<Item = (&'r RunSpec, Scores)>) -> Outcomes {
    let mut matching = Matching::new(arm);
    let of_arm = finished.into_iter().filter(|(run, _)| matching.plans(run));
    let outcome = of_arm.map(|(run, scores)| Outcome {
        batch_size: run.batch_size,
        iid: run.iid,
        accuracy: scores.accuracy,
        one_class: scores.predicts_one_class() == Some(true),
    });
    outcome.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ablation::Value;
    use crate::domain::arm::Arm;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::train::Train;
    use crate::plan::run_spec::run_spec;
    use std::collections::BTreeMap;

    fn baseline() -> Train {
        Train { batch_sizes: vec![2, 8], instances: 2, ..Train::default() }
    }

    fn arm(name: &str, changes: &[(&str, &str)]) -> PlannedArm {
        let changes: BTreeMap<String, Value> =
            changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        PlannedArm::of(&Arm { name: name.into(), changes: changes.try_into().unwrap() }, &baseline())
    }

    fn run(batch_size: u32, iid: u32) -> RunSpec {
        let like = example(batch_size, 80);
        run_spec(&baseline(), &like.data, &like.model, batch_size, iid)
    }

    #[test]
    fn a_finished_run_counts_in_every_arm_that_plans_it() {
        let finished = [run(2, 0), run(2, 1), run(8, 0)];
        let scored = || finished.iter().map(|run| (run, Scores::of(0.5, f64::from(run.batch_size + run.iid) / 10.0)));
        let (plain, same) = (arm("baseline", &[]), arm("dropout-on", &[("dropout", "on")]));
        assert_eq!(outcomes(&plain, scored()).cell(2), [0.2, 0.3]);
        assert_eq!(outcomes(&plain, scored()).cell(8), [0.8]);
        assert_eq!(outcomes(&same, scored()), outcomes(&plain, scored()), "settings count, not names");
        assert_eq!(outcomes(&arm("off", &[("dropout", "off")]), scored()), Outcomes::default());
    }

    #[test]
    fn runs_that_the_arm_does_not_plan_do_not_count() {
        let others = [
            run(16, 0),
            run(2, 2),
            RunSpec { learning_rate: 1.0, ..run(2, 0) },
            RunSpec { seed: run(2, 0).seed + 1, ..run(2, 0) },
        ];
        let found = outcomes(&arm("baseline", &[]), others.iter().map(|run| (run, Scores::of(0.5, 0.9))));
        assert_eq!(found, Outcomes::default());
    }

    #[test]
    fn runs_on_several_data_sets_are_told_apart_by_their_settings_alone() {
        let mut other = run(2, 1);
        other.data.train = "another".into();
        let runs = [run(2, 0), other, RunSpec { numerics: 0, ..run(8, 0) }];
        let found = outcomes(&arm("baseline", &[]), runs.iter().map(|run| (run, Scores::of(0.5, 0.9))));
        assert_eq!((found.cell(2).len(), found.cell(8).len()), (2, 1));
    }
}
