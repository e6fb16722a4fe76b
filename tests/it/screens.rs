//! What the screen looks like: the whole of it, from a made-up sweep, at several sizes.

use batchscope::app::{Action, App, Effect, Leaving};
use batchscope::domain::arm::Arm;
use batchscope::domain::arm::Norm;
use batchscope::domain::event::{Entry, RunEvent, SweepEvent};
use batchscope::domain::id::RunId;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::run::{DataIdentity, DropoutRates, ModelIdentity, NUMERICS, PlannedRun, RunSpec};
use batchscope::domain::spec::Spec;
use batchscope::spec_file::{parse, preset};
use batchscope::tui::{KEYS, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn spec() -> Spec {
    parse("demo", preset("demo").unwrap(), &["train.instances=2".into()]).unwrap()
}

fn planned(arm: &str, batch_size: u32, iid: u32) -> PlannedRun {
    let config = ModelConfig::bert_mini(100);
    let spec = RunSpec {
        numerics: NUMERICS,
        batch_size,
        iid,
        seed: 0,
        data: DataIdentity {
            train: "t".into(),
            train_examples: 830,
            validation: "v".into(),
            validation_examples: 300,
            classes: 2,
            also: Vec::new(),
        },
        model: ModelIdentity { config, weights: "random".into() },
        epochs: 5,
        updates: None,
        learning_rate: 1e-4,
        warmup_ratio: 0.1,
        weight_decay: 0.01,
        clip_norm: 1.0,
        evaluations_per_epoch: 2,
        shuffle: true,
        dropout: DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 },
        dropout_at_evaluation: false,
        norm: Norm::Layer,
    };
    PlannedRun {
        id: RunId::from_digest(&format!("{arm}{batch_size:05}{iid:05}")),
        arm: arm.into(),
        spec,
        keep_weights: false,
    }
}

fn plan(arm: &str) -> Vec<PlannedRun> {
    (0..2).flat_map(|iid| [2, 8, 16, 32, 64].map(|batch_size| planned(arm, batch_size, iid))).collect()
}

/// Events of a run up to a share of its length, at a steady pace.
fn progress(run: &PlannedRun, share: f64) -> Vec<RunEvent> {
    let last = (run.spec.updates() as f64 * share) as u64;
    let mut events = vec![RunEvent::Started { step: 0 }];
    for step in 0..=last {
        if step > 0 {
            let loss = 0.7 - 0.3 * step as f32 / run.spec.updates() as f32;
            events.push(RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 1e-4, gradient_norm: 1.0 });
        }
        if run.spec.evaluates_after(step) {
            let lift = 0.16 * (1.0 - (-(step as f64) * f64::from(run.spec.batch_size) / 1200.0).exp());
            let accuracy = 0.6767 + lift / f64::from(run.spec.batch_size).log2() + 0.004 * f64::from(run.spec.iid);
            events.push(RunEvent::Evaluation {
                step,
                loss: 1.3 - accuracy,
                accuracy,
                f1: Some(accuracy),
                matthews: None,
            });
        }
    }
    if last == run.spec.updates() {
        events.push(RunEvent::Finished { step: last });
    }
    events
}

fn tell(app: &mut App, run: &PlannedRun, events: Vec<RunEvent>) {
    for (number, event) in events.into_iter().enumerate() {
        let time = 1000.0 + event.step() as f64 * f64::from(run.spec.batch_size) / 100.0;
        let entry = Entry { number: number as u64, time, event };
        app.hear(SweepEvent::Run { run: run.id.clone(), attempt: 1, entry });
    }
}

/// Four runs done, two under way, one failed, the rest waiting.
fn app() -> App {
    let mut app = App::new(spec(), 2);
    let runs = plan("baseline");
    app.hear(SweepEvent::Planned(runs.clone()));
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
    insta::assert_snapshot!("under_way_40x10", screen(&app, 40, 10));
    insta::assert_snapshot!("under_way_80x24", screen(&app, 80, 24));
    insta::assert_snapshot!("under_way_120x40", screen(&app, 120, 40));
    insta::assert_snapshot!("under_way_200x60", screen(&app, 200, 60));
}

#[test]
fn before_anything_is_known() {
    insta::assert_snapshot!(screen(&App::new(spec(), 2), 80, 24));
}

