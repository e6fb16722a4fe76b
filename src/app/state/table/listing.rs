//! The rows of the table in the order in which they are shown: filtered, grouped, sorted, the pinned ones first.

use super::Table;
use super::column::{Column, filter_value};
use super::measures::{Baselines, Measures, Stage};
use crate::domain::id::RunId;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::{Row, Sweep};
use crate::domain::symbol::Symbol;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Arm and batch size: runs that differ in their instance alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub arm: String,
    pub batch_size: BatchSize,
}

impl Cell {
    pub fn of(row: &Row) -> Self {
        Self { arm: row.label.arm().to_owned(), batch_size: row.label.batch_size }
    }

    pub fn holds(&self, row: &Row) -> bool {
        self.arm == row.label.arm() && self.batch_size == row.label.batch_size
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
    /// the run, or the first run of the cell that passes the filter
    pub row: &'s Row,
    /// all runs of a cell; nothing for a run
    members: Option<Vec<&'s Row>>,
    pub shown: Shown,
    pub pinned: bool,
    /// whether its cell stands above it
    pub is_member: bool,
    /// of a cell, whether its runs stand below it
    pub is_open: bool,
}

impl Item<'_> {
    pub fn is_cell(&self) -> bool {
        self.members.is_some()
    }

    pub fn subject(&self) -> Subject {
        match self.members {
            Some(_) => Subject::Cell(Cell::of(self.row)),
            None => Subject::Run(self.row.id.clone()),
        }
    }

    fn is(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Run(id) => !self.is_cell() && self.row.id == *id,
            Subject::Cell(cell) => self.is_cell() && cell.holds(self.row),
        }
    }

    fn stage(&self) -> Stage {
        let of_cell = self.members.iter().flatten().map(|row| Stage::of(row)).min();
        of_cell.unwrap_or_else(|| Stage::of(self.row))
    }
}

/// The whole table: what a frame, or a key, needs of it, worked out once for all that ask. What a row tells is worked out
/// for rows in sight, and for all of them only where the table is sorted by it.
pub struct Listing<'s> {
    pub items: Vec<Item<'s>>,
    /// the place that stays in sight: the selected row, else the first that is trained, else the last done; a table that
    /// somebody sorted begins at its top
    pub place: usize,
    /// runs that pass the filter, of how many
    pub kept: usize,
    pub all: usize,
    baselines: Baselines<'s>,
    /// whether the charts show a run, by its place in the sweep
    on_charts: Vec<bool>,
}

impl<'s> Listing<'s> {
    pub fn of(table: &Table, sweep: &'s Sweep) -> Self {
        let (baselines, rows) = (Baselines::in_sweep(sweep), sweep.rows());
        let filter = table.filter.filter();
        let mut passes: Vec<bool> =
            rows.iter().map(|row| filter.keeps(|name| filter_value(name, row, &baselines))).collect();
        let items = match table.grouped {
            true => by_cell(table, rows, &passes, &baselines),
            false => {
                let passing = rows.iter().filter(|row| passes[row.place]);
                table.sorted(passing.map(|row| table.item(row, false)).collect(), &baselines)
            }
        };
        let kept = passes.iter().filter(|passes| **passes).count();
        for (passes, row) in passes.iter_mut().zip(rows) {
            *passes &= !table.hidden.contains(&row.id);
        }
        let mut listing = Self { items, place: 0, kept, all: rows.len(), baselines, on_charts: passes };
        let selected = table.selected.as_ref().and_then(|subject| listing.place_of(subject, sweep));
        let follow = || table.sort.is_none().then(|| listing.place_of_newest()).flatten();
        listing.place = selected.or_else(follow).unwrap_or(0);
        listing
    }

    /// What a row of the table tells.
    pub fn measures(&self, item: &Item<'_>) -> Measures {
        item.measures(&self.baselines)
    }

    /// What a run tells, whatever row it is in.
    pub fn measures_of(&self, row: &Row) -> Measures {
        Measures::of_run(row, &self.baselines)
    }

