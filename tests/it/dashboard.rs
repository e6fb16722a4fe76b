//! The real binary in a real (pseudo) terminal.

use crate::support::World;
use crate::support::screen::Screen;
use portable_pty::CommandBuilder;

#[test]
fn a_person_watches_adds_an_arm_takes_a_picture_and_leaves() {
    let world = World::new();
    let mut screen = world.dashboard(100, 30);
    screen.wait_for("validation accuracy");
    assert!(screen.alternate());
    screen.wait_for("4 of 4 runs");
    screen.wait_for("every run is finished");
    let dots = screen.text().chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    assert!(dots > 20, "{dots} cells of braille:\n{}", screen.text());

    // curves, not the final scores that the end of a sweep shows
    screen.press("2m");
    screen.wait_for("validation loss");
    screen.press("dn");
    screen.wait_for("draft: norm layer → batch, dropout on → off");
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

    screen.resize(160, 50);
    screen.wait_until("wider", |screen| screen.text().lines().any(|line| line.chars().count() > 140));

    screen.press("q");
    assert_eq!(screen.code(), 0);
    screen.assert_given_back();
    assert!(screen.text().contains("mean accuracy"), "a last table stays:\n{}", screen.text());
    assert_eq!(std::fs::read_dir(world.store().join("runs")).unwrap().count(), 8);

    let mut again = world.dashboard(100, 30);
    again.wait_for("8 of 8 runs");
    again.wait_for("no-dropout-batch-norm");
    again.press("q");
    assert_eq!(again.code(), 0);
}

/// Letters of a paste are no keys: these would add an arm and leave.
#[test]
fn pasted_text_goes_into_what_is_typed_and_nowhere_else() {
    let paste = |text: &str| format!("\x1b[200~{text}\x1b[201~");
    let world = World::new();
    let mut screen = world.dashboard(100, 30);
    screen.wait_for("every run is finished");
    assert!(screen.emulated(vt100::Screen::bracketed_paste));
    screen.press(&paste("dnaiyq\r"));
    screen.press("/");
    screen.press(&paste("bs=2\r\n"));
    screen.wait_for("bs=2 · 2 of 4");
    screen.press(&paste("q"));
    screen.wait_for("2q");
    screen.press("\x1b");
    screen.wait_until("without a filter", |screen| !screen.text().contains("bs=2q"));
    screen.press("?");
    screen.press(&paste("x axis\r"));
    screen.wait_for("/ x axis");
    screen.press("\r");
    screen.wait_for("updates ╯");
    assert!(screen.text().contains("4 of 4 runs") && !screen.text().contains("draft:"), "{}", screen.text());
    screen.press("q");
    assert_eq!(screen.code(), 0);
    screen.assert_given_back();
}

#[test]
fn quitting_saves_and_restarting_resumes() {
    let (whole, left) = (World::new(), World::new());
    let long = "[train]\nbatch_sizes = [2]\ninstances = 2\nepochs = 200\nlearning_rate = 1e-3\n";
    whole.write_spec(long);
    left.write_spec(long);
    whole.run(&[]).expect(0);
    let mut screen = left.dashboard(80, 24);
    screen.wait_for(" training");
    screen.press("q");
    assert_eq!(screen.code(), 0);
    left.run(&[]).expect(0);
    assert_eq!(left.histories(), whole.histories());
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
        let bar = text.lines().find(|line| line.contains("%  baseline bs 2 #0  "));
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
        assert_eq!(text.matches("  finished  80.0 %").count(), 4, "{subcommand:?}:\n{text}");
        assert!(!screen.alternate());
    }
}

/// A script that forgot `run` must not train for minutes into whatever store is the usual one.
#[test]
fn without_a_terminal_the_dashboard_refuses_and_names_what_was_meant() {
    let world = World::new();
    let refused = world.anything(&["spec.toml", "--store", "store"]).expect(2);
    assert!(refused.out.is_empty(), "{}", refused.out);
    for words in ["standard output is not one", "`batchscope run spec.toml`", "`batchscope report`"] {
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    assert!(!world.store().exists(), "nothing is made");
}

/// As for a file or another program: the same lines, and nothing that only a terminal understands.
#[test]
fn a_pipe_gets_lines() {
    let world = World::new();
    let finished = world.anything(&["run", "spec.toml", "--store", "store"]).expect(0);
    assert_eq!(finished.out.matches("  finished  80.0 %").count(), 4, "{}", finished.out);
    assert!(finished.out.contains("mean accuracy"), "{}", finished.out);
    assert!(finished.out.contains("4 of 4  baseline bs "), "{}", finished.out);
    assert!(!finished.out.contains('\u{1b}') && !finished.err.contains('\u{1b}'), "{}{}", finished.out, finished.err);
}
