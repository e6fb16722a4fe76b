//! An axis scale: maps values to fractions of its length and back, and chooses ticks.

use super::range::STEPS;

/// A linear or logarithmic axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub log: bool,
    /// factor of the labels: 100 for percentages
    pub factor: f64,
}

/// A labelled tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
}

/// Tick spacings as multiples of a power of ten, the most readable first.
const APART: [f64; 6] = [1.0, 5.0, 2.0, 2.5, 4.0, 3.0];
/// More ticks than this add little.
const ENOUGH: usize = 4;
/// Labels are written with `k` and `M` from here on.
const LARGE: f64 = 10_000.0;
/// Labels below are written with an exponent.
const SMALL: f64 = 1e-3;

impl Scale {
    pub fn linear((low, high): (f64, f64)) -> Self {
        Self { low, high, log: false, factor: 1.0 }
    }

    /// The position of a value: 0 at the low end, 1 at the high end.
    pub fn share(&self, value: f64) -> f64 {
        let (low, high) = (self.position(self.low), self.position(self.high));
        (self.position(value) - low) / (high - low)
    }

    /// The value at a share of the axis.
    pub fn value(&self, share: f64) -> f64 {
        let (low, high) = (self.position(self.low), self.position(self.high));
        let position = low + share * (high - low);
        if self.log { 10f64.powf(position) } else { position }
    }

    fn position(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    /// Ticks accepted by `fits`, as close to `wanted` as possible; empty if none fit.
    pub fn ticks(&self, wanted: usize, fits: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
        let mut candidates = if self.log { self.decades() } else { Vec::new() };
        // too few decades to choose from
        if candidates.iter().all(|ticks| ticks.len() < 3) {
            candidates.extend(self.multiples(wanted));
        }
        // fewer than four show little of a scale
        let missing = |count: usize| wanted.min(ENOUGH).saturating_sub(count);
        candidates.sort_by_key(|ticks| ticks.len().abs_diff(wanted) + wanted * missing(ticks.len()));
        candidates.into_iter().find(|ticks| fits(ticks)).unwrap_or_default()
    }

    /// Every candidate of equally spaced ticks with a readable number of them.
    fn multiples(&self, wanted: usize) -> Vec<Vec<Tick>> {
        let (low, high) = (self.low * self.factor, self.high * self.factor);
        let power = ((high - low) / wanted.max(1) as f64).log10().floor();
        if !power.is_finite() {
            return Vec::new();
        }
        let steps =
            APART.into_iter().flat_map(|apart| (-1..=1).map(move |more| apart * 10f64.powf(power + f64::from(more))));
        let ticks = |step: f64| {
            // an end that is a multiple stays one in spite of rounding
            let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
            let count = (last - first + 1.0).max(0.0) as usize;
            (count <= 4 * wanted.max(1)).then(|| {
                let values: Vec<f64> = (0..count).map(|place| (first + place as f64) * step).collect();
                labelled(&values, Some(step)).map(|tick| Tick { value: tick.value / self.factor, ..tick }).collect()
            })
        };
        steps.filter_map(ticks).collect()
    }

    /// Powers of ten, and 1, 2, 5 times those.
    fn decades(&self) -> Vec<Vec<Tick>> {
        let (low, high) = (self.low * self.factor, self.high * self.factor);
        let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let inside = |value: &f64| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value);
        let of = |multiples: &[f64], every: usize| -> Vec<Tick> {
            let decades = powers.clone().step_by(every);
            let values = decades.flat_map(|power| multiples.iter().map(move |multiple| multiple * 10f64.powi(power)));
            let values: Vec<f64> = values.filter(inside).collect();
            labelled(&values, None).map(|tick| Tick { value: tick.value / self.factor, ..tick }).collect()
        };
        let whole = [1, 2, 5, 10, 20, 50].map(|every| of(&STEPS[..1], every));
        whole.into_iter().chain([of(&STEPS[..3], 1)]).collect()
    }
}

/// Values with labels: of equal steps with the same number of decimals.
fn labelled(values: &[f64], step: Option<f64>) -> impl Iterator<Item = Tick> {
    let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    let step = step.unwrap_or(0.0);
    values.iter().map(move |value| {
        let value = if value.abs() < 1e-9 * largest { 0.0 } else { *value };
        Tick { value, label: label(value, step, largest) }
    })
}

/// A step of 0: ticks that are not equally far apart, each as short as can be.
fn label(value: f64, step: f64, largest: f64) -> String {
    let (divisor, suffix) = match largest {
        _ if value == 0.0 => return "0".into(),
        large if large >= 1e9 => return exponent(value),
        large if large >= LARGE * 1000.0 => (1e6, "M"),
        large if large >= LARGE => (1e3, "k"),
        small if small < SMALL => return exponent(value),
        _ => (1.0, ""),
    };
    if step == 0.0 {
        return format!("{}{suffix}", shortest(value / divisor));
    }
    let decimals = (0..9).find(|decimals| {
        let scaled = step / divisor * 10f64.powi(*decimals);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0) && scaled >= 0.5
    });
    let decimals = decimals.map_or(9, |decimals| decimals as usize);
    format!("{:.decimals$}{suffix}", value / divisor)
}

/// `2.5e-5`
fn exponent(value: f64) -> String {
    let text = format!("{value:.3e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    format!("{mantissa}e{power}")
}

fn shortest(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(scale: Scale, wanted: usize) -> Vec<String> {
        scale.ticks(wanted, |_| true).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_labelled_alike() {
        let percent = Scale { factor: 100.0, ..Scale::linear((0.76, 0.88)) };
        assert_eq!(labels(percent, 4), ["76", "80", "84", "88"]);
        assert_eq!(labels(Scale::linear((0.0, 20_750.0)), 5), ["0", "5k", "10k", "15k", "20k"]);
        assert_eq!(labels(Scale::linear((0.0, 1600.0)), 5), ["0", "400", "800", "1200", "1600"]);
        assert_eq!(labels(Scale::linear((0.0, 2e-5)), 5), ["0", "5e-6", "1e-5", "1.5e-5", "2e-5"]);
        assert_eq!(labels(Scale::linear((-0.05, 0.05)), 5), ["-0.04", "-0.02", "0", "0.02", "0.04"]);
        assert_eq!(labels(Scale { log: true, ..Scale::linear((0.02, 10.0)) }, 4), ["0.1", "1", "10"]);
        assert_eq!(labels(Scale { log: true, ..Scale::linear((0.5, 2.0)) }, 4).len(), 3);
    }

    #[test]
    fn shares_and_values_are_inverse() {
        for log in [false, true] {
            let scale = Scale { log, ..Scale::linear((0.02, 10.0)) };
            for share in [0.0, 0.25, 1.0] {
                assert!((scale.share(scale.value(share)) - share).abs() < 1e-12);
            }
        }
    }

    proptest! {
        /// Whatever a range: about as many ticks as wanted, ascending, inside, and no two labelled alike.
        #[test]
        fn every_range_has_ticks(low in -1e6f64..1e6, exponent in -6f64..6.0, wanted in 3usize..9) {
            let span = 10f64.powf(exponent).max(low.abs() * 1e-5);
            let scale = Scale::linear((low, low + span));
            let ticks = scale.ticks(wanted, |_| true);
            prop_assert!(ticks.len() >= wanted.min(4) && ticks.len() <= 2 * wanted + 1, "{ticks:?}");
            for pair in ticks.windows(2) {
                prop_assert!(pair[0].value < pair[1].value);
            }
            prop_assert!(ticks.iter().all(|tick| (-1e-5..1.0 + 1e-5).contains(&scale.share(tick.value))));
        }
    }
}
