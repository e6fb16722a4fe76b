//! The answer to a question: every number and every verdict.

use super::crossed::OverExamples;
use super::curve::Curvature;
use super::estimate::{Estimate, Interval};
use super::looks::Look;
use super::p_value::PValue;
use super::question::{CauseKind, KnownCause, Proof};
use super::separation::Separation;
use super::verdict::Verdict;

#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// ascending
    pub batch_sizes: Vec<u32>,
    pub planned: usize,
    /// what this shows; to be remembered where it is complete
    pub look: Look,
    /// its number, from 1
    pub look_number: usize,
    /// chance of error of the effect's interval
    pub alpha: f64,
    pub cells: Vec<CellRow>,
    pub effect: BatchSizeEffect,
    pub causes: Vec<Finding>,
    /// of a sweep with that design whose instances are complete
    pub separation: Option<Separation>,
    /// see [`Question::known`](super::Question::known)
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
    /// of the mean, by itself, at 1 - ALPHA; only with all planned instances
    pub interval: Option<Interval>,
    /// number of its runs that predict one class only
    pub one_class: usize,
}

/// The effect of batch size in the baseline, over its complete instances. Intervals and p-values come with the planned
/// instances.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchSizeEffect {
    /// per doubling
    pub slope: Option<Estimate>,
    pub interval: Option<Interval>,
    /// of the slope of the log-odds
    pub log_odds_interval: Option<Interval>,
    /// that there is no slope, on whichever scale that is more likely
    pub p_value: Option<f64>,
    /// accuracy at the smallest batch size minus that at the largest
    pub ends: Option<Estimate>,
    pub ends_interval: Option<Interval>,
    pub curve: Option<Curvature>,
    /// of the slope, where it is known of all runs which examples they get right
    pub over_examples: Option<OverExamples>,
    /// false: at no batch size is the baseline better than the largest class; nothing where that is not known
    pub learns: Option<bool>,
    pub complete: bool,
    /// the smallest slope that so many instances show in four of five sweeps
    pub detectable: Option<f64>,
    /// further instances to show a slope of the size seen, where it is not shown yet
    pub needed: Option<usize>,
}

impl BatchSizeEffect {
    /// Whether the interval excludes 0, on both scales on the same side.
    pub fn is_shown(&self) -> bool {
        let both = self.interval.zip(self.log_odds_interval);
        both.is_some_and(|(a, b)| (a.low > 0.0 && b.low > 0.0) || (a.high < 0.0 && b.high < 0.0))
    }

    /// Whether it would show with other validation examples too; nothing where it does not show, or that is not known.
    pub fn survives(&self) -> Option<bool> {
        self.over_examples.filter(|_| self.is_shown()).map(|over| !over.interval.holds(0.0))
    }

    /// Whether a straight line over the batch sizes does not describe them.
    pub fn is_curved(&self) -> bool {
        self.curve.as_ref().is_some_and(Curvature::is_shown)
    }
}

/// The finding on one cause. Intervals and p-values come with the planned instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub arm: String,
    pub cause: String,
    pub kind: CauseKind,
    /// the measurements of the invariance check
    pub proof: Option<Proof>,
    /// chance of error of its intervals
    pub alpha: f64,
    /// of the arm
    pub slope: Option<f64>,
    /// 1 - slope of the arm / slope of the baseline, of a removal
    pub share: Option<f64>,
    /// slope of the arm minus slope of the baseline
    pub change: Option<f64>,
    /// of the share or the change; `None` if unbounded
    pub interval: Option<Interval>,
    /// share or change of the slope of the log-odds, and its interval
    pub log_odds: Option<f64>,
    pub log_odds_interval: Option<Interval>,
    pub n: Option<usize>,
    /// of the share or the change, over instances and validation examples together
    pub over_examples: Option<Interval>,
    pub verdict: Option<Verdict>,
    /// of what the verdict rejects
    pub p_value: Option<PValue>,
    /// the smallest change of the slope that so many instances show in four of five sweeps
    pub detectable: Option<f64>,
    /// further instances until a quarter of the effect is detectable
    pub needed: Option<usize>,
}

impl Finding {
    /// Whether the verdict would be given with other validation examples too; nothing where none is given, or that is not
    /// known.
    pub fn survives(&self) -> Option<bool> {
        let (over, verdict) = (self.over_examples?, self.verdict?);
        match verdict {
            Verdict::Changed(_) => Some(!over.holds(0.0)),
            verdict if verdict.is_share() => Some(Verdict::of_share(over) == verdict),
            _ => None,
        }
    }
}

/// The noise of one accuracy of the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Noise {
    /// standard error of one accuracy, from the number of validation examples alone
    pub binomial: Option<f64>,
    /// standard deviation between instances of a cell
    pub between_instances: Option<f64>,
}

impl Judgement {
    /// Whether a verdict may be shown, which is a look at the data.
    pub fn is_complete(&self) -> bool {
        self.effect.complete && self.effect.slope.is_some()
    }

    /// The chance of error of every cause's interval, where it is the same for all.
    pub fn alpha_of_causes(&self) -> Option<f64> {
        let mut levels =
            self.causes.iter().filter(|finding| finding.kind != CauseKind::Proof).map(|finding| finding.alpha);
        let first = levels.next()?;
        levels.all(|alpha| alpha == first).then_some(first)
    }
}
