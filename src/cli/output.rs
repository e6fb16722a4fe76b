//! Standard output on a thread of its own: a reader that takes nothing, as a pager does, holds up training, but never
//! somebody who wants to leave.

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};
use std::io::{self, Write};
use std::time::Duration;

/// Lines that may wait for the reader.
const WAITING: usize = 64;
/// How often a wait for the reader looks whether somebody wants to leave; then the last wait.
const PATIENCE: Duration = Duration::from_millis(200);

/// Standard output, as long as it takes anything.
pub struct Output {
    lines: Sender<String>,
    ended: Receiver<io::Result<()>>,
    /// holds something when somebody wants to leave
    signals: Receiver<()>,
    is_leaving: bool,
    is_stuck: bool,
    /// why it takes nothing any more
    left: Option<io::Error>,
}

impl Output {
    pub fn new(signals: Receiver<()>) -> Self {
        let (lines, waiting) = bounded::<String>(WAITING);
        let (end, ended) = bounded(1);
        std::thread::spawn(move || {
            let written = waiting.iter().try_for_each(|line| writeln!(io::stdout(), "{line}"));
            // before the lines are let go: who finds them closed looks here
            let _ = end.send(written);
        });
        Self { lines, ended, signals, is_leaving: false, is_stuck: false, left: None }
    }

    /// Waits for room. Once somebody wants to leave, a line that finds none is dropped, and so are those after it.
    pub fn print(&mut self, mut line: String) {
        while self.left.is_none() && !self.is_stuck {
            line = match self.lines.send_timeout(line, PATIENCE) {
                Ok(()) => return,
                Err(SendTimeoutError::Timeout(line)) => line,
                Err(SendTimeoutError::Disconnected(line)) => {
                    self.left = self.ended.recv().ok().and_then(Result::err);
                    line
                }
            };
            self.is_stuck = self.wants_to_leave();
        }
    }

    /// From now on, nobody waits long for the reader.
    pub fn leave(&mut self) {
        self.is_leaving = true;
    }

    pub fn has_left(&self) -> bool {
        self.left.is_some()
    }

    /// Waits until everything is written. An error when standard output took not all of it.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(error) = self.left.take() {
            return Err(error);
        }
        // a channel without lines, so that the thread comes to an end
        self.lines = bounded(0).0;
        while !self.is_stuck {
            match self.ended.recv_timeout(PATIENCE) {
                Ok(written) => return written,
                Err(_) => self.is_stuck = self.wants_to_leave(),
            }
        }
        Ok(())
    }

    fn wants_to_leave(&self) -> bool {
        self.is_leaving || !self.signals.is_empty()
    }
}
