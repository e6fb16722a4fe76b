//! Ticks of an axis: round numbers, as many as have room.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// An axis from low to high. A logarithmic one is over the logarithm of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    range: (f64, f64),
    ticks: Vec<f64>,
    log: bool,
}

/// Steps between ticks within a power of ten.
const STEPS: [f64; 4] = [1.0, 2.0, 5.0, 10.0];
/// Ticks within a power of ten of a logarithmic axis, the more there is room for.
const WITHIN: [&[f64]; 3] = [&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], &[1.0, 2.0, 5.0], &[1.0]];

impl Axis {
    /// With about as many ticks as there is room for, at most.
    pub fn linear((low, high): (f64, f64), room: usize) -> Self {
        let least = (high - low) / room.max(1) as f64;
        let power = 10f64.powf(least.log10().floor());
        let step = STEPS.iter().map(|step| step * power).find(|step| *step >= least * 0.999).unwrap_or(least);
        // a tick at the very end stays there in spite of rounding
        let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
        let ticks = (0..=room + 1).map(|number| first + number as f64).take_while(|place| *place <= last);
        Self { range: (low, high), ticks: ticks.map(|place| place * step).collect(), log: false }
    }

    pub fn logarithmic((low, high): (f64, f64), room: usize) -> Self {
        let powers = || low.log10().floor() as i32..=high.log10().ceil() as i32;
        let inside = |value: &f64| (low * 0.999..=high * 1.001).contains(value);
        let ticks = |within: &[f64], every: usize| -> Vec<f64> {
            let all =
                powers().step_by(every).flat_map(|power| within.iter().map(move |digit| digit * 10f64.powi(power)));
            all.filter(inside).collect()
        };
        let fine = WITHIN.iter().map(|within| ticks(within, 1)).find(|ticks| ticks.len() <= room.max(2));
        let ticks = fine.unwrap_or_else(|| ticks(&[1.0], powers().count().div_ceil(room.max(1))));
        let range = (low.log10(), high.log10());
        Self { range, ticks: ticks.into_iter().map(f64::log10).collect(), log: true }
    }

    /// Where a value is on the axis.
    pub fn place(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    /// The places of its ends.
    pub fn ends(&self) -> (f64, f64) {
        self.range
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.range.0) / (self.range.1 - self.range.0);
        from + (f64::from(to - from) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.0..self.range.1
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, place: &f64) -> String {
        number(if self.log { 10f64.powf(*place) } else { *place })
    }
}

/// As few digits as say it.
fn number(value: f64) -> String {
    // a sum of steps may end beside 0
    let size = value.abs();
    if size < 1e-12 {
        return "0".into();
    }
    if !(1e-3..1e6).contains(&size) {
        let text = format!("{value:.2e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|place| axis.format_ext(place)).collect()
    }

    #[test]
    fn ticks_are_round_and_written_without_noise() {
        assert_eq!(
            labels(&Axis::linear((0.0, 20750.0), 12)),
            ["0", "2000", "4000", "6000", "8000", "10000", "12000", "14000", "16000", "18000", "20000"]
        );
        assert_eq!(labels(&Axis::linear((0.3, 0.9), 6)), ["0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]);
        assert_eq!(labels(&Axis::linear((0.0, 2e-5), 4)), ["0", "5e-6", "1e-5", "1.5e-5", "2e-5"]);
        assert_eq!(labels(&Axis::linear((-0.2, 0.2), 4)), ["-0.2", "-0.1", "0", "0.1", "0.2"]);
    }

    #[test]
    fn logarithmic_ticks_are_finer_the_shorter_the_axis() {
        assert_eq!(
            labels(&Axis::logarithmic((0.2, 1.0), 12)),
            ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]
        );
        assert_eq!(labels(&Axis::logarithmic((0.02, 5.0), 12)), ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5"]);
        assert_eq!(labels(&Axis::logarithmic((1e-8, 1.0), 9)).len(), 9);
        assert!(labels(&Axis::logarithmic((1e-300, 1.0), 10)).len() <= 11);
    }

    proptest! {
        #[test]
        fn ticks_are_inside_and_never_too_many(low in -1e6f64..1e6, span in 1e-6f64..1e9, room in 0usize..30) {
            let axis = Axis::linear((low, low + span), room);
            prop_assert!(axis.ticks.len() <= room + 2);
            let room_for_rounding = span * 1e-3;
            prop_assert!(axis.ticks.iter().all(|t| *t >= low - room_for_rounding && *t <= low + span + room_for_rounding));
        }
    }
}
