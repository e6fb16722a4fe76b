//! Requests to leave that come from the system: Ctrl-C, SIGTERM, a closed terminal.

use crossbeam_channel::{Receiver, bounded};
use std::io;

/// Gets a message at the first signal. The second one ends the process at once; what is in the store stays resumable.
#[cfg(unix)]
pub fn stop_signals() -> io::Result<Receiver<()>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    /// How a shell reports an interrupted program.
    const INTERRUPTED: i32 = 130;

    let (sender, receiver) = bounded(1);
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // in this order: the first signal finds `asked` unset
        signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED, asked.clone())?;
        signal_hook::flag::register(signal, asked.clone())?;
    }
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        for _ in &mut signals {
            if sender.try_send(()).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

#[cfg(not(unix))]
pub fn stop_signals() -> io::Result<Receiver<()>> {
    Ok(crossbeam_channel::never())
}
