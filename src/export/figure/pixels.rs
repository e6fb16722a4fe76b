//! The SVG of a picture as pixels: PNG and SVG are one drawing.

use super::size::PictureSize;
use crate::export::image::{Image, PictureError};
use dejavu::sans;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};
use std::sync::{Arc, OnceLock};

/// Letters come from the font in the program alone, so that a picture is the same everywhere.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_font_data(sans::regular().to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

pub fn draw(svg: &str, size: PictureSize) -> Result<Image, PictureError> {
    let options = Options { fontdb: fonts(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| PictureError::Draw(error.to_string()))?;
    let mut pixels = Pixmap::new(size.width, size.height)
        .ok_or_else(|| PictureError::Draw(format!("{} by {} pixels are too many", size.width, size.height)))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    // the ground covers everything: nothing shows through
    let pixels = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Ok(Image { width: size.width as usize, height: size.height as usize, pixels })
}
