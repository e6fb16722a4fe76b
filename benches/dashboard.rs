//! The dashboard in a terminal. While the embedded default trains on every core: how long keys take to be answered, what
//! the thread of the screen costs, and what it writes. Of a store with 5,000 finished runs in ten arms: how long `runs` takes,
//! when the dashboard shows them all, and what its screen costs while one run more is trained.
//!
//! `cargo bench --bench dashboard`, on Linux; four minutes. `-- many` is the second part alone.

#[path = "support/finished_store.rs"]
mod finished_store;
#[path = "../tests/it/support/made_up.rs"]
mod made_up;
#[path = "../tests/it/support/screen.rs"]
mod screen;

use portable_pty::CommandBuilder;
use screen::{Latencies, Screen};
use std::fs::write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];
const KEYS: usize = 1000;
/// Between keys: no multiple of the time between two frames of news.
const PAUSE: Duration = Duration::from_millis(37);
const WATCHED: Duration = Duration::from_secs(15);
const ARMS: u32 = 10;
const INSTANCES: u32 = 100;

fn main() {
    if !std::env::args().any(|argument| argument == "many") {
        training();
    }
    many_runs();
}

fn training() {
    let store = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
    command.arg("--store");
    command.arg(store.path());
    let mut screen = Screen::open(command, 80, 24);
    screen.wait_for("batchscope");
    screen.wait_until("training", is_training);
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

fn many_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = ARMS * INSTANCES * 5;
    let (spec, store) = (folder.path().join("spec.toml"), folder.path().join("store"));
    write(&spec, finished_store::spec_of(ARMS, INSTANCES)).expect("the spec");
    finished_store::fill(&spec, &store);
    for round in ["first", "second"] {
        let begun = Instant::now();
        let listed = Command::new(env!("CARGO_BIN_EXE_batchscope")).args(["runs", "--store"]).arg(&store).output();
        let lines = String::from_utf8(listed.expect("runs").stdout).expect("text").lines().count();
        println!("runs list, the {round} time: {lines} lines in {:.2} s", begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    let mut screen = dashboard(&spec, &store, 200, 60);
    let drawn = screen.wait_for("batchscope");
    let finished = screen.wait_for(&format!("{runs} of {runs} runs"));
    let charts = screen.wait_for("every run is finished");
    let after = |at: Instant| (at - begun).as_secs_f64();
    println!("dashboard, first frame: {:.2} s", after(drawn));
    println!("dashboard, all finished: {:.2} s", after(finished));
    println!("dashboard, all curves: {:.2} s", after(charts));
    leave(&mut screen);
    write(&spec, finished_store::spec_of(ARMS, INSTANCES + 1)).expect("the spec");
    let mut screen = dashboard(&spec, &store, 160, 50);
    screen.wait_until("training", is_training);
    std::thread::sleep(WATCHED);
    let (begun, seconds) = (Instant::now(), seconds(&screen));
    std::thread::sleep(WATCHED);
    let share = (self::seconds(&screen) - seconds) / begun.elapsed().as_secs_f64();
    println!("160 x 50, one run under way: the screen's thread takes {:.2} % of a core", 100.0 * share);
    leave(&mut screen);
}

fn dashboard(spec: &Path, store: &Path, columns: u16, rows: u16) -> Screen {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
    command.args(["--workers", "1", "--yes", "--store"]);
    command.arg(store);
    command.arg(spec);
    Screen::open(command, columns, rows)
}

fn is_training(screen: &Screen) -> bool {
    screen.text().lines().next().is_some_and(|header| header.contains(" pairs/s"))
}

fn leave(screen: &mut Screen) {
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
