//! The rows of the table in the order in which they are shown: filtered, grouped, sorted, the pinned ones first.

use super::Table;
use super::column::{Column, filter_value};
use super::measures::{Baselines, Measures};
use crate::domain::id::RunId;
use crate::domain::sweep::{Row, Sweep};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Arm and batch size: runs that differ in their instance alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub arm: String,
    pub batch_size: u32,
}

impl Cell {
    pub fn of(row: &Row) -> Self {
        Self { arm: row.planned.arm.clone(), batch_size: row.planned.spec.batch_size }
    }

    pub fn holds(&self, row: &Row) -> bool {
        self.arm == row.planned.arm && self.batch_size == row.planned.spec.batch_size
    }
}

/// What a row of the table is about, whatever its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Run(RunId),
    Cell(Cell),
}

/// How many of its runs the charts show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    All,
    Some,
    None,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Item<'s> {
    pub subject: Subject,
    /// the run, or the first run of the cell that passes the filter
    pub row: &'s Row,
    pub measures: Measures,
    pub shown: Shown,
    pub pinned: bool,
    /// whether its cell stands above it
    pub is_member: bool,
    /// of a cell, whether its runs stand below it
    pub is_open: bool,
}

/// The whole table.
#[derive(Clone, Debug)]
pub struct Listing<'s> {
    pub items: Vec<Item<'s>>,
    /// runs that pass the filter, of how many
    pub kept: usize,
    pub all: usize,
}

/// A run on its way into the table.
struct Run<'s> {
    row: &'s Row,
    measures: Measures,
    passes: bool,
}

impl<'s> Listing<'s> {
    pub fn of(table: &Table, sweep: &'s Sweep) -> Self {
        let baselines = Baselines::in_sweep(sweep);
        let arms: HashMap<&str, usize> =
            sweep.arms().into_iter().enumerate().map(|(place, arm)| (arm, place)).collect();
        let run = |row: &'s Row| {
            let arm = arms.get(row.planned.arm.as_str()).copied().unwrap_or_default();
            let measures = Measures::of_run(row, arm, &baselines);
            let passes = table.filter.filter().keeps(|name| filter_value(name, row, &baselines));
            Run { row, measures, passes }
        };
        let runs: Vec<Run<'s>> = sweep.rows().iter().map(run).collect();
        let kept = runs.iter().filter(|run| run.passes).count();
        let all = runs.len();
        let items = match table.grouped {
            true => by_cell(table, &runs),
            false => table.sorted(runs.iter().filter(|run| run.passes).map(|run| table.item(run, false)).collect()),
        };
        Self { items, kept, all }
    }

    /// Where a subject stands: in place of a run its cell, in place of a cell its first run.
    pub fn place(&self, subject: &Subject, sweep: &Sweep) -> Option<usize> {
        let exactly = self.items.iter().position(|item| item.subject == *subject);
        exactly.or_else(|| match subject {
            Subject::Run(id) => {
                let cell = Subject::Cell(Cell::of(sweep.row(id)?));
                self.items.iter().position(|item| item.subject == cell)
            }
            Subject::Cell(cell) => self.items.iter().position(|item| cell.holds(item.row)),
        })
    }
}

/// Cells that are pinned as a whole, then pinned runs, each out of its cell, then the other cells.
fn by_cell<'s>(table: &Table, runs: &[Run<'s>]) -> Vec<Item<'s>> {
    let mut cells: Vec<(Cell, Vec<&Run<'s>>)> = Vec::new();
    for run in runs {
        match cells.iter_mut().find(|(cell, _)| cell.holds(run.row)) {
            Some((_, members)) => members.push(run),
            None => cells.push((Cell::of(run.row), vec![run])),
        }
    }
    let (mut whole, mut single, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut below: HashMap<Cell, Vec<Item<'s>>> = HashMap::new();
    for (cell, members) in cells {
        let Some(item) = table.cell_item(&cell, &members) else { continue };
        let apart = |run: &&&Run<'s>| !item.pinned && table.pinned.contains(&run.row.planned.id);
        let passing = members.iter().filter(|run| run.passes);
        single.extend(passing.clone().filter(apart).map(|run| table.item(run, false)));
        if item.is_open {
            let inside = passing.filter(|run| !apart(run)).map(|run| table.item(run, true)).collect();
            below.insert(cell, table.sorted(inside));
        }
        if item.pinned { whole.push(item) } else { others.push(item) }
    }
    let mut items = Vec::new();
    for item in [whole, single, others].into_iter().flat_map(|part| table.sorted(part)) {
        let members = match &item.subject {
            Subject::Cell(cell) => below.remove(cell).unwrap_or_default(),
            Subject::Run(_) => Vec::new(),
        };
        items.push(item);
        items.extend(members);
    }
    items
}

impl Table {
    fn item<'s>(&self, run: &Run<'s>, is_member: bool) -> Item<'s> {
        let id = &run.row.planned.id;
        Item {
            subject: Subject::Run(id.clone()),
            row: run.row,
            measures: run.measures.clone(),
            shown: if self.hidden.contains(id) { Shown::None } else { Shown::All },
            pinned: self.pinned.contains(id),
            is_member,
            is_open: false,
        }
    }

    /// Nothing for a cell of which no run passes the filter. Its measures are of all its runs: what a filter on scores
    /// lets through has another mean.
    fn cell_item<'s>(&self, cell: &Cell, members: &[&Run<'s>]) -> Option<Item<'s>> {
        let row = members.iter().find(|run| run.passes)?.row;
        let all: Vec<&Measures> = members.iter().map(|run| &run.measures).collect();
        let hidden = members.iter().filter(|run| self.hidden.contains(&run.row.planned.id)).count();
        Some(Item {
            subject: Subject::Cell(cell.clone()),
            row,
            measures: Measures::of_cell(&all)?,
            shown: match hidden {
                0 => Shown::All,
                _ if hidden == members.len() => Shown::None,
                _ => Shown::Some,
            },
            pinned: members.iter().all(|run| self.pinned.contains(&run.row.planned.id)),
            is_member: false,
            is_open: self.open.contains(cell),
        })
    }

    /// The pinned first; what ranks the same stays in the order in which it was planned.
    fn sorted<'s>(&self, mut items: Vec<Item<'s>>) -> Vec<Item<'s>> {
        let by_rank = |a: &Item<'s>, b: &Item<'s>| match self.sort {
            None => Ordering::Equal,
            Some((column, descending)) => compare(column, descending, &a.measures, &b.measures),
        };
        items.sort_by(|a, b| b.pinned.cmp(&a.pinned).then_with(|| by_rank(a, b)));
        items
    }
}

/// What is missing comes last, whichever way it is sorted.
fn compare(column: Column, descending: bool, a: &Measures, b: &Measures) -> Ordering {
    match (column.rank(a), column.rank(b)) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) if descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
    }
}
