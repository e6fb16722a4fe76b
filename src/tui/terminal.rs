//! The terminal: set up for the dashboard, and restored whatever happens.

use super::colour_depth::ColourDepth;
use super::output::{Muted, TerminalOutput};
use anyhow::{Context, Result};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, execute, queue, terminal};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use std::io::{BufWriter, Stdout, stdout};

/// Size of the output buffer.
const BUFFER: usize = 1 << 16;

type Screen = ratatui::Terminal<CrosstermBackend<BufWriter<TerminalOutput<Stdout>>>>;

/// Keeps the terminal in raw mode on the alternate screen until dropped.
pub struct Terminal {
    screen: Screen,
    depth: ColourDepth,
    muted: Muted,
}

impl Terminal {
    pub fn enter(depth: ColourDepth) -> Result<Self> {
        restore_before_panic_report();
        // --colours takes precedence over NO_COLOR, which crossterm reads by itself
        crossterm::style::force_color_output(depth != ColourDepth::None);
        let (screen, muted) = take_over(depth)?;
        Ok(Self { screen, depth, muted })
    }

    /// Replaces the screen by an empty one; dropping the old one writes nothing.
    fn replace(&mut self, (screen, muted): (Screen, Muted)) {
        self.muted.mute();
        (self.screen, self.muted) = (screen, muted);
    }

    /// The size of a frame; empty if the terminal is gone.
    pub fn area(&self) -> Rect {
        self.screen.size().map_or(Rect::ZERO, |size| Rect::new(0, 0, size.width, size.height))
    }

    /// Draws a frame, as a synchronized update on terminals that support it. `anew` redraws every cell: a window that was
    /// resized and back has the old size but not the old contents.
    pub fn draw(&mut self, anew: bool, render: impl FnOnce(&mut Frame<'_>)) -> Result<()> {
        if anew {
            self.replace(screen(self.depth).context("cannot draw")?);
        }
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate).context("cannot draw")?;
        if anew {
            queue!(self.screen.backend_mut(), Clear(ClearType::All)).context("cannot draw")?;
        }
        let drawn = self.screen.draw(render).map(|_| ());
        execute!(self.screen.backend_mut(), EndSynchronizedUpdate).context("cannot draw")?;
        drawn.context("cannot draw")
    }
}

impl Terminal {
    /// Asks the terminal to copy a text to the clipboard (OSC 52). Not every terminal does, and none reports it.
    pub fn copy(&mut self, text: &str) -> Result<()> {
        execute!(self.screen.backend_mut(), CopyToClipboard::to_clipboard_from(text)).context("cannot copy")
    }

    /// Restores the terminal while `meanwhile` runs; the next frame is drawn in full.
    pub fn leave_for(&mut self, meanwhile: impl FnOnce()) -> Result<()> {
        restore();
        meanwhile();
        self.replace(take_over(self.depth)?);
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.muted.mute();
        restore();
    }
}

/// An empty screen without a previous frame.
fn take_over(depth: ColourDepth) -> Result<(Screen, Muted)> {
    let take = || -> std::io::Result<(Screen, Muted)> {
        terminal::enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, cursor::Hide)?;
        // pasted text arrives as text, not as keys; a console without bracketed paste reports an error and is used as it is
        let _ = execute!(stdout(), EnableBracketedPaste);
        screen(depth)
    };
    take().inspect_err(|_| restore()).context("cannot take over the terminal")
}

fn screen(depth: ColourDepth) -> std::io::Result<(Screen, Muted)> {
    let muted = Muted::default();
    let output = TerminalOutput::new(stdout(), depth == ColourDepth::Sixteen, muted.clone());
    let screen = ratatui::Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, output)))?;
    Ok((screen, muted))
}

/// Restores the terminal.
pub fn restore() {
    // if this fails, there is nowhere to report it
    let _ = terminal::disable_raw_mode();
    let _ = execute!(stdout(), DisableBracketedPaste);
    let _ = execute!(stdout(), EndSynchronizedUpdate, LeaveAlternateScreen, cursor::Show);
}

/// Restores the terminal before a panic of this thread is reported. A worker's panic must not: it only fails its run, whose
/// journal has the message.
fn restore_before_panic_report() {
    let screen = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == screen {
            restore();
            report(panic);
        }
    }));
}
