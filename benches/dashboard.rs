//! The dashboard in a terminal while the embedded default trains on every core: how long keys take to be answered, what
//! the thread of the screen costs, and what it writes.
//!
//! `cargo bench --bench dashboard`, on Linux; two minutes.

#[path = "../tests/it/support/screen.rs"]
mod screen;

use portable_pty::CommandBuilder;
use screen::{Latencies, Screen};
use std::time::{Duration, Instant};

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];
const KEYS: usize = 1000;
/// Between keys: no multiple of the time between two frames of news.
const PAUSE: Duration = Duration::from_millis(37);
const WATCHED: Duration = Duration::from_secs(15);

fn main() {
    let store = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
    command.arg("--store");
    command.arg(store.path());
    let mut screen = Screen::open(command, 80, 24);
    screen.wait_for("batchscope");
    let is_training = |text: &str| text.lines().next().is_some_and(|header| header.contains(" pairs/s"));
    screen.wait_until("training", |screen| is_training(&screen.text()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for (columns, rows) in SIZES {
        screen.resize(columns, rows);
        std::thread::sleep(Duration::from_secs(1));
        let (begun, seconds, bytes) = (Instant::now(), seconds(&screen), screen.bytes());
        std::thread::sleep(WATCHED);
        let elapsed = begun.elapsed().as_secs_f64();
        let share = (self::seconds(&screen) - seconds) / elapsed / cores as f64;
        let rate = (screen.bytes() - bytes) as f64 / elapsed / 1e3;
        println!("{columns} x {rows}, watched: {:.2} % of {cores} cores, {rate:.1} kB/s", 100.0 * share);
        println!("{columns} x {rows}: {}", Latencies::of_help(&mut screen, KEYS, PAUSE));
    }
    screen.press("q");
    println!("left with exit code {}", screen.code());
}

/// What the thread of the screen, the first of the process, has computed so far.
fn seconds(screen: &Screen) -> f64 {
    /// of `clock_t`, on every Linux
    const A_SECOND: f64 = 100.0;
    let process = screen.child.process_id().expect("a process");
    let stat = std::fs::read_to_string(format!("/proc/{process}/task/{process}/stat")).expect("Linux's /proc");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    // user's and system's, fields 14 and 15 of all, of which two are before
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().expect("ticks") / A_SECOND).sum()
}
