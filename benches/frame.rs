//! Building a frame of the dashboard: 200 x 60 cells, 25 runs of 40,000 updates, a million points.
//!
//! `cargo bench --bench frame`.

use batchscope::app::{Action, App, Panel};
use batchscope::domain::choice::Evaluation;
use batchscope::domain::choice::Norm;
use batchscope::domain::event::{Entry, RunEvent, SweepEvent};
use batchscope::domain::id::RunId;
use batchscope::domain::metric::Metric;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::numbers::Numbers;
use batchscope::domain::run::{DataIdentity, DropoutRates, ModelIdentity, NUMERICS, PlannedRun, RunSpec};
use batchscope::spec_file::{parse, preset};
use batchscope::tui::{Theme, draw};
use criterion::{Criterion, criterion_group, criterion_main};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const UPDATES: u64 = 40_000;

fn run(batch_size: u32, iid: u32) -> PlannedRun {
    let data = DataIdentity {
        train: "train".into(),
        train_examples: batch_size * 8000,
        validation: "validation".into(),
        validation_examples: 300,
        classes: 2,
        also: Vec::new(),
    };
    let spec = RunSpec {
        numerics: NUMERICS,
        batch_size,
        iid,
        seed: 0,
        data,
        model: ModelIdentity { config: ModelConfig::bert_mini(100), weights: "random".into() },
        epochs: 5,
        updates: None,
        learning_rate: 1e-4,
        warmup_ratio: 0.1,
        weight_decay: 0.01,
        clip_norm: 1.0,
        evaluations_per_epoch: 10,
        shuffle: true,
        dropout: DropoutRates::OFF,
        dropout_at_evaluation: false,
        evaluation: Evaluation::Whole,
        norm: Norm::Layer,
        numbers: Numbers::default(),
    };
    let id = RunId::from_digest(&format!("{batch_size:010}{iid:010}"));
    PlannedRun { id, arm: "baseline".into(), spec, keep_weights: false }
}

fn update(run: &PlannedRun, step: u64) -> SweepEvent {
    let x = step as f32;
    let loss = 0.7 - 0.3 * x / UPDATES as f32 + 0.3 * (x * 12.9898 + run.spec.iid as f32).sin();
    let event = RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 1e-4, gradient_norm: 1.0 + loss };
    let entry = Entry { number: step, time: step as f64 / 100.0, event };
    SweepEvent::Run { run: run.id.clone(), attempt: 1, entry }
}

fn frames(criterion: &mut Criterion) {
    let spec = parse("demo", preset("demo").expect("a preset"), &[]).expect("a spec");
    let mut app = App::new(spec, 2);
    let runs: Vec<PlannedRun> = (0..5).flat_map(|iid| [2, 8, 16, 32, 64].map(|size| run(size, iid))).collect();
    app.hear(SweepEvent::Planned(runs.clone()));
    for run in &runs {
        (1..=UPDATES - 5000).for_each(|step| app.hear(update(run, step)));
    }
    let mut newest = UPDATES - 5000;
    while app.metric != Metric::TrainLoss {
        app.act(Action::NextMetric);
    }
    app.act(Action::Focus(Panel::Charts));
    let theme = Theme::named("dark").expect("a theme");
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a terminal");
    let mut group = criterion.benchmark_group("frame of a million points");
    let mut bench = |name: &str, app: &mut App, news: bool| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                if news {
                    newest += 1;
                    runs.iter().for_each(|run| app.hear(update(run, newest)));
                }
                terminal.draw(|frame| draw(frame, app, &theme)).expect("a frame");
            });
        });
    };
    bench("nothing new", &mut app, false);
    bench("25 updates more", &mut app, true);
    app.act(Action::NextBand);
    bench("means with bands", &mut app, true);
    app.act(Action::NextBand);
    app.act(Action::NextBand);
    bench("means with t intervals", &mut app, true);
    app.act(Action::NextBand);
    (0..9).for_each(|_| drop(app.act(Action::SmoothLess)));
    bench("every spike, not smoothed", &mut app, true);
    app.act(Action::ZoomIn);
    bench("zoomed", &mut app, true);
}

criterion_group!(benches, frames);
criterion_main!(benches);
