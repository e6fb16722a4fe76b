//! Snapshots of the whole screen, with made-up sweeps, at several sizes.

use crate::support::made_up::{found, logged, plan, planned, progress, tell};
use batchscope::app::table::{Column, Typing};
use batchscope::app::{Action, App, Effect, Inquiry, Leaving, Motion, Panel};
use batchscope::domain::ablation;
use batchscope::domain::arm::Arm;
use batchscope::domain::command::{Command, Intent, QueuePosition};
use batchscope::domain::event::{RunEvent, SweepEvent};
use batchscope::domain::glue::fits;
use batchscope::domain::metric::Metric;
use batchscope::domain::point::GradientPoint;
use batchscope::domain::run::PlannedRun;
use batchscope::domain::run_label::LabelledRun;
use batchscope::domain::scores::Scores;
use batchscope::domain::spec::Spec;
use batchscope::plan::Background;
use batchscope::plot::{View, XAxis};
use batchscope::spec_file::{parse, preset};
use batchscope::stats::Look;
use batchscope::store::Store;
use batchscope::tui::{ASKED, KEYS, SEARCHING, TYPING, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tui_input::InputRequest;

fn spec() -> Spec {
    parse("demo", preset("demo").unwrap(), &["train.instances=2".into()]).unwrap()
}

/// Four finished runs, two in progress, one failed, the others waiting.
fn app() -> App {
    let mut app = App::new(spec(), 2);
    let runs = plan("baseline");
    app.receive(SweepEvent::Planned(runs.clone()));
    for run in &runs[..4] {
        tell(&mut app, run, progress(run, 1.0));
    }
    tell(&mut app, &runs[4], progress(&runs[4], 0.7));
    tell(&mut app, &runs[5], progress(&runs[5], 0.3));
    tell(
        &mut app,
        &runs[6],
        vec![RunEvent::Started { step: 0 }, RunEvent::Failed { step: 3, message: "update 3: the loss is NaN".into() }],
    );
    app
}

fn screen(app: &App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::named("dark").unwrap();
    terminal.draw(|frame| draw(frame, app, &theme)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn a_sweep_under_way() {
    let app = app();
    for (width, height) in [(40, 10), (60, 16), (80, 24), (100, 30), (120, 40), (200, 60)] {
        insta::assert_snapshot!(format!("under_way_{width}x{height}"), screen(&app, width, height));
    }
}

/// Runs of another program: of some the batch size is not known, and none has a spec.
#[test]
fn runs_without_a_spec() {
    let mut app = App::watching("logs".into(), spec());
    let of_arm = |arm: &'static str| [Some(2), Some(8), None].map(|size| [0, 1].map(|iid| found(Some(arm), size, iid)));
    let runs: Vec<LabelledRun> = ["adam", "hot"].into_iter().flat_map(of_arm).flatten().collect();
    app.receive(SweepEvent::Found(runs.clone()));
    for (run, updates) in runs.iter().zip([500, 300, 120, 120, 100, 80].into_iter().cycle()) {
        app.receive(logged(run, updates));
    }
    for _ in 0..2 {
        insta::assert_snapshot!(format!("without_a_spec_{}", app.metric.file_name()), screen(&app, 120, 40));
        app.act(Action::NextMetric);
    }
    app.act(Action::Group);
    app.act(Action::Focus(Panel::Run));
    insta::assert_snapshot!("without_a_spec_grouped", screen(&app, 100, 30));
    for binding in KEYS {
        let mut pressed = app.clone();
        let effects = pressed.act(binding.action);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Ask(_) | Effect::Prove)), "{}", binding.label);
        assert!(
            pressed.draft.is_empty() && pressed.asking.is_none(),
            "{} steers what cannot be steered",
            binding.label
        );
    }
}

#[test]
fn cola_is_read_by_its_correlation() {
    let mut app = App::new(parse("demo", preset("demo").unwrap(), &["task.name=cola".into()]).unwrap(), 1);
    assert_eq!(app.metric, Metric::ValidMatthews);
    let runs = plan("baseline");
    app.receive(SweepEvent::Planned(runs.clone()));
    let scores = Scores { f1: Some(0.91), matthews: Some(0.372), ..Scores::of(0.5, 0.8) };
    tell(&mut app, &runs[0], vec![RunEvent::Started { step: 0 }, RunEvent::Evaluation { step: 0, scores }]);
    let row = |text: &str| text.lines().find(|line| line.contains("matthews")).map(str::to_owned);
    let narrow = row(&screen(&app, 80, 24)).expect("the column stands before others");
    assert!(narrow.contains(" acc"), "{narrow}");
    assert!(screen(&app, 80, 24).contains("0.372"));
    app.act(Action::Focus(Panel::Run));
    app.act(Action::Zoom);
    let text = screen(&app, 120, 40);
    assert!(text.contains("accuracy 0.8000 · best 0.8000 · loss 0.5000 · F1 0.9100 · Matthews 0.3720"), "{text}");
}

#[test]
fn before_anything_is_known() {
    insta::assert_snapshot!(screen(&App::new(spec(), 2), 80, 24));
}

#[test]
fn a_draft_tells_what_it_would_cost() {
    let mut app = app();
    assert!(app.act(Action::Cycle(ablation::DROPOUT)).is_empty());
    app.act(Action::Cycle(ablation::NORM));
    let text = screen(&app, 80, 24);
    assert!(text.contains("draft: norm layer → batch, d… · 10 runs, about 1:39 · a adds  N next  Esc drops"), "{text}");
    let text = screen(&app, 120, 40);
    let words = "draft: norm layer → batch, dropout on → off · trains 10 runs, about 1:39 · a adds  N adds and trains it next  Esc drops";
    assert!(text.contains(words), "what was changed last comes first:\n{text}");
    app.act(Action::Back);
    assert!(!screen(&app, 80, 24).contains("draft:"));
}

