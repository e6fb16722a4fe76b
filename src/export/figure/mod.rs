//! A figure as a PNG or an SVG: same data and ranges as on the screen, at a size of its own. Same figure, same bytes.

mod axis;
mod clip;
mod layer;
mod legend;
mod text;

use self::axis::Axis;
use self::layer::Layer;
use self::text::{MARGIN, colour, load_font, shortened, width, write};
use super::image::{Image, PictureError};
use super::palette::Palette;
use super::view::SavedView;
use crate::domain::arm::BASELINE;
use crate::plot::{Figure, Panel};
use plotters::prelude::*;

/// Pixels of a picture.
const SIZE: (u32, u32) = (1600, 900);
const TITLE: f64 = 34.0;
/// Height of the title, and of the provenance below.
const TOP: u32 = 70;
const BOTTOM: u32 = 36;
/// Ticks of the y axis, at most.
const MOST_TICKS: u32 = 10;
/// How much of the dim colour a grid line has.
const GRID: f64 = 0.18;
/// How much of its colour a measured line behind a smoothed one has.
const FAINT: f64 = 0.3;

type Area<DB> = DrawingArea<DB, plotters::coord::Shift>;
type Chart<'a, DB> = ChartContext<'a, DB, Cartesian2d<Axis, Axis>>;

fn draw_error(error: impl std::fmt::Display) -> PictureError {
    PictureError::Draw(error.to_string())
}

/// Draws what a view shows. `provenance` stands small under it and in the file's metadata.
pub fn png(figure: &Figure, view: &SavedView, palette: &Palette, provenance: &str) -> Result<Vec<u8>, PictureError> {
    let mut image = Image::filled(SIZE.0 as usize, SIZE.1 as usize, palette.background);
    let root = BitMapBackend::with_buffer(&mut image.pixels, SIZE).into_drawing_area();
    Drawing { figure, view, palette }.draw(&root, provenance)?;
    drop(root);
    image.to_png(provenance)
}

/// The same as lines and letters, for a page.
pub fn svg(figure: &Figure, view: &SavedView, palette: &Palette, provenance: &str) -> Result<String, PictureError> {
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
    Drawing { figure, view, palette }.draw(&root, provenance)?;
    drop(root);
    Ok(text)
}

/// A figure with its colours.
struct Drawing<'f> {
    figure: &'f Figure,
    view: &'f SavedView,
    palette: &'f Palette,
}

/// Panels in rows and columns, and the sizes that go with them.
struct Grid {
    columns: usize,
    rows: usize,
}

impl Grid {
    fn of(panels: usize) -> Self {
        let columns = match panels {
            ..=3 => panels.max(1),
            _ => (panels as f64).sqrt().ceil() as usize,
        };
        Self { columns, rows: panels.div_ceil(columns).max(1) }
    }

    /// Of the letters at ticks, of axes' names and of panels' titles.
    fn letters(&self) -> (u32, u32, u32) {
        match self.rows.max(self.columns) {
            1 => (19, 22, 24),
            2 => (18, 20, 22),
            3 => (16, 18, 20),
            _ => (14, 16, 16),
        }
    }
}

