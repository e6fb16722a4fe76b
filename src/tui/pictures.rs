//! Pictures into the current folder, made by a thread of their own: keys never wait for one.

use super::theme::Theme;
use crate::export::{Picture, screen};
use crate::files::write_numbered;
use anyhow::{Context, Result};
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use std::panic::{UnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;

/// The picture of a figure with the data drawn in it and its view, under one number. Tells where the picture is.
pub fn figure(picture: Picture, tell: impl FnOnce(Result<PathBuf>) + Send + 'static) {
    make(tell, move || {
        let (view, data) = (picture.view.to_json().into_bytes(), picture.csv()?);
        // the picture last: where it is, the others are
        write(&picture.file_name(), &[("json", view), ("csv", data), ("png", picture.png()?)])
    });
}

/// The screen in these cells.
pub fn cells(
    mut buffer: Buffer,
    theme: &Theme,
    provenance: String,
    tell: impl FnOnce(Result<PathBuf>) + Send + 'static,
) {
    let ground = theme.ground();
    if theme.is_plain() {
        // as the terminal shows it
        buffer.content.iter_mut().for_each(|cell| (cell.fg, cell.bg) = (Color::Reset, Color::Reset));
    }
    make(tell, move || write("screen", &[("png", screen(&buffer, ground, &provenance)?)]));
}

fn make(
    tell: impl FnOnce(Result<PathBuf>) + Send + 'static,
    picture: impl FnOnce() -> Result<PathBuf> + UnwindSafe + Send + 'static,
) {
    thread::spawn(move || {
        let made = catch_unwind(picture);
        tell(made.unwrap_or_else(|_| Err(anyhow::anyhow!("drawing it panicked"))));
    });
}

/// Never over an earlier one. Gives the full path of the last.
fn write(stem: &str, files: &[(&str, Vec<u8>)]) -> Result<PathBuf> {
    let folder = std::env::current_dir().context("the current folder is gone")?;
    let paths = write_numbered(&folder, stem, files);
    let paths = paths.with_context(|| format!("cannot write into {}", folder.display()))?;
    paths.into_iter().next_back().context("nothing was written")
}
