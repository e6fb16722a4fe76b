//! What colours, dashes and marks of a picture mean: of what occurs in it, beside or above the panels, never on a curve.

use super::canvas::{Anchor, Canvas, Stroke, Words};
use super::curves::{REFERENCE, cross};
use super::layout::{Dimensions, Rect};
use super::scores;
use crate::domain::run_label::BatchSize;
use crate::export::palette::FigurePalette;
use crate::plot::{Figure, FigurePanel, FinalScores, PATTERNS, pattern};
use crate::theme::Rgb;

/// Points that a sample of a line is long.
const SAMPLE: f64 = 26.0;

#[derive(Clone, Copy, Debug, PartialEq)]
enum LegendKey {
    /// a batch size, with or without a band
    Swatch(Rgb, bool),
    /// an instance
    Dash(u32),
    Failure,
    Ribbon,
    /// the baseline behind another arm
    Reference,
    /// an arm, by its place and colour
    Arm(usize, Rgb),
    /// one instance of final scores, and the interval of a mean
    Instance,
    Interval,
}

#[derive(Clone, Debug, PartialEq)]
enum LegendItem {
    Heading(&'static str),
    Key(LegendKey, String),
}

pub struct Legend<'l> {
    entries: Vec<LegendItem>,
    palette: &'l FigurePalette,
    measures: Dimensions,
}

impl<'l> Legend<'l> {
    pub fn of(
        figure: &Figure,
        panels: &[&FigurePanel],
        has_dashes: bool,
        palette: &'l FigurePalette,
        measures: Dimensions,
    ) -> Self {
        let lines = || panels.iter().flat_map(|panel| &panel.lines);
        let are_known = figure.batch_sizes != [BatchSize::Unknown];
        let mut entries: Vec<LegendItem> = are_known.then_some(LegendItem::Heading("batch size")).into_iter().collect();
        for (place, size) in figure.batch_sizes.iter().enumerate().filter(|_| are_known) {
            let mut of_size = lines().filter(|line| line.colour == place).peekable();
            if of_size.peek().is_some() {
                let swatch = LegendKey::Swatch(palette.series(place), of_size.any(|line| line.band.is_some()));
                entries.push(LegendItem::Key(swatch, size.to_string()));
            }
        }
        if has_dashes {
            let mut instances: Vec<u32> = lines().filter_map(|line| line.instance).collect();
            instances.sort_unstable();
            instances.dedup();
            if instances.len() > 1 {
                entries.push(LegendItem::Heading("instance"));
                for dash in 0..PATTERNS {
                    let alike: Vec<u32> = instances.iter().copied().filter(|iid| iid % PATTERNS == dash).collect();
                    if !alike.is_empty() {
                        entries.push(LegendItem::Key(LegendKey::Dash(dash), listed(&alike)));
                    }
                }
            }
        }
        let mut marks = Vec::new();
        let mut mark = |sample, words: &str, occurs: &dyn Fn(&FigurePanel) -> bool| {
            if panels.iter().any(|panel| occurs(panel)) {
                marks.push(LegendItem::Key(sample, words.into()));
            }
        };
        mark(LegendKey::Reference, "baseline", &|panel| !panel.reference.is_empty());
        mark(LegendKey::Ribbon, "batches, middle half", &|panel| panel.unsmoothed().next().is_some());
        mark(LegendKey::Failure, "failed run", &|panel| !panel.failures.is_empty());
        if !marks.is_empty() {
            entries.push(LegendItem::Heading("also"));
            entries.extend(marks);
        }
        Self { entries, palette, measures }
    }

    /// Arms by their marks; names are shortened to a third of the picture's width.
    pub fn of_scores(
        scores: &FinalScores,
        palette: &'l FigurePalette,
        measures: Dimensions,
        canvas: &Canvas,
        width: f64,
    ) -> Self {
        let names: Vec<&str> = scores.arms.iter().map(|arm| arm.name.as_str()).collect();
        let names = canvas.font.distinct(&names, measures.legend, width / 3.0);
        let mut entries = vec![LegendItem::Heading("arm")];
        let samples = names.into_iter().enumerate();
        entries
            .extend(samples.map(|(place, name)| LegendItem::Key(LegendKey::Arm(place, palette.series(place)), name)));
        entries.push(LegendItem::Heading("also"));
        entries.push(LegendItem::Key(LegendKey::Instance, "one instance".into()));
        if scores.arms.iter().flat_map(|arm| &arm.cells).any(|cell| cell.interval.is_some()) {
            entries.push(LegendItem::Key(LegendKey::Interval, "95 % t interval".into()));
        }
        Self { entries, palette, measures }
    }

    fn row(&self) -> f64 {
        1.55 * self.measures.legend
    }

    /// Width and height of all entries below one another.
    pub fn column(&self, canvas: &Canvas) -> (f64, f64) {
        let wide = |entry: &LegendItem| self.width(entry, canvas);
        let widest = self.entries.iter().map(wide).fold(0.0, f64::max);
        let headings = self.entries.iter().filter(|entry| matches!(entry, LegendItem::Heading(_))).count() as f64;
        (widest, self.row() * (self.entries.len() as f64 + 0.5 * (headings - 1.0)))
    }

