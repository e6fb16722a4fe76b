//! A theme as terminal styles. Widgets name a meaning, never a colour.

use crate::export::Ground;
use crate::theme::{self, BLACK, Colour, Rgb, SeriesColours, ThemeError, WHITE, mix};
use ratatui::style::{Color, Modifier, Style};

/// The share of the line's colour in its band.
const BAND: f64 = 0.25;

/// The styles of the screen.
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
    series: SeriesColours,
    /// by batch size, smallest first
    lines: Vec<Color>,
    /// no colours: marks replace them
    plain: bool,
}

/// The number of batch sizes before it is known.
const SIZES: usize = 5;

impl Theme {
    /// By the name of a built-in theme, else from a file.
    pub fn named(name: &str) -> Result<Self, ThemeError> {
        theme::ThemeColours::named(name).map(|theme| Self::of(&theme))
    }

    fn of(theme: &theme::ThemeColours) -> Self {
        let new = Self {
            name: theme.name.clone(),
            background: color(theme.background),
            text: color(theme.text),
            dim: color(theme.dim),
            border: color(theme.border),
            title: color(theme.title),
            accent: color(theme.accent),
            good: color(theme.good),
            bad: color(theme.bad),
            selection: color(theme.selection),
            series: theme.series.clone(),
            lines: Vec::new(),
            plain: false,
        };
        new.of_sizes(SIZES)
    }

    /// With colours for this number of batch sizes, hidden ones included.
    pub fn of_sizes(&self, sizes: usize) -> Self {
        Self { lines: self.series.colours(sizes.max(1)).into_iter().map(color).collect(), ..self.clone() }
    }

    /// The built-in theme after this one.
    pub fn next(&self) -> Self {
        let place = theme::BUILT_IN.iter().position(|(known, _)| *known == self.name);
        let (name, text) = theme::BUILT_IN[place.map_or(0, |place| (place + 1) % theme::BUILT_IN.len())];
        // a test parses every built-in theme
        let next = theme::ThemeColours::parse(name, text).map_or_else(|_| self.clone(), |theme| Self::of(&theme));
        Self { plain: self.plain, ..next }
    }

    pub(super) fn background(&self) -> Color {
        self.background
    }

    pub(super) fn selection_ground(&self) -> Color {
        self.selection
    }

    /// The line colours by batch size, smallest first.
    pub(super) fn lines(&self) -> &[Color] {
        &self.lines
    }

    /// For a terminal without colours.
    pub fn without_colours(self) -> Self {
        Self { plain: true, ..self }
    }

    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The background of a band around a batch size's line, if colours can be mixed.
    pub fn band(&self, place: usize) -> Option<Color> {
        let ground = rgb(self.background)?;
        let (red, green, blue) = mix(ground, rgb(self.line(place))?, BAND);
        (!self.plain).then_some(Color::Rgb(red, green, blue))
    }

    fn line(&self, place: usize) -> Color {
        self.lines.get(place % self.lines.len().max(1)).copied().unwrap_or(self.text)
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

    /// The frame of the focused panel. Bold, so that it is visible without colours.
    pub fn focus(&self) -> Style {
        Style::new().fg(self.accent).add_modifier(Modifier::BOLD)
    }

    pub fn title(&self) -> Style {
        Style::new().fg(self.title).add_modifier(Modifier::BOLD)
    }

    pub fn accent(&self) -> Style {
        Style::new().fg(self.accent)
    }

    /// The name of a key.
    pub fn key(&self) -> Style {
        Style::new().fg(self.accent).add_modifier(Modifier::BOLD)
    }

    pub fn good(&self) -> Style {
        Style::new().fg(self.good)
    }

    pub fn bad(&self) -> Style {
        Style::new().fg(self.bad)
    }

    /// Bold; reversed without colours.
    pub fn selection(&self) -> Style {
        let marked = Style::new().bg(self.selection).add_modifier(Modifier::BOLD);
        if self.plain { marked.add_modifier(Modifier::REVERSED) } else { marked }
    }

    /// The line colour of a batch size, by its index.
    pub fn series(&self, place: usize) -> Style {
        Style::new().fg(self.line(place))
    }

    /// A line of another arm in the background: its colour mixed with the background's, or dimmed by the terminal.
    pub fn faint(&self, place: usize) -> Style {
        match self.band(place) {
            Some(Color::Rgb(r, g, b)) => {
                // halfway between a band's background and the colour itself
                let Some(Color::Rgb(red, green, blue)) = self.series(place).fg else { return self.border() };
                let mix = |band: u8, ink: u8| (u16::from(band) * 3 / 5 + u16::from(ink) * 2 / 5) as u8;
                Style::new().fg(Color::Rgb(mix(r, red), mix(g, green), mix(b, blue)))
            }
            _ => self.series(place).add_modifier(Modifier::DIM),
        }
    }

    /// An arm's colour, by its index; arms also have different marks.
    pub fn arm(&self, place: usize) -> Style {
        let colours = [self.text, self.accent, self.good, self.title, self.bad];
        Style::new().fg(colours[place % colours.len()])
    }

    /// The default colours in a picture; black on white if the terminal chooses them.
    pub fn ground(&self) -> Ground {
        let rgb = |colour: Color, otherwise: Rgb| rgb(colour).filter(|_| !self.plain).unwrap_or(otherwise);
        Ground { text: rgb(self.text, BLACK), background: rgb(self.background, WHITE) }
    }
}

fn color(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Indexed(index) => SIXTEEN.get(usize::from(index)).copied().unwrap_or(Color::Indexed(index)),
        Colour::Rgb((red, green, blue)) => Color::Rgb(red, green, blue),
    }
}

fn rgb(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        _ => None,
    }
}

/// Named colours, which work on terminals with sixteen colours.
const SIXTEEN: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_size_has_its_colour_by_its_place_among_all() {
        let dark = Theme::named("dark").unwrap();
        let [two, five] = [dark.of_sizes(2), dark.of_sizes(5)];
        assert_eq!((two.series(0), two.series(1)), (five.series(0), five.series(4)));
        assert_ne!(five.series(1), five.series(0));
        let terminal = Theme::named("terminal").unwrap();
        assert_eq!(terminal.of_sizes(5).series(1), Style::new().fg(Color::LightBlue));
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
}
