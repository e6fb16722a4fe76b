//! The columns of the table: how each is called, what it is sorted by, what a filter finds in it.

use super::measures::{Baselines, Measures, Stage};
use crate::domain::filter::FilterValue;
use crate::domain::metric::{Better, Metric};
use crate::domain::property::Property;
use crate::domain::series::Series;
use crate::domain::sweep::{Row, Sweep};
use crate::domain::symbol::Symbol;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    State,
    Arm,
    BatchSize,
    Instance,
    Progress,
    Epoch,
    Pairs,
    Score(Metric),
    /// what a run is called elsewhere
    Name,
    /// a further column of labels
    Label(Symbol),
    /// between the runs of a cell
    Deviation,
    Best,
    Difference,
    Speed,
    Left,
}

use Column::*;

/// Logged metrics that have a column: a program may log thousands.
const MOST_LOGGED: usize = 100;

impl Column {
    /// In the order in which they are shown.
    pub const ALL: [Column; 17] = [
        State,
        Arm,
        BatchSize,
        Instance,
        Progress,
        Epoch,
        Pairs,
        Score(Metric::ValidAccuracy),
        Deviation,
        Best,
        Score(Metric::ValidLoss),
        Score(Metric::ValidF1),
        Score(Metric::ValidMacroF1),
        Score(Metric::ValidMatthews),
        Difference,
        Speed,
        Left,
    ];

    /// Those of these runs: beside our own, further columns of labels and what other programs have logged.
    pub fn all(sweep: &Sweep) -> Vec<Column> {
        let name = sweep.has_names().then_some(Name);
        let labels = sweep.columns().iter().map(|name| Label(*name));
        let logged = sweep.series().iter().take(MOST_LOGGED).map(|name| Score(Metric::Logged(*name)));
        let (progress, scores): (Vec<_>, Vec<_>) = Self::ALL
            .into_iter()
            .partition(|column| matches!(column, State | Arm | BatchSize | Instance | Progress | Epoch | Pairs));
        progress.into_iter().chain(name).chain(labels).chain(logged).chain(scores).collect()
    }

    /// The name in a header, for a filter and in the line that says how the table is sorted.
    pub fn name(self) -> &'static str {
        match self {
            State => "state",
            Arm => "arm",
            BatchSize => "bs",
            Instance => "iid",
            Progress => "progress",
            Epoch => "epoch",
            Pairs => "pairs",
            Score(metric) => metric.names()[0],
            Name => "run",
            Label(name) => name.as_str(),
            Deviation => "sd",
            Best => "best",
            Difference => "diff",
            Speed => "pairs/s",
            Left => "left",
        }
    }

    /// Of scores where more is better, the largest come first unless a person turns them round.
    pub fn starts_descending(self) -> bool {
        match self {
            Score(metric) => metric.better() == Better::Higher,
            column => matches!(column, Progress | Epoch | Pairs | Best | Difference | Speed),
        }
    }

    /// What rows are sorted by. What is missing has none and comes last.
    pub fn rank(self, measures: &Measures) -> Option<f64> {
        match self {
            State => Some(f64::from(measures.stage as u8)),
            Arm => measures.arm.map(|arm| arm as f64),
            BatchSize => measures.batch_size.known().map(f64::from),
            Instance => measures.instance.map(f64::from),
            Progress => measures.share,
            Epoch => measures.epoch,
            Pairs => measures.pairs.map(|pairs| pairs as f64),
            Score(metric) => measures.score(metric),
            // of a row, not of what is measured: see `Item`
            Name | Label(_) => None,
            Deviation => measures.deviation,
            Best => measures.best,
            Difference => measures.difference,
            Speed => measures.pairs_per_second,
            Left => measures.seconds_left,
        }
    }
}

/// What a filter can ask for beside the properties of a spec.
const MEASURED: [Column; 14] = [
    Arm,
    State,
    Score(Metric::ValidAccuracy),
    Best,
    Score(Metric::ValidLoss),
    Score(Metric::ValidF1),
    Score(Metric::ValidMacroF1),
    Score(Metric::ValidMatthews),
    Difference,
    Progress,
    Epoch,
    Pairs,
    Speed,
    Left,
];

/// The names of a column in a filter: the short one, and another that is known too.
fn names(column: Column) -> [&'static str; 2] {
    match column {
        Score(metric) => metric.names(),
        // the slash of the header is hard to remember
        Speed => ["speed"; 2],
        column => [column.name(); 2],
    }
}

/// The operator that is usual in a filter: for what is good to have much of, or still to come.
fn operator(column: Column) -> &'static str {
    match column {
        Arm | State => "=",
        Best | Difference => ">",
        Score(metric) if metric.better() == Better::Higher => ">",
        _ => "<",
    }
}

/// Every name that a filter of these runs may use: what our own runs have, further columns of labels, logged metrics.
pub fn filter_names(sweep: &Sweep) -> Vec<&'static str> {
    let properties = Property::all().flat_map(Property::names);
    let mut names: Vec<&str> = MEASURED.into_iter().flat_map(names).chain(properties).collect();
    names.extend(sweep.has_names().then_some(Name.name()));
    names.extend(sweep.columns().iter().chain(sweep.series()).map(|name| name.as_str()));
    names.dedup();
    names
}

/// The short names, each with the operator that is usual for it: those that matter most first.
pub fn filter_beginnings(sweep: &Sweep) -> Vec<String> {
    let property = |property: Property| format!("{}=", property.names()[0]);
    let (first, last) = (Property::all().take(2).map(property), Property::all().skip(2).map(property));
    let measured = MEASURED.into_iter().map(|column| format!("{}{}", names(column)[0], operator(column)));
    let name = sweep.has_names().then(|| format!("{}~", Name.name()));
    let columns = name.into_iter().chain(sweep.columns().iter().map(|name| format!("{name}=")));
    let logged = sweep.series().iter().map(|name| format!("{name}>"));
    first.chain(measured).chain(last).chain(columns).chain(logged).collect()
}

/// What a run says about such a name.
pub fn filter_value(name: &str, row: &Row, baselines: &Baselines<'_>) -> FilterValue {
    if let Some(property) = Property::named(name) {
        return property.of(&row.label, row.spec.as_ref());
    }
    match MEASURED.into_iter().find(|column| names(*column).contains(&name)) {
        None if name == Name.name() => row.label.name.clone().map_or(FilterValue::Missing, FilterValue::Text),
        None => match (row.label.column(name), row.history.series.get(name).and_then(Series::last)) {
            (FilterValue::Missing, Some(last)) => FilterValue::Number(last.value),
            (column, _) => column,
        },
        Some(Arm) => row.label.arm.clone().map_or(FilterValue::Missing, FilterValue::Text),
        Some(State) if Stage::of(row) == Stage::Elsewhere => {
            FilterValue::Several(vec!["running".into(), "elsewhere".into()])
        }
        Some(State) if row.history.ends_with_one_class() => {
            FilterValue::Several(vec!["finished".into(), "one-class".into()])
        }
        Some(State) => FilterValue::Text(Stage::of(row).name().into()),
        Some(column) => {
            column.rank(&Measures::of_run(row, baselines)).map_or(FilterValue::Missing, FilterValue::Number)
        }
    }
}
