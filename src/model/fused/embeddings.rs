//! The embeddings as one operation: rows of three tables summed, normalized, dropped.

use super::norm;
use super::normalize::{Saved, Statistics};
use super::operation::enter;
use super::workspace::{Scratch, room};
use crate::domain::batch::Batch;
use crate::domain::model::ModelConfig;
use crate::model::dropout::{Masks, Site};
use crate::model::layout::Layout;
use crate::model::norm::RunningStatistics;
use crate::model::parameters::{Gradient, floats, lock, with_floats};
use crate::model::read::Read;
use candle_core::{CpuStorage, CustomOp1, Layout as Strides, Result, Shape as Dimensions, Tensor, bail};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Where the tables and the norm's vectors lie in the flat parameters.
#[derive(Clone, Debug)]
pub struct EmbeddingsShape {
    /// H
    hidden: usize,
    pub statistics: Statistics,
    epsilon: f32,
    words: Range<usize>,
    positions: Range<usize>,
    types: Range<usize>,
    gain: Range<usize>,
    bias: Range<usize>,
}

/// Kept from step to step.
#[derive(Default)]
pub struct EmbeddingsWorkspace {
    pub saved: Saved,
    /// \[T, H\] dropout scales; empty without dropout
    mask: Vec<f32>,
    /// counts forward passes: a backward pass must belong to the newest
    pass: u64,
}

impl EmbeddingsShape {
    /// Nothing when a tensor is not there.
    pub fn of(config: &ModelConfig, statistics: Statistics, layout: &Layout) -> Option<Self> {
        let at = |name: &str| layout.get(name).map(|view| view.range());
        Some(Self {
            hidden: config.hidden_size,
            statistics,
            epsilon: config.layer_norm_eps as f32,
            words: at("word_embeddings.weight")?,
            positions: at("position_embeddings.weight")?,
            types: at("token_type_embeddings.weight")?,
            gain: at("LayerNorm.weight")?,
            bias: at("LayerNorm.bias")?,
        })
    }
}

/// The group's flat parameters -> \[T, H\]. Their gradient goes straight to the group.
pub struct EmbeddingsOperation {
    shape: Arc<EmbeddingsShape>,
    /// \[T\] rows of the three tables
    words: Vec<u32>,
    positions: Vec<u32>,
    types: Vec<u32>,
    workspace: Arc<Mutex<EmbeddingsWorkspace>>,
    scratch: Arc<Mutex<Scratch>>,
    gradient: Gradient,
    /// batch norm takes the batch's own statistics and leaves them in the workspace
    training: bool,
    pass: u64,
}

impl EmbeddingsOperation {
    /// Draws the mask of this pass. Nothing is dropped without `masks`; `running` is for batch norm to use, without it
    /// it takes the batch's own.
    ///
    /// # Errors
    /// when the batch names a row that a table does not have.
    pub fn new(
        shape: Arc<EmbeddingsShape>,
        batch: &Batch,
        masks: Option<&Masks>,
        running: Option<&RunningStatistics>,
        workspace: Arc<Mutex<EmbeddingsWorkspace>>,
        scratch: Arc<Mutex<Scratch>>,
        gradient: Gradient,
    ) -> Result<Self> {
        let (words, types) = (batch.tokens.clone(), batch.token_types.clone());
        let positions: Vec<u32> = batch.sequences().flat_map(|tokens| 0..tokens.len() as u32).collect();
        for (rows, table) in [(&words, &shape.words), (&positions, &shape.positions), (&types, &shape.types)] {
            let count = table.len() / shape.hidden;
            if let Some(row) = rows.iter().find(|row| **row as usize >= count) {
                bail!("row {row} of a table of {count}")
            }
        }
        let mut inside = enter(&workspace);
        inside.pass += 1;
        let pass = inside.pass;
        inside.mask.clear();
        if let Some(scales) = masks.and_then(|masks| masks.hidden(0, Site::Embeddings)) {
            scales.fill_tokens(batch, Read::Every, shape.hidden, &mut inside.mask);
        }
        if let Some(running) = running {
            inside.saved.mean.clone_from(&running.mean);
            inside.saved.variance.clone_from(&running.variance);
        }
        drop(inside);
        let training = running.is_none();
        Ok(Self { shape, words, positions, types, workspace, scratch, gradient, training, pass })
    }

