//! The layout of the screen: a pure function of its size, the focus and the zoom.

use crate::app::Panel;
use ratatui::layout::{Constraint, Layout, Rect};

/// Minimum height of a chart above another panel; with less, one panel takes the whole screen.
const STACKED: u16 = 14;
/// Minimum height of a screen with a separate line for messages.
const TALL: u16 = 12;
/// Width of the table with all columns.
const TABLE: u16 = 76;
/// Minimum width of a screen with the table beside the charts.
const WIDE: u16 = 150;
/// Minimum width and height of a screen with a text panel beside the table, below the charts.
const BROAD: (u16, u16) = (116, 24);
/// Minimum height of a wide screen with all panels.
const ALL: u16 = 44;

/// The areas of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    /// the visible panels; the focused one always is
    pub panels: Vec<(Panel, Rect)>,
    /// the draft or a message; on a low screen in place of the keys
    pub status: Rect,
    pub footer: Rect,
}

/// `companion` is the text panel that is shown if one fits. `zoomed` shows the focused panel alone.
pub fn areas(area: Rect, focus: Panel, companion: Panel, zoomed: bool) -> Areas {
    let low = area.height < TALL;
    let [header, body, status, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(u16::from(!low)),
        Constraint::Length(1),
    ])
    .areas(area);
    let panels = if zoomed { vec![(focus, body)] } else { panels(body, focus, companion) };
    Areas { header, panels, status: if low { footer } else { status }, footer }
}

fn panels(body: Rect, focus: Panel, companion: Panel) -> Vec<(Panel, Rect)> {
    // beside the charts: the table, or the focused text panel
    let other = if focus.is_text() { focus } else { Panel::Sweep };
    if body.width >= WIDE && body.height >= ALL {
        let [left, right] = beside(body, TABLE);
        let [charts, below] = Layout::vertical([Constraint::Fill(2), Constraint::Fill(1)]).areas(left);
        let [ablations, log] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(below);
        let [sweep, run, answer] =
            Layout::vertical([Constraint::Fill(5), Constraint::Fill(3), Constraint::Fill(3)]).areas(right);
        let shown = [charts, ablations, log, sweep, run, answer];
        [Panel::Charts, Panel::Ablations, Panel::Log, Panel::Sweep, Panel::Run, Panel::Answer]
            .into_iter()
            .zip(shown)
            .collect()
    } else if body.width >= WIDE && body.height >= STACKED {
        let [charts, right] = beside(body, TABLE);
        let [sweep, text] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(right);
        vec![(Panel::Charts, charts), (Panel::Sweep, sweep), (companion, text)]
    } else if body.width >= BROAD.0 && body.height >= BROAD.1 {
        let [charts, below] = Layout::vertical([Constraint::Percentage(58), Constraint::Fill(1)]).areas(body);
        let [sweep, text] = Layout::horizontal([Constraint::Length(TABLE), Constraint::Fill(1)]).areas(below);
        vec![(Panel::Charts, charts), (Panel::Sweep, sweep), (companion, text)]
    } else if body.height >= STACKED {
        // a focused text panel gets the larger part
        let share = if focus.is_text() { 42 } else { 58 };
        let [charts, below] = Layout::vertical([Constraint::Percentage(share), Constraint::Fill(1)]).areas(body);
        vec![(Panel::Charts, charts), (other, below)]
    } else if body.width >= BROAD.0 {
        let [charts, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(body);
        vec![(Panel::Charts, charts), (other, right)]
    } else {
        vec![(focus, body)]
    }
}

fn beside(body: Rect, right: u16) -> [Rect; 2] {
    Layout::horizontal([Constraint::Fill(1), Constraint::Length(right)]).areas(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// The layout as boxes with titles, at half the width.
    fn picture(width: u16, height: u16, focus: Panel, zoomed: bool) -> String {
        let areas = areas(Rect::new(0, 0, width, height), focus, Panel::Run, zoomed);
        let mut cells = vec![vec![' '; usize::from(width)]; usize::from(height)];
        let mut fill = |area: Rect, letter: char| {
            for y in area.y..area.bottom() {
                for x in area.x..area.right() {
                    let edge = y == area.y || x == area.x || y + 1 == area.bottom() || x + 1 == area.right();
                    cells[usize::from(y)][usize::from(x)] = if edge { letter } else { ' ' };
                }
            }
        };
        fill(areas.footer, '_');
        fill(areas.status, '~');
        fill(areas.header, '=');
        for (panel, area) in &areas.panels {
            fill(*area, panel.title().chars().next().unwrap_or('?'));
        }
        cells.iter().fold(String::new(), |mut text, row| {
            let row: String = row.iter().step_by(2).collect();
            let _ = writeln!(text, "{}", row.trim_end());
            text
        })
    }

    #[test]
    fn panels_at_every_size() {
        let mut all = String::new();
        for (width, height) in [(40, 10), (60, 16), (80, 24), (100, 30), (120, 40), (200, 60), (200, 30), (130, 12)] {
            for focus in [Panel::Sweep, Panel::Run] {
                let picture = picture(width, height, focus, false);
                let _ = writeln!(all, "{width} x {height}, focus on {}\n{picture}", focus.title());
            }
        }
        insta::assert_snapshot!(all);
    }

    #[test]
    fn the_focused_panel_is_in_sight_and_areas_lie_apart_at_any_size() {
        for width in (0..=220).step_by(3) {
            for height in 0..=70 {
                let screen = Rect::new(0, 0, width, height);
                for focus in Panel::ALL {
                    for (companion, zoomed) in [(Panel::Run, false), (Panel::Run, true)] {
                        let companion = if focus.is_text() { focus } else { companion };
                        let areas = areas(screen, focus, companion, zoomed);
                        assert!(
                            areas.panels.iter().any(|(panel, _)| *panel == focus),
                            "{focus:?} at {width} x {height}"
                        );
                        for (place, (_, one)) in areas.panels.iter().enumerate() {
                            assert_eq!(one.intersection(screen), *one);
                            for (_, other) in &areas.panels[place + 1..] {
                                assert!(!one.intersects(*other), "{width} x {height}: {one} and {other}");
                            }
                        }
                    }
                }
            }
        }
    }
}
