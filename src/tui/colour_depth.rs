//! How many colours the terminal supports, and how a theme's colours are mapped to fewer.
//!
//! Themes have 24-bit colours. A frame is drawn with these; for a terminal with fewer colours each is then replaced by the
//! nearest available one. Lines of different batch sizes keep different colours, and no text takes the colour of its
//! background.

use super::theme::Theme;
use crate::theme::Rgb;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// no colours: marks replace them
    None,
    /// the eight ANSI colours and their bright variants
    Sixteen,
    /// the sixteen, a cube of 6 x 6 x 6 and 24 greys
    Indexed,
    /// red, green and blue of 8 bits each
    True,
}

/// Terminals with 24-bit colours: by the beginning of `TERM`, and by `TERM_PROGRAM`.
const TRUE_BY_TERM: [&str; 6] = ["xterm-kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "contour"];
const TRUE_BY_PROGRAM: [&str; 5] = ["iTerm.app", "WezTerm", "vscode", "ghostty", "rio"];

impl ColourDepth {
    /// By its name on the command line; `None` if the environment decides.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "truecolor" => Some(Self::True),
            "256" => Some(Self::Indexed),
            "16" => Some(Self::Sixteen),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "truecolor",
            Self::Indexed => "256",
            Self::Sixteen => "16",
            Self::None => "none",
        }
    }

    /// From environment variables. The terminal is not queried, because terminals answer differently or not at all.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = value("TERM").unwrap_or_default();
        let says = |name: &str, words: &[&str]| value(name).is_some_and(|value| words.contains(&value.as_str()));
        if value("NO_COLOR").is_some() || term == "dumb" || term.starts_with("vt") || term.ends_with("-m") {
            return Self::None;
        }
        // GNU screen passes on the variables of the outer terminal, whose colours it may not support
        let in_screen = value("STY").is_some() && value("TMUX").is_none();
        let is_true = says("COLORTERM", &["truecolor", "24bit"])
            || term.ends_with("-direct")
            || TRUE_BY_TERM.iter().any(|known| term.starts_with(known))
            || says("TERM_PROGRAM", &TRUE_BY_PROGRAM)
            || value("WT_SESSION").is_some();
        match () {
            () if is_true && !in_screen => Self::True,
            () if term.contains("256color") => Self::Indexed,
            // the console of Windows has no TERM
            () if term.is_empty() && cfg!(windows) => Self::True,
            () => Self::Sixteen,
        }
    }

    /// The available colours. The first 16 have xterm's values; terminals differ in them.
    fn palette(self) -> &'static [(Color, Oklab)] {
        static BASIC: LazyLock<Vec<(Color, Oklab)>> = LazyLock::new(|| looks(SIXTEEN));
        static INDEXED: LazyLock<Vec<(Color, Oklab)>> = LazyLock::new(|| looks(indexed()));
        match self {
            Self::Sixteen => &BASIC,
            Self::Indexed => &INDEXED,
            Self::None | Self::True => &[],
        }
    }
}

type Oklab = [f64; 3];

fn looks(colours: impl IntoIterator<Item = (Color, Rgb)>) -> Vec<(Color, Oklab)> {
    colours.into_iter().map(|(colour, rgb)| (colour, oklab(rgb))).collect()
}

