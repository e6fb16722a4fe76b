//! A figure as a PNG: same data and ranges as on the screen, at a size of its own. Same figure, same bytes.

use crate::plot::{Figure, Line, Panel};
use dejavu::sans;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// Pixels of a picture.
const SIZE: (u32, u32) = (1600, 900);

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// The colours of a picture, which is on white.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    pub text: Rgb,
    pub dim: Rgb,
    /// lines by batch size, going round when there are more; never empty
    pub series: Vec<Rgb>,
}

const GRID: RGBColor = RGBColor(228, 231, 236);

#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    #[error("cannot draw the picture: {0}")]
    Draw(String),
    #[error("cannot encode the picture: {0}")]
    Encode(#[from] png::EncodingError),
}

fn draw_error(error: impl std::fmt::Display) -> FigureError {
    FigureError::Draw(error.to_string())
}

/// Draws a figure. `provenance` stands small under it and in the file's metadata.
pub fn png(figure: &Figure, palette: &Palette, provenance: &str) -> Result<Vec<u8>, FigureError> {
    let (width, height) = SIZE;
    let mut pixels = vec![0u8; width as usize * height as usize * 3];
    Drawing { figure, palette }.draw(provenance, &mut pixels)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.add_itxt_chunk("Description".into(), provenance.into())?;
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// A figure with its colours.
struct Drawing<'f> {
    figure: &'f Figure,
    palette: &'f Palette,
}

type Area<'p> = DrawingArea<BitMapBackend<'p>, plotters::coord::Shift>;
type Chart<'a, 'p> = ChartContext<'a, BitMapBackend<'p>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

impl Drawing<'_> {
    fn draw(&self, provenance: &str, pixels: &mut [u8]) -> Result<(), FigureError> {
        load_font();
        let root = BitMapBackend::with_buffer(pixels, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(draw_error)?;
        let (top, rest) = root.split_vertically(104);
        let (body, bottom) = rest.split_vertically(SIZE.1 - 104 - 36);
        write(&top, &self.figure.title, (40, 22), 34.0, &colour(self.palette.text))?;
        self.key_to_lines(&top)?;
        write(&bottom, provenance, (40, 6), 16.0, &colour(self.palette.dim))?;
        let panels: Vec<&Panel> = self.figure.panels.iter().filter(|panel| !panel.lines.is_empty()).collect();
        let columns = panels.len().clamp(1, 3);
        let areas = body.split_evenly((panels.len().div_ceil(columns).max(1), columns));
        for (panel, area) in panels.iter().zip(&areas) {
            self.panel(panel, panels.len() > 1, area)?;
        }
        root.present().map_err(draw_error)
    }

    fn panel(&self, panel: &Panel, titled: bool, area: &Area<'_>) -> Result<(), FigureError> {
        let (figure, text) = (self.figure, colour(self.palette.text));
        let mut builder = ChartBuilder::on(area);
        builder.margin(16).margin_right(40).x_label_area_size(56).y_label_area_size(84);
        if titled {
            builder.caption(&panel.title, ("sans-serif", 24).into_font().color(&text));
        }
        let (x, y) = (figure.x_range, figure.y_range);
        let mut chart: Chart<'_, '_> = builder.build_cartesian_2d(x.0..x.1, y.0..y.1).map_err(draw_error)?;
        let font = |size: u32| ("sans-serif", size).into_font().color(&text);
        chart
            .configure_mesh()
            .x_desc(&figure.x_label)
            .y_desc(&figure.y_label)
            .axis_desc_style(font(22))
            .label_style(font(19))
            .axis_style(colour(self.palette.dim))
            .bold_line_style(GRID)
            .light_line_style(WHITE)
            .x_label_formatter(&|value| number(*value))
            .y_label_formatter(&|value| number(*value))
            .draw()
            .map_err(draw_error)?;
        panel.lines.iter().try_for_each(|line| self.line(&mut chart, line))
    }

    fn line(&self, chart: &mut Chart<'_, '_>, line: &Line) -> Result<(), FigureError> {
        let style = self.series(line.colour).stroke_width(2);
        let points = line.points.iter().copied().filter(|(_, y)| y.is_finite());
        match pattern(line.dash) {
            [] => chart.draw_series(LineSeries::new(points, style)).map(|_| ()),
            dashes => chart.draw_series(dashed(points.collect(), style, dashes, chart)).map(|_| ()),
        }
        .map_err(draw_error)
    }

    fn series(&self, place: usize) -> RGBColor {
        self.palette.series.get(place % self.palette.series.len().max(1)).map_or(BLACK, |rgb| colour(*rgb))
    }

    /// Colours are batch sizes, dashes are instances.
    fn key_to_lines(&self, area: &Area<'_>) -> Result<(), FigureError> {
        const BASELINE: i32 = 78;
        let dim = colour(self.palette.dim);
        let mut x = 40;
        let mut entry = |label: &str, sample: Option<(RGBColor, u32)>| -> Result<(), FigureError> {
            if let Some((colour, instance)) = sample {
                sample_line(area, x, BASELINE + 10, colour, instance)?;
                x += 52;
            }
            write(area, label, (x, BASELINE), 19.0, &dim)?;
            // a little more than the width of a digit or letter at this size
            x += 11 * label.chars().count() as i32 + 18;
            Ok(())
        };
        entry("batch size", None)?;
        for (place, size) in self.figure.batch_sizes.iter().enumerate() {
            entry(&size.to_string(), Some((self.series(place), 0)))?;
        }
        if self.figure.instances > 1 {
            entry("   instance", None)?;
            for instance in 0..self.figure.instances.min(5) {
                entry(&instance.to_string(), Some((dim, instance)))?;
            }
        }
        Ok(())
    }
}

