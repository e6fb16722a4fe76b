//! What the system asks for: to leave (Ctrl-C, SIGTERM, a closed terminal), to stop for a while (SIGTSTP), or to draw anew
//! (SIGWINCH).

use crossbeam_channel::Receiver;
#[cfg(unix)]
use crossbeam_channel::bounded;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::time::{Duration, Instant};

/// Signals that come together count as one: some programs send each twice.
#[cfg(unix)]
const TOGETHER: Duration = Duration::from_secs(1);

/// What the system has to say about ending.
pub struct Stops {
    signals: Receiver<()>,
    is_heard: Arc<AtomicBool>,
}

impl Stops {
    /// Gets a message at the first signal from now on. A later one ends the process at once.
    pub fn listen(self) -> Receiver<()> {
        self.is_heard.store(true, Ordering::SeqCst);
        self.signals
    }
}

/// Ends the process at a signal, after `give_back`: what is fetched and what is in the store stays resumable. Once
/// somebody listens, it is told of the first signal instead.
#[cfg(unix)]
pub fn stop_signals(give_back: impl Fn() + Send + 'static) -> io::Result<Stops> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    /// How a shell reports an interrupted program.
    const INTERRUPTED: i32 = 130;

    let (sender, receiver) = bounded(1);
    let is_heard = Arc::new(AtomicBool::new(false));
    let is_heard_there = is_heard.clone();
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        let mut first: Option<Instant> = None;
        for _ in &mut signals {
            match first {
                None if is_heard_there.load(Ordering::SeqCst) => {
                    first = Some(Instant::now());
                    // nobody listens any more: the program is leaving already
                    let _ = sender.try_send(());
                }
                Some(first) if first.elapsed() < TOGETHER => {}
                _ => {
                    give_back();
                    std::process::exit(INTERRUPTED);
                }
            }
        }
    });
    Ok(Stops { signals: receiver, is_heard })
}

#[cfg(not(unix))]
pub fn stop_signals(_: impl Fn() + Send + 'static) -> io::Result<Stops> {
    Ok(Stops { signals: crossbeam_channel::never(), is_heard: Arc::default() })
}

/// Gets a message each time the process is asked to stop for a while; see [`pause`].
#[cfg(unix)]
pub fn pause_signals() -> io::Result<Receiver<()>> {
    told_of(signal_hook::consts::SIGTSTP)
}

/// Gets a message each time the terminal has another size, or had one in between.
#[cfg(unix)]
pub fn size_signals() -> io::Result<Receiver<()>> {
    told_of(signal_hook::consts::SIGWINCH)
}

#[cfg(unix)]
fn told_of(signal: i32) -> io::Result<Receiver<()>> {
    let (sender, receiver) = bounded(1);
    let mut signals = signal_hook::iterator::Signals::new([signal])?;
    std::thread::spawn(move || {
        for _ in &mut signals {
            // one that waits already is enough
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

/// Stops the process, training included, until somebody continues it.
pub fn pause() {
    #[cfg(unix)]
    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
}
