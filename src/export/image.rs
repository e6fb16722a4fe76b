//! Pixels as a PNG with its provenance.

use super::figure::PictureSize;
use crate::theme::Rgb;
use png::{PixelDimensions, Unit};
use std::collections::HashMap;

const METRES_IN_AN_INCH: f64 = 0.0254;

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("cannot draw the picture: {0}")]
    Draw(String),
    #[error("cannot encode the picture: {0}")]
    Encode(#[from] png::EncodingError),
    #[error(
        "{arms} arms have no room in a picture of {} by {} pixels at {} dpi: ask for more pixels, fewer dpi or fewer arms",
        .size.width, .size.height, .size.dpi
    )]
    Room { arms: usize, size: PictureSize },
    #[error("cannot write the picture's data: {0}")]
    Data(#[from] std::io::Error),
}

/// Red, green and blue of every pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Image {
    pub fn filled(width: usize, height: usize, colour: Rgb) -> Self {
        let colour = [colour.0, colour.1, colour.2];
        Self { width, height, pixels: colour.repeat(width * height) }
    }

    /// `provenance` becomes the file's description; `dpi` says how large it is on paper.
    pub fn to_png(&self, provenance: &str, dpi: Option<u32>) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.add_itxt_chunk("Description".into(), provenance.into())?;
        encoder.set_pixel_dims(dpi.map(|dpi| {
            let per_metre = (f64::from(dpi) / METRES_IN_AN_INCH).round() as u32;
            PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }
        }));
        match self.indexed() {
            Some((palette, places)) => {
                encoder.set_color(png::ColorType::Indexed);
                encoder.set_palette(palette);
                encoder.set_filter(png::Filter::NoFilter);
                encoder.write_header()?.write_image_data(&places)?;
            }
            None => {
                encoder.set_color(png::ColorType::Rgb);
                encoder.write_header()?.write_image_data(&self.pixels)?;
            }
        }
        Ok(bytes)
    }

    /// The palette and the index of every pixel, if 256 colours are enough: a third of the bytes to compress.
    fn indexed(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut palette, mut places) = (Vec::new(), Vec::with_capacity(self.width * self.height));
        let mut known: HashMap<&[u8], u8> = HashMap::new();
        let mut last: (&[u8], u8) = (&[], 0);
        for colour in self.pixels.chunks_exact(3) {
            if colour != last.0 {
                let place = match known.get(colour) {
                    Some(place) => *place,
                    None => {
                        let place = u8::try_from(known.len()).ok()?;
                        palette.extend_from_slice(colour);
                        known.insert(colour, place);
                        place
                    }
                };
                last = (colour, place);
            }
            places.push(last.1);
        }
        Some((palette, places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_it_was_whether_its_colours_fit_a_palette_or_not() {
        for colours in [1, 256, 257] {
            let pixel = |number: u32| [(number % 256) as u8, (number / 256) as u8, 7];
            let pixels: Vec<u8> = (0..32 * 32).flat_map(|number| pixel(number % colours)).collect();
            let bytes = Image { width: 32, height: 32, pixels: pixels.clone() }.to_png("a test", None).unwrap();
            let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
            decoder.set_transformations(png::Transformations::EXPAND);
            let mut reader = decoder.read_info().unwrap();
            let mut read = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut read).unwrap();
            assert_eq!(read, pixels, "{colours} colours");
        }
    }
}
