//! The engine's end of the channel to the front, which may be slow, stuck or gone.

use crate::domain::event::SweepEvent;
use crossbeam_channel::{SendTimeoutError, Sender, TrySendError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Once the sweep is asked to stop, a front that takes nothing for so long is stuck: in a write to a terminal that
/// nobody reads, say.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Front {
    events: Sender<SweepEvent>,
    is_leaving: Arc<AtomicBool>,
    is_gone: Arc<AtomicBool>,
}

impl Front {
    /// `is_leaving` becomes true when the front may no longer be waited for.
    pub fn new(events: Sender<SweepEvent>, is_leaving: Arc<AtomicBool>) -> Self {
        Self { events, is_leaving, is_gone: Arc::default() }
    }

    /// Whether it left, or is stuck while the sweep stops. It is told nothing more.
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    pub fn is_full(&self) -> bool {
        self.events.is_full()
    }

    /// Waits for room.
    pub fn tell(&self, mut event: SweepEvent) {
        while !self.is_gone() {
            event = match self.events.send_timeout(event, PATIENCE) {
                Ok(()) => return,
                Err(SendTimeoutError::Timeout(event)) if !self.is_leaving.load(Ordering::Relaxed) => event,
                Err(_) => return self.is_gone.store(true, Ordering::Relaxed),
            };
        }
    }

    /// Whether it took the event without a wait. A front that is gone takes everything.
    pub fn offer(&self, event: SweepEvent) -> bool {
        match self.events.try_send(event) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => self.is_gone(),
            Err(TrySendError::Disconnected(_)) => {
                self.is_gone.store(true, Ordering::Relaxed);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::bounded;

    #[test]
    fn a_front_that_is_stuck_is_waited_for_until_the_sweep_stops() {
        let (events, inbox) = bounded(1);
        let is_leaving = Arc::new(AtomicBool::new(false));
        let front = Front::new(events, is_leaving.clone());
        front.tell(SweepEvent::Idle);
        assert!(!front.offer(SweepEvent::Idle), "there is no room");
        let waiting = std::thread::spawn({
            let front = front.clone();
            move || front.tell(SweepEvent::Closed)
        });
        std::thread::sleep(PATIENCE * 2);
        assert!(!waiting.is_finished() && !front.is_gone());
        is_leaving.store(true, Ordering::Relaxed);
        waiting.join().unwrap();
        assert!(front.is_gone() && front.offer(SweepEvent::Closed), "from now on nobody waits");
        assert_eq!(inbox.try_iter().collect::<Vec<_>>(), [SweepEvent::Idle]);
    }
}
