//! Pixels as a PNG, with where they come from.

use super::palette::Rgb;

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("cannot draw the picture: {0}")]
    Draw(String),
    #[error("cannot encode the picture: {0}")]
    Encode(#[from] png::EncodingError),
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

    /// `provenance` becomes the file's description.
    pub fn to_png(&self, provenance: &str) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.add_itxt_chunk("Description".into(), provenance.into())?;
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(bytes)
    }
}
