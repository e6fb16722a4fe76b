//! What follows from a key or an event, a verb a file. A verb knows the state and no other verb; which verbs a key means is
//! decided here.

mod again;
mod back;
mod cancel;
mod draft;
mod filter;
mod go;
mod receive;
mod instance;
mod investigate;
mod look;
mod metric;
mod next;
mod palette;
mod paste;
mod pause;
mod picture;
mod quit;
mod settle;
mod workers;

use super::state::table::Typing;
use super::state::{Action, App, Asking, Effect, Target};
use crate::domain::command::QueuePosition;
use crate::domain::event::SweepEvent;
use draft::Added;
use std::path::PathBuf;

impl App {
    /// A key, as an action.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        self.toast = None;
        self.touched = true;
        if !matches!(action, Action::Palette(_) | Action::Choose(_) | Action::Suspend) {
            self.palette.close();
        }
        if self.watched.is_some() && action.steers() {
            self.say("another program trains these runs: they can only be watched", true);
            return Vec::new();
        }
        match action {
            Action::Back if self.asking.is_some() => self.asking = None,
            Action::Focus(panel) => self.focus_on(panel),
            Action::FocusNext => self.focus_on(self.focus.next()),
            Action::FocusPrevious => self.focus_on(self.focus.previous()),
            Action::Go(motion) => go::go(self, motion),
            Action::SortNext => self.table.sort_by_neighbour(&self.sweep, true),
            Action::SortPrevious => self.table.sort_by_neighbour(&self.sweep, false),
            Action::ReverseOrder => self.table.reverse(),
            Action::Group => self.table.group(),
            Action::Hide => self.table.hide(&self.sweep),
            Action::Pin => self.table.pin(&self.sweep),
            Action::Open if self.table.open(&self.sweep) => {}
            Action::Open => self.zoomed = !self.zoomed,
            Action::Filter(typing) => filter::type_in(self, typing),
            Action::Palette(typing) => self.type_in_palette(typing),
            Action::Choose(place) => self.palette.choose(place),
            Action::NextMetric => metric::change(self, true),
            Action::PreviousMetric => metric::change(self, false),
            Action::Cycle(ablation) => draft::edit(self, |draft, baseline| draft.cycle(ablation, baseline)),
            Action::AddDraft => return self.add_draft(QueuePosition::Last),
            Action::TrainNext if self.draft.is_empty() => return self.train_next(),
            Action::TrainNext => return self.add_draft(QueuePosition::Next),
            Action::Investigate => return investigate::ask(self),
            Action::PauseOrResume => return pause::pause_or_resume(self),
            Action::Cancel => cancel::ask(self),
            Action::Again => return again::again(self),
            Action::AddInstance => instance::ask(self),
            Action::MoreWorkers => return workers::change(self, 1),
            Action::FewerWorkers => return workers::change(self, -1),
            Action::Answer(letter) => return self.answer(letter),
            Action::Back => back::back(self),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Picture => return picture::picture(self),
            Action::Screen => return picture::screen(self),
            Action::PictureTheme => picture::next_theme(self),
            Action::CopyPath => return picture::copy_path(self),
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
            | Action::Crosshair => look::look(self, action),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Quit => return quit::quit(self),
        }
        Vec::new()
    }

    fn type_in_palette(&mut self, typing: Typing) {
        if let Some(changes) = palette::type_in(self, typing) {
            draft::edit(self, |draft, _| draft.change(changes));
            self.palette.close();
        }
    }

    fn add_draft(&mut self, order: QueuePosition) -> Vec<Effect> {
        match draft::add(self, order) {
            Added::Effects(effects) => effects,
            Added::Known(arm) if order == QueuePosition::Next => {
                let target = Target::of_arm(&self.sweep, &arm);
                next::train_next(self, &target)
            }
            Added::Known(arm) => {
                self.say(format!("already in the sweep: {arm}"), false);
                Vec::new()
            }
        }
    }

    /// What the cursor is on.
    fn train_next(&mut self) -> Vec<Effect> {
        let target = self.target();
        next::train_next(self, &target)
    }

    /// A letter while something is asked.
    fn answer(&mut self, letter: char) -> Vec<Effect> {
        let is_known = self.asked().is_some_and(|asked| asked.answers.iter().any(|(known, _)| *known == letter));
        match self.asking.take() {
            Some(Asking::Investigate(arms)) if is_known => investigate::begin(self, arms),
            Some(Asking::Cancel(target)) if is_known => cancel::cancel(self, target, letter == 'd'),
            Some(Asking::Instance) if is_known => instance::add(self),
            _ => Vec::new(),
        }
    }

    /// News of the sweep.
    pub fn receive(&mut self, event: SweepEvent) {
        receive::receive(self, event);
    }

    /// Before a frame: judges what came in. A complete verdict that is about to be seen is counted as a look, once.
    pub fn settle(&mut self, answer_in_sight: bool) -> Option<Effect> {
        settle::settle(self, answer_in_sight)
    }

    /// Takes pasted text into the list's search or the filter. Says whether anything took it: to a question, or to the
    /// dashboard itself, its letters are no keys.
    pub fn paste(&mut self, text: &str) -> bool {
        paste::paste(self, text)
    }

    /// A picture is there.
    pub fn wrote(&mut self, path: PathBuf) {
        picture::wrote(self, path);
    }
}
