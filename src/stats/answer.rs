//! The answer as data: what `report --json` prints. What does not apply is null.

use super::curve::Curvature;
use super::judgement::{CellRow, Finding, Judgement};
use super::question::CauseKind;
use super::separation::{Contrasted, Control, Difference, Separation};
use super::verdict::Verdict;
use super::words;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// number of this look, from 1
    pub look: usize,
    /// instances of every cell
    pub planned: usize,
    /// false: preliminary, without intervals
    pub complete: bool,
    pub effect: EffectRow,
    pub causes: Vec<CauseRow>,
    /// of a sweep that takes apart what a batch size changes; absent in others
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separation: Option<SeparationRow>,
    /// cells with runs that predict one class only; absent where there are none
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_class: Vec<OneClassRow>,
    /// one paragraph
    pub answer: String,
}

/// The baseline's slope: change of accuracy per doubling of the batch size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectRow {
    pub slope: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// complete instances
    pub n: usize,
    /// of the slope of the log-odds
    pub log_odds_low: Option<f64>,
    pub log_odds_high: Option<f64>,
    /// that there is no slope, on whichever scale that is more likely
    pub p: Option<f64>,
    /// chance of error of the intervals
    pub alpha: f64,
    /// 1 - alpha
    pub level: f64,
    /// whether there is a slope: both intervals exclude 0, on the same side
    pub shown: bool,
    /// whether the baseline is better than the largest class at some batch size; null where that is not known
    pub learns: Option<bool>,
    /// the smallest slope that shows in four of five such sweeps
    pub detectable: Option<f64>,
    /// further instances to show a slope of the size seen; null where it is shown
    pub needed: Option<usize>,
    /// null unless it is known of all runs which validation examples they get right
    pub over_examples: Option<OverExamplesRow>,
    /// null for fewer than three batch sizes
    pub curve: Option<CurveRow>,
}

/// An interval over instances and validation examples together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverExamplesRow {
    pub low: f64,
    pub high: f64,
    /// whether what is claimed would be with other validation examples too; null where nothing is claimed
    pub survives: Option<bool>,
}

/// What a straight line over log2(batch size) leaves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CurveRow {
    /// coefficient of the square of log2(batch size)
    pub quadratic: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// lack of fit: that a straight line leaves nothing
    pub p: f64,
    pub alpha: f64,
    pub shown: bool,
}

/// A cell some of whose runs predict one class only: their accuracy is that class's share of the validation set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneClassRow {
    /// null: the baseline
    pub arm: Option<String>,
    pub batch_size: u32,
    pub runs: usize,
    /// finished runs of the cell
    pub of: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CauseRow {
    pub arm: String,
    /// the key of the ablation
    pub cause: String,
    pub kind: CauseKind,
    /// of the arm
    pub slope: Option<f64>,
    /// of the effect, that goes with a removal
    pub share: Option<f64>,
    /// of the slope, that comes with an introduction
    pub change: Option<f64>,
    /// of the share or the change; null where the interval has no ends
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// share or change of the slope of the log-odds
    pub log_odds: Option<f64>,
    pub log_odds_low: Option<f64>,
    pub log_odds_high: Option<f64>,
    /// of the share or the change; null unless it is known of all runs which validation examples they get right
    pub over_examples: Option<OverExamplesRow>,
    /// of `p_of`, not adjusted: a verdict needs at most `alpha`
    pub p: Option<f64>,
    /// what the verdict rejects
    pub p_of: Option<&'static str>,
    /// chance of error of the intervals; null for a proof
    pub alpha: Option<f64>,
    /// 1 - alpha
    pub level: Option<f64>,
    /// the smallest change of the slope that shows in four of five such sweeps
    pub detectable: Option<f64>,
    /// further instances until a quarter of the effect is detectable
    pub needed: Option<usize>,
    /// instances complete in the baseline and in the arm
    pub n: Option<usize>,
    pub verdict: Option<Verdict>,
    /// of a proof alone: of a logit between its example alone and in a batch, with the norm in use
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_difference: Option<f64>,
    /// the same with batch norm in its place
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_difference_with_batch_norm: Option<f64>,
}

