//! What is on the screen.

use super::asking::Asking;
use super::draft::Draft;
use super::inquiry::Inquiry;
use super::log::Log;
use super::message::Message;
use super::palette::CommandPalette;
use super::panel::Panel;
use super::scroll::Scroll;
use super::table::{Listing, Table};
use super::target::Target;
use crate::domain::arm::Arm;
use crate::domain::command::Intent;
use crate::domain::glue::{first_metric, task_of};
use crate::domain::metric::Metric;
use crate::domain::run::DataIdentity;
use crate::domain::spec::Spec;
use crate::domain::sweep::{Row, Sweep};
use crate::export::PictureTheme;
use crate::plot::{Curves, Figure, FinalScores, View, x_extent};
use crate::store::Store;
use std::cell::RefCell;
use std::path::PathBuf;

/// The whole dashboard.
#[derive(Clone, Debug)]
pub struct App {
    pub spec: Spec,
    /// the source of runs that other programs train: they are only shown
    pub watched: Option<String>,
    /// arms of the spec and those added since
    pub arms: Vec<Arm>,
    pub workers: usize,
    pub sweep: Sweep,
    /// of the first chart
    pub metric: Metric,
    pub view: View,
    /// the charts' panel shows final scores against batch size in place of curves
    pub final_chart: bool,
    /// what earlier frames worked out
    curves: RefCell<Curves>,
    pub picture_theme: PictureTheme,
    /// path of the newest picture
    pub written: Option<PathBuf>,
    pub draft: Draft,
    pub table: Table,
    /// path of the runs, for display
    pub store: Option<Store>,
    /// the panel that receives keys
    pub focus: Panel,
    /// the panel beside or instead of the table if not all fit: the text panel that was focused last
    pub companion: Panel,
    /// the focused panel alone, over the whole screen
    pub zoomed: bool,
    pub inquiry: Inquiry,
    pub asking: Option<Asking>,
    pub palette: CommandPalette,
    pub log: Log,
    scrolls: [Scroll; Panel::ALL.len()],
    pub toast: Option<Toast>,
    /// whether a key was pressed: the focus no longer changes by itself
    pub touched: bool,
    pub leaving: Leaving,
}

/// A message in the footer until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub message: Message,
    pub bad: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaving {
    #[default]
    No,
    /// waiting for checkpoints
    Saving,
    /// quit now; unfinished runs can be resumed from the store
    Now,
}

impl App {
    pub fn new(spec: Spec, workers: usize) -> Self {
        Self {
            arms: spec.arms.clone(),
            metric: first_metric(task_of(spec.task.name.as_deref())),
            spec,
            watched: None,
            workers,
            sweep: Sweep::default(),
            view: View::first(),
            final_chart: false,
            curves: RefCell::default(),
            picture_theme: PictureTheme::default(),
            written: None,
            draft: Draft::default(),
            table: Table::default(),
            store: None,
            focus: Panel::Sweep,
            companion: Panel::Run,
            zoomed: false,
            inquiry: Inquiry::default(),
            asking: None,
            palette: CommandPalette::default(),
            log: Log::default(),
            scrolls: Default::default(),
            toast: None,
            touched: false,
            leaving: Leaving::No,
        }
    }

    /// A dashboard of runs that other programs train. They have no spec, so a placeholder is used.
    pub fn watching(source: String, spec: Spec) -> Self {
        Self { watched: Some(source), arms: Vec::new(), ..Self::new(spec, 1) }
    }

    /// What is shown.
    pub fn title(&self) -> &str {
        self.watched.as_deref().unwrap_or(&self.spec.name)
    }

    /// What the charts show first, of this task; of runs of other programs an accuracy or else another validation metric.
    pub fn first_metric(&self) -> Metric {
        let has = |metric: &Metric, word: &str| metric.title().to_ascii_lowercase().contains(word);
        let scored = || self.metrics_of_others().filter(|metric| metric.is_of_validation());
        let logged = scored().find(|metric| has(metric, "acc")).or_else(|| scored().next());
        let logged = logged.or_else(|| self.metrics_of_others().find(|metric| has(metric, "loss")));
        let logged = logged.or_else(|| self.metrics_of_others().next());
        logged.unwrap_or_else(|| first_metric(task_of(self.spec.task.name.as_deref())))
    }

    /// Where no run is our own: what was logged.
    fn metrics_of_others(&self) -> impl Iterator<Item = Metric> {
        let has_own = self.own_data().is_some();
        self.sweep.series().iter().filter(move |_| !has_own).map(|name| Metric::Logged(*name))
    }

    /// The data that our own runs train on, if there are any.
    pub fn own_data(&self) -> Option<&DataIdentity> {
        self.sweep.rows().iter().find_map(|row| Some(&row.spec.as_ref()?.data))
    }

    /// Adds a note about the sweep to the log.
    pub fn note(&mut self, text: &str) {
        self.log.add(text.to_owned(), false);
    }

