//! What a sweep costs before it starts: the runs that are not finished, and how long they take.

use super::arm::PlannedArm;
use super::sizes::TooFewExamples;
use super::sweep::SweepPlan;
use super::timing::Timing;
use crate::domain::ablation::Patch;
use crate::domain::arm::BASELINE;
use crate::domain::id::RunId;
use crate::domain::identity::run_id;
use crate::domain::pace::last_done;
use crate::domain::run::{PlannedRun, RunSpec};
use std::collections::HashSet;

/// What the store has of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    pub is_finished: bool,
    pub has_weights: bool,
}

/// What is left to do of a sweep.
pub struct Remaining {
    arms: Vec<RemainingArm>,
}

struct RemainingArm {
    name: String,
    changes: Patch,
    tested: Option<(String, bool)>,
    runs: Vec<RemainingRun>,
}

struct RemainingRun {
    planned: PlannedRun,
    /// for a run that only scores the weights of another: whether those are kept, and nothing has to be trained
    is_scored_only: Option<bool>,
}

/// What is left to train, and what it costs.
pub struct Price {
    pub arms: Vec<ArmPrice>,
    /// of everything, by this many workers; nothing where not even one update could be timed
    pub seconds: Option<f64>,
}

/// An arm's part of it. A run that several arms share is the first one's.
pub struct ArmPrice {
    pub name: String,
    pub changes: Patch,
    /// what it tests: the keys of its changes, and whether it takes the suspect away; nothing for the baseline
    pub tested: Option<(String, bool)>,
    /// not finished yet
    pub runs: usize,
    /// of them: those that would only score weights again, had they been kept
    pub without_weights: usize,
    pub seconds: Option<f64>,
}

impl SweepPlan<'_> {
    /// What is not finished, as the store says.
    pub fn remaining(&self, stored: impl Fn(&RunId) -> Availability) -> Result<Remaining, TooFewExamples> {
        let mut planned = Vec::new();
        for arm in &self.spec.arms {
            let tested = PlannedArm::of(arm, &self.spec.train).tested(&self.spec.train);
            planned.push((arm, (arm.name != BASELINE).then_some(tested), self.runs(arm)?));
        }
        let runs = || planned.iter().flat_map(|(_, _, runs)| runs);
        let keeping: HashSet<RunId> = runs().filter(|run| run.keep_weights).map(|run| run.id.clone()).collect();
        let is_scored_only = |spec: &RunSpec| {
            let plain = run_id(&spec.scored_plainly()?);
            let Availability { is_finished, has_weights } = stored(&plain);
            // they are there, or will be
            Some(has_weights || (!is_finished && keeping.contains(&plain)))
        };
        let mut known = HashSet::new();
        let mut arms = Vec::new();
        for (arm, tested, mut runs) in planned {
            runs.retain(|run| known.insert(run.id.clone()) && !stored(&run.id).is_finished);
            let runs = runs.into_iter().map(|planned| {
                let is_scored_only = is_scored_only(&planned.spec);
                RemainingRun { planned, is_scored_only }
            });
            let runs = runs.collect();
            arms.push(RemainingArm { name: arm.name.clone(), changes: arm.changes.clone(), tested, runs });
        }
        Ok(Remaining { arms })
    }
}

impl Remaining {
    pub fn is_nothing(&self) -> bool {
        self.arms.iter().all(|arm| arm.runs.is_empty())
    }

    /// By times that were measured with all workers busy.
    pub fn price(self, timing: Option<&Timing>, workers: usize) -> Price {
        let mut all = Vec::new();
        let mut arms = Vec::new();
        for RemainingArm { name, changes, tested, runs } in self.arms {
            let each: Option<Vec<f64>> = runs.iter().map(|run| run.seconds(timing?)).collect();
            let seconds = each.as_ref().map(|each| each.iter().sum::<f64>() / workers.max(1) as f64);
            let without_weights = runs.iter().filter(|run| run.is_scored_only == Some(false)).count();
            arms.push(ArmPrice { name, changes, tested, runs: runs.len(), without_weights, seconds });
            all.extend(runs.into_iter().map(|run| run.planned.turn()).zip(each.unwrap_or_default()));
        }
        // in the order of the queue; that workers share cores is part of what was measured
        all.sort_by_key(|(turn, _)| *turn);
        let seconds = last_done(workers, None, Vec::new(), all.into_iter().map(|(_, seconds)| seconds));
        Price { arms, seconds: timing.is_some().then_some(seconds) }
    }
}

impl RemainingRun {
    fn seconds(&self, timing: &Timing) -> Option<f64> {
        match self.is_scored_only {
            Some(true) => Some(timing.evaluation),
            _ => timing.seconds(&self.planned.spec),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arm::Arm;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::spec::{KeepWeights, Spec};
    use crate::spec_file::{changes_of, parse, preset};

    /// Two batch sizes, two instances; an arm that only scores the weights of the baseline in another way.
    fn spec(keep_weights: KeepWeights) -> Spec {
        let overrides = ["train.batch_sizes=[2, 8]", "train.instances=2"].map(String::from);
        let mut spec = parse("demo", preset("demo").unwrap(), &overrides).unwrap();
        spec.store.keep_weights = keep_weights;
        let changes = changes_of("test", "dropout_at_evaluation=true").unwrap();
        spec.arms.push(Arm { name: "left-on".into(), changes });
        spec
    }

    fn remaining(spec: &Spec, stored: impl Fn(&RunId) -> Availability) -> Remaining {
        let like = example(8, 80);
        SweepPlan { spec, data: &like.data, model: &like.model }.remaining(stored).unwrap()
    }

    const ABSENT: Availability = Availability { is_finished: false, has_weights: false };

    #[test]
    fn runs_that_only_score_kept_weights_cost_an_evaluation() {
        let timing = Timing { updates: vec![(2.0, 1.0), (8.0, 1.0)], evaluation: 0.5 };
        let kept = remaining(&spec(KeepWeights::All), |_| ABSENT).price(Some(&timing), 1);
        assert_eq!((kept.arms[1].runs, kept.arms[1].without_weights, kept.arms[1].seconds), (4, 0, Some(2.0)));
        let lost = remaining(&spec(KeepWeights::None), |_| ABSENT).price(Some(&timing), 1);
        assert_eq!((lost.arms[1].runs, lost.arms[1].without_weights), (4, 4));
        assert_eq!(lost.arms[1].seconds, lost.arms[0].seconds, "they are trained again");
    }

    #[test]
    fn finished_runs_cost_nothing() {
        let finished = Availability { is_finished: true, has_weights: false };
        assert!(remaining(&spec(KeepWeights::All), |_| finished).is_nothing());
        let price = remaining(&spec(KeepWeights::All), |_| ABSENT).price(None, 2);
        assert!(price.seconds.is_none() && price.arms.iter().all(|arm| arm.seconds.is_none()), "no speed is known");
    }
}
