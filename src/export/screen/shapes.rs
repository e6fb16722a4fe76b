//! Symbols that must join those of the next cell: braille, lines and blocks. Drawn for a cell of any size.

use super::mask::Mask;

/// Weights of a line's arms to the left, right, top and bottom: 1 light, 2 heavy. Sixteen symbols a row, from U+2500 on.
/// Double lines and diagonals are left to the font.
const ARMS: &[u8; 512] = b"\
    1100220000110022110022000011002211002200001100220101020101020202\
    1001200110022002011002100120022010102010102020200111021101210112\
    0122022102120222101120111021101210222021201220221101210112012201\
    1102210212022202111021101210221011202120122022201111211112112211\
    1121111211222121122121121212222122122122122222221100220000110022\
    ................................................................\
    ....................................................010110011010\
    0110............100000100100000120000020020000021200001221000021";
/// The light line of a cell, and how much thicker a heavy one is.
const LIGHT: f32 = 1.0;
const HEAVY: f32 = 3.0;
/// A dot's radius, of the room that it has.
const DOT: f32 = 0.4;

/// Draws a symbol, or says that it is none of these.
pub fn draw(symbol: char, mask: &mut Mask) -> bool {
    match symbol {
        '\u{2800}'..='\u{28ff}' => braille(symbol as u32 - 0x2800, mask),
        '\u{2580}'..='\u{259f}' => block(symbol as u32 - 0x2580, mask),
        '╭' | '╮' | '╯' | '╰' => corner(symbol, mask),
        '\u{2500}'..='\u{257f}' => return line(symbol as u32 - 0x2500, mask),
        ' ' => {}
        _ => return false,
    }
    true
}

fn braille(dots: u32, mask: &mut Mask) {
    /// Column and row of every bit.
    const PLACES: [(u8, u8); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let (wide, high) = (mask.width as f32 / 2.0, mask.height as f32 / 4.0);
    for (_, (column, row)) in PLACES.into_iter().enumerate().filter(|(bit, _)| dots >> bit & 1 == 1) {
        let (x, y) = ((f32::from(column) + 0.5) * wide, (f32::from(row) + 0.5) * high);
        mask.shape(|at_x, at_y| DOT * wide.min(high) - (at_x - x).hypot(at_y - y));
    }
}

fn block(place: u32, mask: &mut Mask) {
    let (wide, high) = (mask.width as f32, mask.height as f32);
    let eighths = |count: u32, of: f32| of * count as f32 / 8.0;
    let mut fill = |x: (f32, f32), y: (f32, f32), share: f32| mask.rectangle(x, y, share);
    match place {
        0x00 => fill((0.0, wide), (0.0, high / 2.0), 1.0),
        0x01..=0x08 => fill((0.0, wide), (high - eighths(place, high), high), 1.0),
        0x09..=0x0f => fill((0.0, eighths(0x10 - place, wide)), (0.0, high), 1.0),
        0x10 => fill((wide / 2.0, wide), (0.0, high), 1.0),
        0x11..=0x13 => fill((0.0, wide), (0.0, high), 0.25 * (place - 0x10) as f32),
        0x14 => fill((0.0, wide), (0.0, high / 8.0), 1.0),
        0x15 => fill((wide - wide / 8.0, wide), (0.0, high), 1.0),
        _ => {
            /// Quadrants, upper left first: a bit each.
            const QUADRANTS: [u8; 10] = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14];
            let quadrants = QUADRANTS[(place as usize - 0x16).min(9)];
            for quadrant in (0..4).filter(|quadrant| quadrants >> quadrant & 1 == 1) {
                let (x, y) = ((quadrant % 2) as f32 * wide / 2.0, (quadrant / 2) as f32 * high / 2.0);
                fill((x, x + wide / 2.0), (y, y + high / 2.0), 1.0);
            }
        }
    }
}

/// Where a line of this thickness through the middle of a cell begins and ends, in whole pixels.
fn middle(length: usize, thickness: f32) -> (f32, f32) {
    let begin = ((length as f32 + LIGHT - thickness) / 2.0).floor();
    (begin, begin + thickness)
}

/// Arms from the edges of the cell to its middle.
fn line(place: u32, mask: &mut Mask) -> bool {
    let arms = &ARMS[4 * place as usize..][..4];
    if arms[0] == b'.' {
        return false;
    }
    let thickness = |arm: u8| match arm {
        b'1' => LIGHT,
        b'2' => HEAVY,
        _ => 0.0,
    };
    let [left, right, up, down] = [arms[0], arms[1], arms[2], arms[3]].map(thickness);
    let (wide, high) = (mask.width as f32, mask.height as f32);
    if let Some(dashes) = dashes(place) {
        for dash in 0..dashes {
            let part = |length: f32| {
                (length * (dash as f32 + 0.25) / dashes as f32, length * (dash as f32 + 0.75) / dashes as f32)
            };
            match left > 0.0 {
                true => mask.rectangle(part(wide), middle(mask.height, left), 1.0),
                false => mask.rectangle(middle(mask.width, up), part(high), 1.0),
            }
        }
        return true;
    }
    // an arm ends at the far side of the thickest that it meets
    let (across, along) =
        (middle(mask.width, up.max(down).max(LIGHT)), middle(mask.height, left.max(right).max(LIGHT)));
    for (arm, x) in [(left, (0.0, across.1)), (right, (across.0, wide))] {
        mask.rectangle(x, middle(mask.height, arm), if arm > 0.0 { 1.0 } else { 0.0 });
    }
    for (arm, y) in [(up, (0.0, along.1)), (down, (along.0, high))] {
        mask.rectangle(middle(mask.width, arm), y, if arm > 0.0 { 1.0 } else { 0.0 });
    }
    true
}

/// Into how many dashes a line is broken.
fn dashes(place: u32) -> Option<u32> {
    match place {
        0x04..=0x07 => Some(3),
        0x08..=0x0b => Some(4),
        0x4c..=0x4f => Some(2),
        _ => None,
    }
}

/// A light line around a corner: from both edges straight on, then a quarter of a circle.
fn corner(symbol: char, mask: &mut Mask) {
    let (to_left, to_top) = (matches!(symbol, '╮' | '╯'), matches!(symbol, '╰' | '╯'));
    let (across, along) = (middle(mask.width, LIGHT), middle(mask.height, LIGHT));
    let (wide, high) = (mask.width as f32, mask.height as f32);
    let (x, y) = (across.0 + LIGHT / 2.0, along.0 + LIGHT / 2.0);
    let radius = if to_left { x } else { wide - x }.min(if to_top { y } else { high - y });
    // the middle of the circle
    let at = (if to_left { x - radius } else { x + radius }, if to_top { y - radius } else { y + radius });
    mask.rectangle(if to_left { (0.0, at.0) } else { (at.0, wide) }, along, 1.0);
    mask.rectangle(across, if to_top { (0.0, at.1) } else { (at.1, high) }, 1.0);
    mask.shape(|px, py| {
        let in_quarter = (px > at.0) == to_left && (py > at.1) == to_top;
        let off = ((px - at.0).hypot(py - at.1) - radius).abs();
        if in_quarter { LIGHT / 2.0 - off } else { -1.0 }
    });
}
