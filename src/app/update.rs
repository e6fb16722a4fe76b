//! What follows from a key or an event.

use super::action::Action;
use super::effect::Effect;
use super::state::{App, Leaving, Toast};
use crate::domain::event::SweepEvent;
use crate::domain::glue::GlueTask;
use crate::domain::metric::Metric;
use crate::spec_file::{describe, train_of};

/// Rows that a page key moves by.
const PAGE: isize = 10;

impl App {
    /// A key, as an action.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        self.toast = None;
        match action {
            Action::NextMetric => self.metric = self.next_metric(),
            Action::CycleDropout => self.draft.cycle_dropout(&self.spec.train),
            Action::CycleNorm => self.draft.cycle_norm(&self.spec.train),
            Action::AddDraft => return self.add_draft(),
            Action::Back => self.back(),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Picture => return self.picture(),
            Action::NextTheme => return vec![Effect::NextTheme],
            Action::Help => self.help = !self.help,
            Action::SelectNext => self.select(1),
            Action::SelectPrevious => self.select(-1),
            Action::PageDown => self.select(PAGE),
            Action::PageUp => self.select(-PAGE),
            Action::SelectFirst => self.selected = Some(0),
            Action::SelectLast => self.selected = Some(self.sweep.rows().len().saturating_sub(1)),
            Action::Pause => return vec![Effect::Pause],
            Action::Quit => return self.quit(),
        }
        Vec::new()
    }

    /// News of the sweep.
    pub fn hear(&mut self, event: SweepEvent) {
        let had_ended = self.sweep.idle;
        self.sweep.apply(event);
        if let Some(message) = &self.sweep.broken {
            self.toast = Some(Toast { text: format!("training stopped: {message}"), bad: true });
        } else if self.sweep.idle && !had_ended {
            let failed = self.sweep.failed();
            let text = match failed {
                0 => "every run is done; w writes the chart, d and n draft another arm, q leaves".to_owned(),
                _ => format!("done, but {failed} failed; --retry-failed trains them again"),
            };
            self.toast = Some(Toast { text, bad: failed > 0 });
        }
        if self.sweep.closed && self.leaving == Leaving::Saving {
            self.leaving = Leaving::Now;
        }
    }

    /// What came of an effect.
    pub fn say(&mut self, text: String, bad: bool) {
        self.toast = Some(Toast { text, bad });
    }

    /// The next metric that this sweep has, and that says something of its task.
    fn next_metric(&self) -> Metric {
        let is_binary = self.sweep.rows().iter().all(|row| row.planned.spec.data.classes == 2);
        let task = self.spec.task.name.as_deref().and_then(|name| GlueTask::named(name).ok());
        let mut metric = self.metric.next();
        while !metric.fits(task, is_binary) {
            metric = metric.next();
        }
        metric
    }

    fn add_draft(&mut self) -> Vec<Effect> {
        if self.draft.is_empty() {
            self.say("nothing to add: d changes dropout, n the normalization".into(), false);
            return Vec::new();
        }
        if let Some(arm) = self.arm_like_draft() {
            let name = arm.name.clone();
            self.selected = self.sweep.rows().iter().position(|row| row.planned.arm == name);
            self.say(format!("there already: {name}"), false);
            self.draft = Default::default();
            return Vec::new();
        }
        let arm = self.drafted_arm();
        if let Err(error) = train_of("draft", &self.spec.train, &arm) {
            self.say(error.to_string(), true);
            return Vec::new();
        }
        self.say(format!("added {}: {}", arm.name, describe(&arm.changes)), false);
        self.draft = Default::default();
        self.arms.push(arm.clone());
        vec![Effect::AddArm(arm)]
    }

    fn back(&mut self) {
        if self.help {
            self.help = false;
        } else if self.zoomed {
            self.zoomed = false;
        } else if !self.draft.is_empty() {
            self.draft = Default::default();
        } else {
            self.selected = None;
        }
    }

    fn picture(&mut self) -> Vec<Effect> {
        let figure = self.figure();
        if figure.panels.iter().all(|panel| panel.lines.is_empty()) {
            self.say(format!("no {} to draw yet", self.metric.title()), false);
            return Vec::new();
        }
        let name = format!("figure_{}", self.metric.file_name());
        let provenance = format!("batchscope {}, experiment {}", env!("CARGO_PKG_VERSION"), self.spec.name);
        vec![Effect::Picture { figure, name, provenance }]
    }

    fn select(&mut self, by: isize) {
        let last = self.sweep.rows().len().saturating_sub(1);
        self.selected = Some(self.row_in_sight().saturating_add_signed(by).min(last));
    }

    /// The first time: save, then leave. The second time, or when nothing is left to save: leave.
    fn quit(&mut self) -> Vec<Effect> {
        match self.leaving {
            Leaving::No if !self.sweep.closed => {
                self.leaving = Leaving::Saving;
                vec![Effect::Stop]
            }
            _ => {
                self.leaving = Leaving::Now;
                Vec::new()
            }
        }
    }
}