#[test]
fn a_draft_says_from_what_to_what_and_when_nothing_is_left_of_it() {
    let mut app = app();
    for words in ["draft: dropout on → off ·", "draft: dropout at evaluation off → on ·"] {
        app.act(Action::Cycle(ablation::DROPOUT));
        let text = screen(&app, 200, 60);
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
    app.act(Action::Cycle(ablation::DROPOUT));
    assert!(screen(&app, 80, 24).contains("dropout at evaluation off, as in the baseline; nothing is drafted"));
    app.act(Action::Cycle(ablation::UPDATES_OF));
    assert!(
        screen(&app, 200, 60).contains("draft: updates of 5 epochs → as at batch size 8 ·"),
        "{}",
        screen(&app, 200, 60)
    );
    app.act(Action::Cycle(ablation::DROPOUT));
    app.act(Action::Cycle(ablation::DROPOUT));
    app.act(Action::Cycle(ablation::DROPOUT));
    let text = screen(&app, 200, 60);
    assert!(text.contains("draft: dropout at evaluation off, updates of"), "what a key took back is said too:\n{text}");
}

#[test]
fn an_arm_is_trained_next_from_its_draft_or_once_it_waits() {
    let mut app = app();
    app.act(Action::Cycle(ablation::DROPOUT));
    let effects = app.act(Action::TrainNext);
    assert!(
        matches!(&effects[..], [Effect::Ask(Command::AddArm(arm, QueuePosition::Next))] if arm.name == "no-dropout")
    );
    let runs = plan("no-dropout");
    app.receive(SweepEvent::Planned(runs.clone()));
    tell(&mut app, &runs[0], progress(&runs[0], 1.0));
    tell(&mut app, &runs[1], progress(&runs[1], 0.5));
    let next = |effects: &[Effect]| match effects {
        [Effect::Ask(Command::Next(runs))] => runs.len(),
        _ => panic!("{effects:?}"),
    };
    press(&mut app, &[Action::Focus(Panel::Ablations), Action::Go(Motion::Down)]);
    assert_eq!(next(&app.act(Action::TrainNext)), 8, "neither the one that is finished nor the one that is trained");
    assert!(screen(&app, 80, 24).contains("trained next: 8 runs of no-dropout"));
    app.act(Action::Cycle(ablation::DROPOUT));
    assert_eq!(next(&app.act(Action::TrainNext)), 8, "a draft that trains the same");
    press(&mut app, &[Action::Focus(Panel::Sweep), Action::Go(Motion::First)]);
    assert!(app.act(Action::TrainNext).is_empty(), "it is finished");
    assert!(screen(&app, 80, 24).contains("no waiting run of baseline at batch size 2, instance 0 to train next"));
}

#[test]
fn an_added_arm_appears_beside_the_baseline() {
    let mut app = app();
    app.act(Action::Cycle(ablation::DROPOUT));
    let effects = app.act(Action::AddDraft);
    let [Effect::Ask(Command::AddArm(Arm { name, .. }, QueuePosition::Last))] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(name, "no-dropout");
    let runs = plan(name);
    app.receive(SweepEvent::Planned(runs.clone()));
    tell(&mut app, &runs[0], progress(&runs[0], 1.0));
    insta::assert_snapshot!("two_arms_80x24", screen(&app, 80, 24));
    insta::assert_snapshot!("two_arms_200x60", screen(&app, 200, 60));
}

#[test]
fn a_draft_equal_to_an_arm_selects_that_arm() {
    let mut app = app();
    app.act(Action::Cycle(ablation::DROPOUT));
    app.act(Action::AddDraft);
    app.receive(SweepEvent::Planned(plan("no-dropout")));
    app.act(Action::Cycle(ablation::DROPOUT));
    assert!(app.act(Action::AddDraft).is_empty(), "it must not be trained twice");
    assert_eq!(app.listing().run_in_sight().unwrap().id, plan("no-dropout")[0].id);
    assert!(screen(&app, 80, 24).contains("already in the sweep: no-dropout"));
}

#[test]
fn the_help_names_every_key() {
    let mut app = app();
    app.act(Action::Palette(Typing::Begin));
    insta::assert_snapshot!(screen(&app, 80, 24));
}

#[test]
fn the_chosen_line_of_the_help_is_in_sight_at_any_size() {
    let mut app = app();
    app.act(Action::Focus(Panel::Charts));
    app.act(Action::Palette(Typing::Begin));
    for (width, height) in [(40, 10), (80, 24), (200, 60)] {
        for place in 0..200 {
            app.act(Action::Choose(place));
            let marked = marked(&app, width, height);
            let [line] = &marked[..] else { panic!("{place} at {width} x {height}: {marked:?}") };
            assert!(!line.trim().is_empty(), "{place} at {width} x {height}");
        }
    }
}

#[test]
fn a_focused_panel_is_in_sight_and_zooms_and_goes_back_step_by_step() {
    let mut app = app();
    for panel in Panel::ALL {
        app.act(Action::Focus(panel));
        let title = format!("{} {}", panel.number(), panel.title());
        for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
            assert!(screen(&app, width, height).contains(&title), "{title} at {width} x {height}");
        }
    }
    app.act(Action::Zoom);
    assert!(!screen(&app, 200, 60).contains("1 Sweep"));
    app.act(Action::Back);
    assert!(screen(&app, 200, 60).contains("1 Sweep"));
}

#[test]
fn the_page_of_keys_is_the_table_of_keys() {
    let page = include_str!("../../docs/KEYS.md");
    for binding in KEYS.iter().chain(SEARCHING).chain(TYPING).chain(ASKED) {
        // a line of the table: the words around it speak of keys too
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        let lines: Vec<&str> = rows.filter(|line| line.contains(&format!("`{}`", binding.label))).collect();
        let told = lines.iter().any(|line| binding.help == "the same" || line.contains(binding.help));
        assert!(told, "docs/KEYS.md does not say what `{}` does: {}; it has {lines:?}", binding.label, binding.help);
    }
}

