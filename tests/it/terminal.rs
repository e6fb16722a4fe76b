//! Whatever the system does, the terminal is restored and nothing is lost.

use crate::support::World;
use crate::support::screen::Screen;
use batchscope::tui::{ColourDepth, Terminal};
use portable_pty::CommandBuilder;
use std::path::Path;
use std::time::{Duration, Instant};

/// Long enough to be hit in the middle.
const LONG: &str = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 60\nlearning_rate = 1e-3\n";

/// A world, and an equal one that was trained without interruption.
fn worlds() -> (World, World) {
    let (world, whole) = (World::new(), World::new());
    world.write_spec(LONG);
    whole.write_spec(LONG);
    whole.run(&[]).expect(0);
    (world, whole)
}

fn is_help(screen: &Screen) -> bool {
    screen.text().contains("keys with the focus on")
}

/// The store has everything that is needed to resume with the same bits.
fn nothing_is_lost(world: &World, whole: &World) {
    world.run(&[]).expect(0);
    assert_eq!(world.histories(), whole.histories());
}

#[cfg(target_os = "linux")]
mod signals {
    use super::*;
    use portable_pty::{Child, PtySize, native_pty_system};
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::{Read, Write};

    fn send(process: u32, signal: Signal) {
        kill_process(Pid::from_raw(process as i32).unwrap(), signal).unwrap();
    }

