//! Panels in rows and columns, with their axes.

use super::axis::{AxisStyle, MOST_TICKS, y_ticks};
use super::canvas::{Anchor, Canvas, Stroke, Words};
use super::curves::{Axes, Layers, beyond, takes_dashes};
use super::layout::{Dimensions, Rect, columns_and_rows};
use crate::domain::arm::BASELINE;
use crate::export::palette::FigurePalette;
use crate::plot::{Figure, FigurePanel, Scale, Tick};

/// Share of the dim colour in the line at the end of an epoch.
const EPOCH: f64 = 0.5;
/// Ends of epochs that are nearer, in points, would be a grid of their own.
const EPOCHS_APART: f64 = 12.0;

pub struct Panels<'p> {
    pub figure: &'p Figure,
    pub palette: &'p FigurePalette,
    /// with something to draw
    pub panels: Vec<&'p FigurePanel>,
    pub y_factor: f64,
    pub y_name: String,
}

/// Where the panels are, and what they have in common.
pub struct Placed<'p> {
    panels: Vec<(&'p FigurePanel, Axes)>,
    titles: Vec<String>,
    columns: usize,
    y_ticks: Vec<Tick>,
    measures: Dimensions,
    body: Rect,
    /// of the first panel on, at the top
    epochs_above: bool,
    pub has_dashes: bool,
}

impl Placed<'_> {
    /// Whether every panel is large enough to be read.
    pub fn has_room(&self) -> bool {
        let tick = self.measures.tick;
        self.panels.iter().all(|(_, axes)| axes.rect.width >= 3.0 * tick && axes.rect.height >= 1.5 * tick)
    }

    /// As it was decided for the legend.
    pub fn with_dashes(self, has_dashes: bool) -> Self {
        Self { has_dashes, ..self }
    }
}

impl<'p> Panels<'p> {
    fn has_titles(&self) -> bool {
        self.panels.len() > 1 || self.panels.iter().any(|panel| panel.title != BASELINE)
    }

    fn shares_x(&self) -> bool {
        self.panels.windows(2).all(|pair| pair[0].x_range == pair[1].x_range)
    }

