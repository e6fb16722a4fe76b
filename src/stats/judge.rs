//! From outcomes to findings: every number of an answer, and the verdict where one may be given.

use super::contrast::slope_weights;
use super::estimate::{Estimate, Interval};
use super::fieller::{RatioInterval, ratio_interval};
use super::learning::untestable;
use super::multiplicity::{ALPHA, alpha_of_look, holm};
use super::outcomes::{Outcomes, Pairs, cells, contrasts};
use super::power::{binomial_error, instances_needed, minimal_detectable, pooled_sd};
use super::question::{Cause, CauseKind, Evidence, KnownCause, Proof, Question};
use super::verdict::{MINOR, Verdict};

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// ascending
    pub batch_sizes: Vec<u32>,
    pub planned: usize,
    pub look: u32,
    /// chance of error of the effect's interval
    pub alpha: f64,
    /// chance of error of each cause's interval: causes share `alpha` (Bonferroni)
    pub alpha_of_cause: f64,
    pub cells: Vec<CellRow>,
    pub effect: BatchSizeEffect,
    pub causes: Vec<Finding>,
    /// see [`Question::known`]
    pub known: Vec<KnownCause>,
    pub noise: Noise,
}

/// One batch size of one arm, over all its finished instances.
#[derive(Clone, Debug, PartialEq)]
pub struct CellRow {
    /// nothing: the baseline
    pub arm: Option<String>,
    pub batch_size: u32,
    pub accuracy: Option<Estimate>,
    /// of the mean, by itself, at 1 - ALPHA
    pub interval: Option<Interval>,
    /// number of its runs that predict one class only
    pub one_class: usize,
}

/// The effect of batch size in the baseline, over its complete instances.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchSizeEffect {
    /// per doubling
    pub slope: Option<Estimate>,
    pub interval: Option<Interval>,
    /// accuracy at the smallest batch size minus that at the largest
    pub ends: Option<Estimate>,
    pub ends_interval: Option<Interval>,
    pub complete: bool,
    /// the smallest slope that so many instances show in four of five sweeps
    pub detectable: Option<f64>,
    /// further instances to show a slope of the size seen, where it is not shown yet
    pub needed: Option<usize>,
}

impl BatchSizeEffect {
    /// Whether the interval excludes 0.
    pub fn is_shown(&self) -> bool {
        self.interval.is_some_and(|interval| !interval.holds(0.0))
    }
}

/// The finding on one cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub arm: String,
    pub cause: String,
    pub kind: CauseKind,
    /// the measurements of the invariance check
    pub proof: Option<Proof>,
    /// of the arm
    pub slope: Option<f64>,
    /// 1 - slope of the arm / slope of the baseline, of a removal
    pub share: Option<f64>,
    /// slope of the arm minus slope of the baseline
    pub change: Option<f64>,
    /// of the share or the change; `None` if unbounded
    pub interval: Option<Interval>,
    pub n: Option<usize>,
    pub verdict: Option<Verdict>,
    /// that the slope does not change, adjusted over all causes (Holm); only with a verdict
    pub p_value: Option<f64>,
    /// the smallest change of the slope that so many instances show in four of five sweeps
    pub detectable: Option<f64>,
    /// further instances until a quarter of the effect is detectable
    pub needed: Option<usize>,
}

/// The noise of one accuracy of the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Noise {
    /// standard error of one accuracy, from the number of validation examples alone
    pub binomial: Option<f64>,
    /// standard deviation between instances of a cell
    pub between_instances: Option<f64>,
}