    /// The letter of a process's state, as `ps` shows it; nothing once it is gone.
    fn state(process: u32) -> Option<String> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        Some(stat.rsplit_once(") ")?.1[..1].to_owned())
    }

    /// The exit code of a program that is about to leave; one that stays is killed.
    #[track_caller]
    fn code(child: &mut Box<dyn Child + Send + Sync>, where_: &str) -> u32 {
        let asked = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status.exit_code();
            }
            if asked.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                panic!("it stays {where_}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_signal_to_leave_saves_and_gives_the_terminal_back() {
        for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
            let (world, whole) = worlds();
            let mut screen = world.dashboard(100, 30);
            screen.wait_until("trained", |_| world.events() > 40);
            send(screen.child.process_id().unwrap(), signal);
            assert_eq!(screen.code(), 130, "{signal:?}");
            screen.assert_given_back();
            assert!(screen.text().contains("mean accuracy"), "a last table stays:\n{}", screen.text());
            nothing_is_lost(&world, &whole);
        }
    }

    /// A terminal that nobody reads, as one that hangs or was stopped with Ctrl-S, holds up neither checkpoints nor somebody
    /// who wants the program to leave.
    #[test]
    fn a_terminal_that_nobody_reads_keeps_nobody_from_leaving() {
        for (arguments, keys) in [(&["--yes"][..], ""), (&["run"], "\x13")] {
            let (world, whole) = (World::new(), World::new());
            for world in [&world, &whole] {
                world.write_spec("[train]\nbatch_sizes = [2]\ninstances = 2\nepochs = 150\nlearning_rate = 1e-3\n");
            }
            whole.run(&[]).expect(0);
            let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
            command.cwd(world.path("."));
            command.env("TERM", "xterm-256color");
            command.args(arguments.iter().chain(&["spec.toml", "--store", "store"]));
            let size = |cols| PtySize { rows: 70, cols, pixel_width: 0, pixel_height: 0 };
            let terminal = native_pty_system().openpty(size(240)).unwrap();
            let mut child = terminal.slave.spawn_command(command).unwrap();
            drop(terminal.slave);
            let mut keyboard = terminal.master.take_writer().unwrap();
            while world.events() < 40 {
                assert!(child.try_wait().unwrap().is_none(), "it should train");
                std::thread::sleep(Duration::from_millis(5));
            }
            keyboard.write_all(keys.as_bytes()).unwrap();
            // frames that are drawn whole, until a write of them no longer returns
            for step in 0..40 {
                terminal.master.resize(size(239 + step % 2)).unwrap();
                std::thread::sleep(Duration::from_millis(20));
            }
            send(child.process_id().unwrap(), Signal::TERM);
            assert_eq!(code(&mut child, "with a terminal that nobody reads"), 130, "{arguments:?}");
            nothing_is_lost(&world, &whole);
        }
    }

    /// Whoever closes the window takes the terminal away from the program, and the one that started it too.
    #[test]
    fn a_closed_terminal_saves_and_leaves() {
        let (world, whole) = worlds();
        let mut command = CommandBuilder::new("sh");
        command.cwd(world.path("."));
        let binary = env!("CARGO_BIN_EXE_batchscope");
        command.args(["-c", &format!("{binary} spec.toml --store store < /dev/tty & echo $! > process; wait")]);
        let screen = Screen::open(command, 100, 30);
        screen.wait_until("trained", |_| world.events() > 40);
        let process: u32 = std::fs::read_to_string(world.path("process")).unwrap().trim().parse().unwrap();
        send(screen.child.process_id().unwrap(), Signal::KILL);
        // without a parent that waits, it stays a zombie
        screen.wait_until("gone", |_| matches!(state(process).as_deref(), None | Some("Z")));
        nothing_is_lost(&world, &whole);
    }

    /// What is left of the terminal, which may be nothing, is no reason to fail.
    #[test]
    fn a_closed_terminal_is_an_interruption_whatever_standard_error_is() {
        for standard_error in ["", "2>&-", "2>/dev/full"] {
            let (world, whole) = worlds();
            let mut command = CommandBuilder::new("sh");
            command.cwd(world.path("."));
            let binary = env!("CARGO_BIN_EXE_batchscope");
            let run = format!("{binary} spec.toml --store store < /dev/tty {standard_error}; echo $? > code");
            command.args(["-c", &format!("(trap '' HUP; {run}) & echo $$ > shell; wait")]);
            let screen = Screen::open(command, 100, 30);
            screen.wait_until("trained", |_| world.events() > 40);
            let shell: u32 = std::fs::read_to_string(world.path("shell")).unwrap().trim().parse().unwrap();
            let code = || std::fs::read_to_string(world.path("code")).unwrap_or_default();
            send(shell, Signal::KILL);
            screen.wait_until("gone", |_| code().ends_with('\n'));
            assert_eq!(code().trim(), "130", "{standard_error}");
            nothing_is_lost(&world, &whole);
        }
    }

    /// A program that is not of the terminal's session gets no SIGHUP when it closes.
    #[test]
    fn a_closed_terminal_that_sends_no_signal_is_noticed() {
        let (world, whole) = worlds();
        let mut command = world.dashboard_command();
        command.set_controlling_tty(false);
        command.env("TERM", "xterm-256color");
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let terminal = native_pty_system().openpty(size).unwrap();
        let mut child = terminal.slave.spawn_command(command).unwrap();
        drop(terminal.slave);
        // what is drawn must be read, and there is more of it as long as it trains
        let mut reader = terminal.master.try_clone_reader().unwrap();
        while world.events() < 40 {
            assert!(reader.read(&mut [0; 65536]).unwrap() > 0, "it should train");
        }
        drop((reader, terminal.master));
        assert_eq!(code(&mut child, "without a terminal"), 130);
        nothing_is_lost(&world, &whole);
    }

    /// Sizes and keys come by different ways; neither holds the other up.
    #[test]
    fn a_key_right_after_a_new_size_is_answered() {
        let world = World::new();
        let mut screen = world.dashboard(100, 30);
        screen.wait_for("every run is finished");
        for round in 0..40 {
            screen.resize(100 + round % 2, 30);
            screen.press("?");
            screen.wait_until("answered", |screen| is_help(screen) == round.is_multiple_of(2));
        }
        screen.press("q");
        assert_eq!(screen.code(), 0);
    }

    #[test]
    fn a_stop_for_a_while_gives_the_terminal_back_and_a_continuation_takes_it() {
        let (world, whole) = worlds();
        let mut screen = world.dashboard(100, 30);
        let process = screen.child.process_id().unwrap();
        for by_key in [true, false] {
            screen.wait_until("trained", |_| world.events() > 40);
            screen.wait_for(" training");
            if by_key {
                screen.press("\x1a");
            } else {
                send(process, Signal::TSTP);
            }
            screen.wait_until("stopped", |_| state(process).as_deref() == Some("T"));
            screen.wait_until("given back", |screen| !screen.alternate() && !screen.text().contains(" training"));
            screen.assert_given_back();
            let bytes = screen.bytes();
            std::thread::sleep(Duration::from_millis(300));
            assert_eq!(screen.bytes(), bytes, "it writes though it is stopped");
            send(process, Signal::CONT);
            screen.wait_until("taken again", |screen| screen.alternate());
            assert!(screen.modes().contains("-icanon"));
        }
        screen.wait_for("every run is finished");
        screen.press("q");
        assert_eq!(screen.code(), 0);
        screen.assert_given_back();
        nothing_is_lost(&world, &whole);
    }
}

