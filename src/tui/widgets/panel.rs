//! What all panels have in common: a frame with number and title, highlighted if it has the focus.

use super::cursor;
use crate::app::{App, Panel};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Wrap};

/// The frame of a panel, to which titles can be added.
pub fn frame<'t>(panel: Panel, app: &App, theme: &Theme) -> Block<'t> {
    let focused = app.focus == panel;
    let border = if focused { theme.focus() } else { theme.border() };
    let title = if focused { theme.title() } else { theme.dim() };
    Block::bordered().border_type(BorderType::Rounded).border_style(border).title_top(Line::from(vec![
        Span::styled(format!(" {} ", panel.number()), border),
        Span::styled(format!("{} ", panel.title()), title),
    ]))
}

/// A scrollable panel of text.
pub fn text(frame: &mut Frame<'_>, area: Rect, panel: Panel, lines: Vec<Line<'_>>, app: &App, theme: &Theme) {
    let block = self::frame(panel, app, theme);
    let more = scrolled(frame, block.inner(area), lines, |count, room| app.scroll(panel).within(count, room));
    frame.render_widget(with_more(block, more, theme), area);
}

/// A panel of lines, of which the one with the cursor stays visible.
pub fn list(
    frame: &mut Frame<'_>,
    area: Rect,
    panel: Panel,
    lines: Vec<Line<'_>>,
    at: usize,
    app: &App,
    theme: &Theme,
) {
    let block = self::frame(panel, app, theme);
    let inner = block.inner(area);
    let above: usize = lines.iter().take(at).map(|line| rows(line, inner.width)).sum();
    let own = lines.get(at).map_or(0, |line| rows(line, inner.width));
    let mut first = 0;
    let more = scrolled(frame, inner, lines, |count, room| {
        first = cursor::first_in_sight(above, count, room).max((above + own).saturating_sub(room)).min(above);
        first
    });
    let top = u16::try_from(above - first).unwrap_or(u16::MAX);
    let height = u16::try_from(own).unwrap_or(u16::MAX);
    let marked = Rect { y: inner.y.saturating_add(top), height, ..inner };
    if app.focus == panel {
        cursor::mark(frame.buffer_mut(), marked.intersection(inner), theme);
    }
    frame.render_widget(with_more(block, more, theme), area);
}

/// The number of rows below the visible ones.
pub fn with_more<'t>(block: Block<'t>, more: usize, theme: &Theme) -> Block<'t> {
    match more {
        0 => block,
        more => block.title_bottom(Line::styled(format!(" {more} more "), theme.dim()).right_aligned()),
    }
}

/// Draws a text; `first` chooses the first visible row from the number of rows and the height. Returns the number of rows
/// below. Only visible lines are wrapped: a log has a thousand of them.
pub fn scrolled(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: Vec<Line<'_>>,
    first: impl FnOnce(usize, usize) -> usize,
) -> usize {
    let height = usize::from(area.height);
    let rows: Vec<usize> = lines.iter().map(|line| rows(line, area.width)).collect();
    let count: usize = rows.iter().sum();
    let first = first(count, height);
    let (mut skipped, mut above) = (0, 0);
    while rows.get(skipped).is_some_and(|rows| above + rows <= first) {
        above += rows[skipped];
        skipped += 1;
    }
    let in_sight: Vec<Line<'_>> = lines.into_iter().skip(skipped).take(height).collect();
    let paragraph = Paragraph::new(in_sight).wrap(Wrap { trim: false });
    frame.render_widget(paragraph.scroll(((first - above).try_into().unwrap_or(u16::MAX), 0)), area);
    count.saturating_sub(first + height)
}

/// The number of rows of a wrapped line.
fn rows(line: &Line<'_>, width: u16) -> usize {
    if line.width() <= usize::from(width) {
        return 1;
    }
    Paragraph::new(line.clone()).wrap(Wrap { trim: false }).line_count(width)
}

/// The numbers of all panels, on the lower edge of the only visible one.
pub fn tabs(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let mut spans = vec![Span::raw(" ")];
    for panel in Panel::ALL {
        let style = if panel == app.focus { theme.key() } else { theme.dim() };
        spans.push(Span::styled(format!("{} ", panel.number()), style));
    }
    let edge = Rect { x: area.x + 1, y: area.bottom().saturating_sub(1), width: 13, height: 1 };
    if area.height > 2 && area.width > edge.width + 2 {
        frame.render_widget(Line::from(spans), edge);
    }
}
