//! The verdict on one cause: the rules, first match wins. They were fixed before any result was seen.

use super::estimate::Interval;
use super::learning::Untestable;
use super::numbers::points;
use serde::{Serialize, Serializer};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// the planned instances are not complete
    Preliminary {
        done: usize,
        planned: usize,
    },
    /// the baseline or the arm does not learn, or the arm is at the ceiling
    Untestable(Untestable),
    /// the interval of the baseline's slope holds 0
    NoEffect,
    /// it holds 0, but the batch sizes differ
    Curved,
    NotSeparable,
    /// what is seen on one scale of accuracy is not so on the other
    DependsOnScale,
    /// `reverses`: more than the whole effect is gone
    Explains {
        reverses: bool,
    },
    Hides,
    RuledOut,
    Contributes,
    /// an introduction: by so much per doubling
    Changed(f64),
    /// a proof: no example's logits depend on the others of its batch
    NoMixing,
}

/// An explanation carries at least this share of the effect.
pub(super) const MAIN: f64 = 0.5;
/// A share this near to 0, either way, is none worth the name.
pub(super) const MINOR: f64 = 0.25;

impl Verdict {
    /// Of a removal, by the interval of the share of the effect that goes with it.
    pub(super) fn of_share(share: Interval) -> Self {
        let Interval { low, high } = share;
        match () {
            () if low >= MAIN => Verdict::Explains { reverses: low > 1.0 },
            // two one-sided tests (Schuirmann 1987), whichever side of 0 it is on
            () if low >= -MINOR && high <= MINOR => Verdict::RuledOut,
            () if high < 0.0 => Verdict::Hides,
            () if low > 0.0 => Verdict::Contributes,
            () => Verdict::NotSeparable,
        }
    }

    /// Of a removal, by the intervals of the slopes of accuracy and of the log-odds: what is claimed holds of both.
    pub(super) fn of_shares(share: Option<Interval>, of_log_odds: Option<Interval>) -> Self {
        let (Some(a), Some(b)) = (share, of_log_odds) else { return Verdict::NotSeparable };
        let both = Interval { low: a.low.min(b.low), high: a.high.max(b.high) };
        match Verdict::of_share(both) {
            Verdict::NotSeparable if a.high < b.low || b.high < a.low => Verdict::DependsOnScale,
            verdict => verdict,
        }
    }

    /// Of an introduction, by the change of the slope and its intervals on both scales.
    pub(super) fn of_changes(change: f64, intervals: [Option<Interval>; 2]) -> Self {
        let side = |interval: Option<Interval>| match interval {
            Some(interval) if interval.low > 0.0 => 1,
            Some(interval) if interval.high < 0.0 => -1,
            _ => 0,
        };
        match intervals.map(side) {
            [0, _] | [_, 0] => Verdict::NotSeparable,
            [a, b] if a == b => Verdict::Changed(change),
            _ => Verdict::DependsOnScale,
        }
    }

    pub(super) fn is_preliminary(self) -> bool {
        matches!(self, Verdict::Preliminary { .. })
    }

    /// Whether it is a claim about the share of the effect.
    pub(super) fn is_share(self) -> bool {
        matches!(self, Verdict::Explains { .. } | Verdict::Hides | Verdict::RuledOut | Verdict::Contributes)
    }

    /// Whether it says that nothing can be said of the cause.
    pub(super) fn is_silence(self) -> bool {
        matches!(self, Verdict::Untestable(_) | Verdict::NoEffect | Verdict::Curved)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Preliminary { done, planned } => write!(formatter, "preliminary, {done} of {planned}"),
            Verdict::Untestable(Untestable::Baseline) => formatter.write_str("baseline does not learn: says nothing"),
            Verdict::Untestable(Untestable::DoesNotLearn { .. }) => {
                formatter.write_str("arm does not learn: says nothing")
            }
            Verdict::Untestable(Untestable::Ceiling { .. }) => {
                formatter.write_str("arm is at the ceiling: says nothing")
            }
            Verdict::NoEffect => formatter.write_str("no effect to explain"),
            Verdict::Curved => formatter.write_str("no slope to explain, but a curve"),
            Verdict::NotSeparable => formatter.write_str("not separable yet"),
            Verdict::DependsOnScale => formatter.write_str("depends on the scale"),
            Verdict::Explains { .. } => formatter.write_str("explains"),
            Verdict::Hides => formatter.write_str("hides the effect"),
            Verdict::RuledOut => formatter.write_str("ruled out as the main cause"),
            Verdict::Contributes => formatter.write_str("contributes"),
            Verdict::Changed(change) => {
                write!(formatter, "would have changed the slope by {} points per doubling", points(*change))
            }
            Verdict::NoMixing => formatter.write_str("does not mix examples"),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn of_share(low: f64, high: f64, expected: &str) {
        assert_eq!(Verdict::of_share(Interval { low, high }).to_string(), expected, "[{low}, {high}]");
    }

    #[test]
    fn the_first_rule_that_matches_wins() {
        of_share(0.5, 0.9, "explains");
        of_share(0.499, 0.9, "contributes");
        of_share(1.01, 1.5, "explains");
        of_share(-0.5, -0.01, "hides the effect");
        of_share(-0.2, -0.01, "ruled out as the main cause");
        of_share(-0.1, 0.25, "ruled out as the main cause");
        of_share(0.05, 0.25, "ruled out as the main cause");
        of_share(0.05, 0.251, "contributes");
        of_share(0.0, 0.251, "not separable yet");
        of_share(-0.2, 1.2, "not separable yet");
        // not the main cause, but perhaps one that hides a part: no equivalence
        of_share(-0.5, 0.0, "not separable yet");
    }

    #[test]
    fn a_claim_holds_on_both_scales() {
        let interval = |low, high| Some(Interval { low, high });
        let sure = interval(0.9, 1.1);
        assert_eq!(Verdict::of_shares(sure, sure), Verdict::Explains { reverses: false });
        assert_eq!(Verdict::of_shares(sure, interval(0.2, 0.95)), Verdict::Contributes);
        assert_eq!(Verdict::of_shares(sure, interval(-0.2, 0.2)), Verdict::DependsOnScale);
        assert_eq!(Verdict::of_shares(sure, interval(-0.2, 1.0)), Verdict::NotSeparable);
        assert_eq!(Verdict::of_shares(sure, None), Verdict::NotSeparable);
        let more = interval(1.1, 1.3);
        assert_eq!(Verdict::of_shares(more, more), Verdict::Explains { reverses: true });
    }

    #[test]
    fn an_introduction_tells_by_how_much_it_changes_the_slope() {
        let (sure, unsure) = (Some(Interval { low: -0.006, high: -0.002 }), Some(Interval { low: -0.1, high: 0.1 }));
        let verdict = Verdict::of_changes(-0.004, [sure, sure]).to_string();
        assert_eq!(verdict, "would have changed the slope by -0.40 points per doubling");
        assert_eq!(Verdict::of_changes(0.0, [unsure, sure]), Verdict::NotSeparable);
        let other = Some(Interval { low: 0.02, high: 0.04 });
        assert_eq!(Verdict::of_changes(-0.004, [sure, other]), Verdict::DependsOnScale);
    }
}
