//! The colours of exported figures.

use crate::theme::{BLACK, Colour, Rgb, ThemeColours, WHITE, mix};
use serde::{Deserialize, Serialize};

/// The background of an exported figure.
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
pub struct FigurePalette {
    pub background: Rgb,
    pub text: Rgb,
    pub dim: Rgb,
    /// lines by batch size, smallest first
    pub series: Vec<Rgb>,
}

impl FigurePalette {
    /// With the colours of so many batch sizes, however many of them are hidden.
    pub fn of(theme: PictureTheme, sizes: usize) -> Self {
        let (name, background) = match theme {
            PictureTheme::Light => ("light", Some(WHITE)),
            PictureTheme::Dark => ("dark", None),
        };
        let rgb = |colour| match colour {
            Colour::Rgb(rgb) => Some(rgb),
            _ => None,
        };
        let read = || {
            let theme = ThemeColours::named(name).ok()?;
            Some(Self {
                background: background.or_else(|| rgb(theme.background))?,
                text: rgb(theme.text)?,
                dim: rgb(theme.dim)?,
                series: theme.series.colours(sizes).into_iter().map(rgb).collect::<Option<_>>()?,
            })
        };
        // both are compiled in and have no other colours: a unit test reads them
        read().unwrap_or(Self { background: WHITE, text: BLACK, dim: BLACK, series: vec![BLACK] })
    }

    /// The colour of a batch size by its place.
    pub fn series(&self, place: usize) -> Rgb {
        self.series.get(place % self.series.len().max(1)).copied().unwrap_or(self.text)
    }

    /// Faint lines: a share of the dim colour on the background.
    pub fn faint(&self, share: f64) -> Rgb {
        mix(self.background, self.dim, share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_palettes_have_the_colours_of_their_themes() {
        let [light, dark] = [PictureTheme::Light, PictureTheme::Dark].map(|theme| FigurePalette::of(theme, 5));
        assert_eq!((light.background, dark.background), (WHITE, (0x1f, 0x23, 0x2b)));
        assert_eq!((light.series.len(), dark.series.len()), (5, 5));
    }
}
