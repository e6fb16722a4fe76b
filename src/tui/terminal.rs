//! The terminal, taken and given back whatever happens.

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

type Screen = ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The alternate screen in raw mode, while this lives.
pub struct Terminal(Screen);

impl Terminal {
    pub fn enter() -> Result<Self> {
        restore_before_panic_report();
        Ok(Self(take_over()?))
    }

    /// Where a frame would be drawn; nowhere when the terminal is gone.
    pub fn area(&self) -> Rect {
        self.0.size().map_or(Rect::ZERO, |size| Rect::new(0, 0, size.width, size.height))
    }

    /// One frame, shown at once by terminals that can. `anew`: nothing that stands there can be trusted. A window that is
    /// dragged away and back has the size of the last frame, and not its cells.
    pub fn draw(&mut self, anew: bool, render: impl FnOnce(&mut Frame<'_>)) -> Result<()> {
        if anew {
            self.0 = screen().context("cannot draw")?;
        }
        queue!(self.0.backend_mut(), BeginSynchronizedUpdate).context("cannot draw")?;
        if anew {
            queue!(self.0.backend_mut(), Clear(ClearType::All)).context("cannot draw")?;
        }
        let drawn = self.0.draw(render).map(|_| ());
        execute!(self.0.backend_mut(), EndSynchronizedUpdate).context("cannot draw")?;
        drawn.context("cannot draw")
    }
}

impl Terminal {
    /// Asks the terminal to put a text on its clipboard (OSC 52). Not every terminal does, and none says so.
    pub fn copy(&mut self, text: &str) -> Result<()> {
        execute!(self.0.backend_mut(), CopyToClipboard::to_clipboard_from(text)).context("cannot copy")
    }

    /// Gives the terminal back while `meanwhile` lasts; the next frame is drawn whole.
    pub fn leave_for(&mut self, meanwhile: impl FnOnce()) -> Result<()> {
        restore();
        meanwhile();
        self.0 = take_over()?;
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// An empty screen, which knows nothing of an earlier one.
fn take_over() -> Result<Screen> {
    let take = || -> std::io::Result<Screen> {
        terminal::enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, cursor::Hide)?;
        // what is pasted comes as text, not as keys; a console that cannot tell them apart says so, and is used as it is
        let _ = execute!(stdout(), EnableBracketedPaste);
        screen()
    };
    take().inspect_err(|_| restore()).context("cannot take over the terminal")
}

fn screen() -> std::io::Result<Screen> {
    ratatui::Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, stdout())))
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
