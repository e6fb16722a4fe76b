//! Which columns of the table fit, and their widths.

use crate::app::table::{Column, Listing, Shown};
use crate::app::{App, table::Table};
use crate::domain::metric::Metric;
use crate::domain::run_label::{BatchSize, RunLabel};

/// A column on the screen: one of the table's, or the marks before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// whether a cell is open, whether a row is pinned, and how much of it the charts show
    Marks,
    Of(Column),
}

/// Maximum width of an arm's name.
const ARM: u16 = 24;
/// Minimum and maximum width of a progress bar.
const BAR: (u16, u16) = (8, 20);

/// The columns with their widths, without the space after each.
pub fn fitting(room: u16, app: &App, listing: &Listing<'_>) -> Vec<(Shape, u16)> {
    let table = &app.table;
    let arm = app.sweep.arms().iter().map(|arm| arm.chars().count()).max().unwrap_or(0) as u16;
    let arm = arm.clamp(3, ARM).min((room / 3).max(3));
    let names = app.sweep.rows().iter().filter_map(|row| row.label.name.as_ref());
    let name = names.map(|name| name.chars().count()).max().unwrap_or(0).clamp(3, usize::from(ARM)) as u16;
    let wide = Wide { arm, name };
    let marks = 1 + u16::from(table.grouped) + u16::from(listing.items.iter().any(|item| item.pinned));
    let mut left = (room + 1).saturating_sub(marks + 1);
    let mut kept = Vec::new();
    for column in by_importance(app, app.sweep.arms().len(), listing) {
        let needed = width(column, &wide, table) + 1;
        if needed <= left {
            left -= needed;
            kept.push(column);
        }
    }
    let mut columns = Column::all(&app.sweep);
    // what is charted has a column, however many metrics there are
    columns.extend(Some(Column::Score(app.metric)).filter(|column| !columns.contains(column)));
    let columns = columns.into_iter().filter(|column| kept.contains(column));
    let widths = columns.map(|column| match column {
        Column::Progress => (Shape::Of(column), (width(column, &wide, table) + left).min(BAR.1)),
        _ => (Shape::Of(column), width(column, &wide, table)),
    });
    std::iter::once((Shape::Marks, marks)).chain(widths).collect()
}

/// In order of importance, for when not all fit: first the column by which the table is sorted. The name of a single arm can
/// be dropped; columns without values are left out.
fn by_importance(app: &App, arms: usize, listing: &Listing<'_>) -> Vec<Column> {
    use Column::*;
    let table = &app.table;
    let sorted = table.sort.map(|(column, _)| column);
    if app.own_data().is_none() && listing.all > 0 {
        return of_others(app, sorted);
    }
    let (first, last): (&[Column], &[Column]) = if arms > 1 { (&[Arm], &[]) } else { (&[], &[Arm]) };
    let mut columns: Vec<Column> = sorted.into_iter().collect();
    columns.extend([State, BatchSize, Instance]);
    columns.extend(first);
    if let Metric::Logged(_) = app.metric {
        columns.push(Score(app.metric));
    }
    columns.extend([Score(app.first_metric()), Score(Metric::ValidAccuracy)]);
    if table.grouped {
        columns.push(Deviation);
    }
    columns.push(Progress);
    if arms > 1 {
        columns.push(Difference);
    }
    columns.extend([Left, Best, Score(Metric::ValidLoss), Speed, Epoch, Pairs]);
    columns.extend(last);
    columns.extend(listing.scores().into_iter().map(Score));
    each_once(columns)
}

/// Of runs of other programs: what is known of any of them.
fn of_others(app: &App, sorted: Option<Column>) -> Vec<Column> {
    let (rows, mut columns): (_, Vec<Column>) = (app.sweep.rows(), sorted.into_iter().collect());
    let mut add = |column: Column, is_known: fn(&RunLabel) -> bool| {
        columns.extend(rows.iter().any(|row| is_known(&row.label)).then_some(column));
    };
    add(Column::State, |_| true);
    // what distinguishes runs of which little else is known
    if rows.iter().any(|row| row.label.pairing().is_none()) {
        add(Column::Name, |label| label.name.is_some());
    }
    add(Column::Arm, |label| label.arm.is_some());
    add(Column::BatchSize, |label| label.batch_size != BatchSize::Unknown);
    add(Column::Instance, |label| label.iid.is_some());
    add(Column::Score(app.metric), |_| true);
    add(Column::Progress, |label| label.length.updates.is_some());
    add(Column::Epoch, |label| label.length.updates_per_epoch.is_some());
    columns.extend(
        Column::all(&app.sweep)
            .into_iter()
            .filter(|column| matches!(column, Column::Label(_) | Column::Score(Metric::Logged(_)))),
    );
    each_once(columns)
}

fn each_once(columns: Vec<Column>) -> Vec<Column> {
    let mut distinct = Vec::new();
    for column in columns {
        if !distinct.contains(&column) {
            distinct.push(column);
        }
    }
    distinct
}

/// Cells that names take.
struct Wide {
    arm: u16,
    name: u16,
}

fn width(column: Column, wide: &Wide, table: &Table) -> u16 {
    let least = match column {
        Column::State => 1,
        Column::Arm => wide.arm,
        Column::Name => wide.name,
        Column::BatchSize | Column::Instance => 3,
        Column::Progress => BAR.0,
        Column::Pairs | Column::Difference => 6,
        Column::Speed | Column::Left => 7,
        _ => 5,
    };
    // the arrow of the sorted column
    let arrow = table.sort.is_some_and(|(sorted, _)| sorted == column);
    let title = title(column, table).chars().count() as u16;
    least.max(title + u16::from(arrow))
}

/// The header of a column.
pub fn title(column: Column, table: &Table) -> &'static str {
    match column {
        Column::State => "",
        Column::Instance if table.grouped => "n",
        _ => column.name(),
    }
}

/// How much of a row the charts show.
pub fn mark(shown: Shown) -> &'static str {
    match shown {
        Shown::All => "●",
        Shown::Some => "◐",
        Shown::None => "○",
    }
}
