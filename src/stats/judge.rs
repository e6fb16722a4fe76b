//! From outcomes to findings: every number of an answer, and the verdict where one may be given.

use super::contrast::slope_weights;
use super::crossed::CrossedTable;
use super::curve::Curvature;
use super::estimate::{Estimate, Interval};
use super::fieller::RatioInterval;
use super::judgement::{BatchSizeEffect, CellRow, Finding, Judgement, Noise};
use super::learning::{Untestable, learns, untestable};
use super::looks::{ALPHA, Levels, Look, levels};
use super::outcomes::{Outcomes, Pairs, cells};
use super::p_value::p_value;
use super::power::{binomial_error, instances_needed, minimal_detectable, pooled_sd};
use super::question::{Cause, CauseKind, Evidence, Question};
use super::scale::{AccuracyScale, PairedSlopes, SCALES};
use super::separation::{self, Separation, separate};
use super::verdict::{MINOR, Verdict};

/// No verdict with fewer instances: two may tie, and their interval says little.
const LEAST_INSTANCES: usize = 3;

/// Judges by the rules of docs/STATISTICS.md.
pub fn judge(question: &Question) -> Judgement {
    let look = question.look();
    let batch_sizes = &look.batch_sizes;
    let judge = Judge {
        weights: slope_weights(batch_sizes),
        levels: levels(&question.looks, &look),
        planned: question.planned.max(LEAST_INSTANCES),
        examples: question.validation_examples,
        batch_sizes,
        question,
    };
    let effect = judge.effect();
    let mut alphas = judge.levels.causes.iter().copied();
    let mut alpha = |cause: &Cause| match cause.evidence.kind() {
        CauseKind::Proof => 0.0,
        _ => alphas.next().unwrap_or(0.0),
    };
    let causes = question.causes.iter().map(|cause| judge.finding(cause, alpha(cause), &effect)).collect();
    let separation = judge.separation(&effect);
    let arms = question.causes.iter().filter_map(|cause| Some((Some(cause.arm.clone()), cause.evidence.outcomes()?)));
    let arms = std::iter::once((None, &question.baseline)).chain(arms);
    Judgement {
        planned: judge.planned,
        look_number: judge.levels.look,
        alpha: judge.levels.effect,
        cells: arms.flat_map(|(arm, outcomes)| judge.cell_rows(arm, outcomes)).collect(),
        effect,
        causes,
        separation,
        known: question.known.clone(),
        noise: judge.noise(),
        batch_sizes: batch_sizes.clone(),
        look,
    }
}

impl Question {
    /// What an answer shows.
    fn look(&self) -> Look {
        let mut batch_sizes = self.batch_sizes.clone();
        batch_sizes.sort_unstable();
        batch_sizes.dedup();
        let judged = self.causes.iter().filter(|cause| cause.evidence.kind() != CauseKind::Proof);
        let contrasts = self.design.iter().flat_map(|_| separation::planned());
        let changes: Vec<String> = judged.map(|cause| cause.changes.clone()).chain(contrasts).collect();
        Look { instances: self.planned, causes: changes.len(), batch_sizes, changes }
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

/// The context that all findings of a question share.
struct Judge<'q> {
    question: &'q Question,
    batch_sizes: &'q [u32],
    weights: Option<Vec<f64>>,
    planned: usize,
    examples: Option<u32>,
    levels: Levels,
}

impl Judge<'_> {
    fn cell_rows(&self, arm: Option<String>, outcomes: &Outcomes) -> Vec<CellRow> {
        let row = |batch_size: &u32| {
            let accuracy = Estimate::of(&outcomes.cell(*batch_size));
            let whole = accuracy.filter(|accuracy| accuracy.n >= self.planned);
            let interval = whole.and_then(|accuracy| accuracy.interval(ALPHA));
            let one_class = outcomes.of_one_class(*batch_size);
            CellRow { arm: arm.clone(), batch_size: *batch_size, accuracy, interval, one_class }
        };
        self.batch_sizes.iter().map(row).collect()
    }

