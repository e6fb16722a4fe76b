//! The event loop: keys, events of the sweep and signals. It draws a frame at once after a key, a few per second for events,
//! and none when nothing changed.

use super::colour_depth::{ColourDepth, Colours};
use super::keymap;
use super::layout::areas;
use super::pictures;
use super::screen::draw;
use super::terminal::Terminal;
use super::theme::Theme;
use crate::app::{Action, App, Effect, Inquiry, Leaving, Panel};
use crate::domain::event::SweepEvent;
use crate::domain::invariance::Invariance;
use crate::domain::sweep::Sweep;
use crate::engine::{Engine, Stops, pause, pause_signals, size_signals};
use crate::resolve::{Opened, cores};
use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use crossterm::event::{self, Event};
use ratatui::Frame;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// The minimum time between two frames that are drawn for events alone.
const NEWS: Duration = Duration::from_millis(200);

/// How often an idle terminal is checked for being closed.
const HANG_UP: Duration = Duration::from_secs(1);

/// How long the screen's thread processes events before it looks for keys.
const EVENT_BUDGET: Duration = Duration::from_millis(20);

/// The maximum number of keys and resizes processed before a frame.
const BURST: usize = 256;

/// Why the dashboard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DashboardEnd {
    /// with `q`
    ByKey,
    /// on a signal
    BySignal,
    /// the terminal was closed
    TerminalGone,
}

/// Trains a sweep with the dashboard on the terminal.
pub fn run(opened: &Opened, theme: Theme, depth: ColourDepth, stops: Stops) -> Result<(DashboardEnd, App)> {
    let pauses = pause_signals().context("cannot listen for signals")?;
    let sizes = size_signals().context("cannot listen for signals")?;
    // before any training: unreadable looks must not count as no looks
    let background = opened.background()?;
    let mut terminal = Terminal::enter(depth)?;
    let engine = Engine::start(opened);
    let signals = stops.stop(&engine);
    let mut app = App::new(opened.prepared.spec.clone(), opened.options.workers);
    app.sweep = Sweep::on(cores());
    for words in &opened.damages {
        app.receive(SweepEvent::Damaged(words.clone()));
    }
    app.inquiry = Inquiry::new(background);
    app.store = Some(opened.store.clone());
    opened.prepared.notes.iter().for_each(|note| app.note(note));
    let behind = Behind::Training { engine: &engine, opened };
    let (left, app) = Dashboard::new(app, theme, depth, behind).run(&mut terminal, &signals, &pauses, &sizes);
    drop(terminal);
    if app.sweep.closed {
        engine.wait();
    }
    Ok((left, app))
}

/// Shows runs that other programs train, as these events tell of them.
pub fn watch(
    app: App,
    events: Receiver<SweepEvent>,
    theme: Theme,
    depth: ColourDepth,
    stops: Stops,
) -> Result<DashboardEnd> {
    let pauses = pause_signals().context("cannot listen for signals")?;
    let sizes = size_signals().context("cannot listen for signals")?;
    let mut terminal = Terminal::enter(depth)?;
    let signals = stops.listen();
    let (left, _) =
        Dashboard::new(app, theme, depth, Behind::Watching(events)).run(&mut terminal, &signals, &pauses, &sizes);
    Ok(left)
}

/// Where news come from, and who can be asked for what takes more than the state.
enum Behind<'e> {
    Training { engine: &'e Engine, opened: &'e Opened },
    Watching(Receiver<SweepEvent>),
}

/// The outcome of an effect that ran in the background.
enum Saying {
    /// a message, and whether it is an error
    Words(String, bool),
    Proved(Box<Invariance>),
    Wrote(PathBuf),
}

struct Dashboard<'e> {
    app: App,
    theme: Theme,
    depth: ColourDepth,
    behind: Behind<'e>,
    said: Sender<Saying>,
    sayings: Receiver<Saying>,
    left: DashboardEnd,
    /// whether Ctrl-z was pressed
    suspending: bool,
    /// the terminal's contents may be damaged, even if its size is unchanged
    resized: bool,
    /// a picture of the next frame is wanted
    wanted: Option<String>,
    /// for the clipboard
    copied: Option<String>,
}

