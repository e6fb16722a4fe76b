//! Colours of a terminal as red, green and blue.

use crate::theme::Rgb;
use ratatui::style::Color;

/// The sixteen that a terminal has names for, in shades that are seen on white and on black. Every terminal has its own.
const NAMED: [Rgb; 16] = [
    (0, 0, 0),
    (205, 49, 49),
    (16, 137, 62),
    (148, 122, 0),
    (36, 100, 190),
    (188, 63, 188),
    (14, 135, 165),
    (170, 170, 170),
    (118, 118, 118),
    (241, 76, 76),
    (24, 170, 100),
    (190, 155, 10),
    (59, 142, 234),
    (214, 100, 214),
    (30, 165, 190),
    (255, 255, 255),
];

/// `reset` is what a cell has that names none.
pub fn rgb(colour: Color, reset: Rgb) -> Rgb {
    let place = match colour {
        Color::Reset => return reset,
        Color::Rgb(red, green, blue) => return (red, green, blue),
        Color::Indexed(index) => return indexed(index),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    NAMED[place]
}

/// xterm's 256 colours: sixteen names, a cube of six shades each, greys.
fn indexed(index: u8) -> Rgb {
    match index {
        0..16 => NAMED[usize::from(index)],
        16..232 => {
            let place = index - 16;
            let shade = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            (shade(place / 36), shade(place / 6 % 6), shade(place % 6))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_256_colours_are_those_of_xterm() {
        assert_eq!(
            [16, 21, 196, 231, 232, 255].map(indexed),
            [(0, 0, 0), (0, 0, 255), (255, 0, 0), (255, 255, 255), (8, 8, 8), (238, 238, 238)]
        );
    }
}
