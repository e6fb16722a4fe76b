//! The file format of a theme.

use super::colour::{Rgb, parse};
use super::ramp::sample;
use serde::Deserialize;
use std::path::Path;

/// The built-in themes, in the order in which the dashboard cycles through them.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("terminal", include_str!("../../themes/terminal.toml")),
];

#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("theme `{name}`: neither built in (dark, light, terminal) nor a file that can be read: {cause}")]
    Read { name: String, cause: std::io::Error },
    #[error("theme `{name}`: {message}")]
    Content { name: String, message: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// the terminal's default for text or background
    Default,
    /// an index of the terminal's palette; the first sixteen have names
    Indexed(u8),
    Rgb(Rgb),
}

/// The colours of batch sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesColours {
    /// anchors of a sequential palette, smallest batch size first
    Ramp(Vec<Rgb>),
    /// a list, repeated where there are more sizes
    Each(Vec<Colour>),
}

impl SeriesColours {
    /// One colour per batch size, smallest first.
    pub fn colours(&self, sizes: usize) -> Vec<Colour> {
        match self {
            SeriesColours::Ramp(anchors) => sample(anchors, sizes).into_iter().map(Colour::Rgb).collect(),
            SeriesColours::Each(colours) => colours.iter().copied().cycle().take(sizes).collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeColours {
    pub name: String,
    pub background: Colour,
    pub text: Colour,
    pub dim: Colour,
    pub border: Colour,
    pub title: Colour,
    pub accent: Colour,
    pub good: Colour,
    pub bad: Colour,
    pub selection: Colour,
    pub series: SeriesColours,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    background: String,
    text: String,
    dim: String,
    border: String,
    title: String,
    accent: String,
    good: String,
    bad: String,
    selection: String,
    ramp: Option<Vec<String>>,
    series: Option<Vec<String>>,
}

impl ThemeColours {
    /// Loads a built-in theme by name, else a file.
    pub fn named(name: &str) -> Result<Self, ThemeError> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Self::parse(name, text);
        }
        let text = std::fs::read_to_string(Path::new(name))
            .map_err(|cause| ThemeError::Read { name: name.to_owned(), cause })?;
        Self::parse(name, &text)
    }

    pub fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        let wrong = |message: String| ThemeError::Content { name: name.to_owned(), message };
        let written: ThemeFile = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        let colour = |text: &String| {
            named(text).ok_or_else(|| wrong(format!("`{text}` is not a colour; write \"#rrggbb\" or a name")))
        };
        let rgb = |text: &String| {
            parse(text)
                .ok_or_else(|| wrong(format!("`{text}` in `ramp`: only \"#rrggbb\" colours can be interpolated")))
        };
        let series = match (&written.ramp, &written.series) {
            (Some(ramp), None) => SeriesColours::Ramp(ramp.iter().map(rgb).collect::<Result<_, _>>()?),
            (None, Some(series)) => SeriesColours::Each(series.iter().map(colour).collect::<Result<_, _>>()?),
            _ => {
                let message = "write either `ramp`, from the smallest batch size's colour to the largest's, or `series`, \
                               one colour after the other";
                return Err(wrong(message.into()));
            }
        };
        if series.colours(1).is_empty() {
            return Err(wrong("`ramp` or `series` needs at least one colour".into()));
        }
        Ok(Self {
            name: name.to_owned(),
            background: colour(&written.background)?,
            text: colour(&written.text)?,
            dim: colour(&written.dim)?,
            border: colour(&written.border)?,
            title: colour(&written.title)?,
            accent: colour(&written.accent)?,
            good: colour(&written.good)?,
            bad: colour(&written.bad)?,
            selection: colour(&written.selection)?,
            series,
        })
    }
}

/// The terminal's sixteen names, in its order; `bright-` and `light-` mean the same.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "darkgray",
    "lightred",
    "lightgreen",
    "lightyellow",
    "lightblue",
    "lightmagenta",
    "lightcyan",
    "white",
];

/// `#rrggbb`, a name, or a number of the terminal's palette.
fn named(text: &str) -> Option<Colour> {
    if let Some(rgb) = parse(text) {
        return Some(Colour::Rgb(rgb));
    }
    let name = text.to_lowercase().replace([' ', '-', '_'], "").replace("bright", "light").replace("grey", "gray");
    let index = match name.as_str() {
        "default" | "reset" => return Some(Colour::Default),
        "silver" => 7,
        "lightblack" => 8,
        "lightwhite" | "lightgray" => 15,
        name => match NAMES.iter().position(|known| *known == name) {
            Some(place) => u8::try_from(place).ok()?,
            None => name.parse().ok()?,
        },
    };
    Some(Colour::Indexed(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_parses_and_distinguishes_batch_sizes() {
        for (name, _) in BUILT_IN {
            let theme = ThemeColours::named(name).unwrap();
            for sizes in 1..=12 {
                let mut colours: Vec<String> =
                    theme.series.colours(sizes).iter().map(|colour| format!("{colour:?}")).collect();
                colours.sort();
                colours.dedup();
                assert_eq!(colours.len(), sizes, "{name}");
            }
        }
    }

    #[test]
    fn a_list_of_colours_repeats_and_a_ramp_does_not() {
        let dark = BUILT_IN[0].1;
        let ramp = dark.lines().find(|line| line.starts_with("ramp")).unwrap();
        let theme = |line: &str| ThemeColours::parse("mine", &dark.replace(ramp, line));
        let listed = theme("series = [\"#ff0000\", \"blue\", \"7\"]").unwrap();
        let (red, blue) = (Colour::Rgb((255, 0, 0)), Colour::Indexed(4));
        assert_eq!(listed.series.colours(4), [red, blue, Colour::Indexed(7), red]);
        let between = theme("ramp = [\"#000000\", \"#ffffff\"]").unwrap().series.colours(3);
        assert_eq!((between[0], between[2]), (Colour::Rgb((0, 0, 0)), Colour::Rgb((255, 255, 255))));
        for (line, said) in [
            ("", "write either `ramp`"),
            ("ramp = [\"#000000\"]\nseries = [\"red\"]", "write either `ramp`"),
            ("ramp = [\"red\"]", "`red` in `ramp`"),
            ("ramp = []", "at least one colour"),
            ("series = []", "at least one colour"),
        ] {
            let error = theme(line).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn names_are_those_that_terminals_have() {
        for (name, colour) in [
            ("default", Colour::Default),
            ("bright-black", Colour::Indexed(8)),
            ("Dark Gray", Colour::Indexed(8)),
            ("bright-blue", Colour::Indexed(12)),
            ("light_cyan", Colour::Indexed(14)),
            ("white", Colour::Indexed(15)),
            ("grey", Colour::Indexed(7)),
            ("208", Colour::Indexed(208)),
        ] {
            assert_eq!(named(name), Some(colour), "{name}");
        }
        assert_eq!((named("greenish"), named("256"), named("#12345")), (None, None, None));
    }

    #[test]
    fn an_invalid_theme_is_refused_with_the_reason() {
        let wrong = BUILT_IN[0].1.replacen("text = \"#", "text = \"?", 1);
        let error = ThemeColours::parse("mine", &wrong).unwrap_err().to_string();
        assert!(
            error.starts_with("theme `mine`: `?") && error.ends_with("is not a colour; write \"#rrggbb\" or a name")
        );
        assert!(ThemeColours::named("/no/such/theme").unwrap_err().to_string().contains("neither built in"));
        assert!(ThemeColours::parse("mine", "text = \"red\"").unwrap_err().to_string().contains("missing field"));
    }
}
