//! How noisy gradients are, from Adam's first moment alone.
//!
//! With gradients g_t of mean G and noise of variance V = tr(S) / B, the first moment m, a decaying average of them, has
//! E |m|^2 = |G|^2 + phi V (m debiased), where phi = (1 - b) / (1 + b) (1 + b^t) / (1 - b^t); and E |g|^2 = |G|^2 + V, averaged
//! in the same way. So both V and |G|^2 follow from two sums of squares. The ratio is McCandlish et al. 2018 (arXiv 1812.06162),
//! appendix A.1, which compares two batch sizes instead; the average of m stands for the larger one here. Both estimates are
//! averaged over updates before they are divided.

use crate::domain::point::GradientPoint;
use crate::domain::run::RunSpec;

/// Sums since the last evaluation, and the decaying average of squared norms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoiseMeter {
    /// not debiased
    energy: f64,
    /// updates in it
    age: f64,
    noise: f64,
    signal: f64,
    /// updates with an estimate
    estimates: f64,
    updates: f64,
    clipped: f64,
    /// 1: the next update starts new sums. They are kept until then, because a run that resumes repeats its last evaluation
    is_read: f64,
    /// of the last update that was measured
    pub update_ratio: f64,
}

/// Squared norms after an update, of all parameters that have a gradient every time: not of the tables' rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SquaredNorms {
    /// of the gradient, clipped
    pub gradient: f64,
    /// of the first moment, not debiased
    pub moment: f64,
}

impl NoiseMeter {
    /// After update `step`, counted from 1.
    pub fn add(&mut self, beta1: f64, step: u64, squares: SquaredNorms, is_clipped: bool) {
        if self.is_read != 0.0 {
            *self = Self { energy: self.energy, age: self.age, update_ratio: self.update_ratio, ..Self::default() };
        }
        self.updates += 1.0;
        self.clipped += f64::from(is_clipped);
        self.age += 1.0;
        self.energy = beta1 * self.energy + (1.0 - beta1) * squares.gradient;
        let forgotten = beta1.powf(step as f64);
        let phi = (1.0 - beta1) / (1.0 + beta1) * (1.0 + forgotten) / (1.0 - forgotten);
        // until the moment averages over a half-life, it says little that the gradient does not; without memory it never does
        if forgotten > 0.5 || phi > 0.9 {
            return;
        }
        let energy = self.energy / (1.0 - beta1.powf(self.age));
        let moment = squares.moment / (1.0 - forgotten).powi(2);
        self.noise += (energy - moment) / (1.0 - phi);
        self.signal += (moment - phi * energy) / (1.0 - phi);
        self.estimates += 1.0;
    }

    /// What the updates since the last evaluation say, at this distance from the start; nothing where there were none.
    pub fn read(&self, spec: &RunSpec, step: u64, distance: f64) -> Option<GradientPoint> {
        let noise = self.noise(spec);
        (self.updates > 0.0).then(|| GradientPoint {
            step,
            noise_scale: noise.map(|(scale, _)| scale),
            signal_share: noise.map(|(_, share)| share),
            clipped_share: self.clipped / self.updates,
            update_ratio: self.update_ratio,
            distance,
        })
    }

    /// Noise scale and signal share; nothing after too few updates.
    fn noise(&self, spec: &RunSpec) -> Option<(f64, f64)> {
        if self.estimates == 0.0 || !(self.noise + self.signal).is_finite() {
            return None;
        }
        let (noise, signal) = (self.noise.max(0.0), self.signal.max(0.0));
        // pairs of a finite set that are not put back until all were drawn average out faster than independent ones
        let pairs = f64::from(spec.noise_of.unwrap_or(spec.pairs_per_update()));
        let inverse = if noise > 0.0 { signal / (noise * pairs) } else { f64::INFINITY };
        let scale = 1.0 / (inverse + 1.0 / f64::from(spec.data.train_examples));
        Some((scale, if signal + noise > 0.0 { signal / (signal + noise) } else { 0.0 }))
    }

    /// The next updates count by themselves.
    pub fn restart(&mut self) {
        self.is_read = 1.0;
    }

