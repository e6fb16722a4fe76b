//! Building a frame of the dashboard, 200 x 60 cells: of 25 runs of 40,000 updates, which are a million points, and of 5,000
//! runs in ten arms.
//!
//! `cargo bench --bench frame`.

#[path = "../tests/it/support/made_up.rs"]
mod made_up;

use batchscope::app::{Action, App, Panel};
use batchscope::domain::ablation;
use batchscope::domain::event::{JournalEntry, RunEvent, SweepEvent};
use batchscope::domain::metric::Metric;
use batchscope::domain::run::{PlannedRun, RunSpec};
use batchscope::spec_file::{parse, preset};
use batchscope::tui::{Theme, draw};
use criterion::{Criterion, criterion_group, criterion_main};
use made_up::{arms, grid, named, progress, spec, tell};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const UPDATES: u64 = 40_000;

fn run(batch_size: u32, iid: u32) -> PlannedRun {
    named("baseline", RunSpec { iid, epochs: 5, evaluations_per_epoch: 10, ..spec(batch_size, batch_size * 8000) })
}

fn app() -> App {
    App::new(parse("demo", preset("demo").expect("a preset"), &[]).expect("a spec"), 2)
}

fn update(run: &PlannedRun, step: u64) -> SweepEvent {
    let x = step as f32;
    let loss = 0.7 - 0.3 * x / UPDATES as f32 + 0.3 * (x * 12.9898 + run.spec.iid as f32).sin();
    let event = RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 1e-4, gradient_norm: 1.0 + loss };
    let entry = JournalEntry { number: step, time: step as f64 / 100.0, event };
    SweepEvent::Run { run: run.id.clone(), attempt: 1, entry }
}

fn long_runs(criterion: &mut Criterion) {
    let mut app = app();
    let runs: Vec<PlannedRun> = (0..5).flat_map(|iid| [2, 8, 16, 32, 64].map(|size| run(size, iid))).collect();
    app.receive(SweepEvent::Planned(runs.clone()));
    for run in &runs {
        (1..=UPDATES - 5000).for_each(|step| app.receive(update(run, step)));
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
                    runs.iter().for_each(|run| app.receive(update(run, newest)));
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

/// Most of them finished, one under way, the others waiting.
fn many_runs(criterion: &mut Criterion) {
    let mut app = app();
    app.arms = arms(10);
    let runs = grid(&app.arms, 100);
    app.receive(SweepEvent::Planned(runs.clone()));
    let (finished, rest) = runs.split_at(4000);
    finished.iter().for_each(|run| tell(&mut app, run, progress(run, 1.0)));
    let trained = &rest[0];
    tell(&mut app, trained, progress(trained, 0.1));
    let mut newest = trained.spec.updates() / 10;
    let theme = Theme::named("dark").expect("a theme");
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a terminal");
    let mut group = criterion.benchmark_group("frame of 5,000 runs");
    group.sample_size(20);
    let mut bench = |name: &str, app: &mut App| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                newest += 1;
                app.receive(update(trained, newest));
                let _ = app.settle(true);
                terminal.draw(|frame| draw(frame, app, &theme)).expect("a frame");
            });
        });
    };
    bench("one update more", &mut app);
    app.act(Action::Group);
    bench("grouped", &mut app);
    app.act(Action::Group);
    app.act(Action::SortNext);
    bench("sorted", &mut app);
    app.act(Action::SortPrevious);
    app.act(Action::Cycle(ablation::NORM));
    bench("with a draft", &mut app);
    app.act(Action::Back);
    app.act(Action::Focus(Panel::Answer));
    bench("final scores", &mut app);
    app.act(Action::Focus(Panel::Sweep));
    (0..3).for_each(|_| drop(app.act(Action::NextBand)));
    bench("a line for every run", &mut app);
}

criterion_group!(benches, long_runs, many_runs);
criterion_main!(benches);