    fn effect(&self) -> BatchSizeEffect {
        let alpha = self.levels.effect;
        let (iids, instances): (Vec<u32>, Vec<Vec<f64>>) =
            self.question.baseline.complete(self.batch_sizes).into_iter().unzip();
        let complete = instances.len() >= self.planned;
        let majority = self.question.majority_share.filter(|_| complete);
        let learns = majority.map(|majority| learns(&cells(&instances), majority, self.examples));
        let says_something = complete && learns != Some(false);
        let weights = self.weights.as_ref();
        let on = |scale: AccuracyScale| scale.estimate(weights?, &instances, self.examples);
        let (slope, log_odds) = (on(AccuracyScale::Accuracy), on(AccuracyScale::LogOdds));
        let interval = |estimate: Option<Estimate>| estimate?.with_spread().filter(|_| says_something)?.interval(alpha);
        let ends = weights.and_then(|_| {
            let mut weights = vec![0.0; self.batch_sizes.len()];
            (*weights.first_mut()?, *weights.last_mut()?) = (1.0, -1.0);
            AccuracyScale::Accuracy.estimate(&weights, &instances, self.examples)
        });
        let p_values = [slope, log_odds].map(|estimate| estimate?.with_spread()?.p_value());
        let mut effect = BatchSizeEffect {
            slope,
            interval: interval(slope),
            log_odds_interval: interval(log_odds),
            p_value: p_values[0].zip(p_values[1]).map(|(a, b)| a.max(b)).filter(|_| says_something),
            ends,
            ends_interval: interval(ends),
            curve: Curvature::of(self.batch_sizes, &instances, self.examples, alpha).filter(|_| says_something),
            over_examples: weights.filter(|_| says_something).and_then(|weights| {
                CrossedTable::of(&self.question.baseline, &iids, self.batch_sizes, weights)?.interval(alpha)
            }),
            learns,
            complete,
            detectable: slope.and_then(|slope| minimal_detectable(slope.sd?, slope.n, alpha)),
            needed: None,
        };
        if says_something && !effect.is_shown() {
            effect.needed = slope.and_then(|slope| {
                let needed = instances_needed(slope.sd?, slope.mean.abs(), self.levels.next_effect)?;
                Some(needed.saturating_sub(slope.n))
            });
        }
        effect
    }

    fn finding(&self, cause: &Cause, alpha: f64, effect: &BatchSizeEffect) -> Finding {
        let mut finding = Finding {
            arm: cause.arm.clone(),
            cause: cause.name.clone(),
            kind: cause.evidence.kind(),
            proof: None,
            alpha,
            slope: None,
            share: None,
            change: None,
            interval: None,
            log_odds: None,
            log_odds_interval: None,
            n: None,
            over_examples: None,
            verdict: None,
            p_value: None,
            detectable: None,
            needed: None,
        };
        let outcomes = match &cause.evidence {
            Evidence::Removal(outcomes) | Evidence::Introduction(outcomes) => outcomes,
            Evidence::Proof(proof) => {
                finding.proof = Some(proof.clone());
                let (done, planned) = (self.question.baseline.complete(self.batch_sizes).len(), self.question.planned);
                finding.verdict = Some(match proof.depends_on_batch {
                    // the check is done; whether there is an effect is still open
                    _ if done < planned => Verdict::Preliminary { done, planned },
                    // a dependence on the batch may or may not do harm
                    true => Verdict::NotSeparable,
                    false => Verdict::NoMixing,
                });
                return finding;
            }
        };
        let pairs = Pairs::of(&self.question.baseline, outcomes, self.batch_sizes);
        finding.n = Some(pairs.len());
        if let Some(weights) = &self.weights {
            self.measure(&mut finding, weights, &pairs, effect);
            let judged = finding.verdict.is_some_and(|verdict| !verdict.is_silence() && !verdict.is_preliminary());
            if judged {
                finding.over_examples = self.over_examples(&finding, weights, &pairs, outcomes);
            }
        }
        finding
    }