fn colour((red, green, blue): Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

/// Lengths of strokes and gaps, in turn, in pixels; none: unbroken.
fn pattern(instance: u32) -> &'static [f64] {
    match instance % 5 {
        0 => &[],
        1 => &[14.0, 7.0],
        2 => &[3.0, 6.0],
        3 => &[16.0, 6.0, 3.0, 6.0],
        _ => &[7.0, 5.0],
    }
}

/// The polyline cut into strokes; the pattern runs on across its joints.
fn dashed(
    points: Vec<(f64, f64)>,
    style: ShapeStyle,
    pattern: &[f64],
    chart: &Chart<'_, '_>,
) -> Vec<PathElement<(f64, f64)>> {
    let (range, pixels) = (chart.as_coord_spec(), chart.plotting_area().get_pixel_range());
    let span = |range: std::ops::Range<i32>| f64::from(range.end - range.start).abs().max(1.0);
    let per_pixel = (
        (range.get_x_range().end - range.get_x_range().start) / span(pixels.0),
        (range.get_y_range().end - range.get_y_range().start) / span(pixels.1),
    );
    let (mut strokes, mut stroke, mut place, mut left) = (Vec::new(), Vec::new(), 0, pattern[0]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = ((x1 - x0) / per_pixel.0).hypot((y1 - y0) / per_pixel.1);
        let mut done = 0.0;
        while done < length {
            let drawn = left.min(length - done);
            let at = |pixels: f64| (x0 + (x1 - x0) * pixels / length, y0 + (y1 - y0) * pixels / length);
            if place % 2 == 0 {
                if stroke.is_empty() {
                    stroke.push(at(done));
                }
                stroke.push(at(done + drawn));
            }
            done += drawn;
            left -= drawn;
            if left <= 0.0 {
                if !stroke.is_empty() {
                    strokes.push(PathElement::new(std::mem::take(&mut stroke), style));
                }
                place = (place + 1) % pattern.len();
                left = pattern[place];
            }
        }
    }
    if stroke.len() > 1 {
        strokes.push(PathElement::new(stroke, style));
    }
    strokes
}

fn sample_line(area: &Area<'_>, x: i32, y: i32, colour: RGBColor, instance: u32) -> Result<(), FigureError> {
    let pattern = if pattern(instance).is_empty() { &[44.0][..] } else { pattern(instance) };
    let (mut at, mut place) = (0.0, 0);
    while at < 44.0 {
        let end = (at + pattern[place % pattern.len()]).min(44.0);
        if place % 2 == 0 {
            let stroke = vec![(x + at as i32, y), (x + end as i32, y)];
            area.draw(&PathElement::new(stroke, colour.stroke_width(3))).map_err(draw_error)?;
        }
        (at, place) = (end, place + 1);
    }
    Ok(())
}

fn write(area: &Area<'_>, text: &str, at: (i32, i32), size: f64, colour: &RGBColor) -> Result<(), FigureError> {
    area.draw(&Text::new(text.to_owned(), at, ("sans-serif", size).into_font().color(colour))).map_err(draw_error)
}

/// As few digits as say it.
fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn load_font() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        // the font is compiled in and parses: a unit test draws with it
        let _ = register_font("sans-serif", FontStyle::Normal, sans::regular());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        let line = |dash| Line {
            name: format!("bs 2 #{dash}"),
            colour: dash as usize,
            dash,
            points: vec![(0.0, 0.5), (50.0, 0.6 + 0.05 * f64::from(dash)), (100.0, 0.8)],
        };
        Figure {
            title: "validation accuracy".into(),
            x_label: "pairs seen".into(),
            y_label: "validation accuracy".into(),
            x_range: (0.0, 100.0),
            y_range: (0.4, 0.9),
            batch_sizes: vec![2, 8, 16, 32, 64],
            instances: 5,
            panels: vec![Panel { title: "baseline".into(), lines: (0..5).map(line).collect() }],
        }
    }

    #[test]
    fn the_same_figure_gives_the_same_bytes_and_shows_every_line() {
        let series = vec![(200, 0, 0), (0, 150, 0), (0, 0, 200), (150, 120, 0), (150, 0, 150)];
        let palette = Palette { text: (0, 0, 0), dim: (90, 90, 90), series };
        let bytes = png(&figure(), &palette, "a test").unwrap();
        assert_eq!(bytes, png(&figure(), &palette, "a test").unwrap());
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height), SIZE);
        assert_eq!(info.utf8_text[0].get_text().unwrap(), "a test");
        for colour in &palette.series {
            let shown = pixels.chunks_exact(3).filter(|p| (p[0], p[1], p[2]) == *colour).count();
            assert!(shown > 300, "{colour:?} in {shown} pixels");
        }
    }

    #[test]
    fn ticks_are_written_without_noise() {
        assert_eq!(number(0.30000000000000004), "0.3");
        assert_eq!(number(4150.0), "4150");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(2e-5), "2.0e-5");
    }
}
