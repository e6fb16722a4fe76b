//! The verdict on one cause: the rules, first match wins. They were fixed before any result was seen.

use super::estimate::Interval;
use super::fieller::RatioInterval;
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
    /// the arm does not learn, or is at the ceiling
    Untestable(Untestable),
    /// the interval of the baseline's slope holds 0
    NoEffect,
    NotSeparable,
    /// `reverses`: more than the whole effect is gone
    Explains {
        reverses: bool,
    },
    Hides,
    RuledOut,
    Contributes,
    /// an introduction: by so much per doubling
    Changed(f64),
}

/// An explanation carries at least this share of the effect.
const MAIN: f64 = 0.5;
/// The main cause carries more than this.
pub(super) const MINOR: f64 = 0.25;

impl Verdict {
    /// Of a removal that learns, by the share of the effect that goes with it. `effect` is the interval of the
    /// baseline's slope.
    pub fn of_share(effect: Interval, share: RatioInterval) -> Self {
        let Interval { low, high } = match share {
            _ if effect.holds(0.0) => return Verdict::NoEffect,
            RatioInterval::Bounded(share) => share,
            RatioInterval::Complement(_) | RatioInterval::Line => return Verdict::NotSeparable,
        };
        match () {
            () if low >= MAIN => Verdict::Explains { reverses: low > 1.0 },
            () if high < 0.0 => Verdict::Hides,
            () if high <= MINOR => Verdict::RuledOut,
            () if low > 0.0 => Verdict::Contributes,
            () => Verdict::NotSeparable,
        }
    }

    /// Of an introduction, by the change of the slope.
    pub fn of_change(effect: Interval, change: f64, interval: Interval) -> Self {
        match () {
            () if effect.holds(0.0) => Verdict::NoEffect,
            () if interval.holds(0.0) => Verdict::NotSeparable,
            () => Verdict::Changed(change),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Preliminary { done, planned } => write!(formatter, "preliminary, {done} of {planned}"),
            Verdict::Untestable(_) => formatter.write_str("arm does not learn: says nothing"),
            Verdict::NoEffect => formatter.write_str("no effect to explain"),
            Verdict::NotSeparable => formatter.write_str("not separable yet"),
            Verdict::Explains { .. } => formatter.write_str("explains"),
            Verdict::Hides => formatter.write_str("hides the effect"),
            Verdict::RuledOut => formatter.write_str("ruled out as the main cause"),
            Verdict::Contributes => formatter.write_str("contributes"),
            Verdict::Changed(change) => {
                write!(formatter, "would have changed the slope by {} points per doubling", points(*change))
            }
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

    const EFFECT: Interval = Interval { low: -0.02, high: -0.01 };

    #[track_caller]
    fn of_share(low: f64, high: f64, expected: &str) {
        let verdict = Verdict::of_share(EFFECT, RatioInterval::Bounded(Interval { low, high }));
        assert_eq!(verdict.to_string(), expected, "[{low}, {high}]");
    }

    #[test]
    fn the_first_rule_that_matches_wins() {
        of_share(0.5, 0.9, "explains");
        of_share(0.499, 0.9, "contributes");
        of_share(1.01, 1.5, "explains");
        of_share(-0.5, -0.01, "hides the effect");
        of_share(-0.5, 0.0, "ruled out as the main cause");
        of_share(-0.1, 0.25, "ruled out as the main cause");
        of_share(0.05, 0.25, "ruled out as the main cause");
        of_share(0.05, 0.251, "contributes");
        of_share(0.0, 0.251, "not separable yet");
        of_share(-0.2, 1.2, "not separable yet");
    }

    #[test]
    fn nothing_is_explained_where_there_is_no_effect_or_no_end() {
        let sure = RatioInterval::Bounded(Interval { low: 0.9, high: 1.1 });
        assert_eq!(Verdict::of_share(Interval { low: -0.1, high: 0.1 }, sure), Verdict::NoEffect);
        assert_eq!(Verdict::of_share(EFFECT, RatioInterval::Line), Verdict::NotSeparable);
        let outside = RatioInterval::Complement(Interval { low: -0.1, high: 0.1 });
        assert_eq!(Verdict::of_share(EFFECT, outside), Verdict::NotSeparable);
        assert_eq!(Verdict::of_share(EFFECT, sure), Verdict::Explains { reverses: false });
        let more = RatioInterval::Bounded(Interval { low: 1.1, high: 1.3 });
        assert_eq!(Verdict::of_share(EFFECT, more), Verdict::Explains { reverses: true });
    }

    #[test]
    fn an_introduction_tells_by_how_much_it_changes_the_slope() {
        let (sure, unsure) = (Interval { low: -0.006, high: -0.002 }, Interval { low: -0.1, high: 0.1 });
        let verdict = Verdict::of_change(EFFECT, -0.004, sure).to_string();
        assert_eq!(verdict, "would have changed the slope by -0.40 points per doubling");
        assert_eq!(Verdict::of_change(EFFECT, 0.0, unsure), Verdict::NotSeparable);
        assert_eq!(Verdict::of_change(unsure, -0.004, sure), Verdict::NoEffect);
    }
}