impl<'e> Dashboard<'e> {
    fn new(app: App, theme: Theme, depth: ColourDepth, behind: Behind<'e>) -> Self {
        let (said, sayings) = unbounded();
        let (left, suspending, resized, wanted, copied) = (DashboardEnd::ByKey, false, false, None, None);
        Self { app, theme, depth, behind, said, sayings, left, suspending, resized, wanted, copied }
    }

    fn run(
        mut self,
        terminal: &mut Terminal,
        signals: &Receiver<()>,
        pauses: &Receiver<()>,
        sizes: &Receiver<()>,
    ) -> (DashboardEnd, App) {
        let (mut keys, sayings) = (keys(), self.sayings.clone());
        let mut news = match &self.behind {
            Behind::Training { engine, .. } => engine.events.clone(),
            Behind::Watching(events) => events.clone(),
        };
        let (mut drawn, mut dirty) = (Instant::now(), false);
        self.draw(terminal);
        while self.app.leaving != Leaving::Now {
            let due = if dirty { after(NEWS.saturating_sub(drawn.elapsed())) } else { never() };
            let mut now = false;
            select! {
                recv(keys) -> event => match event {
                    Ok(event) => now = self.terminal_events(event, &keys),
                    // nobody could leave any more
                    Err(_) => {
                        keys = never();
                        self.terminal_gone();
                    }
                },
                recv(news) -> event => match event {
                    Ok(event) => {
                        self.app.receive(event);
                        self.receive_all(&news);
                        dirty = true;
                    }
                    Err(_) => news = never(),
                },
                recv(sayings) -> saying => {
                    match saying {
                        Ok(Saying::Words(text, bad)) => self.app.say(text, bad),
                        Ok(Saying::Proved(found)) => self.app.inquiry.proved(*found),
                        Ok(Saying::Wrote(path)) => self.app.wrote(path),
                        Err(_) => {}
                    }
                    now = true;
                },
                recv(signals) -> _ => {
                    self.left = DashboardEnd::BySignal;
                    now = true;
                    if self.app.leaving == Leaving::No {
                        self.act(Action::Quit);
                    }
                },
                recv(pauses) -> _ => self.suspending = true,
                recv(sizes) -> _ => {
                    self.resized = true;
                    now = true;
                },
                recv(due) -> _ => now = dirty,
            }
            if std::mem::take(&mut self.suspending) {
                now = true;
                if terminal.leave_for(pause).is_err() {
                    self.terminal_gone();
                }
            }
            if now {
                self.draw(terminal);
                (drawn, dirty) = (Instant::now(), false);
            }
        }
        (self.left, self.app)
    }

