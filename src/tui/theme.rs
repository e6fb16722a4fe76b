//! Colours by meaning, from TOML. Widgets ask for what they mean, never for a colour.

use crate::export::{Ground, Rgb};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::path::Path;

/// The themes compiled into the program, in the order in which `T` goes through them.
const BUILT_IN: [(&str, &str); 3] = [
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

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    background: String,
    text: String,
    dim: String,
    border: String,
    title: String,
    accent: String,
    good: String,
    bad: String,
    selection: String,
    series: Vec<String>,
}

/// What everything on the screen looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub name: String,
    background: Color,
    text: Color,
    dim: Color,
    border: Color,
    title: Color,
    accent: Color,
    good: Color,
    bad: Color,
    selection: Color,
    series: Vec<Color>,
    /// colours are not shown: what they tell is told by marks
    plain: bool,
}

impl Theme {
    /// By the name of a built-in theme, else from a file.
    pub fn named(name: &str) -> Result<Self, ThemeError> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Self::parse(name, text);
        }
        let text = std::fs::read_to_string(Path::new(name))
            .map_err(|cause| ThemeError::Read { name: name.to_owned(), cause })?;
        Self::parse(name, &text)
    }

    /// The built-in theme after this one.
    pub fn next(&self) -> Self {
        let place = BUILT_IN.iter().position(|(known, _)| *known == self.name);
        let (name, text) = BUILT_IN[place.map_or(0, |place| (place + 1) % BUILT_IN.len())];
        // a test reads every built-in theme
        let next = Self::parse(name, text).unwrap_or_else(|_| self.clone());
        Self { plain: self.plain, ..next }
    }

    fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        let wrong = |message: String| ThemeError::Content { name: name.to_owned(), message };
        let written: Written = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        let colour = |text: &str| match text {
            "default" => Ok(Color::Reset),
            _ => text.parse().map_err(|_| wrong(format!("`{text}` is no colour; write \"#rrggbb\" or a name"))),
        };
        let series = written.series.iter().map(|text| colour(text)).collect::<Result<Vec<_>, _>>()?;
        if series.is_empty() {
            return Err(wrong("`series` needs at least one colour".into()));
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
            plain: false,
        })
    }

    /// For a terminal that shows no colours.
    pub fn without_colours(self) -> Self {
        Self { plain: true, ..self }
    }

    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The ground of a band around the line of a series, where colours can be mixed.
    pub fn band(&self, place: usize) -> Option<Color> {
        let (Color::Rgb(r, g, b), Color::Rgb(red, green, blue)) =
            (self.background, self.series[place % self.series.len()])
        else {
            return None;
        };
        let mix = |ground: u8, ink: u8| ((f64::from(ground) * 3.0 + f64::from(ink)) / 4.0).round() as u8;
        (!self.plain).then(|| Color::Rgb(mix(r, red), mix(g, green), mix(b, blue)))
    }

    pub fn text(&self) -> Style {
        Style::new().fg(self.text).bg(self.background)
    }

    pub fn dim(&self) -> Style {
        Style::new().fg(self.dim)
    }

    pub fn border(&self) -> Style {
        Style::new().fg(self.border)
    }

    /// The frame of the panel that has the keys. Bold too, so that it is seen without colours.
    pub fn focus(&self) -> Style {
        Style::new().fg(self.accent).add_modifier(Modifier::BOLD)
    }

    pub fn title(&self) -> Style {
        Style::new().fg(self.title).add_modifier(Modifier::BOLD)
    }

    pub fn accent(&self) -> Style {
        Style::new().fg(self.accent)
    }

    /// A key to press.
    pub fn key(&self) -> Style {
        Style::new().fg(self.accent).add_modifier(Modifier::BOLD)
    }

    pub fn good(&self) -> Style {
        Style::new().fg(self.good)
    }

    pub fn bad(&self) -> Style {
        Style::new().fg(self.bad)
    }

    /// Bold too, so that it is seen without colours.
    pub fn selection(&self) -> Style {
        Style::new().bg(self.selection).add_modifier(Modifier::BOLD)
    }

    /// The line colour at a place among the batch sizes.
    pub fn series(&self, place: usize) -> Style {
        Style::new().fg(self.series[place % self.series.len()])
    }

    /// What cells without a colour of their own have in a picture: black on white where the terminal decides.
    pub fn ground(&self) -> Ground {
        let rgb = |colour: Color, otherwise: Rgb| match colour {
            Color::Rgb(red, green, blue) if !self.plain => (red, green, blue),
            _ => otherwise,
        };
        Ground { text: rgb(self.text, (0, 0, 0)), background: rgb(self.background, (255, 255, 255)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_reads_and_tells_the_original_batch_sizes_apart() {
        for (name, _) in BUILT_IN {
            let theme = Theme::named(name).unwrap();
            let mut colours: Vec<String> = theme.series.iter().take(5).map(|colour| format!("{colour:?}")).collect();
            colours.sort();
            colours.dedup();
            assert_eq!(colours.len(), 5, "{name}");
        }
    }

    #[test]
    fn where_the_terminal_decides_a_picture_is_black_on_white() {
        let ground = |theme: Theme| (theme.ground().text, theme.ground().background);
        let dark = Theme::named("dark").unwrap();
        assert_eq!(ground(dark.clone()), ((0xd8, 0xde, 0xe9), (0x1f, 0x23, 0x2b)));
        for theme in [dark.without_colours(), Theme::named("terminal").unwrap()] {
            assert_eq!(ground(theme), ((0, 0, 0), (255, 255, 255)));
        }
    }

    #[test]
    fn the_key_goes_through_all_themes_and_round() {
        let dark = Theme::named("dark").unwrap();
        assert_eq!(dark.next().next().next(), dark);
    }

    #[test]
    fn a_theme_that_does_not_read_says_why() {
        let wrong = include_str!("../../themes/dark.toml").replace("#a3be8c", "greenish");
        let error = Theme::parse("mine", &wrong).unwrap_err().to_string();
        assert_eq!(error, "theme `mine`: `greenish` is no colour; write \"#rrggbb\" or a name");
        assert!(Theme::named("/no/such/theme").unwrap_err().to_string().contains("neither built in"));
        assert!(Theme::parse("mine", "text = \"red\"").unwrap_err().to_string().contains("missing field"));
    }
}