/// Judges by the rules of docs/STATISTICS.md.
pub fn judge(question: &Question) -> Judgement {
    let mut batch_sizes = question.batch_sizes.clone();
    batch_sizes.sort_unstable();
    batch_sizes.dedup();
    let family = question.causes.iter().filter(|cause| cause.evidence.kind() != CauseKind::Proof).count();
    let family = family.max(question.family).max(1) as f64;
    let alpha = alpha_of_look(question.look);
    let court = Judge {
        weights: slope_weights(&batch_sizes),
        batch_sizes: &batch_sizes,
        question,
        family,
        alpha_of_cause: alpha / family,
    };
    let effect = court.effect(alpha);
    let mut causes: Vec<Finding> = question.causes.iter().map(|cause| court.finding(cause, &effect)).collect();
    let adjusted = holm(&causes.iter().filter_map(|finding| finding.p_value).collect::<Vec<_>>());
    let raw = causes.iter_mut().filter_map(|finding| finding.p_value.as_mut());
    raw.zip(adjusted).for_each(|(p_value, adjusted)| *p_value = adjusted);
    let arms = question.causes.iter().filter_map(|cause| Some((Some(cause.arm.clone()), cause.evidence.outcomes()?)));
    let arms = std::iter::once((None, &question.baseline)).chain(arms);
    Judgement {
        planned: question.planned,
        look: question.look,
        alpha,
        alpha_of_cause: court.alpha_of_cause,
        cells: arms.flat_map(|(arm, outcomes)| cell_rows(arm, outcomes, &batch_sizes)).collect(),
        effect,
        causes,
        known: question.known.clone(),
        noise: court.noise(),
        batch_sizes,
    }
}

impl Judgement {
    /// Whether a verdict may be shown, which is a look at the data. One instance alone shows none.
    pub fn is_complete(&self) -> bool {
        self.effect.complete && self.effect.interval.is_some()
    }
}

impl Evidence {
    fn outcomes(&self) -> Option<&Outcomes> {
        match self {
            Evidence::Proof(_) => None,
            Evidence::Removal(outcomes) | Evidence::Introduction(outcomes) => Some(outcomes),
        }
    }
}

fn cell_rows(arm: Option<String>, outcomes: &Outcomes, batch_sizes: &[u32]) -> Vec<CellRow> {
    let row = |batch_size: &u32| {
        let accuracy = Estimate::of(&outcomes.cell(*batch_size));
        let interval = accuracy.and_then(|accuracy| accuracy.interval(ALPHA));
        let one_class = outcomes.of_one_class(*batch_size);
        CellRow { arm: arm.clone(), batch_size: *batch_size, accuracy, interval, one_class }
    };
    batch_sizes.iter().map(row).collect()
}

/// The context that all findings of a question share.
struct Judge<'q> {
    question: &'q Question,
    batch_sizes: &'q [u32],
    weights: Option<Vec<f64>>,
    family: f64,
    alpha_of_cause: f64,
}

