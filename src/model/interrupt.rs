//! Giving up a pass between two layers, forwards or backwards: an update of a large model may take longer than a
//! person who wants to leave.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asked for from any thread, noticed where the next layer begins. What is given up is an error.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// x as it is, unless the pass is to be given up here: now, or when its gradient comes back.
    pub(super) fn gate(&self, x: &Tensor) -> Result<Tensor> {
        self.check()?;
        x.contiguous()?.apply_op1(Gate(self.clone()))
    }

    fn check(&self) -> Result<()> {
        if self.is_asked() {
            bail!("given up: somebody asked to leave");
        }
        Ok(())
    }
}

/// Passes everything on, in both directions.
struct Gate(Interrupt);

impl CustomOp1 for Gate {
    fn name(&self) -> &'static str {
        "interrupt"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("a gate needs contiguous values") };
        let values = storage.as_slice::<f32>()?[start..end].to_vec();
        Ok((CpuStorage::F32(values), layout.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        self.0.check()?;
        Ok(Some(gradient.clone()))
    }
}
