//! A terminal's screen as a PNG, cell for cell. Takes the cells as a plain value: no terminal is asked for anything.

mod colours;
mod letters;
mod mask;
mod shapes;

use self::colours::rgb;
use self::letters::Letters;
use self::mask::Mask;
use super::image::{Image, PictureError};
use crate::theme::{Rgb, mix};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::Modifier;
use std::collections::HashMap;

/// Pixels of a cell.
const CELL: (usize, usize) = (10, 20);
/// How much of its colour a dim letter has.
const DIM: f64 = 0.5;

/// What a terminal shows where a cell names no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    pub text: Rgb,
    pub background: Rgb,
}

/// Draws a screen. `provenance` stands in the file's metadata alone.
pub fn screen(buffer: &Buffer, ground: Ground, provenance: &str) -> Result<Vec<u8>, PictureError> {
    draw(buffer, ground).to_png(provenance, None)
}

fn draw(buffer: &Buffer, ground: Ground) -> Image {
    let area = buffer.area;
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let mut image = Image::filled(columns * CELL.0, rows * CELL.1, ground.background);
    let letters = Letters::new();
    let mut masks: HashMap<(&str, bool), Mask> = HashMap::new();
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let cell = &buffer.content[row * columns + column];
            // a wide letter covers the cells behind it
            let cells = usize::from(cell.cell_width()).clamp(1, columns - column);
            let bold = cell.modifier.contains(Modifier::BOLD);
            let mask =
                masks.entry((cell.symbol(), bold)).or_insert_with(|| symbol(cell.symbol(), cells, bold, &letters));
            let (text, background) = colours(cell, ground);
            image.stamp((column * CELL.0, row * CELL.1), mask, text, background);
            if cell.modifier.contains(Modifier::UNDERLINED) {
                image.line((column * CELL.0, (row + 1) * CELL.1 - 2), cells * CELL.0, text);
            }
            column += cells;
        }
    }
    image
}

/// Of its letter and of what is behind it.
fn colours(cell: &Cell, ground: Ground) -> (Rgb, Rgb) {
    let (mut text, mut background) = (rgb(cell.fg, ground.text), rgb(cell.bg, ground.background));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut text, &mut background);
    }
    if cell.modifier.contains(Modifier::DIM) {
        text = mix(background, text, DIM);
    }
    (text, background)
}

/// Lines, blocks and dots as shapes, which join those of the next cell; anything else as letters.
fn symbol(symbol: &str, cells: usize, bold: bool, letters: &Letters) -> Mask {
    let mut mask = Mask::empty(cells * CELL.0, CELL.1);
    for character in symbol.chars() {
        if !shapes::draw(character, &mut mask) {
            letters.draw(character, bold, &mut mask);
        }
    }
    mask
}

impl Image {
    /// Fills the ground of a mask at a place of the picture, and lays the ink over it.
    fn stamp(&mut self, (left, top): (usize, usize), mask: &Mask, ink: Rgb, ground: Rgb) {
        let (ink, ground) = ([ink.0, ink.1, ink.2], [ground.0, ground.1, ground.2]);
        for (row, coverage) in mask.rows().enumerate() {
            let begin = 3 * ((top + row) * self.width + left);
            let pixels = self.pixels[begin..begin + 3 * coverage.len()].chunks_exact_mut(3);
            for (pixel, share) in pixels.zip(coverage) {
                for (part, (ink, ground)) in pixel.iter_mut().zip(ink.iter().zip(ground)) {
                    let (share, ink, ground) = (u32::from(*share), u32::from(*ink), u32::from(ground));
                    *part = ((ink * share + ground * (255 - share) + 127) / 255) as u8;
                }
            }
        }
    }

