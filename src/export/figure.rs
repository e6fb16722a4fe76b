//! A figure as a PNG: same data and ranges as on the screen, at a size of its own. Same figure, same bytes.

use crate::plot::{Band, Curve, Figure, Line, PATTERNS, Panel, alike, pattern, strokes};
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
const EPOCH: RGBColor = RGBColor(178, 184, 194);
/// Epochs in sight up to which their ends are marked.
const MOST_EPOCHS: f64 = 50.0;
/// How much of its colour a measured line behind a smoothed one has, and a band.
const FAINT: f64 = 0.3;
const BAND: f64 = 0.2;

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
        let (x, y) = (figure.x_range, (self.height(figure.y_range.0), self.height(figure.y_range.1)));
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
            .y_label_formatter(&|value| number(if figure.log_y { 10f64.powf(*value) } else { *value }))
            .draw()
            .map_err(draw_error)?;
        self.epochs(&mut chart)?;
        for line in &panel.lines {
            self.band(&mut chart, line)?;
        }
        for line in &panel.lines {
            if let Some(raw) = &line.raw {
                self.curve(&mut chart, raw, 0, self.series(line.colour).mix(FAINT).stroke_width(1))?;
            }
        }
        for line in &panel.lines {
            self.curve(&mut chart, &line.curve, line.dash, self.series(line.colour).stroke_width(2))?;
        }
        let deaths = panel.deaths.iter().map(|death| {
            let y = death.y.map_or(y.0, |y| self.height(y)).clamp(y.0, y.1);
            Cross::new((death.x, y), 8, self.series(death.colour).stroke_width(3))
        });
        chart.draw_series(deaths).map(|_| ()).map_err(draw_error)
    }

    /// Where a value stands on the y axis.
    fn height(&self, y: f64) -> f64 {
        if self.figure.log_y { y.log10() } else { y }
    }

    /// The ends of epochs as faint lines, where they are not too many.
    fn epochs(&self, chart: &mut Chart<'_, '_>) -> Result<(), FigureError> {
        let (low, high) = self.figure.x_range;
        let Some(epoch) = self.figure.epoch.filter(|epoch| MOST_EPOCHS * epoch >= high - low) else { return Ok(()) };
        let (bottom, top) = (self.height(self.figure.y_range.0), self.height(self.figure.y_range.1));
        let ends = ((low / epoch).floor() as u64 + 1..).map(|number| number as f64 * epoch).take_while(|x| *x < high);
        let ticks = ends.map(|x| PathElement::new(vec![(x, bottom), (x, top)], EPOCH));
        chart.draw_series(ticks).map(|_| ()).map_err(draw_error)
    }

    fn band(&self, chart: &mut Chart<'_, '_>, line: &Line) -> Result<(), FigureError> {
        let Some((low, high)) = &line.band else { return Ok(()) };
        let (least, most) = (self.height(self.figure.y_range.0), self.height(self.figure.y_range.1));
        let visible = |y: f64| if y.is_finite() { self.height(y).clamp(least, most) } else { y };
        let edge = |curve: &Curve| -> Vec<(f64, f64)> {
            self.points(curve, f64::NEG_INFINITY).into_iter().map(|(x, y)| (x, visible(y))).collect()
        };
        let (low, high) = (edge(low), edge(high));
        // a gap divides it; both edges have their gaps at the same places
        let gap = |point: &(f64, f64)| !point.1.is_finite();
        let parts = low.split(gap).zip(high.split(gap)).filter(|(low, _)| low.len() > 1);
        let fills = parts.map(|(low, high)| {
            let outline = low.iter().chain(high.iter().rev()).copied().collect::<Vec<_>>();
            Polygon::new(outline, self.series(line.colour).mix(BAND))
        });
        chart.draw_series(fills).map(|_| ()).map_err(draw_error)
    }

    /// What a picture as wide as this one shows of a curve, where what is not above `floor` is a gap.
    fn points(&self, curve: &Curve, floor: f64) -> Vec<(f64, f64)> {
        curve.reduced(self.figure.x_range, floor, SIZE.0 as usize)
    }

    fn curve(&self, chart: &mut Chart<'_, '_>, curve: &Curve, dash: u32, style: ShapeStyle) -> Result<(), FigureError> {
        let points = self.points(curve, self.figure.floor());
        let points: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (x, self.height(y))).collect();
        let (range, pixels) = (chart.as_coord_spec(), chart.plotting_area().get_pixel_range());
        let span = |range: std::ops::Range<i32>| f64::from(range.end - range.start).abs().max(1.0);
        let per_pixel = (
            (range.get_x_range().end - range.get_x_range().start) / span(pixels.0),
            (range.get_y_range().end - range.get_y_range().start) / span(pixels.1),
        );
        // gaps of a pattern would hide spikes of a line with about as many points as there are pixels
        let dashes = if points.len() > SIZE.0 as usize / 4 { &[] } else { pattern(dash) };
        let strokes = strokes(&points, dashes, per_pixel).into_iter().map(|stroke| PathElement::new(stroke, style));
        chart.draw_series(strokes).map(|_| ()).map_err(draw_error)
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
        if self.figure.band != Band::Runs {
            let counts = || self.figure.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.runs);
            let (least, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
            let n = if least == most { format!("n = {most}") } else { format!("n = {least} to {most}") };
            entry(&format!("   {}, {n}", self.figure.band.label()), None)?;
        }
        if self.figure.instances > 1 {
            entry("   instance", None)?;
            for instance in 0..self.figure.instances.min(PATTERNS) {
                entry(&alike(instance, self.figure.instances), Some((dim, instance)))?;
            }
        }
        Ok(())
    }
}

