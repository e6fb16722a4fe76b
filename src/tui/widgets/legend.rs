//! What colours, dashes and marks mean, in a line of its own: it never hides a curve.

use crate::plot::{Band, Figure};
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// How instances look, in order; more begin anew.
const DASHES: [&str; 5] = ["──", "╌╌", "··", "─·", "╶╶"];
/// Marks of batch sizes on a terminal without colours.
const MARKS: [&str; 8] = ["o", "+", "x", "*", "#", "@", "%", "&"];

/// The mark of a batch size by its place.
pub fn mark(place: usize) -> &'static str {
    MARKS[place % MARKS.len()]
}

/// Colours are batch sizes, dashes are instances; of means how many runs they are of.
pub fn line<'t>(figure: &Figure, theme: &Theme) -> Line<'t> {
    let mut spans = vec![Span::styled(" batch size ", theme.dim())];
    for (place, size) in figure.batch_sizes.iter().enumerate() {
        let sample = if theme.is_plain() { format!("─{}─", mark(place)) } else { "━━".into() };
        spans.push(Span::styled(sample, theme.series(place)));
        spans.push(Span::styled(format!(" {size}  "), theme.text()));
    }
    if figure.band != Band::Runs {
        let counts = || figure.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.runs);
        let words = match (counts().min(), counts().max()) {
            (Some(least), Some(most)) if least == most => format!(" {}, n = {most}", figure.band.label()),
            (Some(least), Some(most)) => format!(" {}, n = {least} to {most}", figure.band.label()),
            _ => String::new(),
        };
        spans.push(Span::styled(words, theme.dim()));
    } else if figure.instances > 1 {
        spans.push(Span::styled(" instance ", theme.dim()));
        for (place, dash) in DASHES.iter().enumerate().take(figure.instances as usize) {
            let numbers = (place as u32..figure.instances).step_by(DASHES.len()).map(|iid| iid.to_string());
            let numbers = numbers.collect::<Vec<_>>().join(",");
            spans.push(Span::styled(format!("{dash} {numbers}  "), theme.dim()));
        }
    }
    Line::from(spans)
}
