//! Dropout whose masks belong to an example, not to a batch.
//!
//! A mask is a function of (seed, instance, epoch, example, layer, site, position in the example's own sequence). The
//! same example therefore sees the same mask at batch size 2 and at 64, whatever else is in the batch.

use super::outputs::OutputPositions;
use super::vectorised::vectorised;
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

    /// Scales at a site of the hidden states; `None` at rate 0.
    pub fn hidden(&self, layer: usize, site: Site) -> Option<SiteScales> {
        self.site(self.rates.hidden, layer, site)
    }

    /// Scales of attention probabilities: head after head, query after query, key after key.
    pub fn attention(&self, layer: usize) -> Option<SiteScales> {
        self.site(self.rates.attention, layer, Site::Attention)
    }

    /// Scales of the pooled `[CLS]`.
    pub fn pooled(&self) -> Option<SiteScales> {
        self.site(self.rates.classifier, 0, Site::Classifier)
    }

    fn site(&self, rate: f64, layer: usize, site: Site) -> Option<SiteScales> {
        (rate > 0.0).then(|| SiteScales {
            key: self.key,
            layer: layer as u64,
            site: site as u64,
            threshold: (rate * 2f64.powi(32)) as u32,
            kept: (1.0 / (1.0 - rate)) as f32,
        })
    }
}

/// The scales of one site: 0, or 1 / (1 - rate).
#[derive(Clone, Copy, Debug)]
pub struct SiteScales {
    key: Key,
    layer: u64,
    site: u64,
    threshold: u32,
    kept: f32,
}

impl SiteScales {
    /// Fills in an example's scales, from a position of its own sequence.
    pub fn fill(&self, example: u32, first_position: u32, values: &mut [f32]) {
        let key = self.key.with(example.into()).with(self.layer).with(self.site);
        fill(key, self.threshold, self.kept, first_position, values);
    }

    /// Sets a mask to the scales of the rows used, \[R, width\].
    pub fn fill_tokens(&self, batch: &Batch, outputs: OutputPositions, width: usize, mask: &mut Vec<f32>) {
        mask.resize(outputs.count(batch) * width, 0.0);
        for (rows, example) in outputs.rows(batch).into_iter().zip(&batch.examples) {
            self.fill(*example, 0, &mut mask[rows.start * width..rows.end * width]);
        }
    }

    /// Sets a mask to the scales of attention probabilities without padding: sequence after sequence, head after head, the
    /// queries used, key after key.
    pub fn fill_attention(&self, batch: &Batch, outputs: OutputPositions, heads: usize, mask: &mut Vec<f32>) {
        let sequences =
            || batch.sequences().zip(outputs.rows(batch)).map(|(keys, queries)| (keys.len(), queries.len()));
        mask.resize(heads * sequences().map(|(keys, queries)| keys * queries).sum::<usize>(), 0.0);
        let mut rest = mask.as_mut_slice();
        for ((keys, queries), example) in sequences().zip(&batch.examples) {
            for head in 0..heads {
                let (mask, others) = rest.split_at_mut(queries * keys);
                self.fill(*example, (head * keys * keys) as u32, mask);
                rest = others;
            }
        }
    }

    /// The scales of the rows used, \[R, width\].
    pub fn tokens(&self, batch: &Batch, outputs: OutputPositions, width: usize) -> Result<Tensor> {
        let mut mask = Vec::new();
        self.fill_tokens(batch, outputs, width, &mut mask);
        Tensor::from_vec(mask, (outputs.count(batch), width), &Device::Cpu)
    }

    /// The scales of attention probabilities padded to L tokens, \[B, A, L, L\]. Padding keeps scale 0.
    pub fn padded_attention(&self, batch: &Batch, heads: usize) -> Result<Tensor> {
        let longest = batch.longest();
        let mut mask = vec![0f32; batch.len() * heads * longest * longest];
        for (index, (tokens, example)) in batch.sequences().zip(&batch.examples).enumerate() {
            let length = tokens.len();
            for row in 0..heads * length {
                let (head, query) = (row / length, row % length);
                let start = ((index * heads + head) * longest + query) * longest;
                self.fill(*example, (row * length) as u32, &mut mask[start..start + length]);
            }
        }
        Tensor::from_vec(mask, (batch.len(), heads, longest, longest), &Device::Cpu)
    }
}

vectorised! {
    fn fill(key: Key, threshold: u32, kept: f32, first_position: u32, values: &mut [f32]) {
        for (offset, value) in values.iter_mut().enumerate() {
            let bits = key.bits(first_position.wrapping_add(offset as u32));
            *value = if bits >= threshold { kept } else { 0.0 };
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

    fn values(mask: Result<Tensor>) -> Vec<f32> {
        mask.unwrap().flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn an_example_has_the_same_masks_alone_and_in_company() {
        let masks = Masks::new(RATES, 1, 2, 3);
        let (alone, company) = (batch(&[3], 5), batch(&[9, 3, 1], 5));
        let start = 14 * 16; // example 9 is 14 tokens long
        let output = masks.hidden(1, Site::Output).unwrap();
        assert_eq!(
            values(output.tokens(&alone, OutputPositions::All, 16)),
            values(output.tokens(&company, OutputPositions::All, 16))[start..start + 8 * 16]
        );
        let attention = masks.attention(1).unwrap();
        let c = attention.padded_attention(&company, 2).unwrap();
        let inner = c.narrow(0, 1, 1).unwrap().narrow(2, 0, 8).unwrap().narrow(3, 0, 8).unwrap();
        assert_eq!(values(attention.padded_attention(&alone, 2)), values(inner.contiguous()));
        let pooled = masks.pooled().unwrap();
        let second = pooled.tokens(&company, OutputPositions::ClsOnly, 16).unwrap().narrow(0, 1, 1);
        assert_eq!(values(pooled.tokens(&alone, OutputPositions::ClsOnly, 16)), values(second));
    }

    #[test]
    fn the_rate_is_met_and_the_mean_kept() {
        let mask = values(Masks::new(RATES, 1, 2, 3).hidden(0, Site::Embeddings).unwrap().tokens(
            &batch(&[0], 500),
            OutputPositions::All,
            256,
        ));
        let dropped = mask.iter().filter(|scale| **scale == 0.0).count() as f64 / mask.len() as f64;
        // 128,000 draws: standard deviation 0.00084
        assert!((dropped - 0.1).abs() < 0.004, "{dropped}");
        assert!(mask.iter().all(|scale| *scale == 0.0 || (*scale - 1.0 / 0.9).abs() < 1e-6));
    }

    #[test]
    fn epochs_sites_and_layers_have_masks_of_their_own() {
        let draw = |epoch, layer, site| {
            values(Masks::new(RATES, 1, 2, epoch).hidden(layer, site).unwrap().tokens(
                &batch(&[0], 20),
                OutputPositions::All,
                16,
            ))
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
        assert!(masks.hidden(0, Site::Output).is_none());
        assert!(masks.attention(0).is_none());
        assert!(masks.pooled().is_none());
    }
}
