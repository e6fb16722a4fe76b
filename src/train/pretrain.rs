//! One pass of pre-training: masked language modelling and next-sentence prediction.

use crate::data::Masked;
use crate::model::{Bert, Masks, Pass};
use candle_core::{D, DType, Device, Result, Tensor};

/// Sums over predictions, so that tallies can be added.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Predictions {
    /// sum of cross-entropies, in nats
    pub loss: f64,
    pub correct: u64,
    pub count: u64,
}

/// The results of one or several passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PretrainingTally {
    pub words: Predictions,
    /// next-sentence prediction of the sequences with two sentences
    pub pairs: Predictions,
}

impl Predictions {
    pub fn add(&mut self, other: Self) {
        self.loss += other.loss;
        self.correct += other.correct;
        self.count += other.count;
    }

    /// Mean cross-entropy; 0 without predictions.
    pub fn mean_loss(&self) -> f64 {
        self.loss / self.count.max(1) as f64
    }

    /// Fraction of correct predictions; 0 without predictions.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.count.max(1) as f64
    }
}

impl PretrainingTally {
    pub fn add(&mut self, other: Self) {
        self.words.add(other.words);
        self.pairs.add(other.pairs);
    }

    /// The training loss: the sum of both mean losses.
    pub fn loss(&self) -> f64 {
        self.words.mean_loss() + self.pairs.mean_loss()
    }
}

/// Adds the gradient of a batch's mean losses to the model's. The model is one made for pre-training.
pub fn pretraining_pass(model: &mut Bert, masked: &Masked, masks: &Masks) -> Result<PretrainingTally> {
    let batch = &masked.batch;
    let output = model.forward(batch, Pass::Train(masks))?;
    let mut tally = PretrainingTally::default();
    let mut losses = Vec::new();
    if !masked.places.is_empty() {
        let hidden = &output.hidden[output.hidden.len() - 1];
        losses.push(predict(
            &model.masked_token_logits(hidden, &masked.places, true)?,
            &masked.words,
            &mut tally.words,
        )?);
    }
    let (pairs, labels): (Vec<u32>, Vec<u32>) = (0..)
        .zip(batch.sequences().zip(&batch.labels))
        .filter(|(_, (tokens, _))| batch.token_types[tokens.clone()].last() == Some(&1))
        .map(|(number, (_, label))| (number, *label))
        .unzip();
    if !pairs.is_empty() {
        let pairs = Tensor::from_vec(pairs, labels.len(), &Device::Cpu)?;
        losses.push(predict(&output.logits.index_select(&pairs, 0)?, &labels, &mut tally.pairs)?);
    }
    if let Some(sum) = losses.into_iter().map(Ok).reduce(|sum, loss| sum? + loss?) {
        sum?.backward()?;
    }
    Ok(tally)
}

/// The mean cross-entropy of scores \[N, C\] against N answers, added to the sums.
fn predict(scores: &Tensor, answers: &[u32], predictions: &mut Predictions) -> Result<Tensor> {
    let answers = Tensor::from_slice(answers, answers.len(), &Device::Cpu)?;
    let loss = candle_nn::loss::cross_entropy(scores, &answers)?;
    let correct = scores.argmax(D::Minus1)?.eq(&answers)?.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()?;
    let count = answers.elem_count() as u64;
    predictions.add(Predictions {
        loss: f64::from(loss.to_scalar::<f32>()?) * count as f64,
        correct: correct as u64,
        count,
    });
    Ok(loss)
}