fn colour((red, green, blue): Rgb) -> RGBColor {
    RGBColor(red, green, blue)
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
    use std::sync::Arc;

    fn figure() -> Figure {
        let line = |dash| Line {
            name: format!("bs 2 #{dash}"),
            colour: dash as usize,
            dash,
            curve: Arc::new(Curve::of([(0.0, 0.5), (50.0, 0.6 + 0.05 * f64::from(dash)), (100.0, 0.8)])),
            raw: None,
            band: None,
            runs: 1,
        };
        Figure {
            title: "validation accuracy".into(),
            x_label: "pairs seen".into(),
            y_label: "validation accuracy".into(),
            x_range: (0.0, 100.0),
            y_range: (0.4, 0.9),
            log_y: false,
            band: Band::Runs,
            epoch: Some(50.0),
            batch_sizes: vec![2, 8, 16, 32, 64],
            instances: 5,
            panels: vec![Panel { title: "baseline".into(), lines: (0..5).map(line).collect(), deaths: Vec::new() }],
        }
    }

    fn pixels_of(figure: &Figure, palette: &Palette) -> Vec<u8> {
        let bytes = png(figure, palette, "a test").unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    fn palette() -> Palette {
        let series = vec![(200, 0, 0), (0, 150, 0), (0, 0, 200), (150, 120, 0), (150, 0, 150)];
        Palette { text: (0, 0, 0), dim: (90, 90, 90), series }
    }

    #[test]
    fn a_band_a_measured_line_and_a_failure_are_drawn_and_a_logarithmic_axis_is_another_picture() {
        let plain = figure();
        let curve = |offset: f64| Arc::new(Curve::of([(0.0, 0.5 + offset), (100.0, 0.8 + offset)]));
        let mut banded = plain.clone();
        banded.panels[0].lines[0].band = Some((curve(-0.05), curve(0.05)));
        let mut raw = plain.clone();
        raw.panels[0].lines[0].raw = Some(curve(0.1));
        let mut failed = plain.clone();
        failed.panels[0].deaths = vec![crate::plot::Death { colour: 0, x: 30.0, y: None }];
        let logarithmic = Figure { log_y: true, ..plain.clone() };
        let before = pixels_of(&plain, &palette());
        for (figure, least) in [(banded, 10_000), (raw, 300), (failed, 30), (logarithmic, 1000)] {
            let after = pixels_of(&figure, &palette());
            let differ = before.chunks_exact(3).zip(after.chunks_exact(3)).filter(|(a, b)| a != b).count();
            assert!(differ >= least, "{differ} pixels differ");
        }
    }

    #[test]
    fn the_same_figure_gives_the_same_bytes_and_shows_every_line() {
        let palette = palette();
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
