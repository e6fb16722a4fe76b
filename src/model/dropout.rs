//! Dropout whose masks belong to an example, not to a batch.
//!
//! A mask is a function of (seed, instance, epoch, example, layer, site, position in the example's own sequence). The
//! same example therefore sees the same mask at batch size 2 and at 64, whatever lies beside it in the batch.

use crate::domain::batch::Batch;
use crate::domain::random::{Key, Purpose};
use crate::domain::run::DropoutRates;
use candle_core::{Device, Result, Tensor};

/// Where in a layer values are dropped. The numbers are part of every stored result.
#[derive(Clone, Copy, Debug)]
pub enum Site {
    Embeddings = 0,
    Attention = 1,
    AttentionOutput = 2,
    Output = 3,
    Classifier = 4,
}

/// The masks of one epoch of one instance.
#[derive(Clone, Copy, Debug)]
pub struct Masks {
    rates: DropoutRates,
    key: Key,
}

impl Masks {
    pub fn new(rates: DropoutRates, seed: u32, iid: u32, epoch: u32) -> Self {
        Self { rates, key: Key::new(seed.into(), Purpose::Dropout).with(iid.into()).with(epoch.into()) }
    }

    /// The scale of each value, 0 or 1 / (1 - rate): \[T, width\]; nothing where nothing is dropped.
    pub fn tokens(&self, batch: &Batch, layer: usize, site: Site, width: usize) -> Result<Option<Tensor>> {
        self.filled(self.rates.hidden, batch.token_count() * width, &[batch.token_count(), width], |stream, mask| {
            for (tokens, example) in batch.sequences().zip(&batch.examples) {
                let values = &mut mask[tokens.start * width..tokens.end * width];
                stream(layer, site, *example).fill(0, values);
            }
        })
    }

    /// The same for attention probabilities of a batch padded to L tokens: \[B, A, L, L\]. Padding keeps scale 0.
    pub fn attention(&self, batch: &Batch, layer: usize, heads: usize) -> Result<Option<Tensor>> {
        let longest = batch.longest();
        let shape = [batch.len(), heads, longest, longest];
        self.filled(self.rates.attention, shape.iter().product(), &shape, |stream, mask| {
            for (index, (tokens, example)) in batch.sequences().zip(&batch.examples).enumerate() {
                let (length, scales) = (tokens.len(), stream(layer, Site::Attention, *example));
                for row in 0..heads * length {
                    let (head, query) = (row / length, row % length);
                    let start = ((index * heads + head) * longest + query) * longest;
                    scales.fill((row * length) as u32, &mut mask[start..start + length]);
                }
            }
        })
    }

    /// The same for the pooled first token: \[B, H\].
    pub fn pooled(&self, batch: &Batch, hidden: usize) -> Result<Option<Tensor>> {
        self.filled(self.rates.classifier, batch.len() * hidden, &[batch.len(), hidden], |stream, mask| {
            for (values, example) in mask.chunks_exact_mut(hidden).zip(&batch.examples) {
                stream(0, Site::Classifier, *example).fill(0, values);
            }
        })
    }

    fn filled(
        &self,
        rate: f64,
        length: usize,
        shape: &[usize],
        fill: impl FnOnce(&dyn Fn(usize, Site, u32) -> Scales, &mut [f32]),
    ) -> Result<Option<Tensor>> {
        if rate == 0.0 {
            return Ok(None);
        }
        let mut mask = vec![0f32; length];
        let stream = |layer: usize, site: Site, example: u32| Scales {
            key: self.key.with(example.into()).with(layer as u64).with(site as u64),
            threshold: (rate * 2f64.powi(32)) as u32,
            kept: (1.0 / (1.0 - rate)) as f32,
        };
        fill(&stream, &mut mask);
        Tensor::from_vec(mask, shape, &Device::Cpu).map(Some)
    }
}

/// The scales of one example at one site, by position.
struct Scales {
    key: Key,
    threshold: u32,
    kept: f32,
}

impl Scales {
    fn fill(&self, first_position: u32, values: &mut [f32]) {
        for (offset, value) in values.iter_mut().enumerate() {
            let bits = self.key.bits(first_position + offset as u32);
            *value = if bits >= self.threshold { self.kept } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: DropoutRates = DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 };

    fn batch(examples: &[u32], length: usize) -> Batch {
        let mut batch = Batch::default();
        for &example in examples {
            batch.push(example, 0, &vec![0; length + example as usize], &vec![0; length + example as usize]);
        }
        batch
    }

    fn values(mask: Option<Tensor>) -> Vec<f32> {
        mask.unwrap().flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn an_example_has_the_same_masks_alone_and_in_company() {
        let masks = Masks::new(RATES, 1, 2, 3);
        let (alone, company) = (batch(&[3], 5), batch(&[9, 3, 1], 5));
        let start = 14 * 16; // example 9 is 14 tokens long
        assert_eq!(
            values(masks.tokens(&alone, 1, Site::Output, 16).unwrap()),
            values(masks.tokens(&company, 1, Site::Output, 16).unwrap())[start..start + 8 * 16]
        );
        let (a, c) =
            (masks.attention(&alone, 1, 2).unwrap().unwrap(), masks.attention(&company, 1, 2).unwrap().unwrap());
        let inner = c.narrow(0, 1, 1).unwrap().narrow(2, 0, 8).unwrap().narrow(3, 0, 8).unwrap();
        assert_eq!(values(Some(a)), values(Some(inner.contiguous().unwrap())));
        let pooled = masks.pooled(&company, 16).unwrap().unwrap().narrow(0, 1, 1).unwrap();
        assert_eq!(values(masks.pooled(&alone, 16).unwrap()), values(Some(pooled)));
    }

    #[test]
    fn the_rate_is_met_and_the_mean_kept() {
        let mask = values(Masks::new(RATES, 1, 2, 3).tokens(&batch(&[0], 500), 0, Site::Embeddings, 256).unwrap());
        let dropped = mask.iter().filter(|scale| **scale == 0.0).count() as f64 / mask.len() as f64;
        // 128,000 draws: standard deviation 0.00084
        assert!((dropped - 0.1).abs() < 0.004, "{dropped}");
        assert!(mask.iter().all(|scale| *scale == 0.0 || (*scale - 1.0 / 0.9).abs() < 1e-6));
    }

    #[test]
    fn epochs_sites_and_layers_have_masks_of_their_own() {
        let draw = |epoch, layer, site| {
            values(Masks::new(RATES, 1, 2, epoch).tokens(&batch(&[0], 20), layer, site, 16).unwrap())
        };
        let reference = draw(0, 0, Site::Output);
        assert_eq!(reference, draw(0, 0, Site::Output));
        assert_ne!(reference, draw(1, 0, Site::Output));
        assert_ne!(reference, draw(0, 1, Site::Output));
        assert_ne!(reference, draw(0, 0, Site::AttentionOutput));
    }

    #[test]
    fn nothing_is_drawn_where_nothing_is_dropped() {
        let masks = Masks::new(DropoutRates::OFF, 1, 2, 3);
        assert!(masks.tokens(&batch(&[0], 5), 0, Site::Output, 16).unwrap().is_none());
        assert!(masks.attention(&batch(&[0], 5), 0, 2).unwrap().is_none());
        assert!(masks.pooled(&batch(&[0], 5), 16).unwrap().is_none());
    }
}
