//! Rasterises lines into braille dots. Noisy curves move mostly vertically, so dots are set in vertical spans, and cells are
//! stored column by column.

/// Dots of a cell.
pub const DOTS: (usize, usize) = (2, 4);

/// One bit per dot: the left column from the top, then the right one.
#[derive(Clone, Copy, Debug, Default)]
struct RasterCell {
    dots: u8,
    ink: usize,
}

/// Cells with the dots of all lines and the colour of the last.
#[derive(Clone, Debug)]
pub struct Raster {
    /// the last dot of each axis, from the upper left
    last: (i64, i64),
    /// cells of a column
    height: usize,
    cells: Vec<RasterCell>,
}

impl Raster {
    /// Of so many cells, one at least.
    pub fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let last = ((width * DOTS.0) as i64 - 1, (height * DOTS.1) as i64 - 1);
        Self { last, height, cells: vec![RasterCell::default(); width * height] }
    }

    /// A line through places in dots. A place that is not finite is a gap; what stands between two gaps is a dot.
    pub fn line(&mut self, places: impl IntoIterator<Item = (f64, f64)>, ink: usize) {
        let (mut before, mut run) = (None, None);
        for (x, y) in places {
            let place = (x.is_finite() && y.is_finite()).then_some((x, y));
            if let Some(to) = place {
                self.segment(before.unwrap_or(to), to, |raster, next| raster.light(&mut run, next, ink));
            }
            before = place;
        }
        run.iter().for_each(|run| self.run(*run, ink));
    }

    /// Column, row, glyph and ink of every cell with a dot.
    pub fn lit(&self) -> impl Iterator<Item = (usize, usize, char, usize)> + '_ {
        let cells = self.cells.iter().enumerate().filter(|(_, cell)| cell.dots != 0);
        cells.map(|(place, cell)| (place / self.height, place % self.height, braille(cell.dots), cell.ink))
    }

    /// Bresenham's line, one span per column.
    fn segment(&mut self, from: (f64, f64), to: (f64, f64), mut light: impl FnMut(&mut Self, Span)) {
        let Some((from, to)) = self.cut(from, to) else { return };
        let ((mut x, mut y), (end_x, end_y)) = (self.dot(from), self.dot(to));
        let (dx, dy) = ((end_x - x).abs(), -(end_y - y).abs());
        let (step_x, step_y) = ((end_x - x).signum(), (end_y - y).signum());
        let mut error = dx + dy;
        while x != end_x {
            // up or down, as often as it takes to come near the next column
            let steps = ((dy - 2 * error).max(0) + 2 * dx - 1) / (2 * dx);
            let begun = y;
            y += step_y * steps;
            light(self, Span::new(x, begun, y));
            error += dx * steps;
            let aslant = 2 * error <= dx;
            error += dy;
            x += step_x;
            if aslant {
                error += dx;
                y += step_y;
            }
        }
        light(self, Span::new(x, y, end_y));
    }

    /// The part of a segment inside (Liang and Barsky), as it is where it is inside.
    fn cut(&self, from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
        let last = (self.last.0 as f64, self.last.1 as f64);
        let inside = |(x, y): (f64, f64)| (0.0..=last.0).contains(&x) && (0.0..=last.1).contains(&y);
        if inside(from) && inside(to) {
            return Some((from, to));
        }
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut exit) = (0.0f64, 1.0f64);
        for (along, room) in [(-dx, from.0), (dx, last.0 - from.0), (-dy, from.1), (dy, last.1 - from.1)] {
            if along < 0.0 {
                enter = enter.max(room / along);
            } else if along > 0.0 {
                exit = exit.min(room / along);
            } else if room < 0.0 {
                return None;
            }
        }
        let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
        (enter <= exit).then(|| (at(enter), at(exit)))
    }

    /// The nearest: nothing inside is below 0, so cutting off the rest is enough, and quicker than rounding.
    fn dot(&self, (x, y): (f64, f64)) -> (i64, i64) {
        (((x + 0.5) as i64).clamp(0, self.last.0), ((y + 0.5) as i64).clamp(0, self.last.1))
    }

    /// Joins a span to the previous one where they touch, as the ends of segments do.
    fn light(&mut self, before: &mut Option<Span>, next: Span, ink: usize) {
        match before {
            Some(run) if run.x == next.x && next.top <= run.bottom + 1 && run.top <= next.bottom + 1 => {
                (run.top, run.bottom) = (run.top.min(next.top), run.bottom.max(next.bottom));
            }
            _ => before.replace(next).iter().for_each(|run| self.run(*run, ink)),
        }
    }

    fn run(&mut self, Span { x, top, bottom }: Span, ink: usize) {
        let (x, top, bottom) = (x as usize, top as usize, bottom as usize);
        let (column, side) = (x / DOTS.0 * self.height, x % DOTS.0 * DOTS.1);
        for row in top / DOTS.1..=bottom / DOTS.1 {
            let first = top.saturating_sub(row * DOTS.1);
            let last = (bottom - row * DOTS.1).min(DOTS.1 - 1);
            let cell = &mut self.cells[column + row];
            cell.dots |= (0b1111 >> (DOTS.1 - 1 - last) & 0b1111 << first) << side;
            cell.ink = ink;
        }
    }
}

