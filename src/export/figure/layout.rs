//! Where things are in a picture.

/// In pixels, from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// Width of a panel to its height, at best.
const SHAPE: f64 = 1.4;
/// What an empty place costs, against panels twice too wide or too high.
const HOLE: f64 = 3.0;

/// Columns and rows of so many panels in a space of this shape: near to the best, and few places left empty.
pub fn columns_and_rows(panels: usize, width: f64, height: f64) -> (usize, usize) {
    let panels = panels.max(1);
    let cost = |columns: usize| {
        let rows = panels.div_ceil(columns);
        let shape = (width / columns as f64) / (height / rows as f64);
        let holes = (columns * rows - panels) as f64 / (columns * rows) as f64;
        (shape / SHAPE).ln().abs() + HOLE * holes
    };
    let columns = (1..=panels).min_by(|one, other| cost(*one).total_cmp(&cost(*other))).unwrap_or(1);
    (columns, panels.div_ceil(columns))
}

/// Sizes of letters, lines and gaps, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimensions {
    /// of a point, 1/72 inch, smaller in a small picture
    pub point: f64,
    pub title: f64,
    pub subtitle: f64,
    pub legend: f64,
    pub panel: f64,
    pub name: f64,
    pub tick: f64,
    pub footer: f64,
    pub margin: f64,
}

impl Dimensions {
    /// Of a picture of so many dots and inches.
    pub fn of(dpi: f64, (wide, high): (f64, f64)) -> Self {
        let point = dpi / 72.0 * (wide / 7.5).min(high / 4.2).clamp(0.62, 1.0);
        let of = |points: f64| points * point;
        Self {
            point,
            title: of(15.0),
            subtitle: of(10.0),
            legend: of(9.5),
            panel: of(11.0),
            name: of(10.0),
            tick: of(9.0),
            footer: of(7.0),
            margin: of(14.0),
        }
    }

    /// For panels in so many columns and rows: of many, each has smaller letters.
    pub fn of_panels(self, columns: usize, rows: usize) -> Self {
        let share = match columns.max(rows) {
            ..=2 => 1.0,
            3 => 0.92,
            4 => 0.84,
            _ => 0.76,
        };
        Self { panel: self.panel * share, tick: self.tick * share, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_are_neither_slits_nor_towers() {
        for panels in 1..=16 {
            let (columns, rows) = columns_and_rows(panels, 1400.0, 700.0);
            assert!(columns * rows >= panels && columns * (rows - 1) < panels, "{panels}: {columns} x {rows}");
            let shape = (1400.0 / columns as f64) / (700.0 / rows as f64);
            assert!(panels == 1 || (0.6..2.8).contains(&shape), "{panels}: {columns} x {rows}");
        }
        assert_eq!(
            [2, 3, 4, 16].map(|panels| columns_and_rows(panels, 1400.0, 700.0)),
            [(2, 1), (3, 1), (2, 2), (4, 4)]
        );
        // beside a legend in a picture of the usual size
        assert_eq!(columns_and_rows(3, 1240.0, 700.0), (3, 1));
        assert_eq!(columns_and_rows(3, 400.0, 900.0), (1, 3));
    }
}
