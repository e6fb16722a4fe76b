//! Letters of a picture.

use super::{Area, draw_error};
use crate::export::image::PictureError;
use crate::theme::Rgb;
use dejavu::sans;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// Pixels left and right of everything.
pub const MARGIN: i32 = 40;

pub fn colour((red, green, blue): Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

/// Upper left corner of a text at a place.
pub fn write<DB: DrawingBackend>(
    area: &Area<DB>,
    text: &str,
    at: (i32, i32),
    size: f64,
    colour: &RGBColor,
) -> Result<(), PictureError> {
    area.draw(&Text::new(text.to_owned(), at, ("sans-serif", size).into_font().color(colour))).map_err(draw_error)
}

/// Pixels that a text is wide.
pub fn width<DB: DrawingBackend>(area: &Area<DB>, text: &str, size: f64) -> Result<i32, PictureError> {
    let style = ("sans-serif", size).into_font().into();
    area.estimate_text_size(text, &style).map(|(width, _)| width as i32).map_err(draw_error)
}

/// A text without its middle where it would be too wide: arms often differ in their ends.
pub fn shortened<DB: DrawingBackend>(
    area: &Area<DB>,
    text: &str,
    size: f64,
    most: u32,
) -> Result<String, PictureError> {
    let letters: Vec<char> = text.chars().collect();
    let mut shown = text.to_owned();
    let mut kept = letters.len();
    while width(area, &shown, size)? > most as i32 && kept > 2 {
        kept -= 1;
        let head: String = letters[..kept.div_ceil(2)].iter().collect();
        let tail: String = letters[letters.len() - kept / 2..].iter().collect();
        shown = format!("{head}…{tail}");
    }
    Ok(shown)
}

pub fn load_font() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        // the font is compiled in and parses: a unit test draws with it
        let _ = register_font("sans-serif", FontStyle::Normal, sans::regular());
    });
}