    fn line(&mut self, (left, row): (usize, usize), length: usize, ink: Rgb) {
        let begin = 3 * (row * self.width + left);
        self.pixels[begin..begin + 3 * length].copy_from_slice(&[ink.0, ink.1, ink.2].repeat(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    const GROUND: Ground = Ground { text: (0, 0, 0), background: (255, 255, 255) };

    fn drawn(lines: &[&str]) -> Image {
        draw(&Buffer::with_lines(lines.to_vec()), GROUND)
    }

    fn ink(image: &Image, x: usize, y: usize) -> u8 {
        255 - image.pixels[3 * (y * image.width + x)]
    }

    /// Whether the ink of a column of pixels, or of a row, is the same from edge to edge.
    fn is_seamless(image: &Image, along_x: bool) -> bool {
        let (length, across) = if along_x { (image.width, image.height) } else { (image.height, image.width) };
        let at = |place: usize, line: usize| if along_x { ink(image, place, line) } else { ink(image, line, place) };
        (0..across).any(|line| at(0, line) == 255)
            && (0..across).all(|line| (1..length).all(|place| at(place, line) == at(0, line)))
    }

    #[test]
    fn lines_and_blocks_have_no_seams() {
        for symbol in ["─", "━", "█", "▀", "▄", "▂", "▁", "▔"] {
            assert!(is_seamless(&drawn(&[&symbol.repeat(4)]), true), "{symbol}");
        }
        for symbol in ["│", "┃", "█", "▌", "▐", "▎", "▕"] {
            assert!(is_seamless(&drawn(&[symbol; 4]), false), "{symbol}");
        }
        // corners and crossings meet the lines beside them
        let image = drawn(&["╭─┬─╮", "├─┼─┤", "╰─┴─╯"]);
        let (x, y) = (CELL.0 / 2, CELL.1 / 2);
        let last = (4 * CELL.0 + x, 2 * CELL.1 + y);
        assert!((y..=last.1).all(|row| ink(&image, last.0 - 2 * CELL.0, row) == 255), "a line down the middle");
        assert!((x..=last.0).all(|column| ink(&image, column, y + CELL.1) == 255), "a line across the middle");
        assert!(
            (y + 6..last.1 - 6).all(|row| ink(&image, x, row) == 255 && ink(&image, last.0, row) == 255),
            "the sides"
        );
    }

    #[test]
    fn braille_dots_are_even_across_cells() {
        let image = drawn(&["⣿⣿⣿", "⣿⣿⣿"]);
        let (wide, high) = (CELL.0 / 2, CELL.1 / 4);
        for y in high..image.height {
            for x in wide..image.width {
                assert_eq!(ink(&image, x, y), ink(&image, x - wide, y), "{x} {y}");
                assert_eq!(ink(&image, x, y), ink(&image, x, y - high), "{x} {y}");
            }
        }
        assert_eq!(drawn(&["⠀"]), drawn(&[" "]));
        let dots = |text: &str| drawn(&[text]).pixels.iter().map(|part| u64::from(255 - part)).sum::<u64>();
        assert_eq!(8 * dots("⠁"), dots("⣿"));
    }

    #[test]
    fn colours_and_marks_of_a_cell_are_those_of_the_terminal() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
        buffer.set_string(0, 0, "█", Style::new().fg(Color::Rgb(1, 2, 3)));
        buffer.set_string(1, 0, " ", Style::new().bg(Color::Indexed(16 + 36 * 5)));
        buffer.set_string(2, 0, " ", Style::new().fg(Color::Rgb(9, 9, 9)).add_modifier(Modifier::REVERSED));
        buffer.set_string(3, 0, "█", Style::new().add_modifier(Modifier::DIM));
        buffer.set_string(4, 0, " ", Style::new().add_modifier(Modifier::UNDERLINED));
        let image = draw(&buffer, GROUND);
        let pixel = |x: usize, y: usize| image.pixels[3 * (y * image.width + x)..][..3].to_vec();
        assert_eq!(pixel(5, 5), [1, 2, 3]);
        assert_eq!(pixel(15, 5), [255, 0, 0]);
        assert_eq!(pixel(25, 5), [9, 9, 9]);
        assert_eq!(pixel(35, 5), [128, 128, 128]);
        assert_eq!((pixel(45, 18), pixel(45, 5)), (vec![0, 0, 0], vec![255, 255, 255]));
    }

    #[test]
    fn every_letter_is_there_and_a_wide_one_takes_two_cells() {
        for text in ["a", "é", "●", "◐", "○", "▸", "✓", "✗", "·", "…", "±", "↓", "═", "╬", "漢"]
        {
            assert!(drawn(&[text]).pixels.iter().any(|part| *part < 128), "{text}");
        }
        let (wide, plain) = (drawn(&["漢a"]), drawn(&["  a"]));
        assert_eq!(wide.width, 3 * CELL.0);
        let last = |image: &Image| -> Vec<u8> {
            (0..CELL.1)
                .flat_map(|y| (2 * CELL.0..3 * CELL.0).map(move |x| (x, y)))
                .map(|(x, y)| ink(image, x, y))
                .collect()
        };
        assert_eq!(last(&wide), last(&plain), "what is behind it stands where it would");
        assert_ne!(
            drawn(&["a"]),
            draw(&Buffer::with_lines([ratatui::text::Line::styled("a", Modifier::BOLD)]), GROUND)
        );
    }

    #[test]
    fn the_same_screen_gives_the_same_bytes_and_an_empty_one_no_panic() {
        let buffer = Buffer::with_lines(["╭ 2 Charts ─╮", "│ ⣀⡠⠔⠊⠉    │"]);
        assert_eq!(screen(&buffer, GROUND, "a test").unwrap(), screen(&buffer, GROUND, "a test").unwrap());
        assert!(screen(&Buffer::empty(Rect::ZERO), GROUND, "a test").is_err(), "a picture of no pixels is none");
    }
}