    /// The current table, computed once per frame or key.
    pub fn listing(&self) -> Listing<'_> {
        self.table.listing(&self.sweep)
    }

    /// How far down a panel of text is read.
    pub fn scroll(&self, panel: Panel) -> &Scroll {
        &self.scrolls[panel.place()]
    }

    /// What the first chart shows.
    pub fn figure(&self) -> Figure {
        self.figure_of(self.metric, &self.listing())
    }

    /// Arms in the order of their panel, which stays what it is while training moves on.
    pub fn figure_of(&self, metric: Metric, listing: &Listing<'_>) -> Figure {
        let mut curves = self.curves.borrow_mut();
        let shows = |row: &Row| listing.shows(row);
        let mut figure = Figure::of_shown(self.sweep.rows(), &shows, metric, &self.view, &mut curves);
        let order = self.arm_names();
        figure.panels.sort_by_key(|panel| order.iter().position(|name| *name == panel.title));
        figure
    }

    /// The arm of the selected row.
    pub fn selected_arm<'s>(&self, listing: &Listing<'s>) -> Option<&'s str> {
        listing.arm_in_sight().filter(|_| self.table.has_selection())
    }

    /// Whether the charts' panel shows final scores beside the answer, once there are some.
    pub fn is_answering(&self) -> bool {
        self.focus == Panel::Answer && !self.zoomed
    }

    /// The metric of final scores: the first chart's, if it is a validation metric.
    pub fn final_metric(&self) -> Metric {
        let metric = self.metric.compared().unwrap_or(self.metric);
        if metric.is_of_validation() { metric } else { self.first_metric() }
    }

    pub fn final_scores(&self, listing: &Listing<'_>) -> Option<FinalScores> {
        let shows = |row: &Row| listing.shows(row);
        FinalScores::of(self.sweep.rows(), &self.arm_names(), &shows, self.final_metric())
    }

    /// The final scores, if they are shown: on request, or beside the answer.
    pub fn visible_final_scores(&self, listing: &Listing<'_>) -> Option<FinalScores> {
        (self.final_chart || self.is_answering()).then(|| self.final_scores(listing)).flatten()
    }

    /// In the order of the ablations' panel, then those that only the store knows.
    fn arm_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.arms.iter().map(|arm| arm.name.as_str()).collect();
        let others: Vec<&str> =
            self.sweep.arms().iter().map(String::as_str).filter(|name| !names.contains(name)).collect();
        names.extend(others);
        names
    }

    /// The reason why no chart is shown.
    pub fn why_no_charts(&self) -> &'static str {
        match () {
            () if self.sweep.rows().is_empty() => "waiting for the first run",
            () if self.metric.compared().is_some() => "only the baseline is shown: nothing to compare",
            () => "every run is hidden or filtered away",
        }
    }

    /// The metric of the second chart: a training metric beside a validation metric, and vice versa.
    pub fn second_metric(&self) -> Metric {
        if !self.metric.is_of_validation() {
            return self.first_metric();
        }
        let trained = || self.metrics_of_others().filter(|metric| !metric.is_of_validation());
        let loss = trained().find(|metric| metric.title().to_ascii_lowercase().contains("loss"));
        loss.or_else(|| trained().next()).unwrap_or(Metric::TrainLoss)
    }

    /// Says something until the next key.
    pub fn say(&mut self, message: impl Into<Message>, bad: bool) {
        self.toast = Some(Toast { message: message.into(), bad });
    }

    pub(in crate::app) fn focus_on(&mut self, panel: Panel) {
        self.focus = panel;
        if panel.is_text() {
            self.companion = panel;
        }
    }

    /// In the table the row under the cursor, elsewhere the visible arm. It then stays selected.
    pub(in crate::app) fn target(&mut self) -> Target {
        if self.focus == Panel::Sweep {
            let (name, runs) = self.table.subject(&self.sweep);
            return Target { name, runs, arm: None };
        }
        self.table.stay(&self.sweep);
        Target::of_arm(&self.sweep, self.listing().arm_in_sight().unwrap_or_default())
    }

    /// Arms without cancelled runs: the others get no further instances.
    pub(in crate::app) fn arms_at_work(&self) -> Vec<Arm> {
        let is_out = |row: &&Row| row.is_open() && row.intent == Intent::Cancel;
        let out: Vec<&str> = self.sweep.rows().iter().filter(is_out).map(|row| row.label.arm()).collect();
        self.arms.iter().filter(|arm| !out.contains(&arm.name.as_str())).cloned().collect()
    }

    /// The end of the x axis that keys move along, and its newest point: those of the visible arm, if its chart is shown.
    pub(in crate::app) fn x_extent(&self) -> (f64, f64) {
        let (listing, axis) = (self.listing(), self.view.x.common(self.sweep.rows().iter()));
        let shown = || self.sweep.rows().iter().filter(|row| listing.shows(row));
        let in_sight = listing.run_in_sight().map(|row| row.arm);
        let of_arm = |row: &&Row| Some(row.arm) == in_sight;
        match shown().any(|row| of_arm(&row)) {
            true => x_extent(shown().filter(of_arm), axis),
            false => x_extent(shown(), axis),
        }
    }
}
