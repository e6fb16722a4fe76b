//! What follows from a key or an event.

use super::action::{Action, Motion};
use super::draft::Draft;
use super::effect::Effect;
use super::panel::Panel;
use super::state::{App, Leaving, Toast};
use super::table::Typing;
use crate::domain::command::{Command, Order};
use crate::domain::event::SweepEvent;
use crate::domain::glue::{fits, task_of};
use crate::domain::metric::Metric;

impl App {
    /// A key, as an action.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        self.toast = None;
        self.touched = true;
        if !matches!(action, Action::Palette(_) | Action::Choose(_) | Action::Suspend) {
            self.palette.close();
        }
        match action {
            Action::Back if self.asking.is_some() => self.asking = None,
            Action::Focus(panel) => self.focus(panel),
            Action::FocusNext => self.focus(self.focus.next()),
            Action::FocusPrevious => self.focus(self.focus.previous()),
            Action::Go(motion) => self.go(motion),
            Action::SortNext => self.table.sort_by_neighbour(true),
            Action::SortPrevious => self.table.sort_by_neighbour(false),
            Action::ReverseOrder => self.table.reverse(),
            Action::Group => self.table.group(),
            Action::Hide => self.table.hide(&self.sweep),
            Action::Pin => self.table.pin(&self.sweep),
            Action::Open if self.table.open(&self.sweep) => {}
            Action::Open => self.zoomed = !self.zoomed,
            Action::Filter(typing) => self.filter(typing),
            Action::Palette(typing) => self.type_in_palette(typing),
            Action::Choose(place) => self.palette.choose(place),
            Action::NextMetric => self.metric = self.metric_after(Metric::next),
            Action::PreviousMetric => self.metric = self.metric_after(Metric::previous),
            Action::Cycle(ablation) => self.edit_draft(|draft, baseline| draft.cycle(ablation, baseline)),
            Action::AddDraft => return self.add_draft(Order::Last),
            Action::TrainNext if self.draft.is_empty() => return self.train_next(),
            Action::TrainNext => return self.add_draft(Order::Next),
            Action::Investigate => return self.investigate(),
            Action::PauseOrResume => return self.pause_or_resume(),
            Action::Cancel => self.ask_to_cancel(),
            Action::Again => return self.again(),
            Action::AddInstance => self.ask_for_instance(),
            Action::MoreWorkers => return self.change_workers(1),
            Action::FewerWorkers => return self.change_workers(-1),
            Action::Answer(letter) => return self.answer(letter),
            Action::Back => self.back(),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Picture => return self.picture(),
            Action::Screen => return self.screen(),
            Action::PictureTheme => self.next_picture_theme(),
            Action::CopyPath => return self.copy_path(),
            Action::NextTheme => return vec![Effect::NextTheme],
            Action::NextAxis
            | Action::LogY
            | Action::SmoothMore
            | Action::SmoothLess
            | Action::NextBand
            | Action::NextFit
            | Action::ZoomIn
            | Action::ZoomOut
            | Action::PanLeft
            | Action::PanRight
            | Action::ZoomInY
            | Action::ZoomOutY
            | Action::PanUp
            | Action::PanDown
            | Action::WholeAxis
            | Action::Follow
            | Action::Overlay
            | Action::FinalScores
            | Action::Crosshair => self.look(action),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Quit => return self.quit(),
        }
        Vec::new()
    }

    /// News of the sweep.
    pub fn hear(&mut self, event: SweepEvent) {
        self.log.hear(&event, &self.sweep);
        self.inquiry.hear(&event);
        self.sweep.apply(event);
        if self.sweep.closed && self.leaving == Leaving::Saving {
            self.leaving = Leaving::Now;
        }
        // what a person waited for is the answer
        if self.sweep.idle && !self.touched && self.sweep.rows().iter().any(|row| !row.is_open()) {
            self.focus(Panel::Answer);
        }
    }

    /// What came of an effect.
    pub fn say(&mut self, text: String, bad: bool) {
        self.toast = Some(Toast { text, bad });
    }

    pub(super) fn focus(&mut self, panel: Panel) {
        self.focus = panel;
        if panel.is_text() {
            self.companion = panel;
        }
    }

    fn go(&mut self, motion: Motion) {
        match self.focus {
            Panel::Charts => self.go_in_charts(motion),
            _ if matches!(motion, Motion::Left | Motion::Right) => {}
            Panel::Sweep => self.table.select_by(&self.sweep, motion.lines()),
            Panel::Ablations => self.next_arm(motion.lines()),
            panel => self.scroll(panel).go(motion),
        }
    }

    /// The next metric that this sweep has, and that says something of its task.
    fn metric_after(&mut self, step: fn(Metric) -> Metric) -> Metric {
        let classes = self.sweep.rows().first().map_or(2, |row| row.planned.spec.data.classes);
        let task = task_of(self.spec.task.name.as_deref());
        let mut metric = step(self.metric);
        let offered =
            |metric: Metric| fits(metric, task, classes) && (metric.compared().is_none() || self.arms.len() > 1);
        while !offered(metric) {
            metric = step(metric);
        }
        self.view.forget_y();
        metric
    }

    fn back(&mut self) {
        if self.zoomed {
            self.zoomed = false;
        } else if !self.draft.is_empty() {
            self.draft = Draft::default();
        } else if self.table.filter.is_on() {
            self.table.filter.act(Typing::Drop, &self.sweep);
        } else {
            self.table.unselect();
        }
    }

    /// Whoever filters wants to see the table.
    fn filter(&mut self, typing: Typing) {
        if typing == Typing::Begin {
            self.focus(Panel::Sweep);
        }
        self.table.filter.act(typing, &self.sweep);
    }

    /// The first time: save, then leave. The second time, or when nothing is left to save: leave.
    fn quit(&mut self) -> Vec<Effect> {
        match self.leaving {
            Leaving::No if !self.sweep.closed => {
                (self.leaving, self.asking) = (Leaving::Saving, None);
                vec![Effect::Ask(Command::Stop)]
            }
            _ => {
                self.leaving = Leaving::Now;
                Vec::new()
            }
        }
    }
}
