//! Writes pictures into the current folder, on a separate thread so that keys never wait.

use super::theme::Theme;
use crate::export::{Picture, screen};
use crate::files::write_numbered;
use anyhow::{Context, Result};
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use std::panic::{UnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;

/// Writes a figure, its data and, where it can be drawn again, its view under one number. Returns the path of the picture.
pub fn figure(picture: Picture, tell: impl FnOnce(Result<PathBuf>) + Send + 'static) {
    make(tell, move || {
        let view = picture.view.is_of_store().then(|| ("json", picture.view.to_json().into_bytes()));
        // the picture last: if it exists, so do the others
        let files: Vec<_> = view.into_iter().chain([("csv", picture.csv()?), ("png", picture.png()?)]).collect();
        write(&picture.file_name(), &files)
    });
}

/// Writes these cells as a picture of the screen.
pub fn cells(
    mut buffer: Buffer,
    theme: &Theme,
    provenance: String,
    tell: impl FnOnce(Result<PathBuf>) + Send + 'static,
) {
    let ground = theme.ground();
    if theme.is_plain() {
        // in the terminal's appearance
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

/// Writes files under a new number and returns the full path of the last one.
fn write(stem: &str, files: &[(&str, Vec<u8>)]) -> Result<PathBuf> {
    let folder = std::env::current_dir().context("the current folder is gone")?;
    let paths = write_numbered(&folder, stem, files);
    let paths = paths.with_context(|| format!("cannot write into {}", folder.display()))?;
    paths.into_iter().next_back().context("nothing was written")
}
