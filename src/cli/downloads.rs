//! Downloads on standard error: a bar on a terminal, a line now and then elsewhere.

use super::page::{bytes, talk};
use crate::domain::clock::clock;
use crate::hub::{Listener, News};
use crate::resolve::Sources;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two lines about one file.
const LINES: Duration = Duration::from_secs(10);

/// Sources whose downloads are shown.
pub fn sources() -> Sources {
    Sources::online(Downloads { on_terminal: io::stderr().is_terminal(), under_way: Mutex::new(None) })
}

struct Downloads {
    on_terminal: bool,
    under_way: Mutex<Option<File>>,
}

/// Bytes of a file that is there before anybody wonders.
const WORTH_A_LINE: u64 = 1_000_000;

/// The file that comes in.
struct File {
    name: String,
    bar: ProgressBar,
    /// bytes that were here before
    from: u64,
    begun: Instant,
    told: Instant,
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
        // the speed is that of what comes from now on
        bar.set_position(from);
        bar.reset_eta();
        if !on_terminal && of >= WORTH_A_LINE {
            let here = if from > 0 { format!(", {} are here already", bytes(from)) } else { String::new() };
            talk(&format!("fetching {name}, {}{here}", bytes(of)));
        }
        let now = Instant::now();
        Self { name: name.to_owned(), bar, from, begun: now, told: now }
    }

    fn tell(&mut self, done: u64, of: u64) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let speed = done.saturating_sub(self.from) as f64 / seconds.max(1e-3);
        let left = of.saturating_sub(done) as f64 / speed.max(1.0);
        self.told = Instant::now();
        talk(&format!(
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
    fn fetched(&self, under_way: &mut Option<File>, name: &str, done: u64, of: u64) {
        if under_way.as_ref().is_none_or(|known| known.name != name) {
            *under_way = Some(File::begin(name, done, of, self.on_terminal));
        }
        let Some(known) = under_way else { return };
        known.bar.set_position(done);
        if !self.on_terminal && known.told.elapsed() >= LINES {
            known.tell(done, of);
        }
    }
}

impl Listener for Downloads {
    fn hear(&self, news: News<'_>) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let words = match news {
            News::Fetched { file, bytes, of } => return self.fetched(&mut under_way, file, bytes, of),
            News::Done { file } => format!("fetched {file}"),
            News::Waiting { file } => format!("another process fetches {file}; waiting for it"),
            News::Retrying { cause, after, .. } => format!("{cause} (trying again in {:.1} s)", after.as_secs_f64()),
            News::FromCache { repository, cause } => {
                format!("the hub gives nothing now ({cause}): {repository} is taken as the cache has it")
            }
        };
        // a bar would be drawn over the words
        under_way.take().iter().for_each(|file| file.bar.finish_and_clear());
        talk(&words);
    }
}