/// A window that is dragged sends a size for every step of the way; some are too small for anything. Where a key came
/// together with the last size, crossterm told the key alone, and what the window had lost in between stayed lost.
#[test]
fn a_storm_of_sizes_leaves_a_whole_screen_and_misses_no_key() {
    let (world, whole) = worlds();
    let mut screen = world.dashboard(120, 40);
    screen.wait_for(" training");
    for step in 0..300u16 {
        screen.resize(2 + step * 37 % 210, 2 + step * 23 % 70);
        if step % 10 == 0 {
            screen.press("m");
        }
    }
    screen.resize(120, 40);
    // thirty times through fourteen metrics
    screen.wait_for("validation F1");
    screen.wait_until("whole", |screen| {
        let text = screen.text();
        let lines: Vec<&str> = text.lines().collect();
        lines.len() == 40 && lines[0].contains("batchscope tiny") && lines[1].contains("Charts")
    });
    screen.press("q");
    assert_eq!(screen.code(), 0);
    screen.assert_given_back();
    nothing_is_lost(&world, &whole);
}

/// A frame without changes would be wasted work, above all over a slow connection.
#[test]
fn no_byte_is_written_when_nothing_changed() {
    let world = World::new();
    let mut screen = world.dashboard(100, 30);
    screen.wait_for("every run is finished");
    std::thread::sleep(Duration::from_millis(500));
    let bytes = screen.bytes();
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(screen.bytes(), bytes);
    // a key that means nothing here
    screen.press("Q");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(screen.bytes(), bytes);
    screen.press("q");
    assert_eq!(screen.code(), 0);
}

/// Whether a colour is chosen so: `38;2`, `38;5`, or a code of the sixteen.
fn chooses(written: &[u8], is_so: impl Fn(&[&str]) -> bool) -> bool {
    let text = String::from_utf8_lossy(written).into_owned();
    let sequences = text.split("\x1b[").filter_map(|rest| rest.split_once('m'));
    sequences.map(|(words, _)| words.split(';').collect::<Vec<_>>()).any(|words| is_so(&words))
}

#[test]
fn a_terminal_gets_the_colours_that_it_says_it_knows() {
    let world = World::new();
    world.run(&[]).expect(0);
    let truecolor = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
    for (terminal, flag, [is_true, is_indexed, is_basic]) in [
        (&truecolor[..], "auto", [true, false, false]),
        (&truecolor[..1], "auto", [false, true, false]),
        (&[("TERM", "xterm")], "auto", [false, false, true]),
        (&[("TERM", "linux"), ("NO_COLOR", "1")], "auto", [false; 3]),
        (&truecolor, "16", [false, false, true]),
        (&truecolor, "none", [false; 3]),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], "truecolor", [true, false, false]),
    ] {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
        command.cwd(world.path("."));
        command.args(["spec.toml", "--store", "store", "--colors", flag]);
        let mut screen = Screen::open_as(command, 100, 30, terminal);
        screen.wait_for("every run is finished");
        screen.press("q");
        assert_eq!(screen.code(), 0);
        let begins = |with: [&'static str; 2]| screen.written(|bytes| chooses(bytes, |words| words.starts_with(&with)));
        let basic = |words: &[&str]| matches!(words[0].parse(), Ok(30u8..=37 | 90..=97));
        let found = [begins(["38", "2"]), begins(["38", "5"]), screen.written(|bytes| chooses(bytes, basic))];
        assert_eq!(found, [is_true, is_indexed, is_basic], "{terminal:?} {flag}");
    }
}

/// Set in the child of the test below.
const CHILD: &str = "BATCHSCOPE_TEST_PANICS_IN_THE_TERMINAL";

#[test]
fn a_panic_gives_the_terminal_back() {
    if std::env::var_os(CHILD).is_some() {
        let mut terminal = Terminal::enter(ColourDepth::True).unwrap();
        terminal.draw(false, |frame| frame.render_widget("on the alternate screen", frame.area())).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        // a worker's panic must leave the screen alone
        let _ = std::thread::spawn(|| panic!("of a worker")).join();
        terminal.draw(false, |frame| frame.render_widget("still on the alternate screen", frame.area())).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        panic!("of the screen");
    }
    let itself = std::env::current_exe().unwrap();
    let mut command = CommandBuilder::new(Path::new(&itself));
    command.args(["--exact", "terminal::a_panic_gives_the_terminal_back", "--nocapture", "--test-threads=1"]);
    command.env(CHILD, "1");
    // each test has its own thread, here the screen's
    let mut screen = Screen::open(command, 80, 24);
    screen.wait_for("on the alternate screen");
    assert!(screen.alternate());
    screen.wait_for("still on the alternate screen");
    assert!(screen.alternate(), "a worker's panic tore the screen down");
    assert!(!screen.text().contains("of a worker"));
    assert_ne!(screen.code(), 0);
    screen.assert_given_back();
    assert!(screen.text().contains("of the screen"), "the panic is reported:\n{}", screen.text());
}
