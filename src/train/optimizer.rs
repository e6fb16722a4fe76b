//! AdamW with decay groups and clipping, in place over flat parameters (Loshchilov, Hutter 2019, algorithm 2).

use crate::model::Group;
use candle_core::Result;

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-6;
/// Added to the norm a gradient is clipped by, as PyTorch does.
const CLIP_EPSILON: f32 = 1e-6;

/// First and second moments of every parameter, a flat vector a group.
pub struct AdamW {
    pub weight_decay: f32,
    pub first: Vec<Vec<f32>>,
    pub second: Vec<Vec<f32>>,
    /// updates done
    pub steps: u64,
}

impl AdamW {
    pub fn new(groups: &[Group], weight_decay: f64) -> Self {
        let zeros = || groups.iter().map(|group| vec![0.0; group.layout().len()]).collect();
        Self { weight_decay: weight_decay as f32, first: zeros(), second: zeros(), steps: 0 }
    }

    /// One update by the gradients of the groups, clipped at a global norm of `clip_norm`; the gradients are zeroed.
    /// Returns the norm before clipping.
    pub fn step(&mut self, groups: &mut [Group], learning_rate: f64, clip_norm: f64) -> Result<f32> {
        let mut squares = 0f64;
        for group in groups.iter_mut() {
            group.update(|_, gradient| squares += sum_of_squares(gradient))?;
        }
        let norm = squares.sqrt() as f32;
        let clip = (clip_norm as f32 / (norm + CLIP_EPSILON)).min(1.0);
        self.steps += 1;
        let rule = Rule {
            clip,
            rate: (learning_rate / (1.0 - f64::from(BETA1).powi(self.steps as i32))) as f32,
            second_correction: (1.0 / (1.0 - f64::from(BETA2).powi(self.steps as i32))).sqrt() as f32,
        };
        let decay = 1.0 - learning_rate as f32 * self.weight_decay;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for (group, (first, second)) in groups.iter_mut().zip(moments) {
            let stretches: Vec<_> = group.layout().views().iter().map(|view| (view.range(), view.decays)).collect();
            group.update(|values, gradient| {
                for (range, decays) in &stretches {
                    rule.apply(
                        &mut values[range.clone()],
                        &mut gradient[range.clone()],
                        &mut first[range.clone()],
                        &mut second[range.clone()],
                        if *decays { decay } else { 1.0 },
                    );
                }
            })?;
        }
        Ok(norm)
    }
}

/// The arithmetic of one update, the same for every parameter but for its decay.
struct Rule {
    clip: f32,
    /// learning rate over the first moment's bias correction
    rate: f32,
    /// root of the second moment's bias correction
    second_correction: f32,
}

impl Rule {
    fn apply(&self, values: &mut [f32], gradient: &mut [f32], first: &mut [f32], second: &mut [f32], decay: f32) {
        let moments = first.iter_mut().zip(second);
        for ((value, gradient), (first, second)) in values.iter_mut().zip(gradient).zip(moments) {
            let g = *gradient * self.clip;
            *first = BETA1 * *first + (1.0 - BETA1) * g;
            *second = BETA2 * *second + (1.0 - BETA2) * g * g;
            *value = *value * decay - self.rate * *first / (second.sqrt() * self.second_correction + EPSILON);
            *gradient = 0.0;
        }
    }
}

/// In a fixed order, over lanes that the compiler can keep in vector registers.
fn sum_of_squares(values: &[f32]) -> f64 {
    const LANES: usize = 16;
    let mut total = 0f64;
    // short stretches keep the f32 lanes exact enough
    for stretch in values.chunks(1024) {
        let mut lanes = [0f32; LANES];
        for chunk in stretch.chunks(LANES) {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane += value * value;
            }
        }
        total += lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layout;

    #[test]
    fn the_first_update_moves_by_the_rate_against_the_sign() {
        let layout = Layout::new("").tensor("weight", &[2]).tensor("bias", &[1]);
        let mut groups = vec![Group::new(layout, vec![1.0, -1.0, 2.0]).unwrap()];
        groups[0].update(|_, gradient| gradient.copy_from_slice(&[0.3, -0.4, 0.0])).unwrap();
        let mut optimizer = AdamW::new(&groups, 0.1);
        let norm = optimizer.step(&mut groups, 0.01, 1.0).unwrap();
        assert!((norm - 0.5).abs() < 1e-6);
        let values = groups[0].values().unwrap();
        // decay 1 - 0.01 * 0.1 on the weight, then -+ rate; the bias has no gradient and no decay
        assert!((values[0] - (0.999 - 0.01)).abs() < 1e-6 && (values[1] - (-0.999 + 0.01)).abs() < 1e-6, "{values:?}");
        assert_eq!(values[2], 2.0);
        assert_eq!(groups[0].gradient(), [0.0; 3]);
    }

    #[test]
    fn squares_are_summed_whatever_the_length() {
        for length in [0, 1, 15, 16, 17, 1023, 5000] {
            let values: Vec<f32> = (0..length).map(|i| (i % 7) as f32).collect();
            let plain: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
            assert_eq!(sum_of_squares(&values), plain, "length {length}");
        }
    }
}
