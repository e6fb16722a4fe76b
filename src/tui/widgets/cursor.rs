//! The line with the cursor: always visible, and highlighted across its whole width.

use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The first visible line of a list: the cursor is in the middle, except at either end of the list. It depends on no earlier
/// position, so lines that move never scroll the list elsewhere.
pub fn first_in_sight(place: usize, count: usize, room: usize) -> usize {
    place.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// One background for the whole line, whatever the styles of its parts; no text takes the background's colour.
pub fn mark(buffer: &mut Buffer, line: Rect, theme: &Theme) {
    let selection = theme.selection();
    for place in line.intersection(buffer.area).positions() {
        let cell = &mut buffer[place];
        if Some(cell.fg) == selection.bg {
            cell.set_style(theme.text());
        }
        cell.set_style(selection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Style};

    #[test]
    fn the_cursor_is_in_sight_and_no_room_stays_empty() {
        for room in 1..12 {
            for count in 0..30 {
                for place in 0..count {
                    let first = first_in_sight(place, count, room);
                    assert!(first <= place && place < first + room, "{place} of {count} in {room}");
                    assert!(first == 0 || first + room <= count);
                }
            }
        }
    }

    #[test]
    fn a_marked_line_has_one_ground_and_every_letter_is_seen_in_every_theme() {
        for name in ["dark", "light", "terminal"] {
            let theme = Theme::named(name).unwrap();
            let ground = theme.selection().bg.unwrap();
            let line = Rect::new(0, 0, 4, 1);
            let mut buffer = Buffer::empty(line);
            buffer.set_string(0, 0, "a", theme.text());
            buffer.set_string(1, 0, "b", theme.dim());
            buffer.set_string(2, 0, "c", Style::new().fg(ground).bg(Color::Red));
            mark(&mut buffer, line, &theme);
            assert!(buffer.content.iter().all(|cell| cell.bg == ground && cell.fg != ground), "{name}: {buffer:?}");
        }
    }
}