    /// A terminal that accepts no frame is gone: save and exit.
    fn draw(&mut self, terminal: &mut Terminal) {
        if let Some(effect) = self.app.settle(answer_in_sight(terminal, &self.app)) {
            self.carry_out(effect);
        }
        let wanted = self.wanted.take();
        let mut cells = None;
        let theme = self.theme.of_sizes(self.app.sweep.batch_sizes().len());
        let colours = Colours::of(self.depth, &theme);
        let frame = |frame: &mut Frame<'_>| {
            draw(frame, &self.app, &self.theme);
            // a picture has all colours
            cells = wanted.is_some().then(|| frame.buffer_mut().clone());
            colours.apply(frame.buffer_mut());
        };
        let anew = std::mem::take(&mut self.resized);
        if self.left != DashboardEnd::TerminalGone && terminal.draw(anew, frame).is_err() {
            self.terminal_gone();
        }
        if let (Some(cells), Some(provenance)) = (cells, wanted) {
            pictures::cells(cells, &self.theme, provenance, self.picture_told());
        }
        if let Some(text) = self.copied.take()
            && terminal.copy(&text).is_err()
        {
            self.terminal_gone();
        }
    }

    fn terminal_gone(&mut self) {
        self.left = DashboardEnd::TerminalGone;
        if self.app.leaving == Leaving::No {
            self.act(Action::Quit);
        }
    }

    /// Processes the waiting events, so that a burst costs one frame, within the time budget.
    fn receive_all(&mut self, news: &Receiver<SweepEvent>) {
        let begun = Instant::now();
        for event in news.try_iter() {
            self.app.receive(event);
            if begun.elapsed() >= EVENT_BUDGET {
                break;
            }
        }
    }

    /// Processes this terminal event and the waiting ones, so that a burst of keys or resizes costs one frame. A question is
    /// drawn before the next key can answer it. Returns whether the screen must be drawn again.
    fn terminal_events(&mut self, first: Event, others: &Receiver<Event>) -> bool {
        let mut changed = false;
        for event in std::iter::once(first).chain(others.try_iter().take(BURST)) {
            changed |= self.terminal_event(event);
            if self.suspending || self.app.asking.is_some() || self.app.leaving == Leaving::Now {
                break;
            }
        }
        changed
    }

    fn terminal_event(&mut self, event: Event) -> bool {
        match event {
            Event::Key(key) => match keymap::action(key, &self.app) {
                Some(action) => {
                    self.act(action);
                    true
                }
                None => false,
            },
            Event::Paste(text) => self.app.paste(&text),
            // SIGWINCH reports resizes; crossterm's event may get lost behind a key
            Event::Resize(..) if !cfg!(unix) => {
                self.resized = true;
                true
            }
            _ => false,
        }
    }

    fn act(&mut self, action: Action) {
        for effect in self.app.act(action) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            // an engine that is gone has sent Closed: nothing to command
            Effect::Ask(command) => {
                if let Behind::Training { engine, .. } = &self.behind {
                    let _ = engine.commands.send(command);
                }
            }
            Effect::Suspend => self.suspending = true,
            Effect::NextTheme => {
                self.theme = self.theme.next();
                self.app.say(format!("theme {}", self.theme.name), false);
            }
            Effect::RememberLook(look) => {
                if let Behind::Training { opened, .. } = &self.behind
                    && let Err(error) = opened.remember_look(look)
                {
                    self.app.say(format!("this look at the answer cannot be counted in the store: {error}"), true);
                }
            }
            Effect::Prove => {
                let Behind::Training { opened, .. } = self.behind else { return };
                let (said, opened) = (self.said.clone(), opened.clone());
                // takes seconds on a large model
                thread::spawn(move || {
                    let saying = match catch_unwind(AssertUnwindSafe(|| opened.invariance())) {
                        Ok(Ok(found)) => Saying::Proved(Box::new(found)),
                        Ok(Err(error)) => Saying::Words(format!("no invariance check: {error}"), true),
                        Err(_) => Saying::Words("no invariance check: it panicked".into(), true),
                    };
                    let _ = said.send(saying);
                });
            }
            Effect::Picture(picture) => pictures::figure(*picture, self.picture_told()),
            Effect::Screen { provenance } => self.wanted = Some(provenance),
            Effect::Copy(text) => self.copied = Some(text),
        }
    }

    /// How the background thread reports a finished picture.
    fn picture_told(&self) -> impl FnOnce(Result<PathBuf>) + Send + 'static {
        let said = self.said.clone();
        move |written| {
            let saying = match written {
                Ok(path) => Saying::Wrote(path),
                Err(error) => Saying::Words(format!("no picture: {error:#}"), true),
            };
            let _ = said.send(saying);
        }
    }
}

/// A look is counted only while the verdict is visible.
fn answer_in_sight(terminal: &Terminal, app: &App) -> bool {
    let areas = areas(terminal.area(), app.focus, app.companion, app.zoomed);
    areas.panels.iter().any(|(panel, area)| *panel == Panel::Answer && !area.is_empty())
}

/// Keys and resizes from the terminal, read by a separate thread so that none waits for a frame. The thread ends with the
/// terminal: crossterm would poll a closed one in a busy loop.
fn keys() -> Receiver<Event> {
    let (sender, receiver) = unbounded();
    thread::spawn(move || {
        while let Ok(is_there) = event::poll(HANG_UP) {
            if !is_there && is_closed() {
                return;
            }
            if is_there && !event::read().is_ok_and(|event| sender.send(event).is_ok()) {
                return;
            }
        }
    });
    receiver
}

/// Whether the other end of the terminal is closed, for programs that receive no SIGHUP.
#[cfg(unix)]
fn is_closed() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let input = std::io::stdin();
    let mut asked = [PollFd::new(&input, PollFlags::IN)];
    poll(&mut asked, Some(&Timespec::default())).is_ok() && asked[0].revents().contains(PollFlags::HUP)
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}