    /// Each token's rows in the flat parameters: of its word, its position, its segment.
    fn rows(&self) -> impl Iterator<Item = [Range<usize>; 3]> {
        let EmbeddingsShape { hidden, words, positions, types, .. } = &*self.shape;
        let row = move |table: &Range<usize>, row: u32| {
            let start = table.start + row as usize * hidden;
            start..start + hidden
        };
        let tokens = self.words.iter().zip(&self.positions).zip(&self.types);
        tokens.map(move |((word, position), kind)| [row(words, *word), row(positions, *position), row(types, *kind)])
    }
}

impl CustomOp1 for EmbeddingsOperation {
    fn name(&self) -> &'static str {
        "embeddings"
    }

    fn cpu_fwd(&self, parameters: &CpuStorage, strides: &Strides) -> Result<(CpuStorage, Dimensions)> {
        let EmbeddingsShape { hidden, statistics, epsilon, gain, bias, .. } = &*self.shape;
        let (parameters, size) = (floats(parameters, strides)?, self.words.len() * hidden);
        let (mut workspace, mut scratch) = (enter(&self.workspace), enter(&self.scratch));
        let EmbeddingsWorkspace { saved, mask, .. } = &mut *workspace;
        let Scratch { narrow, wide, .. } = &mut *scratch;
        let (x, rest) = (room(narrow, size), room(wide, size));
        for (([word, position, kind], x), rest) in
            self.rows().zip(x.chunks_exact_mut(*hidden)).zip(rest.chunks_exact_mut(*hidden))
        {
            x.copy_from_slice(&parameters[word]);
            let (position, kind) = (&parameters[position], &parameters[kind]);
            for ((rest, position), kind) in rest.iter_mut().zip(position).zip(kind) {
                *rest = position + kind;
            }
        }
        let mut y = vec![0.0; size];
        let (gain, bias) = (&parameters[gain.clone()], &parameters[bias.clone()]);
        let no_bias = vec![0.0; *hidden];
        norm::forward((*statistics, *epsilon), self.training, x, &no_bias, &[], rest, gain, bias, saved, &mut y);
        for (y, scale) in y.iter_mut().zip(mask) {
            *y *= *scale;
        }
        Ok((CpuStorage::F32(y), Dimensions::from((self.words.len(), *hidden))))
    }

    fn bwd(&self, parameters: &Tensor, _: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let EmbeddingsShape { hidden, statistics, gain, bias, .. } = &*self.shape;
        let (workspace, mut scratch) = (enter(&self.workspace), enter(&self.scratch));
        if workspace.pass != self.pass {
            bail!("another forward pass came between this one and its backward pass")
        }
        let mut dy = with_floats(dy, <[f32]>::to_vec)?;
        for (dy, scale) in dy.iter_mut().zip(&workspace.mask) {
            *dy *= scale;
        }
        let gains = with_floats(parameters, |parameters| parameters[gain.clone()].to_vec())?;
        let dx = room(&mut scratch.narrow, dy.len());
        let sums = norm::backward(*statistics, &mut dy, &workspace.saved, &[], &gains, dx);
        let mut gradient = lock(&self.gradient);
        let gradient = gradient.values();
        let mut add = |place: Range<usize>, values: &[f32]| {
            for (sum, value) in gradient[place].iter_mut().zip(values) {
                *sum += value;
            }
        };
        add(gain.clone(), &sums.gain);
        add(bias.clone(), &sums.bias);
        for (rows, dx) in self.rows().zip(dx.chunks_exact(*hidden)) {
            rows.into_iter().for_each(|row| add(row, dx));
        }
        Ok(None)
    }
}