    /// The scores that any row has: a run its newest, a cell the means of its finished runs.
    pub fn scores(&self) -> Vec<Metric> {
        let mut missing = Metric::SCORES.to_vec();
        let mut look = |row: &Row| {
            if let Some(point) = row.history.last_evaluation() {
                missing.retain(|metric| metric.of(&point.scores).is_none());
            }
        };
        for item in &self.items {
            match &item.members {
                Some(members) => {
                    members.iter().filter(|row| Stage::of(row) == Stage::Finished).for_each(|row| look(row));
                }
                None => look(item.row),
            }
        }
        Metric::SCORES.into_iter().filter(|metric| !missing.contains(metric)).collect()
    }

    /// The baseline's run that a run is compared with.
    pub fn baseline(&self, row: &Row) -> Option<&'s Row> {
        self.baselines.of(row)
    }

    /// Whether the charts show a run: it is not hidden, and passes the filter.
    pub fn shows(&self, row: &Row) -> bool {
        self.on_charts[row.place]
    }

    /// The selected run, else the one in sight; of a cell its first.
    pub fn run_in_sight(&self) -> Option<&'s Row> {
        self.items.get(self.place).map(|item| item.row)
    }

    /// The arm whose chart is shown where there is room for one only.
    pub fn arm_in_sight(&self) -> Option<&'s str> {
        self.run_in_sight().map(|row| row.label.arm())
    }

    /// Where a subject stands: in place of a run its cell, in place of a cell its first run.
    fn place_of(&self, subject: &Subject, sweep: &Sweep) -> Option<usize> {
        let exactly = self.items.iter().position(|item| item.is(subject));
        exactly.or_else(|| match subject {
            Subject::Run(id) => {
                let cell = Subject::Cell(Cell::of(sweep.row(id)?));
                self.items.iter().position(|item| item.is(&cell))
            }
            Subject::Cell(cell) => self.items.iter().position(|item| cell.holds(item.row)),
        })
    }

    /// The first row that is trained, else the last done.
    fn place_of_newest(&self) -> Option<usize> {
        let at = |wanted: Stage| move |item: &Item<'_>| item.stage() == wanted;
        self.items.iter().position(at(Stage::Running)).or_else(|| self.items.iter().rposition(at(Stage::Finished)))
    }
}

impl Item<'_> {
    /// What another program has logged last; of a cell the mean over its runs.
    pub fn logged(&self, metric: Symbol) -> Option<f64> {
        let last = |row: &Row| Some(row.history.series.get(&metric)?.last()?.value);
        let values: Vec<f64> = self.runs().filter_map(last).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }

    /// A further column of its label; nothing where the runs of a cell differ in it.
    pub fn label(&self, column: Symbol) -> Option<&str> {
        let first = self.row.label.columns.get(&column)?;
        self.runs().all(|row| row.label.columns.get(&column) == Some(first)).then_some(first)
    }

    fn runs(&self) -> impl Iterator<Item = &Row> {
        let alone = self.members.is_none().then_some(self.row);
        self.members.iter().flatten().copied().chain(alone)
    }

    /// What it is sorted by. Of labels, numbers come before words.
    fn rank(&self, column: Column, baselines: &Baselines<'_>) -> Rank {
        match column {
            Column::Name => self.row.label.name.clone().map_or(Rank::Missing, Rank::Text),
            Column::Label(name) => match self.label(name).map(|text| (text, text.parse::<f64>())) {
                None => Rank::Missing,
                Some((_, Ok(number))) => Rank::Number(number),
                Some((text, Err(_))) => Rank::Text(text.to_owned()),
            },
            Column::Score(Metric::Logged(name)) => self.logged(name).map_or(Rank::Missing, Rank::Number),
            column => column.rank(&self.measures(baselines)).map_or(Rank::Missing, Rank::Number),
        }
    }

    fn measures(&self, baselines: &Baselines<'_>) -> Measures {
        let of_run = |row: &Row| Measures::of_run(row, baselines);
        let members: Vec<Measures> = self.members.iter().flatten().map(|row| of_run(row)).collect();
        Measures::of_cell(&members).unwrap_or_else(|| of_run(self.row))
    }
}

