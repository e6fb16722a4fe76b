//! The embeddings as one operation: rows of three tables summed, normalized, dropped.

use super::buffer::resized;
use super::norm;
use super::normalization::{Affine, Normalization, ResidualSum, SavedNorm};
use super::workspace::Scratch;
use crate::domain::choice::Norm;
use crate::domain::model::ModelConfig;
use crate::model::context::Context;
use crate::model::dropout::Site;
use crate::model::layout::Layout;
use crate::model::norm::RunningStatistics;
use crate::model::outputs::OutputPositions;
use crate::model::parameters::{Gradient, Group, floats, lock, with_floats};
use candle_core::{CpuStorage, CustomOp1, Layout as Strides, Result, Shape, Tensor, bail};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Where the tables and the norm's parameters lie in the flat parameters.
#[derive(Clone, Debug)]
pub struct EmbeddingsShape {
    /// H
    hidden: usize,
    normalization: Normalization,
    words: Range<usize>,
    positions: Range<usize>,
    types: Range<usize>,
    gain: Range<usize>,
    bias: Range<usize>,
}

impl EmbeddingsShape {
    /// `None` when a tensor is missing.
    pub fn of(config: &ModelConfig, norm: Norm, layout: &Layout) -> Option<Self> {
        let at = |name: &str| layout.get(name).map(|view| view.range());
        Some(Self {
            hidden: config.hidden_size,
            normalization: Normalization::of(norm, config),
            words: at("word_embeddings.weight")?,
            positions: at("position_embeddings.weight")?,
            types: at("token_type_embeddings.weight")?,
            gain: at("LayerNorm.weight")?,
            bias: at("LayerNorm.bias")?,
        })
    }
}

#[derive(Default)]
struct EmbeddingsWorkspace {
    saved: SavedNorm,
    /// \[T, H\] dropout scales; empty without dropout
    mask: Vec<f32>,
    /// counts forward passes: a backward pass must belong to the newest
    pass: u64,
}

/// The embeddings' shape and their buffers, which stay from step to step.
#[derive(Clone)]
pub struct FusedEmbeddings {
    shape: Arc<EmbeddingsShape>,
    workspace: Arc<Mutex<EmbeddingsWorkspace>>,
    scratch: Arc<Mutex<Scratch>>,
}

impl FusedEmbeddings {
    pub fn new(shape: EmbeddingsShape, scratch: Arc<Mutex<Scratch>>) -> Self {
        Self { shape: Arc::new(shape), workspace: Arc::default(), scratch }
    }

    /// -> \[T, H\]. With batch norm, `running` is updated in training and used at evaluation.
    ///
    /// # Errors
    /// when the batch names a row that a table does not have.
    pub fn forward(&self, group: &Group, context: &Context<'_>, running: &mut RunningStatistics) -> Result<Tensor> {
        let (parameters, gradient) = group.leaf();
        let operation = self.operation(context, running, gradient.clone())?;
        if !context.training {
            return parameters.apply_op1_no_bwd(&operation);
        }
        let y = parameters.apply_op1(operation)?;
        if self.shape.normalization == Normalization::Columns {
            let saved = &lock(&self.workspace).saved;
            running.update(&saved.mean, &saved.variance, context.batch.token_count());
        }
        Ok(y)
    }

    /// Draws the dropout mask of a pass, and sets batch norm's statistics where it does not take the batch's.
    fn operation(
        &self,
        context: &Context<'_>,
        running: &RunningStatistics,
        gradient: Gradient,
    ) -> Result<EmbeddingsOperation> {
        let (batch, shape) = (context.batch, &self.shape);
        let (words, types) = (batch.tokens.clone(), batch.token_types.clone());
        let positions: Vec<u32> = batch.sequences().flat_map(|tokens| 0..tokens.len() as u32).collect();
        for (rows, table) in [(&words, &shape.words), (&positions, &shape.positions), (&types, &shape.types)] {
            let count = table.len() / shape.hidden;
            if let Some(row) = rows.iter().find(|row| **row as usize >= count) {
                bail!("row {row} of a table of {count}")
            }
        }
        let mut workspace = lock(&self.workspace);
        let EmbeddingsWorkspace { saved, mask, pass } = &mut *workspace;
        *pass += 1;
        match context.masks.and_then(|masks| masks.hidden(0, Site::Embeddings)) {
            Some(scales) => scales.fill_tokens(batch, OutputPositions::All, shape.hidden, mask),
            None => mask.clear(),
        }
        if !context.training {
            saved.mean.clone_from(&running.mean);
            saved.variance.clone_from(&running.variance);
        }
        let (pass, training) = (*pass, context.training);
        Ok(EmbeddingsOperation { embeddings: self.clone(), words, positions, types, gradient, training, pass })
    }
}

