//! The colours of pictures, and which of them there are.

use serde::{Deserialize, Serialize};

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// What a picture of a figure is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureTheme {
    /// on white, as papers are
    #[default]
    Light,
    /// as the dark theme of the screen
    Dark,
}

impl PictureTheme {
    pub fn other(self) -> Self {
        match self {
            PictureTheme::Light => PictureTheme::Dark,
            PictureTheme::Dark => PictureTheme::Light,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    pub background: Rgb,
    pub text: Rgb,
    pub dim: Rgb,
    /// lines by batch size, going round when there are more
    pub series: Vec<Rgb>,
}

/// What pictures take from a theme of the screen.
#[derive(Deserialize)]
struct Written {
    background: String,
    text: String,
    dim: String,
    series: Vec<String>,
}

impl Palette {
    pub fn of(theme: PictureTheme) -> Self {
        let text = match theme {
            PictureTheme::Light => include_str!("../../themes/light.toml"),
            PictureTheme::Dark => include_str!("../../themes/dark.toml"),
        };
        // both are compiled in and read: a unit test does
        let mut palette = Self::read(text).unwrap_or_else(Self::plain);
        if theme == PictureTheme::Light {
            palette.background = WHITE;
        }
        palette
    }

    fn read(text: &str) -> Option<Self> {
        let written: Written = toml::from_str(text).ok()?;
        let series = written.series.iter().map(|text| rgb(text)).collect::<Option<_>>()?;
        Some(Self { background: rgb(&written.background)?, text: rgb(&written.text)?, dim: rgb(&written.dim)?, series })
    }

    fn plain() -> Self {
        Self { background: WHITE, text: BLACK, dim: BLACK, series: vec![BLACK] }
    }

    /// The colour of a series by its place.
    pub fn series(&self, place: usize) -> Rgb {
        self.series.get(place % self.series.len().max(1)).copied().unwrap_or(self.text)
    }

    /// Lines that are there to be overlooked: so much of the dim colour on the background.
    pub fn faint(&self, share: f64) -> Rgb {
        mix(self.background, self.dim, share)
    }
}

pub const WHITE: Rgb = (255, 255, 255);
pub const BLACK: Rgb = (0, 0, 0);

/// So much of a colour on a ground.
pub fn mix(ground: Rgb, ink: Rgb, share: f64) -> Rgb {
    let part = |ground: u8, ink: u8| (f64::from(ground) * (1.0 - share) + f64::from(ink) * share).round() as u8;
    (part(ground.0, ink.0), part(ground.1, ink.1), part(ground.2, ink.2))
}

/// `#rrggbb`.
fn rgb(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && !digits.starts_with('+'))?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some(((number >> 16) as u8, (number >> 8) as u8, number as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_palettes_read_and_their_lines_stand_out() {
        let (light, dark) = (Palette::of(PictureTheme::Light), Palette::of(PictureTheme::Dark));
        assert_eq!((light.background, dark.background), (WHITE, (0x1f, 0x23, 0x2b)));
        for palette in [light, dark] {
            assert_ne!(palette, Palette::plain());
            let distance = |a: Rgb, b: Rgb| {
                [(a.0, b.0), (a.1, b.1), (a.2, b.2)].iter().map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>()
            };
            assert!(palette.series.iter().all(|colour| distance(*colour, palette.background) > 150));
        }
    }

    #[test]
    fn colours_are_read_and_mixed() {
        assert_eq!(
            (rgb("#1f232b"), rgb("1f232b"), rgb("#1f23"), rgb("#+f232b")),
            (Some((31, 35, 43)), None, None, None)
        );
        assert_eq!(mix(WHITE, (55, 155, 255), 0.5), (155, 205, 255));
    }
}