/// Cells that are pinned as a whole, then pinned runs, each out of its cell, then the other cells.
fn by_cell<'s>(table: &Table, rows: &'s [Row], passes: &[bool], baselines: &Baselines<'_>) -> Vec<Item<'s>> {
    let mut cells: Vec<Vec<&Row>> = Vec::new();
    let mut places: HashMap<(usize, BatchSize), usize> = HashMap::new();
    for row in rows {
        let place = *places.entry((row.arm, row.label.batch_size)).or_insert(cells.len());
        match cells.get_mut(place) {
            Some(members) => members.push(row),
            None => cells.push(vec![row]),
        }
    }
    let (mut whole, mut single, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut below: HashMap<(usize, BatchSize), Vec<Item<'s>>> = HashMap::new();
    for members in cells {
        let passing: Vec<&Row> = members.iter().copied().filter(|row| passes[row.place]).collect();
        let Some(first) = passing.first() else { continue };
        let item = table.cell_item(first, members);
        let apart = |row: &&&Row| !item.pinned && table.pinned.contains(&row.id);
        single.extend(passing.iter().filter(apart).map(|row| table.item(row, false)));
        if item.is_open {
            let inside = passing.iter().filter(|row| !apart(row)).map(|row| table.item(row, true)).collect();
            below.insert((first.arm, first.label.batch_size), table.sorted(inside, baselines));
        }
        if item.pinned { whole.push(item) } else { others.push(item) }
    }
    let mut items = Vec::new();
    for item in [whole, single, others].into_iter().flat_map(|part| table.sorted(part, baselines)) {
        let members = match item.is_cell() {
            true => below.remove(&(item.row.arm, item.row.label.batch_size)).unwrap_or_default(),
            false => Vec::new(),
        };
        items.push(item);
        items.extend(members);
    }
    items
}

impl Table {
    fn item<'s>(&self, row: &'s Row, is_member: bool) -> Item<'s> {
        let id = &row.id;
        Item {
            row,
            members: None,
            shown: if self.hidden.contains(id) { Shown::None } else { Shown::All },
            pinned: self.pinned.contains(id),
            is_member,
            is_open: false,
        }
    }

    /// A cell tells of all its runs, not of those alone that pass the filter: what a filter on scores lets through has
    /// another mean.
    fn cell_item<'s>(&self, row: &'s Row, members: Vec<&'s Row>) -> Item<'s> {
        let hidden = members.iter().filter(|row| self.hidden.contains(&row.id)).count();
        Item {
            row,
            shown: match hidden {
                0 => Shown::All,
                _ if hidden == members.len() => Shown::None,
                _ => Shown::Some,
            },
            pinned: members.iter().all(|row| self.pinned.contains(&row.id)),
            is_member: false,
            is_open: !self.open.is_empty() && self.open.contains(&Cell::of(row)),
            members: Some(members),
        }
    }

    /// The pinned first; what ranks the same stays in the order in which it was planned.
    fn sorted<'s>(&self, items: Vec<Item<'s>>, baselines: &Baselines<'_>) -> Vec<Item<'s>> {
        let Some((column, descending)) = self.sort else {
            let (mut pinned, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.pinned);
            pinned.extend(others);
            return pinned;
        };
        let rank = |item: Item<'s>| (item.rank(column, baselines), item);
        let mut ranked: Vec<(Rank, Item<'s>)> = items.into_iter().map(rank).collect();
        ranked.sort_by(|(a, one), (b, other)| other.pinned.cmp(&one.pinned).then_with(|| a.compare(b, descending)));
        ranked.into_iter().map(|(_, item)| item).collect()
    }
}

/// What a row is sorted by.
enum Rank {
    Number(f64),
    Text(String),
    Missing,
}

impl Rank {
    /// What is missing comes last, whichever way it is sorted.
    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let ascending = match (self, other) {
            (Rank::Missing, Rank::Missing) => return Ordering::Equal,
            (Rank::Missing, _) => return Ordering::Greater,
            (_, Rank::Missing) => return Ordering::Less,
            (Rank::Number(a), Rank::Number(b)) => a.total_cmp(b),
            (Rank::Text(a), Rank::Text(b)) => a.cmp(b),
            (Rank::Number(_), Rank::Text(_)) => Ordering::Less,
            (Rank::Text(_), Rank::Number(_)) => Ordering::Greater,
        };
        if descending { ascending.reverse() } else { ascending }
    }
}
