//! The table of runs: what is selected, how rows are sorted and grouped, which are hidden or pinned.
//!
//! Everything is stored by run or cell, never by position, so that events that move rows change nothing else.

mod column;
mod filter_line;
mod listing;
mod measures;

pub use column::Column;
pub use filter_line::{Completion, FilterLine, Typing};
pub use listing::{Cell, Item, Listing, Shown, Subject};
pub use measures::{Baselines, Measures, Stage};

use crate::domain::id::RunId;
use crate::domain::sweep::{Row, Sweep};
use std::collections::HashSet;

#[derive(Clone, Debug, Default)]
pub struct Table {
    /// `None` until the cursor is moved: the table then follows the run in training
    selected: Option<Subject>,
    /// the column, and whether descending; `None`: in the order in which runs were planned
    pub sort: Option<(Column, bool)>,
    pub grouped: bool,
    pub filter: FilterLine,
    open: HashSet<Cell>,
    hidden: HashSet<RunId>,
    pinned: HashSet<RunId>,
}

impl Table {
    pub fn listing<'s>(&self, sweep: &'s Sweep) -> Listing<'s> {
        Listing::of(self, sweep)
    }

    pub fn has_selection(&self) -> bool {
        self.selected.is_some()
    }

    /// The run that the cursor is on.
    pub fn selected_run<'s>(&self, sweep: &'s Sweep) -> Option<&'s Row> {
        match self.selected.as_ref()? {
            Subject::Run(id) => sweep.row(id),
            Subject::Cell(_) => None,
        }
    }

    /// Moves the cursor by so many rows.
    pub fn select_by(&mut self, sweep: &Sweep, by: isize) {
        let listing = self.listing(sweep);
        let last = listing.items.len().saturating_sub(1);
        let place = listing.place.saturating_add_signed(by).min(last);
        self.selected = listing.items.get(place).map(Item::subject);
    }

    /// The first run of an arm.
    pub fn select_arm(&mut self, sweep: &Sweep, arm: &str) {
        let row = sweep.rows().iter().find(|row| row.label.arm() == arm);
        self.selected = row.map(|row| Subject::Run(row.id.clone()));
    }

    pub fn unselect(&mut self) {
        self.selected = None;
    }

    /// Sorts by the column after, or before, the one it is sorted by; past the last, in the order of the plan.
    pub fn sort_by_neighbour(&mut self, sweep: &Sweep, forwards: bool) {
        let grouped = self.grouped;
        let columns: Vec<Column> =
            Column::all(sweep).into_iter().filter(|column| grouped || *column != Column::Deviation).collect();
        let place = self.sort.and_then(|(column, _)| columns.iter().position(|other| *other == column));
        let next = match (place, forwards) {
            (None, true) => Some(0),
            (None, false) => columns.len().checked_sub(1),
            (Some(place), true) => Some(place + 1),
            (Some(place), false) => place.checked_sub(1),
        };
        let column = next.and_then(|place| columns.get(place).copied());
        self.sort = column.map(|column| (column, column.starts_descending()));
    }

    /// The other way round.
    pub fn reverse(&mut self) {
        if let Some((_, descending)) = &mut self.sort {
            *descending = !*descending;
        }
    }

    /// A line a cell, or a line a run.
    pub fn group(&mut self) {
        self.grouped = !self.grouped;
        if !self.grouped && self.sort.is_some_and(|(column, _)| column == Column::Deviation) {
            self.sort = None;
        }
    }

    /// Shows the runs of the cell under the cursor, or folds them away. Says whether there was a cell.
    pub fn open(&mut self, sweep: &Sweep) -> bool {
        let Some(Subject::Cell(cell)) = self.subject_in_sight(sweep) else { return false };
        if !self.open.remove(&cell) {
            self.open.insert(cell.clone());
        }
        self.selected = Some(Subject::Cell(cell));
        true
    }

    /// Hides the selection from the charts, or shows it; a partly hidden cell is shown as a whole.
    pub fn hide(&mut self, sweep: &Sweep) {
        let runs = self.runs_in_sight(sweep);
        if runs.iter().any(|run| self.hidden.contains(run)) {
            self.hidden.retain(|run| !runs.contains(run));
        } else {
            self.hidden.extend(runs);
        }
    }

    /// Pins the selection to the top, or unpins it.
    pub fn pin(&mut self, sweep: &Sweep) {
        let runs = self.runs_in_sight(sweep);
        if runs.iter().all(|run| self.pinned.contains(run)) {
            self.pinned.retain(|run| !runs.contains(run));
        } else {
            self.pinned.extend(runs);
        }
    }

    pub fn is_pinned(&self, run: &RunId) -> bool {
        self.pinned.contains(run)
    }

    pub fn hidden(&self) -> usize {
        self.hidden.len()
    }

    fn subject_in_sight(&self, sweep: &Sweep) -> Option<Subject> {
        let listing = self.listing(sweep);
        listing.items.get(listing.place).map(Item::subject)
    }

    /// Keeps the visible row selected, so that the next key acts on the same row.
    pub fn stay(&mut self, sweep: &Sweep) {
        self.selected = self.subject_in_sight(sweep);
    }

    /// What a key acts on that is about the row under the cursor, in words and as runs; it then stays selected.
    pub fn subject(&mut self, sweep: &Sweep) -> (String, Vec<RunId>) {
        let runs = self.runs_in_sight(sweep);
        let name = match &self.selected {
            Some(Subject::Cell(cell)) => format!("{} at batch size {}", cell.arm, cell.batch_size),
            Some(Subject::Run(id)) => sweep.row(id).map_or_else(String::new, |row| match row.label.pairing() {
                Some((size, iid)) => format!("{} at batch size {size}, instance {iid}", row.label.arm()),
                None => row.label.to_string(),
            }),
            None => "the sweep".into(),
        };
        (name, runs)
    }

    fn runs_in_sight(&mut self, sweep: &Sweep) -> Vec<RunId> {
        let Some(subject) = self.subject_in_sight(sweep) else { return Vec::new() };
        let runs = match &subject {
            Subject::Run(id) => vec![id.clone()],
            Subject::Cell(cell) => {
                let rows = sweep.rows().iter().filter(|row| cell.holds(row));
                rows.map(|row| row.id.clone()).collect()
            }
        };
        self.selected = Some(subject);
        runs
    }
}

#[cfg(test)]
mod tests;
