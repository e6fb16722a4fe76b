//! A program in a pseudo-terminal: sends keys and reads the screen.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Patience with a program that does not do what it should.
const PATIENCE: Duration = Duration::from_mins(1);

/// What came out of the program so far.
struct Seen {
    parser: vt100::Parser,
    written: Vec<u8>,
    /// when the newest of them were read
    at: Instant,
}

#[derive(Clone)]
struct Shared(Arc<(Mutex<Seen>, Condvar)>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap()
    }
}

pub struct Screen {
    seen: Shared,
    keys: Box<dyn Write + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
}

impl Screen {
    pub fn open(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        Self::open_as(command, columns, rows, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")])
    }

    /// In a terminal with these environment variables.
    pub fn open_as(mut command: CommandBuilder, columns: u16, rows: u16, terminal: &[(&str, &str)]) -> Self {
        for name in ["TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR", "STY", "TMUX", "WT_SESSION"] {
            command.env_remove(name);
        }
        terminal.iter().for_each(|(name, value)| command.env(name, value));
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        let seen =
            Shared(Arc::new((Mutex::new(Seen { parser, written: Vec::new(), at: Instant::now() }), Condvar::new())));
        let (mut reader, shared) = (pair.master.try_clone_reader().unwrap(), seen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let at = Instant::now();
                let mut seen = shared.lock();
                seen.parser.process(&bytes[..count]);
                seen.written.extend_from_slice(&bytes[..count]);
                seen.at = at;
                shared.0.1.notify_all();
            }
        });
        Self { seen, keys: pair.master.take_writer().unwrap(), child, master: pair.master }
    }

    pub fn text(&self) -> String {
        self.emulated(vt100::Screen::contents)
    }

    /// Something of what the terminal has become.
    pub fn emulated<T>(&self, of: impl FnOnce(&vt100::Screen) -> T) -> T {
        of(self.seen.lock().parser.screen())
    }

    /// Something of all that the program has written.
    pub fn written<T>(&self, of: impl FnOnce(&[u8]) -> T) -> T {
        of(&self.seen.lock().written)
    }

    /// How much that is.
    pub fn bytes(&self) -> usize {
        self.written(<[u8]>::len)
    }

    /// Waits until it holds. Gives when the newest bytes were read, which made it so.
    #[track_caller]
    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Instant {
        let begun = Instant::now();
        loop {
            let bytes = self.bytes();
            if holds(self) {
                return self.seen.lock().at;
            }
            assert!(begun.elapsed() < PATIENCE, "not {what}:\n{}", self.text());
            let seen = self.seen.lock();
            // what is not seen may change too: a process, a file
            let still = |seen: &mut Seen| seen.written.len() == bytes;
            drop(self.seen.0.1.wait_timeout_while(seen, Duration::from_millis(10), still).unwrap());
        }
    }

    #[track_caller]
    pub fn wait_for(&self, words: &str) -> Instant {
        self.wait_until(words, |screen| screen.text().contains(words))
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// How long the program takes to show what a key asks for.
    #[track_caller]
    pub fn answer(&mut self, key: &str, what: &str, holds: impl Fn(&str) -> bool) -> Duration {
        assert!(!holds(&self.text()), "{what} before it was asked for:\n{}", self.text());
        let pressed = Instant::now();
        self.press(key);
        self.wait_until(what, |screen| holds(&screen.text())) - pressed
    }

    /// The emulator first: what it is sent must find it large enough.
    pub fn resize(&self, columns: u16, rows: u16) {
        let (width, height) = (columns.try_into().unwrap(), rows.try_into().unwrap());
        self.seen.lock().parser.screen_mut().set_size(height, width);
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// The exit code, once the program has left.
    #[track_caller]
    pub fn code(&mut self) -> u32 {
        let asked = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(asked.elapsed() < PATIENCE, "the program does not leave:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        };
        // the last bytes may still be on their way
        std::thread::sleep(Duration::from_millis(100));
        code
    }
}

/// A test that fails leaves no program behind.
impl Drop for Screen {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = self.child.kill();
        }
    }
}

/// How long keys took to be answered, ascending.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Of so many keys, the help in turn opened and closed, with a break after each.
    pub fn of_help(screen: &mut Screen, keys: usize, pause: Duration) -> Self {
        let mut took: Vec<Duration> = (0..keys)
            .map(|number| {
                std::thread::sleep(pause);
                let is_open = |text: &str| text.contains("keys with the focus on");
                screen.answer("?", "answered", |text| is_open(text) == number.is_multiple_of(2))
            })
            .collect();
        took.sort_unstable();
        Self(took)
    }

    /// The one that so large a share is not above.
    pub fn at(&self, share: f64) -> Duration {
        self.0[((share * self.0.len() as f64).ceil() as usize).clamp(1, self.0.len()) - 1]
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [median, late, last] = [0.5, 0.99, 1.0].map(|share| self.at(share).as_secs_f64() * 1e3);
        write!(
            formatter,
            "{} keys: median {median:.1} ms, 99 % within {late:.1} ms, all within {last:.1} ms",
            self.0.len()
        )
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}