/// The planned contrasts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeparationRow {
    /// `holds`, `fails` or `not run`; where it fails nothing is concluded
    pub control: &'static str,
    pub contrasts: Vec<ContrastRow>,
    /// contrasts that a missing cell leaves out
    pub left_out: Vec<&'static str>,
    /// points of 1 per doubling of each factor, the others unchanged
    pub regression: Vec<SlopeRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContrastRow {
    pub about: &'static str,
    pub difference: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub log_odds_low: Option<f64>,
    pub log_odds_high: Option<f64>,
    pub n: usize,
    pub alpha: f64,
    pub shown: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SlopeRow {
    pub about: &'static str,
    /// null: not separable from the others
    pub slope: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl From<&Separation> for SeparationRow {
    fn from(separation: &Separation) -> Self {
        let control = match separation.control {
            Control::NotRun => "not run",
            Control::Holds(_) => "holds",
            Control::Fails(_) => "fails",
        };
        let fails = matches!(separation.control, Control::Fails(_));
        let contrast = |contrast: &Contrasted| ContrastRow {
            about: contrast.about,
            difference: contrast.difference.mean,
            low: contrast.difference.interval.map(|interval| interval.low),
            high: contrast.difference.interval.map(|interval| interval.high),
            log_odds_low: contrast.log_odds_interval.map(|interval| interval.low),
            log_odds_high: contrast.log_odds_interval.map(|interval| interval.high),
            n: contrast.difference.n,
            alpha: separation.alpha,
            shown: contrast.is_shown() && !fails,
        };
        let slope = |(about, slope): &(&'static str, Option<Difference>)| SlopeRow {
            about,
            slope: slope.map(|slope| slope.mean),
            low: slope.and_then(|slope| slope.interval).map(|interval| interval.low),
            high: slope.and_then(|slope| slope.interval).map(|interval| interval.high),
        };
        Self {
            control,
            contrasts: separation.contrasts.iter().map(contrast).collect(),
            left_out: separation.left_out.iter().map(|(about, _)| *about).collect(),
            regression: separation.regression.iter().map(slope).collect(),
        }
    }
}

impl From<&Judgement> for Answer {
    fn from(judgement: &Judgement) -> Self {
        let effect = &judgement.effect;
        Self {
            look: judgement.look_number,
            planned: judgement.planned,
            complete: judgement.is_complete(),
            effect: EffectRow {
                slope: effect.slope.map(|slope| slope.mean),
                low: effect.interval.map(|interval| interval.low),
                high: effect.interval.map(|interval| interval.high),
                n: effect.slope.map_or(0, |slope| slope.n),
                log_odds_low: effect.log_odds_interval.map(|interval| interval.low),
                log_odds_high: effect.log_odds_interval.map(|interval| interval.high),
                p: effect.p_value,
                alpha: judgement.alpha,
                level: 1.0 - judgement.alpha,
                shown: effect.is_shown(),
                learns: effect.learns,
                detectable: effect.detectable,
                needed: effect.needed,
                over_examples: effect.over_examples.map(|over| OverExamplesRow {
                    low: over.interval.low,
                    high: over.interval.high,
                    survives: effect.survives(),
                }),
                curve: effect.curve.as_ref().map(CurveRow::from),
            },
            causes: judgement.causes.iter().map(CauseRow::from).collect(),
            separation: judgement.separation.as_ref().map(SeparationRow::from),
            one_class: judgement.cells.iter().filter(|cell| cell.one_class > 0).map(OneClassRow::from).collect(),
            answer: words::paragraph(judgement),
        }
    }
}

impl From<&Curvature> for CurveRow {
    fn from(curve: &Curvature) -> Self {
        Self {
            quadratic: curve.quadratic.mean,
            low: curve.interval.map(|interval| interval.low),
            high: curve.interval.map(|interval| interval.high),
            p: curve.p_value,
            alpha: curve.alpha,
            shown: curve.is_shown(),
        }
    }
}

impl From<&CellRow> for OneClassRow {
    fn from(cell: &CellRow) -> Self {
        let (runs, of) = (cell.one_class, cell.accuracy.map_or(0, |accuracy| accuracy.n));
        Self { arm: cell.arm.clone(), batch_size: cell.batch_size, runs, of }
    }
}

impl From<&Finding> for CauseRow {
    fn from(finding: &Finding) -> Self {
        let alpha = (finding.kind != CauseKind::Proof).then_some(finding.alpha);
        Self {
            arm: finding.arm.clone(),
            cause: finding.cause.clone(),
            kind: finding.kind,
            slope: finding.slope,
            share: finding.share,
            change: finding.change.filter(|_| finding.kind == CauseKind::Introduction),
            low: finding.interval.map(|interval| interval.low),
            high: finding.interval.map(|interval| interval.high),
            log_odds: finding.log_odds,
            log_odds_low: finding.log_odds_interval.map(|interval| interval.low),
            log_odds_high: finding.log_odds_interval.map(|interval| interval.high),
            over_examples: finding.over_examples.map(|over| OverExamplesRow {
                low: over.low,
                high: over.high,
                survives: finding.survives(),
            }),
            p: finding.p_value.map(|p| p.p),
            p_of: finding.p_value.map(|p| p.hypothesis),
            alpha,
            level: alpha.map(|alpha| 1.0 - alpha),
            detectable: finding.detectable,
            needed: finding.needed,
            n: finding.n,
            verdict: finding.verdict,
            largest_difference: finding.proof.as_ref().map(|proof| proof.largest_difference),
            largest_difference_with_batch_norm: finding.proof.as_ref().map(|proof| proof.with_batch_norm),
        }
    }
}