#[test]
fn a_draft_tells_what_it_would_cost() {
    let mut app = app();
    assert!(app.act(Action::CycleDropout).is_empty());
    app.act(Action::CycleNorm);
    let text = screen(&app, 80, 24);
    assert!(text.contains("draft: dropout off, batch norm · 10 runs, 3:23 · a adds  Esc drops"), "{text}");
    app.act(Action::Back);
    assert!(!screen(&app, 80, 24).contains("draft:"));
}

#[test]
fn an_added_arm_appears_beside_the_baseline() {
    let mut app = app();
    app.act(Action::CycleDropout);
    let effects = app.act(Action::AddDraft);
    let [Effect::AddArm(Arm { name, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(name, "no-dropout");
    let runs = plan(name);
    app.hear(SweepEvent::Planned(runs.clone()));
    tell(&mut app, &runs[0], progress(&runs[0], 1.0));
    insta::assert_snapshot!("two_arms_80x24", screen(&app, 80, 24));
    insta::assert_snapshot!("two_arms_200x60", screen(&app, 200, 60));
}

#[test]
fn a_draft_equal_to_an_arm_selects_that_arm() {
    let mut app = app();
    app.act(Action::CycleDropout);
    app.act(Action::AddDraft);
    app.hear(SweepEvent::Planned(plan("no-dropout")));
    app.act(Action::CycleDropout);
    assert!(app.act(Action::AddDraft).is_empty(), "it must not be trained twice");
    assert_eq!(app.selected, Some(10));
    assert!(screen(&app, 80, 24).contains("there already: no-dropout"));
}

#[test]
fn the_help_names_every_key() {
    let mut app = app();
    app.act(Action::Help);
    insta::assert_snapshot!(screen(&app, 80, 24));
}

#[test]
fn the_page_of_keys_is_the_table_of_keys() {
    let page = include_str!("../../docs/KEYS.md");
    for binding in &KEYS {
        // a line of the table: the words around it speak of keys too
        let mut rows = page.lines().filter(|line| line.starts_with("| `"));
        let line = rows.find(|line| line.contains(&format!("`{}`", binding.label)));
        let line = line.unwrap_or_else(|| panic!("docs/KEYS.md lacks `{}`", binding.label));
        assert!(binding.help == "the same" || line.contains(binding.help), "docs/KEYS.md: {line}");
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
        batchscope::domain::metric::Metric::ALL.len(),
        "a task that GLUE does not rank has them all"
    );
}

#[test]
fn every_size_is_drawn() {
    let mut app = app();
    app.hear(SweepEvent::Planned(plan("batch-norm")));
    for width in (1..=210).step_by(11) {
        for height in (1..=62).step_by(5) {
            for zoomed in [false, true] {
                app.zoomed = zoomed;
                app.help = !zoomed;
                screen(&app, width, height);
            }
        }
    }
}

#[test]
fn leaving_waits_for_checkpoints_and_the_second_time_for_nothing() {
    let mut app = app();
    assert_eq!(app.act(Action::Quit), [Effect::Stop]);
    assert_eq!(app.leaving, Leaving::Saving);
    assert!(screen(&app, 80, 24).contains("saving"));
    let mut patient = app.clone();
    patient.hear(SweepEvent::Closed);
    assert_eq!(patient.leaving, Leaving::Now);
    assert!(app.act(Action::Quit).is_empty(), "nothing more to ask of the engine");
    assert_eq!(app.leaving, Leaving::Now);
}

#[test]
fn the_figure_is_what_the_histories_say() {
    let app = app();
    let figure = app.figure();
    assert_eq!(figure.x_range, (0.0, 4150.0));
    let lines = &figure.panels[0].lines;
    assert_eq!(lines.len(), 6, "six runs have points");
    for line in lines {
        let row = app
            .sweep
            .rows()
            .iter()
            .find(|row| format!("bs {} #{}", row.planned.spec.batch_size, row.planned.spec.iid) == line.name)
            .unwrap();
        let expected: Vec<(f64, f64)> = row
            .history
            .evaluations
            .iter()
            .map(|point| ((point.step * u64::from(row.planned.spec.batch_size)) as f64, point.accuracy))
            .collect();
        assert_eq!(line.points, expected);
    }
}