const SIXTEEN: [(Color, Rgb); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// The greys of the sixteen colours.
const GREYS: [Color; 4] = [Color::Black, Color::DarkGray, Color::Gray, Color::White];

/// The cube and the greys of the 256 colours. The first 16 are left out, because terminals define them differently.
fn indexed() -> impl Iterator<Item = (Color, Rgb)> {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let cube = (0..216u8).map(move |n| (Color::Indexed(16 + n), (level(n / 36), level(n / 6 % 6), level(n % 6))));
    let greys = (0..24u8).map(|n| (Color::Indexed(232 + n), (8 + 10 * n, 8 + 10 * n, 8 + 10 * n)));
    cube.chain(greys)
}

/// The mapping of a theme's colours.
#[derive(Clone, Debug)]
pub struct Colours {
    depth: ColourDepth,
    /// the theme's background, and its replacement
    ground: (Color, Color),
    /// colours that must stay different, and their replacements
    series: Vec<(Color, Color)>,
    selection: Color,
}

impl Colours {
    pub fn of(depth: ColourDepth, theme: &Theme) -> Self {
        let background = theme.background();
        let mut colours =
            Self { depth, ground: (background, background), series: Vec::new(), selection: theme.selection_ground() };
        colours.ground.1 = colours.nearest(background, &[]);
        for colour in theme.lines() {
            if colours.series.iter().any(|(known, _)| known == colour) {
                continue;
            }
            let mut taken: Vec<Color> = colours.series.iter().map(|(_, shown)| *shown).collect();
            taken.push(colours.ground.1);
            // text and axes use the greys: a grey line would look like one of them
            if depth == ColourDepth::Sixteen {
                taken.extend(GREYS);
            }
            colours.series.push((*colour, colours.nearest(*colour, &taken)));
        }
        colours
    }

    /// Replaces the colours of a frame.
    pub fn apply(&self, frame: &mut Buffer) {
        if self.depth == ColourDepth::True {
            return;
        }
        // a frame has few pairs of colours
        let mut known = HashMap::new();
        for cell in &mut frame.content {
            let asked = (cell.fg, cell.bg);
            (cell.fg, cell.bg) = *known.entry(asked).or_insert_with(|| self.shown(asked));
        }
    }

    fn shown(&self, (text, ground): (Color, Color)) -> (Color, Color) {
        if self.depth == ColourDepth::None {
            return (Color::Reset, Color::Reset);
        }
        let shown_ground = match ground {
            _ if ground == self.ground.0 => self.ground.1,
            // none of 16 colours is a tint of the background, but the selection must be visible
            _ if self.depth == ColourDepth::Sixteen && ground != self.selection && ground != Color::Reset => {
                self.ground.1
            }
            _ => self.nearest(ground, &[self.ground.1]),
        };
        let of_series = self.series.iter().find(|(known, shown)| *known == text && *shown != shown_ground);
        let shown_text = match of_series {
            Some((_, shown)) => *shown,
            None if text == ground => shown_ground,
            None => self.nearest(text, &[shown_ground]),
        };
        (shown_text, shown_ground)
    }

    /// The nearest colour that is not taken, if there is one.
    fn nearest(&self, colour: Color, taken: &[Color]) -> Color {
        let Color::Rgb(red, green, blue) = colour else { return colour };
        let wanted = oklab((red, green, blue));
        let distance = |other: &Oklab| wanted.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let palette = self.depth.palette().iter();
        let nearest = |free: bool| {
            let open = palette.clone().filter(|(known, _)| !free || !taken.contains(known));
            open.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).map(|(known, _)| *known)
        };
        nearest(true).or_else(|| nearest(false)).unwrap_or(colour)
    }
}

