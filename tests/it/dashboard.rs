//! The real binary in a real (pseudo) terminal.

use crate::support::World;
use batchscope::tui::Terminal;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A terminal with a program in it.
pub struct Screen {
    parser: Arc<Mutex<vt100::Parser>>,
    /// everything that the program wrote
    written: Arc<Mutex<Vec<u8>>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

impl Screen {
    fn open(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env_remove("NO_COLOR");
        let pair =
            native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = Arc::new(Mutex::new(vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)));
        let (mut reader, fed) = (pair.master.try_clone_reader().unwrap(), parser.clone());
        let written = Arc::new(Mutex::new(Vec::new()));
        let kept = written.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 {
                    break;
                }
                fed.lock().unwrap().process(&bytes[..count]);
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { parser, written, keys: pair.master.take_writer().unwrap(), child, master: pair.master }
    }

    pub fn dashboard(world: &World, columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
        command.cwd(world.path("."));
        command.arg("spec.toml");
        command.arg("--store");
        command.arg(world.store());
        Self::open(command, columns, rows)
    }

    pub fn text(&self) -> String {
        self.parser.lock().unwrap().screen().contents()
    }

    /// Whether the program wrote these bytes at any time.
    pub fn wrote(&self, bytes: &str) -> bool {
        self.written.lock().unwrap().windows(bytes.len()).any(|window| window == bytes.as_bytes())
    }

    fn alternate(&self) -> bool {
        self.parser.lock().unwrap().screen().alternate_screen()
    }

    #[track_caller]
    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < Duration::from_secs(60), "not {what}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    pub fn wait_for(&self, words: &str) {
        self.wait_until(words, |screen| screen.text().contains(words));
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The exit code, once the program has left.
    pub fn code(&mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        // the last bytes may still be on their way
        std::thread::sleep(Duration::from_millis(100));
        code
    }
}

