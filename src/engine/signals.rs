//! Signals: to exit (Ctrl-C, SIGTERM, a closed terminal), to suspend (SIGTSTP), and of a resized terminal (SIGWINCH).

use super::conductor::Engine;
use crossbeam_channel::{Receiver, bounded};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

/// Signals within this time count as one, as some programs send each twice.
#[cfg(unix)]
const TOGETHER: Duration = Duration::from_secs(1);
/// How long a front may take to exit once everything is saved. One that takes longer is blocked in a write to a terminal.
const GRACE: Duration = Duration::from_secs(2);
/// How long restoring the terminal may take where the process ends without its front.
const PATIENCE: Duration = Duration::from_millis(300);
/// Exit code of an interrupted program.
const INTERRUPTED: i32 = 130;

type GiveBack = Arc<dyn Fn() + Send + Sync>;

/// Signals to exit.
pub struct Stops {
    signals: Receiver<()>,
    is_heard: Arc<AtomicBool>,
    give_back: GiveBack,
}

impl Stops {
    /// Receives a message at the first signal from now on. A later one ends the process at once.
    pub fn listen(self) -> Receiver<()> {
        self.is_heard.store(true, Ordering::SeqCst);
        self.signals
    }

    /// The same for the front of an engine. A signal also stops the engine, and ends the process even where the front is
    /// blocked in a write to its terminal.
    pub fn stop(self, engine: &Engine) -> Receiver<()> {
        let (give_back, stop, signals) = (self.give_back.clone(), engine.stopper(), self.listen());
        let (pass_on, passed_on) = bounded(1);
        thread::spawn(move || {
            if signals.recv().is_ok() {
                let _ = pass_on.send(());
                stop();
                thread::sleep(GRACE);
                leave(&give_back);
            }
        });
        passed_on
    }
}

/// Ends the process after a grace period. Everything is saved; what is left is to write to a terminal, which may block.
pub fn leave_soon() {
    thread::spawn(|| {
        thread::sleep(GRACE);
        exit()
    });
}

/// Ends the process, after `give_back` unless that blocks.
fn leave(give_back: &GiveBack) -> ! {
    let (end, given_back) = bounded(1);
    let give_back = give_back.clone();
    thread::spawn(move || {
        give_back();
        let _ = end.send(());
    });
    let _ = given_back.recv_timeout(PATIENCE);
    // without flushing standard output, which might block
    exit()
}

#[cfg(unix)]
fn exit() -> ! {
    signal_hook::low_level::exit(INTERRUPTED)
}

#[cfg(not(unix))]
fn exit() -> ! {
    std::process::exit(INTERRUPTED)
}

/// Ends the process at a signal, after `give_back`: downloads and the store stay resumable. Once [`Stops::listen`] was called,
/// the first signal is sent there instead.
#[cfg(unix)]
pub fn stop_signals(give_back: impl Fn() + Send + Sync + 'static) -> io::Result<Stops> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let (sender, receiver) = bounded(1);
    let is_heard = Arc::new(AtomicBool::new(false));
    let give_back: GiveBack = Arc::new(give_back);
    let (is_heard_there, give_back_there) = (is_heard.clone(), give_back.clone());
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::spawn(move || {
        let mut first: Option<Instant> = None;
        for _ in &mut signals {
            match first {
                None if is_heard_there.load(Ordering::SeqCst) => {
                    first = Some(Instant::now());
                    // fails only where the program is exiting already
                    let _ = sender.try_send(());
                }
                Some(first) if first.elapsed() < TOGETHER => {}
                _ => leave(&give_back_there),
            }
        }
    });
    Ok(Stops { signals: receiver, is_heard, give_back })
}

#[cfg(not(unix))]
pub fn stop_signals(give_back: impl Fn() + Send + Sync + 'static) -> io::Result<Stops> {
    Ok(Stops { signals: crossbeam_channel::never(), is_heard: Arc::default(), give_back: Arc::new(give_back) })
}

/// Receives a message each time the process is asked to suspend; see [`pause`].
#[cfg(unix)]
pub fn pause_signals() -> io::Result<Receiver<()>> {
    receive(signal_hook::consts::SIGTSTP)
}

/// Receives a message each time the terminal is resized, even back to the size before.
#[cfg(unix)]
pub fn size_signals() -> io::Result<Receiver<()>> {
    receive(signal_hook::consts::SIGWINCH)
}

#[cfg(unix)]
fn receive(signal: i32) -> io::Result<Receiver<()>> {
    let (sender, receiver) = bounded(1);
    let mut signals = signal_hook::iterator::Signals::new([signal])?;
    thread::spawn(move || {
        for _ in &mut signals {
            // one pending message is enough
            let _ = sender.try_send(());
        }
    });
    Ok(receiver)
}

#[cfg(not(unix))]
pub fn pause_signals() -> io::Result<Receiver<()>> {
    Ok(crossbeam_channel::never())
}

#[cfg(not(unix))]
pub fn size_signals() -> io::Result<Receiver<()>> {
    Ok(crossbeam_channel::never())
}

/// Suspends the process, including training, until SIGCONT.
pub fn pause() {
    #[cfg(unix)]
    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
}