impl Drawing<'_> {
    fn draw<DB: DrawingBackend>(&self, root: &Area<DB>, provenance: &str) -> Result<(), PictureError> {
        load_font();
        root.fill(&colour(self.palette.background)).map_err(draw_error)?;
        let (text, dim) = (colour(self.palette.text), colour(self.palette.dim));
        let name = self.name();
        write(root, &name, (MARGIN, 22), TITLE, &text)?;
        if let Some(note) = self.note() {
            let x = MARGIN + width(root, &name, TITLE)? + 18;
            write(root, &note, (x, 34), 20.0, &dim)?;
        }
        let (_, rest) = root.split_vertically(TOP);
        let rows = legend::draw(&rest, self.figure, self.palette)?;
        let (_, rest) = rest.split_vertically(rows * legend::ROW);
        let panels: Vec<&Panel> = self.figure.panels.iter().filter(|panel| !panel.lines.is_empty()).collect();
        let grid = Grid::of(panels.len());
        let x_name = grid.letters().1 + 10;
        let (body, bottom) = rest.split_vertically(SIZE.1 - TOP - rows * legend::ROW - BOTTOM - x_name);
        let x = (SIZE.0 as i32 - width(root, &self.figure.x_label, f64::from(grid.letters().1))?) / 2;
        write(&bottom, &self.figure.x_label, (x, 0), f64::from(grid.letters().1), &text)?;
        write(&bottom, provenance, (MARGIN, x_name as i32 + 6), 16.0, &dim)?;
        for (panel, area) in panels.iter().zip(&body.split_evenly((grid.rows, grid.columns))) {
            let titled = panels.len() > 1 || panel.title != BASELINE;
            self.panel(panel, titled, &grid, area)?;
        }
        root.present().map_err(draw_error)
    }

    /// The metric with its unit.
    fn name(&self) -> String {
        let unit = self.view.metric.unit().map_or(String::new(), |unit| format!(" ({unit})"));
        format!("{}{unit}", self.figure.title)
    }

    /// What was done to the values.
    fn note(&self) -> Option<String> {
        let smoothed = self.view.metric.is_of_a_batch() && self.view.smoothing > 0;
        smoothed.then(|| format!("smoothed over {} pairs", self.view.smoothing))
    }

    /// The axes of all panels are the same, and named once: the x axis below them, the y axis by the picture's title, and
    /// beside a panel that is alone.
    fn panel<DB: DrawingBackend>(
        &self,
        panel: &Panel,
        titled: bool,
        grid: &Grid,
        area: &Area<DB>,
    ) -> Result<(), PictureError> {
        let (figure, palette) = (self.figure, self.palette);
        let (ticks, names, titles) = grid.letters();
        let text = colour(palette.text);
        let font = |size: u32| ("sans-serif", size).into_font().color(&text);
        let (wide, high) = area.dim_in_pixel();
        let alone = grid.rows * grid.columns == 1;
        let (x_room, y_room) = (ticks + 12, 3 * ticks + if alone { names + 8 } else { 8 });
        let mut builder = ChartBuilder::on(area);
        builder.margin(12).margin_right(2 * ticks).x_label_area_size(x_room).y_label_area_size(y_room);
        let mut plot_height = high.saturating_sub(x_room + 24);
        if titled {
            let title = shortened(area, &panel.title, f64::from(titles), wide.saturating_sub(40))?;
            builder.caption(title, ("sans-serif", titles).into_font().color(&text));
            plot_height = plot_height.saturating_sub(2 * titles);
        }
        let x = Axis::linear(panel.x_range, (wide.saturating_sub(y_room + 40) / (5 * ticks)) as usize);
        let rows = (plot_height / (2 * ticks + 6)).min(MOST_TICKS) as usize;
        let y = match figure.log_y {
            true => Axis::logarithmic(figure.y_range, rows),
            false => Axis::linear(figure.y_range, rows),
        };
        let mut chart: Chart<'_, DB> = builder.build_cartesian_2d(x, y.clone()).map_err(draw_error)?;
        let mut mesh = chart.configure_mesh();
        mesh.axis_desc_style(font(names)).label_style(font(ticks)).axis_style(colour(palette.dim));
        mesh.bold_line_style(colour(palette.faint(GRID))).light_line_style(TRANSPARENT);
        if alone {
            mesh.y_desc(self.name());
        }
        mesh.draw().map_err(draw_error)?;
        let mut layer = Layer { palette, bounds: (panel.x_range, y.ends()), y: &y, floor: figure.floor(), chart };
        layer.epochs(panel.epoch)?;
        panel.lines.iter().try_for_each(|line| layer.band(line))?;
        for (line, raw) in panel.behind() {
            layer.curve(raw, 0, self.series(line.colour).mix(FAINT).stroke_width(1))?;
        }
        for line in &panel.lines {
            layer.curve(&line.curve, line.dash, self.series(line.colour).stroke_width(2))?;
        }
        layer.failures(panel)
    }

    fn series(&self, place: usize) -> RGBColor {
        colour(self.palette.series(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metric::Metric;
    use crate::domain::sweep::Sweep;
    use crate::export::palette::PictureTheme;
    use crate::plot::{Band, Curve, Line, View};
    use std::sync::Arc;

    fn view() -> SavedView {
        let figure = figure();
        let what = (Metric::ValidAccuracy, &View::default(), &figure);
        SavedView::of("mine".into(), &Sweep::default(), &|_| true, what, PictureTheme::Light)
    }

    fn figure() -> Figure {
        let line = |dash| Line {
            name: format!("bs 2 #{dash}"),
            colour: dash as usize,
            dash,
            curve: Arc::new(Curve::of([(0.0, 0.5), (50.0, 0.6 + 0.05 * f64::from(dash)), (100.0, 0.8)])),
            trained_from: None,
            raw: None,
            band: None,
            runs: 1,
            counts: Arc::default(),
        };
        Figure {
            title: "validation accuracy".into(),
            x_label: "pairs seen".into(),
            y_label: "validation accuracy".into(),
            y_range: (0.4, 0.9),
            log_y: false,
            is_difference: false,
            band: Band::Runs,
            batch_sizes: vec![2, 8, 16, 32, 64],
            instances: 5,
            panels: vec![Panel {
                title: "baseline".into(),
                x_range: (0.0, 100.0),
                epoch: Some(50.0),
                lines: (0..5).map(line).collect(),
                reference: Vec::new(),
                failures: Vec::new(),
                beyond: (false, false),
            }],
        }
    }

    fn decoded(bytes: &[u8]) -> (png::Info<'static>, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        (reader.info().clone(), pixels)
    }

    fn pixels_of(figure: &Figure, palette: &Palette) -> Vec<u8> {
        let bytes = png(figure, &view(), palette, "a test").unwrap();
        decoded(&bytes).1
    }

    fn palette() -> Palette {
        let series = vec![(200, 0, 0), (0, 150, 0), (0, 0, 200), (150, 120, 0), (150, 0, 150)];
        Palette { background: (255, 255, 255), text: (0, 0, 0), dim: (90, 90, 90), series }
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
        failed.panels[0].failures = vec![crate::plot::Failure { colour: 0, x: 30.0, y: None }];
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
        let bytes = png(&figure(), &view(), &palette, "a test").unwrap();
        assert_eq!(bytes, png(&figure(), &view(), &palette, "a test").unwrap());
        let (info, pixels) = decoded(&bytes);
        assert_eq!((info.width, info.height), SIZE);
        assert_eq!(info.utf8_text[0].get_text().unwrap(), "a test");
        for colour in &palette.series {
            let shown = pixels.chunks_exact(3).filter(|p| (p[0], p[1], p[2]) == *colour).count();
            assert!(shown > 300, "{colour:?} in {shown} pixels");
        }
    }

    /// The pixels that are not as in the empty picture, by what part of the picture they are in.
    fn ink(figure: &Figure, inside: impl Fn(usize, usize) -> bool) -> usize {
        let pixels = pixels_of(figure, &palette());
        let coloured = |p: &[u8]| palette().series.contains(&(p[0], p[1], p[2]));
        let at = |place: usize| (place % SIZE.0 as usize, place / SIZE.0 as usize);
        let of_lines = pixels.chunks_exact(3).enumerate().filter(|(_, pixel)| coloured(pixel));
        of_lines.filter(|(place, _)| inside(at(*place).0, at(*place).1)).count()
    }

    /// Lines used to run on over the axes and the title.
    #[test]
    fn nothing_leaves_the_axes_of_a_panel() {
        let mut zoomed = figure();
        (zoomed.panels[0].x_range, zoomed.y_range) = ((20.0, 60.0), (0.55, 0.62));
        let outside = |x: usize, y: usize| y > 110 && (!(60..=1580).contains(&x) || y > 830);
        assert_eq!(ink(&zoomed, outside), 0);
        assert!(ink(&zoomed, |_, y| y > 110) > 500);
        zoomed.panels[0].lines[0].curve = Arc::new(Curve::of([(0.0, 0.6), (50.0, 1e30), (100.0, f64::NAN)]));
        assert_eq!(ink(&zoomed, outside), 0);
    }

    #[test]
    fn a_single_point_is_a_dot() {
        let mut single = figure();
        single.panels[0].lines.truncate(1);
        single.panels[0].lines[0].curve = Arc::new(Curve::of([(50.0, 0.6)]));
        assert!(ink(&single, |_, y| y > 110) > 10);
    }

    #[test]
    fn any_number_of_arms_and_batch_sizes_has_room() {
        let mut many = figure();
        let panel = &figure().panels[0];
        let title = "learning-rate-scaling-linear-with-a-name-that-does-not-end".to_owned();
        many.panels = vec![Panel { title, ..panel.clone() }; 17];
        many.batch_sizes = (0..600).map(|power| power * 1000).collect();
        many.instances = 1000;
        assert!(ink(&many, |_, y| y > 200) > 17 * 100);
    }

    #[test]
    fn an_svg_has_the_words_and_lines_of_the_picture() {
        let text = svg(&figure(), &view(), &palette(), "a test").unwrap();
        assert_eq!(text, svg(&figure(), &view(), &palette(), "a test").unwrap());
        for words in ["<svg", "validation accuracy (fraction)", "pairs seen", "a test", "#C80000"] {
            assert!(text.contains(words), "{words}");
        }
    }
}
