//! The width and colours of text output, and messages on standard error.

use crate::domain::printable::{printable, printable_json};
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// Width of charts when the output is not a terminal.
const PLAIN_WIDTH: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// `None` for unlimited lines
    pub width: Option<usize>,
    colour: bool,
}

impl Page {
    /// For a file or a pipe.
    pub const PLAIN: Page = Page { width: None, colour: false };

    pub fn of_standard_output() -> Self {
        if !io::stdout().is_terminal() {
            return Self::PLAIN;
        }
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let wanted = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|kind| kind == "dumb");
        Self { width, colour: !wanted("NO_COLOR") && !dumb }
    }

    pub fn chart_width(&self) -> usize {
        self.width.unwrap_or(PLAIN_WIDTH).clamp(20, 120)
    }

    pub fn good(&self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    pub fn bad(&self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    pub fn accent(&self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    pub fn dim(&self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub fn bold(&self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        let text = printable(text);
        if self.colour { format!("{style}{text}{style:#}") } else { text.into_owned() }
    }
}

/// Prints data to standard output. A closed pipe is no error.
pub fn print(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints a value as JSON to standard output. Control characters are escaped, which leaves the value the same.
pub fn print_json(value: &impl serde::Serialize) -> io::Result<()> {
    print(&format!("{}\n", printable_json(&serde_json::to_string_pretty(value)?)))
}

/// Prints a message to standard error. Failures are ignored.
pub fn notify(words: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(words));
}

/// Reports files of a store that cannot be used and are skipped.
pub fn report_damage(damages: impl IntoIterator<Item = impl Display>) {
    damages.into_iter().for_each(|damage| notify(&format!("damaged: {damage}")));
}

/// Reports that the work can be resumed.
pub fn report_interruption() {
    notify("interrupted; rerun the same command to resume");
}

/// Bytes in a readable unit.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} bytes");
    }
    let power = (((count as f64).log10() / 3.0) as usize).min(UNITS.len());
    format!("{:.1} {}", count as f64 / 1000f64.powi(power as i32), UNITS[power - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_escape_sequences_and_a_pipe_does_not() {
        assert_eq!(Page::PLAIN.good("fine"), "fine");
        let terminal = Page { width: Some(80), colour: true };
        assert!(terminal.good("fine").starts_with('\u{1b}') && terminal.good("fine").contains("fine"));
    }

    #[test]
    fn bytes_use_their_largest_unit() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(12_345), "12.3 kB");
        assert_eq!(bytes(45_000_000), "45.0 MB");
    }
}