fn press(app: &mut App, actions: &[Action]) {
    for action in actions {
        app.act(*action);
    }
}

fn type_filter(app: &mut App, text: &str) {
    app.act(Action::Filter(Typing::Begin));
    for letter in text.chars() {
        app.act(Action::Filter(Typing::Edit(InputRequest::InsertChar(letter))));
    }
}

/// The lines of the screen that have the ground of the cursor, of each those cells alone.
fn marked(app: &App, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::named("dark").unwrap();
    terminal.draw(|frame| draw(frame, app, &theme)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content.chunks(usize::from(width).max(1)).map(|line| {
        line.iter().filter(|cell| Some(cell.bg) == theme.selection().bg).map(|cell| cell.symbol()).collect::<String>()
    });
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_row_of_the_cursor_is_in_sight_and_marked_across_the_whole_table() {
    let mut app = two_arms();
    let keys = [
        Action::Go(Motion::Last),
        Action::SortNext,
        Action::Group,
        Action::Open,
        Action::Go(Motion::Up),
        Action::Hide,
        Action::ReverseOrder,
        Action::Pin,
        Action::Group,
        Action::Go(Motion::PageUp),
        Action::SortPrevious,
    ];
    for key in keys {
        app.act(key);
        for (width, height) in [(40, 10), (60, 16), (80, 24), (120, 40), (200, 60), (80, 12)] {
            let marked = marked(&app, width, height);
            let [line] = &marked[..] else { panic!("{key:?} at {width} x {height}: {marked:?}") };
            // of the table, inside its borders
            let whole = if width < 116 { width - 2 } else { 74 };
            assert_eq!(line.chars().count(), usize::from(whole), "{key:?} at {width} x {height}: {line}");
        }
    }
    type_filter(&mut app, "bs=8");
    assert_eq!(marked(&app, 80, 24).len(), 1, "though what was selected may be filtered away");
}

#[test]
fn the_arm_under_the_cursor_is_in_sight_however_many_there_are() {
    let mut app = app();
    for number in 0..30 {
        let name = format!("arm-{number}");
        app.arms.push(Arm { name: name.clone(), ..Arm::baseline() });
        app.receive(SweepEvent::Planned(plan(&name)));
    }
    app.act(Action::Focus(Panel::Ablations));
    app.act(Action::Go(Motion::First));
    for number in 0..30 {
        app.act(Action::Go(Motion::Down));
        for (width, height) in [(40, 10), (80, 24), (200, 60)] {
            let marked = marked(&app, width, height).concat();
            assert!(marked.contains(&format!("▸arm-{number} ")), "{number} at {width} x {height}: {marked}");
        }
    }
}

/// The baseline of [`app`] with an arm that is half done.
fn two_arms() -> App {
    let mut app = app();
    let runs = plan("no-dropout");
    app.receive(SweepEvent::Planned(runs.clone()));
    for run in &runs[..3] {
        tell(&mut app, run, progress(run, 1.0));
    }
    app
}

#[test]
fn cells_with_their_means_one_of_them_open() {
    let mut app = two_arms();
    press(&mut app, &[Action::Group, Action::Open, Action::Go(Motion::Down), Action::Hide, Action::Pin]);
    insta::assert_snapshot!("cells_80x24", screen(&app, 80, 24));
    app.act(Action::Zoom);
    insta::assert_snapshot!("cells_zoomed_120x30", screen(&app, 120, 30));
}

#[test]
fn the_column_that_the_table_is_sorted_by_is_always_in_sight() {
    let mut app = two_arms();
    for _ in Column::ALL {
        app.act(Action::SortNext);
        let Some((column, descending)) = app.table.sort else { continue };
        let arrow = if descending { "↓" } else { "↑" };
        let name = if column == Column::State { "" } else { column.name() };
        for (width, height) in [(40, 10), (80, 24), (200, 60)] {
            let text = screen(&app, width, height);
            assert!(text.contains(&format!("{name}{arrow}")), "{column:?} at {width} x {height}:\n{text}");
        }
    }
    press(&mut app, &[Action::SortPrevious, Action::ReverseOrder, Action::Zoom]);
    insta::assert_snapshot!("sorted_100x30", screen(&app, 100, 30));
}

#[test]
fn a_filter_is_typed_in_sight_and_stands_over_the_table() {
    let mut app = two_arms();
    type_filter(&mut app, "bs=2,8 s");
    insta::assert_snapshot!("filter_typed_80x24", screen(&app, 80, 24));
    type_filter(&mut app, "tat=");
    let text = screen(&app, 80, 24);
    assert!(text.contains("unknown name `stat`; did you mean `state`?"), "{text}");
    assert!(text.contains("bs=2,8 · 8 of 20"), "what could be read still holds:\n{text}");
    app.act(Action::Filter(Typing::Drop));
    type_filter(&mut app, "arm=no-dropout state=finished");
    app.act(Action::Filter(Typing::Keep));
    let text = screen(&app, 80, 24);
    assert!(text.contains("arm=no-dropout state=finished · 3 of 20"), "{text}");
    app.act(Action::Back);
    assert!(!screen(&app, 80, 24).contains("3 of 20"));
    type_filter(&mut app, "acc>0.99");
    assert!(screen(&app, 80, 24).contains("no run fits the filter"));
}

#[test]
fn what_the_table_hides_is_not_on_the_charts_and_changes_nothing_else_there() {
    let mut app = app();
    app.view = View::default();
    let lines = |app: &App| -> Vec<(String, usize)> {
        app.figure().panels[0].lines.iter().map(|line| (line.name.clone(), line.colour)).collect()
    };
    let x_range = |app: &App| app.figure().panels[0].x_range;
    let (all, whole) = (lines(&app), x_range(&app));
    press(&mut app, &[Action::Go(Motion::First), Action::Hide]);
    assert_eq!(lines(&app), all[1..]);
    type_filter(&mut app, "bs=8,16");
    assert_eq!(lines(&app), all[1..3]);
    assert_eq!(x_range(&app), whole);
    // the mean of a cell that is hidden in part is the mean of its cell
    press(&mut app, &[Action::Filter(Typing::Drop), Action::NextBand]);
    let runs: Vec<usize> = app.figure().panels[0].lines.iter().map(|line| line.runs).collect();
    assert_eq!(runs, [2, 1, 1, 1, 1]);
}

#[test]
fn the_run_panel_tells_all_of_a_run() {
    let mut app = two_arms();
    app.store = Some(Store::open(tempfile::tempdir().unwrap().path()).unwrap());
    let folder = app.store.as_ref().unwrap().run(&plan("no-dropout")[1].id).path().display().to_string();
    press(&mut app, &[Action::Go(Motion::First), Action::Go(Motion::PageDown), Action::Go(Motion::Down)]);
    press(&mut app, &[Action::Focus(Panel::Run), Action::Zoom]);
    let text = screen(&app, 110, 50);
    for words in [
        "no-dropout  bs 8  #0",
        "✓ finished",
        "against the baseline",
        "differs from the baseline",
        "learning_rate",
        "attempts",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    app.act(Action::Go(Motion::Last));
    // broken into lines as it is
    let end = screen(&app, 110, 20);
    assert!(end.contains(&folder[..40]), "{end}");

    press(
        &mut app,
        &[Action::Back, Action::Focus(Panel::Sweep), Action::Go(Motion::First), Action::Go(Motion::PageDown)],
    );
    press(&mut app, &[Action::Go(Motion::Up); 4]);
    press(&mut app, &[Action::Focus(Panel::Run)]);
    insta::assert_snapshot!("run_failed_80x24", screen(&app, 80, 24));
}

#[test]
fn after_the_last_run_a_banner_says_what_to_do_until_something_is_done() {
    let mut app = app();
    app.act(Action::NextMetric);
    app.receive(SweepEvent::Idle);
    for action in [Action::NextMetric, Action::Group, Action::Group] {
        app.act(action);
        let text = screen(&app, 100, 24);
        assert!(
            text.contains("done, but 1 failed; A trains them again; 5 shows the answer; w writes the chart"),
            "{text}"
        );
    }
    app.receive(SweepEvent::Planned(plan("batch-norm")));
    assert!(!screen(&app, 100, 24).contains("done, but"));
    let mut app = answered();
    app.act(Action::NextMetric);
    app.receive(SweepEvent::Idle);
    let text = screen(&app, 100, 24);
    assert!(text.contains("every run is finished; 5 shows the answer; w writes the chart"), "{text}");
    assert!(
        screen(&app, 60, 16).contains("every run is finished; 5 shows the answer, q leaves"),
        "{}",
        screen(&app, 60, 16)
    );
    app.act(Action::Focus(Panel::Answer));
    assert!(screen(&app, 100, 24).contains("every run is finished; w writes the chart"), "it is in sight");
}

#[test]
fn no_sentence_stands_on_the_screen_twice() {
    let mut ended = answered();
    ended.receive(SweepEvent::Idle);
    ended.act(Action::Focus(Panel::Answer));
    let mut stopped = app();
    stopped.receive(SweepEvent::Broken("the store cannot be written: no space left on device".into()));
    let mut failed = app();
    press(&mut failed, &[Action::Go(Motion::First), Action::Go(Motion::PageDown)]);
    press(&mut failed, &[Action::Go(Motion::Up); 3]);
    for app in [ended, stopped, failed] {
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            let text = screen(&app, width, height);
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).collect();
            for sentence in
                ["every run is finished", "training stopped", "not separable yet", "the loss is NaN", "no space left"]
            {
                // the log is a record: what ended a run stays in it
                if sentence == "the loss is NaN" && width == 200 {
                    continue;
                }
                let sentence: Vec<&str> = sentence.split(' ').filter(|word| word.len() > 2).collect();
                let times = words.windows(sentence.len()).filter(|window| *window == sentence).count();
                assert!(times <= 1, "{sentence:?} {times} times at {width} x {height}:\n{text}");
            }
        }
    }
}

#[test]
fn metrics_go_round() {
    let mut app = app();
    let first = app.metric;
    let mut seen = vec![first];
    loop {
        app.act(Action::NextMetric);
        if app.metric == first {
            break;
        }
        seen.push(app.metric);
        let text = screen(&app, 80, 24);
        assert!(text.contains(app.metric.title()), "{text}");
    }
    assert_eq!(
        seen.len(),
        Metric::ALL.into_iter().filter(|metric| fits(*metric, None, 2) && metric.compared().is_none()).count(),
        "a task that GLUE does not rank has all that fit two classes; one arm has nothing to be compared with"
    );
}

/// In the charts, at a size where two of them have room.
fn charts(app: &mut App, keys: &[Action]) -> String {
    app.act(Action::Focus(Panel::Charts));
    for key in keys {
        app.act(*key);
    }
    screen(app, 120, 40)
}

#[test]
fn two_metrics_stand_side_by_side_where_there_is_room() {
    let text = charts(&mut app(), &[]);
    assert!(text.contains("validation accuracy") && text.contains("training loss"), "{text}");
}

#[test]
fn the_crosshair_reads_all_charts_at_the_same_place() {
    let text = charts(&mut app(), &[Action::Crosshair, Action::Go(Motion::PageUp)]);
    insta::assert_snapshot!(text);
    assert_eq!(text.matches("pairs seen").count(), 3, "both read-outs and the axis:\n{text}");
    let gone = charts(&mut app(), &[Action::Crosshair, Action::Crosshair]);
    assert_eq!(gone.matches("pairs seen").count(), 1);
}

#[test]
fn bands_name_what_they_are_and_of_how_many_runs() {
    let mut app = app();
    assert!(charts(&mut app, &[]).contains("mean ± sd, n = 1 to 2"), "the first view is of means");
    for words in ["mean, 95 % t interval, n = 1 to 2", "instance", "mean, min to max, n = 1 to 2"] {
        let text = charts(&mut app, &[Action::NextBand]);
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn a_band_has_a_ground_or_edges_where_colours_cannot_be_mixed() {
    let mut app = app();
    charts(&mut app, &[Action::NextBand]);
    let grounds = |theme: Theme| {
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| draw(frame, &app, &theme)).unwrap();
        let mut grounds: Vec<String> =
            terminal.backend().buffer().content.iter().map(|cell| format!("{:?}", cell.bg)).collect();
        grounds.sort();
        grounds.dedup();
        grounds.len()
    };
    assert!(grounds(Theme::named("dark").unwrap()) > 1);
    assert_eq!(grounds(Theme::named("terminal").unwrap()), 1);
}

#[test]
fn without_colours_batch_sizes_are_told_apart_by_marks() {
    let app = app();
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let theme = Theme::named("dark").unwrap().without_colours();
    terminal.draw(|frame| draw(frame, &app, &theme)).unwrap();
    insta::assert_snapshot!(terminal.backend().to_string());
}

#[test]
fn the_axes_say_how_they_are_looked_at() {
    let mut app = app();
    let text = charts(&mut app, &[Action::NextAxis, Action::LogY, Action::NextFit, Action::NextFit, Action::ZoomIn]);
    assert!(text.contains("zoomed, = all  log  1 to 99 %, o all  updates"), "{text}");
    let text = charts(&mut app, &[Action::ZoomInY]);
    assert!(text.contains("y zoomed, = all"), "{text}");
    let text = charts(&mut app, &[Action::WholeAxis, Action::NextAxis, Action::NextAxis, Action::NextAxis]);
    assert!(text.contains("seconds of training"), "{text}");
    assert!(!text.contains("zoomed"));
}

#[test]
fn a_failed_run_is_marked_in_its_chart() {
    assert!(charts(&mut app(), &[]).contains("✗ 1 failed"));
}

#[test]
fn a_run_that_predicts_one_class_is_said_at_its_chart() {
    let mut app = app();
    let run = plan("baseline").remove(9);
    let events = progress(&run, 1.0).into_iter().map(|event| match event {
        RunEvent::Evaluation { step, scores } => {
            RunEvent::Evaluation { step, scores: Scores { predicted_classes: Some(1), ..scores } }
        }
        event => event,
    });
    tell(&mut app, &run, events.collect());
    assert!(charts(&mut app, &[]).contains("! 1 predicts one class only"));
}

#[test]
fn every_size_is_drawn() {
    let mut app = app();
    app.receive(SweepEvent::Planned(plan("batch-norm")));
    for width in (1..=210).step_by(11) {
        for height in (1..=62).step_by(5) {
            for (focus, zoomed) in Panel::ALL.into_iter().flat_map(|panel| [(panel, false), (panel, true)]) {
                app.act(Action::Focus(focus));
                app.zoomed = zoomed;
                app.act(Action::Palette(if zoomed { Typing::Drop } else { Typing::Begin }));
                app.act(Action::SortNext);
                app.act(Action::Group);
                screen(&app, width, height);
            }
        }
    }
}

/// Every visible chart has curves, or a sentence with the reason why not.
#[test]
fn no_chart_is_ever_empty() {
    let mut app = app();
    for arms in 1..=16 {
        if arms > 1 {
            let name = format!("arm-{arms}");
            app.arms.push(Arm { name: name.clone(), ..app.arms[0].clone() });
            let runs: Vec<PlannedRun> = (0..2).map(|iid| planned(&name, 8, iid)).collect();
            app.receive(SweepEvent::Planned(runs.clone()));
            runs.iter().for_each(|run| tell(&mut app, run, progress(run, 1.0)));
        }
        for (width, height) in (40..=240).step_by(25).flat_map(|width| (10..=70).step_by(10).map(move |h| (width, h))) {
            for zoomed in [false, true] {
                app.act(Action::Focus(Panel::Charts));
                app.zoomed = zoomed;
                let text = screen(&app, width, height);
                let dots = text.chars().filter(|letter| ('\u{2801}'..='\u{28ff}').contains(letter)).count();
                assert!(dots >= 20, "{arms} arms at {width} x {height}:\n{text}");
            }
        }
    }
    for (arms, sizes) in [(3, [(120, 40), (100, 40), (90, 40)]), (5, [(200, 60), (140, 60), (237, 64)])] {
        let mut app = self::app();
        for arm in 1..arms {
            app.arms.push(Arm { name: format!("arm-{arm}"), ..app.arms[0].clone() });
            app.receive(SweepEvent::Planned(plan(&format!("arm-{arm}"))));
        }
        for (width, height) in sizes {
            let text = screen(&app, width, height);
            // once or twice for every arm that has just been added
            let empty = text.matches("no points yet").count();
            assert!(empty == arms - 1 || empty == 2 * (arms - 1), "{arms} arms at {width} x {height}:\n{text}");
        }
    }
    app.zoomed = false;
    type_filter(&mut app, "bs=4096");
    let text = screen(&app, 80, 24);
    assert!(text.contains("every run is hidden or filtered away"), "{text}");
}

#[test]
fn the_end_of_a_sweep_nobody_touched_is_its_answer_under_the_final_scores() {
    let end = |app: &mut App| {
        let runs = plan("baseline");
        runs.iter().for_each(|run| tell(app, run, progress(run, 1.0)));
        app.receive(SweepEvent::Idle);
    };
    let mut left_alone = App::new(spec(), 2);
    left_alone.receive(SweepEvent::Planned(plan("baseline")));
    end(&mut left_alone);
    assert_eq!(left_alone.focus, Panel::Answer);
    insta::assert_snapshot!("the_end_80x24", screen(&left_alone, 80, 24));
    insta::assert_snapshot!("the_end_200x60", screen(&left_alone, 200, 60));
    let mut used = app();
    used.act(Action::Focus(Panel::Run));
    end(&mut used);
    assert_eq!(used.focus, Panel::Run, "whoever is somewhere stays there");
}

#[test]
fn final_scores_have_a_line_for_every_arm_that_is_shown() {
    let mut app = two_arms();
    let runs = plan("baseline").into_iter().chain(plan("no-dropout"));
    runs.for_each(|run| tell(&mut app, &run, progress(&run, 1.0)));
    app.act(Action::FinalScores);
    let text = screen(&app, 120, 40);
    assert!(text.contains("final validation accuracy against batch size"), "{text}");
    assert!(text.contains("● baseline") && text.contains("▲ no-dropout"), "{text}");
    type_filter(&mut app, "arm=baseline");
    assert!(!screen(&app, 120, 40).contains("▲"));
    app.act(Action::FinalScores);
    assert!(!screen(&app, 120, 40).contains("against batch size"));
}

#[test]
fn leaving_waits_for_checkpoints_and_the_second_time_for_nothing() {
    let mut app = app();
    assert_eq!(app.act(Action::Quit), [Effect::Ask(Command::Stop)]);
    assert_eq!(app.leaving, Leaving::Saving);
    assert!(screen(&app, 80, 24).contains("saving"));
    let mut patient = app.clone();
    patient.receive(SweepEvent::Closed);
    assert_eq!(patient.leaving, Leaving::Now);
    assert!(app.act(Action::Quit).is_empty(), "nothing more to ask of the engine");
    assert_eq!(app.leaving, Leaving::Now);
}

#[test]
fn the_figure_is_what_the_histories_say() {
    let mut app = app();
    app.view = View::default();
    let figure = app.figure();
    assert_eq!(figure.panels[0].x_range, (0.0, 2000.0));
    let lines = &figure.panels[0].lines;
    assert_eq!(lines.len(), 6, "six runs have points");
    for line in lines {
        let row = app.sweep.rows().iter().find(|row| row.label.within_arm() == line.name).unwrap();
        let expected: Vec<(f64, f64)> = row
            .history
            .evaluations
            .iter()
            .map(|point| (row.label.pairs_seen(point.step).unwrap() as f64, point.scores.accuracy))
            .collect();
        assert_eq!(line.curve.points().collect::<Vec<_>>(), expected);
    }
}

/// A run that ended with this accuracy.
fn ended(app: &mut App, run: &PlannedRun, accuracy: f64) {
    let step = run.spec.updates();
    let evaluation = RunEvent::Evaluation { step, scores: Scores::of(0.5, accuracy) };
    tell(app, run, vec![RunEvent::Started { step: 0 }, evaluation, RunEvent::Finished { step }]);
}

const SIZES: [u32; 5] = [2, 8, 16, 32, 64];

fn look(instances: usize) -> Look {
    Look { instances, causes: 1, batch_sizes: SIZES.to_vec(), changes: vec!["dropout=off".into()] }
}

/// Both arms done: without dropout the effect of batch size is the same, up to noise.
fn answered() -> App {
    let mut spec = spec();
    // that of the made-up runs: a verdict counts the runs that its arms plan
    spec.train.learning_rate = planned("baseline", 2, 0).spec.learning_rate;
    spec.train.instances = 3;
    let mut app = App::new(spec, 2);
    let (majority_share, validation_examples) = (Some(0.677), Some(300));
    app.inquiry = Inquiry::new(Background { majority_share, validation_examples, ..Background::default() });
    app.act(Action::Cycle(ablation::DROPOUT));
    app.act(Action::AddDraft);
    for (arm, noise) in [("baseline", 0.001), ("no-dropout", -0.001)] {
        let runs: Vec<PlannedRun> = (0..3).flat_map(|iid| SIZES.map(|size| planned(arm, size, iid))).collect();
        app.receive(SweepEvent::Planned(runs.clone()));
        for run in &runs {
            let doublings = f64::from(run.spec.batch_size).log2();
            let jitter = if (run.spec.iid + run.spec.batch_size / 8) % 2 == 0 { noise } else { -noise };
            ended(&mut app, run, 0.86 - 0.01 * doublings + jitter);
        }
    }
    app
}

#[test]
fn an_axis_says_how_far_the_batch_sizes_lie_apart_over_it() {
    let mut app = app();
    let mut seen = Vec::new();
    for _ in 0..7 {
        app.act(Action::NextAxis);
        let text = screen(&app, 160, 40);
        let line = text.lines().find(|line| line.contains("batch sizes lie")).unwrap_or_default();
        assert!(line.is_empty() || line.contains("closest over") || line.contains("closer than"), "{line}");
        seen.push((app.view.x, !line.is_empty()));
        assert!(text.contains(app.view.x.label()), "{text}");
    }
    let said: Vec<XAxis> = seen.into_iter().filter(|(_, said)| *said).map(|(axis, _)| axis).collect();
    assert_eq!(said, [XAxis::Updates, XAxis::SumOfRates, XAxis::SumOfSquaredRates, XAxis::Pairs]);
    app.metric = Metric::TrainLoss;
    app.act(Action::NextAxis);
    assert!(!screen(&app, 160, 40).contains("batch sizes lie"), "the noise of single batches depends on their size");
}

#[test]
fn the_answer_compares_the_noise_scale_with_the_batch_sizes() {
    let mut app = app();
    for (run, noise_scale) in plan("baseline")[..3].iter().zip([30.0, 12.0, 11.0]) {
        let point = GradientPoint {
            step: run.spec.updates(),
            noise_scale: Some(noise_scale),
            signal_share: Some(0.5),
            clipped_share: 0.1,
            update_ratio: 1e-3,
            distance: 2.0,
        };
        tell(&mut app, run, vec![RunEvent::Gradient(point)]);
    }
    app.act(Action::Focus(Panel::Answer));
    app.settle(true);
    app.act(Action::Zoom);
    let text = screen(&app, 120, 40);
    assert!(text.contains("gradient noise scale 12, 2 of 5 batch sizes are smaller"), "{text}");
}

#[test]
fn the_answer_comes_together_with_the_runs() {
    let mut app = app();
    app.act(Action::Focus(Panel::Answer));
    assert_eq!(app.settle(true), None, "what is preliminary is no look");
    assert!(screen(&app, 80, 24).contains("No instance is finished"), "{}", screen(&app, 80, 24));
    let mut app = answered();
    app.act(Action::Focus(Panel::Answer));
    assert_eq!(app.settle(false), None, "what nobody sees is no look");
    assert_eq!(app.settle(true), Some(Effect::RememberLook(look(3))));
    assert_eq!(app.settle(true), None, "a look counts once");
    insta::assert_snapshot!("answer_80x24", screen(&app, 80, 24));
    app.act(Action::Zoom);
    insta::assert_snapshot!("answer_120x40", screen(&app, 120, 40));
}

#[test]
fn an_arm_far_out_does_not_squeeze_the_effect() {
    let mut app = answered();
    let effect_bar = |app: &mut App| {
        app.settle(false);
        app.act(Action::Focus(Panel::Answer));
        let text = screen(app, 120, 40);
        text.lines().find(|line| line.contains("-1.00 [")).unwrap().to_owned()
    };
    let before = effect_bar(&mut app);
    app.act(Action::Cycle(ablation::NORM));
    app.act(Action::AddDraft);
    let runs: Vec<PlannedRun> = (0..3).flat_map(|iid| SIZES.map(|size| planned("batch-norm", size, iid))).collect();
    app.receive(SweepEvent::Planned(runs.clone()));
    for run in &runs {
        let doublings = f64::from(run.spec.batch_size).log2();
        ended(&mut app, run, 0.76 + 0.03 * doublings + 0.001 * f64::from(run.spec.iid));
    }
    // one more cause widens the interval, but nothing else
    let bar = |line: &str| line.chars().filter(|letter| "┣━●┫".contains(*letter)).count();
    let after = effect_bar(&mut app);
    assert!(bar(&after) >= bar(&before), "{before}\n{after}");
    let text = screen(&app, 120, 40);
    let far = text.lines().find(|line| line.contains("+4.00 [")).unwrap();
    assert!(far.contains("▸"), "{text}");
    app.act(Action::Zoom);
    let text = screen(&app, 120, 40);
    assert!(!text.contains("the normalization,"), "an arm with another norm was tested:\n{text}");
}

#[test]
fn a_verdict_on_another_instance_is_another_look_in_the_same_sitting_too() {
    let mut app = answered();
    assert_eq!(app.settle(true), Some(Effect::RememberLook(look(3))));
    assert_eq!(app.inquiry.judgement().unwrap().look_number, 1);
    let first = app.inquiry.judgement().unwrap().alpha;
    app.act(Action::AddInstance);
    app.act(Action::Answer('y'));
    let runs = SIZES.map(|batch_size| planned("baseline", batch_size, 3));
    app.receive(SweepEvent::Planned(runs.to_vec()));
    assert_eq!(app.settle(true), None, "what is preliminary is no look");
    runs.iter().for_each(|run| ended(&mut app, run, 0.86 - 0.01 * f64::from(run.spec.batch_size).log2()));
    assert_eq!(app.settle(true), Some(Effect::RememberLook(look(4))));
    let judgement = app.inquiry.judgement().unwrap();
    assert_eq!(judgement.look_number, 2);
    assert!(judgement.alpha < first, "which may err less often than the first");
}

#[test]
fn an_investigation_is_asked_about_before_it_is_added() {
    let mut app = app();
    assert!(app.act(Action::Investigate).is_empty());
    let text = screen(&app, 200, 60);
    assert!(
        text.contains("investigate why? 9 arms: trains 86 runs, about 18:48; 20 because their weights were not kept"),
        "{text}"
    );
    assert!(text.contains("no-dropout dropout off  if the effect of batch size goes"), "{text}");
    app.act(Action::Back);
    assert!(!screen(&app, 200, 60).contains("investigate why?"), "any other key is a no");
    assert_eq!(app.arms.len(), 1);
    app.act(Action::Investigate);
    let effects = app.act(Action::Answer('y'));
    assert_eq!(effects[0], Effect::Prove, "what is cheap and telling comes first");
    assert_eq!(effects.len(), 10, "{effects:?}");
    assert_eq!((app.arms.len(), app.focus), (10, Panel::Answer));
    assert_eq!(app.act(Action::Investigate), [Effect::Prove], "what is there is not added twice");
}

/// Presses the letters of a line into whatever is being typed.
fn type_in_palette(app: &mut App, text: &str) {
    app.act(Action::Palette(Typing::Begin));
    for letter in text.chars() {
        app.act(Action::Palette(Typing::Edit(InputRequest::InsertChar(letter))));
    }
}

#[test]
fn the_palette_finds_an_action_by_its_words_or_drafts_what_no_key_reaches() {
    let mut app = app();
    type_in_palette(&mut app, "pause selection");
    insta::assert_snapshot!("palette_80x24", screen(&app, 80, 24));
    app.act(Action::Palette(Typing::Drop));
    type_in_palette(&mut app, "dropout=0.2 learning_rate=5e-5");
    assert!(
        screen(&app, 80, 24).contains("Enter drafts: dropout 0.2, learning rate 0.00005"),
        "{}",
        screen(&app, 80, 24)
    );
    app.act(Action::Palette(Typing::Keep));
    assert!(screen(&app, 120, 40).contains("draft: dropout on → 0.2, learning rate 1e-4 → 5e-5 · trains 10 runs"));
    assert!(screen(&app, 80, 24).contains("· a adds  N next  Esc drops"), "keys stay in sight");
    app.act(Action::Back);
    type_in_palette(&mut app, "updates_of=100000");
    app.act(Action::Palette(Typing::Keep));
    assert!(app.act(Action::AddDraft).is_empty(), "400 pairs make no such batch");
    assert!(screen(&app, 200, 60).contains("no batch of that size can be made"), "{}", screen(&app, 200, 60));
    app.act(Action::Back);
    type_in_palette(&mut app, "dropout=1.5");
    app.act(Action::Palette(Typing::Keep));
    assert!(screen(&app, 200, 60).contains("expected \"on\", \"off\" or a rate"), "{}", screen(&app, 200, 60));
    assert!(app.palette.is_open(), "what was typed is not lost");
}

/// The runs that an effect is about.
fn asked_of(effects: &[Effect]) -> usize {
    match effects {
        [Effect::Ask(Command::Pause(runs) | Command::Resume(runs) | Command::Again(runs)), ..] => runs.len(),
        [Effect::Ask(Command::Cancel(runs) | Command::Discard(runs)), ..] => runs.len(),
        _ => panic!("{effects:?}"),
    }
}

#[test]
fn keys_that_steer_act_on_the_row_under_the_cursor_or_on_the_arm() {
    let mut app = app();
    app.act(Action::Go(Motion::First));
    assert!(app.act(Action::PauseOrResume).is_empty());
    assert!(screen(&app, 100, 30).contains("nothing to pause: no run of baseline at batch size 2, instance 0"));
    app.act(Action::Focus(Panel::Ablations));
    // ten planned, four done, one failed
    let effects = app.act(Action::PauseOrResume);
    assert_eq!(asked_of(&effects), 5);
    let [Effect::Ask(Command::Pause(runs))] = &effects[..] else { panic!("{effects:?}") };
    app.receive(SweepEvent::Intended { runs: runs.clone(), intent: Intent::Pause });
    insta::assert_snapshot!("paused_100x30", screen(&app, 100, 30));
    // what is trained meanwhile draws the eye, not the cursor: the same key must not pause another arm
    app.receive(SweepEvent::Planned(plan("other")));
    tell(&mut app, &plan("other")[0], progress(&plan("other")[0], 0.5));
    assert!(matches!(&app.act(Action::PauseOrResume)[..], [Effect::Ask(Command::Resume(runs))] if runs.len() == 5));

    app.act(Action::Cancel);
    let text = screen(&app, 80, 24);
    assert!(text.contains("cancel baseline? 5 runs not done, 2 of them begun"), "{text}");
    assert!(text.contains("k keep what is trained  d discard it  any other key: no"), "{text}");
    assert!(app.act(Action::Answer('y')).is_empty(), "only what was offered is an answer");
    assert!(app.asked().is_none());
    app.act(Action::Cancel);
    let effects = app.act(Action::Answer('d'));
    let [Effect::Ask(Command::Discard(runs))] = &effects[..] else { panic!("{effects:?}") };
    app.receive(SweepEvent::Intended { runs: runs.clone(), intent: Intent::Cancel });
    assert!(screen(&app, 80, 24).contains("4 of 15 runs"), "what is out of the sweep is not waited for");
    assert_eq!(asked_of(&app.act(Action::Again)), 6, "the failed one too");
}

#[test]
fn a_cancelled_arm_of_the_keyboard_is_forgotten_and_comes_back_with_its_runs() {
    let mut app = app();
    app.act(Action::Cycle(ablation::DROPOUT));
    app.act(Action::AddDraft);
    let runs = plan("no-dropout");
    app.receive(SweepEvent::Planned(runs.clone()));
    app.act(Action::Focus(Panel::Ablations));
    app.act(Action::Go(Motion::Down));
    app.act(Action::Cancel);
    let effects = app.act(Action::Answer('k'));
    assert_eq!(asked_of(&effects), 10);
    assert_eq!(effects[1], Effect::Ask(Command::ForgetArm("no-dropout".into())));
    let intent = Intent::Cancel;
    app.receive(SweepEvent::Intended { runs: runs.iter().map(|run| run.id.clone()).collect(), intent });
    app.act(Action::AddInstance);
    assert!(screen(&app, 100, 30).contains("instance 3 of every cell? trains 15 runs"), "the cancelled arm gets none");
    app.act(Action::Back);
    assert!(matches!(&app.act(Action::Again)[..], [Effect::Ask(Command::AddArm(..)), Effect::Ask(Command::Again(_))]));
}

#[test]
fn workers_are_at_least_one() {
    let mut app = app();
    assert_eq!(app.act(Action::MoreWorkers), [Effect::Ask(Command::Workers(3))]);
    app.act(Action::FewerWorkers);
    assert_eq!(app.act(Action::FewerWorkers), [Effect::Ask(Command::Workers(1))]);
    assert!(app.act(Action::FewerWorkers).is_empty());
}

#[test]
fn an_evaluation_change_says_that_it_trains_nothing_where_weights_are_kept() {
    let mut app = App::new(spec(), 2);
    let mut runs = plan("baseline");
    // as `spec` plans them, with their weights
    for run in &mut runs {
        (run.spec.learning_rate, run.keep_weights) = (1e-4, true);
    }
    app.receive(SweepEvent::Planned(runs.clone()));
    for run in &runs[..5] {
        tell(&mut app, run, progress(run, 1.0));
    }
    app.act(Action::Cycle(ablation::EVALUATION));
    let text = screen(&app, 120, 40);
    assert!(
        text.contains("draft: evaluation whole → full-batches · scores 10 runs again without training, about"),
        "{text}"
    );
}
