//! Logs of other programs, polled by a thread of their own.

use super::record::now;
use crate::domain::event::SweepEvent;
use crate::logs::{EventConverter, Watcher};
use crossbeam_channel::{Receiver, bounded};
use std::thread;
use std::time::Instant;

/// Events that wait for the front, each up to a few thousand values.
const INBOX: usize = 256;

/// Reads the logs until nobody receives the events. A front that is slow is waited for: the logs are still there.
pub fn watch_logs(mut watcher: Watcher) -> Receiver<SweepEvent> {
    let (sender, receiver) = bounded(INBOX);
    thread::spawn(move || {
        let (mut converter, mut has_left, mut is_first) = (EventConverter::default(), false, true);
        let mut trouble = None;
        while !has_left {
            let began = Instant::now();
            let mut emit = |event: SweepEvent| has_left = has_left || sender.send(event).is_err();
            let polled = watcher.poll(|event| converter.convert(event, now(), &mut emit));
            converter.end_poll(now(), &mut emit);
            if std::mem::take(&mut is_first) {
                watcher.notes().into_iter().for_each(|note| emit(SweepEvent::Noted(note)));
            }
            let any = match polled {
                Ok(any) => any,
                // a file system may be away for a while: reported once
                Err(error) => {
                    let words = error.to_string();
                    if trouble.as_ref() != Some(&words) {
                        emit(SweepEvent::Damaged(words.clone()));
                        trouble = Some(words);
                    }
                    false
                }
            };
            if !has_left {
                thread::sleep(Watcher::rest(any, began.elapsed()));
            }
        }
    });
    receiver
}
