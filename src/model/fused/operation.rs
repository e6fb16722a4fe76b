//! The fused layer as an operation of candle's graph: a node a layer.

use super::layer::{self, Shape};
use super::matmul::Into;
use super::workspace::{Scratch, Workspace};
use crate::domain::batch::Batch;
use crate::model::dropout::{Masks, Site};
use crate::model::interrupt::Interrupt;
use crate::model::norm::RunningStatistics;
use crate::model::parameters::{Gradient, floats, lock, with_floats};
use crate::model::read::Read;
use candle_core::{CpuStorage, CustomOp2, Device, Layout, Result, Shape as Dimensions, Tensor, bail};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// x \[T, H\] and a layer's flat parameters -> \[R, H\].
///
/// The parameters' gradient goes straight to their group: this passes on the gradient of x alone.
pub struct EncoderLayerOperation {
    shape: Arc<Shape>,
    sequences: Vec<Range<usize>>,
    read: Read,
    /// R
    rows: usize,
    workspace: Arc<Mutex<Workspace>>,
    scratch: Arc<Mutex<Scratch>>,
    /// looked at before the way back
    interrupt: Option<Interrupt>,
    gradient: Gradient,
    /// batch norm takes the batch's own statistics and leaves them in the workspace
    training: bool,
    /// which pass the workspace must hold on the way back
    pass: u64,
}

impl EncoderLayerOperation {
    /// Draws the masks of this pass. Nothing is dropped without `masks`. `running` are the statistics of the layer's
    /// norms for batch norm to use; without them it takes the batch's own.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        shape: Arc<Shape>,
        layer: usize,
        read: Read,
        batch: &Batch,
        masks: Option<&Masks>,
        running: Option<&[RunningStatistics]>,
        workspace: Arc<Mutex<Workspace>>,
        scratch: Arc<Mutex<Scratch>>,
        interrupt: Option<Interrupt>,
        gradient: Gradient,
    ) -> Self {
        let mut inside = enter(&workspace);
        inside.pass += 1;
        let pass = inside.pass;
        for (site, mask) in [Site::AttentionOutput, Site::Output].into_iter().zip(inside.hidden_masks()) {
            mask.clear();
            if let Some(scales) = masks.and_then(|masks| masks.hidden(layer, site)) {
                scales.fill_tokens(batch, read, shape.hidden, mask);
            }
        }
        let Workspace { first_norm, second_norm, .. } = &mut *inside;
        for (saved, running) in [first_norm, second_norm].into_iter().zip(running.unwrap_or_default()) {
            saved.mean.clone_from(&running.mean);
            saved.variance.clone_from(&running.variance);
        }
        let mask = &mut inside.attention_mask;
        mask.clear();
        if let Some(scales) = masks.and_then(|masks| masks.attention(layer)) {
            scales.fill_attention(batch, read, shape.heads, mask);
        }
        drop(inside);
        let (sequences, rows, training) = (batch.sequences().collect(), read.count(batch), running.is_none());
        Self { shape, sequences, read, rows, workspace, scratch, interrupt, gradient, training, pass }
    }
}

/// A panic inside leaves numbers that the failing run will never use.
pub(super) fn enter<T>(workspace: &Mutex<T>) -> MutexGuard<'_, T> {
    workspace.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CustomOp2 for EncoderLayerOperation {
    fn name(&self) -> &'static str {
        "encoder-layer"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_strides: &Layout,
        parameters: &CpuStorage,
        strides: &Layout,
    ) -> Result<(CpuStorage, Dimensions)> {
        let (x, parameters) = (floats(x, x_strides)?, floats(parameters, strides)?);
        let mut y = vec![0.0; self.rows * self.shape.hidden];
        let (mut workspace, mut scratch) = (enter(&self.workspace), enter(&self.scratch));
        layer::forward(
            &self.shape,
            parameters,
            &self.sequences,
            self.read,
            x,
            &mut workspace,
            &mut scratch,
            self.training,
            &mut y,
        );
        Ok((CpuStorage::F32(y), Dimensions::from((self.rows, self.shape.hidden))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        parameters: &Tensor,
        _: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        if let Some(interrupt) = &self.interrupt {
            interrupt.check()?;
        }
        let (mut workspace, mut scratch) = (enter(&self.workspace), enter(&self.scratch));
        if workspace.pass != self.pass {
            bail!("another forward pass came between this one and its backward pass")
        }
        let dy = with_floats(dy, <[f32]>::to_vec)?;
        let dx = with_floats(parameters, |parameters| {
            with_floats(x, |x| {
                let mut gradient = lock(&self.gradient);
                let (gradient, empty) = gradient.begun();
                let into = if empty { Into::Replace } else { Into::Add };
                layer::backward(
                    &self.shape,
                    parameters,
                    &self.sequences,
                    self.read,
                    x,
                    &mut workspace,
                    &mut scratch,
                    dy,
                    gradient,
                    into,
                )
            })
        })??;
        Ok((Some(Tensor::from_vec(dx, x.shape(), &Device::Cpu)?), None))
    }
}
