//! How large a picture is.

/// Pixels, and how many of them an inch has on paper: letters and lines have their sizes in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    pub width: u32,
    pub height: u32,
    pub dpi: u32,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum SizeError {
    #[error("--{side} {pixels}: a picture has 100 to {MOST} pixels a side")]
    Side { side: &'static str, pixels: u32 },
    #[error("--dpi {0}: expected 50 to 1200 dots an inch")]
    Dpi(u32),
    #[error(
        "a picture of {} by {} pixels at {} dpi is {:.1} by {:.1} inches, and its words need {} by {}: ask for more \
         pixels or fewer dpi", .0.width, .0.height, .0.dpi, .0.inches().0, .0.inches().1, LEAST_INCHES.0, LEAST_INCHES.1
    )]
    Inches(PictureSize),
    #[error("a picture of {} by {} pixels has more than {} million of them", .0.width, .0.height, MOST_PIXELS / 1_000_000)]
    Pixels(PictureSize),
}

const MOST: u32 = 12_000;
const MOST_PIXELS: u64 = 60_000_000;
const LEAST_INCHES: (f64, f64) = (2.0, 1.25);

impl Default for PictureSize {
    fn default() -> Self {
        Self { width: 1600, height: 900, dpi: 150 }
    }
}

impl PictureSize {
    /// What is not given is as usual; one side alone keeps the usual shape.
    pub fn of(width: Option<u32>, height: Option<u32>, dpi: Option<u32>) -> Result<Self, SizeError> {
        let usual = Self::default();
        for (side, pixels) in [("width", width), ("height", height)] {
            if let Some(pixels) = pixels.filter(|pixels| !(100..=MOST).contains(pixels)) {
                return Err(SizeError::Side { side, pixels });
            }
        }
        if let Some(dpi) = dpi.filter(|dpi| !(50..=1200).contains(dpi)) {
            return Err(SizeError::Dpi(dpi));
        }
        let scaled = |pixels: u32, of: u32, to: u32| (f64::from(pixels) * f64::from(to) / f64::from(of)).round() as u32;
        let (width, height) = match (width, height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => (width, scaled(width, usual.width, usual.height)),
            (None, Some(height)) => (scaled(height, usual.height, usual.width), height),
            (None, None) => (usual.width, usual.height),
        };
        let size = Self { width, height, dpi: dpi.unwrap_or(usual.dpi) };
        let (wide, high) = size.inches();
        if wide < LEAST_INCHES.0 || high < LEAST_INCHES.1 {
            return Err(SizeError::Inches(size));
        }
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(SizeError::Pixels(size));
        }
        Ok(size)
    }

    pub fn inches(&self) -> (f64, f64) {
        (f64::from(self.width) / f64::from(self.dpi), f64::from(self.height) / f64::from(self.dpi))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_alone_keeps_the_shape() {
        let of =
            |width, height, dpi| PictureSize::of(width, height, dpi).map(|size| (size.width, size.height, size.dpi));
        assert_eq!(of(None, None, None), Ok((1600, 900, 150)));
        assert_eq!(of(Some(3200), None, Some(300)), Ok((3200, 1800, 300)));
        assert_eq!(of(None, Some(450), None), Ok((800, 450, 150)));
        assert_eq!(of(Some(1950), Some(1200), Some(300)), Ok((1950, 1200, 300)));
    }

    #[test]
    fn sizes_that_cannot_be_drawn_say_what_can() {
        let said = |width, height, dpi| PictureSize::of(width, height, dpi).unwrap_err().to_string();
        assert_eq!(said(Some(99), None, None), "--width 99: a picture has 100 to 12000 pixels a side");
        assert_eq!(said(None, Some(12001), None), "--height 12001: a picture has 100 to 12000 pixels a side");
        assert_eq!(said(None, None, Some(1201)), "--dpi 1201: expected 50 to 1200 dots an inch");
        assert_eq!(
            said(Some(300), Some(200), Some(600)),
            "a picture of 300 by 200 pixels at 600 dpi is 0.5 by 0.3 inches, and its words need 2 by 1.25: ask for more \
             pixels or fewer dpi"
        );
        assert!(said(Some(12000), Some(12000), None).ends_with("has more than 60 million of them"));
    }
}
