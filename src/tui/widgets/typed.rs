//! An input line with its cursor.

use crate::tui::theme::Theme;
use ratatui::style::Modifier;
use ratatui::text::Span;
use tui_input::Input;

/// The part around the cursor that fits.
pub fn spans<'t>(input: &Input, room: usize, theme: &Theme) -> Vec<Span<'t>> {
    let letters = input.value().chars().chain([' ']).enumerate();
    let in_sight = letters.skip(input.visual_scroll(room)).take(room + 1);
    let style = |place: usize| match place == input.cursor() {
        true => theme.text().add_modifier(Modifier::REVERSED),
        false => theme.text(),
    };
    in_sight.map(|(place, letter)| Span::styled(letter.to_string(), style(place))).collect()
}
