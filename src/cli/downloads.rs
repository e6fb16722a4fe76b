//! Downloads on standard error: a bar on a terminal, otherwise a line every few seconds.

use super::page::{bytes, notify};
use crate::domain::clock::clock;
use crate::hub::{DownloadEvent, Listener};
use crate::resolve::Sources;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two lines about one file.
const REPORT_EVERY: Duration = Duration::from_secs(10);

/// Sources whose downloads are shown.
pub fn sources() -> Sources {
    Sources::online(Downloads { on_terminal: io::stderr().is_terminal(), current: Mutex::new(None) })
}

struct Downloads {
    on_terminal: bool,
    current: Mutex<Option<File>>,
}

/// Smaller files arrive too fast to be reported.
const LEAST_REPORTED: u64 = 1_000_000;

/// The file being downloaded.
struct File {
    name: String,
    bar: ProgressBar,
    /// bytes that an earlier process fetched
    from: u64,
    begun: Instant,
    reported: Instant,
}

impl File {
    fn begin(name: &str, from: u64, of: u64, on_terminal: bool) -> Self {
        let bar = if on_terminal { ProgressBar::new(of) } else { ProgressBar::hidden() };
        let template =
            "{prefix}  {bar:20.cyan} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        // the speed counts new bytes only
        bar.set_position(from);
        bar.reset_eta();
        if !on_terminal && of >= LEAST_REPORTED {
            let here = if from > 0 { format!(", {} already downloaded", bytes(from)) } else { String::new() };
            notify(&format!("fetching {name}, {}{here}", bytes(of)));
        }
        let now = Instant::now();
        Self { name: name.to_owned(), bar, from, begun: now, reported: now }
    }

    fn report(&mut self, done: u64, of: u64) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let speed = done.saturating_sub(self.from) as f64 / seconds.max(1e-3);
        let left = of.saturating_sub(done) as f64 / speed.max(1.0);
        self.reported = Instant::now();
        notify(&format!(
            "{}: {} of {}, {}/s, {} left",
            self.name,
            bytes(done),
            bytes(of),
            bytes(speed as u64),
            clock(left)
        ));
    }
}

impl Downloads {
    fn fetched(&self, current: &mut Option<File>, name: &str, done: u64, of: u64) {
        if current.as_ref().is_none_or(|known| known.name != name) {
            *current = Some(File::begin(name, done, of, self.on_terminal));
        }
        let Some(known) = current else { return };
        known.bar.set_position(done);
        if !self.on_terminal && known.reported.elapsed() >= REPORT_EVERY {
            known.report(done, of);
        }
    }
}

impl Listener for Downloads {
    fn on_event(&self, event: DownloadEvent<'_>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let words = match event {
            DownloadEvent::Fetched { file, bytes, of } => return self.fetched(&mut current, file, bytes, of),
            DownloadEvent::Done { file } => format!("fetched {file}"),
            DownloadEvent::Waiting { file } => format!("another process is downloading {file}; waiting for it"),
            DownloadEvent::Retrying { cause, after, .. } => {
                format!("{cause} (retrying in {:.1} s)", after.as_secs_f64())
            }
            DownloadEvent::FromCache { repository, cause } => {
                format!("the hub is unavailable ({cause}): using the cached {repository}")
            }
        };
        // a bar would overwrite the line
        current.take().iter().for_each(|file| file.bar.finish_and_clear());
        notify(&words);
    }
}
