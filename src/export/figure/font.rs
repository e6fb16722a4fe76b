//! Widths of words in DejaVu Sans, and words that fit.

use ab_glyph::{Font as _, FontRef};
use dejavu::sans;

/// Dimensions words.
pub struct Font {
    outlines: Option<FontRef<'static>>,
}

impl Font {
    pub fn new() -> Self {
        // compiled in, and it parses: a unit test measures with it
        Self { outlines: FontRef::try_from_slice(sans::regular()).ok() }
    }

    /// How wide words of this size are.
    pub fn width(&self, words: &str, size: f64) -> f64 {
        let Some(outlines) = &self.outlines else { return 0.6 * size * words.chars().count() as f64 };
        let em = f64::from(outlines.units_per_em().unwrap_or(2048.0));
        let advance = |letter| f64::from(outlines.h_advance_unscaled(outlines.glyph_id(letter)));
        words.chars().map(advance).sum::<f64>() / em * size
    }

    /// Words without their middle where they would be too wide: names differ at their ends as a rule.
    pub fn shortened(&self, words: &str, size: f64, most: f64) -> String {
        let letters: Vec<char> = words.chars().collect();
        let cut = |kept: usize| -> String {
            let (head, tail) = (&letters[..kept.div_ceil(2)], &letters[letters.len() - kept / 2..]);
            head.iter().chain(&['…']).chain(tail).collect()
        };
        if self.width(words, size) <= most {
            return words.to_owned();
        }
        let fitting = (0..letters.len()).rev().map(cut).find(|short| self.width(short, size) <= most);
        fitting.unwrap_or_else(|| cut(0))
    }

    /// Names shortened so that no two look alike: those that would are numbered.
    pub fn distinct(&self, names: &[&str], size: f64, most: f64) -> Vec<String> {
        let short: Vec<String> = names.iter().map(|name| self.shortened(name, size, most)).collect();
        let is_alike = |place: usize| short.iter().filter(|name| **name == short[place]).count() > 1;
        let named = names.iter().enumerate().map(|(place, name)| {
            if !is_alike(place) {
                return short[place].clone();
            }
            let number = format!("{}: ", place + 1);
            let room = most - self.width(&number, size);
            number + &self.shortened(name, size, room)
        });
        named.collect()
    }

    /// The words with a size that lets them fit, at least `least` of the given one; beyond that without their middle.
    pub fn fitted(&self, words: &str, size: f64, least: f64, most: f64) -> (String, f64) {
        let wide = self.width(words, size);
        let size = if wide > most { (size * most / wide).max(least * size) } else { size };
        (self.shortened(words, size, most), size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_too_wide_keep_both_ends_and_never_look_alike() {
        let font = Font::new();
        assert!(font.outlines.is_some());
        let room = font.width("no-drop…updates", 10.0);
        assert_eq!(font.shortened("no-dropout-equal-updates", 10.0, room), "no-drop…updates");
        assert_eq!(font.shortened("short", 10.0, room), "short");
        assert_eq!(font.shortened("none", 10.0, 0.0), "…");
        let names = ["linear-rate-with-one-and-updates", "linear-rate-with-two-and-updates", "baseline"];
        let shown = font.distinct(&names, 10.0, room);
        assert!(shown[0].starts_with("1: li") && shown[1].starts_with("2: li") && shown[2] == "baseline", "{shown:?}");
        assert!(shown.iter().all(|name| font.width(name, 10.0) <= room + 1e-9));
    }

    #[test]
    fn words_shrink_before_they_are_cut() {
        let font = Font::new();
        let wide = font.width("a title of some length", 20.0);
        assert_eq!(font.fitted("a title of some length", 20.0, 0.7, wide), ("a title of some length".into(), 20.0));
        let (words, size) = font.fitted("a title of some length", 20.0, 0.7, 0.8 * wide);
        assert!(words == "a title of some length" && (size - 16.0).abs() < 1e-9);
        let (words, size) = font.fitted("a title of some length", 20.0, 0.7, 0.5 * wide);
        assert!(words.contains('…') && size == 14.0);
    }
}