    fn width(&self, entry: &LegendItem, canvas: &Canvas) -> f64 {
        match entry {
            LegendItem::Heading(words) => canvas.font.width(words, self.measures.legend),
            LegendItem::Key(_, words) => self.before() + canvas.font.width(words, self.measures.legend),
        }
    }

    /// Pixels from the beginning of a sample to its words.
    fn before(&self) -> f64 {
        (SAMPLE + 6.0) * self.measures.point
    }

    pub fn draw_column(&self, canvas: &mut Canvas, left: f64, top: f64) {
        let mut y = top;
        for (place, entry) in self.entries.iter().enumerate() {
            if place > 0 && matches!(entry, LegendItem::Heading(_)) {
                y += 0.5 * self.row();
            }
            self.entry(canvas, entry, left, y);
            y += self.row();
        }
    }

    /// As many rows as it takes, and as there is room for: what is left out then is told by dots. Gives its height.
    pub fn draw_rows(&self, canvas: &mut Canvas, left: f64, top: f64, room: Rect) -> f64 {
        let gap = 1.3 * self.measures.legend;
        let most_rows = ((0.2 * room.height / self.row()) as usize).max(1);
        let dots = canvas.font.width("…", self.measures.legend) + gap;
        let (mut x, mut rows) = (left, 1);
        for (place, entry) in self.entries.iter().enumerate() {
            let wide = self.width(entry, canvas);
            let is_last = place + 1 == self.entries.len();
            let right = room.right() - if rows == most_rows && !is_last { dots } else { 0.0 };
            if x + wide > right && x > left {
                if rows == most_rows {
                    self.entry(canvas, &LegendItem::Heading("…"), x, top + (rows - 1) as f64 * self.row());
                    break;
                }
                (x, rows) = (left, rows + 1);
            }
            self.entry(canvas, entry, x, top + (rows - 1) as f64 * self.row());
            x += wide + gap;
        }
        rows as f64 * self.row()
    }

    fn entry(&self, canvas: &mut Canvas, entry: &LegendItem, left: f64, top: f64) {
        let Dimensions { point, legend, .. } = self.measures;
        let (middle, baseline) = (top + 0.5 * self.row(), top + 0.5 * self.row() + 0.36 * legend);
        let style = Words { size: legend, colour: self.palette.dim, anchor: Anchor::Start };
        match entry {
            LegendItem::Heading(words) => canvas.words(words, (left, baseline), style),
            LegendItem::Key(sample, words) => {
                self.sample(canvas, *sample, left, middle);
                let style = Words { colour: self.palette.text, ..style };
                canvas.words(words, (left + (SAMPLE + 6.0) * point, baseline), style);
            }
        }
    }

    fn sample(&self, canvas: &mut Canvas, sample: LegendKey, left: f64, y: f64) {
        let point = self.measures.point;
        let line = [vec![(left, y), (left + SAMPLE * point, y)]];
        let shade = |high: f64| Rect { left, top: y - high / 2.0, width: SAMPLE * point, height: high };
        match sample {
            LegendKey::Swatch(colour, has_band) => {
                if has_band {
                    canvas.rect(shade(8.0 * point), colour, 0.22);
                }
                canvas.line(&line, Stroke::solid(colour, 2.6 * point));
            }
            LegendKey::Dash(dash) => {
                let dashes: Vec<f64> = pattern(Some(dash)).points.iter().map(|length| length * point).collect();
                canvas.line(&line, Stroke { dashes: &dashes, ..Stroke::solid(self.palette.text, 1.4 * point) });
            }
            LegendKey::Failure => cross(canvas, (left + SAMPLE * point / 2.0, y), self.palette.text, point),
            LegendKey::Reference => {
                let stroke = Stroke::solid(self.palette.text, 0.9 * point);
                canvas.line(&line, Stroke { opacity: REFERENCE, ..stroke });
            }
            LegendKey::Ribbon => canvas.rect(shade(8.0 * point), self.palette.text, 0.22),
            LegendKey::Arm(place, colour) => {
                canvas.line(&line, Stroke::solid(colour, 1.4 * point));
                scores::mark(canvas, place, (left + SAMPLE * point / 2.0, y), point, self.palette, colour);
            }
            LegendKey::Instance => {
                let at = (left + SAMPLE * point / 2.0, y);
                scores::instance(canvas, at, point, self.palette.text);
            }
            LegendKey::Interval => {
                let (x, half) = (left + SAMPLE * point / 2.0, 5.0 * point);
                scores::interval(canvas, x, (y - half, true), (y + half, true), point, self.palette.text);
            }
        }
    }
}

/// `0, 5, 10…`
fn listed(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().take(3).map(u32::to_string).collect();
    format!("{}{}", shown.join(", "), if numbers.len() > 3 { "…" } else { "" })
}
