//! What every block of one pass sees.

use super::dropout::{Masks, Site};
use super::interrupt::Interrupt;
use super::outputs::OutputPositions;
use crate::domain::batch::Batch;
use candle_core::{Device, Result, Tensor};

/// A batch, and how it is passed through the model.
#[derive(Clone, Copy)]
pub struct Context<'b> {
    pub batch: &'b Batch,
    /// `None`: no dropout
    pub masks: Option<&'b Masks>,
    pub training: bool,
    /// checked before each layer, forward and backward
    pub interrupt: Option<&'b Interrupt>,
}

impl Context<'_> {
    /// Applies the dropout mask of a site, if there is one. x \[R, H\]
    pub fn dropout(&self, x: Tensor, layer: usize, site: Site, outputs: OutputPositions) -> Result<Tensor> {
        match self.masks.and_then(|masks| masks.hidden(layer, site)) {
            Some(scales) => x.dim(1).and_then(|width| &x * scales.tokens(self.batch, outputs, width)?),
            None => Ok(x),
        }
    }

    /// The rows used: \[T, H\] -> \[R, H\].
    pub fn select(&self, x: &Tensor, outputs: OutputPositions) -> Result<Tensor> {
        match outputs {
            OutputPositions::All => Ok(x.clone()),
            OutputPositions::ClsOnly => {
                let first: Vec<u32> = self.batch.sequences().map(|tokens| tokens.start as u32).collect();
                x.index_select(&Tensor::from_vec(first, self.batch.len(), &Device::Cpu)?, 0)
            }
        }
    }
}
