//! Letters of DejaVu Sans Mono, in cells.

use super::CELL;
use super::mask::Mask;
use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont, point};
use dejavu::{sans, sans_mono};

pub struct Letters {
    regular: Option<FontRef<'static>>,
    bold: Option<FontRef<'static>>,
    /// has symbols that the others lack; its letters are not all as wide
    other: Option<FontRef<'static>>,
}

/// The font's own mark of a letter that it does not have.
const MISSING: GlyphId = GlyphId(0);

impl Letters {
    pub fn new() -> Self {
        // compiled in, and they parse: a unit test draws with each
        let font = |bytes| FontRef::try_from_slice(bytes).ok();
        Self { regular: font(sans_mono::regular()), bold: font(sans_mono::bold()), other: font(sans::regular()) }
    }

    /// Draws a letter into its cell, or over two; of one that no font has, an empty box.
    pub fn draw(&self, letter: char, bold: bool, mask: &mut Mask) {
        let own = if bold { &self.bold } else { &self.regular };
        let fonts = [own, &self.regular, &self.other].map(Option::as_ref);
        let found = fonts.iter().flatten().find(|font| font.glyph_id(letter) != MISSING);
        let Some(font) = found.or(fonts.iter().flatten().next()) else { return };
        outline(font, font.glyph_id(letter), mask);
    }
}

/// As high as a cell, and no wider than those that it has.
fn outline(font: &FontRef<'static>, id: GlyphId, mask: &mut Mask) {
    let (width, high) = (mask.width as f32, CELL.1 as f32);
    let natural = font.as_scaled(PxScale::from(high)).h_advance(id).max(1.0);
    let scale = PxScale { x: high * (width / natural).min(1.0), y: high };
    let scaled = font.as_scaled(scale);
    let left = ((width - scaled.h_advance(id)) / 2.0).max(0.0);
    let glyph: Glyph = id.with_scale_and_position(scale, point(left, scaled.ascent()));
    if let Some(outline) = font.outline_glyph(glyph) {
        let bounds = outline.px_bounds();
        outline.draw(|x, y, share| mask.cover(bounds.min.x as i32 + x as i32, bounds.min.y as i32 + y as i32, share));
    }
}
