//! Where the ink of a symbol is.

/// Steps from none to all of a pixel: so few that the colours of a screen fit a palette.
const STEPS: f32 = 15.0;
const STEP: u8 = 255 / STEPS as u8;

/// How much of each pixel is covered, 255 all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    pub width: usize,
    pub height: usize,
    coverage: Vec<u8>,
}

impl Mask {
    pub fn empty(width: usize, height: usize) -> Self {
        Self { width, height, coverage: vec![0; width * height] }
    }

    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.coverage.chunks_exact(self.width)
    }

    /// Covers a share of a pixel; what it has more of stays. What is outside is cut off.
    pub fn cover(&mut self, x: i32, y: i32, share: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.width && y < self.height {
            let covered = &mut self.coverage[y * self.width + x];
            *covered = (*covered).max((share.clamp(0.0, 1.0) * STEPS).round() as u8 * STEP);
        }
    }

    /// A rectangle whose edges may lie within pixels.
    pub fn rectangle(&mut self, (left, right): (f32, f32), (top, bottom): (f32, f32), share: f32) {
        let part = |pixel: i32, low: f32, high: f32| ((pixel + 1) as f32).min(high) - (pixel as f32).max(low);
        for y in top.floor() as i32..bottom.ceil() as i32 {
            for x in left.floor() as i32..right.ceil() as i32 {
                self.cover(x, y, share * part(x, left, right).max(0.0) * part(y, top, bottom).max(0.0));
            }
        }
    }

    /// Every pixel by how far its middle is inside a shape, in pixels.
    pub fn shape(&mut self, inside: impl Fn(f32, f32) -> f32) {
        for y in 0..self.height as i32 {
            for x in 0..self.width as i32 {
                self.cover(x, y, inside(x as f32 + 0.5, y as f32 + 0.5) + 0.5);
            }
        }
    }
}
