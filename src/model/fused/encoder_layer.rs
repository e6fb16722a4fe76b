//! An encoder layer as one operation of candle's graph.

use super::layer;
use super::matmul::WriteMode;
use super::normalization::Normalization;
use super::pass::{LayerPass, ParameterGradient};
use super::shape::LayerShape;
use super::workspace::{LayerWorkspace, Scratch};
use crate::model::context::Context;
use crate::model::dropout::Site;
use crate::model::interrupt::Interrupt;
use crate::model::norm::RunningStatistics;
use crate::model::outputs::OutputPositions;
use crate::model::parameters::{Gradient, Group, floats, lock, with_floats};
use candle_core::{CpuStorage, CustomOp2, Device, Layout, Result, Shape, Tensor, bail};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// A layer's shape and its buffers, which stay from step to step.
#[derive(Clone)]
pub struct FusedLayer {
    number: usize,
    shape: Arc<LayerShape>,
    workspace: Arc<Mutex<LayerWorkspace>>,
    scratch: Arc<Mutex<Scratch>>,
}

impl FusedLayer {
    pub fn new(number: usize, shape: LayerShape, scratch: Arc<Mutex<Scratch>>) -> Self {
        Self { number, shape: Arc::new(shape), workspace: Arc::default(), scratch }
    }

    /// x \[T, H\] -> \[R, H\]. With batch norm, `running` of the layer's two norms is updated in training and used at
    /// evaluation.
    pub fn forward(
        &self,
        x: &Tensor,
        group: &Group,
        outputs: OutputPositions,
        context: &Context<'_>,
        running: &mut [RunningStatistics],
    ) -> Result<Tensor> {
        let (parameters, gradient) = group.leaf();
        let operation = self.operation(outputs, context, running, (group.version(), gradient.clone()));
        if !context.training {
            return x.apply_op2_no_bwd(parameters, &operation);
        }
        let y = x.apply_op2(parameters, operation)?;
        if self.shape.normalization == Normalization::Columns {
            let workspace = lock(&self.workspace);
            for (running, saved) in running.iter_mut().zip([&workspace.attention_norm, &workspace.output_norm]) {
                running.update(&saved.mean, &saved.variance, context.batch.token_count());
            }
        }
        Ok(y)
    }

    /// Draws the dropout masks of a pass, and sets batch norm's statistics where it does not take the batch's.
    fn operation(
        &self,
        outputs: OutputPositions,
        context: &Context<'_>,
        running: &[RunningStatistics],
        (version, gradient): (u64, Gradient),
    ) -> EncoderLayerOperation {
        let (batch, shape) = (context.batch, &self.shape);
        let mut workspace = lock(&self.workspace);
        let LayerWorkspace {
            attention_norm,
            output_norm,
            attention_mask,
            attention_output_mask,
            output_mask,
            pass,
            ..
        } = &mut *workspace;
        *pass += 1;
        for (site, mask) in [(Site::AttentionOutput, attention_output_mask), (Site::Output, output_mask)] {
            match context.masks.and_then(|masks| masks.hidden(self.number, site)) {
                Some(scales) => scales.fill_tokens(batch, outputs, shape.hidden, mask),
                None => mask.clear(),
            }
        }
        match context.masks.and_then(|masks| masks.attention(self.number)) {
            Some(scales) => scales.fill_attention(batch, outputs, shape.heads, attention_mask),
            None => attention_mask.clear(),
        }
        if !context.training {
            for (saved, running) in [attention_norm, output_norm].into_iter().zip(running) {
                saved.mean.clone_from(&running.mean);
                saved.variance.clone_from(&running.variance);
            }
        }
        EncoderLayerOperation {
            layer: self.clone(),
            sequences: batch.sequences().collect(),
            outputs,
            rows: outputs.count(batch),
            training: context.training,
            interrupt: context.interrupt.cloned(),
            version,
            gradient,
            pass: *pass,
        }
    }
}

/// x \[T, H\] and a layer's flat parameters -> \[R, H\].
///
/// The gradient of the parameters is written to their group; candle gets that of x alone.
struct EncoderLayerOperation {
    layer: FusedLayer,
    sequences: Vec<Range<usize>>,
    outputs: OutputPositions,
    /// R
    rows: usize,
    training: bool,
    /// checked before the backward pass
    interrupt: Option<Interrupt>,
    /// of the parameters
    version: u64,
    gradient: Gradient,
    /// which pass the workspace must hold in the backward pass
    pass: u64,
}

impl EncoderLayerOperation {
    fn pass<'p>(&'p self, x: &'p [f32], parameters: &'p [f32]) -> LayerPass<'p> {
        let Self { layer, sequences, outputs, training, version, .. } = self;
        LayerPass {
            shape: &layer.shape,
            parameters,
            version: *version,
            sequences,
            outputs: *outputs,
            training: *training,
            x,
        }
    }
}

impl CustomOp2 for EncoderLayerOperation {
    fn name(&self) -> &'static str {
        "encoder-layer"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        parameters: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let hidden = self.layer.shape.hidden;
        let pass = self.pass(floats(x, x_layout)?, floats(parameters, layout)?);
        let mut y = vec![0.0; self.rows * hidden];
        layer::forward(pass, &mut lock(&self.layer.workspace), &mut lock(&self.layer.scratch), &mut y);
        Ok((CpuStorage::F32(y), Shape::from((self.rows, hidden))))
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
        let (mut workspace, mut scratch) = (lock(&self.layer.workspace), lock(&self.layer.scratch));
        if workspace.pass != self.pass {
            bail!("another forward pass came between this one and its backward pass")
        }
        let dy = with_floats(dy, <[f32]>::to_vec)?;
        let dx = with_floats(parameters, |parameters| {
            with_floats(x, |x| {
                let mut gradient = lock(&self.gradient);
                let (values, cleared) = gradient.for_overwriting();
                let mode = if cleared { WriteMode::Replace } else { WriteMode::Add };
                let gradient = ParameterGradient { values, mode };
                layer::backward(self.pass(x, parameters), &mut workspace, &mut scratch, dy, gradient)
            })
        })??;
        Ok((Some(Tensor::from_vec(dx, x.shape(), &Device::Cpu)?), None))
    }
}
