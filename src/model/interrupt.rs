//! Cancelling a pass between two layers, forward or (where layers are fused) backward: one update of a large model may
//! take longer than anyone wants to wait when quitting.

use candle_core::{Result, bail};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Requested from any thread, checked before the next layer. A cancelled pass is an error.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error once requested.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_asked() {
            bail!("given up: somebody asked to leave");
        }
        Ok(())
    }
}