#[test]
fn a_person_watches_adds_an_arm_takes_a_picture_and_leaves() {
    let world = World::new();
    let mut screen = Screen::dashboard(&world, 100, 30);
    screen.wait_for("validation accuracy");
    assert!(screen.alternate());
    screen.wait_for("4 of 4 runs");
    screen.wait_for("every run is done");
    let dots = screen.text().chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    assert!(dots > 20, "{dots} cells of braille:\n{}", screen.text());

    screen.press("m");
    screen.wait_for("validation loss");
    screen.press("dn");
    screen.wait_for("draft: dropout off, batch norm");
    screen.press("a");
    screen.wait_for("8 of 8 runs");
    screen.wait_for("no-dropout-batch-norm");

    screen.press("/arm=no-dr\t\r");
    screen.wait_for("arm=no-dropout-batch-norm · 4 of 8");
    screen.press("\u{1b}");
    screen.wait_until("without a filter", |screen| !screen.text().contains("4 of 8"));

    screen.press("w");
    screen.wait_for("figure_valid-loss.png");
    let picture = std::fs::read(world.path("figure_valid-loss.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    screen.press("w");
    screen.wait_for("figure_valid-loss-2.png");
    assert_eq!(std::fs::read(world.path("figure_valid-loss-2.png")).unwrap(), picture, "same state, same bytes");

    // the emulator first: what it is sent must find it large enough
    screen.parser.lock().unwrap().screen_mut().set_size(50.try_into().unwrap(), 160.try_into().unwrap());
    screen.master.resize(PtySize { rows: 50, cols: 160, pixel_width: 0, pixel_height: 0 }).unwrap();
    screen.wait_until("wider", |screen| screen.text().lines().any(|line| line.chars().count() > 140));

    screen.press("q");
    assert_eq!(screen.code(), 0);
    assert!(!screen.alternate(), "the terminal is given back");
    assert!(screen.text().contains("mean accuracy"), "a last table stays:\n{}", screen.text());
    assert_eq!(std::fs::read_dir(world.store().join("runs")).unwrap().count(), 8);

    let mut again = Screen::dashboard(&world, 100, 30);
    again.wait_for("8 of 8 runs");
    again.wait_for("no-dropout-batch-norm");
    again.press("q");
    assert_eq!(again.code(), 0);
}

#[test]
fn leaving_in_the_middle_saves_and_coming_back_goes_on() {
    let (whole, left) = (World::new(), World::new());
    let long = "[train]\nbatch_sizes = [2]\ninstances = 2\nepochs = 200\nlearning_rate = 1e-3\n";
    whole.write_spec(long);
    left.write_spec(long);
    whole.run(&[]).expect(0);
    let mut screen = Screen::dashboard(&left, 80, 24);
    screen.wait_for(" training");
    screen.press("q");
    assert_eq!(screen.code(), 0);
    left.run(&[]).expect(0);
    assert_eq!(left.histories(), whole.histories());
}

/// The letter of a process's state, as `ps` shows it.
#[cfg(target_os = "linux")]
fn state(process: u32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1[..1].to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_for_a_while_gives_the_terminal_back_and_a_continuation_takes_it() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = World::new();
    let mut screen = Screen::dashboard(&world, 100, 30);
    screen.wait_for("every run is done");
    let process = screen.child.process_id().unwrap();
    let send = |signal| kill_process(Pid::from_raw(process as i32).unwrap(), signal).unwrap();
    for by_key in [true, false] {
        if by_key {
            screen.press("\x1a");
        } else {
            send(Signal::TSTP);
        }
        screen.wait_until("stopped", |_| state(process) == "T");
        screen.wait_until("given back", |screen| !screen.alternate() && !screen.text().contains("every run"));
        send(Signal::CONT);
        screen.wait_until("taken again", |screen| screen.alternate());
        screen.wait_for("4 of 4 runs");
    }
    screen.press("q");
    assert_eq!(screen.code(), 0);
}

/// Set in the child of the test below.
const CHILD: &str = "BATCHSCOPE_TEST_PANICS_IN_THE_TERMINAL";

#[test]
fn a_panic_gives_the_terminal_back() {
    if std::env::var_os(CHILD).is_some() {
        let mut terminal = Terminal::enter().unwrap();
        terminal.draw(|frame| frame.render_widget("on the alternate screen", frame.area())).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        // a worker's panic must leave the screen alone
        let _ = std::thread::spawn(|| panic!("of a worker")).join();
        terminal.draw(|frame| frame.render_widget("still on the alternate screen", frame.area())).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        panic!("of the screen");
    }
    let itself = std::env::current_exe().unwrap();
    let mut command = CommandBuilder::new(Path::new(&itself));
    command.args(["--exact", "dashboard::a_panic_gives_the_terminal_back", "--nocapture", "--test-threads=1"]);
    command.env(CHILD, "1");
    // a test runs on a thread of its own, which is the screen's thread here
    let mut screen = Screen::open(command, 80, 24);
    screen.wait_for("on the alternate screen");
    assert!(screen.alternate());
    screen.wait_for("still on the alternate screen");
    assert!(screen.alternate(), "a worker's panic tore the screen down");
    assert!(!screen.text().contains("of a worker"));
    assert_ne!(screen.code(), 0);
    assert!(!screen.alternate(), "the terminal is given back");
    assert!(screen.text().contains("of the screen"), "the panic is reported:\n{}", screen.text());
}

/// Bars of `batchscope run`: on 80 columns, the time left must not be what is cut.
#[test]
fn bars_tell_the_time_left_on_a_narrow_terminal() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [2]\ninstances = 1\nepochs = 10000\nlearning_rate = 1e-3\n");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
    command.cwd(world.path("."));
    command.args(["run", "spec.toml", "--store", "store"]);
    let mut screen = Screen::open(command, 80, 24);
    let tells = |screen: &Screen| {
        let text = screen.text();
        let bar = text.lines().find(|line| line.contains("%  baseline/bs2/iid0  "));
        bar.is_some_and(|bar| bar.contains(" left  accuracy "))
    };
    screen.wait_until("the time left of a run", tells);
    screen.press("\u{3}");
    assert_eq!(screen.code(), 130);
}

/// One that cannot move its cursor, as an editor's: no dashboard, no bars, but every word.
#[test]
fn a_dumb_terminal_gets_lines() {
    for subcommand in [None, Some("run")] {
        let world = World::new();
        let mut command = CommandBuilder::new("env");
        command.cwd(world.path("."));
        command.args(["TERM=dumb", env!("CARGO_BIN_EXE_batchscope")]);
        command.args(subcommand);
        command.args(["spec.toml", "--store", "store"]);
        let mut screen = Screen::open(command, 100, 60);
        screen.wait_for("mean accuracy");
        assert_eq!(screen.code(), 0);
        let text = screen.text();
        assert_eq!(text.matches(": finished").count(), 4, "{subcommand:?}:\n{text}");
        assert!(!screen.alternate());
    }
}
