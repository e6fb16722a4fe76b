//! What is drawn into the axes of a panel. Nothing leaves them: the panel's clip path cuts what comes near the edge, and
//! what is far outside is not written.

use super::canvas::{Canvas, Stroke};
use super::clip::clip;
use super::layout::Rect;
use crate::export::palette::FigurePalette;
use crate::plot::{Curve, Figure, FigurePanel, Line, Scale, middle_half, pattern};

/// How much of its line's colour a band, its edges, and the ribbon of single batches have.
const BAND: f64 = 0.16;
const EDGE: f64 = 0.55;
const RIBBON: f64 = 0.22;
/// How much of their colours the lines of the baseline behind those of another arm have.
pub const REFERENCE: f64 = 0.4;
/// Curves with fewer points in sight have a marker at each.
const SPARSE: usize = 20;
/// Points that a column of a ribbon is wide.
const COLUMN: f64 = 2.0;
/// Arrows at the edge of a panel for points outside, at most: the number of more stands in words alone.
const MOST_ARROWS: usize = 60;
/// How many times as long as wide a line may be to have dashes: of one that goes up and down within a few pixels, gaps
/// would hide spikes and say nothing.
const CALM: f64 = 3.0;

/// The axes of a panel in a picture.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    pub rect: Rect,
    pub x: Scale,
    pub y: Scale,
    /// what is not above it has no place on the y axis
    pub floor: f64,
}

impl Axes {
    pub fn x_at(&self, x: f64) -> f64 {
        self.rect.left + self.x.share(x) * self.rect.width
    }

    pub fn y_at(&self, y: f64) -> f64 {
        self.rect.bottom() - self.y.share(y) * self.rect.height
    }

    /// What a picture as wide as this shows of a curve; gaps are not finite.
    fn points(&self, curve: &Curve) -> Vec<(f64, f64)> {
        let known = curve.reduced((self.x.low, self.x.high), self.floor, self.rect.width as usize);
        let place = |(x, y): (f64, f64)| (self.x_at(x), if y > self.floor { self.y_at(y) } else { f64::NAN });
        known.into_iter().map(place).collect()
    }

    /// The part of a line that is near the axes.
    fn near(&self, points: &[(f64, f64)], room: f64) -> Vec<Vec<(f64, f64)>> {
        let Rect { left, top, .. } = self.rect;
        clip(points, &((left - room, self.rect.right() + room), (top - room, self.rect.bottom() + room)))
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        let rounding = 1e-6;
        (self.rect.left - rounding..=self.rect.right() + rounding).contains(&x)
            && (self.rect.top - rounding..=self.rect.bottom() + rounding).contains(&y)
    }
}

/// Whether the lines of these panels are calm enough for dashes; all of a figure have them, or none.
pub fn takes_dashes(figure: &Figure, panels: &[(&FigurePanel, Axes)]) -> bool {
    let is_calm = |curve: &Curve, axes: &Axes| {
        let points = axes.points(curve);
        let steps = points.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
        let steps = steps.filter(|(dx, dy)| dx.is_finite() && dy.is_finite());
        let (wide, long) = steps.fold((0.0, 0.0), |(wide, long), (dx, dy)| (wide + dx.abs(), long + dx.hypot(dy)));
        long <= CALM * wide.max(1.0) || points.len() < SPARSE
    };
    figure.instances > 1 && panels.iter().all(|(panel, axes)| panel.lines.iter().all(|line| is_calm(&line.curve, axes)))
}

/// Points in sight of the x axis that are below and above the y axis.
pub fn beyond(panel: &FigurePanel, axes: &Axes) -> (usize, usize) {
    let margin = 1e-9 * (axes.y.high - axes.y.low);
    let points = || {
        panel
            .lines
            .iter()
            .flat_map(|line| line.curve.points())
            .filter(|(x, y)| (axes.x.low..=axes.x.high).contains(x) && y.is_finite() && *y > axes.floor)
    };
    (
        points().filter(|(_, y)| *y < axes.y.low - margin).count(),
        points().filter(|(_, y)| *y > axes.y.high + margin).count(),
    )
}

