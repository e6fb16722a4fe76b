//! Random keys, events and sizes, whether they make sense or not, never cause a panic.

use crate::support::made_up::planned;
use batchscope::app::table::Typing;
use batchscope::app::{Action, App, Effect, Leaving};
use batchscope::domain::command::Intent;
use batchscope::domain::event::{JournalEntry, RunEvent, SweepEvent};
use batchscope::domain::id::RunId;
use batchscope::domain::point::GradientPoint;
use batchscope::domain::random::{Key, Purpose};
use batchscope::domain::run::PlannedRun;
use batchscope::domain::scores::Scores;
use batchscope::domain::spec::NamedSet;
use batchscope::spec_file::{parse, preset};
use batchscope::tui::{ASKED, KEYS, TYPING, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::collections::VecDeque;
use tui_input::InputRequest;

/// The number of sweeps, and of steps in each.
const SWEEPS: u64 = 5;
const STEPS: usize = 20_000;
/// The number of steps reported after a panic.
const TOLD: usize = 12;
/// Runs of a sweep, at most.
const RUNS: usize = 80;

#[test]
fn a_hundred_thousand_random_steps_end_in_no_panic() {
    for seed in 0..SWEEPS {
        let mut dice = Dice { key: Key::new(seed, Purpose::Shuffle), thrown: 0 };
        let mut trail = Trail { seed, steps: VecDeque::new() };
        let mut dashboard = Dashboard::new();
        for number in 0..STEPS {
            let step = dashboard.draw_lots(&mut dice);
            trail.add(number, &step);
            let is_size = matches!(step, Step::Size(..));
            dashboard.take(step);
            // not all are drawn, for the sake of time
            if is_size || dice.one_in(6) {
                dashboard.draw();
            }
        }
    }
}

/// Where chance comes from: the same for the same seed.
struct Dice {
    key: Key,
    thrown: u64,
}

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.thrown += 1;
        (self.key.bits64(self.thrown) % count.max(1) as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// The steps that led to a panic, reported if there is one.
struct Trail {
    seed: u64,
    steps: VecDeque<String>,
}

impl Trail {
    fn add(&mut self, number: usize, step: &Step) {
        if self.steps.len() == TOLD {
            self.steps.pop_front();
        }
        self.steps.push_back(format!("{number}: {step:?}"));
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let steps = self.steps.make_contiguous().join("\n");
            eprintln!("seed {}, the last steps, each cut off:\n{steps:.4000}", self.seed);
        }
    }
}

#[derive(Debug)]
enum Step {
    Key(Action),
    News(SweepEvent),
    Size(u16, u16),
}

struct Dashboard {
    app: App,
    theme: Theme,
    terminal: Terminal<TestBackend>,
    runs: Vec<PlannedRun>,
}

impl Dashboard {
    fn new() -> Self {
        let app = App::new(parse("demo", preset("demo").unwrap(), &[]).unwrap(), 2);
        let terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        Self { app, theme: Theme::named("dark").unwrap(), terminal, runs: Vec::new() }
    }

    fn draw_lots(&self, dice: &mut Dice) -> Step {
        match dice.below(60) {
            0 => Step::Size(dice.below(220) as u16, dice.below(70) as u16),
            // small ones, for the sake of time
            1..=4 => Step::Size(dice.below(90) as u16, dice.below(16) as u16),
            5..=24 => Step::News(self.news(dice)),
            _ => Step::Key(self.action(dice)),
        }
    }

    /// Mostly what the keys of the moment ask for.
    fn action(&self, dice: &mut Dice) -> Action {
        const LETTERS: &str = "bs=2,8 arm~no<>!%acc>0.75 \u{301}界é🦀";
        if self.app.asking.is_some() && !dice.one_in(4) {
            return dice.of(&[Action::Answer('y'), Action::Answer('k'), Action::Answer('d'), Action::Back]);
        }
        let is_palette = self.app.palette.is_open();
        if (is_palette || self.app.table.filter.is_typing()) && !dice.one_in(8) {
            let letters: Vec<char> = LETTERS.chars().collect();
            let insert = InputRequest::InsertChar(dice.of(&letters));
            let edits = [InputRequest::DeletePrevChar, InputRequest::GoToPrevWord, InputRequest::GoToEnd];
            let edit = if dice.one_in(6) { dice.of(&edits) } else { insert };
            return match (is_palette, dice.one_in(10)) {
                (true, true) => Action::Palette(Typing::Keep),
                (true, false) => Action::Palette(Typing::Edit(edit)),
                (false, _) => Action::Filter(Typing::Edit(edit)),
            };
        }
        let tables = [KEYS, KEYS, KEYS, TYPING, ASKED];
        let table = if self.app.asking.is_some() { ASKED } else { tables[dice.below(tables.len())] };
        table[dice.below(table.len())].action
    }

    fn news(&self, dice: &mut Dice) -> SweepEvent {
        let run = if self.runs.is_empty() || dice.one_in(50) {
            RunId::from_digest("of a run that nobody planned")
        } else {
            dice.of(&self.runs).id
        };
        match dice.below(40) {
            0 | 1 if self.runs.len() < RUNS => {
                let arm =
                    dice.of(&["baseline", "no-dropout", "an arm with a name that fits no column of any table", "界"]);
                let runs = (0..dice.below(12)).map(|_| {
                    let mut run = planned(arm, dice.of(&[1, 2, 8, 64, 512]), dice.below(12) as u32);
                    run.spec.epochs = 1 + dice.below(3) as u32;
                    run.spec.data.classes = dice.of(&[2, 2, 2, 3]);
                    run
                });
                SweepEvent::Planned(runs.collect())
            }
            2 => SweepEvent::Elsewhere { run, owner: "another machine\nwith a name of two lines".into() },
            3 if dice.one_in(2) => SweepEvent::Idle,
            3 => SweepEvent::Intended {
                runs: vec![run],
                intent: dice.of(&[Intent::Train, Intent::Pause, Intent::Cancel]),
            },
            4 if dice.one_in(20) => SweepEvent::Closed,
            4 if dice.one_in(20) => SweepEvent::Broken("no space left on device".into()),
            4 | 5 => {
                let entries = (0..dice.below(60)).map(|_| entry(dice)).collect();
                SweepEvent::Replayed { run, entries }
            }
            _ => SweepEvent::Run { run, attempt: 1 + dice.below(3) as u32, entry: entry(dice) },
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Key(action) => {
                if self.app.act(action).contains(&Effect::NextTheme) {
                    self.theme = self.theme.next();
                }
            }
            Step::News(event) => {
                if let SweepEvent::Planned(runs) = &event {
                    self.runs.extend(runs.iter().cloned());
                }
                self.app.receive(event);
            }
            Step::Size(width, height) => self.terminal.backend_mut().resize(width, height),
        }
        // the dashboard is opened again
        self.app.leaving = Leaving::No;
        let _ = self.app.settle(true);
    }

    /// Nothing outside of the screen, which would be a panic, and axes that are some, whatever was measured.
    fn draw(&mut self) {
        self.terminal.draw(|frame| draw(frame, &self.app, &self.theme)).unwrap();
        let figure = self.app.figure();
        let x_ranges = figure.panels.iter().map(|panel| panel.x_range);
        for (low, high) in x_ranges.chain([figure.y_range]) {
            assert!(low.is_finite() && high.is_finite() && low < high, "an axis from {low} to {high}");
        }
    }
}

fn entry(dice: &mut Dice) -> JournalEntry {
    let now = 1e9 + dice.below(1000) as f64;
    let time = dice.of(&[now, now, now, 0.0, -5.0]);
    JournalEntry { number: dice.below(1000) as u64, time, event: run_event(dice) }
}

fn run_event(dice: &mut Dice) -> RunEvent {
    let step = dice.below(2000) as u64;
    match dice.below(30) {
        0 => RunEvent::Started { step: if dice.one_in(2) { 0 } else { step } },
        1 => RunEvent::Stopped { step },
        2 => RunEvent::Finished { step },
        3 => {
            RunEvent::Failed { step, message: dice.of(&["", "the loss is NaN", "two\nlines 界 of a message"]).into() }
        }
        4 => RunEvent::Checkpointed { step },
        5 => {
            let scores = Scores { matthews: Some(number(dice)), ..Scores::of(number(dice), number(dice)) };
            RunEvent::AlsoEvaluated { step, set: NamedSet::Test, scores }
        }
        6 => RunEvent::Gradient(GradientPoint {
            step,
            noise_scale: dice.one_in(2).then(|| number(dice)),
            signal_share: Some(number(dice)),
            clipped_share: number(dice),
            update_ratio: number(dice),
            distance: number(dice),
        }),
        7..=14 => RunEvent::Evaluation {
            step,
            scores: Scores { f1: dice.one_in(2).then(|| number(dice)), ..Scores::of(number(dice), number(dice)) },
        },
        _ => RunEvent::Update {
            step,
            loss: number(dice) as f32,
            accuracy: number(dice) as f32,
            learning_rate: number(dice),
            gradient_norm: number(dice) as f32,
        },
    }
}

/// Mostly what a metric can be, sometimes what none should.
fn number(dice: &mut Dice) -> f64 {
    match dice.below(40) {
        0 => f64::NAN,
        1 => dice.of(&[f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, -0.0, 1e-300]),
        2 => dice.of(&[0.0, 1.0, -1.0, 1e6, 1e38]),
        _ => dice.below(1000) as f64 / 1000.0,
    }
}