    /// Fills in the numbers and the verdict of an arm.
    fn measure(&self, finding: &mut Finding, weights: &[f64], pairs: &Pairs, effect: &BatchSizeEffect) {
        let done = pairs.len();
        let [Some(slopes), Some(log_odds)] = SCALES.map(|scale| PairedSlopes::of(scale, weights, pairs, self.examples))
        else {
            finding.verdict = Some(Verdict::Preliminary { done, planned: self.planned });
            return;
        };
        finding.slope = Some(slopes.arm.mean);
        finding.change = Some(slopes.change.mean);
        let ratio = |slopes: &PairedSlopes| -slopes.change.mean / slopes.baseline.mean;
        if finding.kind == CauseKind::Removal {
            finding.share = Some(ratio(&slopes)).filter(|share| share.is_finite());
        }
        finding.detectable = slopes.change.sd.and_then(|sd| minimal_detectable(sd, done, finding.alpha));
        if done < self.planned || !effect.complete {
            finding.verdict = Some(Verdict::Preliminary { done, planned: self.planned });
            return;
        }
        finding.needed = slopes.change.sd.filter(|_| effect.is_shown()).and_then(|sd| {
            let needed = instances_needed(sd, MINOR * slopes.baseline.mean.abs(), self.levels.next_cause)?;
            Some(needed.saturating_sub(done))
        });
        let scales = [slopes, log_odds];
        // where the majority class is unknown, so is whether an arm learns
        finding.verdict = self.question.majority_share.map(|majority| {
            self.silence(majority, pairs, effect).unwrap_or_else(|| match finding.kind {
                CauseKind::Removal => {
                    let intervals = scales.map(|slopes| self.share_of(&slopes, finding.alpha));
                    let [share, of_log_odds] = intervals.map(RatioInterval::bounded);
                    finding.interval = share;
                    finding.log_odds = Some(ratio(&log_odds)).filter(|share| share.is_finite());
                    finding.log_odds_interval = of_log_odds;
                    Verdict::of_shares(share, of_log_odds)
                }
                CauseKind::Introduction | CauseKind::Proof => {
                    let intervals = scales.map(|slopes| slopes.change.with_spread()?.interval(finding.alpha));
                    finding.log_odds = Some(log_odds.change.mean);
                    [finding.interval, finding.log_odds_interval] = intervals;
                    Verdict::of_changes(slopes.change.mean, intervals)
                }
            })
        });
        match finding.verdict {
            Some(verdict) if !verdict.is_silence() => finding.p_value = p_value(verdict, &scales),
            // a share or a change would look informative
            Some(_) => (finding.share, finding.change) = (None, None),
            None => {}
        }
    }

    /// The interval of the share or the change over instances and validation examples together.
    fn over_examples(
        &self,
        finding: &Finding,
        weights: &[f64],
        pairs: &Pairs,
        outcomes: &Outcomes,
    ) -> Option<Interval> {
        let table = |outcomes: &Outcomes| CrossedTable::of(outcomes, &pairs.iids, self.batch_sizes, weights);
        let (baseline, arm) = (table(&self.question.baseline)?, table(outcomes)?);
        match finding.kind {
            CauseKind::Removal => baseline.minus(&arm)?.ratio_interval(&baseline, finding.alpha).bounded(),
            _ => Some(arm.minus(&baseline)?.interval(finding.alpha)?.interval),
        }
    }

    fn share_of(&self, slopes: &PairedSlopes, alpha: f64) -> RatioInterval {
        let known = slopes.share.filter(|_| slopes.change.with_spread().is_some());
        known.map_or(RatioInterval::Line, |share| share.interval(alpha))
    }

    /// Why nothing can be said of an arm, if so.
    fn silence(&self, majority: f64, pairs: &Pairs, effect: &BatchSizeEffect) -> Option<Verdict> {
        if effect.learns == Some(false) {
            return Some(Verdict::Untestable(Untestable::Baseline));
        }
        match untestable(self.batch_sizes, &cells(&pairs.baseline), &cells(&pairs.arm), majority) {
            Some(why) => Some(Verdict::Untestable(why)),
            None if effect.is_shown() => None,
            None if effect.is_curved() => Some(Verdict::Curved),
            None => Some(Verdict::NoEffect),
        }
    }

    /// The planned contrasts, of the cells whose planned instances are complete.
    fn separation(&self, effect: &BatchSizeEffect) -> Option<Separation> {
        let mut design = self.question.design.clone().filter(|_| effect.complete)?;
        design.cells.retain(|_, accuracies| accuracies.len() >= self.planned);
        // contrasts stand last among what shares the causes' chance of error
        Some(separate(&design, *self.levels.causes.last()?, self.examples))
    }

    fn noise(&self) -> Noise {
        let sizes = self.batch_sizes.iter();
        let cells: Vec<Estimate> = sizes.filter_map(|b| Estimate::of(&self.question.baseline.cell(*b))).collect();
        let accuracy = Estimate::of(&cells.iter().map(|cell| cell.mean).collect::<Vec<_>>());
        let binomial = accuracy.zip(self.examples).map(|(accuracy, examples)| binomial_error(accuracy.mean, examples));
        Noise { binomial, between_instances: pooled_sd(&cells) }
    }
}