/// The layers of a panel, each over those before it.
pub struct Layers<'l> {
    pub canvas: &'l mut Canvas,
    pub palette: &'l FigurePalette,
    pub axes: Axes,
    /// pixels of a point
    pub point: f64,
    pub has_dashes: bool,
}

impl Layers<'_> {
    pub fn draw(&mut self, panel: &FigurePanel) {
        panel.reference.iter().for_each(|line| self.reference(line));
        panel.lines.iter().for_each(|line| self.band(line));
        for (line, raw) in panel.unsmoothed() {
            self.ribbon(raw, line.colour);
        }
        panel.lines.iter().for_each(|line| self.curve(line));
    }

    /// A line of the baseline, behind those of another arm.
    fn reference(&mut self, line: &Line) {
        let pieces = self.axes.near(&self.axes.points(&line.curve), self.point);
        let stroke = Stroke::solid(self.palette.series(line.colour), 0.9 * self.point);
        self.canvas.line(&pieces, Stroke { opacity: REFERENCE, ..stroke });
    }

    /// The band where training has begun, with its edges.
    fn band(&mut self, line: &Line) {
        let Some((low, high)) = &line.band else { return };
        let from = line.trained_from.unwrap_or(f64::NEG_INFINITY).max(self.axes.x.low);
        let edges = [low, high].map(|edge| self.edge(edge, from));
        // a gap divides it; both edges have their gaps at the same places
        let gap = |point: &(f64, f64)| !point.1.is_finite();
        let parts = edges[0].split(gap).zip(edges[1].split(gap)).filter(|(low, _)| low.len() > 1);
        let outlines: Vec<Vec<(f64, f64)>> =
            parts.map(|(low, high)| low.iter().chain(high.iter().rev()).copied().collect()).collect();
        let colour = self.palette.series(line.colour);
        self.canvas.fill(&outlines, colour, BAND);
        let stroke = Stroke { opacity: EDGE, ..Stroke::solid(colour, 0.5 * self.point) };
        // what is outside was moved to the edge of the panel: there is no line
        let room = -0.1 * self.point;
        let lines: Vec<Vec<(f64, f64)>> = edges.iter().flat_map(|edge| self.axes.near(edge, room)).collect();
        self.canvas.line(&lines, stroke);
    }

    /// Points of a band's edge from here on, those outside moved a little beyond the edges of the panel.
    fn edge(&self, curve: &Curve, from: f64) -> Vec<(f64, f64)> {
        let axes = &self.axes;
        let (least, most) = (axes.rect.top - self.point, axes.rect.bottom() + self.point);
        let place = |y: f64| match y {
            y if !y.is_finite() => f64::NAN,
            // what a band has below 0 is at the foot of a logarithmic axis
            y if y <= axes.floor => most,
            y => axes.y_at(y).clamp(least, most),
        };
        let inside = |(x, y): (f64, f64)| match x {
            x if x < from => (from, curve.between(from).unwrap_or(y)),
            x if x > axes.x.high => (axes.x.high, curve.between(axes.x.high).unwrap_or(y)),
            x => (x, y),
        };
        let known = curve.reduced((from, axes.x.high), f64::NEG_INFINITY, axes.rect.width as usize);
        known.into_iter().map(inside).map(|(x, y)| (axes.x_at(x), place(y))).collect()
    }

    /// The middle half of single values around a smoothed line.
    fn ribbon(&mut self, raw: &Curve, colour: usize) {
        let axes = &self.axes;
        let columns = (axes.rect.width / (COLUMN * self.point)).ceil().max(1.0) as usize;
        let x = |column: usize| axes.x.value(column as f64 / columns as f64);
        let mut parts: Vec<[Vec<(f64, f64)>; 2]> = vec![Default::default()];
        let (least, most) = (axes.rect.top - self.point, axes.rect.bottom() + self.point);
        let place = |y: f64| if y > axes.floor { axes.y_at(y).clamp(least, most) } else { most };
        for column in 0..columns {
            let span = (x(column), x(column + 1));
            match middle_half(raw, span) {
                Some((low, high)) => {
                    let at = axes.x_at((span.0 + span.1) / 2.0);
                    if let Some([below, above]) = parts.last_mut() {
                        below.push((at, place(low)));
                        above.push((at, place(high)));
                    }
                }
                None => parts.push(Default::default()),
            }
        }
        let outlines: Vec<Vec<(f64, f64)>> = parts
            .into_iter()
            .filter(|[below, _]| below.len() > 1)
            .map(|[below, above]| below.into_iter().chain(above.into_iter().rev()).collect())
            .collect();
        self.canvas.fill(&outlines, self.palette.series(colour), RIBBON);
    }

    fn curve(&mut self, line: &Line) {
        let points = self.axes.points(&line.curve);
        let colour = self.palette.series(line.colour);
        let lengths = if self.has_dashes { pattern(line.instance).points } else { &[] };
        let dashes: Vec<f64> = lengths.iter().map(|length| length * self.point).collect();
        let pieces = self.axes.near(&points, 4.0 * self.point);
        self.canvas.line(&pieces, Stroke { dashes: &dashes, ..Stroke::solid(colour, 1.4 * self.point) });
    }

    /// Markers where points are sparse, or stand between two gaps.
    pub fn dots(&mut self, line: &Line) {
        let points = self.axes.points(&line.curve);
        let colour = self.palette.series(line.colour);
        let visible = points.iter().filter(|point| self.axes.holds(**point));
        let dots: Vec<(f64, f64)> = if visible.clone().count() < SPARSE {
            visible.copied().collect()
        } else {
            // a point between two gaps is no line
            let runs = points.split(|(_, y)| !y.is_finite()).filter(|run| run.len() == 1);
            runs.map(|run| run[0]).filter(|point| self.axes.holds(*point)).collect()
        };
        let rim = (self.palette.background, 0.6 * self.point);
        dots.into_iter().for_each(|at| self.canvas.dot(at, 2.3 * self.point, colour, Some(rim)));
    }

    /// Where runs failed: at their last value, or at the foot of the panel where they never had one.
    pub fn failures(&mut self, panel: &FigurePanel) {
        let axes = self.axes;
        let (least, most) = (axes.rect.top, axes.rect.bottom());
        for failure in panel.failures.iter().filter(|failure| (axes.x.low..=axes.x.high).contains(&failure.x)) {
            let y = failure.y.filter(|y| *y > axes.floor).map_or(most, |y| axes.y_at(y)).clamp(least, most);
            cross(self.canvas, (axes.x_at(failure.x), y), self.palette.series(failure.colour), self.point);
        }
    }

    /// An arrow at the edge for each point outside.
    pub fn arrows(&mut self, panel: &FigurePanel) {
        let axes = self.axes;
        let (top, bottom) = (axes.rect.top, axes.rect.bottom());
        let mut placed: Vec<(i64, bool)> = Vec::new();
        for line in &panel.lines {
            for (x, y) in self.axes.points(&line.curve) {
                let below = y > bottom + 1e-6;
                let is_outside = below || y < top - 1e-6;
                if !is_outside || !(axes.rect.left - 1e-6..=axes.rect.right() + 1e-6).contains(&x) {
                    continue;
                }
                let place = ((x / (3.0 * self.point)).round() as i64, below);
                if placed.len() == MOST_ARROWS || placed.contains(&place) {
                    continue;
                }
                placed.push(place);
                let (edge, back) = if below { (bottom, -5.0 * self.point) } else { (top, 5.0 * self.point) };
                let half = 2.6 * self.point;
                let outline = vec![(x, edge), (x - half, edge + back), (x + half, edge + back)];
                self.canvas.fill(&[outline], self.palette.series(line.colour), 1.0);
            }
        }
    }
}

/// The mark of a failed run.
pub fn cross(canvas: &mut Canvas, (x, y): (f64, f64), colour: crate::theme::Rgb, point: f64) {
    let arm = 3.4 * point;
    let strokes = [vec![(x - arm, y - arm), (x + arm, y + arm)], vec![(x - arm, y + arm), (x + arm, y - arm)]];
    canvas.line(&strokes, Stroke::solid(colour, 1.6 * point));
}