    pub fn place(&self, body: Rect, measures: Dimensions, canvas: &Canvas) -> Placed<'p> {
        let (columns, rows) = columns_and_rows(self.panels.len(), body.width, body.height);
        let measures = measures.of_panels(columns, rows);
        let Dimensions { point, name, tick, panel, .. } = measures;
        let scale = |range, log, factor| Scale { log, factor, ..Scale::linear(range) };
        let y = scale(self.figure.y_range, self.figure.log_y, self.y_factor);
        // from above: epochs once, titles, axes with ticks, the name of the x axis
        let epochs_above = self.panels.first().is_some_and(|panel| self.shows_epochs(panel));
        let epochs = if epochs_above { 1.5 * tick } else { 0.0 };
        let has_notes = self.panels.iter().any(|panel| panel.beyond != (false, false));
        let title = if self.has_titles() {
            1.9 * panel
        } else if has_notes {
            1.6 * tick
        } else {
            0.6 * tick
        };
        let (labels, gap) = (1.9 * tick, 0.7 * tick);
        let label_rows = if self.shares_x() { 1 } else { rows };
        let used = epochs + rows as f64 * (title + gap) + label_rows as f64 * labels + 1.5 * name;
        let height = ((body.height - used) / rows as f64).max(8.0 * point);
        let y_ticks = y_ticks(y, height, tick);
        let widest = y_ticks.iter().map(|tick_| canvas.font.width(&tick_.label, tick)).fold(0.0, f64::max);
        let left = 1.5 * name + widest + 7.0 * point;
        let between = 2.4 * tick;
        let width = (body.width - left - between * columns as f64) / columns as f64;
        let axes = |place: usize, panel: &FigurePanel| {
            let (column, row) = ((place % columns) as f64, (place / columns) as f64);
            let label_height = if self.shares_x() { 0.0 } else { labels };
            let rect = Rect {
                left: body.left + left + column * (width + between),
                top: body.top + epochs + title + row * (title + height + gap + label_height),
                width: width.max(8.0 * point),
                height,
            };
            Axes { rect, x: scale(panel.x_range, false, 1.0), y, floor: self.figure.floor() }
        };
        let panels: Vec<(&FigurePanel, Axes)> =
            self.panels.iter().enumerate().map(|(place, panel)| (*panel, axes(place, panel))).collect();
        let names: Vec<&str> = self.panels.iter().map(|panel| panel.title.as_str()).collect();
        // a note may stand behind a title
        let room = if has_notes { 0.55 * width } else { width };
        let titles = if self.has_titles() { canvas.font.distinct(&names, panel, room) } else { Vec::new() };
        let has_dashes = takes_dashes(self.figure, &panels);
        Placed { panels, titles, columns, y_ticks, measures, body, epochs_above, has_dashes }
    }

    /// Not where the x axis counts epochs, or too many to be lines.
    fn shows_epochs(&self, panel: &FigurePanel) -> bool {
        panel.epoch.is_some_and(|epoch| epoch != 1.0 && epoch * 40.0 >= panel.x_range.1 - panel.x_range.0)
    }

    pub fn draw(&self, canvas: &mut Canvas, placed: &Placed<'_>) {
        for (place, (panel, axes)) in placed.panels.iter().enumerate() {
            self.panel(canvas, placed, place, panel, *axes);
        }
        let Dimensions { name, .. } = placed.measures;
        let areas = || placed.panels.iter().map(|(_, axes)| axes.rect);
        let (left, right) = (
            areas().map(|area| area.left).fold(f64::MAX, f64::min),
            areas().map(|area| area.right()).fold(f64::MIN, f64::max),
        );
        let (top, bottom) = (
            areas().map(|area| area.top).fold(f64::MAX, f64::min),
            areas().map(|area| area.bottom()).fold(f64::MIN, f64::max),
        );
        let style = Words { size: name, colour: self.palette.text, anchor: Anchor::Middle };
        canvas.words(&self.figure.x_label, ((left + right) / 2.0, placed.body.bottom() - 0.35 * name), style);
        let (y_name, size) = canvas.font.fitted(&self.y_name, name, 0.7, bottom - top);
        canvas.vertical_text(&y_name, (placed.body.left + 0.85 * name, (top + bottom) / 2.0), size, self.palette.text);
    }

    fn panel(&self, canvas: &mut Canvas, placed: &Placed<'_>, place: usize, panel: &FigurePanel, axes: Axes) {
        let Dimensions { point, tick, .. } = placed.measures;
        let rect = axes.rect;
        let style = AxisStyle::new(self.palette, placed.measures);
        let is_first = place.is_multiple_of(placed.columns);
        for y_tick in &placed.y_ticks {
            style.y_tick(canvas, rect, axes.y_at(y_tick.value), is_first.then_some(&y_tick.label));
        }
        let wanted = ((rect.width / (5.0 * tick)) as usize).clamp(2, MOST_TICKS);
        let width = |words: &str| canvas.font.width(words, tick);
        let x_ticks = axes.x.ticks(wanted, |ticks| {
            let apart = |pair: &[Tick]| (axes.x.share(pair[1].value) - axes.x.share(pair[0].value)) * rect.width;
            let both = |pair: &[Tick]| (width(&pair[0].label) + width(&pair[1].label)) / 2.0;
            ticks.windows(2).all(|pair| apart(pair) > both(pair) + 0.7 * tick)
        });
        let is_lowest = place + placed.columns >= placed.panels.len();
        for x_tick in &x_ticks {
            let x = axes.x_at(x_tick.value);
            canvas.line(&[vec![(x, rect.top), (x, rect.bottom())]], style.grid());
            if is_lowest || !self.shares_x() {
                style.x_tick(canvas, rect, x, &x_tick.label);
            }
        }
        self.epochs(canvas, placed, place, panel, axes);
        if self.figure.is_difference && self.figure.y_range.0 < 0.0 && self.figure.y_range.1 > 0.0 {
            let y = axes.y_at(0.0);
            canvas.line(&[vec![(rect.left, y), (rect.right(), y)]], style.frame());
        }
        self.caption(canvas, placed, place, panel, axes);
        let clip = format!("panel{place}");
        canvas.svg.open("clipPath", &[("id", &clip)]);
        canvas.rect(rect, self.palette.background, 1.0);
        canvas.svg.close();
        let link = format!("url(#{clip})");
        canvas.svg.open("g", &[("clip-path", &link)]);
        let mut layers = Layers { canvas, palette: self.palette, axes, point, has_dashes: placed.has_dashes };
        layers.draw(panel);
        layers.arrows(panel);
        layers.canvas.svg.close();
        // marks on the edge are seen whole
        panel.lines.iter().for_each(|line| layers.dots(line));
        layers.failures(panel);
        style.corner(canvas, rect);
    }

    /// The ends of epochs as faint lines, numbered once.
    fn epochs(&self, canvas: &mut Canvas, placed: &Placed<'_>, place: usize, panel: &FigurePanel, axes: Axes) {
        let Dimensions { point, tick, .. } = placed.measures;
        let per_pixel = (axes.x.high - axes.x.low) / axes.rect.width;
        let Some(epoch) = panel.epoch.filter(|_| self.shows_epochs(panel)) else { return };
        if epoch < EPOCHS_APART * point * per_pixel {
            return;
        }
        let style = Stroke { dashes: &[point, 2.0 * point], ..Stroke::solid(self.palette.faint(EPOCH), 0.6 * point) };
        let first = (axes.x.low / epoch).floor().max(0.0) as u64 + 1;
        let size = 0.85 * tick;
        let mut free = axes.rect.left;
        let words = Words { size, colour: self.palette.dim, anchor: Anchor::Middle };
        let mut is_first = true;
        for number in first.. {
            let end = number as f64 * epoch;
            if end > axes.x.high * (1.0 + 1e-9) {
                break;
            }
            let x = axes.x_at(end);
            if x < axes.rect.right() - point {
                canvas.line(&[vec![(x, axes.rect.top), (x, axes.rect.bottom())]], style);
            }
            let label = if is_first { format!("epoch {number}") } else { number.to_string() };
            let half = canvas.font.width(&label, size) / 2.0;
            if place == 0 && placed.epochs_above && x - half >= free {
                let above = if placed.titles.is_empty() { 0.35 * tick } else { 0.3 * tick };
                canvas.words(&label, (x, axes.rect.top - above), words);
                free = x + half + 0.6 * size;
                is_first = false;
            }
        }
    }

    /// The arm, and how many points are outside.
    fn caption(&self, canvas: &mut Canvas, placed: &Placed<'_>, place: usize, panel: &FigurePanel, axes: Axes) {
        let Dimensions { panel: size, tick, .. } = placed.measures;
        let rect = axes.rect;
        // all titles of a row stand on one line
        let lifted = if place < placed.columns && placed.epochs_above { 1.4 * tick } else { 0.0 };
        let y = rect.top - 0.55 * tick - lifted;
        let mut free = rect.left;
        if let Some(title) = placed.titles.get(place) {
            canvas.words(title, (rect.left, y), Words { size, colour: self.palette.text, anchor: Anchor::Start });
            free += canvas.font.width(title, size) + tick;
        }
        let (below, above) = beyond(panel, &axes);
        let note = |count: usize, where_: &str| match count {
            0 => None,
            1 => Some(format!("1 point {where_}")),
            count => Some(format!("{count} points {where_}")),
        };
        let notes: Vec<String> = [note(above, "above"), note(below, "below")].into_iter().flatten().collect();
        let notes = notes.join(", ");
        let size = 0.85 * tick;
        if !notes.is_empty() && free + canvas.font.width(&notes, size) <= rect.right() + tick {
            canvas.words(&notes, (rect.right(), y), Words { size, colour: self.palette.dim, anchor: Anchor::End });
        }
    }
}
