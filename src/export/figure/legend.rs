//! What colours and dashes of a picture mean: in as many rows as it takes, above the panels, never on a curve.

use super::text::{MARGIN, colour, width, write};
use super::{Area, draw_error};
use crate::export::image::PictureError;
use crate::export::palette::Palette;
use crate::plot::{Band, Figure, PATTERNS, alike, pattern, strokes};
use plotters::prelude::*;

/// Rows at most: what is left out then is told by dots.
const MOST_ROWS: i32 = 6;
/// Pixels of a row.
pub const ROW: u32 = 32;
const LETTERS: f64 = 19.0;
/// Of a sample of a line: dashes end with a stroke.
const SAMPLE: i32 = 56;

/// A sample, if any, with its words.
struct Entry {
    sample: Option<(RGBColor, u32)>,
    words: String,
}

/// Draws it at the top of an area. Says how many rows it takes.
pub fn draw<DB: DrawingBackend>(area: &Area<DB>, figure: &Figure, palette: &Palette) -> Result<u32, PictureError> {
    let right = area.dim_in_pixel().0 as i32 - MARGIN;
    let dim = colour(palette.dim);
    let (mut x, mut row) = (MARGIN, 0);
    for Entry { sample, words } in entries(figure, palette) {
        let before = if sample.is_some() { SAMPLE + 8 } else { 0 };
        let wide = before + width(area, &words, LETTERS)?;
        if x + wide > right && x > MARGIN {
            if row + 1 == MOST_ROWS {
                write(area, "…", (x, row * ROW as i32 + 6), LETTERS, &dim)?;
                break;
            }
            (x, row) = (MARGIN, row + 1);
        }
        let y = row * ROW as i32;
        if let Some((colour, dash)) = sample {
            sample_line(area, (x, y + 16), colour, dash)?;
        }
        write(area, &words, (x + before, y + 6), LETTERS, &dim)?;
        x += wide + 22;
    }
    Ok(row as u32 + 1)
}

/// Colours are batch sizes, dashes are instances; of means how many runs they are of.
fn entries(figure: &Figure, palette: &Palette) -> Vec<Entry> {
    let alone = |words: String| Entry { sample: None, words };
    let mut entries = vec![alone("batch size".into())];
    for (place, size) in figure.batch_sizes.iter().enumerate() {
        entries.push(Entry { sample: Some((colour(palette.series(place)), 0)), words: size.to_string() });
    }
    if figure.band != Band::Runs {
        let counts = || figure.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.runs);
        let (least, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
        let n = if least == most { format!("n = {most}") } else { format!("n = {least} to {most}") };
        entries.push(alone(format!("{}, {n}", figure.band.label())));
    } else if figure.instances > 1 {
        entries.push(alone("instance".into()));
        entries.extend(
            (0..figure.instances.min(PATTERNS))
                .map(|dash| Entry { sample: Some((colour(palette.dim), dash)), words: alike(dash, figure.instances) }),
        );
    }
    entries
}

fn sample_line<DB: DrawingBackend>(
    area: &Area<DB>,
    (x, y): (i32, i32),
    colour: RGBColor,
    dash: u32,
) -> Result<(), PictureError> {
    let ends = [(f64::from(x), 0.0), (f64::from(x + SAMPLE), 0.0)];
    for stroke in strokes(&ends, pattern(dash), (1.0, 1.0)) {
        let stroke: Vec<(i32, i32)> = stroke.into_iter().map(|(x, _)| (x as i32, y)).collect();
        area.draw(&PathElement::new(stroke, colour.stroke_width(3))).map_err(draw_error)?;
    }
    Ok(())
}
