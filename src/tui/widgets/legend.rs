//! The legend of colours, dashes and marks, on a separate line so that it hides no curve. In a narrow panel it drops words
//! first, then the instances.

use crate::domain::run_label::BatchSize;
use crate::plot::{Band, Figure, PATTERNS, alike};
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// The dashes of instances.
const DASHES: [&str; PATTERNS as usize] = ["──", "╌╌", "··", "─·", "╶╶"];
/// The marks of batch sizes on a terminal without colours.
const MARKS: [&str; 8] = ["o", "+", "x", "*", "#", "@", "%", "&"];
/// From the longest words and widest gaps to the shortest.
const FORMS: [Form; 3] = [
    Form { batch_size: " batch size ", instance: " instance ", gap: "  " },
    Form { batch_size: " bs ", instance: " instance ", gap: " " },
    Form { batch_size: " ", instance: " # ", gap: " " },
];

struct Form {
    batch_size: &'static str,
    instance: &'static str,
    gap: &'static str,
}

/// The mark of a batch size, by its index.
pub fn mark(place: usize) -> &'static str {
    MARKS[place % MARKS.len()]
}

/// Colours are batch sizes, dashes are instances; with means, the number of runs.
pub fn line<'t>(figure: &Figure, width: u16, theme: &Theme) -> Line<'t> {
    let whole = FORMS.iter().map(|form| {
        let mut spans = batch_sizes(figure, form, theme);
        spans.extend(if figure.band == Band::Runs { instances(figure, form, theme) } else { means(figure, theme) });
        Line::from(spans)
    });
    let colours = FORMS.iter().skip(1).map(|form| Line::from(batch_sizes(figure, form, theme)));
    let numbers = std::iter::once_with(|| Line::from(coloured(figure, theme)));
    let mut lines: Vec<Line<'t>> = whole.chain(colours).chain(numbers).collect();
    let fits = lines.iter().position(|line| line.width() <= usize::from(width));
    lines.swap_remove(fits.unwrap_or(lines.len() - 1))
}

/// Nothing where none is known.
fn batch_sizes<'t>(figure: &Figure, form: &Form, theme: &Theme) -> Vec<Span<'t>> {
    if figure.batch_sizes == [BatchSize::Unknown] {
        return Vec::new();
    }
    let mut spans = vec![Span::styled(form.batch_size, theme.dim())];
    for (place, size) in figure.batch_sizes.iter().enumerate() {
        let sample = if theme.is_plain() { format!("─{}─", mark(place)) } else { "━━".into() };
        spans.push(Span::styled(sample, theme.series(place)));
        spans.push(Span::styled(format!(" {size}{}", form.gap), theme.text()));
    }
    spans
}

/// The batch sizes alone, each in its colour.
fn coloured<'t>(figure: &Figure, theme: &Theme) -> Vec<Span<'t>> {
    let sizes = figure.batch_sizes.iter().enumerate();
    sizes.map(|(place, size)| Span::styled(format!(" {size}"), theme.series(place))).collect()
}

fn means<'t>(figure: &Figure, theme: &Theme) -> Vec<Span<'t>> {
    let counts = || figure.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.runs);
    let words = match (counts().min(), counts().max()) {
        (Some(least), Some(most)) if least == most => format!(" {}, n = {most}", figure.band.label()),
        (Some(least), Some(most)) => format!(" {}, n = {least} to {most}", figure.band.label()),
        _ => String::new(),
    };
    vec![Span::styled(words, theme.dim())]
}

fn instances<'t>(figure: &Figure, form: &Form, theme: &Theme) -> Vec<Span<'t>> {
    if figure.instances < 2 {
        return Vec::new();
    }
    let mut spans = vec![Span::styled(form.instance, theme.dim())];
    for (instance, dash) in (0..figure.instances).zip(DASHES) {
        let numbers = alike(instance, figure.instances);
        spans.push(Span::styled(format!("{dash} {numbers}{}", form.gap), theme.dim()));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(batch_sizes: &[u32], instances: u32, band: Band) -> Figure {
        Figure {
            title: String::new(),
            x_label: String::new(),
            y_label: String::new(),
            y_range: (0.0, 1.0),
            log_y: false,
            is_difference: false,
            band,
            batch_sizes: batch_sizes.iter().copied().map(BatchSize::Of).collect(),
            instances,
            panels: Vec::new(),
        }
    }

    #[test]
    fn it_gives_way_word_by_word_and_is_never_cut_off() {
        let theme = Theme::named("dark").unwrap();
        let said = |instances, width| {
            let line = line(&figure(&[2, 8, 16, 32, 64], instances, Band::Runs), width, &theme);
            assert!(line.width() <= usize::from(width), "{line}");
            line.to_string()
        };
        let lines: Vec<String> = [(5, 98), (5, 78), (5, 58), (5, 38), (5, 20), (10, 98), (10, 78), (12, 78), (1, 78)]
            .map(|(instances, width)| format!("{instances:2} in {width:2}: {}", said(instances, width)))
            .into();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