    pub fn to_numbers(self) -> [f64; 9] {
        let Self { energy, age, noise, signal, estimates, updates, clipped, is_read, update_ratio } = self;
        [energy, age, noise, signal, estimates, updates, clipped, is_read, update_ratio]
    }

    pub fn from_numbers(numbers: [f64; 9]) -> Self {
        let [energy, age, noise, signal, estimates, updates, clipped, is_read, update_ratio] = numbers;
        Self { energy, age, noise, signal, estimates, updates, clipped, is_read, update_ratio }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::{Key, Purpose};
    use crate::domain::run::made_up::spec;

    /// Gradients drawn around a mean, with a first moment as Adam's.
    fn read(beta1: f64, batch_size: u32, truth: f64) -> [f64; 3] {
        const WIDTH: usize = 200;
        let key = Key::new(11, Purpose::LossWeights);
        // |G|^2 = 1 and tr(S) = truth
        let (mean, deviation) = ((1.0 / WIDTH as f64).sqrt(), (truth / f64::from(batch_size) / WIDTH as f64).sqrt());
        let (mut meter, mut moment) = (NoiseMeter::default(), vec![0.0; WIDTH]);
        for step in 1..=4000 {
            let mut squares = SquaredNorms::default();
            for (place, moment) in moment.iter_mut().enumerate() {
                let gradient = mean + deviation * key.with(step).normal(place as u64);
                *moment = beta1 * *moment + (1.0 - beta1) * gradient;
                squares.gradient += gradient.powi(2);
                squares.moment += moment.powi(2);
            }
            meter.add(beta1, step, squares, step % 4 == 0);
        }
        let point = meter.read(&spec(batch_size, u32::MAX), 4000, 0.0).unwrap();
        [point.noise_scale.unwrap(), point.signal_share.unwrap(), point.clipped_share]
    }

    #[test]
    fn the_noise_scale_of_drawn_gradients_is_found() {
        for (beta1, batch_size, truth) in [(0.9, 2, 40.0), (0.9, 64, 40.0), (0.5, 8, 10.0), (0.99, 8, 100.0)] {
            let [scale, signal, clipped] = read(beta1, batch_size, truth);
            assert!((scale / truth - 1.0).abs() < 0.1, "{beta1} {batch_size}: {scale}, truth {truth}");
            let share = 1.0 / (1.0 + truth / f64::from(batch_size));
            assert!((signal - share).abs() < 0.02, "{signal}, truth {share}");
            assert_eq!(clipped, 0.25);
        }
    }

    #[test]
    fn without_memory_and_after_a_few_updates_there_is_no_estimate() {
        let (mut meter, squares) = (NoiseMeter::default(), SquaredNorms { gradient: 1.0, moment: 0.5 });
        (1..=100).for_each(|step| meter.add(0.0, step, squares, false));
        let noise = |meter: &NoiseMeter| meter.noise(&spec(8, 80));
        assert_eq!(noise(&meter), None);
        assert_eq!(NoiseMeter::default().read(&spec(8, 80), 0, 0.0), None);
        let mut meter = NoiseMeter::default();
        (1..=6).for_each(|step| meter.add(0.9, step, squares, false));
        assert_eq!(noise(&meter), None);
        meter.add(0.9, 7, squares, false);
        let whole = noise(&meter);
        meter.restart();
        assert!(whole.is_some() && noise(&meter) == whole, "an evaluation can be repeated");
        meter.add(0.9, 8, SquaredNorms { gradient: 1.0, moment: 0.1 }, false);
        assert!(noise(&meter).unwrap().1 < whole.unwrap().1, "what follows counts by itself");
    }

    #[test]
    fn a_set_of_all_pairs_is_the_most_that_the_scale_can_be() {
        let mut meter = NoiseMeter::default();
        // a moment of nothing but noise
        (1..=50).for_each(|step| meter.add(0.9, step, SquaredNorms { gradient: 1.0, moment: 0.0 }, false));
        assert_eq!(meter.noise(&spec(8, 80)), Some((80.0, 0.0)));
        assert_eq!(NoiseMeter::from_numbers(meter.to_numbers()), meter);
    }
}