/// Dots of a column, one below the other.
#[derive(Clone, Copy, Debug)]
struct Span {
    x: i64,
    top: i64,
    bottom: i64,
}

impl Span {
    fn new(x: i64, one: i64, other: i64) -> Self {
        Self { x, top: one.min(other), bottom: one.max(other) }
    }
}

/// The glyph of a cell's dots: Unicode counts its lowest row apart.
fn braille(dots: u8) -> char {
    let bits = dots & 0b111 | (dots & 0b1000) << 3 | (dots & 0b111_0000) >> 1 | dots & 0b1000_0000;
    char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, height: usize, places: &[(f64, f64)]) -> String {
        let mut raster = Raster::new(width, height);
        raster.line(places.iter().copied(), 0);
        let mut rows = vec![vec![' '; width]; height];
        raster.lit().for_each(|(column, row, glyph, _)| rows[row][column] = glyph);
        rows.into_iter().map(|row| row.into_iter().collect::<String>() + "\n").collect()
    }

    #[test]
    fn dots_have_the_places_that_unicode_gives_them() {
        assert_eq!(drawn(2, 1, &[(0.0, 0.0), (3.0, 3.0)]), "⠑⢄\n");
        assert_eq!(drawn(1, 2, &[(1.0, 0.0), (1.0, 7.0)]), "⢸\n⢸\n");
        assert_eq!(drawn(2, 2, &[(0.0, 1.0), (0.0, 6.0)]), "⡆ \n⠇ \n");
        assert_eq!(drawn(3, 1, &[(0.0, 3.0), (5.0, 3.0)]), "⣀⣀⣀\n");
    }

    #[test]
    fn a_gap_is_a_gap_and_a_place_alone_a_dot() {
        let gap = (2.0, f64::NAN);
        assert_eq!(drawn(3, 1, &[(0.0, 0.0), gap, (3.0, 0.0), gap, (5.0, 0.0)]), "⠁⠈⠈\n");
    }

    #[test]
    fn what_is_outside_is_cut_off_however_far() {
        assert_eq!(drawn(2, 1, &[(-1e9, 0.0), (1e9, 0.0)]), "⠉⠉\n");
        assert_eq!(drawn(2, 1, &[(0.0, -9.0), (3.0, -1.0)]), "  \n");
        for far in [f64::MAX, f64::MIN, f64::INFINITY, f64::NAN, 1e18] {
            drawn(2, 1, &[(far, 1.0), (1.0, far), (-far, far), (0.0, 0.0)]);
        }
    }

    #[test]
    fn the_last_line_has_the_cell_and_the_dots_of_all_stay() {
        let mut raster = Raster::new(1, 1);
        raster.line([(0.0, 0.0)], 1);
        raster.line([(1.0, 3.0)], 2);
        assert_eq!(raster.lit().collect::<Vec<_>>(), [(0, 0, '⢁', 2)]);
    }
}
