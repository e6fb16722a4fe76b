//! `batchscope watch`: the runs of other programs, from their logs.

use super::appearance::Appearance;
use super::exit::{BadInput, Exit};
use super::page::notify;
use crate::domain::printable::printable_json;
use crate::logs::{LogError, LogEvent, LogFormat, LogLabel, LogOptions, LogSetting, Pattern, Watcher};
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

/// Raised when a key is renamed, removed or means something else. New keys do not raise it.
const VERSION: u32 = 1;

#[derive(Debug, Args)]
pub struct WatchArguments {
    /// Folders or files with logs: stores, TensorBoard event files, states of the Hugging Face Trainer, CSV, JSON lines
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The only format to look for, where it is not recognised: store, tensorboard, trainer, csv or jsonl
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<LogFormat>,
    #[command(flatten)]
    pub names: Names,
    /// Print runs and points as JSON, one object per line
    #[arg(long)]
    pub json: bool,
    /// Do not end: print what is new as it is written
    #[arg(long, requires = "json")]
    pub follow: bool,
    #[command(flatten)]
    pub appearance: Appearance,
}

impl WatchArguments {
    /// Opens the logs; nothing is read yet.
    pub fn open(&self) -> Result<Watcher> {
        self.names.open(&self.paths, self.format)
    }

    /// What is watched, for a title.
    pub fn title(&self) -> String {
        self.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// How names of runs are read.
#[derive(Clone, Debug, Args)]
pub struct Names {
    /// How names of runs are read, such as 'bs{batch_size}/{arm}/seed{iid}'; other {names} are columns
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub pattern: Option<Pattern>,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|error| error.to_string())
}

impl Names {
    /// Opens logs, of any format or of this one alone; nothing is read yet.
    pub fn open(&self, paths: &[PathBuf], format: Option<LogFormat>) -> Result<Watcher> {
        let options = LogOptions { format, pattern: self.pattern.clone() };
        Watcher::open(paths, options).map_err(bad_input)
    }
}

fn bad_input(error: LogError) -> anyhow::Error {
    BadInput(error.to_string()).into()
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum JsonLine<'l> {
    Watch {
        version: u32,
        paths: &'l [PathBuf],
        follow: bool,
    },
    Run {
        run: &'l str,
        arm: Option<&'l str>,
        batch_size: Option<u32>,
        iid: Option<u32>,
        updates: Option<u64>,
        columns: BTreeMap<&'l str, SettingValue<'l>>,
    },
    Point {
        run: &'l str,
        tag: &'l str,
        step: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        time: Option<f64>,
        value: Number,
    },
    Restart {
        run: &'l str,
        tags: &'l str,
        step: u64,
    },
    Note {
        message: &'l str,
    },
    CaughtUp {
        runs: usize,
        points: u64,
        damaged_parts: u64,
        damaged_bytes: u64,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum SettingValue<'l> {
    Number(f64),
    Text(&'l str),
}

/// A number, also one that JSON has not.
#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Other(&'static str),
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        match value {
            value if value.is_finite() => Number::Finite(value),
            value if value.is_nan() => Number::Other("NaN"),
            value if value > 0.0 => Number::Other("Infinity"),
            _ => Number::Other("-Infinity"),
        }
    }
}

/// Writes lines until nobody reads them.
struct PrintedLines<W: Write> {
    output: W,
    /// of each run
    names: Vec<String>,
    points: u64,
    failure: Option<io::Error>,
}

impl<W: Write> PrintedLines<W> {
    fn line(&mut self, line: &JsonLine<'_>) {
        if self.failure.is_some() {
            return;
        }
        let text = serde_json::to_string(line).unwrap_or_default();
        let written =
            self.output.write_all(printable_json(&text).as_bytes()).and_then(|()| self.output.write_all(b"\n"));
        self.failure = written.err();
    }

    fn event(&mut self, event: &LogEvent) {
        let names = std::mem::take(&mut self.names);
        let name = |run: usize| names.get(run).map_or("", String::as_str);
        match event {
            LogEvent::Note(message) => self.line(&JsonLine::Note { message }),
            LogEvent::Run { name, label, .. } => self.line(&of_run(name, label)),
            LogEvent::Restart { run, prefix, step } => {
                self.line(&JsonLine::Restart { run: name(*run), tags: prefix, step: *step });
            }
            LogEvent::Point { run, tag, step, time, value } => {
                self.points += 1;
                self.line(&JsonLine::Point { run: name(*run), tag, step: *step, time: *time, value: (*value).into() });
            }
        }
        self.names = names;
        if let LogEvent::Run { run, name, .. } = event {
            self.names.resize(self.names.len().max(run + 1), String::new());
            self.names[*run].clone_from(name);
        }
    }
}

fn of_run<'l>(run: &'l str, label: &'l LogLabel) -> JsonLine<'l> {
    let column = |value: &'l LogSetting| match value {
        LogSetting::Number(number) => SettingValue::Number(*number),
        LogSetting::Text(text) => SettingValue::Text(text),
    };
    JsonLine::Run {
        run,
        arm: label.arm.as_deref(),
        batch_size: label.batch_size,
        iid: label.iid,
        updates: label.updates,
        columns: label.columns.iter().map(|(name, value)| (name.as_str(), column(value))).collect(),
    }
}

/// `--json`: prints what is read.
pub fn watch(arguments: &WatchArguments) -> Result<Exit> {
    let WatchArguments { paths, follow, .. } = arguments;
    let mut watcher = arguments.open()?;
    if let Some(nothing) = watcher.nothing_found().filter(|_| !follow) {
        return Err(bad_input(nothing));
    }
    let output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut lines = PrintedLines { output, names: Vec::new(), points: 0, failure: None };
    lines.line(&JsonLine::Watch { version: VERSION, paths, follow: *follow });
    let mut is_first = true;
    loop {
        let began = Instant::now();
        let any = match watcher.poll(|event| lines.event(&event)) {
            // a file system may be away for a while
            Err(error) if *follow && !is_first => {
                notify(&error.to_string());
                false
            }
            polled => polled.map_err(bad_input)?,
        };
        if std::mem::take(&mut is_first) {
            watcher.notes().iter().for_each(|note| notify(note));
            let skipped = watcher.skipped();
            let (damaged_parts, damaged_bytes) = (skipped.parts, skipped.bytes);
            let (runs, points) = (lines.names.iter().filter(|name| !name.is_empty()).count(), lines.points);
            lines.line(&JsonLine::CaughtUp { runs, points, damaged_parts, damaged_bytes });
        }
        let written = lines.failure.take().map_or_else(|| lines.output.flush(), Err);
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Exit::Done),
            written => written.context("cannot write to standard output")?,
        }
        if !follow {
            return Ok(Exit::Done);
        }
        thread::sleep(Watcher::rest(any, began.elapsed()));
    }
}
