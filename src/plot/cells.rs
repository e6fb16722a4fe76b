//! A panel as a plot for terminal cells.

use super::figure::{Figure, Panel};
use malevich::{Color, Dash, Plot};

/// Colours of lines by batch size, first to last, going round when there are more.
pub type Ink<'i> = &'i [Color];

/// Lines in the order of batch sizes: where they meet, the largest is on top.
pub fn to_plot(figure: &Figure, panel: &Panel, ink: Ink<'_>) -> Plot<'static> {
    let mut plot =
        Plot::new().x_domain(figure.x_range.0, figure.x_range.1).y_domain(figure.y_range.0, figure.y_range.1);
    for line in &panel.lines {
        let (x, y): (Vec<f64>, Vec<f64>) = line.points.iter().copied().unzip();
        let colour = ink.get(line.colour % ink.len().max(1)).copied().unwrap_or_default();
        // a single point is no line yet: it shows as a dot
        if x.len() == 1 {
            plot = plot.layer(malevich::Points::xy(x, y).color(colour));
        } else {
            plot = plot.layer(malevich::Line::xy(x, y).color(colour).dash(dash(line.dash)));
        }
    }
    plot
}

/// A terminal tells three dashes apart.
fn dash(instance: u32) -> Dash {
    match instance % 3 {
        0 => Dash::Solid,
        1 => Dash::Dashed,
        _ => Dash::Dotted,
    }
}
