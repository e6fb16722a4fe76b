//! The formats of logs, and how they are recognised.

use super::json_lines::JsonLines;
use super::table::Header;
use super::trainer;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogFormat {
    /// a store of ours
    Store,
    EventFiles,
    Trainer,
    Table,
    JsonLines,
}

impl LogFormat {
    /// With the names that `--format` takes.
    pub const ALL: [(LogFormat, &'static str); 5] = [
        (LogFormat::Store, "store"),
        (LogFormat::EventFiles, "tensorboard"),
        (LogFormat::Trainer, "trainer"),
        (LogFormat::Table, "csv"),
        (LogFormat::JsonLines, "jsonl"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// The format of a file with this name, if it has one. A table and JSON lines are looked at besides.
    pub fn of_name(name: &str) -> Option<Self> {
        if name.contains("tfevents") && !name.ends_with(".profile-empty") {
            return Some(LogFormat::EventFiles);
        }
        if name == trainer::NAME {
            return Some(LogFormat::Trainer);
        }
        match name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).as_deref() {
            Some("csv" | "tsv") => Some(LogFormat::Table),
            Some("jsonl" | "ndjson") => Some(LogFormat::JsonLines),
            _ => None,
        }
    }

    /// Whether the beginning of a file is of this format. Nothing while its first line is not complete.
    pub fn fits(self, beginning: &[u8]) -> Option<bool> {
        let line = || {
            let end = beginning.iter().position(|byte| *byte == b'\n')?;
            let line = &beginning[..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            Some(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line))
        };
        match self {
            LogFormat::Table => line().map(|line| Header::of(line).is_some()),
            LogFormat::JsonLines => line().map(JsonLines::is_one),
            LogFormat::Store | LogFormat::EventFiles | LogFormat::Trainer => Some(true),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            LogFormat::Store => "journals of a batchscope store",
            LogFormat::EventFiles => "TensorBoard event files",
            LogFormat::Trainer => "states of the Hugging Face Trainer",
            LogFormat::Table => "tables with a step column",
            LogFormat::JsonLines => "JSON lines",
        })
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(_, known)| *known == name);
        known.map(|(format, _)| *format).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
            format!("there is no format `{name}`; the formats are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_recognised_by_name_and_content() {
        assert_eq!(LogFormat::of_name("events.out.tfevents.1.host"), Some(LogFormat::EventFiles));
        assert_eq!(LogFormat::of_name("trainer_state.json"), Some(LogFormat::Trainer));
        assert_eq!(LogFormat::of_name("config.json"), None);
        assert_eq!(LogFormat::Table.fits(b"epoch,step,loss\n"), Some(true));
        assert_eq!(LogFormat::Table.fits(b"text,label\n"), Some(false), "examples, and no log");
        assert_eq!(LogFormat::Table.fits(b"epoch,st"), None);
        assert_eq!(LogFormat::JsonLines.fits(b"{\"text\": \"a\"}\n"), Some(false));
        assert_eq!(LogFormat::JsonLines.fits(b"{\"step\": 1, \"loss\": NaN}\n"), Some(true));
        LogFormat::ALL.iter().for_each(|(format, name)| assert_eq!(name.parse(), Ok(*format)));
        assert!("tb".parse::<LogFormat>().unwrap_err().contains("tensorboard"));
    }
}
