//! Where things stand: a pure function of the size.

use ratatui::layout::{Constraint, Layout, Rect};

/// Smallest area of a chart that says anything.
const CHART: (u16, u16) = (30, 7);
/// Width from which the table stands beside the charts.
const WIDE: u16 = 150;
/// Width of the table when it stands beside.
const TABLE: u16 = 76;

/// The areas of a frame. An area may be absent where there is no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    /// one a panel, or a single one for the panel in sight
    pub charts: Vec<Rect>,
    pub table: Option<Rect>,
    /// the draft, or a message
    pub status: Rect,
    pub footer: Rect,
}

/// For this many panels; zoomed: charts alone.
pub fn areas(area: Rect, panels: usize, zoomed: bool) -> Areas {
    let [header, body, status, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1), Constraint::Length(1)])
            .areas(area);
    let (charts, table) = if zoomed {
        (body, None)
    } else if body.width >= WIDE {
        let [charts, table] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(TABLE)]).areas(body);
        (charts, Some(table))
    } else if body.height >= 2 * CHART.1 {
        let [charts, table] = Layout::vertical([Constraint::Percentage(58), Constraint::Fill(1)]).areas(body);
        (charts, Some(table))
    } else {
        (Rect::ZERO, Some(body))
    };
    Areas { header, charts: split(charts, panels), table, status, footer }
}

/// As many equal charts as there are panels, side by side or one above the other; else one.
fn split(area: Rect, panels: usize) -> Vec<Rect> {
    if area.is_empty() || area.width < CHART.0 || area.height < 3 {
        return Vec::new();
    }
    let parts = vec![Constraint::Fill(1); panels.max(1)];
    let beside = area.width / panels.max(1) as u16 >= CHART.0 + 10;
    let above = area.height / panels.max(1) as u16 >= 2 * CHART.1;
    // a curve wants width more than height
    if above && area.width < 4 * area.height {
        Layout::vertical(parts).split(area).to_vec()
    } else if beside {
        Layout::horizontal(parts).split(area).to_vec()
    } else if above {
        Layout::vertical(parts).split(area).to_vec()
    } else {
        vec![area]
    }
}
