//! Standard output on its own thread: a reader that stops reading, such as a pager, blocks neither training nor an
//! exit.

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};
use std::io::{self, Write};
use std::time::Duration;

/// Lines buffered for the reader.
const BUFFERED: usize = 64;
/// How often a blocked write checks for a request to exit, and how long the last write may take after one.
const PATIENCE: Duration = Duration::from_millis(200);

/// Standard output until it is closed or the program exits.
pub struct StandardOutput {
    lines: Sender<String>,
    ended: Receiver<io::Result<()>>,
    /// not empty once an exit was requested
    signals: Receiver<()>,
    is_exiting: bool,
    is_stuck: bool,
    /// why it was closed
    closed: Option<io::Error>,
}

impl StandardOutput {
    pub fn new(signals: Receiver<()>) -> Self {
        let (lines, waiting) = bounded::<String>(BUFFERED);
        let (end, ended) = bounded(1);
        std::thread::spawn(move || {
            let written = waiting.iter().try_for_each(|line| writeln!(io::stdout(), "{line}"));
            // sent before the channel closes, so that `print` finds the reason
            let _ = end.send(written);
        });
        Self { lines, ended, signals, is_exiting: false, is_stuck: false, closed: None }
    }

    /// Waits for space in the buffer. Once an exit was requested, lines that find none are dropped, and all after them.
    pub fn print(&mut self, mut line: String) {
        while self.closed.is_none() && !self.is_stuck {
            line = match self.lines.send_timeout(line, PATIENCE) {
                Ok(()) => return,
                Err(SendTimeoutError::Timeout(line)) => line,
                Err(SendTimeoutError::Disconnected(line)) => {
                    self.closed = self.ended.recv().ok().and_then(Result::err);
                    line
                }
            };
            self.is_stuck = self.exit_requested();
        }
    }

    /// Requests an exit: from here on, no wait for the reader is long.
    pub fn request_exit(&mut self) {
        self.is_exiting = true;
    }

    pub fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Waits until everything is written. Fails when standard output did not accept all of it.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(error) = self.closed.take() {
            return Err(error);
        }
        // replaces the sender, so that the thread ends
        self.lines = bounded(0).0;
        while !self.is_stuck {
            match self.ended.recv_timeout(PATIENCE) {
                Ok(written) => return written,
                Err(_) => self.is_stuck = self.exit_requested(),
            }
        }
        Ok(())
    }

    fn exit_requested(&self) -> bool {
        self.is_exiting || !self.signals.is_empty()
    }
}