/// The Oklab colour space, in which equal distances look alike (Ottosson 2020).
fn oklab((red, green, blue): Rgb) -> Oklab {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(red), linear(green), linear(blue));
    let long = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let medium = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let short = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * long + 0.793_617_785 * medium - 0.004_072_046_8 * short,
        1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short,
        0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn depth(variables: &[(&str, &str)]) -> ColourDepth {
        ColourDepth::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn true_colours_only_where_the_terminal_says_so() {
        use ColourDepth::{Indexed, None, Sixteen, True};
        for (variables, expected) in [
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], True),
            (&[("TERM", "xterm"), ("COLORTERM", "24bit")], True),
            (&[("TERM", "xterm-direct")], True),
            (&[("TERM", "xterm-kitty")], True),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], True),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], Indexed),
            (&[("TERM", "screen-256color"), ("COLORTERM", "truecolor"), ("STY", "1.tty")], Indexed),
            (&[("TERM", "tmux-256color"), ("COLORTERM", "truecolor"), ("TMUX", "x")], True),
            (&[("TERM", "xterm-256color")], Indexed),
            (&[("TERM", "xterm"), ("COLORTERM", "yes")], Sixteen),
            (&[("TERM", "linux")], Sixteen),
            (&[("TERM", "vt220")], None),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], None),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], None),
        ] {
            assert_eq!(depth(variables), expected, "{variables:?}");
        }
    }

    /// A cell for every pair of the theme's text colours and backgrounds, before and after mapping.
    fn frames(theme: &Theme, depth: ColourDepth) -> (Buffer, Buffer) {
        let styles =
            [theme.text(), theme.dim(), theme.border(), theme.title(), theme.accent(), theme.good(), theme.bad()];
        let series = (0..theme.lines().len()).map(|place| theme.series(place));
        let styles: Vec<_> = styles.into_iter().chain(series).collect();
        let mut before = Buffer::empty(Rect::new(0, 0, styles.len() as u16, 2));
        for (x, style) in (0..).zip(&styles) {
            before[(x, 0)].set_symbol("x").set_style(theme.text()).set_style(*style);
            before[(x, 1)].set_symbol("x").set_style(theme.text()).set_style(*style).set_style(theme.selection());
        }
        let mut after = before.clone();
        Colours::of(depth, theme).apply(&mut after);
        (before, after)
    }

    #[test]
    fn every_text_can_be_read_and_every_series_told_apart_in_256_and_in_16_colours() {
        for name in ["dark", "light", "terminal"] {
            let theme = Theme::named(name).unwrap();
            for depth in [ColourDepth::Indexed, ColourDepth::Sixteen] {
                let (before, after) = frames(&theme, depth);
                for (old, new) in before.content.iter().zip(&after.content) {
                    assert!(!matches!(new.fg, Color::Rgb(..)) && !matches!(new.bg, Color::Rgb(..)), "{name} {depth:?}");
                    assert!(new.fg != new.bg || old.fg == old.bg, "{name} {depth:?}: {old:?} became {new:?}");
                }
                let grounds = [0, 1].map(|y| after[(0, y)].bg);
                assert_ne!(grounds[0], grounds[1], "{name} {depth:?}: what is selected shows");
                let mut shown: Vec<Color> = Colours::of(depth, &theme).series.iter().map(|(_, shown)| *shown).collect();
                if (depth, name) == (ColourDepth::Sixteen, "dark") {
                    assert!(shown.iter().all(|colour| !GREYS.contains(colour)), "lines have a hue: {shown:?}");
                }
                let count = shown.len();
                shown.sort_by_key(|colour| format!("{colour:?}"));
                shown.dedup();
                assert_eq!(shown.len(), count, "{name} {depth:?}");
            }
            let (before, after) = frames(&theme, ColourDepth::True);
            assert_eq!(before, after);
            let (_, plain) = frames(&theme, ColourDepth::None);
            assert!(plain.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
        }
    }

    #[test]
    fn colours_become_those_that_look_most_like_them() {
        let colours = |depth| Colours::of(depth, &Theme::named("dark").unwrap());
        assert_eq!(colours(ColourDepth::Indexed).nearest(Color::Rgb(255, 0, 0), &[]), Color::Indexed(196));
        assert_eq!(colours(ColourDepth::Indexed).nearest(Color::Rgb(0x77, 0x78, 0x76), &[]), Color::Indexed(243));
        assert_eq!(colours(ColourDepth::Sixteen).nearest(Color::Rgb(250, 250, 250), &[]), Color::White);
        assert_eq!(colours(ColourDepth::Sixteen).nearest(Color::Rgb(250, 250, 250), &[Color::White]), Color::Gray);
        assert_eq!(colours(ColourDepth::Sixteen).nearest(Color::Cyan, &[]), Color::Cyan, "the terminal's own stays");
    }
}