impl Judge<'_> {
    fn effect(&self, alpha: f64) -> BatchSizeEffect {
        let instances: Vec<Vec<f64>> = self.question.baseline.complete(self.batch_sizes).into_values().collect();
        let complete = instances.len() >= self.question.planned;
        let slope = self.weights.as_ref().and_then(|weights| Estimate::of(&contrasts(weights, &instances)));
        let interval = slope.and_then(|slope| slope.interval(alpha));
        let ends = self.weights.as_ref().and_then(|_| {
            let ends = instances.iter().filter_map(|values| Some(values.first()? - values.last()?));
            Estimate::of(&ends.collect::<Vec<_>>())
        });
        let spread = slope.and_then(|slope| Some((slope, slope.sd?)));
        let shown = interval.is_some_and(|interval| !interval.holds(0.0));
        BatchSizeEffect {
            slope,
            interval,
            ends,
            ends_interval: ends.and_then(|ends| ends.interval(alpha)),
            complete,
            detectable: spread.and_then(|(slope, sd)| minimal_detectable(sd, slope.n, alpha)),
            needed: spread.filter(|_| !shown).and_then(|(slope, sd)| {
                let needed = instances_needed(sd, slope.mean.abs(), self.next_alpha(complete))?;
                Some(needed.saturating_sub(slope.n))
            }),
        }
    }

    fn finding(&self, cause: &Cause, effect: &BatchSizeEffect) -> Finding {
        let mut finding = Finding {
            arm: cause.arm.clone(),
            cause: cause.name.clone(),
            kind: cause.evidence.kind(),
            proof: None,
            slope: None,
            share: None,
            change: None,
            interval: None,
            n: None,
            verdict: None,
            p_value: None,
            detectable: None,
            needed: None,
        };
        let outcomes = match &cause.evidence {
            Evidence::Removal(outcomes) | Evidence::Introduction(outcomes) => outcomes,
            Evidence::Proof(proof) => {
                finding.proof = Some(proof.clone());
                let done = effect.slope.map_or(0, |slope| slope.n);
                finding.verdict = Some(match proof.depends_on_batch {
                    // the check is done; whether it has an effect is still open
                    _ if !effect.complete => Verdict::Preliminary { done, planned: self.question.planned },
                    // a dependence on the batch may or may not do harm
                    true => Verdict::NotSeparable,
                    false => Verdict::RuledOut,
                });
                return finding;
            }
        };
        let pairs = Pairs::of(&self.question.baseline, outcomes, self.batch_sizes);
        finding.n = Some(pairs.len());
        if let Some(weights) = &self.weights {
            self.measure(&mut finding, weights, &pairs, effect);
        }
        finding
    }

    /// Fills in the numbers and the verdict of an arm.
    fn measure(&self, finding: &mut Finding, weights: &[f64], pairs: &Pairs, effect: &BatchSizeEffect) {
        let (baseline, arm) = (contrasts(weights, &pairs.baseline), contrasts(weights, &pairs.arm));
        let lost: Vec<f64> = baseline.iter().zip(&arm).map(|(baseline, arm)| baseline - arm).collect();
        let done = pairs.len();
        let planned = self.question.planned;
        let preliminary = Verdict::Preliminary { done, planned };
        let complete = done >= planned && effect.complete;
        let estimates = (Estimate::of(&baseline), Estimate::of(&arm), Estimate::of(&lost));
        let (Some(from), Some(to), Some(loss)) = estimates else {
            finding.verdict = Some(preliminary);
            return;
        };
        let change = Estimate { mean: -loss.mean, ..loss };
        finding.slope = Some(to.mean);
        finding.change = Some(change.mean);
        finding.p_value = change.p_value().filter(|_| complete);
        finding.detectable = change.sd.and_then(|sd| minimal_detectable(sd, done, self.alpha_of_cause));
        finding.needed = change.sd.filter(|_| effect.is_shown()).and_then(|sd| {
            let alpha = self.next_alpha(complete) / self.family;
            Some(instances_needed(sd, MINOR * from.mean.abs(), alpha)?.saturating_sub(done))
        });
        let verdict = match finding.kind {
            CauseKind::Removal => {
                let share = ratio_interval(&lost, &baseline, self.alpha_of_cause);
                finding.share = Some(loss.mean / from.mean).filter(|share| share.is_finite());
                finding.interval = share.bounded();
                self.verdict_of_removal(pairs, effect, share)
            }
            CauseKind::Introduction | CauseKind::Proof => {
                finding.interval = change.interval(self.alpha_of_cause);
                let known = effect.interval.zip(finding.interval);
                let judged = known.map(|(effect, interval)| Verdict::of_change(effect, change.mean, interval));
                Some(judged.unwrap_or(Verdict::NotSeparable))
            }
        };
        finding.verdict = if complete { verdict } else { Some(preliminary) };
        let is_untestable = matches!(finding.verdict, Some(Verdict::Untestable(_) | Verdict::NoEffect));
        if finding.kind == CauseKind::Removal && is_untestable {
            // otherwise a share is informative
            (finding.share, finding.interval) = (None, None);
        }
    }

    /// `None` if it is unknown whether the arm learns.
    fn verdict_of_removal(&self, pairs: &Pairs, effect: &BatchSizeEffect, share: RatioInterval) -> Option<Verdict> {
        let majority = self.question.majority_share?;
        let untestable = untestable(self.batch_sizes, &cells(&pairs.baseline), &cells(&pairs.arm), majority);
        let judged = || effect.interval.map_or(Verdict::NotSeparable, |effect| Verdict::of_share(effect, share));
        Some(untestable.map_or_else(judged, Verdict::Untestable))
    }

    /// The error that the next look may spend. A look at incomplete instances spends nothing.
    fn next_alpha(&self, complete: bool) -> f64 {
        alpha_of_look(self.question.look + u32::from(complete))
    }

    fn noise(&self) -> Noise {
        let sizes = self.batch_sizes.iter();
        let cells: Vec<Estimate> = sizes.filter_map(|b| Estimate::of(&self.question.baseline.cell(*b))).collect();
        let accuracy = Estimate::of(&cells.iter().map(|cell| cell.mean).collect::<Vec<_>>());
        let examples = self.question.validation_examples;
        let binomial = accuracy.zip(examples).map(|(accuracy, examples)| binomial_error(accuracy.mean, examples));
        Noise { binomial, between_instances: pooled_sd(&cells) }
    }
}
