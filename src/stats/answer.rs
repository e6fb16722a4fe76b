//! The answer as data: what `report --json` prints. What does not apply is null.

use super::judge::{CellRow, Finding, Judgement};
use super::question::CauseKind;
use super::verdict::Verdict;
use super::words;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    pub effect: EffectRow,
    pub causes: Vec<CauseRow>,
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

impl From<&Judgement> for Answer {
    fn from(judgement: &Judgement) -> Self {
        let effect = &judgement.effect;
        Self {
            effect: EffectRow {
                slope: effect.slope.map(|slope| slope.mean),
                low: effect.interval.map(|interval| interval.low),
                high: effect.interval.map(|interval| interval.high),
                n: effect.slope.map_or(0, |slope| slope.n),
            },
            causes: judgement.causes.iter().map(CauseRow::from).collect(),
            one_class: judgement.cells.iter().filter(|cell| cell.one_class > 0).map(OneClassRow::from).collect(),
            answer: words::paragraph(judgement),
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
        Self {
            arm: finding.arm.clone(),
            cause: finding.cause.clone(),
            kind: finding.kind,
            slope: finding.slope,
            share: finding.share,
            change: finding.change.filter(|_| finding.kind == CauseKind::Introduction),
            low: finding.interval.map(|interval| interval.low),
            high: finding.interval.map(|interval| interval.high),
            n: finding.n,
            verdict: finding.verdict,
            largest_difference: finding.proof.as_ref().map(|proof| proof.largest_difference),
            largest_difference_with_batch_norm: finding.proof.as_ref().map(|proof| proof.with_batch_norm),
        }
    }
}