/// The group's flat parameters -> \[T, H\]. Their gradient is written to the group.
struct EmbeddingsOperation {
    embeddings: FusedEmbeddings,
    /// \[T\] rows of the three tables
    words: Vec<u32>,
    positions: Vec<u32>,
    types: Vec<u32>,
    gradient: Gradient,
    training: bool,
    pass: u64,
}

impl EmbeddingsOperation {
    /// Each token's rows in the flat parameters: of its word, its position, its segment.
    fn rows(&self) -> impl Iterator<Item = [Range<usize>; 3]> {
        let EmbeddingsShape { hidden, words, positions, types, .. } = &*self.embeddings.shape;
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

    fn cpu_fwd(&self, parameters: &CpuStorage, strides: &Strides) -> Result<(CpuStorage, Shape)> {
        let EmbeddingsShape { hidden, normalization, gain, bias, .. } = &*self.embeddings.shape;
        let (parameters, size) = (floats(parameters, strides)?, self.words.len() * hidden);
        let (mut workspace, mut scratch) = (lock(&self.embeddings.workspace), lock(&self.embeddings.scratch));
        let EmbeddingsWorkspace { saved, mask, .. } = &mut *workspace;
        let Scratch { narrow, wide, .. } = &mut *scratch;
        let (x, residual) = (resized(narrow, size), resized(wide, size));
        for (([word, position, kind], x), residual) in
            self.rows().zip(x.chunks_exact_mut(*hidden)).zip(residual.chunks_exact_mut(*hidden))
        {
            x.copy_from_slice(&parameters[word]);
            let (position, kind) = (&parameters[position], &parameters[kind]);
            for ((residual, position), kind) in residual.iter_mut().zip(position).zip(kind) {
                *residual = position + kind;
            }
        }
        let mut y = vec![0.0; size];
        let affine = Affine { gain: &parameters[gain.clone()], bias: &parameters[bias.clone()] };
        let z = ResidualSum { x, x_bias: &vec![0.0; *hidden], mask: &[], residual };
        norm::forward(*normalization, self.training, z, affine, saved, &mut y);
        for (y, scale) in y.iter_mut().zip(mask) {
            *y *= *scale;
        }
        Ok((CpuStorage::F32(y), Shape::from((self.words.len(), *hidden))))
    }

    fn bwd(&self, parameters: &Tensor, _: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let EmbeddingsShape { hidden, normalization, gain, bias, .. } = &*self.embeddings.shape;
        let (workspace, mut scratch) = (lock(&self.embeddings.workspace), lock(&self.embeddings.scratch));
        if workspace.pass != self.pass {
            bail!("another forward pass came between this one and its backward pass")
        }
        let mut dy = with_floats(dy, <[f32]>::to_vec)?;
        for (dy, scale) in dy.iter_mut().zip(&workspace.mask) {
            *dy *= scale;
        }
        let gains = with_floats(parameters, |parameters| parameters[gain.clone()].to_vec())?;
        let dx = resized(&mut scratch.narrow, dy.len());
        let sums = norm::backward(*normalization, &mut dy, &workspace.saved, &gains, &[], dx);
        let mut gradient = lock(&self.gradient);
        let gradient = gradient.values();
        let mut add = |range: Range<usize>, values: &[f32]| {
            for (sum, value) in gradient[range].iter_mut().zip(values) {
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
