//! Giving up a pass between two layers, forwards or (where layers are fused) backwards: an update of a large model may
//! take longer than the patience of a person who wants to leave.

use candle_core::{Result, bail};
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

    /// An error once somebody asked.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_asked() {
            bail!("given up: somebody asked to leave");
        }
        Ok(())
    }
}
