//! The terminal, taken and given back whatever happens.

use super::colour_depth::ColourDepth;
use super::output::{Muted, Output};
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

/// Bytes of a frame that are gathered before they are written.
const BUFFER: usize = 1 << 16;

type Screen = ratatui::Terminal<CrosstermBackend<BufWriter<Output<Stdout>>>>;

/// The alternate screen in raw mode, while this lives.
pub struct Terminal {
    screen: Screen,
    depth: ColourDepth,
    muted: Muted,
}

impl Terminal {
    pub fn enter(depth: ColourDepth) -> Result<Self> {
        restore_before_panic_report();
        // what the person said wins over NO_COLOR, which crossterm looks at by itself
        crossterm::style::force_color_output(depth != ColourDepth::None);
        let (screen, muted) = take_over(depth)?;
        Ok(Self { screen, depth, muted })
    }

    /// A screen that knows nothing of an earlier one, which is let go of in silence.
    fn replace(&mut self, (screen, muted): (Screen, Muted)) {
        self.muted.mute();
        (self.screen, self.muted) = (screen, muted);
    }

    /// Where a frame would be drawn; nowhere when the terminal is gone.
    pub fn area(&self) -> Rect {
        self.screen.size().map_or(Rect::ZERO, |size| Rect::new(0, 0, size.width, size.height))
    }

    /// One frame, shown at once by terminals that can. `anew`: nothing that stands there can be trusted. A window that is
    /// dragged away and back has the size of the last frame, and not its cells.
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
    /// Asks the terminal to put a text on its clipboard (OSC 52). Not every terminal does, and none says so.
    pub fn copy(&mut self, text: &str) -> Result<()> {
        execute!(self.screen.backend_mut(), CopyToClipboard::to_clipboard_from(text)).context("cannot copy")
    }

    /// Gives the terminal back while `meanwhile` lasts; the next frame is drawn whole.
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

/// An empty screen, which knows nothing of an earlier one.
fn take_over(depth: ColourDepth) -> Result<(Screen, Muted)> {
    let take = || -> std::io::Result<(Screen, Muted)> {
        terminal::enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, cursor::Hide)?;
        // what is pasted comes as text, not as keys; a console that cannot tell them apart says so, and is used as it is
        let _ = execute!(stdout(), EnableBracketedPaste);
        screen(depth)
    };
    take().inspect_err(|_| restore()).context("cannot take over the terminal")
}

fn screen(depth: ColourDepth) -> std::io::Result<(Screen, Muted)> {
    let muted = Muted::default();
    let output = Output::new(stdout(), depth == ColourDepth::Sixteen, muted.clone());
    let screen = ratatui::Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, output)))?;
    Ok((screen, muted))
}

/// Gives the terminal back, from wherever.
pub fn restore() {
    // nobody is left to tell if this fails
    let _ = terminal::disable_raw_mode();
    let _ = execute!(stdout(), DisableBracketedPaste);
    let _ = execute!(stdout(), EndSynchronizedUpdate, LeaveAlternateScreen, cursor::Show);
}

/// A panic of this thread gives the terminal back before it is reported. One of a worker must not: it stays in its
/// run, where the journal has its message.
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
